"""A live look at a store: who it is, what it allows, what it withholds. `connect` and `verify-scopes` share it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shopinf.credentials import in_wrong_field, misplaced
from shopinf.errors import CredentialsRefused, NotConnected, NotFound
from shopinf.scopes import Feature, Readiness, Status, readiness, unneeded
from shopinf.shell import quoted
from shopinf.stores import Credentials, Store

if TYPE_CHECKING:
    from shopinf.desk import Desk
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


def first_look(desk: Desk, asked: Store, credentials: Credentials) -> Look:
    """Look at the store with these credentials; a refusal names the value that looks wrong. Nothing is saved yet."""
    shop = desk.client(asked, credentials)
    try:
        found = look(shop, asked)
    except CredentialsRefused as refused:
        if guesses := misplaced(credentials):
            raise CredentialsRefused(
                f"{refused.message.rstrip('.')}; {'; '.join(guesses)}",
                hint="Connect again with each value in its own field; shopinf connect --guide shows where they are.",
            ) from None
        raise
    except NotFound as missing:
        raise _no_shop(asked) from missing
    finally:
        shop.close()
    for guess in in_wrong_field(credentials):
        found.notes.append(f"the store was reached, but {guess}")
    return found


def _no_shop(asked: Store) -> NotFound:
    if asked.url:
        return NotFound(
            f"Nothing at {asked.url} answers as the shop {asked.handle}",
            hint="Look at what `shopinf practice` printed, and give its address with --url.",
        )
    return NotFound(
        f"There is no shop at {asked.domain}",
        hint="Give the HANDLE in the address of its admin, admin.shopify.com/store/HANDLE, or the shop's own domain: "
        f"shopinf connect www.{asked.handle}.com",
    )
