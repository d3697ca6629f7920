"""`shopinf products`: the stores' catalogues in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopinf.commands.options import DeskContext, FormChoice, Noun, StoreChoice, examples
from shopinf.outcomes import Done, Outcomes
from shopinf.results import Cell, Failure, Result, columns
from shopinf.shell import quoted
from shopinf.times import in_zone, iso

if TYPE_CHECKING:
    from shopinf.products import Variant
    from shopinf.stores import Store
    from shopinf.work.products.importing import Stocked

products = Noun(help="Read the stores' products and look them up.")
app = Noun()
app.add_typer(products, name="products")

IMPORT_COLUMNS = columns(
    "store",
    numbers="read removed products variants",
    times="imported_at",
    order="store read removed products variants imported_at",
)
PRODUCT_COLUMNS = columns(
    numbers="product_id variant_id stock",
    money="price",
    times="updated_at",
    order="store product_id variant_id title variant sku price currency status published stock url image_url "
    "updated_at",
)


@products.command("import", epilog=examples("products import", "products import --all-stores --full --quiet"))
def import_(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    full: Annotated[bool, typer.Option("--full", help="Read all of them again; deleted ones are found.")] = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Bring the ledger's copy of the products up to date; only what changed is read.

    Changes of stock count as changes. What was deleted in a store is noticed with --full.
    """
    from shopinf.work.products.importing import import_products

    outcomes = desk.each_store(desk.stores(stores), lambda store: import_products(desk, store, full=full)).or_raise()
    desk.deliver(outcomes, _imported, form)
    outcomes.settle()


@products.command(
    "list",
    epilog=examples("products list", "products list --search serum --in-stock", "products list --status draft -f csv"),
)
def list_(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    search: Annotated[
        str | None, typer.Option("--search", help="Words in titles and SKU, or a number.", metavar="TEXT")
    ] = None,
    status: Annotated[
        list[str] | None,
        typer.Option("--status", help="active, archived, draft or unlisted; may be repeated.", metavar="STATUS"),
    ] = None,
    in_stock: Annotated[bool, typer.Option("--in-stock", help="Only what is left or not counted.")] = False,
    form: FormChoice = FormChoice(),
) -> None:
    """List products variant by variant from the ledger, offline."""
    from shopinf.products import read_statuses

    wanted = read_statuses(status or ())
    chosen = desk.stores(stores)
    unread = [store.name for store in chosen if desk.ledger.products.reach(store.shop_id) is None]

    def listed(done: Done[list[Variant]], failures: Sequence[Failure]) -> Result:
        notes = [
            f"The products of {store.name} were not read yet: shopinf products import -s {quoted(store.name)}"
            for store, _ in done
            if store.name in unread
        ]
        rows = [_row(store, each) for store, found in done for each in found]
        return Result("shopinf.products.list/1", PRODUCT_COLUMNS, rows, notes=notes, failures=failures)

    def is_wanted(each: Variant) -> bool:
        return (
            (not wanted or each.status in wanted)
            and (not in_stock or each.in_stock)
            and (not search or each.is_called(search))
        )

    found = [(store, list(filter(is_wanted, desk.ledger.products.of_shop(store.shop_id)))) for store in chosen]
    desk.deliver(Outcomes.of(found), listed, form)


def _imported(done: Done[Stocked], failures: Sequence[Failure]) -> Result:
    rows = [_import_row(stocked) for _, stocked in done]
    notes = [note for _, stocked in done for note in stocked.notes]
    return Result("shopinf.products.import/1", IMPORT_COLUMNS, rows, notes=notes, failures=failures)


def _import_row(stocked: Stocked) -> dict[str, Any]:
    at = stocked.reach.finished_at if stocked.reach else None
    return {
        "store": stocked.store.name,
        "read": stocked.read,
        "removed": stocked.removed,
        "products": stocked.products,
        "variants": stocked.variants,
        "imported_at": iso(at, stocked.store.zone),
    }


def _row(store: Store, each: Variant) -> dict[str, Cell]:
    return {
        "store": store.name,
        "product_id": each.product_id,
        "variant_id": each.variant_id,
        "title": each.title,
        "variant": each.variant,
        "sku": each.sku,
        "price": each.price,
        "currency": each.price.currency,
        "status": each.status,
        "published": each.published,
        "stock": each.stock,
        "url": each.url(store.storefront or store.domain),
        "image_url": each.image_url,
        "updated_at": in_zone(each.updated_at, store.zone) if each.updated_at else None,
    }
