"""Records of a store that could not be read: kept by id and name, to be named and to be asked for again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select

from shopinf.ledger.tables.mirror import orders, unread
from shopinf.ledger.upserts import parts, upsert
from shopinf.unread import Unread
from shopinf.windows import Window

if TYPE_CHECKING:
    from shopinf.ledger.journal import Journal


class UnreadRecords:
    """What could not be read of every store: orders, customers, products."""

    def __init__(self, ledger: Journal) -> None:
        self._ledger = ledger
        self._database = ledger.database

    def of(self, shop_id: int, what: str) -> list[Unread]:
        """The records of that kind that could not be read, by id."""
        query = select(unread).where(*_of(shop_id, what)).order_by(unread.c.record_id)
        with self._database.reading() as db:
            return [
                Unread(what, row["record_id"], row["name"], row["place"], row["created_at"])
                for row in db.execute(query).mappings()
            ]

    def note(self, shop_id: int, what: str, odd: Sequence[Unread], readable: Sequence[int]) -> None:
        """Note which records could not be read, and forget it of those that can be read now."""
        with self._database.writing() as db:
            self.note_in(db, shop_id, what, odd, readable)

    def note_in(self, db: Connection, shop_id: int, what: str, odd: Sequence[Unread], readable: Sequence[int]) -> None:
        """The same in the caller's transaction."""
        named = {each.record_id: each for each in odd if each.record_id}
        if not named and db.execute(select(unread.c.record_id).where(*_of(shop_id, what)).limit(1)).first() is None:
            return  # as nearly always
        for part in parts(readable):
            db.execute(delete(unread).where(*_of(shop_id, what), unread.c.record_id.in_(part)))
        row = {"shop_id": shop_id, "what": what, "seen_at": self._ledger.clock.now()}
        rows = [
            {**row, "record_id": id, "name": each.name, "place": each.place, "created_at": each.created_at}
            for id, each in named.items()
        ]
        upsert(db, unread, rows)

    def forget(self, shop_id: int, what: str, ids: Sequence[int]) -> None:
        """They could not be read, and the store no longer shows them."""
        with self._database.writing() as db:
            for part in parts(ids):
                db.execute(delete(unread).where(*_of(shop_id, what), unread.c.record_id.in_(part)))


def count_unread_orders(db: Connection, shop_id: int, window: Window) -> int:
    """How many orders created in *window* could not be read; one that is known from before is not among them."""
    known = select(orders.c.order_id).where(orders.c.shop_id == shop_id, orders.c.order_id == unread.c.record_id)
    query = select(func.count()).where(
        *_of(shop_id, "orders"),
        or_(unread.c.created_at.is_(None), unread.c.created_at.between(window.since, window.until)),
        ~known.exists(),
    )
    return int(db.execute(query).scalar_one())


def _of(shop_id: int, what: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return unread.c.shop_id == shop_id, unread.c.what == what
