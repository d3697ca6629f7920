"""Orders asked for again by id: those that could not be read, and those known by facts of an older form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopinf.orderfacts import FACTS_VERSION
from shopinf.shopify.orders import orders_by_id
from shopinf.words import agreeing, counted

if TYPE_CHECKING:
    from shopinf.ledger.ledger import Ledger
    from shopinf.ledger.orders import Sync
    from shopinf.shopify.client import Shop
    from shopinf.stores import Store


def ask_again(ledger: Ledger, store: Store, shop: Shop, round: int) -> list[str]:
    """Read the orders of *store* that could not be read so far; returns what there is to say of it."""
    odd = ledger.unread.of(store.shop_id, "orders")
    gone: list[int] = []
    for asked, page in orders_by_id(shop, ledger.database.key(), [each.record_id for each in odd if each.record_id]):
        ledger.orders.write(store.shop_id, page.orders, round, odd=page.unread)
        shown = {each.order_id for each in page.orders} | {each.record_id for each in page.unread}
        gone += [each for each in asked if each not in shown]
    if not gone:
        return []
    ledger.unread.forget(store.shop_id, "orders", gone)
    named = ", ".join(each.called for each in odd if each.record_id in gone)
    return [f"the store no longer shows {named}, which could not be read before"]


def renew(ledger: Ledger, store: Store, shop: Shop, sync: Sync) -> list[str]:
    """Read orders with refunds anew whose facts lack what the refunds sent; returns what there is to say of it.

    Written down page by page, so that a run that ends in between goes on with the rest. What the store no longer shows
    keeps the facts that are known of it.
    """
    if sync.facts >= FACTS_VERSION:
        return []
    ids = ledger.old_facts.of(store.shop_id)
    lost = 0
    for asked, page in orders_by_id(shop, ledger.database.key(), ids):
        ledger.orders.write(store.shop_id, page.orders, sync.round, odd=page.unread)
        shown = {each.order_id for each in page.orders} | {each.record_id for each in page.unread}
        lost += ledger.old_facts.keep(store.shop_id, [each for each in asked if each not in shown])
    if not ids:
        return []
    were = agreeing(len(ids), "was", "were")
    said = [f"{counted(len(ids), 'order')} with refunds {were} read anew, once: what a refund sent counts now"]
    if lost:
        their = agreeing(lost, "its refunds count", "their refunds count")
        said.append(f"of these the store no longer shows {lost:,}: {their} by what was known before")
    return said
