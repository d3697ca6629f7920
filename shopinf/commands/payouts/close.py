"""`shopinf payouts close`: what is asked for, the closing of each payer, and its statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopinf.attribution.credits import MultiCode, Rules
from shopinf.commands.options import DeskContext, DryRunOption, FormChoice, NeededPeriod, Noun, StoreChoice, examples
from shopinf.commands.payouts.choice import minimum
from shopinf.commands.payouts.rows import STATEMENT_COLUMNS, statement_body, views
from shopinf.payouts.rates import read_rate
from shopinf.payouts.statements import HoldFrom, Status
from shopinf.results import Cell, Failure, Format, Result
from shopinf.shell import quoted
from shopinf.words import counted

if TYPE_CHECKING:
    from shopinf.commands.payouts.rows import View
    from shopinf.desk import Desk
    from shopinf.outcomes import Done
    from shopinf.stores import Store
    from shopinf.work.payouts.close import Closing

app = Noun()


@dataclass(frozen=True)
class TermOptions:
    """When commissions are paid; what is not given stays as it was for the payer's last closing."""

    hold_days: Annotated[
        int | None,
        typer.Option(
            "--hold-days", help="Days that an order is held before it is payable.", metavar="N", min=0, max=365
        ),
    ] = None
    hold_from: Annotated[
        HoldFrom | None,
        typer.Option("--hold-from", help="Count them from the order, or from when its goods were sent."),
    ] = None
    min_payout: Annotated[
        Decimal | None,
        typer.Option("--min-payout", help="Less than that is carried on.", metavar="A", parser=minimum),
    ] = None


@app.command(
    "close",
    columns=STATEMENT_COLUMNS,
    epilog=examples(
        "payouts close --period last-month --all-stores",
        "payouts close --period 2026-10 --group north --hold-days 30 --min-payout 25",
        "payouts close --period 2026-10 --dry-run -f json",
    ),
)
def close(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    period: NeededPeriod = NeededPeriod(),
    terms: TermOptions = TermOptions(),
    leave_review: Annotated[
        bool, typer.Option("--leave-review", help="Leave orders that need a look for the next closing.")
    ] = False,
    dry_run: DryRunOption = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Make the statements of a period; closing it again changes nothing and shows the same ones.

    A group chosen with --group is one payer, otherwise each store is. Orders are read first; each is entered once, with
    what it comes to by all that is known, and later news of it make an adjustment in the statement after.
    """
    from shopinf.work.payouts.close import Ask, close_period
    from shopinf.work.payouts.payers import clock_notes, payers_of

    chosen = desk.stores(stores)
    spans = period.of(desk, chosen)
    ask = Ask(
        {store.name: _rules(desk, store) for store in chosen},
        terms.hold_days,
        terms.hold_from,
        terms.min_payout,
        leave_review,
        dry_run,
    )
    payers = payers_of(chosen, stores.group)
    late = clock_notes(desk)
    outcomes = close_period(desk, payers, spans, ask).or_nothing()
    whole = desk.form(form).format is Format.JSON

    def answer(done: Done[Closing], failures: Sequence[Failure]) -> Result:
        return _answer(desk, done, failures, late, whole=whole)

    named = {paying.store.name: spans[paying.stores[0].name] for paying in payers}
    result = desk.deliver(outcomes, answer, form, periods=named)
    for _, found in outcomes.done:
        desk.out.say(_sentence(found, dry_run=dry_run))
    if not result.rows:
        desk.out.say("Nobody earned anything, and nothing is owed from before.")
    outcomes.settle()


def _rules(desk: Desk, store: Store) -> Rules:
    rate = desk.config.commission
    default = read_rate(rate, store.currency) if rate else None
    return Rules(MultiCode(desk.config.multi_code), default=default)


def _answer(
    desk: Desk, done: Done[Closing], failures: Sequence[Failure], late: Sequence[str], *, whole: bool
) -> Result:
    rows: list[dict[str, Cell]] = []
    body: list[dict[str, Any]] = []
    notes = [*late]
    for _, found in done:
        shown = _shown(desk, found)
        rows += [each.row() for each in shown]
        if whole:
            entries = found.entries or desk.ledger.accounts.of_statements([each.id for each in found.statements])
            body += statement_body(desk, shown, entries)
        notes += found.notes
        if found.left:
            named = ", ".join(order.name for _, order, _ in found.left[:20])
            left = counted(len(found.left), "order")
            notes.append(f"{found.paying.name}: {left} left for the next closing, since they need a look: {named}.")
    return Result(
        "shopinf.statements/1", STATEMENT_COLUMNS, rows, body={"statements": body}, notes=notes, failures=failures
    )


def _shown(desk: Desk, found: Closing) -> list[View]:
    """Its statements, by what they come to."""
    # A payer that was never closed, in a rehearsal, is not known by its name yet.
    shown = [
        replace(each, payer=found.paying.name) if each.payer == found.paying.key else each
        for each in views(desk, found.statements)
    ]
    return sorted(shown, key=lambda each: (each.currency, -each.statement.figures.closing, each.influencer))


def _sentence(found: Closing, *, dry_run: bool) -> str:
    """What came of a payer, and what comes next."""
    name, days = found.paying.name, found.period.dated.replace("_", " to ")
    if found.before is not None:
        by = f" by {found.before.by}" if found.before.by else ""
        return f"{name}: {days} was closed on {found.before.at:%Y-%m-%d}{by}; nothing has changed."
    made = counted(len(found.statements), "statement")
    if dry_run:
        return f"{name}: closing {days} would make {made}; nothing was written."
    return f"{name}: {days} is closed, {made}.  Next: shopinf payouts list --status {Status.OPEN} {_stores(found)}"


def _stores(found: Closing) -> str:
    option = "-s" if found.paying.key.startswith("shop:") else "--group"
    return f"{option} {quoted(found.paying.name)}"
