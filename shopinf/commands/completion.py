"""What a shell completes besides commands and stores: the names that the ledger has, and those of periods."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import typer

from shopinf import periods
from shopinf.errors import ShopinfError
from shopinf.results import Format

if TYPE_CHECKING:
    from shopinf.desk import Desk

Completion = Callable[..., Any]  # what Typer calls with the context and what was begun, by their names


def campaign_names(context: typer.Context, incomplete: str) -> list[str]:
    """Complete campaigns that have codes."""
    return _known(context, incomplete, _campaigns)


def code_names(context: typer.Context, incomplete: str) -> list[str]:
    """Complete codes."""
    return _known(context, incomplete, _codes)


def group_names(context: typer.Context, incomplete: str) -> list[str]:
    """Complete the groups that stores are in."""
    try:
        groups = {store.group for store in context.obj.desk.book.all() if store.group}
    except ShopinfError:
        return []
    return sorted(name for name in groups if name.casefold().startswith(incomplete.casefold()))


def run_names(context: typer.Context, incomplete: str) -> list[str]:
    """Complete runs of payments."""
    return _known(context, incomplete, lambda desk: desk.ledger.payments.names())


def statement_names(context: typer.Context, incomplete: str) -> list[str]:
    """Complete statements."""
    return _known(context, incomplete, lambda desk: desk.ledger.accounts.names())


def payer_names(context: typer.Context, incomplete: str) -> list[str]:
    """Complete those who pay: stores and groups that were closed."""
    from shopinf.work.payouts.payers import payer_names as called

    return _known(context, incomplete, lambda desk: called(desk, desk.ledger.accounts.payers()).values())


def one_of(*names: str) -> Completion:
    """Complete one of these."""
    return lambda incomplete: [name for name in names if name.startswith(incomplete)]


def encoding_names(incomplete: str) -> list[str]:
    """Complete the encodings that sheets come in."""
    from shopinf.sheets.texts import KNOWN

    return [name for name in KNOWN if name.startswith(incomplete.lower())]


def period_names(context: typer.Context, incomplete: str) -> list[str]:
    """Complete the periods that have a name, and the months of the past year."""
    day = context.obj.desk.clock.now().date().replace(day=1)
    months = []
    for _ in range(13):
        months.append(f"{day:%Y-%m}")
        day = (day - timedelta(days=1)).replace(day=1)
    named = [name for name in periods.NAMES.split(", ") if name.islower()]
    return [name for name in (*named, *months) if name.startswith(incomplete)]


def format_names(context: typer.Context, incomplete: str) -> list[str]:
    """Complete the formats that a command can write."""
    from shopinf.commands.options import manners_of

    known = Format.known(reports=manners_of(context.command).reports)
    return [format for format in known if format.startswith(incomplete)]


def column_names(context: typer.Context, incomplete: str) -> list[str]:
    """Complete the last of several columns, each of them once."""
    from shopinf.commands.options import manners_of

    before, comma, begun = incomplete.rpartition(",")
    keys = [column.key for column in manners_of(context.command).columns]
    return [f"{before}{comma}{key}" for key in keys if key.startswith(begun) and key not in before.split(",")]


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


# What completes an option wherever it is, and an argument by what its help calls it.
COMPLETIONS: Mapping[str, Completion] = {
    "--campaign": campaign_names,
    "--code": code_names,
    "--columns": column_names,
    "--encoding": encoding_names,
    "--format": format_names,
    "--group": group_names,
    "--payer": payer_names,
    "--run": run_names,
    "--statement": statement_names,
    "RUN": run_names,
    "STATEMENT": statement_names,
    "[STATEMENT]...": statement_names,
    "STATEMENT|INFLUENCER": statement_names,
}
