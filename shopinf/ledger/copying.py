"""A ledger moved whole: into a file, as a backup, and from a file into another ledger, whatever engine holds it.

The file is a ledger itself, on SQLite. Locks belong to the runs that hold them and stay behind.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import JSON, Connection, Table, TableClause, Text, column, func, insert, select, table, update

from shopinf.errors import BadInput, MachineProblem
from shopinf.ledger.checking import HINT, check, check_raw, told
from shopinf.ledger.engine import Database
from shopinf.ledger.tables import Moment, lock_notes, meta, metadata
from shopinf.ledger.tables.credits import DERIVED
from shopinf.ledger.tables.people import forgotten

_KEY = select(meta.c.value).where(meta.c.key == "hash_key")
TOGETHER = 1000  # rows on their way at once

# What can be worked out anew stays behind too.
_MOVED = [each for each in metadata.sorted_tables if each not in (meta, lock_notes, *DERIVED)]


def counts(database: Database) -> dict[str, int]:
    """How many rows each table has; those that have none are left out."""
    with database.reading() as db:
        found = {each.name: db.execute(select(func.count()).select_from(each)).scalar_one() for each in _MOVED}
    return {name: count for name, count in found.items() if count}


Marks = Mapping[str, datetime]  # hashes of the e-mails of those who asked to be forgotten, and when that was


def copy(
    source: Database, target: Database, forget_again: Callable[[Connection, Marks], object] | None = None
) -> dict[str, int]:
    """Put everything of *source* in the place of what is in *target*, as one step; returns the rows of each table.

    *forget_again* is given those who were forgotten in *target*, in the same step: a copy from before brings them back.
    A ledger with another key has other hashes, so nobody can be known by them in it.
    """
    copied: dict[str, int] = {}
    with told(source.shown, "its parts contradict one another"), source.reading() as old, target.writing() as new:
        marks = {row.email_key: row.at for row in new.execute(select(forgotten))}
        former = new.execute(_KEY).scalar_one()
        for each in (*reversed(DERIVED), *reversed(_MOVED)):
            new.execute(each.delete())
        for each in _MOVED:
            copied[each.name] = _copy_table(each, old, new)
        key = old.execute(_KEY).scalar_one()
        new.execute(update(meta).where(meta.c.key == "hash_key").values(value=key))
        target.count_on(new, _MOVED)
        if forget_again is not None and key == former:
            forget_again(new, marks)
        target.owe(new)
    target.compact()
    return {name: count for name, count in copied.items() if count}


def write_file(source: Database, path: Path) -> dict[str, int]:
    """Write all of *source* to the empty file *path*, which stands alone afterwards; returns the rows of each table."""
    with closing(Database.in_file(path)) as target:
        copied = copy(source, target)
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA journal_mode=DELETE")  # no files beside it
    _read_back(path, copied, source.key())
    return copied


def _read_back(path: Path, copied: Mapping[str, int], key: bytes) -> None:
    """Raise where the file at *path* is not the ledger that was *copied*, row by row, under its *key*."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as file:
            sound = file.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
            found = {each.name: file.execute(f"SELECT count(*) FROM {each.name}").fetchone()[0] for each in _MOVED}
            kept = file.execute("SELECT value FROM meta WHERE key = 'hash_key'").fetchone()
    except sqlite3.Error:
        sound, found, kept = False, {}, None
    if not sound or {name: count for name, count in found.items() if count} != copied or kept != (key.hex(),):
        raise MachineProblem(
            "The copy of the ledger could not be read back as it was written, so it was removed",
            hint="Look at the disk it was written to, and name a file on another one.",
        )


@contextmanager
def opened_file(path: Path, folder: Path) -> Iterator[Database]:
    """The ledger in *path* as it is now, brought up to this version in a copy in *folder*; the file is left alone."""
    folder.mkdir(mode=0o700)
    taken = folder / "ledger.db"
    try:
        with (
            closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as file,
            closing(sqlite3.connect(taken)) as ours,
        ):
            check_raw(path, file)
            file.backup(ours)
    except sqlite3.Error:
        raise BadInput(f"{path} is not a ledger", hint=HINT) from None
    with closing(Database.in_file(taken, shown=str(path))) as database:
        check(database)
        yield database


def _copy_table(each: Table, old: Connection, new: Connection) -> int:
    rows = old.execution_options(yield_per=TOGETHER).execute(select(_plain(each))).mappings()
    count = 0
    for part in rows.partitions(TOGETHER):
        new.execute(insert(_plain(each)), [dict(row) for row in part])
        count += len(part)
    return count


def _plain(each: Table) -> TableClause:
    """The table with times as the text that they are kept as, and no value where there is none."""

    def kind(type: Any) -> Any:
        match type:
            case Moment():
                return Text()
            case JSON():
                return JSON(none_as_null=True)
        return type

    return table(each.name, *(column(name, kind(c.type)) for name, c in each.columns.items()))
