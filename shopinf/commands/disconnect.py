"""`shopinf disconnect`: show what will go, ask, remove it, and list what was removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopinf.choices import FormChoice
from shopinf.commands.options import DeskContext, Noun, StoreArgument, examples
from shopinf.results import Result, columns
from shopinf.stores import Store

if TYPE_CHECKING:
    from shopinf.desk import Desk

app = Noun(help="Disconnect a store.")

GONE_COLUMNS = columns("store what count detail", numbers="count", order="store what count detail")


@app.command("disconnect", epilog=examples("disconnect maya-shop", "disconnect maya-shop --keep-history --yes"))
def disconnect(
    desk: DeskContext,
    store: StoreArgument,
    keep_history: Annotated[bool, typer.Option("--keep-history", help="Keep the ledger's rows of this store.")] = False,
    pause_codes: Annotated[bool, typer.Option("--pause-codes", help="Pause its live codes first.")] = False,
    uninstall_app: Annotated[bool, typer.Option("--uninstall-app", help="Also remove the app from the store.")] = False,
    erase_history: Annotated[
        bool, typer.Option("--erase-history", help="On a shared ledger: erase the store's rows for the whole team.")
    ] = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Remove a store's credentials and local data.

    On a ledger that a team shares only this machine's credentials go, unless --erase-history is given.
    """
    found = desk.book.find(store)
    desk.form(form)
    erase = erase_history or not (keep_history or desk.ledger.shared)
    live = desk.ledger.codes.live(found.shop_id)
    _say_plan(desk, found, live, erase=erase, pause=pause_codes, uninstall=uninstall_app)
    desk.out.confirm(f"Disconnect {found.name}?")
    rows: list[dict[str, Any]] = []
    if pause_codes and live:
        rows.append(_row(found, "live codes paused", _pause(desk, found), ""))
    if uninstall_app:
        from shopinf.shopify.shop import uninstall_app as uninstall

        uninstall(desk.shop(found))
        rows.append(_row(found, "app removed from the store", 1, ""))
    if erase:
        with desk.erasing(found):
            gone = desk.ledger.erase_store(found.shop_id)
        rows += [_row(found, f"{table.replace('_', ' ')} in the ledger", count, "") for table, count in gone.items()]
    rows.append(_row(found, "credentials", int(_forget(desk, found)), f"keyring entry {found.account}"))
    desk.book.remove(found)
    rows.append(_row(found, "connection", 1, "stores.toml"))
    desk.show(Result("shopinf.disconnect/1", GONE_COLUMNS, rows), form)
    desk.out.say(f"{found.name} is disconnected." + ("" if uninstall_app else " The app stays installed at Shopify."))


def _say_plan(desk: Desk, store: Store, live: list[str], *, erase: bool, pause: bool, uninstall: bool) -> None:
    out = desk.out
    out.say(f"{store.name} ({store.title or store.domain}) will be disconnected:")
    out.say("- its credentials go from this machine's keyring")
    if erase:
        counts = desk.ledger.counts(store.shop_id)
        listed = ", ".join(f"{count} {table.replace('_', ' ')}" for table, count in counts.items()) or "nothing yet"
        out.say(f"- its rows go from the ledger: {listed}")
    else:
        out.say("- its rows in the ledger stay")
    if live:
        shown = ", ".join(live[:10]) + (f" and {len(live) - 10} more" if len(live) > 10 else "")
        out.say(f"- {len(live)} live codes {'are paused first' if pause else 'stay live in the store'}: {shown}")
    out.say("- the app is removed from the store" if uninstall else "- the app stays installed in the store")


def _pause(desk: Desk, store: Store) -> int:
    from shopinf.commands.pausing import pause_all

    return pause_all(desk, store)


def _forget(desk: Desk, store: Store) -> bool:
    gone = desk.vault.forget(store)
    if gone.problem:
        desk.out.warn(f"the keyring entry {store.account} could not be removed: {gone.problem}")
    return bool(gone)


def _row(store: Store, what: str, count: int, detail: str) -> dict[str, Any]:
    return {"store": store.name, "what": what, "count": count, "detail": detail}
