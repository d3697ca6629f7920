"""`shopinf stores import`: exported stores taken over, to be connected here."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.commands.stores.book import open_book
from shopinf.commands.stores.exportfile import read_export
from shopinf.results import Result, columns
from shopinf.shell import quoted
from shopinf.stores import variable_stem

if TYPE_CHECKING:
    from shopinf.local.storebook import StoreBook
    from shopinf.stores import Store

app = Noun()

COLUMNS = columns(order="store domain shop_id status", numbers="shop_id")


@app.command(
    "import",
    columns=COLUMNS,
    asks=True,
    epilog=examples("stores import stores.json", "stores import - < stores.json"),
)
def import_(
    desk: DeskContext,
    file: Annotated[Path, typer.Argument(help="A file of `stores export`; - reads standard input.")],
    with_addresses: Annotated[
        bool,
        typer.Option("--with-addresses", help="Take over, after a question, where calls go and which variables serve."),
    ] = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Take over exported stores; `shopinf connect` then asks for each one's credentials.

    Stores that are here already stay as they are. Addresses of practice stores, and other handles, which choose
    variables of the environment, say where credentials go: they come along only with --with-addresses.
    """
    stores = read_export(file, desk.setting.stdin)
    led = [what for store in stores if (what := _leads(store))]
    if led and with_addresses:
        desk.out.say("\n".join(led))
        desk.out.confirm("Take this over too?")
    elif led:
        stores = [store.with_(url=None, aliases=()) for store in stores]
    rows, added, notes = _take_over(open_book(desk), stores)
    if led and not with_addresses:
        notes += [f"not taken over without --with-addresses: {what}" for what in led]
    desk.show(Result("shopinf.stores.import/1", COLUMNS, rows, notes=notes), form)
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


def _leads(store: Store) -> str:
    """Where a store of somebody else's list would have credentials go, or come from; empty where nowhere else."""
    others = [alias for alias in store.aliases if alias != store.handle]
    parts = [f"calls go to {store.url}"] if store.url else []
    if others:
        stems = ", ".join(f"SHOPINF_{variable_stem(alias)}_…" for alias in others)
        parts.append(f"its credentials may also come from {stems}")
    return f"{store.name} ({store.domain}): {'; '.join(parts)}" if parts else ""


def _take_over(book: StoreBook, stores: Iterable[Store]) -> tuple[list[dict[str, Any]], list[Store], list[str]]:
    """Put *stores* into the list, but for those that are in it already; returns all rows, the new stores, and notes."""
    rows: list[dict[str, Any]] = []
    added: list[Store] = []
    notes: list[str] = []
    for store in stores:
        known = book.by_shop_id(store.shop_id)
        if known is None:
            name = book.free_name(store.name)
            if name != store.name:
                notes.append(f"{store.domain} is called {name} here, since {store.name} is the name of another shop")
            known = store.with_(name=name)
            book.save(known)
            added.append(known)
        status = "added" if known in added else "known"
        rows.append({"store": known.name, "domain": known.domain, "shop_id": known.shop_id, "status": status})
    return rows, added, notes
