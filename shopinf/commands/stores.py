"""`shopinf stores …`: the connected stores, without their secrets."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Annotated, Any

import typer

from shopinf.choices import FormChoice, StoreChoice
from shopinf.commands.connect import store_row
from shopinf.commands.options import DeskContext, Noun, OptionalStoreArgument, StoreArgument, examples
from shopinf.errors import BadInput, BadSheet
from shopinf.results import Result, columns
from shopinf.scopes import FEATURES, readiness
from shopinf.stores import Auth, Store
from shopinf.times import iso, parse_time

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


def _row(store: Store, default: str | None) -> dict[str, Any]:
    return {
        **store_row(store),
        "disabled": store.disabled,
        "default": store.name == default,
        "connected_at": store.connected_at,
    }


@stores.command("list", epilog=examples("stores list", "stores list -f json"))
def list_(desk: DeskContext, form: FormChoice = FormChoice()) -> None:
    """List the connected stores."""
    default = desk.book.default
    rows = [_row(store, default) for store in desk.book.all()]
    desk.show(Result("shopinf.stores.list/1", LIST_COLUMNS, rows), form)
    if not rows:
        desk.out.say("No store is connected yet.  Next: shopinf connect STORE")


@stores.command("show", epilog=examples("stores show maya-shop"))
def show(desk: DeskContext, store: OptionalStoreArgument = None, form: FormChoice = FormChoice()) -> None:
    """Show what is known of a store; nothing is asked of Shopify."""
    found = desk.book.find(store) if store else desk.store(StoreChoice())
    row = {**_row(found, desk.book.default), "scopes": sorted(found.scopes)}
    features = [readiness(feature, found.scopes, read_only=found.read_only) for feature in FEATURES]
    body = {
        **row,
        "features": [
            {"feature": r.feature.name, "status": r.status.value, "missing": list(r.missing)} for r in features
        ],
    }
    lines = [{"field": key, "value": _text(value)} for key, value in row.items()]
    lines += [{"field": f"feature {r.feature.name}", "value": r.status.value} for r in features]
    desk.show(Result("shopinf.store/1", SHOW_COLUMNS, lines, body=body), form)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)


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
    desk.out.say(f"{found.name} is disabled.  Undo: shopinf stores enable {found.name}")


@stores.command("enable", epilog=examples("stores enable maya-shop"))
def enable(desk: DeskContext, store: StoreArgument) -> None:
    """Take a disabled store in again."""
    found = desk.book.find(store)
    desk.book.change(found, disabled=False)
    desk.out.say(f"{found.name} is enabled.")


# What is exported as it is.
_PLAIN = "name shop_id domain title storefront plan currency timezone api_version url group read_only disabled"


@stores.command("export", epilog=examples("stores export -o stores.json"))
def export(
    desk: DeskContext,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to a file.", metavar="FILE")] = None,
) -> None:
    """Write the connected stores, without secrets, for a colleague."""
    rows = [
        {
            **{field: getattr(store, field) for field in _PLAIN.split()},
            "auth": store.auth.value,
            "aliases": list(store.aliases),
            "scopes": list(store.scopes),
            "connected_at": iso(store.connected_at),
        }
        for store in desk.book.all()
    ]
    text = json.dumps({"schema": "shopinf.stores.export/1", "rows": rows}, indent=2, ensure_ascii=False)
    if output is None:
        desk.out.print(text)
    else:
        written = desk.out.save(output, f"{text}\n".encode())
        desk.out.say(f"{len(rows)} stores written to {written}, without secrets.")


@stores.command("import", epilog=examples("stores import stores.json"))
def import_(desk: DeskContext, file: Annotated[Path, typer.Argument(help="A file of `stores export`.")]) -> None:
    """Take over a colleague's stores; `shopinf connect` then asks for each one's credentials."""
    added = [store for store in _read_export(file) if desk.book.by_shop_id(store.shop_id) is None]
    for store in added:
        desk.book.save(store)
    if added:
        desk.out.say(f"{len(added)} stores added: {', '.join(s.name for s in added)}.")
        desk.out.say(f"Next, for each of them: shopinf connect {added[0].name}")
    else:
        desk.out.say("All of these stores are here already.")


def _read_export(file: Path) -> list[Store]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return [_imported(row) for row in found["rows"]]
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}", hint="Name a file of `stores export`.") from None
    except (ValueError, KeyError, TypeError) as error:
        line = getattr(error, "lineno", None)
        raise BadSheet(str(file), "this is not a file of `stores export`", line=line) from None


def _imported(row: dict[str, Any]) -> Store:
    connected_at = row.pop("connected_at", None)
    return Store(
        **{**row, "auth": Auth(row["auth"]), "aliases": tuple(row["aliases"]), "scopes": tuple(row["scopes"])},
        connection=secrets.token_hex(4),
        connected_at=parse_time(connected_at) if connected_at else None,
    )
