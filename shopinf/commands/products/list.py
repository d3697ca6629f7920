"""`shopinf products list`: the catalogue, variant by variant, offline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.commands.options import DeskContext, FormChoice, Noun, StoreChoice, examples
from shopinf.outcomes import Done, Outcomes
from shopinf.products import read_statuses
from shopinf.results import Cell, Failure, Result, columns
from shopinf.shell import quoted
from shopinf.times import in_zone

if TYPE_CHECKING:
    from shopinf.products import Variant
    from shopinf.stores import Store
from shopinf.words import counted

app = Noun()

COLUMNS = columns(
    numbers="product_id variant_id stock",
    money="price",
    times="updated_at",
    order="store product_id variant_id title variant sku price currency status published stock url image_url "
    "updated_at",
    shown="title variant sku price stock status currency store",
)


@app.command(
    "list",
    columns=COLUMNS,
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
        return Result("shopinf.products.list/1", COLUMNS, rows, notes=notes, failures=failures)

    def is_wanted(each: Variant) -> bool:
        return (
            (not wanted or each.status in wanted)
            and (not in_stock or each.in_stock)
            and (not search or each.is_called(search))
        )

    found = [(store, list(filter(is_wanted, desk.ledger.products.of_shop(store.shop_id)))) for store in chosen]
    rows = desk.deliver(Outcomes.of(found), listed, form).rows
    if not rows and len(unread) < len(chosen):
        count = sum(len(desk.ledger.products.of_shop(store.shop_id)) for store in chosen)
        desk.out.say(f"{counted(count, 'variant')} looked through: none is like that.")


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
