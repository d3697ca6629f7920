"""The list of connected stores, as the verbs of `shopinf stores` take it up."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.local.storebook import StoreBook


def open_book(desk: Desk) -> StoreBook:
    """The connected stores; a broken config.toml is said here as everywhere, though nothing of it is needed."""
    assert desk.config
    return desk.book
