"""What operators call the things they give away, found in a store with how many are left."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from shopinf.gifts.plan import Good
from shopinf.products import Status, Variant, name_variants
from shopinf.shopify.products import product_pages, products_by_id

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Store

_GIVEN = frozenset({Status.ACTIVE, Status.UNLISTED})


def find_goods(desk: Desk, store: Store, words: Collection[str]) -> dict[str, Good]:
    """The variants that *words* mean, as the store has them now; a word that means nothing in it is left out.

    What the ledger knows is asked for by its number; for the rest the catalogue is gone through.
    """
    shop, wanted = desk.shop(store), sorted(words)
    ids = sorted(desk.ledger.products.find(store.shop_id, wanted))
    variants = [each for product in products_by_id(shop, store.currency, ids) for each in product.variants]
    found = name_variants(wanted, variants)
    if len(found) < len(wanted):
        pages = product_pages(shop, store.currency)
        variants = [each for page in pages for product in page.products for each in product.variants]
        found = name_variants(wanted, variants)
    return {word: _good(word, meant) for word, meant in found.items()}


def _good(word: str, meant: list[Variant]) -> Good:
    one = meant[0]
    if len(meant) > 1:
        listed = ", ".join(str(each.variant_id) for each in meant[:5])
        return Good(one.variant_id, word, one.price, problem=f"{word} means several variants: {listed}")
    name = f"{one.name} ({one.sku})" if one.sku else one.name
    problem = None if one.status in _GIVEN else f"{name} is {'a draft' if one.status == Status.DRAFT else one.status}"
    doubt = f"{name} is sold although none is left" if one.oversold and not one.in_stock else None
    return Good(one.variant_id, name, one.price, None if one.oversold else one.stock, problem, doubt)
