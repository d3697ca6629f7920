"""Payments as `paid`, `failed` and `drop` show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shopinf.money import Money
from shopinf.results import Cell, columns

if TYPE_CHECKING:
    from shopinf.desk import Desk

COLUMNS = columns(
    money="amount",
    order="statement influencer amount currency status run rail paid_on reference reason",
    shown="influencer amount status statement paid_on reference reason",
)


def ended_rows(desk: Desk, ids: Sequence[int]) -> list[dict[str, Cell]]:
    """Payments by their ids, as they stand."""
    found = desk.ledger.payments.by_ids(ids)
    people = desk.ledger.people.by_id({each.account.person for each in found})
    rows: list[dict[str, Cell]] = [
        {
            "statement": each.statement,
            "influencer": people[each.account.person].influencer
            if each.account.person in people
            else each.account.person,
            "amount": Money(each.amount, each.account.currency),
            "currency": each.account.currency,
            "status": str(each.state),
            "run": each.run.name,
            "rail": str(each.run.rail),
            "paid_on": each.paid_on,
            "reference": each.reference or None,
            "reason": each.reason or None,
        }
        for each in found
    ]
    return sorted(rows, key=lambda row: (str(row["currency"]), str(row["influencer"])))
