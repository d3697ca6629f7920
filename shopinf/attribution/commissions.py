"""Commissions: a share of net sales, or a flat amount for an order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from shopinf.errors import BadInput
from shopinf.money import digits, rounded


@dataclass(frozen=True, slots=True)
class Commission:
    """A rate: `percent` of net sales (10 is ten per cent), or `flat`, so much for an order in the shop's currency."""

    percent: Decimal | None = None
    flat: Decimal | None = None

    def __post_init__(self) -> None:
        if (self.percent is None) == (self.flat is None):
            raise ValueError("a commission is either a percentage or an amount")

    def __str__(self) -> str:
        """As it is written: `10%`, `12.5%`, `5.00`."""
        if self.percent is not None:
            return f"{self.percent.normalize():f}%"
        return f"{self.flat:f}"

    def on(self, sold: Decimal, net: Decimal, currency: str) -> Decimal:
        """The commission for an order of which *net* is left of what was *sold*, rounded half up.

        A flat commission is earned whole as long as anything is left; a full refund takes all of it.
        """
        if self.percent is not None:
            return rounded(net * self.percent / 100, currency)
        assert self.flat is not None
        return rounded(Decimal(0) if sold and not net else self.flat, currency)


def read_commission(text: str, currency: str | None = None) -> Commission:
    """Read `10%`, or an amount with decimals like `5.00`; a bare `10` could be either and is refused.

    Where a currency has no decimals an amount still takes them, as zeros: `500.00` is 500 JPY.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*%|(\d+\.\d+)", text.strip(), re.ASCII)
    if found is None:
        raise BadInput(
            f"{text!r} is not a commission",
            hint="Write a percentage with its sign, like 10%, or an amount for each order with decimals, like 5.00.",
        )
    if found[1]:
        percent = Decimal(found[1])
        if percent > 100:
            raise BadInput(f"a commission of {text.strip()} is more than the whole sale", hint="Write at most 100%.")
        return Commission(percent=percent)
    flat = Decimal(found[2])
    if currency is None:
        return Commission(flat=flat)
    if flat != rounded(flat, currency):
        raise BadInput(
            f"{text.strip()} has more decimals than {currency} has", hint=f"{currency} has {digits(currency)}."
        )
    return Commission(flat=rounded(flat, currency))
