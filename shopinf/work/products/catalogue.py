"""Bringing the mirror of a store's products up to date: all of them once, then only what changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shopinf.ledger.products import Reach
from shopinf.products import MOST_VARIANTS
from shopinf.shopify.products import count_products, product_pages
from shopinf.words import counted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Store

OVERLAP = timedelta(minutes=5)  # news may reach Shopify's lists a little late


@dataclass
class Stocked:
    """What reading a store's products came to."""

    store: Store
    read: int = 0  # products
    removed: int = 0
    products: int = 0  # that are known now
    variants: int = 0
    reach: Reach | None = None
    notes: list[str] = field(default_factory=list)


def import_products(desk: Desk, store: Store, *, full: bool = False) -> Stocked:
    """Read the products of *store* that changed since the last time, or all of them when it is the first.

    *full* reads all of them again and removes those that the store no longer has, which a list of changes never tells.
    """
    shop, mirror = desk.shop(store), desk.ledger.products
    done = Stocked(store)
    with desk.syncing(store), desk.out.progress("reading products", None, "products", store=store.name) as progress:
        former = mirror.reach(store.shop_id)
        everything = full or former is None
        since = None if everything or former is None else former.watermark
        round = (former.round if former else 0) + (1 if everything else 0)
        asked_at: datetime | None = None
        for number, page in enumerate(product_pages(shop, store.currency, updated_since=since)):
            asked_at = page.at if number == 0 else asked_at
            if number == 1:
                progress.total(count_products(shop, updated_since=since))
            mirror.write(store.shop_id, page.products, round)
            done.read += len(page.products)
            progress.advance(len(page.products))
        if everything:
            done.removed = mirror.remove_unseen(store.shop_id, round)
        # Shopify's own time, for the clock of this machine may be wrong.
        watermark = asked_at - OVERLAP if asked_at else since
        mirror.keep(store.shop_id, Reach(watermark, round))
    done.reach = mirror.reach(store.shop_id)
    done.products, done.variants, cut = mirror.counts(store.shop_id)
    if cut:
        done.notes.append(
            f"{store.name}: Shopify shows only {MOST_VARIANTS} variants of a product; of "
            f"{counted(cut, 'product')} some may be missing here"
        )
    return done
