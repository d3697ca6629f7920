"""Money in whole minor units, and the ways a shop divides it without losing a cent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

DECIMALS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "HUF": 2, "KWD": 3, "BHD": 3, "JOD": 3, "OMR": 3}
# How much one US dollar of catalogue price is elsewhere, roughly: prices only have to look right.
PRICE_LEVEL = {"JPY": 150, "KRW": 1300, "VND": 25000, "CLP": 950, "ISK": 140, "HUF": 360, "KWD": Decimal("0.31")}
PRICE_LEVEL |= {"SEK": 10, "NOK": 10, "DKK": 7, "INR": 80, "MXN": 18, "BHD": Decimal("0.38"), "CZK": 23, "PLN": 4}

Amount = Decimal | int | str | float


def decimals(currency: str) -> int:
    """Tell how many decimals *currency* has (ISO 4217)."""
    return DECIMALS.get(currency, 2)


@lru_cache(maxsize=1 << 14)
def minor(amount: Amount, currency: str) -> int:
    """Turn a decimal amount into minor units, half up."""
    scaled = Decimal(str(amount)).scaleb(decimals(currency))
    return int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@lru_cache(maxsize=1 << 16)
def text(units: int, currency: str) -> str:
    """Write minor units as Shopify does: a string with the currency's decimals."""
    places = decimals(currency)
    if not places:
        return str(units)
    sign = "-" if units < 0 else ""
    whole, part = divmod(abs(units), 10**places)
    return f"{sign}{whole}.{part:0{places}d}"


def number(units: int, currency: str) -> float | int:
    """Write minor units as the JSON number that refund lines carry."""
    places = decimals(currency)
    return units / 10**places if places else units


def rounded(value: Decimal) -> int:
    """Round half away from zero to a whole minor unit."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def part_of(units: int, share: int, whole: int) -> int:
    """Take share/whole of *units*, half up; whole 0 gives 0."""
    if not whole:
        return 0
    sign = -1 if units < 0 else 1
    return sign * ((2 * abs(units) * share + whole) // (2 * whole))


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """Divide *total* by *weights* so that the parts add up exactly (largest remainder; ties to the earlier part)."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    left = total - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[:left]:
        parts[i] += 1
    return parts


class Purse:
    """The two currencies of one order: what the shop books and what the buyer saw.

    *rate* is presentment units for one unit of the shop's currency.
    """

    __slots__ = ("_factor", "_same", "buyer", "rate", "shop")

    def __init__(self, shop: str, buyer: str | None = None, rate: Amount = 1) -> None:
        self.shop = shop
        self.buyer = buyer or shop
        self.rate = Decimal(str(rate))
        self._same = self.buyer == self.shop
        self._factor = self.rate.scaleb(decimals(self.buyer) - decimals(self.shop))

    def convert(self, units: int) -> int:
        """Give the presentment minor units of shop minor units."""
        return units if self._same else rounded(units * self._factor)

    def both(self, units: int) -> dict[str, Any]:
        """Write an amount as a ``…_set``: shop_money and presentment_money."""
        shop = text(units, self.shop)
        buyer = shop if self._same else text(self.convert(units), self.buyer)
        return {
            "shop_money": {"amount": shop, "currency_code": self.shop},
            "presentment_money": {"amount": buyer, "currency_code": self.buyer},
        }
