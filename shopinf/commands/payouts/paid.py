"""`shopinf payouts paid`: what went out, by run, by statement, or as the rail's own report says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.commands.payouts.choice import run_called, statement_called
from shopinf.commands.payouts.ended import COLUMNS, ended_rows
from shopinf.errors import BadInput, PartlyDone
from shopinf.payouts.runs import Outstanding, Reported, State, check_report
from shopinf.periods import read_day
from shopinf.results import Failure, Result
from shopinf.words import counted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.ledger.payments import Paid, Run

app = Noun()


@dataclass(frozen=True)
class PaidOptions:
    """What went out: a run or statements, when, and under which reference."""

    run: Annotated[str | None, typer.Option("--run", help="Everything that the run claimed.", metavar="R")] = None
    on: Annotated[str | None, typer.Option("--date", help="The day it was paid; today if not given.", metavar="D")] = (
        None
    )
    reference: Annotated[
        str | None, typer.Option("--reference", help="The rail's or bank's own number.", metavar="T")
    ] = None
    report: Annotated[
        Path | None,
        typer.Option("--report", help="The rail's report: a sheet, or a bank's pain.002 or camt.053.", metavar="FILE"),
    ] = None

    def __post_init__(self) -> None:
        if self.on:
            read_day(self.on)

    def day(self, desk: Desk) -> date:
        """The day of the payments; one that is still to come is told, since it is mostly a slip."""
        today = desk.clock.now().astimezone().date()
        day = read_day(self.on) if self.on else today
        if day > today:
            desk.out.warn(
                f"{day} is still to come; if that is a slip, note each with payouts failed, and pay it again."
            )
        return day


@app.command(
    "paid",
    columns=COLUMNS,
    sheet=True,
    epilog=examples(
        "payouts paid --run R-2026-11-02-7KQ --date 2026-11-03",
        "payouts paid --run R-2026-11-02-7KQ --report paypal.csv",
        "payouts paid S-2026-10-maya-7K --reference 'invoice 12'",
    ),
)
def paid(
    desk: DeskContext,
    statement: Annotated[
        list[str] | None,
        typer.Argument(help="Statements that were paid.", metavar="[STATEMENT]...", show_default=False),
    ] = None,
    options: PaidOptions = PaidOptions(),
    form: FormChoice = FormChoice(),
) -> None:
    """Note what was paid; what a report calls failed is payable again.

    Statements that no run claimed are taken as paid by hand, with what is payable of them.
    """
    if bool(statement) == bool(options.run):
        raise BadInput("Name either a run or statements", hint="Like shopinf payouts paid --run R-2026-11-02-7KQ")
    if options.report is not None and not options.run:
        raise BadInput("A report is held against a run", hint="Add --run R.")
    failures: list[Failure] = []
    if options.run:
        run = run_called(desk, options.run)
        found = desk.ledger.payments.of_run(run)
        if options.report is not None:
            failures = _by_report(desk, run, found, options)
        else:
            _note(desk, run, found, options)
        ids = [each.id for each in found]
    else:
        ids = [_by_statement(desk, name, options) for name in statement or ()]
    _show(desk, ids, failures, form)


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def _note(desk: Desk, run: Run, found: Sequence[Paid], options: PaidOptions) -> None:
    claimed = [each for each in found if each.state is State.CLAIMED]
    if not claimed and not any(each.state is State.PAID for each in found):
        raise BadInput(
            f"Nothing of run {run.name} is claimed any more", hint="shopinf payouts list shows how it stands."
        )
    day = options.day(desk)
    desk.ledger.payments.pay(claimed, day, _moment(day), options.reference or "")
    if not claimed:
        desk.out.note(f"Run {run.name} was noted as paid before; nothing has changed.")


def _by_statement(desk: Desk, name: str, options: PaidOptions) -> int:
    """Note that a statement was paid, once; returns its payment."""
    from shopinf.work.payouts.pay import pay_by_hand

    statement = statement_called(desk, name)
    payment = desk.ledger.payments.of_statements([statement.id]).get(statement.id)
    day = options.day(desk)
    if payment is not None and payment.state is State.PAID:
        same = options.reference in (None, payment.reference) and options.on in (None, str(payment.paid_on))
        if not same:
            raise BadInput(
                f"{statement.name} was paid on {payment.paid_on} already, by run {payment.run.name}",
                hint=f"If that did not arrive: shopinf payouts failed {statement.name} --reason TEXT",
            )
        desk.out.note(f"{statement.name} was noted as paid on {payment.paid_on} before; nothing has changed.")
        return payment.id
    if payment is None or payment.state is not State.CLAIMED:
        payer = desk.ledger.accounts.payer(statement.account.payer)
        assert payer is not None, "a statement has a payer"
        payment = pay_by_hand(desk, statement, payer)
        if payment is None:
            raise BadInput(
                f"Nothing of {statement.name} is payable", hint=f"shopinf payouts show {statement.name} tells why."
            )
    desk.ledger.payments.pay([payment], day, _moment(day), options.reference or "")
    return payment.id


def _by_report(desk: Desk, run: Run, found: Sequence[Paid], options: PaidOptions) -> list[Failure]:
    """Move each payment as the rail's report says; what is wrong in it is told, and not used."""
    from shopinf.commands.payouts.reports import read_report

    assert options.report is not None
    rows = read_report(desk, options.report, [each.statement for each in found])
    wrong = check_report(
        run.name,
        rows,
        [Outstanding(each.statement, each.amount, each.account.currency, each.state) for each in found],
    )
    bad = {int(text.split(":")[0].removeprefix("line ")) for text in wrong}
    said: dict[str, Reported] = {row.statement: row for row in rows if row.line not in bad}
    day = options.day(desk)
    for each in found:
        row = said.get(each.statement)
        if row is None:
            continue
        match row.state:
            case State.PAID if each.state is State.CLAIMED:
                desk.ledger.payments.pay([each], day, _moment(day), row.reference or options.reference or "")
            case State.FAILED if each.state in (State.CLAIMED, State.PAID):
                desk.ledger.payments.fail(each, _moment(day), row.reason or "failed, says the report")
    waiting = [row.statement for row in said.values() if row.state is State.CLAIMED]
    if waiting:
        desk.out.note(f"Not settled yet, says the report: {', '.join(waiting[:20])}.")
    unnamed = [each.statement for each in found if each.statement not in said and each.state is State.CLAIMED]
    if unnamed:
        desk.out.note(f"Not in the report, and still claimed: {', '.join(unnamed[:20])}.")
    return [Failure(None, str(options.report), text, BadInput.code) for text in wrong]


def _show(desk: Desk, ids: Sequence[int], failures: Sequence[Failure], form: FormChoice) -> None:
    rows = ended_rows(desk, ids)
    desk.show(Result("shopinf.payouts.paid/1", COLUMNS, rows, failures=failures), form)
    done = sum(row["status"] == State.PAID for row in rows)
    desk.out.say(f"{counted(done, 'payment')} of {len(rows)} noted as paid.")
    if failures:
        raise PartlyDone(
            f"{counted(len(failures), 'row')} of the report could not be used",
            hint="Look at what is named above; the others are noted.",
        )
