"""`shopinf payouts show`: a statement with every entry of it, or an influencer's account as it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.commands.payouts.choice import statement_called
from shopinf.commands.payouts.rows import ENTRY_COLUMNS, balances, entry_rows, statement_body, views
from shopinf.money import Money
from shopinf.people.influencers import Influencer
from shopinf.results import Cell, Result, columns

if TYPE_CHECKING:
    from shopinf.commands.payouts.rows import View
    from shopinf.desk import Desk

app = Noun()

_OF = columns("statement")


@app.command(
    "show",
    columns=[*_OF, *ENTRY_COLUMNS],
    epilog=examples("payouts show S-2026-10-maya-7K", "payouts show maya", "payouts show maya -f json"),
)
def show(
    desk: DeskContext,
    what: Annotated[
        str,
        typer.Argument(help="A statement's id, or an influencer.", metavar="STATEMENT|INFLUENCER", show_default=False),
    ],
    form: FormChoice = FormChoice(),
) -> None:
    """Show where every figure comes from: each entry with its order, its rate, who recorded it, when and why."""
    accounts = desk.ledger.accounts
    if what.strip().upper().startswith("S-") and (accounts.named(what) or not desk.ledger.people.find(what)):
        shown, person = views(desk, [statement_called(desk, what)]), None
    else:
        person = _who(desk, what.strip())
        shown = views(desk, accounts.of_person(person.id))
    entries = accounts.of_statements([each.statement.id for each in shown])
    rows: list[dict[str, Cell]] = []
    for each in shown:
        rows += [{"statement": each.statement.name, **row} for row in entry_rows(desk, entries[each.statement.id])]
    body: dict[str, Any] = {"statements": statement_body(desk, shown, entries, listed=True)}
    if person is not None:
        later = entry_rows(desk, accounts.unstated(person.id))
        rows += [{"statement": None, **row} for row in later]
        body |= {"influencer": person.influencer, "not_closed_yet": later, "balances": balances(desk, person.id)}
    desk.show(Result("shopinf.statements/1", [*_OF, *ENTRY_COLUMNS], rows, body=body), form)
    last = {(each.payer, each.currency): each for each in shown}
    for each in shown if person is None else last.values():
        _tell(desk, each)
    if person is not None and not rows:
        desk.out.say(f"{person.influencer} was in no closing yet, and nothing is owed from before.")


def _who(desk: Desk, typed: str) -> Influencer:
    """Whose account is meant; of somebody who was forgotten only the opaque id is left, and it goes by that."""
    if desk.ledger.people.find(typed) is None and desk.ledger.accounts.of_person(typed):
        return Influencer(typed, typed)
    return desk.ledger.people.called(typed)


def _tell(desk: Desk, each: View) -> None:
    """A statement in a sentence."""
    sums, currency = each.statement.figures, each.currency

    def money(amount: Any) -> str:
        return f"{Money(amount, currency)}"

    why = f" ({each.statement.reason})" if each.statement.reason else ""
    desk.out.say(
        f"{each.statement.name}, {each.influencer}, {each.statement.first} to {each.statement.last}: opening "
        f"{money(sums.opening)} + earned {money(sums.earned)} + adjustments {money(sums.adjustments)} - paid "
        f"{money(sums.paid)} = closing {money(sums.closing)} {currency}; held {money(each.statement.held)}, payable "
        f"{money(each.statement.payable)}{why}. It is {each.status}."
    )
