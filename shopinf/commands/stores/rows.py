"""A connected store as rows and JSON show it."""

from __future__ import annotations

from typing import Any

from shopinf.scopes import Readiness
from shopinf.stores import Store
from shopinf.times import in_zone


def store_row(store: Store) -> dict[str, Any]:
    """What a store is, without the secrets."""
    return {
        "store": store.name,
        "shop_id": store.shop_id,
        "domain": store.domain,
        "name": store.title or None,
        "plan": store.plan or None,
        "currency": store.currency,
        "timezone": store.timezone,
        "auth": store.auth.value,
        "api_version": store.api_version,
        "group": store.group,
        "read_only": store.read_only,
    }


def listed_row(store: Store, default: str | None) -> dict[str, Any]:
    """The same and how it stands here; *default* is the name of the default store."""
    return {
        **store_row(store),
        "disabled": store.disabled,
        "default": store.name == default,
        "connected_at": store.connected_at and in_zone(store.connected_at, store.shown_zone),
    }


def feature_rows(ready: list[Readiness]) -> list[dict[str, Any]]:
    """The features of a store as JSON shows them."""
    return [{"feature": r.feature.name, "status": r.status.value, "missing": list(r.missing)} for r in ready]
