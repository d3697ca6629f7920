"""The stores' locks where a team shares the ledger: session advisory locks, on a connection of their own.

PostgreSQL lets go of them when the connection ends, however it ends: with the run, the network or the server. So each
is looked up again before a write to its store. A connection pooler that hands one session to several clients in turn
(PgBouncer's transaction pooling) would break them; the look finds that out too, and nothing is written.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from sqlalchemy import Connection, delete, select, text

from shopinf.errors import MachineProblem
from shopinf.interrupts import whole
from shopinf.ledger.engine import Database
from shopinf.ledger.postgres import KEY
from shopinf.ledger.tables import lock_notes
from shopinf.ledger.upserts import upsert
from shopinf.locking import Holder

_TAKE = text(f"SELECT pg_try_advisory_lock({KEY})")
_GIVE_BACK = text(f"SELECT pg_advisory_unlock({KEY})")
_HELD = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND pid = pg_backend_pid() "
    f"AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    f"AND (classid::bigint << 32) | objid::bigint = {KEY}"
)
# A server may end sessions that have nothing to say for a while; not this one. Older servers know no such setting.
_STAY = text("SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'idle_session_timeout'")


class AdvisoryKeeper:
    """Keeps the locks of one run in the shared database; threads may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._guard = threading.Lock()
        self._notes: dict[str, str] = {}
        self._open = ExitStack()
        self._connection: Connection | None = None

    def take(self, name: str, holder: Holder) -> bool:
        try:
            taken = self._try(name)
        except MachineProblem:  # a session that has ended in silence; a new one can still have the lock
            taken = self._try(name)
        if taken:
            self._notes[name] = holder.note()
            try:
                with self._database.writing() as db:
                    upsert(db, lock_notes, [{"name": name, "note": holder.note()}])
            except BaseException:
                self.give_back(name)
                raise
        return taken

    def give_back(self, name: str) -> None:
        ours = (lock_notes.c.name == name) & (lock_notes.c.note == self._notes.pop(name))
        with suppress(MachineProblem):  # then the lock has ended with its session
            with self._database.writing() as db:
                db.execute(delete(lock_notes).where(ours))
            with self._session() as db:
                db.execute(_GIVE_BACK, {"name": name})

    def check(self, name: str) -> None:
        try:
            with self._session() as db:
                held = db.execute(_HELD, {"name": name}).scalar_one()
        except MachineProblem:
            held = 0
        if not held:
            raise MachineProblem(
                f"The lock in the ledger at {self._database.shown} was lost, so nothing more is written to the store",
                hint="Run the same command again; if that stays, connect without a pooler that shares sessions.",
            )

    def holder(self, name: str) -> Holder | None:
        with self._database.reading() as db:
            note = db.execute(select(lock_notes.c.note).where(lock_notes.c.name == name)).scalar()
        return Holder.read(note) if note else None

    def close(self) -> None:
        """End the session, and with it whatever it still holds."""
        with self._guard:
            self._open.close()
            self._connection = None

    def _try(self, name: str) -> bool:
        with self._session() as db:
            return bool(db.execute(_TAKE, {"name": name}).scalar_one())

    @contextmanager
    def _session(self) -> Iterator[Connection]:
        """The connection that the locks live on; after an error it is given up, and what it held is lost."""
        with self._guard, whole():
            try:
                if self._connection is None:
                    self._connection = self._open.enter_context(self._database.apart())
                    self._connection.execute(_STAY)
                with self._database.spoken():
                    yield self._connection
            except BaseException:
                self._connection = None
                with suppress(Exception):
                    self._open.close()
                raise
