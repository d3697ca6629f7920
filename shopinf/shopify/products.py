"""Products as a store has them, read page by page as our own values (REST Admin API, resources/product)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

from pydantic import Field

from shopinf.errors import NoAnswer, Refused
from shopinf.money import Money
from shopinf.products import MOST_VARIANTS, Product, Status, Variant
from shopinf.shopify.client import PAGE, Raw, Shop
from shopinf.shopify.orderjson import Amount, Moment
from shopinf.shopify.records import Facts, read_page
from shopinf.shopify.strict import ODD, exact, listed
from shopinf.unread import Unread

FIELDS = "id,title,handle,status,published_at,updated_at,variants,images,image"
_ONLY = "Default Title"  # what Shopify calls the one variant of a product without options


@dataclass(frozen=True, slots=True)
class Page:
    """Products of one answer, and the store's own time when it was given."""

    products: list[Product]
    at: datetime | None
    unread: list[Unread] = field(default_factory=list)


def product_pages(shop: Shop, currency: str, *, updated_since: datetime | None = None) -> Iterator[Page]:
    """Every product of any status by rising id, or those that changed since then.

    Where Shopify no longer knows the place in the listing, it goes on after the last id.
    """
    after = 0
    while True:
        begun = after
        params: dict[str, Any] = {"since_id": after, "updated_at_min": updated_since, "fields": FIELDS}
        try:
            for raw in shop.raw_pages("products.json", **params):
                page = _page(raw, shop, currency)
                after = max([after, *(product.product_id for product in page.products)])
                yield page
        except Refused as refused:
            if "page_info" not in refused.fields or after == begun:
                raise
            continue
        return


def products_by_id(shop: Shop, currency: str, ids: Sequence[int]) -> Iterator[Page]:
    """Those of *ids* that the store still has, 250 a page."""
    for start in range(0, len(ids), PAGE):
        raw = shop.get_raw("products.json", ids=list(ids[start : start + PAGE]), limit=PAGE, fields=FIELDS)
        yield _page(raw, shop, currency)


def count_products(shop: Shop, *, updated_since: datetime | None = None) -> int:
    """How many products Shopify says there are, or of these changed since then."""
    answer = shop.get("products/count.json", updated_at_min=updated_since)
    try:
        return int(answer["count"])
    except (ValueError, KeyError, TypeError):
        raise NoAnswer(
            f"{shop.access.name} sent a number of products that cannot be read", hint="Run the same command again."
        ) from None


def _page(raw: Raw, shop: Shop, currency: str) -> Page:
    try:
        found = listed("products", _Product)(raw.content)
        return Page([_Product.product(each, currency) for each in found], _date(raw))
    except ODD:
        records = read_page(raw.content, "products", _Product, shop.access.name)
        return Page([each.product(currency) for each in records.found], _date(raw), records.unread)


def _date(raw: Raw) -> datetime | None:
    try:
        return parsedate_to_datetime(raw.headers["Date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return None


# Shopify's shapes


class _Image(Facts):
    id: int | None = None
    src: str | None = None


class _Variant(Facts):
    id: int
    title: str | None = None
    price: Amount | None = None
    sku: str | None = None
    position: int | None = None
    image_id: int | None = None
    inventory_quantity: int | None = None
    inventory_policy: str | None = None
    inventory_management: str | None = None
    updated_at: Moment | None = None


class _Product(Facts):
    id: int
    title: str | None = None
    handle: str | None = None
    status: str | None = None
    published_at: Moment | None = None
    updated_at: Moment | None = None
    variants: list[_Variant] = Field(default_factory=list)
    images: list[_Image] | None = None
    image: _Image | None = None

    def product(self, currency: str) -> Product:
        title = self.title or f"Product {self.id}"
        images = {image.id: image.src for image in self.images or ()}
        first = (self.image.src if self.image else None) or next(iter(images.values()), None)
        made = [
            Variant(
                variant_id=each.id,
                product_id=self.id,
                title=title,
                price=Money(exact(each.price) or Decimal(0), currency),
                status=self.status or Status.ACTIVE,
                variant=None if len(self.variants) == 1 and each.title == _ONLY else each.title or None,
                sku=(each.sku or "").strip() or None,
                published=self.published_at is not None,
                # Without inventory management the quantity says nothing.
                stock=each.inventory_quantity if each.inventory_management else None,
                oversold=each.inventory_policy == "continue",
                handle=self.handle,
                image_url=images.get(each.image_id) or first,
                updated_at=self.updated_at or each.updated_at,
                position=each.position or place,
                cut=len(self.variants) >= MOST_VARIANTS,
            )
            for place, each in enumerate(self.variants, 1)
        ]
        return Product(self.id, title, tuple(made))
