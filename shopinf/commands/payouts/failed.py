"""`shopinf payouts failed`: a payment that did not arrive is payable again."""

from __future__ import annotations

from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.commands.payouts.choice import ReasonOption, StatementArgument, reason_of, statement_called
from shopinf.commands.payouts.ended import COLUMNS, ended_rows
from shopinf.errors import BadInput
from shopinf.payouts.runs import LIVE, State
from shopinf.results import Result

app = Noun()


@app.command(
    "failed", columns=COLUMNS, epilog=examples("payouts failed S-2026-10-maya-7K --reason 'the account was closed'")
)
def failed(
    desk: DeskContext,
    statement: StatementArgument,
    reason: ReasonOption,
    form: FormChoice = FormChoice(),
) -> None:
    """Note that a payment failed, or came back after it was paid: what it paid is payable again."""
    why, found = reason_of(reason), statement_called(desk, statement)
    payment = desk.ledger.payments.of_statements([found.id]).get(found.id)
    if payment is None:
        raise BadInput(f"{found.name} was never in a run", hint=f"shopinf payouts show {found.name}")
    if payment.state in LIVE:
        desk.ledger.payments.fail(payment, desk.clock.now(), why)
    elif payment.state is State.DROPPED:
        raise BadInput(f"The run of {found.name} was given up, so nothing was sent", hint="shopinf payouts list")
    else:
        desk.out.note(f"{found.name} was noted as failed before ({payment.reason}); nothing has changed.")
    desk.show(Result("shopinf.payouts.failed/1", COLUMNS, ended_rows(desk, [payment.id])), form)
    desk.out.say(f"{found.name} is payable again.  Next: shopinf payouts pay")
