"""The ledger in a PostgreSQL database that a team shares.

Writing blocks queue behind one advisory lock of their transaction, so that what a block reads stays true until it is
written, as in a file; reading blocks see one state (REPEATABLE READ). The waits have ends: a laptop that sleeps in
the middle of a block keeps the others waiting for a minute, not for ever.

https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, BigInteger, Connection, Engine, Table, create_engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError

from shopinf.errors import MachineProblem

QUEUE_SECONDS = 120  # behind the others of the team who write
SILENT_SECONDS = 60  # of a run in the middle of a block

WRITING = {"shopinf_writes": True, "isolation_level": "READ COMMITTED"}  # what was committed while it queued is seen

# The number of a lock of this ledger; another schema is another ledger.
KEY = "hashtextextended('shopinf ' || current_schema() || ' ' || :name, 0)"

_PATIENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
_SETTINGS = (
    f"SET lock_timeout = '{QUEUE_SECONDS}s'",
    f"SET idle_in_transaction_session_timeout = '{SILENT_SECONDS}s'",
)


def open_engine(url: URL) -> Engine:
    """An engine on the database of *url*; it connects when it is first used."""
    given = {name: value for name, value in _PATIENCE.items() if name not in url.query}
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        # A statement that the server prepared is lost where a pooler in between changes the server's session.
        connect_args={**given, "prepare_threshold": None, "application_name": "shopinf"},
        isolation_level="REPEATABLE READ",
        pool_pre_ping=True,
        pool_timeout=QUEUE_SECONDS,
    )
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begun)
    return engine


def _connected(raw: Any, record: object) -> None:
    from psycopg.types.string import StrDumper

    class WithoutNul(StrDumper):
        """PostgreSQL keeps no NUL in text, which a store's JSON may bring."""

        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", ""))

    raw.adapters.register_dumper(str, WithoutNul)
    for setting in _SETTINGS:
        raw.execute(setting)
    raw.commit()


@contextmanager
def impatient(connection: Connection, seconds: float) -> Iterator[bool]:
    """A block that is written; False where others have been writing for so long."""
    connection = connection.execution_options(shopinf_writes=False)
    with connection.begin() as block:
        connection.execute(text(f"SET LOCAL lock_timeout = '{int(seconds * 1000)}ms'"))
        try:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({KEY})"), {"name": "ledger"})
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != "55P03":
                raise
            block.rollback()
            yield False
        else:
            yield True


def _begun(connection: Connection) -> None:
    if connection.get_execution_options().get("shopinf_writes"):
        connection.execute(text(f"SELECT pg_advisory_xact_lock({KEY})"), {"name": "ledger"})


def count_on(connection: Connection, tables: Sequence[Table]) -> None:
    """Have new rows numbered after those that were put there with their numbers."""
    for table in tables:
        if table.c.keys()[:1] == ["id"] and isinstance(table.c.id.type, BigInteger):
            highest = f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) FROM {table.name}"
            connection.execute(text(highest))


def problem(error: DBAPIError, shown: str) -> MachineProblem:
    """What PostgreSQL's error means to an operator."""
    words, state = str(error.orig).lower(), getattr(error.orig, "sqlstate", None) or ""
    place = f"The ledger at {shown}"
    match state:
        case "42501" | "3F000":  # without rights on it a schema is not even seen
            return MachineProblem(
                f"{place} does not let this role do that",
                hint="Ask its owner to GRANT it USAGE (the first time CREATE too) on the schema, and SELECT, INSERT, "
                "UPDATE and DELETE on the tables.",
            )
        case "25006":
            return MachineProblem(f"{place} is read-only at present", hint="Point SHOPINF_LEDGER_URL at the primary.")
        case "53100":
            return MachineProblem(f"{place} has no room left on its disk; nothing of this step was kept")
        case "55P03":
            return MachineProblem(
                f"{place} has been kept busy by others for {QUEUE_SECONDS} seconds",
                hint="Run the same command again in a while.",
            )
        case "25P03":
            return MachineProblem(
                f"{place} gave this run up: it was silent for {SILENT_SECONDS} seconds in the middle of a step, as "
                "when the machine sleeps; nothing of this step was kept",
                hint="Run the same command again; what was done before is recorded.",
            )
    causes = {
        "password": ("refused the role's password", "Check SHOPINF_LEDGER_URL, PGPASSWORD or ~/.pgpass."),
        "authentication failed": ("refused the role", "Check the role in SHOPINF_LEDGER_URL."),
        "pg_hba.conf": ("does not let this machine in", "Ask its administrator for an entry in pg_hba.conf."),
        "role ": ("knows no such role", "Check the role in SHOPINF_LEDGER_URL."),
        "does not exist": ("knows no such database", "Make it first: createdb, or correct SHOPINF_LEDGER_URL."),
        "too many": ("takes no more connections", "Run the same command again in a while."),
        "remaining connection slots": ("takes no more connections", "Run the same command again in a while."),
        "ssl": ("and this machine do not agree on TLS", "Check sslmode and sslrootcert in SHOPINF_LEDGER_URL."),
        "translate host name": ("has a host that is not found", "Check the host in SHOPINF_LEDGER_URL."),
        "resolve host": ("has a host that is not found", "Check the host in SHOPINF_LEDGER_URL."),
    }
    for mark, (cause, hint) in causes.items():
        if mark in words:
            return MachineProblem(f"{place} {cause}", hint=hint)
    return MachineProblem(
        f"{place} does not answer as it should" if state else f"{place} cannot be reached",
        hint="Check the server and the network, then run the same command again; what was done is recorded.",
    )
