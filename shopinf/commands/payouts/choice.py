"""Whose payouts a command line means, and the words that its verbs share."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.errors import BadInput, NotFound
from shopinf.nearest import did_you_mean
from shopinf.work.payouts.payers import group_key, known_payers

if TYPE_CHECKING:
    from shopinf.commands.options import StoreChoice
    from shopinf.desk import Desk
    from shopinf.ledger.accountrows import Payer
    from shopinf.ledger.payments import Run
    from shopinf.payouts.statements import Statement

StatementArgument = Annotated[
    str, typer.Argument(help="A statement's id, as `payouts list` shows it.", metavar="STATEMENT", show_default=False)
]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it is kept and shown.", metavar="TEXT")]


def chosen_payers(desk: Desk, choice: StoreChoice, *, whole: bool = False) -> list[Payer]:
    """The payers that were closed and that a command line means: a group as one, else those of its stores."""
    found = known_payers(desk, desk.stores(choice), whole=whole)
    if choice.group is not None:
        mine = [each for each in found if each.key == group_key(choice.group)]
        return mine or found
    return found


def statement_called(desk: Desk, name: str) -> Statement:
    """The statement that an operator means."""
    found = desk.ledger.accounts.named(name)
    if found is None:
        raise NotFound(
            f"No statement is called {name}",
            hint=did_you_mean(name, desk.ledger.accounts.names(), "shopinf payouts list shows the statements."),
        )
    return found


def run_called(desk: Desk, name: str) -> Run:
    """The run that an operator means."""
    found = desk.ledger.payments.run(name)
    if found is None:
        raise NotFound(
            f"No run is called {name}",
            hint=did_you_mean(name, desk.ledger.payments.names(), "shopinf payouts list shows the runs."),
        )
    return found


def reason_of(text: str) -> str:
    """Why something is done; an empty reason is none."""
    if not text.strip():
        raise BadInput("The reason is empty", hint="Say why, like --reason 'bought by the influencer'.")
    return text.strip()


def minimum(text: str) -> Decimal:
    """The least amount that is paid, as typed."""
    try:
        amount = Decimal(text.strip())
    except ArithmeticError:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        raise typer.BadParameter(f"{text!r} is not an amount; write it with digits and a dot, like 5 or 12.50.")
    return amount
