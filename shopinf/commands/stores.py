"""`shopinf stores …`: the connected stores, without their secrets."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopinf.commands.connect import feature_rows, store_row
from shopinf.commands.options import (
    DeskContext,
    FormChoice,
    Noun,
    OptionalStoreArgument,
    StoreArgument,
    StoreChoice,
    examples,
)
from shopinf.errors import BadInput
from shopinf.results import Format, Result, columns
from shopinf.scopes import FEATURES, readiness
from shopinf.shell import quoted
from shopinf.stores import Store
from shopinf.times import in_zone, iso
from shopinf.work.stores.handover import EXPORTED, SCHEMA, exported, read_export, take_over

if TYPE_CHECKING:
    from shopinf.desk import Desk

stores = Noun(help="List the connected stores and look after them.")
app = Noun()
app.add_typer(stores, name="stores")

LIST_COLUMNS = columns(
    order="store domain name plan currency timezone auth api_version group read_only disabled default shop_id "
    "connected_at",
    numbers="shop_id",
    times="connected_at",
)
SHOW_COLUMNS = columns("field value")
IMPORT_COLUMNS = columns(order="store domain shop_id status", numbers="shop_id")


def _row(store: Store, default: str | None) -> dict[str, Any]:
    return {
        **store_row(store),
        "disabled": store.disabled,
        "default": store.name == default,
        "connected_at": store.connected_at and in_zone(store.connected_at, store.zone),
    }


@stores.callback()
def settings(context: typer.Context) -> None:
    """List the connected stores and look after them."""
    assert context.obj.desk.config  # a broken config.toml is said here as everywhere


@stores.command("list", epilog=examples("stores list", "stores list -f json"))
def list_(desk: DeskContext, form: FormChoice = FormChoice()) -> None:
    """List the connected stores."""
    default = desk.book.default
    rows = [_row(store, default) for store in desk.book.all()]
    desk.show(Result("shopinf.stores.list/1", LIST_COLUMNS, rows), form)
    if not rows:
        desk.out.say("No store is connected yet.  Next: shopinf connect STORE")


@stores.command("show", epilog=examples("stores show", "stores show maya-shop -f json"))
def show(desk: DeskContext, store: OptionalStoreArgument = None, form: FormChoice = FormChoice()) -> None:
    """Show what is known of a store; nothing is asked of Shopify."""
    found = desk.book.find(store) if store else _meant(desk)
    default = desk.book.default
    features = feature_rows([readiness(feature, found.scopes, read_only=found.read_only) for feature in FEATURES])
    body = {**store_row(found), "scopes": sorted(found.scopes), "features": features}
    row = {**_row(found, default), "scopes": sorted(found.scopes)}
    lines = [{"field": key, "value": _text(value)} for key, value in row.items()]
    lines += [{"field": f"feature {one['feature']}", "value": one["status"]} for one in features]
    notes = []
    if found.disabled:
        notes.append(f"it is disabled; undo that with shopinf stores enable {quoted(found.name)}")
    if found.connected_at is None and not desk.vault.overshadowing(found):
        notes.append(f"it has no credentials here yet: shopinf connect {quoted(found.name)}")
    desk.show(Result("shopinf.store/1", SHOW_COLUMNS, lines, body=body, notes=notes), form)


def _meant(desk: Desk) -> Store:
    """The store that is meant when none is named."""
    try:
        return desk.store(StoreChoice())
    except BadInput as unclear:
        unclear.hint = f"shopinf stores show {quoted(desk.book.all()[0].name)}"
        raise


def _text(value: Any) -> str | None:
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(value) or None
        case datetime():
            return iso(value)
        case None:
            return None
    return str(value)


@stores.command("default", epilog=examples("stores default maya-shop"))
def default(desk: DeskContext, store: StoreArgument) -> None:
    """Make a store the one that is meant when none is named."""
    found = desk.book.find(store)
    desk.book.set_default(found)
    desk.out.say(f"{found.name} is the default store.")


@stores.command("group", epilog=examples("stores group maya-shop skincare"))
def group(
    desk: DeskContext, store: StoreArgument, name: Annotated[str, typer.Argument(help='The group; "" takes it out.')]
) -> None:
    """Put a store into a group, for --group."""
    found = desk.book.find(store)
    desk.book.change(found, group=name.strip() or None)
    desk.out.say(f"{found.name} is in group {name}." if name.strip() else f"{found.name} is in no group now.")


@stores.command("disable", epilog=examples("stores disable maya-shop"))
def disable(desk: DeskContext, store: StoreArgument) -> None:
    """Leave a store out of --all-stores and groups until it is enabled again."""
    found = desk.book.find(store)
    desk.book.change(found, disabled=True)
    desk.out.say(f"{found.name} is disabled.  Undo: shopinf stores enable {quoted(found.name)}")


@stores.command("enable", epilog=examples("stores enable maya-shop"))
def enable(desk: DeskContext, store: StoreArgument) -> None:
    """Take a disabled store in again."""
    found = desk.book.find(store)
    desk.book.change(found, disabled=False)
    desk.out.say(f"{found.name} is enabled.")


@stores.command("export", epilog=examples("stores export -o stores.json"))
def export(desk: DeskContext, form: FormChoice = FormChoice()) -> None:
    """Write the connected stores, without secrets, for a colleague or another machine.

    JSON unless --format or the file's name says otherwise; `stores import` reads JSON.
    """
    chosen = desk.form(form)
    if form.format is None and chosen.format is Format.TABLE:
        form = FormChoice("json", form.output)
    rows = [exported(store) for store in desk.book.all()]
    desk.show(Result(SCHEMA, columns(order=" ".join(EXPORTED)), rows), form)
    if form.output is not None:
        desk.out.say("There are no secrets in it.")


@stores.command("import", epilog=examples("stores import stores.json", "stores import - < stores.json"))
def import_(
    desk: DeskContext,
    file: Annotated[Path, typer.Argument(help="A file of `stores export`; - reads standard input.")],
    form: FormChoice = FormChoice(),
) -> None:
    """Take over exported stores; `shopinf connect` then asks for each one's credentials.

    Stores that are here already stay as they are.
    """
    rows, added, notes = take_over(desk.book, read_export(file, desk.setting.stdin))
    desk.show(Result("shopinf.stores.import/1", IMPORT_COLUMNS, rows, notes=notes), form)
    if not added:
        desk.out.say("All of these stores are here already." if rows else "There is no store in it.")
        return
    lacking = [store for store in added if not desk.vault.overshadowing(store)]
    desk.out.say(f"Added without credentials: {', '.join(quoted(store.name) for store in added)}.")
    if lacking:
        whom = "" if len(added) == 1 else ", for each of them" if len(lacking) == len(added) else ", for each other"
        desk.out.say(f"Next{whom}: shopinf connect {quoted(lacking[0].name)}")
    else:
        desk.out.say("The environment has their credentials.  Next: shopinf verify-scopes --all-stores")
