"""The ledger in a file of one's own.

WAL and `synchronous=FULL`, so that what is committed survives a power cut; writes begin IMMEDIATE, so that two runs
queue instead of failing; `secure_delete` overwrites what is erased.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError

from shopinf.errors import MachineProblem, ShopinfError

BUSY_SECONDS = QUEUE_SECONDS = 30
WRITING = {"shopinf_writes": True}
CHECKPOINT = 8_000  # pages of 4 KB in the log; orders of many stores change many pages of the indexes at each write
CACHE_KB = 48_000  # what one write of orders changes fits; what does not is written and read again meanwhile


def open_engine(url: URL) -> Engine:
    """An engine on the file of *url*, which is made where it does not exist, for its owner alone."""
    _make_private(Path(url.database or ""))
    # A connection for each store that is worked on, if need be; but whoever comes next takes the one that was used
    # last, which has in memory what it needs.
    engine = create_engine(url, hide_parameters=True, max_overflow=-1, pool_use_lifo=True)

    @event.listens_for(engine, "connect")
    def connected(raw: Any, record: object) -> None:
        raw.isolation_level = None  # we say BEGIN ourselves, below
        for pragma in (
            f"busy_timeout={BUSY_SECONDS * 1000}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "secure_delete=ON",
            "foreign_keys=ON",
            f"cache_size=-{CACHE_KB}",
            f"wal_autocheckpoint={CHECKPOINT}",
        ):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("shopinf_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def impatient(connection: Connection, seconds: float) -> Iterator[bool]:
    """A block that is written; False where somebody else has been writing for so long."""
    raw: Any = connection.connection.driver_connection
    raw.execute(f"PRAGMA busy_timeout={int(seconds * 1000)}")
    try:
        with ExitStack() as stack:
            try:
                stack.enter_context(connection.begin())
            except OperationalError as error:
                if "locked" not in str(error.orig):
                    raise
                yield False
            else:
                yield True
    finally:
        raw.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")


def compact(connection: Connection, wait: float) -> bool:
    """Make sure that what was erased is gone from the write-ahead log and from the pages below it too.

    Who reads the ledger meanwhile is waited for, so many seconds; False where somebody still does.
    """
    connection.exec_driver_sql(f"PRAGMA busy_timeout={int(wait * 1000)}")
    try:
        busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    return not busy


def problem(error: DBAPIError, shown: str) -> ShopinfError | None:
    """What SQLite's error means to an operator; None where it means nothing to one."""
    words = str(error.orig).lower()
    if "full" in words or "disk i/o" in words or getattr(error.orig, "errno", None) == errno.ENOSPC:
        return _full(shown)
    if "malformed" in words or "not a database" in words:
        return MachineProblem(
            f"The ledger {shown} is damaged or is not a ledger",
            hint="It was left as it is. Move it away and put back a copy: shopinf ledger import FILE",
        )
    if "readonly" in words or "unable to open" in words or "permission" in words:
        return MachineProblem(
            f"The ledger {shown} cannot be opened for writing",
            hint="Check who owns the file and its folder, or choose another with SHOPINF_HOME.",
        )
    if "locked" in words or "busy" in words:
        return MachineProblem(
            f"Another program has kept the ledger {shown} locked for {BUSY_SECONDS} seconds",
            hint="Close it, then run the same command again.",
        )
    return None


def _full(shown: str) -> MachineProblem:
    return MachineProblem(
        f"The disk that holds the ledger {shown} is full or failing; nothing of this step was kept",
        hint="Make room, then run the same command again.",
    )


def _begin(path: Path) -> None:
    """A new database at *path*, there whole or not at all: a ledger of 0 bytes has lost what it had."""
    new = path.with_name(f".{path.name[:40]}.{os.urandom(6).hex()}.new")
    try:
        os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with closing(sqlite3.connect(new)) as file:
            file.execute("PRAGMA application_id=1936224880")  # "shop"; writes the first page
        try:
            os.link(new, path)
        except FileExistsError:  # another run was quicker
            pass
        except OSError:  # a file system without links
            os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)


def _make_private(path: Path) -> None:
    """The file exists, for its owner alone, before SQLite writes a byte into it (its side files copy the mode)."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _begin(path)
        os.close(os.open(path, os.O_RDWR))
    except sqlite3.Error:
        raise _full(str(path)) from None
    except OSError as error:
        raise MachineProblem(
            f"The ledger {path} cannot be opened: {error.strerror or error}",
            hint="Check the folder and the disk, or choose another place with SHOPINF_HOME.",
        ) from None
