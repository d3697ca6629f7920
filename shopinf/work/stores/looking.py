"""A live look at a store: who it is, what it allows, what it withholds. `connect` and `verify-scopes` share it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shopinf.errors import NotConnected
from shopinf.scopes import Feature, Readiness, Status, readiness, unneeded
from shopinf.shell import quoted
from shopinf.stores import Store

if TYPE_CHECKING:
    from shopinf.shopify.client import Shop
    from shopinf.shopify.shop import Probe, ShopFacts

# Orders, customers and draft orders are protected customer data.
_PROTECTED = {"customers": "customers", "orders": "orders", "gifts": "orders"}


@dataclass(frozen=True)
class Look:
    """What a live look at a store found."""

    facts: ShopFacts
    scopes: frozenset[str]
    probe: Probe
    notes: list[str]

    def ready(self, features: Iterable[Feature], *, read_only: bool) -> list[Readiness]:
        """How ready each feature is: its scopes, and whether Shopify shows the app the data behind it."""
        return [self._ready(feature, read_only) for feature in features]

    def _ready(self, feature: Feature, read_only: bool) -> Readiness:
        found = readiness(feature, self.scopes, read_only=read_only)
        behind = _PROTECTED.get(feature.name)
        if behind and getattr(self.probe, behind) == "forbidden_pcd":
            return replace(found, status=Status.UNAVAILABLE)
        return found


def look(shop: Shop, store: Store) -> Look:
    """Look at *store*: its facts, granted scopes, one customer, one order, and how far back orders go."""
    from shopinf.shopify.shop import deprecated_calls, granted_scopes, probe, shop_facts

    facts = shop_facts(shop)
    if store.shop_id and facts.id != store.shop_id:
        raise NotConnected(
            f"Another shop than {store.name} answers at {store.base_url} now ({facts.name}, number {facts.id})",
            hint=f"Forget the former one with shopinf disconnect {quoted(store.name)}, then connect this one.",
        )
    scopes = granted_scopes(shop)
    seen = probe(shop, scopes, facts)
    notes = list(seen.notes)
    if facts.myshopify_domain != store.domain:
        notes.append(f"Shopify knows this store as {facts.myshopify_domain}")
    if extra := unneeded(scopes):
        notes.append(f"granted but not needed by shopinf: {', '.join(extra)}")
    notes += [str(call) for call in deprecated_calls(shop)]
    return Look(facts, scopes, seen, [*notes, *(note for note in shop.notes if note not in notes)])
