"""Rows of the influencers' accounts: how they are written, and read as values of the agency's world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from shopinf.money import Money, digits
from shopinf.payouts.entries import Account, Entry, Kind, OrderKey
from shopinf.payouts.statements import Figures, HoldFrom, Statement, Terms
from shopinf.periods import Period


@dataclass(frozen=True, slots=True)
class Payer:
    """A payer as the ledger knows it since its first closing."""

    key: str
    name: str
    terms: Terms
    began: date


@dataclass(frozen=True, slots=True)
class Closed:
    """A closing that was made."""

    id: int
    payer: str
    first: date
    last: date
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A closing that was worked out, to be written as a whole."""

    payer: str
    name: str
    terms: Terms
    period: Period
    stores: Mapping[int, datetime]  # up to which change each store was looked at
    entries: Sequence[Entry]
    version: int  # of what is recorded of its stores, when it was worked out
    zone: ZoneInfo  # whose days it tells
    names: Mapping[str, str] = field(default_factory=dict)  # influencers as operators see them


@dataclass(frozen=True, slots=True)
class Made:
    """What a closing made: its statements; in a rehearsal the entries of each too, by its id."""

    statements: Sequence[Statement]
    entries: Mapping[int, Sequence[Entered]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entered:
    """An entry as it stands in the ledger."""

    entry: Entry
    id: int
    recorded_at: datetime
    by: str
    statement: int | None
    payment: int | None


def entry_row(entry: Entry, *, at: datetime, by: str, payment: int | None = None) -> dict[str, Any]:
    """An entry as its table keeps it."""
    account = entry.account
    return {
        "payer": account.payer,
        "person": account.person,
        "currency": account.currency,
        "kind": str(entry.kind),
        "amount": Money(entry.amount, account.currency).minor,
        "shop_id": entry.order.shop_id,
        "order_id": entry.order.order_id,
        "step": entry.step,
        "order_name": entry.order_name,
        "code": entry.code,
        "net": None if entry.net is None else Money(entry.net, account.currency).minor,
        "rate": entry.rate,
        "customer_type": entry.customer_type,
        "basis": entry.basis,
        "payable_at": entry.payable_at,
        "happened_at": entry.happened_at,
        "recorded_at": at,
        "by": by,
        "reason": entry.reason,
        "reference": entry.reference,
        "payment": payment,
    }


def read_entry(row: Mapping[Any, Any], person: str | None = None) -> Entered:
    """An entry from its row; *person* where the influencer was merged into another."""
    account = Account(row["payer"], person or row["person"], row["currency"])

    def money(units: int | None) -> Decimal | None:
        return None if units is None else Money.from_minor(units, account.currency).amount

    entry = Entry(
        Kind(row["kind"]),
        account,
        Money.from_minor(row["amount"], account.currency).amount,
        row["happened_at"],
        OrderKey(row["shop_id"], row["order_id"]),
        row["order_name"],
        row["code"],
        money(row["net"]),
        row["rate"],
        row["customer_type"],
        row["basis"],
        row["payable_at"],
        row["reason"],
        row["reference"],
        row["step"],
    )
    return Entered(entry, row["id"], row["recorded_at"], row["by"], row["statement"], row["payment"])


def read_statement(row: Mapping[Any, Any], person: str | None = None) -> Statement:
    """A statement from its row; *person* where the influencer was merged into another."""
    account = Account(row["payer"], person or row["person"], row["currency"])
    places = -digits(account.currency)

    def money(name: str) -> Decimal:
        return Decimal(row[name]).scaleb(places)

    return Statement(
        row["name"],
        account,
        date.fromisoformat(row["period_from"]),
        date.fromisoformat(row["period_to"]),
        Figures(money("opening"), money("earned"), money("adjustments"), money("paid")),
        money("held"),
        money("payable"),
        date.fromisoformat(row["payable_on"]) if row["payable_on"] else None,
        row["reason"],
        row["id"],
    )


def read_payer(row: Mapping[Any, Any]) -> Payer:
    terms = Terms(row["hold_days"], HoldFrom(row["hold_from"]), Decimal(row["minimum"]))
    return Payer(row["payer"], row["name"], terms, date.fromisoformat(row["began"]))


def read_closing(row: Mapping[Any, Any]) -> Closed:
    first, last = (date.fromisoformat(row[name]) for name in ("period_from", "period_to"))
    return Closed(row["id"], row["payer"], first, last, row["at"], row["by"])
