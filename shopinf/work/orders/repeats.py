"""Reading whole what customers bought after an influencer had won them.

Of an order without any code only its time and buyer are kept. Once an influencer has won its buyer it matters what it
came to, so it is asked for by id, 250 a request, and kept like an order with a code.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from shopinf.ledger.repeats import Looked
from shopinf.shopify.orders import orders_by_id
from shopinf.work.orders.won import owned_texts, won_customers

if TYPE_CHECKING:
    from shopinf.ledger.ledger import Ledger
    from shopinf.ledger.orders import Sync
    from shopinf.shopify.client import Shop
    from shopinf.stores import Store

# Stores whose buyers are gone over at the same time. Stores of one size are read to the end at the same time too, and
# each holds all orders of its buyers, and of the ledger what they lie in, while Python works on one of them anyway.
_AT_ONCE = threading.Semaphore(4)


def read_repeats(ledger: Ledger, store: Store, shop: Shop, sync: Sync, newest: datetime) -> None:
    """Read the later orders of customers who were won, as far as they are not known whole.

    Looked at are the buyers of orders that changed since the last look, and all of them where codes were added since or
    older orders came into sight, whose buyers may turn out to be won; *newest* is the newest change that this sync has
    met. What the store no longer shows stays as it is.
    """
    shop_id = store.shop_id
    if not (texts := owned_texts(ledger, shop_id)):
        return
    told = [*sorted(texts), str(sync.reach)]
    digest = hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]
    former = ledger.repeats.looked(shop_id)
    same = former is not None and former.sight == digest
    if former is not None and same and newest <= former.changes:
        return
    since = former.changes if former is not None and same else None
    with _AT_ONCE:
        ids = sorted({each for part in _repeats(ledger, shop_id, texts, sync, since) for each in part})
    for _, page in orders_by_id(shop, ledger.database.key(), ids, whole=True):
        ledger.orders.write(shop_id, page.orders, sync.round, odd=page.unread)
    ledger.repeats.keep_looked(shop_id, Looked(max(newest, former.changes) if former else newest, digest))


def _repeats(
    ledger: Ledger, shop_id: int, texts: frozenset[str], sync: Sync, since: datetime | None
) -> Iterator[list[int]]:
    """The later orders of which only time and buyer are known, in parts."""
    gifts = ledger.gifts.order_ids(shop_id)
    if since is None:
        first = ledger.orders.with_codes(shop_id, texts)
    else:
        changed = ledger.orders.changed(shop_id, since)
        bought = ledger.orders.of_buyers(shop_id, ledger.repeats.purchases(shop_id, sorted(changed)))
        first = ledger.repeats.with_codes(shop_id, sorted(each.order_id for each in bought), texts)
    for part in won_customers(ledger, shop_id, first, gift_orders=gifts, history_since=sync.reach):
        later = [each.order_id for customer in part.customers for each in customer.again]
        yield ledger.repeats.lacking(shop_id, later)
