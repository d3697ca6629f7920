"""The mirror of products: every variant that a store was seen to have, and how far it was read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, or_, select, update

from shopinf.ledger.tables.mirror import syncs, variants
from shopinf.ledger.upserts import parts, upsert
from shopinf.money import Money
from shopinf.products import Product, Variant

if TYPE_CHECKING:
    from shopinf.ledger.journal import Journal

WHAT = "products"


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a store's products were read."""

    watermark: datetime | None  # everything changed before it is here
    round: int  # how often all of them were read
    finished_at: datetime | None = None


class Products:
    """The variants of every store, by store."""

    def __init__(self, ledger: Journal) -> None:
        self._ledger = ledger
        self._database = ledger.database

    def reach(self, shop_id: int) -> Reach | None:
        """How far a store was read; None before its first reading was complete."""
        query = select(syncs).where(syncs.c.shop_id == shop_id, syncs.c.what == WHAT)
        with self._database.reading() as db:
            row = db.execute(query).mappings().first()
        return None if row is None else Reach(row["watermark"], row["round"], row["finished_at"])

    def keep(self, shop_id: int, reach: Reach) -> None:
        """The store is read this far."""
        row = {
            "shop_id": shop_id,
            "what": WHAT,
            "watermark": reach.watermark,
            "reach": None,
            "truncated": False,
            "scopes": "",
            "round": reach.round,
            "finished_at": self._ledger.clock.now(),
        }
        with self._database.writing() as db:
            upsert(db, syncs, [row])

    def write(self, shop_id: int, found: Sequence[Product], round: int) -> None:
        """Keep what a store said of products: a variant that it no longer names is gone."""
        with self._database.writing() as db:
            for part in parts([product.product_id for product in found]):
                db.execute(delete(variants).where(variants.c.shop_id == shop_id, variants.c.product_id.in_(part)))
            upsert(db, variants, [_row(shop_id, each, round) for product in found for each in product.variants])

    def sight(self, shop_id: int, ids: Sequence[int], round: int) -> None:
        """These products are in the store, whatever can be read of them."""
        with self._database.writing() as db:
            for part in parts(ids):
                mine = variants.c.shop_id == shop_id, variants.c.product_id.in_(part)
                db.execute(update(variants).where(*mine).values(round=round))

    def remove_unseen(self, shop_id: int, round: int) -> int:
        """Remove what the reading *round* of all products did not meet; returns how many products are gone."""
        query = select(variants.c.product_id).where(variants.c.shop_id == shop_id, variants.c.round < round).distinct()
        with self._database.writing() as db:
            gone = [product_id for (product_id,) in db.execute(query)]
            db.execute(delete(variants).where(variants.c.shop_id == shop_id, variants.c.round < round))
            if gone:
                self._ledger.note(db, shop_id, "products.gone", WHAT, {"products": gone})
        return len(gone)

    def of_shop(self, shop_id: int) -> list[Variant]:
        """The variants of a store, product by product in order of title."""
        query = select(variants).where(variants.c.shop_id == shop_id)
        query = query.order_by(variants.c.title, variants.c.product_id, variants.c.position)
        with self._database.reading() as db:
            return [_variant(row) for row in db.execute(query).mappings()]

    def counts(self, shop_id: int) -> tuple[int, int, int]:
        """How many products and variants are here, and of how many products Shopify may show only a part."""
        product = variants.c.product_id
        query = select(func.count(product.distinct()), func.count()).where(variants.c.shop_id == shop_id)
        with self._database.reading() as db:
            products, all_of_them = db.execute(query).one()
            halves = select(func.count(product.distinct())).where(variants.c.shop_id == shop_id, variants.c.cut)
            return int(products), int(all_of_them), int(db.execute(halves).scalar_one())

    def find(self, shop_id: int, words: Collection[str]) -> set[int]:
        """The products that variants with one of these numbers or SKUs belong to, and those with these numbers."""
        found: set[int] = set()
        with self._database.reading() as db:
            for part in parts(sorted(words)):
                found |= {row[0] for row in db.execute(_named(shop_id, part))}
        return found


def _named(shop_id: int, words: Iterable[str]) -> Any:
    texts = {word.casefold() for word in words}
    numbers = {int(word) for word in texts if word.isascii() and word.isdigit() and len(word) < 19}
    meant = or_(
        func.lower(variants.c.sku).in_(texts), variants.c.variant_id.in_(numbers), variants.c.product_id.in_(numbers)
    )
    return select(variants.c.product_id).where(variants.c.shop_id == shop_id, meant).distinct()


def _row(shop_id: int, each: Variant, round: int) -> dict[str, Any]:
    return {
        "shop_id": shop_id,
        "variant_id": each.variant_id,
        "product_id": each.product_id,
        "position": each.position,
        "title": each.title,
        "variant": each.variant,
        "sku": each.sku,
        "price": each.price.minor,
        "currency": each.price.currency,
        "status": each.status,
        "published": each.published,
        "stock": each.stock,
        "oversold": each.oversold,
        "handle": each.handle,
        "image_url": each.image_url,
        "updated_at": each.updated_at,
        "cut": each.cut,
        "round": round,
    }


def _variant(row: Mapping[Any, Any]) -> Variant:
    return Variant(
        variant_id=row["variant_id"],
        product_id=row["product_id"],
        title=row["title"],
        price=Money.from_minor(row["price"], row["currency"]),
        status=row["status"],
        variant=row["variant"],
        sku=row["sku"],
        published=row["published"],
        stock=row["stock"],
        oversold=row["oversold"],
        handle=row["handle"],
        image_url=row["image_url"],
        updated_at=row["updated_at"],
        position=row["position"],
        cut=row["cut"],
    )
