"""The ledger's engine: SQLite in a file of one's own, or a PostgreSQL database that a team shares.

No connection is held across a call to a store: open a block, read or write, leave it. A Ctrl-C waits for the end of a
block.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, delete, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError

from shopinf import installation
from shopinf.errors import BadInput, Busy, MachineProblem
from shopinf.interrupts import whole
from shopinf.ledger import migrations, postgres, sqlite
from shopinf.ledger.tables import meta
from shopinf.ledger.upserts import upsert

MOMENT = 1.0  # seconds that a write waits which may as well be left out
_OWED = "to_compact"  # in `meta`, while something erased may still be beside the file
_ENGINES = {"sqlite": sqlite, "postgresql": postgres, "postgres": postgres}


class Database:
    """One ledger; opened and brought up to date when it is first used."""

    def __init__(self, url: str | URL, *, shown: str) -> None:
        """*shown* is the address as it may be printed, without any password."""
        self._url = url
        self._shown = shown
        self._kind = _kind(url, shown)
        self._engine: Engine | None = None
        self._opening = threading.Lock()  # several stores' threads may be the first at once
        self._turn = threading.RLock()  # they write one after another: waiting here is cheaper than in the database

    @classmethod
    def in_file(cls, path: Path, *, shown: str | None = None) -> Database:
        """The ledger in the file at *path*, whatever signs are in its name."""
        return cls(URL.create("sqlite", database=str(path)), shown=shown or str(path))

    @property
    def shown(self) -> str:
        return self._shown

    @property
    def shared(self) -> bool:
        return self._kind is postgres

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A block that reads one consistent state."""
        with whole(), self.spoken(), self._opened().connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A block that is written as a whole or not at all; what it reads stays true until then."""
        with self._turn, whole(), self.spoken(), self._opened().connect() as plain:
            connection = plain.execution_options(**self._kind.WRITING)
            with connection.begin():
                yield connection

    @contextmanager
    def writing_now(self) -> Iterator[Connection]:
        """The same for what may as well be left out: where somebody else writes for longer than a moment it is Busy."""
        if not self._turn.acquire(timeout=self._kind.QUEUE_SECONDS):  # of this run's own writers, who are soon done
            raise self._taken()
        try:
            with whole(), self.spoken(), self._opened().connect() as plain:
                connection = plain.execution_options(**self._kind.WRITING)
                with self._kind.impatient(connection, MOMENT) as begun:
                    if not begun:
                        raise self._taken()
                    yield connection
        finally:
            self._turn.release()

    def _taken(self) -> Busy:
        return Busy(f"Others are writing to the ledger {self._shown}", hint="Run the same command again in a while.")

    @contextmanager
    def apart(self) -> Iterator[Connection]:
        """A connection of its own, outside of every transaction; on PostgreSQL what its session holds ends with it."""
        with self.spoken(), self._opened().connect() as connection:
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.detach()
            yield connection

    def close(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def key(self) -> bytes:
        """The random key of this ledger's hashes of e-mails and phone numbers: pseudonymous, not secret."""
        with self.reading() as db:
            return bytes.fromhex(db.execute(select(meta.c.value).where(meta.c.key == "hash_key")).scalar_one())

    def count_on(self, db: Connection, tables: Sequence[Table]) -> None:
        """Have new rows of *tables* numbered after those that were put there with their numbers."""
        if self.shared:
            postgres.count_on(db, tables)

    def owe(self, db: Connection) -> None:
        """Note, where something is erased, that `compact` is to follow: by this run, else by the next."""
        if not self.shared:
            upsert(db, meta, [{"key": _OWED, "value": "1"}])

    def compact(self, wait: float | None = None) -> None:
        """Make sure that what was erased is gone from beside the file too; a server's own upkeep is its own.

        Other readers are waited for, *wait* seconds; then it is `Busy`, and the next run does it.
        """
        if self.shared:
            return
        if not self._compacted(self._opened(), sqlite.BUSY_SECONDS if wait is None else wait):
            raise Busy(
                f"Another program is reading the ledger {self._shown}, so what was erased is still in its files",
                hint="Close that program; the next run of shopinf finishes it.",
            )

    def tidy(self) -> None:
        """The same where nobody asked for it: whoever reads the ledger meanwhile leaves it to a later run."""
        if not self.shared:
            self._compacted(self._opened(), 0)

    def _compacted(self, engine: Engine, wait: float) -> bool:
        with self.spoken(), engine.connect() as connection:
            done: bool = sqlite.compact(connection, wait)
            if done:
                plain = connection.execution_options(**self._kind.WRITING)
                connection.commit()
                plain.execute(delete(meta).where(meta.c.key == _OWED))
                connection.commit()
        return done

    def _settle(self, engine: Engine) -> None:
        """Finish what an earlier run could not erase to the end; where somebody still reads, a later one will."""
        if self.shared:
            return
        with engine.connect() as connection:
            owed = connection.execute(select(meta.c.value).where(meta.c.key == _OWED)).scalar()
        if owed:
            self._compacted(engine, 0)

    def _opened(self) -> Engine:
        with self._opening:
            if self._engine is None:
                self._engine = self._open()
            return self._engine

    def _open(self) -> Engine:
        try:
            engine: Engine = self._kind.open_engine(make_url(self._url))
        except ImportError:
            raise BadInput(
                "A ledger on PostgreSQL needs one more package", hint=installation.to_add("psycopg[binary]")
            ) from None
        try:
            self._migrate(engine)
            self._settle(engine)
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
                hint=installation.to_update(),
            )
        if version == migrations.latest():
            return
        with engine.connect() as plain:
            connection = plain.execution_options(**self._kind.WRITING)
            with connection.begin():
                version = _version(connection)  # another run may have been quicker
                if version == 0:
                    meta.create(connection, checkfirst=True)
                    connection.execute(meta.insert().values(key="hash_key", value=secrets.token_hex(32)))
                    connection.execute(meta.insert().values(key="version", value="0"))
                reached = migrations.migrate(connection, version)
                connection.execute(meta.update().where(meta.c.key == "version").values(value=str(reached)))

    @contextmanager
    def spoken(self) -> Iterator[None]:
        """Turn what the engine says into our own words; parameters are never shown."""
        try:
            yield
        except DBAPIError as error:
            raise self._problem(error) from None

    def _problem(self, error: DBAPIError) -> Exception:
        if isinstance(error, IntegrityError):
            return error
        return self._kind.problem(error, self._shown) or error


def _kind(url: str | URL, shown: str) -> Any:
    """The module that knows the engine of *url*."""
    try:
        address = make_url(url)
        if address.host and set(address.host) & set("@/[]"):
            raise BadInput(
                f"The host in the ledger's address {shown} is none",
                hint="In a password write @ as %40, : as %3A and / as %2F; brackets are for IPv6: [::1].",
            )
        return _ENGINES[address.get_backend_name()]
    except ValueError:  # the library reads the port as a number
        raise BadInput(
            f"The port in the ledger's address {shown} is no number",
            hint="Write it as postgresql://USER@HOST:5432/DATABASE, IPv6 in brackets: [::1]; in a password : as %3A.",
        ) from None
    except (ArgumentError, KeyError):
        raise BadInput(
            f"The ledger's address {shown} cannot be used", hint="Write it as postgresql://USER@HOST/DATABASE."
        ) from None


def _version(connection: Connection) -> int:
    if not inspect(connection).has_table("meta"):
        return 0
    found = connection.execute(select(meta.c.value).where(meta.c.key == "version")).scalar()
    return int(found or 0)
