"""`shopinf disconnect`: show what will go, ask, remove it, and list what was removed and what stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopinf.commands.keeping import left_notes
from shopinf.commands.options import DeskContext, DryRunOption, FormChoice, Noun, StoreArgument, examples
from shopinf.errors import BadInput
from shopinf.local.disk import check_room
from shopinf.results import Result, columns
from shopinf.stores import Store
from shopinf.words import agreeing, counted, few
from shopinf.work.stores.leave import leave, plan_leaving

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shopinf.desk import Desk
    from shopinf.work.stores.leave import Gone, LiveCode, Plan

app = Noun()

COLUMNS = columns("store what count detail", numbers="count", order="store what count detail")
_DETAILS = {
    "influencers": "ledger; people known only as its customers",
    "events_that_wait": "this machine's disk, for the ledger",
}
_SHOWN = 10  # codes named in a sentence; the answer has them all


@app.command(
    "disconnect",
    columns=COLUMNS,
    asks=True,
    epilog=examples(
        "disconnect maya-shop --dry-run",
        "disconnect maya-shop --pause-codes -o removed.csv",
        "disconnect maya-shop --keep-history --yes",
    ),
)
def disconnect(
    desk: DeskContext,
    store: StoreArgument,
    keep_history: Annotated[bool, typer.Option("--keep-history", help="Keep the ledger's rows of this store.")] = False,
    pause_codes: Annotated[bool, typer.Option("--pause-codes", help="Pause its live codes first.")] = False,
    uninstall_app: Annotated[bool, typer.Option("--uninstall-app", help="Also remove the app from the store.")] = False,
    erase_history: Annotated[
        bool,
        typer.Option(
            "--erase-history",
            help="Erase statements and payments too, and on a shared ledger the store's rows for the whole team.",
        ),
    ] = False,
    dry_run: DryRunOption = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Remove a store's credentials and local data; its statements and payments stay.

    The answer lists what was removed, and every code that stays live in the store. With its history go the people
    known only as its customers; those who were imported, rated, or are known by another store stay.

    On a ledger that a team shares only this machine's credentials go, unless --erase-history is given.
    """
    if keep_history and erase_history:
        raise BadInput("--keep-history and --erase-history exclude each other", hint="Give one of them, or none.")
    found = desk.book.find(store, otherwise="shopinf stores list")  # nobody who wants to part connects first
    erase = erase_history or not (keep_history or desk.ledger.shared)
    plan = plan_leaving(desk, found, erase=erase, money=erase_history, pause=pause_codes, uninstall=uninstall_app)
    answer = _answer(desk, found, plan, plan.planned)
    _check_room(desk.form(form).output, answer)
    _say_plan(desk, found, plan)
    if dry_run:
        desk.show(answer, form)
        desk.out.say("Nothing was removed.")
        return
    desk.out.confirm(f"Disconnect {found.name}?")
    gone = leave(desk, found, plan)
    if gone.keyring_problem:  # no loss where the secret never was in the keyring
        say = desk.out.note if desk.vault.overshadowing(found) else desk.out.warn
        say(f"the keyring was not cleared: {gone.keyring_problem}")
    desk.show(_answer(desk, found, plan, gone), form)
    desk.out.say(f"{found.name} is disconnected." + ("" if uninstall_app else " The app stays installed at Shopify."))


def _say_plan(desk: Desk, store: Store, plan: Plan) -> None:
    out = desk.out
    out.say(f"{store.name} ({store.title or store.domain}) will be disconnected:")
    if plan.owed:
        amounts = " and ".join(f"{amount} {amount.currency}" for amount in plan.owed)
        out.say(f"- {amounts} {agreeing(len(plan.owed), 'is', 'are')} still owed to its influencers")
    out.say("- its credentials go from this machine's keyring")
    if plan.erase:
        counts = plan.planned.ledger
        listed = ", ".join(f"{table.replace('_', ' ')} {count}" for table, count in counts.items()) or "nothing yet"
        out.say(f"- its rows go from the ledger: {listed}")
        if people := counts.get("influencers"):
            out.say(
                f"- {counted(people, 'influencer')} known only as its customers: names, e-mails and accounts go too"
            )
        if not plan.money:
            out.say("- statements and payments stay, under opaque ids; --erase-history erases them too")
    else:
        shared = ", since a team shares it" if desk.ledger.shared else ""
        out.say(f"- its rows in the ledger stay{shared}")
    if plan.pausing:
        said = f"{counted(len(plan.pausing), 'code')} {agreeing(len(plan.pausing), 'is', 'are')}"
        out.say(f"- {said} paused first: {_listed(plan.pausing)}")
    if plan.staying:
        said = f"{counted(len(plan.staying), 'code')} {agreeing(len(plan.staying), 'stays', 'stay')}"
        out.say(f"- {said} live, customers can go on using: {_listed(plan.staying)}")
    out.say("- the app is removed from the store" if plan.uninstall else "- the app stays installed in the store")


def _listed(codes: Sequence[str]) -> str:
    return few(codes, _SHOWN) + (" (--output FILE lists them all)" if len(codes) > _SHOWN else "")


def _check_room(file: Path | None, answer: Result) -> None:
    """Refuse a place for the answer that has no room for it: what is removed could not be listed any more."""
    if file is not None:
        check_room(file, 4096 + 4 * sum(len(str(row)) for row in answer.rows))


def _answer(desk: Desk, store: Store, plan: Plan, gone: Gone) -> Result:
    """What goes or went, and what stays. JSON has the codes in a list of their own, with what became of each."""
    staying = [_row(store, "code that stays live", 1, _told(each)) for each in plan.codes if not each.pausing]
    rows = []
    if plan.pausing:
        rows.append(_row(store, "live codes paused", gone.paused, ", ".join(plan.pausing)))
    if plan.uninstall:
        rows.append(_row(store, "app", gone.app, "removed from the store" if gone.app else "an earlier run removed it"))
    for table, count in gone.ledger.items():
        rows.append(_row(store, table.replace("_", " "), count, _DETAILS.get(table, "ledger")))
    rows.append(_row(store, "credentials", gone.credentials, f"keyring entry {store.account}"))
    rows.append(_row(store, "connection", gone.connection, "stores.toml"))
    body = {"rows": rows, "codes": [_facts(each) for each in plan.codes]}
    return Result(
        "shopinf.disconnect/1", COLUMNS, [*staying, *rows], body=body, notes=_notes(desk, store, plan), card=True
    )


def _row(store: Store, what: str, count: int, detail: str) -> dict[str, Any]:
    return {"store": store.name, "what": what, "count": count, "detail": detail}


def _notes(desk: Desk, store: Store, plan: Plan) -> list[str]:
    notes = [*left_notes(desk.vault.overshadowing(store))]
    if plan.captures:
        notes.append(
            "what Live Capture put into the storefront stays: script tags until shopinf livecapture uninstall or the "
            "end of the app, a custom pixel or theme snippet until somebody deletes it in the admin"
        )
    return notes


def _facts(each: LiveCode) -> dict[str, str | None]:
    status = "paused" if each.pausing else "live"
    facts = {"code": each.code, "campaign": each.campaign, "influencer": each.influencer}
    return {**facts, "link": each.link, "status": status}


def _told(each: LiveCode) -> str:
    whose = f" for {each.influencer}" if each.influencer else ""
    return f"{each.code} of {each.campaign}{whose}: {each.link}"
