"""Jobs that make up to a hundred codes of one rule: written down before they are sent, until it is known what came.

A run that was killed leaves the job that it sent; the next one collects what came of it, or sends its codes anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from shopinf.ledger.tables.journal import batches

if TYPE_CHECKING:
    from shopinf.ledger.journal import Journal


@dataclass(frozen=True, slots=True)
class Batch:
    """What a job has to make, by the ledger's ids; `batch_id` is Shopify's, once it is known."""

    id: int
    batch_id: int | None
    codes: tuple[int, ...]


class Jobs:
    """The jobs of every store, by price rule."""

    def __init__(self, ledger: Journal) -> None:
        self._ledger = ledger
        self._database = ledger.database

    def intend(self, shop_id: int, rule: int, ids: Sequence[int]) -> int:
        """Write down a job that is about to be sent; returns the ledger's id of it."""
        row = {"shop_id": shop_id, "rule": rule, "codes": list(ids), "state": "intended"}
        with self._database.writing() as db:
            result = db.execute(batches.insert().values(row | {"sent_at": self._ledger.clock.now()}))
            return int(result.inserted_primary_key[0])  # type: ignore[index]

    def posted(self, batch: int, batch_id: int) -> None:
        """The store accepted the job and calls it *batch_id*."""
        with self._database.writing() as db:
            db.execute(update(batches).where(batches.c.id == batch).values(state="posted", batch_id=batch_id))

    def end(self, batch: int) -> None:
        """What came of the job is written down, or it is sent anew as another."""
        with self._database.writing() as db:
            db.execute(update(batches).where(batches.c.id == batch).values(state="done"))

    def left_open(self, shop_id: int, rule: int) -> list[Batch]:
        """The jobs of a rule that an earlier run left behind."""
        query = select(batches).where(
            batches.c.shop_id == shop_id, batches.c.rule == rule, batches.c.state.in_(("intended", "posted"))
        )
        with self._database.reading() as db:
            rows = db.execute(query.order_by(batches.c.id)).mappings()
            return [Batch(row["id"], row["batch_id"], tuple(row["codes"])) for row in rows]
