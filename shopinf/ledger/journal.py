"""The journal: what we meant to do and what came of it, only added to."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from shopinf.ledger.engine import Database
from shopinf.ledger.tables.journal import journal
from shopinf.times import Clock


class Journal:
    """A database, the clock, and this run's name: what every shelf of the ledger stands on."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.run = secrets.token_hex(6)  # names this run in the journal
        self.by = ""  # who runs it: recorded with what is owed and paid

    def note(self, db: Connection, shop_id: int, kind: str, subject: str, data: Mapping[str, Any]) -> None:
        """Add an entry to the journal, in the caller's transaction. People go by their opaque id."""
        db.execute(
            journal.insert().values(
                at=self.clock.now(), run=self.run, shop_id=shop_id, kind=kind, subject=subject, data=dict(data)
            )
        )

    def entries(self, shop_id: int, *, subject: str | None = None, kind: str | None = None) -> list[Mapping[str, Any]]:
        """Journal entries of a store in the order they were written."""
        query = select(journal).where(journal.c.shop_id == shop_id).order_by(journal.c.id)
        if subject is not None:
            query = query.where(journal.c.subject == subject)
        if kind is not None:
            query = query.where(journal.c.kind == kind)
        with self.database.reading() as db:
            return [dict(row) for row in db.execute(query).mappings()]
