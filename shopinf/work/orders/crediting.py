"""Crediting a store's orders from the ledger alone: which orders are meant, and whose each of them is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from shopinf.attribution.buyers import Rank, rank
from shopinf.attribution.codebook import Codes
from shopinf.attribution.credits import Credit, Excluded, Links, Rules, attribute
from shopinf.gifts.plan import GIFT_TAG
from shopinf.stores import Store
from shopinf.work.orders.visits import by_first_visit

if TYPE_CHECKING:
    from shopinf.desk import Desk


@dataclass(frozen=True, slots=True)
class Which:
    """Which orders of a store are credited: those of a time, or those that something happened to since."""

    since: datetime | None = None
    until: datetime | None = None
    changed_since: datetime | None = None  # an order that somebody decided about has changed by that
    but: Collection[int] = ()  # these are left out
    only: frozenset[int] | None = None  # by their ids, known to have one of the codes or to be a gift
    owned: bool = False  # not those that used nothing but codes that are nobody's
    of: str = ""  # those alone that have a code which is or was this influencer's


class Credited(NamedTuple):
    """Whose each order is, and the rank of every order that a buyer of these made."""

    outcomes: list[list[Credit] | Excluded]
    ranks: dict[int, Rank]


def credit_orders(
    desk: Desk,
    store: Store,
    codes: Codes,
    rules: Rules,
    which: Which,
    *,
    live: bool = False,
    told: list[str] | None = None,
) -> Credited:
    """Credit orders to those whose codes they used, from the ledger alone.

    *live*: the visits before orders are read from the store where they are needed and not known; *told* gets what a
    person should know of that.
    """
    mirror, gifts = desk.ledger.orders, desk.ledger.gifts.order_ids(store.shop_id)
    ids = meant(desk, store, codes, rules, which)
    since, until, changed_since = which.since, which.until, which.changed_since
    decisions = desk.ledger.decisions.of(store.shop_id)
    orders = list(mirror.full(store.shop_id, ids, since=since, until=until, changed_since=changed_since))
    if changed_since is not None:
        decided = {each for each, decision in decisions.items() if decision.at >= changed_since}.intersection(ids)
        decided.difference_update(order.order_id for order in orders)
        orders += mirror.full(store.shop_id, decided, since=since, until=until)
    if rules.links is Links.FIRST:
        orders = by_first_visit(desk, store, codes, orders, live=live, told=told)
    sync = mirror.sync(store.shop_id)
    ranks = rank(
        mirror.of_buyers(store.shop_id, orders),
        gift_orders=gifts,
        gift_tags=(GIFT_TAG,),
        history_since=sync.reach if sync else None,
    )
    rules = replace(rules, gift_orders=gifts, gift_tags=(GIFT_TAG,), decisions=decisions)
    return Credited([attribute(order, codes, rules, ranks.get(order.order_id)) for order in orders], ranks)


def meant(desk: Desk, store: Store, codes: Codes, rules: Rules, which: Which) -> frozenset[int]:
    """The ids of the orders that may be credited, and of the gifts, which are counted beside them."""
    if which.only is not None:
        return which.only.difference(which.but)
    owners = [(code, {owner.value for owner in code.owners}) for code in codes.tracked]
    wanted = [code for code, whose in owners if (not which.owned or any(whose)) and (not which.of or which.of in whose)]
    texts = [text for code in wanted for text in (*(name.value for name in code.names), *code.marks)]
    ids = desk.ledger.orders.with_codes(store.shop_id, texts, links=rules.links is not None)
    if not which.of:
        ids |= desk.ledger.orders.gifts(store.shop_id) | desk.ledger.gifts.order_ids(store.shop_id)
    return frozenset(ids.difference(which.but))


def changed_since_made(desk: Desk, store: Store, codes: Codes, rules: Rules, begin: datetime) -> frozenset[int]:
    """The orders of before *begin* to which something may have happened since."""
    changed = desk.ledger.orders.changed(store.shop_id, begin, made_before=begin)
    changed.update(desk.ledger.decisions.of(store.shop_id))
    return meant(desk, store, codes, rules, Which()) & changed
