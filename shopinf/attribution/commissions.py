"""Commissions: a share of net sales, or a flat amount for an order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from shopinf.errors import BadInput
from shopinf.money import digits, rounded


@dataclass(frozen=True, slots=True)
class Commission:
    """A rate: `percent` of net sales (10 is ten per cent), or `flat`, so much for an order in the shop's currency.

    A flat one is earned whole as long as anything is left of the order, or *pro rata* of what is left.
    """

    percent: Decimal | None = None
    flat: Decimal | None = None
    pro_rata: bool = False

    def __post_init__(self) -> None:
        if (self.percent is None) == (self.flat is None):
            raise ValueError("a commission is either a percentage or an amount")

    def __str__(self) -> str:
        """As it is written: `10%`, `12.5%`, `5.00`, `5.00 pro rata`."""
        if self.percent is not None:
            return f"{self.percent.normalize():f}%"
        return f"{self.flat:f}{' pro rata' if self.pro_rata else ''}"

    def on(self, sold: Decimal, net: Decimal, currency: str) -> Decimal:
        """The commission for an order of which *net* is left of what was *sold*, rounded half up.

        A full refund takes all of a flat commission too.
        """
        if self.percent is not None:
            return rounded(net * self.percent / 100, currency)
        assert self.flat is not None
        if self.pro_rata and sold:
            return rounded(self.flat * net / sold, currency)
        return rounded(Decimal(0) if sold and not net else self.flat, currency)


def read_commission(text: str, currency: str | None = None) -> Commission:
    """Read `10%`, or an amount with decimals like `5.00`; a bare `10` could be either and is refused.

    Where a currency has no decimals an amount still takes them, as zeros: `500.00` is 500 JPY. An amount that shrinks
    with what is returned is `5.00 pro rata`.
    """
    pattern = r"(\d+(?:\.\d+)?)\s*%|(\d+\.\d+)(\s+pro[ -]rata)?"
    found = re.fullmatch(pattern, text.strip(), re.ASCII | re.IGNORECASE)
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
    flat, pro_rata = Decimal(found[2]), bool(found[3])
    if currency is None:
        return Commission(flat=flat, pro_rata=pro_rata)
    if flat != rounded(flat, currency):
        raise BadInput(
            f"{text.strip()} has more decimals than {currency} has", hint=f"{currency} has {digits(currency)}."
        )
    return Commission(flat=rounded(flat, currency), pro_rata=pro_rata)
