"""A statement as its influencer gets it: private, complete, and the same whenever it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shopinf.money import Money, rounded
from shopinf.payouts.entries import Kind
from shopinf.payouts.statements import Statement


@dataclass(frozen=True, slots=True)
class Line:
    """One order sold, one thing that changed, or one payment."""

    day: date
    kind: Kind
    order: str = ""  # its number, where it is of one
    code: str = ""
    net: Money | None = None
    rate: str = ""
    amount: Money | None = None
    remark: str = ""
    store: str = ""


@dataclass(frozen=True, slots=True)
class Vat:
    """What the payees' sheet says of value added tax."""

    vat_id: str
    rate: Decimal
    amount: Money
    total: Money


@dataclass(frozen=True, slots=True)
class Page:
    """A statement with everything that its influencer may see."""

    statement: Statement
    agency: str
    payer: str
    influencer: str
    sold: Sequence[Line] = ()
    changed: Sequence[Line] = ()
    paid: Sequence[Line] = ()
    address: str = ""
    vat: Vat | None = None

    @property
    def currency(self) -> str:
        return self.statement.account.currency

    def money(self, amount: Decimal) -> Money:
        return Money(amount, self.currency)

    @property
    def sums(self) -> Sequence[tuple[str, Money]]:
        """The figures from the opening to the closing, by their names."""
        sums = self.statement.figures
        return (
            ("opening", self.money(sums.opening)),
            ("earned", self.money(sums.earned)),
            ("adjustments", self.money(sums.adjustments)),
            ("paid", self.money(-sums.paid)),
            ("closing", self.money(sums.closing)),
        )

    @property
    def payable(self) -> Money:
        return self.money(self.statement.payable)

    @property
    def several_stores(self) -> bool:
        return len({line.store for line in (*self.sold, *self.changed) if line.store}) > 1


def vat_of(payable: Money, rate: str, vat_id: str) -> Vat | None:
    """The tax on what is payable, at a rate like `19` or `19 %`; None where no rate is given."""
    try:
        number = Decimal(rate.strip().removesuffix("%").strip().replace(",", "."))
    except ArithmeticError:
        return None
    if not number.is_finite() or number < 0:
        return None
    tax = Money(rounded(payable.amount * number / 100, payable.currency), payable.currency)
    return Vat(vat_id.strip(), number, tax, payable + tax)
