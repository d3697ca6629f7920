"""The statements of a closing, made in its own writing block from what was entered up to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select, update

from shopinf.ledger.dues import openings, read_marks, read_withheld, running
from shopinf.ledger.tables.payouts import entries, statements
from shopinf.ledger.upserts import insert, parts
from shopinf.money import Money
from shopinf.payouts.entries import NEVER, Account, Kind
from shopinf.payouts.statements import Figures, Payable, Statement, figures, payable, statement_name

if TYPE_CHECKING:
    from shopinf.ledger.accountrows import Draft

_NOTHING = Decimal(0)


def make_statements(db: Connection, closing: int, draft: Draft, at: datetime) -> list[Statement]:
    """Make a statement of every account of the payer that moved or is not at nothing."""
    payer = draft.payer
    opened, moved = openings(db, payer), _moved(db, payer)
    marks, claimed = read_marks(db), running(db, payer)
    withheld = read_withheld(db, payer, marks, at)
    made = []
    for account in sorted({*opened, *moved}, key=lambda one: (one.person, one.currency)):
        sums = figures(opened.get(account, _NOTHING), moved.get(account, ()))
        if account not in moved and not sums.closing:
            continue
        in_run, dues = claimed.get(account, _NOTHING), withheld.get(account, ())
        # All that was ever entered is claimed, paid, withheld or free: what was paid is in the closing with a minus.
        others = sums.closing - in_run - sum((due.amount for due in dues), _NOTHING)
        free = payable(dues, marks, at, draft.terms.minimum, others=others)
        made.append(_statement(draft, account, sums, free, in_run))
    named = _name(db, draft, made)
    for part in parts(named):
        insert(db, statements, [_row(each, closing) for each in part])
    _assign(db, closing, payer)
    ids = dict(db.execute(select(statements.c.name, statements.c.id).where(statements.c.closing_id == closing)).all())
    return [replace(each, id=ids[each.name]) for each in named]


def _moved(db: Connection, payer: str) -> dict[Account, list[tuple[Kind, Decimal]]]:
    """What moved each account since its last statement, kind by kind."""
    query = (
        select(entries.c.person, entries.c.currency, entries.c.kind, func.sum(entries.c.amount))
        .where(entries.c.statement.is_(None), entries.c.payer == payer)
        .group_by(entries.c.person, entries.c.currency, entries.c.kind)
    )
    found: dict[Account, list[tuple[Kind, Decimal]]] = {}
    for person, currency, kind, amount in db.execute(query):
        worth = Money.from_minor(int(amount), currency).amount
        found.setdefault(Account(payer, person, currency), []).append((Kind(kind), worth))
    return found


def _statement(draft: Draft, account: Account, sums: Figures, free: Payable, claimed: Decimal) -> Statement:
    held = free.held + claimed
    reasons = [free.reason] if free.reason else []
    if claimed:
        reasons.append(f"{Money(claimed, account.currency)} is in a run")
    if sums.closing < 0:
        reasons.append("below zero: carried on")
    return Statement(
        "",
        account,
        draft.period.first,
        draft.period.last,
        sums,
        held,
        free.amount,
        _day(free.free_at, draft.zone),
        "; ".join(reasons),
    )


def _day(free_at: datetime | None, zone: ZoneInfo) -> date | None:
    """The day on which the last of it is free; None where that is not known."""
    return None if free_at is None or free_at == NEVER else free_at.astimezone(zone).date()


def _name(db: Connection, draft: Draft, made: list[Statement]) -> list[Statement]:
    """*made* with names that no other statement has; one that would be taken is made longer."""
    named: list[Statement] = []
    taken: set[str] = set()
    for part in parts(made):
        left: Sequence[Statement] = part
        for length in range(2, 9):
            called = [(each, _called(draft, each, length)) for each in left]
            wanted = [name for _, name in called]
            taken |= set(db.execute(select(statements.c.name).where(statements.c.name.in_(wanted))).scalars())
            left = []
            for each, name in called:
                if name in taken:
                    left.append(each)
                else:
                    taken.add(name)
                    named.append(replace(each, name=name))
        assert not left, "eight signs tell any two apart"
    return named


def _called(draft: Draft, each: Statement, length: int) -> str:
    return statement_name(draft.names.get(each.account.person, ""), draft.period, each.account, length)


def _row(each: Statement, closing: int) -> dict[str, Any]:
    account, sums = each.account, each.figures

    def units(amount: Decimal) -> int:
        return Money(amount, account.currency).minor

    return {
        "name": each.name,
        "closing_id": closing,
        "payer": account.payer,
        "person": account.person,
        "currency": account.currency,
        "period_from": each.first.isoformat(),
        "period_to": each.last.isoformat(),
        "opening": units(sums.opening),
        "earned": units(sums.earned),
        "adjustments": units(sums.adjustments),
        "paid": units(sums.paid),
        "closing": units(sums.closing),
        "held": units(each.held),
        "payable": units(each.payable),
        "payable_on": each.payable_on.isoformat() if each.payable_on else None,
        "reason": each.reason,
    }


def _assign(db: Connection, closing: int, payer: str) -> None:
    """Put what is in no statement yet into those of this closing."""
    mine = (
        statements.c.closing_id == closing,
        statements.c.person == entries.c.person,
        statements.c.currency == entries.c.currency,
    )
    own = select(statements.c.id).where(*mine).scalar_subquery()
    db.execute(update(entries).where(entries.c.statement.is_(None), entries.c.payer == payer).values(statement=own))
