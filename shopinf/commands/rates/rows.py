"""Rates as rows, and what a rate is of, by the names that operators use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from shopinf.payouts.rates import Subject
from shopinf.results import Cell, columns
from shopinf.times import iso
from shopinf.words import counted

if TYPE_CHECKING:
    from shopinf.desk import Desk

COLUMNS = columns(
    times="recorded_at",
    order="of store influencer code campaign product rate since recorded_at by reason",
    shown="of influencer code campaign rate since product store",
)


def rate_rows(desk: Desk, kept: Iterable[Mapping[str, Any]]) -> list[dict[str, Cell]]:
    """Rates of the ledger as rows, the general ones last."""
    found = list(kept)
    stores = {store.shop_id: store.name for store in desk.book.all()}
    people = desk.ledger.people.by_id({row["person"] for row in found})
    codes = {
        record.id: record.code for record in desk.ledger.codes.by_ids([row["code"] for row in found if row["code"]])
    }
    rows: list[dict[str, Cell]] = []
    for row in found:
        subject = Subject(row["shop_id"], row["code"], row["campaign"], row["person"], row["product"])
        person = people.get(row["person"])
        rows.append(
            {
                "of": subject.words.removeprefix("the ").removesuffix(" rate"),
                "store": stores.get(row["shop_id"]),
                "influencer": person.influencer if person else row["person"] or None,
                "code": codes.get(row["code"]),
                "campaign": row["campaign"] or None,
                "product": row["product"] or None,
                "rate": row["rate"] or "none",
                "since": row["since"] or None,
                "recorded_at": iso(row["at"]),
                "by": row["by"] or None,
                "reason": row["reason"] or None,
            }
        )
    return rows


def entered_notes(desk: Desk, subjects: Iterable[Subject], day: date | None, what: str) -> list[str]:
    """That orders in statements keep *what* they were entered with, a rate or an owner, where there are any."""
    entered = sum(desk.ledger.rates.count_entered(subject, day) for subject in subjects)
    if not entered:
        return []
    keep = "keeps its" if entered == 1 else "keep their"
    said = f"{counted(entered, 'order')} in statements already {keep} {what}"
    return [f"{said}; the new one counts for orders not entered yet."]
