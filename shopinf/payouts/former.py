"""What a former provider still owed: its export added up to a balance an influencer, proven by what it is made of.

GoAffPro writes every change of a commission as an entry of its own (ADD, UPDATE, DELETE), and the payout that paid it
into `Is Paid ?`. Refersion writes a cancelled conversion as a second row whose order begins with CANCELLATION_. What
was paid, denied or is still pending there is no balance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class Former(StrEnum):
    """Where a sheet comes from."""

    GOAFFPRO = "goaffpro"
    REFERSION = "refersion"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of an export."""

    who: str  # an e-mail, else a name
    amount: Decimal
    currency: str
    entry: str = ""  # ADD, UPDATE, DELETE; the conversion's status
    order: str = ""
    paid: str = ""  # the payout that paid it, or the word for that
    reason: str = ""
    place: str = ""


@dataclass
class Balance:
    """What one influencer is owed in one currency, and what it is made of."""

    who: str
    currency: str
    amount: Decimal = Decimal(0)
    rows: int = 0
    paid: Decimal = Decimal(0)  # beside it: what was paid there
    left_out: Decimal = Decimal(0)  # denied or pending there
    reason: str = ""
    places: list[str] = field(default_factory=list)


_PAID = frozenset({"paid", "yes", "true", "1", "complete", "completed"})
_UNPAID = frozenset({"", "0", "no", "false", "unpaid", "not paid", "pending", "null", "none", "n/a", "-"})
_NOT_DUE = frozenset({"pending", "denied", "rejected", "declined", "unqualified", "void", "voided", "fraud"})
_CANCELLATION = "cancellation_"


def kind_of(headers: Iterable[str], orders: Iterable[str] = ()) -> Former:
    """What a sheet with these headers is."""
    folded = {"".join(sign for sign in header.casefold() if sign.isalnum()) for header in headers}
    if "ispaid" in folded:
        return Former.GOAFFPRO
    if {"conversionid", "conversion"} & folded or any(order.casefold().startswith(_CANCELLATION) for order in orders):
        return Former.REFERSION
    return Former.PLAIN


def balances(kind: Former, lines: Iterable[Line]) -> list[Balance]:
    """A balance for each influencer and currency; of a plain sheet one for each row, with its reason."""
    found: dict[tuple[str, ...], Balance] = {}
    for line in lines:
        key: tuple[str, ...] = (line.who.casefold(), line.currency)
        if kind is Former.PLAIN:
            key = (*key, line.reason, line.place)
        balance = found.setdefault(key, Balance(line.who, line.currency, reason=line.reason))
        balance.rows += 1
        balance.places.append(line.place)
        amount = _signed(kind, line)
        if _is_paid(kind, line):
            balance.paid += amount
        elif kind is Former.REFERSION and line.entry.casefold() in _NOT_DUE:
            balance.left_out += amount
        else:
            balance.amount += amount
    return list(found.values())


def _signed(kind: Former, line: Line) -> Decimal:
    """The amount as it moves the balance: what is deleted or cancelled takes away, however it is written."""
    takes = {
        Former.GOAFFPRO: line.entry.strip().casefold() == "delete",
        Former.REFERSION: line.order.casefold().startswith(_CANCELLATION),
        Former.PLAIN: False,
    }
    return -abs(line.amount) if takes[kind] else line.amount


def _is_paid(kind: Former, line: Line) -> bool:
    word = line.paid.strip().casefold()
    match kind:
        case Former.GOAFFPRO:  # a payout's id
            return word not in _UNPAID
        case Former.REFERSION:
            return word in _PAID
        case Former.PLAIN:
            return False


def totals(found: Iterable[Balance]) -> Mapping[str, Decimal]:
    """What the balances add up to, by currency."""
    sums: dict[str, Decimal] = {}
    for each in found:
        sums[each.currency] = sums.get(each.currency, Decimal(0)) + each.amount
    return sums
