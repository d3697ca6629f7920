"""Orders that could not be read, and those known by facts of an older form: both are asked for again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update

from shopinf.ledger.tables.mirror import order_facts, orders, unread
from shopinf.ledger.upserts import parts, upsert
from shopinf.unread import Unread
from shopinf.windows import Window

if TYPE_CHECKING:
    from shopinf.ledger.journal import Journal

WHAT = "orders"


class OddOrders:
    """The odd orders of every store, by store."""

    def __init__(self, ledger: Journal) -> None:
        self._database = ledger.database

    def unread(self, shop_id: int) -> list[Unread]:
        """The orders that could not be read, by id."""
        query = select(unread).where(*_of(shop_id)).order_by(unread.c.record_id)
        with self._database.reading() as db:
            return [
                Unread(WHAT, row["record_id"], row["name"], row["place"], row["created_at"])
                for row in db.execute(query).mappings()
            ]

    def forget(self, shop_id: int, ids: Sequence[int]) -> None:
        """They could not be read, and the store no longer shows them."""
        with self._database.writing() as db:
            for part in parts(ids):
                db.execute(delete(unread).where(*_of(shop_id), unread.c.record_id.in_(part)))

    def outdated(self, shop_id: int) -> list[int]:
        """The orders whose facts are in the first form and lack what matters: refunds first of all.

        It also took a tip without a value for goods, and passed over codes that no discount application mentions.
        """
        facts = order_facts.c.facts
        lacking = or_(
            facts.like('%,"refunds":[[%'),
            facts.like('%,0,null,null,%,"Tip"]%'),
            and_(facts.like('%,"codes":[[%'), facts.not_like('%,"apps":%')),
        )
        query = select(order_facts.c.order_id).where(order_facts.c.shop_id == shop_id, facts.like('{"v":1,%'), lacking)
        with self._database.reading() as db:
            return list(db.execute(query.order_by(order_facts.c.order_id)).scalars())


def keep_odd(
    db: Connection, shop_id: int, odd: Sequence[Unread], readable: Sequence[int], round: int, at: datetime
) -> None:
    """Note which orders could not be read, and forget it of those that can be read now.

    What is known of them from before stays, and so does the order when a reading looks for those that are gone.
    """
    named = {each.record_id: each for each in odd if each.record_id}
    if not named and db.execute(select(unread.c.record_id).where(*_of(shop_id)).limit(1)).first() is None:
        return  # as nearly always
    for part in parts(readable):
        db.execute(delete(unread).where(*_of(shop_id), unread.c.record_id.in_(part)))
    row = {"shop_id": shop_id, "what": WHAT, "seen_at": at}
    rows = [
        {**row, "record_id": id, "name": each.name, "place": each.place, "created_at": each.created_at}
        for id, each in named.items()
    ]
    upsert(db, unread, rows)
    for part in parts(list(named)):
        db.execute(update(orders).where(orders.c.shop_id == shop_id, orders.c.order_id.in_(part)).values(round=round))


def count_odd(db: Connection, shop_id: int, window: Window) -> int:
    """How many orders created in *window* could not be read; one that is known from before is not among them."""
    known = select(orders.c.order_id).where(orders.c.shop_id == shop_id, orders.c.order_id == unread.c.record_id)
    query = select(func.count()).where(
        *_of(shop_id),
        or_(unread.c.created_at.is_(None), unread.c.created_at.between(window.since, window.until)),
        ~known.exists(),
    )
    return int(db.execute(query).scalar_one())


def _of(shop_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return unread.c.shop_id == shop_id, unread.c.what == WHAT
