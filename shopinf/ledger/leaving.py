"""What a store leaves behind in the ledger: its money, which stays unless all of its history is to be erased."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, or_, select

from shopinf.ledger.tables.payouts import claims, closings, entries, marks, payers, payments, runs, statements
from shopinf.money import Money

# Of the tables with a store's rows; who it was about is an opaque id in them.
OF_MONEY = frozenset({entries.name, marks.name})


def owed(db: Connection, shop_id: int) -> list[Money]:
    """What is open between a store that pays for itself and its influencers, in each currency."""
    total = func.sum(entries.c.amount)
    query = select(entries.c.currency, total).where(entries.c.payer == _payer(shop_id)).group_by(entries.c.currency)
    return [
        Money.from_minor(int(minor), currency) for currency, minor in sorted(map(tuple, db.execute(query))) if minor
    ]


def count_money(db: Connection, shop_id: int) -> dict[str, int]:
    """How many statements and payments a store that pays for itself has."""
    found = {
        table.name: db.execute(
            select(func.count()).select_from(table).where(table.c.payer == _payer(shop_id))
        ).scalar_one()
        for table in (payments, statements)
    }
    return {name: count for name, count in found.items() if count}


def erase_money(db: Connection, shop_id: int) -> dict[str, int]:
    """Remove the statements and payments of a store that pays for itself, and what they rest on."""
    payer = _payer(shop_id)
    mine = select(payments.c.id).where(payments.c.payer == payer)
    entered = select(entries.c.id).where(entries.c.payer == payer)
    db.execute(delete(claims).where(or_(claims.c.payment.in_(mine), claims.c.entry.in_(entered))))
    gone = {
        table.name: db.execute(delete(table).where(table.c.payer == payer)).rowcount
        for table in (payments, statements, entries, closings, payers)
    }
    db.execute(delete(runs).where(runs.c.id.not_in(select(payments.c.run))))
    return gone


def _payer(shop_id: int) -> str:
    return f"shop:{shop_id}"
