"""One account of two, where two influencers are one person: entries, payments and holds become the other's.

Statements stay as they were closed, under the former id; `merged_into` says whose they are now. Nothing is added and
nothing is lost: what both were owed before is what the one is owed afterwards.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Table, and_, func, select, update

from shopinf.ledger.tables.payouts import entries, marks, payments
from shopinf.ledger.tables.people import merges
from shopinf.payouts.entries import Account


def merged_into(db: Connection) -> dict[str, str]:
    """Opaque ids of those who were merged into somebody, with whom they are now."""
    return dict(map(tuple, db.execute(select(merges.c.id, merges.c.person))))


def former_ids(db: Connection, people: Collection[str]) -> set[str]:
    """*people* by opaque id, with the ids of those who were merged into them."""
    wanted = set(people)
    return wanted | {id for id, person in merged_into(db).items() if person in wanted}


def of_whom_now(db: Connection, account: Account) -> Account:
    """The account as it is now, where its influencer was merged into another meanwhile."""
    return replace(account, person=merged_into(db).get(account.person, account.person))


def next_step(db: Connection, person: str) -> int:
    """The next place among the entries of somebody that are of no order."""
    query = select(func.max(entries.c.step)).where(
        entries.c.shop_id == 0, entries.c.order_id == 0, entries.c.person == person
    )
    highest = db.execute(query).scalar()
    return 0 if highest is None else int(highest) + 1


def sums_of(db: Connection, person: str) -> list[dict[str, Any]]:
    """What somebody's accounts come to, in minor units."""
    query = (
        select(entries.c.payer, entries.c.currency, func.sum(entries.c.amount).label("amount"))
        .where(entries.c.person == person)
        .group_by(entries.c.payer, entries.c.currency)
        .order_by(entries.c.payer, entries.c.currency)
    )
    return [{**row, "amount": int(row["amount"])} for row in db.execute(query).mappings()]


def move_money(db: Connection, gone: str, kept: str) -> dict[str, int]:
    """Give *gone*'s entries, payments and holds to *kept*; returns how many of each.

    Where both have entries of one order, *gone*'s come after *kept*'s among its steps.
    """
    return {
        "entries": _move_entries(db, gone, kept),
        "payments": _give(db, payments, gone, kept),
        "holds and rejections": _give(db, marks, gone, kept),
    }


def _give(db: Connection, table: Table, gone: str, kept: str) -> int:
    return db.execute(update(table).where(table.c.person == gone).values(person=kept)).rowcount


def _move_entries(db: Connection, gone: str, kept: str) -> int:
    mine = entries.alias()
    theirs = (entries.c.person == gone, entries.c.shop_id == mine.c.shop_id, entries.c.order_id == mine.c.order_id)
    both = (
        select(mine.c.shop_id, mine.c.order_id, func.max(mine.c.step) + 1)
        .where(mine.c.person == kept, select(entries.c.id).where(*theirs).exists())
        .group_by(mine.c.shop_id, mine.c.order_id)
    )
    moved = 0
    for shop, order, after in db.execute(both).all():
        where = and_(entries.c.person == gone, entries.c.shop_id == shop, entries.c.order_id == order)
        moved += db.execute(update(entries).where(where).values(person=kept, step=entries.c.step + after)).rowcount
    return moved + _give(db, entries, gone, kept)
