"""A run: what can be paid is claimed, then the files are written; a kill in between is made good by running again.

Where the money goes is read from the payees' sheet and kept nowhere: the run has a keyed hash of it, so that the same
file can be written again, and never one that sends the money elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from shopinf.errors import BadInput, ShopinfError
from shopinf.ledger.accountrows import Payer
from shopinf.local.disk import write_atomically
from shopinf.money import Money
from shopinf.payfiles.rails import PayFile, Sheaf, file_names, pay_file, sheaves
from shopinf.payouts.payees import Batch, Payee, Payment
from shopinf.payouts.payees import Payer as From
from shopinf.payouts.runs import LIVE, Rail, destination_key, is_same_destination, run_name
from shopinf.payouts.statements import Statement

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.ledger.payments import Candidate, Paid, Run


@dataclass(frozen=True)
class Asked:
    """How a run pays: its rail, who gets what from whom, and where the files go."""

    rail: Rail
    payees: Mapping[str, Payee | BadInput]  # by opaque id; what is wrong with a row fails that influencer's payment
    sender: From
    output: Path | None
    refuse: Callable[[Path], None]  # a place that no file of payments may be written to
    currency: str | None = None
    note: str = ""

    @property
    def file(self) -> PayFile:
        return pay_file(self.rail)


@dataclass
class Plan:
    """What a run would pay, and what it would not."""

    payers: Sequence[Payer]
    good: list[tuple[Candidate, Payment]] = field(default_factory=list)
    bad: list[tuple[Candidate, str]] = field(default_factory=list)  # a payee is missing or wrong: it stays payable
    other: dict[str, int] = field(default_factory=dict)  # currencies that the rail does not take, or were not asked for
    nothing: list[Candidate] = field(default_factory=list)  # of which nothing is payable


@dataclass(frozen=True)
class Carried:
    """A run that was made: what it claimed, and its files."""

    run: Run
    payments: Sequence[Paid]
    files: Sequence[Path]


def plan(desk: Desk, payers: Sequence[Payer], asked: Asked) -> Plan:
    """What can be paid now of *payers*' accounts, each payment looked over before anything is claimed."""
    made, file = Plan(payers), asked.file
    for payer in payers:
        for each in desk.ledger.payments.candidates(payer.key, payer.terms.minimum):
            currency = each.statement.account.currency
            if each.payment is not None or not each.now.entries:
                made.nothing.append(each)
            elif asked.currency not in (None, currency) or currency not in (file.currencies or {currency}):
                made.other[currency] = made.other.get(currency, 0) + 1
            else:
                _look_over(made, each, asked, file)
    return made


def _look_over(made: Plan, each: Candidate, asked: Asked, file: PayFile) -> None:
    payee = asked.payees.get(each.statement.account.person)
    if not isinstance(payee, Payee):
        made.bad.append((each, payee.message if payee else "is not in the payees' sheet"))
        return
    payment = Payment(each.statement.name, Money(each.now.amount, each.statement.account.currency), payee)
    try:
        file.check(payment)
    except BadInput as wrong:
        made.bad.append((each, wrong.message))
    else:
        made.good.append((each, payment))


def claim(desk: Desk, made: Plan, asked: Asked) -> tuple[Run, list[Paid]] | None:
    """Claim what was planned, in one writing block; what another run took meanwhile is not in it."""
    key, file = desk.ledger.database.key(), asked.file
    wanted = {each.statement.id: destination_key(key, *file.destination(payment.payee)) for each, payment in made.good}
    if not wanted:
        return None
    return desk.ledger.payments.claim(
        _name(desk), asked.rail, wanted, {each.key: each.terms.minimum for each in made.payers}
    )


def _name(desk: Desk) -> str:
    """A name that no run has."""
    day = desk.clock.now().astimezone().date()
    while desk.ledger.payments.run(name := run_name(day)) is not None:
        pass
    return name


def unfinished(desk: Desk, payers: Sequence[Payer], rail: Rail) -> Run | None:
    """A run of these payers on this rail that claimed and was stopped before its files were written."""
    keys = {each.key for each in payers}
    for run in desk.ledger.payments.unwritten():
        if run.rail is rail and all(each.account.payer in keys for each in desk.ledger.payments.of_run(run)):
            return run
    return None


def write(desk: Desk, run: Run, asked: Asked, *, dry_run: bool = False) -> Carried:
    """Write the files of a run; the same ones whenever it is done, and never to another destination.

    In a dry run it is only checked that they could be.
    """
    paid = [each for each in desk.ledger.payments.of_run(run) if each.state in LIVE]
    if not paid:
        raise BadInput(f"Nothing of run {run.name} is claimed any more", hint="shopinf payouts pay makes another run.")
    file, key = asked.file, desk.ledger.database.key()
    payments = [_payment(each, asked, file, key) for each in paid]
    if dry_run:
        return Carried(run, paid, ())
    batch = Batch(run.name, run.at, asked.sender, asked.note)
    laid: list[Sheaf] = sheaves(file, payments)
    names = file_names(asked.output or Path(f"{run.name}.csv"), laid)
    for name in names:
        asked.refuse(name)
    with desk.out.progress(f"writing run {run.name}", len(names), "files") as progress:
        for name, sheaf in zip(names, laid, strict=True):
            write_atomically(name, [file.write(sheaf.payments, batch, sheaf.part)], private=True)
            progress.advance()
    desk.ledger.payments.written(run.name)
    return Carried(run, paid, names)


def _payment(each: Paid, asked: Asked, file: PayFile, key: bytes) -> Payment:
    """The payment as the file has it, to the payee that was claimed for."""
    payee = asked.payees.get(each.account.person)
    same = f"Give the sheet that the run was made with, or give the run up: shopinf payouts drop {each.run.name}"
    if not isinstance(payee, Payee):
        why = payee.message if payee else "is not in the payees' sheet any more"
        raise BadInput(f"{each.statement}: {why}", hint=same)
    if not is_same_destination(each.destination, _destination(payee, file, key)):
        raise BadInput(
            f"{each.statement} was claimed for another destination than the payees' sheet has now",
            hint=same,
        )
    return Payment(each.statement, Money(each.amount, each.account.currency), payee)


def _destination(payee: Payee, file: PayFile, key: bytes) -> str:
    try:
        return destination_key(key, *file.destination(payee))
    except ShopinfError:
        return ""


def pay_by_hand(desk: Desk, statement: Statement, payer: Payer) -> Paid | None:
    """Claim what can be paid of a statement that was paid without a run; None where nothing is payable."""
    minimum = {payer.key: Decimal(0)}
    found = desk.ledger.payments.claim(_name(desk), Rail.HAND, {statement.id: ""}, minimum)
    return found[1][0] if found else None
