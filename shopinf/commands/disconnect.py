"""`shopinf disconnect`: show what will go, ask, remove it, and list what was removed and what stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.commands.options import DeskContext, DryRunOption, FormChoice, Noun, StoreArgument, examples
from shopinf.errors import BadInput
from shopinf.stores import Store
from shopinf.words import agreeing, counted
from shopinf.work.stores.leaving import check_writable_file, leave, leaving_result, plan_leaving

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shopinf.desk import Desk
    from shopinf.work.stores.leaving import Plan

app = Noun(help="Disconnect a store.")

_SHOWN = 10  # codes named in a sentence; the answer has them all


@app.command(
    "disconnect",
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
        bool, typer.Option("--erase-history", help="On a shared ledger: erase the store's rows for the whole team.")
    ] = False,
    dry_run: DryRunOption = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Remove a store's credentials and local data.

    The answer lists what was removed, and every code that stays live in the store. With its history go the people
    known only as its customers; those who were imported, rated, or are known by another store stay.

    On a ledger that a team shares only this machine's credentials go, unless --erase-history is given.
    """
    if keep_history and erase_history:
        raise BadInput("--keep-history and --erase-history exclude each other", hint="Give one of them, or none.")
    meant = desk.form(form)
    found = desk.book.find(store)
    erase = erase_history or not (keep_history or desk.ledger.shared)
    plan = plan_leaving(desk, found, erase=erase, pause=pause_codes, uninstall=uninstall_app)
    answer = leaving_result(desk, found, plan, plan.planned)
    check_writable_file(meant.output, answer)
    _say_plan(desk, found, plan)
    if dry_run:
        desk.show(answer, form)
        desk.out.say("Nothing was removed.")
        return
    desk.out.confirm(f"Disconnect {found.name}?")
    gone = leave(desk, found, plan)
    desk.show(leaving_result(desk, found, plan, gone), form)
    desk.out.say(f"{found.name} is disconnected." + ("" if uninstall_app else " The app stays installed at Shopify."))


def _say_plan(desk: Desk, store: Store, plan: Plan) -> None:
    out = desk.out
    out.say(f"{store.name} ({store.title or store.domain}) will be disconnected:")
    out.say("- its credentials go from this machine's keyring")
    if plan.erase:
        counts = plan.planned.ledger
        listed = ", ".join(f"{table.replace('_', ' ')} {count}" for table, count in counts.items()) or "nothing yet"
        out.say(f"- its rows go from the ledger: {listed}")
        if people := counts.get("influencers"):
            out.say(
                f"- {counted(people, 'influencer')} known only as its customers: names, e-mails and accounts go too"
            )
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
    more = f" and {len(codes) - _SHOWN} more (--output FILE lists them all)" if len(codes) > _SHOWN else ""
    return ", ".join(codes[:_SHOWN]) + more
