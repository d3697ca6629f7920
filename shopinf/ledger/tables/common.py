"""What all tables share, and the two that are none of the three parts: the ledger's own facts, and who holds a lock."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Dialect, Integer, MetaData, Table, Text, TypeDecorator

from shopinf.times import utc_z


class Moment(TypeDecorator[datetime]):
    """An aware time, kept as `2026-11-22T20:36:59Z`: SQLite's own type would lose the offset."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return None if value is None else utc_z(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


metadata = MetaData()
Id = BigInteger().with_variant(Integer, "sqlite")

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

# Who holds a store's lock, where the ledger keeps the locks; only read to tell a person.
lock_notes = Table(
    "lock_notes",
    metadata,
    Column("name", Text, primary_key=True),  # "63790539077-writing"
    Column("note", Text, nullable=False),
)
