"""What was neither paid nor claimed yet, and what was said of orders: read by closings and by runs alike."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, and_, func, or_, select, text, tuple_, type_coerce

from shopinf.ledger.merging import merged_into
from shopinf.ledger.tables.common import Moment
from shopinf.ledger.tables.payouts import LIVE_PAYMENTS, claims, entries, marks, payments, statements
from shopinf.ledger.upserts import parts
from shopinf.money import Money
from shopinf.payouts.entries import Account, Kind, OrderKey
from shopinf.payouts.runs import State
from shopinf.payouts.statements import Action, Due, Mark

IS_LIVE = text(LIVE_PAYMENTS)  # literally, so that the index of live payments is used
PAYING = (Kind.PAY, Kind.PAY_FAILED)
_HOLDS = 100  # of more, everything is looked through
_first = entries.alias("first")
_DUE = (
    entries.c.id,
    entries.c.payer,
    entries.c.person,
    entries.c.currency,
    entries.c.amount,
    entries.c.shop_id,
    entries.c.order_id,
    entries.c.code,
    entries.c.payable_at,
    func.coalesce(_first.c.happened_at, entries.c.happened_at),
    entries.c.statement,
    entries.c.step,
)


def read_dues(db: Connection, payer: str, people: Collection[str] | None = None) -> dict[Account, list[Due]]:
    """What *payer* owes and nobody has claimed, by account; of *people* alone where they are given."""
    query = _unclaimed(payer)
    if people is None:
        return _dues(db, [query])
    return _dues(db, [query.where(entries.c.person.in_(part)) for part in parts(sorted(people))])


def read_withheld(db: Connection, payer: str, marks: Sequence[Mark], now: datetime) -> dict[Account, list[Due]]:
    """What of *payer*'s dues may not be free *now*: orders inside their hold days, and what is on hold.

    Of such an order everything that is due is there, and counts as closed; whatever else an account is owed is free.
    """
    later = type_coerce(entries.c.payable_at, Text) > Moment().process_bind_param(now, db.dialect)
    young = select(entries.c.shop_id, entries.c.order_id).where(entries.c.payer == payer, later)
    queries = [_unclaimed(payer).where(tuple_(entries.c.shop_id, entries.c.order_id).in_(young))]
    if holds := [mark for mark in marks if mark.action is Action.HOLD]:
        about = _unclaimed(payer) if len(holds) > _HOLDS else _unclaimed(payer).where(or_(*map(_touched, holds)))
        queries.append(about)
    return {
        account: [*{due.entry: replace(due, closed=True) for due in dues}.values()]
        for account, dues in _dues(db, queries).items()
    }


def _touched(mark: Mark) -> ColumnElement[bool]:
    """The entries that a word may be about, or more; always all of an order."""
    if mark.order:
        return and_(entries.c.shop_id == mark.order.shop_id, entries.c.order_id == mark.order.order_id)
    if mark.code and mark.code.isascii():
        return func.lower(entries.c.code) == mark.code
    return entries.c.person == mark.person if mark.person else entries.c.shop_id == mark.shop_id


def _unclaimed(payer: str) -> Select[Any]:
    return (
        select(*_DUE)
        .outerjoin(claims, claims.c.entry == entries.c.id)
        .outerjoin(
            _first,
            and_(
                _first.c.shop_id == entries.c.shop_id,
                _first.c.order_id == entries.c.order_id,
                _first.c.person == entries.c.person,
                _first.c.step == 0,
                entries.c.order_id != 0,
            ),
        )
        .where(entries.c.payer == payer, entries.c.kind.not_in(PAYING), claims.c.entry.is_(None))
    )


def _dues(db: Connection, queries: Collection[Select[Any]]) -> dict[Account, list[Due]]:
    found: dict[tuple[str, str, str], tuple[Account, list[Due]]] = {}
    moments: dict[str | None, datetime | None] = {None: None}  # many orders are free at the same midnight

    def moment(text: str | None) -> datetime | None:
        if text not in moments:
            moments[text] = datetime.fromisoformat(text) if text else None
        return moments[text]

    for query in queries:
        for id, payer, person, currency, amount, shop, order, code, free, at, statement, step in _plain(db, query):
            key = (payer, person, currency)
            account, dues = found.get(key) or found.setdefault(key, (Account(*key), []))
            worth = Money.from_minor(amount, currency).amount
            happened, closed = datetime.fromisoformat(at), statement is not None
            dues.append(Due(id, account, worth, OrderKey(shop, order), code, moment(free), happened, closed, step))
    return dict(found.values())


def _plain(db: Connection, query: Select[Any]) -> Any:
    """The rows of *query*, which has no values but plain ones, as the driver has them: there may be many thousands."""
    compiled = query.compile(dialect=db.dialect, compile_kwargs={"render_postcompile": True})
    values = compiled.construct_params()
    names = compiled.positiontup
    return db.exec_driver_sql(str(compiled), tuple(values[name] for name in names) if names else values).fetchall()


def running(db: Connection, payer: str) -> dict[Account, Decimal]:
    """What of each account is claimed by a run that has not ended."""
    query = (
        select(payments.c.person, payments.c.currency, func.sum(payments.c.amount))
        .where(payments.c.payer == payer, payments.c.state == State.CLAIMED)
        .group_by(payments.c.person, payments.c.currency)
    )
    return {
        Account(payer, person, currency): Money.from_minor(int(amount), currency).amount
        for person, currency, amount in db.execute(query)
    }


def read_marks(db: Connection) -> list[Mark]:
    """All that was said of orders, in the order it was said."""
    return [
        Mark(
            Action(row["action"]),
            row["reason"],
            row["at"],
            OrderKey(row["shop_id"] if row["order_id"] else 0, row["order_id"]),
            row["shop_id"],
            row["code"],
            row["person"],
            row["since"],
        )
        for row in db.execute(select(marks).order_by(marks.c.id)).mappings()
    ]


def latest_statements(db: Connection, payer: str) -> dict[Account, Mapping[Any, Any]]:
    """The last statement of each account, with the state of its live payment as `state`.

    Of two who were merged, and were both in the same closing, the one that is not in a run.
    """
    newest = (
        select(func.max(statements.c.id))
        .where(statements.c.payer == payer)
        .group_by(statements.c.person, statements.c.currency)
    )
    query = (
        select(statements, payments.c.state)
        .outerjoin(payments, and_(payments.c.statement == statements.c.id, IS_LIVE))
        .where(statements.c.id.in_(newest))
        .order_by(statements.c.id)
    )
    kept = merged_into(db)
    found: dict[Account, Mapping[Any, Any]] = {}
    for row in db.execute(query).mappings():
        account = Account(payer, kept.get(row["person"], row["person"]), row["currency"])
        known = found.get(account)
        if known is None or known["closing_id"] != row["closing_id"] or known["state"] or not row["state"]:
            found[account] = row
    return found


def openings(db: Connection, payer: str) -> dict[Account, Decimal]:
    """Where each account stood at its last statement; of those that were merged, all of them together."""
    found = {
        account: Money.from_minor(row["closing"], account.currency).amount
        for account, row in latest_statements(db, payer).items()
    }
    together = set(merged_into(db).values())
    query = (
        select(entries.c.person, entries.c.currency, func.sum(entries.c.amount))
        .where(entries.c.payer == payer, entries.c.statement.is_not(None))
        .group_by(entries.c.person, entries.c.currency)
    )
    for part in parts(sorted(together & {account.person for account in found})):
        for person, currency, amount in db.execute(query.where(entries.c.person.in_(part))):
            found[Account(payer, person, currency)] = Money.from_minor(int(amount), currency).amount
    return found
