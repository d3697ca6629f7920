"""Many rows at once: written whether or not they are there already, and asked for in parts that fit into a query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")

CHUNK = 400  # values in one query; SQLite and PostgreSQL both take more


def upsert(db: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, replace: bool = True) -> None:
    """Insert *rows*; those with the same primary key are put in their place, or without *replace* left as they are."""
    if not rows:
        return
    dialect = postgresql if db.dialect.name == "postgresql" else sqlite
    query = dialect.insert(table)
    keys = [column.name for column in table.primary_key.columns]
    others = {column.name: query.excluded[column.name] for column in table.columns if column.name not in keys}
    if replace and others:
        db.execute(query.on_conflict_do_update(index_elements=keys, set_=others), [dict(row) for row in rows])
    else:
        db.execute(query.on_conflict_do_nothing(index_elements=keys), [dict(row) for row in rows])


def parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """*items* in pieces that one query takes."""
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))
