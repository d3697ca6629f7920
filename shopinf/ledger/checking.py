"""Looking over a file that is to become the ledger, before anything of it is taken.

It may be another program's, cut off, of a disk that fails, or made to look like a ledger. So its tables, columns and
the kinds of their values are looked at, and each document is read as it will be read later.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import DecimalException
from pathlib import Path
from typing import Any

from pydantic_core import from_json
from sqlalchemy import JSON, BigInteger, Boolean, Column, Connection, Integer, Table, Text, select
from sqlalchemy.exc import DBAPIError

from shopinf.errors import BadInput, MachineProblem
from shopinf.ledger.accountrows import read_closing, read_entry, read_payer, read_statement
from shopinf.ledger.engine import Database
from shopinf.ledger.migrations import own_objects
from shopinf.ledger.tables import Moment, metadata
from shopinf.ledger.tables.journal import gifts, journal, price_rules
from shopinf.ledger.tables.mirror import order_facts
from shopinf.ledger.tables.payouts import closings, entries, payers, statements
from shopinf.ledger.tables.people import captures, leads
from shopinf.orderfacts import from_facts

HINT = "Name a file of shopinf ledger export, or another ledger.db."
# A time as it is written; the step of nothing has days that there are not, like the 30th of February, become others.
_WRITTEN = "strftime('%Y-%m-%dT%H:%M:%SZ', {}, '+0 seconds')"
_BAD = (KeyError, IndexError, TypeError, ValueError, AttributeError, DecimalException)


def check_raw(path: Path, file: sqlite3.Connection) -> None:
    """Refuse what cannot even be opened as a ledger: no key, no version, more than tables, damage."""
    shown = str(path)
    file.execute("PRAGMA trusted_schema=OFF")
    more = file.execute("SELECT sql FROM sqlite_master WHERE type IN ('view', 'trigger')")
    odd = any(sql not in own_objects() for (sql,) in more)
    meta = {} if odd else dict(file.execute("SELECT key, value FROM meta WHERE key IN ('version', 'hash_key')"))
    version, key = str(meta.get("version", "")), str(meta.get("hash_key", ""))
    if not re.fullmatch(r"[1-9]\d{0,8}", version):
        raise BadInput(f"{shown} is not a ledger", hint=HINT)
    if not re.fullmatch(r"[0-9a-f]{64}", key):
        raise BadInput(f"{shown} is a ledger without its key, so nobody in it would be known again", hint=HINT)
    if _is_cut_off(path, file) or file.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
        raise BadInput(f"{shown} is not a ledger any more: it is damaged", hint="Name another copy of it.")


def _is_cut_off(path: Path, file: sqlite3.Connection) -> bool:
    """Does the file end before its last page? Where something is written beside it, pages may be there."""
    pages, size = (file.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    return path.stat().st_size < pages * size and not path.with_name(f"{path.name}-wal").exists()


def check(database: Database) -> None:
    """Refuse a file that was brought up to this version and is no whole ledger, with the place of the first fault."""
    with told(database.shown, "its tables are not those of a ledger"), database.reading() as db:
        for table in metadata.sorted_tables:
            _check_columns(database.shown, db, table)
            _check_values(database.shown, db, table)
    with told(database.shown, "its parts contradict one another"), database.reading() as db:
        for table, read in _READERS.items():
            for row in db.execution_options(yield_per=1000).execute(select(table)).mappings():
                _check_row(database.shown, table, read, row)


@contextmanager
def told(shown: str, what: str) -> Iterator[None]:
    """What SQLite finds wrong in the block is the file's fault, not ours."""
    try:
        yield
    except DBAPIError:
        raise BadInput(f"{shown} is not a ledger that shopinf wrote: {what}", hint=HINT) from None


def _check_columns(shown: str, db: Connection, table: Table) -> None:
    there = {row[1] for row in db.exec_driver_sql(f"PRAGMA table_info({table.name})")}
    if missing := [column.name for column in table.columns if column.name not in there]:
        what = f"the column {missing[0]} of the table {table.name}" if there else f"the table {table.name}"
        raise BadInput(f"{shown} is not a ledger that shopinf wrote: {what} is missing", hint=HINT)


def _check_values(shown: str, db: Connection, table: Table) -> None:
    columns = list(table.columns)
    asked = ", ".join(f"max({_is_odd(column)})" for column in columns)
    found = db.exec_driver_sql(f"SELECT {asked} FROM {table.name}").one()
    for column, odd in zip(columns, found, strict=True):
        if odd:
            raise _odd(shown, table, column.name)


def _is_odd(column: Column[Any]) -> str:
    """SQL that says whether a row's value of *column* is one that no ledger has."""
    name = f'"{column.name}"'
    match column.type:
        case Moment():
            odd = f"typeof({name}) <> 'text' OR {_WRITTEN.format(name)} IS NOT {name}"
        case JSON():
            shape = _is_of_another_shape(column, name)
            odd = f"typeof({name}) <> 'text' OR CASE WHEN json_valid({name}) THEN {shape} ELSE 1 END"
        case Boolean():
            odd = f"typeof({name}) <> 'integer' OR {name} NOT IN (0, 1)"
        case BigInteger() | Integer():
            odd = f"typeof({name}) <> 'integer'"
        case Text():
            odd = f"typeof({name}) <> 'text'"
        case _:
            odd = "0"
    return f"CASE WHEN {name} IS NULL THEN {int(not column.nullable)} ELSE {odd} END"


def _is_of_another_shape(column: Column[Any], name: str) -> str:
    shapes = _SHAPES.get(column.table.name, {}).get(column.name, ())
    allowed = ", ".join(f"'{shape}'" for shape in (*shapes, "null"))
    return f"json_type({name}) NOT IN ({allowed})" if shapes else "0"


def _check_row(shown: str, table: Table, read: Callable[[Mapping[Any, Any]], object], row: Mapping[Any, Any]) -> None:
    try:
        read(row)
    except (*_BAD, BadInput, MachineProblem):
        raise _odd(shown, table, f"row {row.get('id', row.get('order_id', '?'))}") from None


def _odd(shown: str, table: Table, where: str) -> BadInput:
    return BadInput(
        f"{shown} is not a ledger that shopinf wrote: what {where} of the table {table.name} holds cannot be read",
        hint=HINT,
    )


# What a document is, where it is not read below.
_SHAPES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    journal.name: {"data": ("object",)},
    price_rules.name: {"terms": ("object",)},
    "codes": {"utm": ("object",)},
    "batches": {"codes": ("array",)},
    gifts.name: {"lines": ("array",)},
    closings.name: {"stores": ("object",)},
    captures.name: {"sources": ("array",)},
    leads.name: {"utm": ("object",)},
}


def _read_rule(row: Mapping[Any, Any]) -> object:
    from shopinf.discounts.combining import Combining
    from shopinf.discounts.records import Origin
    from shopinf.discounts.terms import Terms

    asked = (row["combining"], row["combining_asked"])
    return Terms.from_facts(row["terms"]), Origin(row["origin"]), [Combining.from_facts(each) for each in asked]


def _read_gift(row: Mapping[Any, Any]) -> object:
    from shopinf.gifts.plan import Line

    return [Line.from_facts(each, row["currency"]) for each in row["lines"]]


def _read_facts(row: Mapping[Any, Any]) -> object:
    return from_facts(from_json(row["facts"]))


_READERS: Mapping[Table, Callable[[Mapping[Any, Any]], object]] = {
    price_rules: _read_rule,
    gifts: _read_gift,
    order_facts: _read_facts,
    entries: read_entry,
    statements: read_statement,
    payers: read_payer,
    closings: read_closing,
}
