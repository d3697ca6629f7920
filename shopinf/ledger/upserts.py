"""Many rows at once: written whether or not they are there already, and asked for in parts that fit into a query."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.dialects import sqlite

T = TypeVar("T")

CHUNK = 400  # values in one query; SQLite and PostgreSQL both take more
SIZES = (512, 128, 32, 8, 1)  # rows in one INSERT; few sizes, for each is prepared once for a connection


def upsert(db: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, replace: bool = True) -> None:
    """Insert *rows*; those with the same primary key are put in their place, or without *replace* left as they are.

    All of them have the same columns; a column that they lack becomes NULL.
    """
    if rows:
        _execute(db, _prepared(table, db.dialect, tuple(rows[0]), "replace" if replace else "leave"), rows)


def upsert_rows(db: Connection, table: Table, names: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
    """The same of values that are already as the ledger keeps them, times as texts, in the order of *names*."""
    if rows:
        statement, columns, by_place = _prepared(table, db.dialect, names, "replace")
        places = [names.index(name) for name, _ in columns]
        if not by_place:
            db.exec_driver_sql(statement, [dict(zip(names, row, strict=True)) for row in rows])
        elif places == [*range(len(names))]:
            _by_place(db, statement, len(names), rows)
        else:
            _by_place(db, statement, len(names), [[row[place] for place in places] for row in rows])


def _by_place(db: Connection, statement: str, columns: int, rows: Sequence[Sequence[Any]]) -> None:
    """Execute an INSERT of *rows* with many of them in one statement.

    Whoever executes a statement waits for its turn among the threads of Python afterwards: for each single row that
    would take longer, while pages are being read, than all the writing.
    """
    most = _most_values(db) // columns
    start = 0
    for many in [size for size in SIZES if size <= most]:
        while len(rows) - start >= many:
            part = chain.from_iterable(rows[start : start + many])
            db.exec_driver_sql(_repeated(statement, many), tuple(part))
            start += many


def _most_values(db: Connection) -> int:
    """How many values one statement takes; what SQLite was built for."""
    limit: int = db.connection.dbapi_connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)  # type: ignore[union-attr]
    return limit


@lru_cache(maxsize=128)
def _repeated(statement: str, times: int) -> str:
    """An INSERT of one row as one of so many."""
    before, values, after = re.split(r"(?<= VALUES )(\([?, ]+\))", statement, maxsplit=1)
    return before + ", ".join([values] * times) + after


def insert(db: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert *rows*, which all have the same columns; where one breaks a key of the table, none."""
    if rows:
        _execute(db, _prepared(table, db.dialect, tuple(rows[0]), "refuse"), rows)


_Columns = list[tuple[str, Any]]  # each name, and what makes of a value what the driver takes, if it needs that


def _execute(db: Connection, prepared: tuple[str, _Columns, bool], rows: Sequence[Mapping[str, Any]]) -> None:
    statement, columns, by_place = prepared
    if by_place:
        db.exec_driver_sql(
            statement,
            [tuple([row[name] if write is None else write(row[name]) for name, write in columns]) for row in rows],
        )
    else:
        db.exec_driver_sql(
            statement,
            [{name: row[name] if write is None else write(row[name]) for name, write in columns} for row in rows],
        )


@lru_cache(maxsize=128)
def _prepared(table: Table, dialect: Dialect, names: tuple[str, ...], known: str) -> tuple[str, _Columns, bool]:
    """The statement as the driver takes it, its columns, and whether they go by place or by name.

    *known* is what happens to a row that is there: replace, leave, refuse. SQLAlchemy would go over a statement and all
    its values anew each time, which takes longer than SQLite's writing.
    """
    query = insert_into(table, dialect)
    keys = [column.name for column in table.primary_key.columns]
    others = {column.name: query.excluded[column.name] for column in table.columns if column.name not in keys}
    if known == "replace" and others:
        query = query.on_conflict_do_update(index_elements=keys, set_=others)
    elif known != "refuse":
        query = query.on_conflict_do_nothing(index_elements=keys)
    compiled = query.compile(dialect=dialect, column_keys=list(names))
    places = compiled.positiontup or names
    columns = [(name, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in places]
    return str(compiled), columns, compiled.positiontup is not None


def insert_into(table: Table, dialect: Dialect) -> Any:
    """That engine's INSERT, which can be told what to do about a row that is there."""
    if dialect.name != "postgresql":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # as long in coming as a page of orders

    return postgresql.insert(table)


def parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """*items* in pieces that one query takes."""
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))
