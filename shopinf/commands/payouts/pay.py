"""`shopinf payouts pay`: what is asked for, the plan, the claim, the files, a row a payment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopinf.commands.options import (
    ColumnsOption,
    DeskContext,
    DryRunOption,
    FormatOption,
    Noun,
    StoreChoice,
    WideOption,
    examples,
)
from shopinf.commands.payouts.choice import chosen_payers, run_called
from shopinf.commands.payouts.payees import read_payees
from shopinf.console.files import check_place
from shopinf.errors import BadInput, NotFound, PartlyDone
from shopinf.money import Money
from shopinf.nearest import did_you_mean
from shopinf.payouts.payees import Payer as From
from shopinf.payouts.runs import Rail
from shopinf.results import Cell, Failure, Result, columns
from shopinf.words import counted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.ledger.accountrows import Payer
    from shopinf.ledger.payments import Candidate, Run
    from shopinf.work.payouts.pay import Asked, Carried, Plan

app = Noun()

COLUMNS = columns(
    money="amount",
    order="run statement payer influencer amount currency status error",
    shown="influencer amount status statement error run",
)
_NAMED = 20  # influencers to whom nothing is payable, and why


class FileRail(StrEnum):
    """The rails that take a file."""

    PAYPAL = "paypal"
    WISE = "wise"
    REVOLUT = "revolut"
    SEPA = "sepa"
    CSV = "csv"


@dataclass(frozen=True)
class RunOptions:
    """How a run pays: by which rail, whom, from where, and into which file."""

    rail: Annotated[FileRail | None, typer.Option("--rail", help="What carries the money.")] = None
    payees: Annotated[
        Path | None, typer.Option("--payees", help="The sheet with where the money goes.", metavar="FILE")
    ] = None
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file; several get a word each.", metavar="FILE"),
    ] = None
    payer: Annotated[
        list[str] | None, typer.Option("--payer", help="Only this store or group; may be repeated.", metavar="NAME")
    ] = None
    currency: Annotated[str | None, typer.Option("--currency", help="Only this currency.", metavar="C")] = None
    payer_name: Annotated[
        str | None, typer.Option("--payer-name", help="Who pays, in a bank's file; else agency in config.toml.")
    ] = None
    payer_iban: Annotated[
        str | None, typer.Option("--payer-iban", help="The account that pays; else payer_iban in config.toml.")
    ] = None
    payer_bic: Annotated[str | None, typer.Option("--payer-bic", help="Its bank, where the IBAN does not tell.")] = None
    note: Annotated[str | None, typer.Option("--note", help="A word to the payees, where the rail has room.")] = None
    run: Annotated[str | None, typer.Option("--run", help="Write the files of this run again.", metavar="R")] = None


@dataclass(frozen=True)
class AnswerForm:
    """The form of the answer; the file goes to the rail."""

    format: FormatOption = None
    columns: ColumnsOption = None
    wide: WideOption = False

    @property
    def output(self) -> None:
        return None

    @property
    def reports(self) -> bool:
        return False


@app.command(
    "pay",
    columns=COLUMNS,
    sheet=True,
    epilog=examples(
        "payouts pay --rail paypal --payees payees.csv -o october.csv --all-stores",
        "payouts pay --rail sepa --payees payees.xlsx -o october.xml --payer-iban DE02120300000000202051",
        "payouts pay --run R-2026-11-02-7KQ --payees payees.csv -o october.csv",
    ),
)
def pay(
    desk: DeskContext,
    options: RunOptions = RunOptions(),
    stores: StoreChoice = StoreChoice(),
    dry_run: DryRunOption = False,
    form: AnswerForm = AnswerForm(),
) -> None:
    """Claim everything that is payable, and write the file that the rail takes.

    What is claimed cannot be claimed by another run, on any machine of the team, until the run ends: payouts paid,
    failed or drop. Where the money goes is read from the payees' sheet and kept nowhere.
    """
    from shopinf.work.payouts import pay as engine
    from shopinf.work.payouts.payers import clock_notes

    desk.form(form)
    again = run_called(desk, options.run) if options.run else None
    asked = _asked(desk, options, again, dry_run=dry_run)
    payers = [] if again else _payers(desk, stores, options.payer or ())
    for note in clock_notes(desk):
        desk.out.warn(note)
    if dry_run and again is None:
        _show_plan(desk, engine.plan(desk, payers, asked), asked.rail, form)
        return
    with desk.claiming():
        made = None
        run = again or engine.unfinished(desk, payers, asked.rail)
        if run is None:
            made = engine.plan(desk, payers, asked)
            claimed = engine.claim(desk, made, asked)
            run = claimed[0] if claimed else None
        carried = engine.write(desk, run, asked, dry_run=dry_run) if run else None
    if carried and made is None and again is None:
        desk.out.note(f"Run {carried.run.name} was stopped before its files were written; they are written now.")
    _show_done(desk, carried, made, asked.rail, form)


def _asked(desk: Desk, options: RunOptions, again: Run | None, *, dry_run: bool) -> Asked:
    from shopinf.payfiles.rails import RAILS, pay_file
    from shopinf.work.payouts.pay import Asked

    if again and again.rail not in RAILS:
        raise BadInput(f"Run {again.name} was noted by hand, so it has no file", hint="shopinf payouts list")
    rail = again.rail if again else Rail(options.rail) if options.rail else None
    if rail is None:
        raise BadInput("The rail is missing", hint=f"Add --rail, one of {', '.join(RAILS)}.")
    if options.payees is None:
        raise BadInput(
            "The payees' sheet is missing",
            hint="Add --payees FILE; shopinf reference sheets payees -o payees.xlsx writes one to fill in.",
        )
    if options.output is None and not dry_run:
        raise BadInput("There is no file to write to", hint=f"Add -o, like -o payments.{_suffix(rail)}")
    if options.output is not None:
        check_place(options.output)
    currency = options.currency.strip().upper() if options.currency else None
    takes = pay_file(rail).currencies
    if currency and takes is not None and currency not in takes:
        raise BadInput(f"{rail} takes no {currency}", hint=f"It takes {', '.join(sorted(takes))}; csv takes anything.")
    sender = From(
        options.payer_name or desk.config.agency or "",
        options.payer_iban or desk.config.payer_iban or "",
        options.payer_bic or "",
    )
    if rail is Rail.SEPA:
        _check_sender(sender)
    payees, note = read_payees(desk, options.payees), (options.note or "").strip()
    return Asked(rail, payees, sender, options.output, check_place, currency, note)


def _suffix(rail: Rail) -> str:
    return "xml" if rail is Rail.SEPA else "csv"


def _check_sender(sender: From) -> None:
    from shopinf.payfiles.sepa import check_payer

    try:
        check_payer(sender)
    except BadInput as refused:
        raise BadInput(
            refused.message,
            hint='Add --payer-iban and --payer-name, or payer_iban = "…" and agency = "…" in config.toml.',
        ) from None


def _payers(desk: Desk, stores: StoreChoice, named: Sequence[str]) -> list[Payer]:
    """The payers of the chosen stores; a group only where all of its stores are chosen."""
    from shopinf.work.payouts.payers import payer_names

    if named and stores == StoreChoice():  # a payer says whose stores are meant
        stores = StoreChoice(all_stores=True)
    found = chosen_payers(desk, stores, whole=True)
    if not named:
        return found
    names = payer_names(desk, found)
    wanted = {each.strip().casefold() for each in named}
    if unknown := wanted - {name.casefold() for name in names.values()}:
        one, known = min(unknown), sorted(names.values())
        raise NotFound(
            f"No payer of these stores is called {one}",
            hint=did_you_mean(one, known, f"Closed were {', '.join(known) or 'none of them'}."),
        )
    return [each for each in found if names[each.key].casefold() in wanted]


def _show_plan(desk: Desk, made: Plan, rail: Rail, form: AnswerForm) -> None:
    rows = [_row(desk, each, "planned", None) for each, _ in made.good]
    rows += [_row(desk, each, "failed", why) for each, why in made.bad]
    _show(desk, rows, made, form, rail=rail, run=None, files=[])


def _show_done(desk: Desk, carried: Carried | None, made: Plan | None, rail: Rail, form: AnswerForm) -> None:
    """A row a payment, and those that failed."""
    rows: list[dict[str, Cell]] = []
    if carried:
        people = desk.ledger.people.by_id({each.account.person for each in carried.payments})
        payers = _payer_names(desk)
        for each in carried.payments:
            person, currency = each.account.person, each.account.currency
            rows.append(
                {
                    "run": carried.run.name,
                    "statement": each.statement,
                    "payer": payers.get(each.account.payer, each.account.payer),
                    "influencer": people[person].influencer if person in people else person,
                    "amount": Money(each.amount, currency),
                    "currency": currency,
                    "status": str(each.state),
                    "error": None,
                }
            )
    rows += [_row(desk, each, "failed", why) for each, why in (made.bad if made else ())]
    files = [str(name) for name in carried.files] if carried else []
    _show(desk, rows, made, form, rail=rail, run=carried.run if carried else None, files=files)


def _row(desk: Desk, each: Candidate, status: str, error: str | None) -> dict[str, Cell]:
    account = each.statement.account
    people = desk.ledger.people.by_id({account.person})
    return {
        "run": None,
        "statement": each.statement.name,
        "payer": _payer_names(desk).get(account.payer, account.payer),
        "influencer": people[account.person].influencer if account.person in people else account.person,
        "amount": Money(each.now.amount, account.currency),
        "currency": account.currency,
        "status": status,
        "error": error,
    }


def _payer_names(desk: Desk) -> dict[str, str]:
    from shopinf.work.payouts.payers import payer_names

    return payer_names(desk, desk.ledger.accounts.payers())


def _show(
    desk: Desk,
    rows: list[dict[str, Cell]],
    made: Plan | None,
    form: AnswerForm,
    *,
    rail: Rail,
    run: Run | None,
    files: Sequence[str],
) -> None:
    rows.sort(key=lambda row: (str(row["payer"]), str(row["currency"]), str(row["influencer"])))
    failures = [
        Failure(
            str(row["payer"]),
            str(row["statement"]),
            _sentence(str(row["influencer"]), str(row["error"])),
            BadInput.code,
        )
        for row in rows
        if row["status"] == "failed"
    ]
    notes = _notes(desk, made, rail) if made else []
    totals: dict[str, Money] = {}
    for row in rows:
        if row["status"] != "failed" and isinstance(row["amount"], Money):
            currency = row["amount"].currency
            totals[currency] = totals.get(currency, Money.zero(currency)) + row["amount"]
    body: dict[str, Any] = {
        "run": run.name if run else None,
        "rail": str(rail),
        "files": list(files),
        "payments": [{name: value for name, value in row.items() if name != "run"} for row in rows],
        "totals": [{"currency": currency, "amount": total} for currency, total in sorted(totals.items())],
    }
    desk.show(
        Result("shopinf.payments/1", COLUMNS, rows, body=body, notes=notes, failures=failures),
        form,
    )
    if run:
        paid = ", ".join(f"{total} {currency}" for currency, total in sorted(totals.items()))
        done = f"written to {', '.join(files)}" if files else "nothing was written"
        desk.out.say(
            f"Run {run.name}: {counted(len(rows) - len(failures), 'payment')}, {paid}, {done}.  "
            f"Next: shopinf payouts paid --run {run.name}"
        )
    elif not rows:
        desk.out.say("Nothing is payable, so no file was written.")
    if failures:
        raise PartlyDone(
            f"{len(failures)} of {counted(len(rows), 'payment')} cannot be made, and {_stay(len(failures))} payable",
            hint=f"Correct the payees' sheet and run the same command again{', into another file' if files else ''}.",
        )


def _sentence(influencer: str, error: str) -> str:
    """`maya is not in the payees' sheet`, and what is a sentence of its own after the name."""
    return f"{influencer}{' ' if error.startswith('is ') else ': '}{error}"


def _stay(count: int) -> str:
    return "stays" if count == 1 else "stay"


def _notes(desk: Desk, made: Plan, rail: Rail) -> list[str]:
    """What is not paid, and why."""
    from shopinf.payfiles.rails import pay_file

    takes = pay_file(rail).currencies
    notes = []
    for currency, count in sorted(made.other.items()):
        why = "another currency than this run's"
        if takes is not None and currency not in takes:
            why = f"{rail} takes no {currency}, and --rail csv anything"
        notes.append(f"{counted(count, 'payment')} in {currency} left out: {why}.")
    people = desk.ledger.people.by_id({each.statement.account.person for each in made.nothing})
    for each in made.nothing[:_NAMED]:
        person = each.statement.account.person
        name = people[person].influencer if person in people else person
        notes.append(f"{name} ({each.statement.name}): {_why(each)}.")
    if len(made.nothing) > _NAMED:
        notes.append(f"Nothing is payable to {len(made.nothing) - _NAMED} others; shopinf payouts list tells why.")
    return notes


def _why(each: Candidate) -> str:
    """Why nothing of an account is payable now."""
    if each.payment is not None:
        return "in a run already" if each.payment == "claimed" else "paid; what came later is in the next statement"
    if each.now.reason:
        return each.now.reason
    return "below zero, carried on" if each.statement.figures.closing < 0 else "nothing is owed"
