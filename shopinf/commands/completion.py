"""What a shell completes besides commands and stores: the names that the ledger has, and those of periods."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import typer

from shopinf import periods
from shopinf.errors import ShopinfError

if TYPE_CHECKING:
    from shopinf.desk import Desk


def campaign_names(context: typer.Context, incomplete: str) -> list[str]:
    """Complete campaigns that have codes."""
    return _known(context, incomplete, _campaigns)


def code_names(context: typer.Context, incomplete: str) -> list[str]:
    """Complete codes."""
    return _known(context, incomplete, _codes)


def period_names(incomplete: str) -> list[str]:
    """Complete the periods that have a name."""
    return [name for name in periods.NAMES.split(", ") if name.islower() and name.startswith(incomplete)]


def _campaigns(desk: Desk) -> Iterable[str]:
    return (name for store in desk.book.all() for name in desk.ledger.codes.campaigns(store.shop_id))


def _codes(desk: Desk) -> Iterable[str]:
    return (each.code for store in desk.book.all() for each in desk.ledger.codes.of_shop(store.shop_id))


def _known(context: typer.Context, incomplete: str, names: Callable[[Desk], Iterable[str]]) -> list[str]:
    """The names that begin so; none where there is no ledger, or it cannot be read."""
    try:
        desk: Desk = context.obj.desk
        if not (desk.config.ledger_url or desk.places.ledger_file.exists()):
            return []
        begun = incomplete.casefold()
        return sorted({name for name in names(desk) if name.casefold().startswith(begun)})
    except ShopinfError:
        return []
