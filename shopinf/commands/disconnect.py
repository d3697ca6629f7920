"""`shopinf disconnect`: show what will go, ask, remove it, and list what was removed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopinf.choices import FormChoice
from shopinf.commands.options import DeskContext, DryRunOption, Noun, StoreArgument, examples
from shopinf.errors import BadInput, CredentialsProblem, NotAllowed, NotFound, StoreReadOnly
from shopinf.local.choosing import quoted
from shopinf.results import Result, columns
from shopinf.stores import Store

if TYPE_CHECKING:
    from shopinf.desk import Desk

app = Noun(help="Disconnect a store.")

GONE_COLUMNS = columns("store what count detail", numbers="count", order="store what count detail")


@dataclass(frozen=True)
class Plan:
    """What will go, and what stays."""

    erase: bool
    uninstall: bool
    paused: list[str]  # live codes that are paused first
    staying: list[str]  # live codes that customers can go on using


@app.command(
    "disconnect",
    epilog=examples(
        "disconnect maya-shop", "disconnect maya-shop --dry-run", "disconnect maya-shop --keep-history --yes"
    ),
)
def disconnect(
    desk: DeskContext,
    store: StoreArgument,
    keep_history: Annotated[bool, typer.Option("--keep-history", help="Keep the ledger's rows of this store.")] = False,
    pause_codes: Annotated[bool, typer.Option("--pause-codes", help="Pause its live codes first.")] = False,
    uninstall_app: Annotated[bool, typer.Option("--uninstall-app", help="Also remove the app from the store.")] = False,
    erase_history: Annotated[
        bool, typer.Option("--erase-history", help="On a shared ledger: erase the store's rows for the whole team.")
    ] = False,
    dry_run: DryRunOption = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Remove a store's credentials and local data.

    On a ledger that a team shares only this machine's credentials go, unless --erase-history is given.
    """
    if keep_history and erase_history:
        raise BadInput("--keep-history and --erase-history exclude each other", hint="Give one of them, or none.")
    desk.form(form)
    found = desk.book.find(store)
    erase = erase_history or not (keep_history or desk.ledger.shared)
    plan = _plan(desk, found, erase=erase, pause=pause_codes, uninstall=uninstall_app)
    if plan.uninstall or plan.paused:
        _check_writable(desk, found)
    _say_plan(desk, found, plan)
    if dry_run:
        desk.out.say("Nothing was removed.")
        return
    desk.out.confirm(f"Disconnect {found.name}?")
    desk.show(Result("shopinf.disconnect/1", GONE_COLUMNS, _carry_out(desk, found, plan)), form)
    if variables := desk.vault.overshadowing(found):
        desk.out.note(f"{', '.join(variables)} is still there; whoever set it should take it away")
    desk.out.say(f"{found.name} is disconnected." + ("" if uninstall_app else " The app stays installed at Shopify."))


def _plan(desk: Desk, store: Store, *, erase: bool, pause: bool, uninstall: bool) -> Plan:
    from shopinf.discounts import Origin, State

    now = desk.clock.now()
    codes = [code for code in desk.ledger.codes.of_shop(store.shop_id) if code.state is State.LIVE]
    live = [code for code in codes if code.rule.terms.ends is None or code.rule.terms.ends > now]
    paused = [code.code for code in live if pause and code.origin is not Origin.TRACKED]
    return Plan(erase, uninstall, paused, [code.code for code in live if code.code not in paused])


def _check_writable(desk: Desk, store: Store) -> None:
    """What writes to the store needs its leave and its credentials; said before anything is removed."""
    if store.read_only:
        raise StoreReadOnly(
            f"{store.name} is connected read-only, so nothing is written to it",
            hint=f"shopinf disconnect {quoted(store.name)} without --uninstall-app and --pause-codes.",
        )
    desk.shop(store)


def _say_plan(desk: Desk, store: Store, plan: Plan) -> None:
    out = desk.out
    out.say(f"{store.name} ({store.title or store.domain}) will be disconnected:")
    out.say("- its credentials go from this machine's keyring")
    if plan.erase:
        counts = desk.ledger.counts(store.shop_id)
        listed = ", ".join(f"{table.replace('_', ' ')} {count}" for table, count in counts.items()) or "nothing yet"
        out.say(f"- its rows go from the ledger: {listed}")
    else:
        out.say("- its rows in the ledger stay")
    if plan.paused:
        out.say(f"- {_counted(plan.paused, 'is', 'are')} paused first: {_listed(plan.paused)}")
    if plan.staying:
        out.say(f"- {_counted(plan.staying, 'stays', 'stay')} live, customers can go on using: {_listed(plan.staying)}")
    out.say("- the app is removed from the store" if plan.uninstall else "- the app stays installed in the store")


def _counted(codes: list[str], one: str, several: str) -> str:
    return f"1 code {one}" if len(codes) == 1 else f"{len(codes)} codes {several}"


def _listed(codes: list[str]) -> str:
    return ", ".join(codes[:10]) + (f" and {len(codes) - 10} more" if len(codes) > 10 else "")


def _carry_out(desk: Desk, store: Store, plan: Plan) -> list[dict[str, Any]]:
    """Remove it all, what is at Shopify first and the connection last, so that a run that stopped can be repeated."""
    rows: list[dict[str, Any]] = []
    if plan.paused:
        from shopinf.work.discounts.pausing import pause_all

        rows.append(_row(store, "live codes paused", pause_all(desk, store)))
    with desk.erasing(store):
        if plan.uninstall:
            rows.append(_row(store, "app", _uninstall(desk, store), "removed from the store"))
        if plan.erase:
            gone = desk.ledger.erase_store(store.shop_id)
            rows += [_row(store, table.replace("_", " "), count, "ledger") for table, count in gone.items()]
        forgotten = desk.vault.forget(store)
        if forgotten.problem:  # no loss where the secret never was in the keyring
            say = desk.out.note if desk.vault.overshadowing(store) else desk.out.warn
            say(f"the keyring was not cleared: {forgotten.problem}")
        rows.append(_row(store, "credentials", int(bool(forgotten)), f"keyring entry {store.account}"))
        desk.book.remove(store)
        rows.append(_row(store, "connection", 1, "stores.toml"))
    return rows


def _uninstall(desk: Desk, store: Store) -> int:
    from shopinf.shopify.shop import uninstall_app

    try:
        uninstall_app(desk.shop(store))
    except (CredentialsProblem, NotFound, NotAllowed) as refused:
        refused.hint = (
            "If the app is gone already, or Shopify does not let itself be told: "
            f"shopinf disconnect {quoted(store.name)} without --uninstall-app"
        )
        raise
    return 1


def _row(store: Store, what: str, count: int, detail: str = "") -> dict[str, Any]:
    return {"store": store.name, "what": what, "count": count, "detail": detail}
