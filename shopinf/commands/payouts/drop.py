"""`shopinf payouts drop`: a run of which nothing was paid is given up."""

from __future__ import annotations

from typing import Annotated

import typer

from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.commands.payouts.choice import run_called
from shopinf.commands.payouts.ended import COLUMNS, ended_rows
from shopinf.errors import BadInput
from shopinf.payouts.runs import State
from shopinf.results import Result
from shopinf.words import counted

app = Noun()


@app.command("drop", columns=COLUMNS, epilog=examples("payouts drop R-2026-11-02-7KQ --reason 'wrong account'"))
def drop(
    desk: DeskContext,
    run: Annotated[str, typer.Argument(help="A run, as `payouts list` shows it.", metavar="RUN", show_default=False)],
    reason: Annotated[str | None, typer.Option("--reason", help="Why; it is kept and shown.", metavar="TEXT")] = None,
    form: FormChoice = FormChoice(),
) -> None:
    """Give a run up before anything of it was paid; what it claimed is payable again."""
    one = run_called(desk, run)
    found = desk.ledger.payments.of_run(one)
    if any(each.state is State.PAID for each in found):
        raise BadInput(
            f"Something of run {one.name} was paid, so it cannot be given up",
            hint="Say of each payment that did not arrive: shopinf payouts failed STATEMENT --reason TEXT",
        )
    gone = desk.ledger.payments.drop(one, (reason or "given up").strip())
    desk.show(Result("shopinf.payouts.drop/1", COLUMNS, ended_rows(desk, [each.id for each in found])), form)
    if gone:
        desk.out.say(f"Run {one.name} is given up, {counted(gone, 'payment')} payable again; delete its file.")
    else:
        desk.out.say(f"Of run {one.name} nothing was claimed any more; nothing has changed.")
