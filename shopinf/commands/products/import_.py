"""`shopinf products import`: bring the ledger's copy of the catalogue up to date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopinf import unread
from shopinf.commands.options import DeskContext, FormChoice, Noun, StoreChoice, examples
from shopinf.outcomes import Done
from shopinf.results import Failure, Result, columns
from shopinf.times import iso

if TYPE_CHECKING:
    from shopinf.work.products.catalogue import Stocked

app = Noun()

COLUMNS = columns(
    "store",
    numbers="read removed products variants",
    times="imported_at",
    order="store read removed products variants imported_at",
)


@app.command(
    "import", columns=COLUMNS, epilog=examples("products import", "products import --all-stores --full --quiet")
)
def import_(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    full: Annotated[bool, typer.Option("--full", help="Read all of them again; deleted ones are found.")] = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Bring the ledger's copy of the products up to date; only what changed is read.

    Changes of stock count as changes. What was deleted in a store is noticed with --full.
    """
    from shopinf.work.products.catalogue import import_products

    outcomes = desk.each_store(desk.stores(stores), lambda store: import_products(desk, store, full=full)).or_raise()
    desk.deliver(outcomes, _answer, form)
    outcomes.settle()
    unread.settle(
        (odd for _, stocked in outcomes.done for odd in stocked.unread),
        "The next import asks for them again; until then look at them in Shopify's admin.",
    )


def _answer(done: Done[Stocked], failures: Sequence[Failure]) -> Result:
    rows = [_row(stocked) for _, stocked in done]
    notes = [note for _, stocked in done for note in stocked.notes]
    odd = [each for store, stocked in done for each in unread.failures(store.name, stocked.unread)]
    return Result("shopinf.products.import/1", COLUMNS, rows, notes=notes, failures=[*failures, *odd])


def _row(stocked: Stocked) -> dict[str, Any]:
    at = stocked.reach.finished_at if stocked.reach else None
    return {
        "store": stocked.store.name,
        "read": stocked.read,
        "removed": stocked.removed,
        "products": stocked.products,
        "variants": stocked.variants,
        "imported_at": iso(at, stocked.store.zone),
    }
