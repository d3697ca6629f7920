"""What a store leaves behind in the ledger: its money, which stays unless all of its history is to be erased.

That is what was earned, stated, paid, held, agreed and decided, each with who, when and why. The books of a group that
pays for other stores too are that group's, and stay in any case.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, false, func, or_, select, update

from shopinf.ledger.decisions import DECIDED
from shopinf.ledger.tables.journal import journal
from shopinf.ledger.tables.mirror import sendings
from shopinf.ledger.tables.payouts import claims, closings, entries, marks, payers, payments, rates, runs, statements
from shopinf.money import Money

# Of the tables with a store's rows; who it was about is an opaque id in them.
_OF_MONEY = frozenset({entries.name, marks.name, rates.name, sendings.name})


def rows_of(table: Table, shop_id: int, *, money: bool) -> ColumnElement[bool]:
    """The rows of *table* that go with a store; those of money only with *money*."""
    mine = table.c.shop_id == shop_id
    if table is entries:  # these go with their payer
        return false()
    if money:
        return mine
    if table is journal:
        return and_(mine, journal.c.kind != DECIDED)
    return false() if table.name in _OF_MONEY else mine


def detach_rates(db: Connection, shop_id: int) -> None:
    """Keep what was agreed for codes that go, and let it hold for no later code that gets the number of one of them."""
    db.execute(update(rates).where(rates.c.shop_id == shop_id, rates.c.code > 0).values(code=-rates.c.code))


def owed(db: Connection, shop_id: int) -> list[Money]:
    """What is open between a store that pays for itself and its influencers, in each currency."""
    total = func.sum(entries.c.amount)
    query = select(entries.c.currency, total).where(_of(entries, db, shop_id)).group_by(entries.c.currency)
    return [
        Money.from_minor(int(minor), currency) for currency, minor in sorted(map(tuple, db.execute(query))) if minor
    ]


def count_money(db: Connection, shop_id: int) -> dict[str, int]:
    """How many statements, payments and entries a store that pays for itself has."""
    found = {
        table.name: db.execute(select(func.count()).select_from(table).where(_of(table, db, shop_id))).scalar_one()
        for table in (payments, statements, entries)
    }
    return {name: count for name, count in found.items() if count}


def erase_money(db: Connection, shop_id: int) -> dict[str, int]:
    """Remove the statements and payments of a store that pays for itself, and what they rest on."""
    mine = select(payments.c.id).where(_of(payments, db, shop_id))
    entered = select(entries.c.id).where(_of(entries, db, shop_id))
    db.execute(delete(claims).where(or_(claims.c.payment.in_(mine), claims.c.entry.in_(entered))))
    own = _payers(db, shop_id)
    gone = {
        table.name: db.execute(delete(table).where(table.c.payer.in_(own))).rowcount
        for table in (payments, statements, entries, closings, payers)
    }
    db.execute(delete(runs).where(runs.c.id.not_in(select(payments.c.run))))
    return gone


def _of(table: Table, db: Connection, shop_id: int) -> ColumnElement[bool]:
    return table.c.payer.in_(_payers(db, shop_id))


def _payers(db: Connection, shop_id: int) -> Collection[str]:
    """The store as a payer, and the groups that never paid for another store."""
    found: dict[str, set[Any]] = {}
    for payer, stores in db.execute(select(closings.c.payer, closings.c.stores)):
        found.setdefault(payer, set()).update(stores)
    return sorted({f"shop:{shop_id}"} | {payer for payer, stores in found.items() if stores == {str(shop_id)}})
