"""Products: what a store sells, variant by variant, with what it costs and how much is left of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shopinf.errors import BadInput
from shopinf.money import Money
from shopinf.orders import folded

MOST_VARIANTS = 100  # the REST Admin API gives no more of one product, and does not say so


class Status(StrEnum):
    """Where a product stands in the store's catalogue."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    DRAFT = "draft"
    UNLISTED = "unlisted"


@dataclass(frozen=True, slots=True)
class Variant:
    """One variant of a product, as it is sold and counted."""

    variant_id: int
    product_id: int
    title: str  # the product's
    price: Money
    status: str
    variant: str | None = None  # None where the product has no options
    sku: str | None = None
    published: bool = False  # on the online store
    stock: int | None = None  # None where the store does not count it
    oversold: bool = False  # it is sold although none is left
    handle: str | None = None
    image_url: str | None = None
    updated_at: datetime | None = None
    position: int = 1
    cut: bool = False  # its product may have more variants than Shopify shows

    @property
    def in_stock(self) -> bool:
        """Is any left? What is not counted always is."""
        return self.stock is None or self.stock > 0

    @property
    def name(self) -> str:
        """What a person calls it: `Serum, 30 ml`."""
        return f"{self.title}, {self.variant}" if self.variant else self.title

    def url(self, domain: str) -> str | None:
        """Its page in the storefront; None where there is none to be seen."""
        if not (self.published and self.handle and self.status in (Status.ACTIVE, Status.UNLISTED)):
            return None
        return f"https://{domain}/products/{self.handle}"

    def is_called(self, text: str) -> bool:
        """Does every word of *text* occur in its titles or SKU, or is it its own or its product's number?"""
        if text.strip() in (str(self.variant_id), str(self.product_id)):
            return True
        told = folded(f"{self.title} {self.variant or ''} {self.sku or ''}")
        return all(word in told for word in folded(text).split())


@dataclass(frozen=True, slots=True)
class Product:
    """A product with the variants that Shopify shows of it."""

    product_id: int
    title: str
    variants: tuple[Variant, ...]


def read_statuses(words: Iterable[str]) -> set[str]:
    """Read `--status` options."""
    for word in words:
        if word.strip().lower() not in list(Status):
            raise BadInput(f"There is no status {word!r}", hint=f"Choose one of {', '.join(Status)}.")
    return {word.strip().lower() for word in words}


def name_variants(words: Sequence[str], variants: Sequence[Variant]) -> dict[str, list[Variant]]:
    """Which variants each of *words* may mean: a variant's number, else a SKU, else a product's number.

    A word that names several is for the caller to refuse; one that names none is left out.
    """
    by_id: Mapping[str, Variant] = {str(each.variant_id): each for each in variants}
    by_sku: dict[str, list[Variant]] = {}
    by_product: dict[str, list[Variant]] = {}
    for each in variants:
        by_product.setdefault(str(each.product_id), []).append(each)
        if each.sku:
            by_sku.setdefault(folded(each.sku), []).append(each)
    found: dict[str, list[Variant]] = {}
    for word in words:
        meant = [by_id[word]] if word in by_id else by_sku.get(folded(word)) or by_product.get(word)
        if meant:
            found[word] = meant
    return found
