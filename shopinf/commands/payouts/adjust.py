"""`shopinf payouts adjust`: what is owed beside the orders: a bonus, a correction, a former provider's balance."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.commands.influencers.choice import influencer_names
from shopinf.commands.options import DeskContext, DryRunOption, FormChoice, Noun, StoreChoice, examples
from shopinf.errors import BadInput, PartlyDone
from shopinf.money import Money, read_amount
from shopinf.payouts.entries import Account, Entry, Kind
from shopinf.payouts.former import Former, totals
from shopinf.results import Cell, Failure, Result, columns
from shopinf.shell import quoted
from shopinf.words import counted

if TYPE_CHECKING:
    from shopinf.commands.payouts.former import Taken
    from shopinf.desk import Desk
    from shopinf.people.influencers import Influencer
    from shopinf.work.payouts.payers import Paying

app = Noun()

COLUMNS = columns(
    money="amount",
    numbers="rows",
    order="payer influencer currency amount status reason rows",
    shown="influencer amount currency status reason",
)


@app.command(
    "adjust",
    asks=True,
    columns=COLUMNS,
    sheet=True,
    # What comes first may be an amount below zero, which is no option.
    context_settings={"ignore_unknown_options": True},
    epilog=examples(
        "payouts adjust maya 50.00 --currency EUR --reason 'bonus for the reel'",
        "payouts adjust --sheet balances.csv --currency EUR --reason 'balance of the former provider'",
        "payouts adjust --sheet transactions-2026.csv --yes",
    ),
)
def adjust(
    desk: DeskContext,
    influencer: Annotated[
        str | None,
        typer.Argument(
            help="An influencer.", metavar="[INFLUENCER]", autocompletion=influencer_names, show_default=False
        ),
    ] = None,
    amount: Annotated[
        str | None,
        typer.Argument(help="How much more is owed; less with a minus.", metavar="[AMOUNT]", show_default=False),
    ] = None,
    currency: Annotated[str | None, typer.Option("--currency", help="Of the amount, like EUR.", metavar="C")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why; it is kept and shown.", metavar="TEXT")] = None,
    sheet: Annotated[
        Path | None,
        typer.Option("--sheet", help="Balances: a plain sheet, or an export of GoAffPro or Refersion.", metavar="FILE"),
    ] = None,
    stores: StoreChoice = StoreChoice(),
    dry_run: DryRunOption = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Add an amount to what is owed, or take one off; it is in the next statement.

    The same amount for the same reason is added once. A sheet's totals are shown before it is taken.
    """
    paying = _payer(desk, stores)
    if sheet is not None:
        if influencer is not None:
            raise BadInput("Give either an influencer and an amount, or a sheet", hint="Leave out one of them.")
        _from_sheet(desk, paying, sheet, currency, reason, form, dry_run=dry_run)
        return
    if influencer is None or amount is None:
        raise BadInput(
            "Give an influencer and an amount, or a sheet",
            hint="Like shopinf payouts adjust maya 50.00 --currency EUR --reason 'bonus', or --sheet FILE.",
        )
    if not currency or not reason or not reason.strip():
        missing = "--currency" if not currency else "--reason"
        raise BadInput(f"{missing} is missing", hint="Like --currency EUR --reason 'bonus for the reel'.")
    one, code = desk.ledger.people.called(influencer), currency.strip().upper()
    worth = read_amount(amount, code)
    _check_currency(code)
    sold = list(dict.fromkeys(store.currency for store in paying.stores))
    if code not in sold:
        desk.out.warn(f"{paying.name} sells in {' and '.join(sold)}; an amount in {code} makes a statement of its own.")
    row = _row(paying, one, worth.amount, code, reason.strip())
    entry = _entry(desk, paying, one, worth.amount, code, reason.strip(), f"typed {worth.amount} {reason.strip()}")
    row["status"] = "planned" if dry_run else "added" if desk.ledger.accounts.add([entry])[0] else "exists"
    desk.show(Result("shopinf.payouts.adjust/1", COLUMNS, [row]), form)
    if row["status"] == "exists":
        desk.out.note("The same amount for the same reason is there already; give another reason to add it again.")
    elif not dry_run:
        change = f"{Money(abs(worth.amount), code)} {code} {'less' if worth.amount < 0 else 'more'}"
        desk.out.say(f"{one.influencer} is owed {change}; it is in the next statement.")


def _check_currency(code: str) -> None:
    import pycountry

    if pycountry.currencies.get(alpha_3=code) is None:
        raise BadInput(f"There is no currency {code}", hint="Write its code, like EUR or USD.")


def _payer(desk: Desk, stores: StoreChoice) -> Paying:
    from shopinf.work.payouts.payers import payers_of

    found = payers_of(desk.stores(stores), stores.group)
    if len(found) != 1:
        raise BadInput(
            f"{len(found)} payers were chosen, and one of them owes it",
            hint=f"Name one store with -s {quoted(found[0].name)}, or a group that is closed as one with --group.",
        )
    return found[0]


def _entry(
    desk: Desk, paying: Paying, one: Influencer, amount: Decimal, currency: str, reason: str, reference: str
) -> Entry:
    account = Account(paying.key, one.id, currency)
    return Entry(Kind.MANUAL, account, amount, desk.clock.now(), reason=reason, reference=reference)


def _row(paying: Paying, one: Influencer, amount: Decimal, currency: str, reason: str) -> dict[str, Cell]:
    return {
        "payer": paying.name,
        "influencer": one.influencer,
        "currency": currency,
        "amount": Money(amount, currency),
        "status": "planned",
        "reason": reason or None,
        "rows": 1,
    }


def _from_sheet(
    desk: Desk,
    paying: Paying,
    file: Path,
    currency: str | None,
    reason: str | None,
    form: FormChoice,
    *,
    dry_run: bool,
) -> None:
    from shopinf.commands.payouts.former import read_balances

    taken = read_balances(desk, file, currency, reason)
    entries, rows = _planned(desk, paying, taken)
    _tell_totals(desk, taken)
    if not dry_run and any(each.amount for each in entries):
        desk.out.confirm(f"Put {counted(len(entries), 'balance')} into the accounts of {paying.name}?")
    made = [] if dry_run else desk.ledger.accounts.add(entries)
    for row, id in zip([row for row in rows if row["status"] == "planned"], made, strict=False):
        row["status"] = "added" if id else "exists"
    failures = [Failure(None, file.name, wrong.message, BadInput.code) for wrong in taken.wrong]
    desk.show(Result("shopinf.payouts.adjust/1", COLUMNS, rows, failures=failures), form)
    if not dry_run:
        added = sum(row["status"] == "added" for row in rows)
        desk.out.say(f"{counted(added, 'balance')} added, in the next statement.  Next: shopinf payouts close")
    if failures:
        raise PartlyDone(
            f"{counted(len(failures), 'row')} of {file} could not be used",
            hint="Take over who is missing with shopinf influencers import, and give the sheet again: nothing is added "
            "twice.",
        )


def _planned(desk: Desk, paying: Paying, taken: Taken) -> tuple[list[Entry], list[dict[str, Cell]]]:
    """The entries that are missing to what the sheet says, and their rows.

    Of an export that was taken before only the difference is added.
    """
    from shopinf.commands.payouts.former import referenced

    entries, rows = [], []
    for one, balance, reference in referenced(taken):
        amount, why = balance.amount, balance.reason
        if taken.kind is not Former.PLAIN:
            account = Account(paying.key, one.id, balance.currency)
            known = desk.ledger.accounts.referenced(account, reference)
            amount -= known
            reference = f"{reference} {balance.amount}" if known else reference
            why = why or f"balance at {taken.kind}"
        if not amount:
            rows.append(_row(paying, one, balance.amount, balance.currency, why) | {"status": "exists"})
            continue
        row = _row(paying, one, amount, balance.currency, why) | {"rows": balance.rows}
        entries.append(_entry(desk, paying, one, amount, balance.currency, why, reference))
        rows.append(row)
    return entries, rows


def _tell_totals(desk: Desk, taken: Taken) -> None:
    """What the sheet comes to, before it is asked whether to take it."""
    found = [balance for _, balance in taken.found]
    what = {
        Former.GOAFFPRO: "a GoAffPro export",
        Former.REFERSION: "a Refersion export",
        Former.PLAIN: "a plain sheet",
    }
    for currency, total in sorted(totals(found).items()):
        mine = [each for each in found if each.currency == currency]
        beside = ""
        if taken.kind is not Former.PLAIN:
            paid = sum((each.paid for each in mine), Decimal(0))
            left = sum((each.left_out for each in mine), Decimal(0))
            beside = f"; paid there {Money(paid, currency)}, not due there {Money(left, currency)}"
        desk.out.say(
            f"{what[taken.kind]}: {Money(total, currency)} {currency} owed to {counted(len(mine), 'influencer')}, "
            f"from {counted(sum(each.rows for each in mine), 'row')}{beside}."
        )
