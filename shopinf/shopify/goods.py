"""What an operator calls a product, found in the store: a product's id, a variant's id, or a SKU."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pydantic import Field

from shopinf.discounts.terms import Goods
from shopinf.errors import BadInput, NoSuchThing
from shopinf.shopify.client import Shop
from shopinf.shopify.records import Facts


class _Variant(Facts):
    id: int
    product_id: int | None = None
    sku: str | None = None


class _Product(Facts):
    id: int
    variants: list[_Variant] = Field(default_factory=list)


@dataclass
class _Found:
    products: set[int]
    variants: dict[int, int | None]  # variant → its product


def find_goods(shop: Shop, words: Sequence[str], collections: Sequence[int]) -> Goods:
    """The goods that *words* and *collections* mean; a word that means nothing in this store is refused.

    A number is a product's id, else a variant's, else a SKU; SKUs, and variants that the store does not give alone,
    are found by going through the catalogue.
    """
    wanted = [word.strip() for word in words]
    found = _Found(set(), {})
    left = _by_id(shop, wanted, found)
    if left:
        left = _in_catalogue(shop, left, found)
    if left:
        raise BadInput(
            f"{shop.access.name} has no product, variant or SKU {', '.join(left)}",
            hint="Take the id from the product's address in the Shopify admin, or the variant's SKU.",
        )
    both = sorted(variant for variant, product in found.variants.items() if product in found.products)
    if both:
        raise BadInput(
            f"Variant {both[0]} is asked for together with its own product",
            hint="Give either the product or its variants.",
        )
    return Goods(tuple(sorted(found.products)), tuple(sorted(found.variants)), tuple(sorted(set(collections))))


def _by_id(shop: Shop, words: Sequence[str], found: _Found) -> list[str]:
    """Take up the words that are ids; returns the others."""
    numbers = [word for word in words if word.isascii() and word.isdigit() and len(word) < 19]
    ids = sorted({int(word) for word in numbers})
    if ids:
        params = {"ids": ids, "fields": "id"}
        found.products |= {each.id for each in shop.pages("products.json", "products", params=params, model=_Product)}
    left = []
    for word in words:
        if word in numbers and int(word) in found.products:
            continue
        if word in numbers and (variant := _variant(shop, int(word))):
            found.variants[variant.id] = variant.product_id
            continue
        left.append(word)
    return left


def _variant(shop: Shop, variant_id: int) -> _Variant | None:
    try:
        answer = shop.get(f"variants/{variant_id}.json", fields="id,product_id,sku")
    except NoSuchThing:
        return None
    return _Variant.model_validate(answer["variant"])


def _in_catalogue(shop: Shop, words: Collection[str], found: _Found) -> list[str]:
    """Take up the words that are SKUs, all variants of each, or variants' ids; returns those that are neither."""
    wanted = {word.casefold(): word for word in words}
    params = {"since_id": 0, "fields": "id,variants"}
    met: set[str] = set()
    for product in shop.pages("products.json", "products", params=params, model=_Product):
        for variant in product.variants:
            for word in {(variant.sku or "").strip().casefold(), str(variant.id)} & wanted.keys():
                met.add(word)
                found.variants[variant.id] = product.id
    return [word for folded, word in wanted.items() if folded not in met]
