"""Keeping a connection: what is kept first and what is forgotten last, so that a crash in between leaves what works."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Credentials, Store


def keep(desk: Desk, store: Store, credentials: Credentials) -> str | None:
    """Keep the secret, then the store, then forget the former secret; returns why that could not be forgotten."""
    desk.vault.keep(store, credentials)
    try:
        former = desk.book.save(store)
    except BaseException:
        desk.vault.forget(store)  # the list does not know it, so nobody would ever find it again
        raise
    return desk.vault.forget(former).problem if former else None


def keep_served(desk: Desk, store: Store) -> str | None:
    """Keep a store whose credentials the environment goes on serving; returns as `keep` does."""
    known = desk.book.by_shop_id(store.shop_id)
    # With the former connection's id, so that a secret in the keyring is found again when it is disconnected.
    same_place = known is not None and known.domain == store.domain
    former = desk.book.save(store.with_(connection=known.connection) if known and same_place else store)
    return desk.vault.forget(former).problem if former and not same_place else None
