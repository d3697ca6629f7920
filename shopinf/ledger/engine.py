"""The ledger's engine: SQLite in a file of one's own, or a PostgreSQL database that a team shares.

SQLite runs with WAL and `synchronous=FULL`, so that what is committed survives a power cut; writes begin IMMEDIATE,
so that two runs queue instead of failing; `secure_delete` overwrites what is erased. No connection is held across a
call to a store: open a block, read or write, leave it. A Ctrl-C waits for the end of a block.
"""

from __future__ import annotations

import errno
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, NoSuchModuleError

from shopinf.errors import BadInput, MachineProblem
from shopinf.interrupts import whole
from shopinf.ledger import migrations
from shopinf.ledger.tables import meta

BUSY_SECONDS = 30
CACHE_KB = 8_000  # what is written to most fits; of SQLite's own 2 MB much is read again at each write


class Database:
    """One ledger; opened and brought up to date when it is first used."""

    def __init__(self, url: str, *, shown: str) -> None:
        self._url = url
        self._shown = shown  # the place as it may be printed, without any password
        self._engine: Engine | None = None
        self._opening = threading.Lock()  # several stores' threads may be the first at once

    @classmethod
    def in_file(cls, path: Path) -> Database:
        """The ledger of this machine, at *path*."""
        return cls(f"sqlite:///{path}", shown=str(path))

    @property
    def shown(self) -> str:
        return self._shown

    @property
    def shared(self) -> bool:
        return not self._url.startswith("sqlite")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A block that reads one consistent state."""
        with whole(), self._spoken(), self._opened().connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A block that is written as a whole or not at all."""
        with whole(), self._spoken(), self._opened().connect() as connection:
            connection = connection.execution_options(shopinf_writes=True)
            with connection.begin():
                yield connection

    def close(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def key(self) -> bytes:
        """The random key of this ledger's hashes of e-mails and phone numbers: pseudonymous, not secret."""
        with self.reading() as db:
            return bytes.fromhex(db.execute(select(meta.c.value).where(meta.c.key == "hash_key")).scalar_one())

    def compact(self) -> None:
        """Make sure that what was erased is gone from the write-ahead log too."""
        if not self.shared:
            with self._spoken(), self._opened().connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def _opened(self) -> Engine:
        with self._opening:
            if self._engine is None:
                self._engine = self._open()
            return self._engine

    def _open(self) -> Engine:
        try:
            url = make_url(self._url)
            engine = create_engine(url, hide_parameters=True)
        except (ArgumentError, NoSuchModuleError, ImportError) as error:
            hint = "pip install 'shopinf[postgres]'" if isinstance(error, ImportError) else "Write it as postgresql://…"
            raise BadInput(f"The ledger's address {self._shown} cannot be used", hint=hint) from None
        if url.get_backend_name() == "sqlite":
            _prepare_sqlite(engine, Path(url.database or ""))
        try:
            self._migrate(engine)
        except BaseException:
            engine.dispose()
            raise
        return engine

    def _migrate(self, engine: Engine) -> None:
        with engine.connect() as connection:
            version = _version(connection)
        if version > migrations.latest():
            raise MachineProblem(
                f"The ledger {self._shown} was written by a newer shopinf (version {version}; "
                f"this one knows {migrations.latest()})",
                hint="Install the newer shopinf: pip install --upgrade shopinf",
            )
        if version == migrations.latest():
            return
        with engine.connect() as plain:
            connection = plain.execution_options(shopinf_writes=True)
            with connection.begin():
                version = _version(connection)  # another run may have been quicker
                if version == 0:
                    meta.create(connection, checkfirst=True)
                    connection.execute(meta.insert().values(key="hash_key", value=secrets.token_hex(32)))
                    connection.execute(meta.insert().values(key="version", value="0"))
                reached = migrations.migrate(connection, version)
                connection.execute(meta.update().where(meta.c.key == "version").values(value=str(reached)))

    @contextmanager
    def _spoken(self) -> Iterator[None]:
        """Turn what the engine says into our own words; parameters are never shown."""
        try:
            yield
        except DBAPIError as error:
            raise self._problem(error) from None

    def _problem(self, error: DBAPIError) -> Exception:
        words = str(error.orig).lower()
        if isinstance(error.orig, sqlite3.IntegrityError) or type(error).__name__ == "IntegrityError":
            return error
        if "full" in words or "disk i/o" in words or getattr(error.orig, "errno", None) == errno.ENOSPC:
            return MachineProblem(
                f"The disk that holds the ledger {self._shown} is full or failing; nothing of this step was kept",
                hint="Make room, then run the same command again.",
            )
        if "malformed" in words or "not a database" in words:
            return MachineProblem(
                f"The ledger {self._shown} is damaged or is not a ledger",
                hint="Put back a copy made with shopinf ledger export; the file was left as it is.",
            )
        if "readonly" in words or "unable to open" in words or "permission" in words:
            return MachineProblem(
                f"The ledger {self._shown} cannot be opened for writing",
                hint="Check who owns the file and its folder, or choose another with SHOPINF_HOME.",
            )
        if "locked" in words or "busy" in words:
            return MachineProblem(
                f"Another program has kept the ledger {self._shown} locked for {BUSY_SECONDS} seconds",
                hint="Close it, then run the same command again.",
            )
        if isinstance(error, DatabaseError) and self.shared:
            return MachineProblem(f"The ledger at {self._shown} does not answer as it should")
        return error


def _version(connection: Connection) -> int:
    if not inspect(connection).has_table("meta"):
        return 0
    found = connection.execute(select(meta.c.value).where(meta.c.key == "version")).scalar()
    return int(found or 0)


def _prepare_sqlite(engine: Engine, path: Path) -> None:
    _make_private(path)

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
        ):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("shopinf_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _make_private(path: Path) -> None:
    """The file exists, for its owner alone, before SQLite writes a byte into it (its side files copy the mode)."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise MachineProblem(
            f"The ledger {path} cannot be opened: {error.strerror or error}",
            hint="Check the folder and the disk, or choose another place with SHOPINF_HOME.",
        ) from None
