"""Statements, their entries and payments as rows, the same in every verb and format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Any

from shopinf.money import Money
from shopinf.payouts.runs import LIVE
from shopinf.payouts.statements import Statement, Status, standing
from shopinf.results import Cell, columns
from shopinf.times import iso
from shopinf.work.payouts.payers import payer_names

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.ledger.accountrows import Entered
    from shopinf.ledger.payments import Paid
    from shopinf.stores import Store

_MONEY = "opening earned adjustments paid closing held payable"
_STATEMENT = f"statement payer influencer currency period_from period_to {_MONEY} payable_on status reason"
STATEMENT_COLUMNS = columns(
    money=_MONEY, order=_STATEMENT, shown="influencer closing payable status statement earned held opening"
)
LIST_COLUMNS = columns(
    money=_MONEY,
    order=f"{_STATEMENT} run rail reference paid_at",
    shown="influencer closing payable status statement period_to run paid_at",
)
ENTRY_COLUMNS = columns(
    numbers="order_id",
    money="net_sales amount",
    times="happened_at recorded_at",
    order="kind store order_id order_name code happened_at net_sales rate customer_type amount reason recorded_at by",
    shown="kind order_name happened_at net_sales rate amount reason",
)


@dataclass(frozen=True)
class View:
    """A statement as it is shown: with names, how it stands, and its payment."""

    statement: Statement
    payer: str
    influencer: str
    status: Status
    payment: Paid | None = None

    @property
    def currency(self) -> str:
        return self.statement.account.currency

    def row(self) -> dict[str, Cell]:
        """The columns of a statement."""
        each, sums, currency = self.statement, self.statement.figures, self.currency
        amounts = {
            "opening": sums.opening,
            "earned": sums.earned,
            "adjustments": sums.adjustments,
            "paid": sums.paid,
            "closing": sums.closing,
            "held": each.held,
            "payable": each.payable,
        }
        return {
            "statement": each.name,
            "payer": self.payer,
            "influencer": self.influencer,
            "currency": currency,
            "period_from": each.first,
            "period_to": each.last,
            **{name: Money(amount, currency) for name, amount in amounts.items()},
            "payable_on": each.payable_on,
            "status": str(self.status),
            "reason": each.reason or None,
        }

    def listed(self) -> dict[str, Cell]:
        """The same with the payment that the statement is in, or was in last."""
        found = self.payment
        return {
            **self.row(),
            "run": found.run.name if found else None,
            "rail": str(found.run.rail) if found else None,
            "reference": (found.reference or None) if found else None,
            "paid_at": found.paid_on if found and found.state in LIVE else None,
        }


def views(desk: Desk, statements: Sequence[Statement]) -> list[View]:
    """*statements* as they are shown, in their order."""
    accounts = desk.ledger.accounts
    people = desk.ledger.people.by_id({each.account.person for each in statements})
    payers = payer_names(desk, accounts.payers())
    latest = accounts.latest({each.account.payer for each in statements})
    payments = desk.ledger.payments.of_statements([each.id for each in statements])
    found = []
    for each in statements:
        payment, person = payments.get(each.id), each.account.person
        status = standing(
            each.figures.closing,
            each.held,
            each.payable,
            payment=str(payment.state) if payment else None,
            superseded=latest.get(each.account, each.id) != each.id,
        )
        name = people[person].influencer if person in people else person
        found.append(View(each, payers.get(each.account.payer, each.account.payer), name, status, payment))
    return found


def entry_rows(desk: Desk, entries: Iterable[Entered]) -> list[dict[str, Cell]]:
    """Entries as JSON and sheets show them; payments have a minus."""
    return _entry_rows({store.shop_id: store for store in desk.book.all()}, entries)


def _entry_rows(stores: Mapping[int, Store], entries: Iterable[Entered]) -> list[dict[str, Cell]]:
    rows: list[dict[str, Cell]] = []
    for each in entries:
        entry, currency = each.entry, each.entry.account.currency
        store = stores.get(entry.order.shop_id)
        zone: tzinfo = store.zone if store else UTC
        rows.append(
            {
                "kind": str(entry.kind),
                "store": store.name if store else None,
                "order_id": entry.order.order_id or None,
                "order_name": entry.order_name or None,
                "code": entry.code or None,
                "happened_at": iso(entry.happened_at.astimezone(zone)),
                "net_sales": None if entry.net is None else Money(entry.net, currency),
                "rate": entry.rate,
                "customer_type": entry.customer_type,
                "amount": Money(entry.amount, currency),
                "reason": entry.reason or None,
                "recorded_at": iso(each.recorded_at.astimezone(zone)),
                "by": each.by or None,
            }
        )
    return rows


def statement_body(
    desk: Desk, shown: Sequence[View], entries: Mapping[int, Sequence[Entered]], *, listed: bool = False
) -> list[dict[str, Any]]:
    """Statements with their entries, as JSON has them."""
    stores = {store.shop_id: store for store in desk.book.all()}
    return [
        {
            **(each.listed() if listed else each.row()),
            "entries": _entry_rows(stores, entries.get(each.statement.id, ())),
        }
        for each in shown
    ]


def open_balances(found: Iterable[Mapping[str, Any]]) -> list[str]:
    """`13.50 USD by maya-shop`, of each balance that is not at nothing."""
    return [f"{each['balance']} {each['currency']} by {each['payer']}" for each in found if each["balance"].amount]


def balances(desk: Desk, person: str) -> list[dict[str, Any]]:
    """What is owed to somebody now, by payer and currency: closed or not."""
    names = payer_names(desk, desk.ledger.accounts.payers())
    return [
        {"payer": names.get(payer, payer), "currency": currency, "balance": Money(amount, currency)}
        for payer, currency, amount in desk.ledger.accounts.balances(person)
    ]
