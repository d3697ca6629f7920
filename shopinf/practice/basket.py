"""A basket: what is bought, what each discount takes off each line, and the tax on what is left.

Discounts are worked out in the shop's currency: those on single products first, then those on the whole order, all
from the price that is left; each is divided over the lines by the largest remainder, so that the allocations add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from . import money
from .money import minor

Json = dict[str, Any]


@dataclass(frozen=True, eq=False)  # known by identity, so that its text can be remembered
class Line:
    """What is bought: a variant of a product, how many, at which price (minor units)."""

    product: Json
    variant: Json
    quantity: int
    price: int

    @property
    def gift_card(self) -> bool:
        return bool(self.product["product_type"] == "Gift card")

    @property
    def taxable(self) -> bool:
        return bool(self.variant.get("taxable", True)) and not self.gift_card

    @property
    def total(self) -> int:
        return self.price * self.quantity


@dataclass(frozen=True)
class Discount:
    """A discount about to be applied; *kind* is discount_code, automatic, manual or script.

    *value* is positive, as Shopify writes it in an order. ``entitled`` holds product and variant ids, or is None.
    """

    kind: str
    name: str
    value: str
    value_type: str = "percentage"
    target_type: str = "line_item"
    target_selection: str = "all"
    allocation_method: str = "across"
    entitled: frozenset[int] | None = None
    description: str | None = None

    @property
    def on_products(self) -> bool:
        """Tell whether it is taken off single products, before discounts on the whole order."""
        return self.target_selection != "all" or self.allocation_method == "each" or self.kind == "automatic"

    def covers(self, line: Line) -> bool:
        """Tell whether it may lower that line; gift cards are never discounted."""
        if line.gift_card:
            return False
        return self.entitled is None or line.product["id"] in self.entitled or line.variant["id"] in self.entitled

    def application(self) -> Json:
        """Write it as an entry of ``discount_applications``."""
        entry: Json = {
            "target_type": self.target_type,
            "type": self.kind,
            "value": self.value,
            "value_type": self.value_type,
            "allocation_method": self.allocation_method,
            "target_selection": self.target_selection,
        }
        if self.kind == "discount_code":
            entry["code"] = self.name
        else:
            entry["title"] = self.name
            if self.kind == "manual":
                entry["description"] = self.description or self.name
        return entry


def allocations(lines: Sequence[Line], shipping: int, discounts: Sequence[Discount], currency: str) -> list[list[int]]:
    """Work out what each discount takes off each line; the last entry of a row is the shipping."""
    left = [line.total for line in lines]
    left_shipping = shipping
    taken = [[0] * (len(lines) + 1) for _ in discounts]
    for stage in (True, False):
        base = list(left)
        for i, discount in enumerate(discounts):
            if discount.target_type == "shipping_line":
                if stage:
                    share = min(left_shipping, percent(shipping, discount.value))
                    taken[i][-1] = share
                    left_shipping -= share
                continue
            if discount.on_products is not stage:
                continue
            open_ = [base[j] if discount.covers(line) else 0 for j, line in enumerate(lines)]
            for j, amount in enumerate(cut(discount, lines, open_, currency)):
                share = min(amount, left[j])
                taken[i][j] = share
                left[j] -= share
    return taken


def percent(units: int, value: str) -> int:
    """Take *value* per cent of *units*, half up."""
    return money.rounded(units * Decimal(value) / 100)


def cut(discount: Discount, lines: Sequence[Line], open_: Sequence[int], currency: str) -> list[int]:
    """Divide one discount over the lines, given what is left of each line that it covers."""
    whole = sum(open_)
    if discount.value_type == "percentage":
        return money.spread(min(whole, percent(whole, discount.value)), open_)
    amount = minor(discount.value, currency)
    if discount.allocation_method == "each":
        return [min(amount * line.quantity, left) for line, left in zip(lines, open_, strict=True)]
    return money.spread(min(amount, whole), open_)


@lru_cache(maxsize=1 << 14)
def tax_of(units: int, rate: Decimal, included: bool) -> int:
    """Work out the tax on (or inside) *units*."""
    return money.rounded(units * rate / (1 + rate) if included else units * rate)
