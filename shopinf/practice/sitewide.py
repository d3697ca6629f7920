"""A discount for everybody, as on Black Friday: it needs no code, and takes the sale from codes that do not combine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .basket import Discount, Line, allocations
from .graph_discounts import class_of, setting

if TYPE_CHECKING:
    from .store import PracticeStore

Json = dict[str, Any]
Coded = tuple[Json, Discount]  # a code's record, and what it gives


@dataclass(frozen=True)
class Sitewide:
    """An automatic discount on everything; *kind* is its class, *combines* the classes that it lets stand beside it."""

    title: str
    percent: str
    kind: str = "order"
    combines: frozenset[str] = frozenset({"order", "product", "shipping"})

    @property
    def discount(self) -> Discount:
        return Discount("automatic", self.title, self.percent)


def settled(
    shop: PracticeStore, coded: Sequence[Coded], lines: Sequence[Line], postage: int
) -> tuple[list[Coded], list[Discount]]:
    """Decide which discounts an order has: the codes that stay, and the automatic ones.

    Where a code and the shop's own discount do not both allow each other's class, the better one for the buyer stays
    alone (Shopify's help, "Combining discounts").
    """
    own: Sitewide | None = shop.graph.sitewide
    if own is None:
        return list(coded), []
    beside = [each for each in coded if combines(shop, each[0], own)]
    alone = [each for each in coded if each not in beside]
    if not alone:
        return beside, [own.discount]
    with_own = worth(shop, [*beside, ({}, own.discount)], lines, postage)
    if with_own >= worth(shop, coded, lines, postage):
        return beside, [own.discount]
    return list(coded), []


def combines(shop: PracticeStore, record: Json, own: Sitewide) -> bool:
    """Tell whether a code and the shop's own discount stand beside each other."""
    rule_id = record["price_rule_id"]
    return setting(shop, rule_id)[own.kind] and class_of(shop.price_rules[rule_id]) in own.combines


def worth(shop: PracticeStore, coded: Sequence[Coded], lines: Sequence[Line], postage: int) -> int:
    """Work out what discounts take off together, in minor units."""
    taken = allocations(lines, postage, [discount for _, discount in coded], shop.currency)
    return sum(sum(row) for row in taken)
