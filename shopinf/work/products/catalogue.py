"""Bringing the mirror of a store's products up to date: all of them once, then only what changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shopinf.ledger.products import Reach
from shopinf.products import MOST_VARIANTS
from shopinf.shopify.products import Page, count_products, product_pages, products_by_id
from shopinf.unread import Unread
from shopinf.windows import caught_up
from shopinf.words import counted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Store


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
    unread: list[Unread] = field(default_factory=list)


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
        asked_at, begun = None, shop.clock.now()
        for number, page in enumerate(product_pages(shop, store.currency, updated_since=since)):
            asked_at = page.at if number == 0 else asked_at
            if number == 1:
                progress.total(count_products(shop, updated_since=since))
            _keep(desk, store, page, round)
            done.read += len(page.products)
            progress.advance(len(page.products))
        if not everything:
            _ask_again(desk, store, round)
        if everything:
            done.removed = mirror.remove_unseen(store.shop_id, round)
        watermark = caught_up(asked_at, begun) if asked_at else since
        mirror.keep(store.shop_id, Reach(watermark, round))
    done.unread = desk.ledger.unread.of(store.shop_id, "products")
    done.reach = mirror.reach(store.shop_id)
    done.products, done.variants, cut = mirror.counts(store.shop_id)
    if cut:
        done.notes.append(
            f"{store.name}: Shopify shows only {MOST_VARIANTS} variants of a product; of "
            f"{counted(cut, 'product')} some may be missing here"
        )
    return done


def _keep(desk: Desk, store: Store, page: Page, round: int) -> None:
    """Keep what a page says; what is known of a product that cannot be read stays."""
    desk.ledger.products.write(store.shop_id, page.products, round)
    desk.ledger.products.sight(store.shop_id, [each.record_id for each in page.unread if each.record_id], round)
    readable = [product.product_id for product in page.products]
    desk.ledger.unread.note(store.shop_id, "products", page.unread, readable)


def _ask_again(desk: Desk, store: Store, round: int) -> None:
    """Read the products again that could not be read so far; those that are gone are forgotten."""
    ids = [each.record_id for each in desk.ledger.unread.of(store.shop_id, "products") if each.record_id]
    shown: set[int | None] = set()
    for page in products_by_id(desk.shop(store), store.currency, ids):
        _keep(desk, store, page, round)
        shown |= {product.product_id for product in page.products} | {each.record_id for each in page.unread}
    if gone := [each for each in ids if each not in shown]:
        desk.ledger.unread.forget(store.shop_id, "products", gone)
