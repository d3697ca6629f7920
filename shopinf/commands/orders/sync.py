"""`shopinf orders sync`: bring the ledger's copy of the orders up to date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopinf import unread
from shopinf.commands.options import DeskContext, FormChoice, Noun, StoreChoice, examples
from shopinf.commands.orders.rows import ODD_ORDERS
from shopinf.periods import read_day
from shopinf.results import Failure, Result, columns
from shopinf.times import iso

if TYPE_CHECKING:
    from shopinf.outcomes import Done
    from shopinf.stores import Store
    from shopinf.work.orders.sync import Synced

app = Noun()

COLUMNS = columns(
    "store",
    numbers="read removed",
    times="complete_from synced_at",
    order="store read removed complete_from synced_at truncated",
)


@app.command(
    "sync",
    columns=COLUMNS,
    epilog=examples("orders sync", "orders sync --all-stores --quiet", "orders sync --since 2026-01-01"),
)
def sync(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    since: Annotated[
        str | None, typer.Option("--since", help="How far back orders are read; earlier days can follow.", metavar="D")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Read all of them again; deleted ones are found.")] = False,
    credits: Annotated[
        bool, typer.Option("--credits", help="Work out every order's credits too, for the ledger's views.")
    ] = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Bring the ledger's copy of the orders up to date; only what changed is read.

    The first time everything is read that Shopify shows, as fast as the store's rate limit allows; a reading that was
    interrupted goes on where it was.
    """
    from shopinf.work.orders.kept import keep_credits
    from shopinf.work.orders.seats import Seats
    from shopinf.work.orders.sync import sync_orders

    day = read_day(since) if since else None
    chosen = desk.stores(stores)
    seats = Seats(len(chosen))

    def work(store: Store) -> Synced:
        synced = sync_orders(desk, store, since=day, full=full, seats=seats)
        if credits:
            keep_credits(desk, store)
        return synced

    outcomes = desk.each_store(chosen, work).or_raise()
    desk.deliver(outcomes, _answer, form)
    outcomes.settle()
    unread.settle((odd for _, synced in outcomes.done for odd in synced.unread), ODD_ORDERS)


def _answer(done: Done[Synced], failures: Sequence[Failure]) -> Result:
    rows = [_row(synced) for _, synced in done]
    notes = [note for _, synced in done for note in synced.said]
    odd = [each for store, synced in done for each in unread.failures(store.name, synced.unread)]
    return Result("shopinf.orders.sync/1", COLUMNS, rows, notes=notes, failures=[*failures, *odd])


def _row(synced: Synced) -> dict[str, Any]:
    sync, zone = synced.sync, synced.store.zone
    return {
        "store": synced.store.name,
        "read": synced.read,
        "removed": synced.removed,
        "complete_from": iso(sync.reach, zone) if sync else None,
        "synced_at": iso(sync.finished_at, zone) if sync else None,
        "truncated": bool(sync and sync.truncated),
    }
