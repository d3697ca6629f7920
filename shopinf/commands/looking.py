"""A live look at a store: who it is, what it allows, what it withholds. `connect` and `verify-scopes` share it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shopinf.scopes import Feature, Readiness, Status, readiness, unneeded
from shopinf.stores import Store

if TYPE_CHECKING:
    from shopinf.shopify.client import Shop
    from shopinf.shopify.shop import DeprecatedCall, Probe, ShopFacts

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
    from shopinf.shopify.shop import deprecated_calls, granted_scopes, history_cut, probe, shop_facts

    facts = shop_facts(shop)
    scopes = granted_scopes(shop)
    seen = probe(shop)
    notes = _sights(seen)
    if seen.orders in ("ok", "withheld", "empty") and history_cut(shop, scopes, facts):
        notes.append(
            "orders older than 60 days are hidden: ask Shopify for read_all_orders "
            "(Dev Dashboard → API access requests) to attribute over longer periods"
        )
    if facts.myshopify_domain != store.domain:
        notes.append(f"Shopify knows this store as {facts.myshopify_domain}")
    if extra := unneeded(scopes):
        notes.append(f"granted but not needed by shopinf: {', '.join(extra)}")
    notes += [_deprecation(call) for call in deprecated_calls(shop)]
    return Look(facts, scopes, seen, [*notes, *(note for note in shop.notes if note not in notes)])


def _sights(seen: Probe) -> list[str]:
    notes: list[str] = []
    closed = [name for name in ("customers", "orders") if getattr(seen, name) == "forbidden_pcd"]
    if closed:
        notes.append(
            f"{' and '.join(closed)} cannot be read, although the scopes are granted: the app is not approved for "
            "protected customer data; in the Dev Dashboard open API access requests → Protected customer data"
        )
    withheld = [name for name in ("customers", "orders") if getattr(seen, name) == "withheld"]
    if withheld:
        notes.append(
            f"personal data of {' and '.join(withheld)} is withheld (no names, no e-mails): an app made in the store's "
            "admin needs the Grow plan or higher, a Dev Dashboard app must declare the fields it reads"
        )
    return notes


def _deprecation(call: DeprecatedCall) -> str:
    what = call.endpoint or call.description or "a call"
    until = f", which ends on {call.migration_deadline:%Y-%m-%d}" if call.migration_deadline else ""
    return f"deprecated at Shopify: {what}{until}" + (f" ({call.documentation_url})" if call.documentation_url else "")
