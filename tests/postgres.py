"""A PostgreSQL server of the tests' own: in a temporary folder, on a socket in it, gone when they end.

It is started where its programs are found (Debian's package `postgresql` is enough); elsewhere the tests that need it
skip by name. PostgreSQL refuses to run as root, so root lends it an ordinary user.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from shopinf.ledger.migrations import latest

ORDINARY = ("postgres", "nobody")  # users that root may lend


def programs() -> Path | None:
    """Where initdb and postgres are; None where they are not installed."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = sorted(versions, key=lambda path: int(path.parent.parent.name))
    return newest[-1].parent if newest else None


@contextmanager
def server(bin: Path) -> Iterator[Server]:
    """A running server; durability is off, for the tests do not cut its power."""
    memory = os.environ.get("PYTEST_DEBUG_TEMPROOT")  # where the tests' other files are
    with tempfile.TemporaryDirectory(prefix="shopinf-pg-", dir=memory, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        user = next((one for one in ORDINARY if _exists(one)), ORDINARY[-1]) if os.getuid() == 0 else None
        if user is not None:
            shutil.chown(folder, user)
        data = folder / "data"
        _run([bin / "initdb", "-D", data, "-U", "shopinf", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"], user)
        # No TCP: the socket's folder is the address.
        options = f"-k {folder} -c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=300"
        options += " -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=64MB"
        _run([bin / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start"], user)
        try:
            yield Server(folder)
        finally:
            _run([bin / "pg_ctl", "-D", data, "-m", "immediate", "stop"], user)


# Empties a ledger that is as the program makes it, and says whether it is. Deleting is quicker than making it anew by
# a factor of ten; whoever still uses it keeps it.
EMPTY = """
DO $$
DECLARE thing record; found text;
BEGIN
    SELECT value INTO found FROM {schema}.meta WHERE key = 'version';
    IF found IS DISTINCT FROM '{version}' THEN RAISE EXCEPTION 'another version'; END IF;
    FOR thing IN SELECT tablename FROM pg_tables WHERE schemaname = '{schema}' AND tablename <> 'meta' LOOP
        EXECUTE format('DELETE FROM {schema}.%I', thing.tablename);
    END LOOP;
    FOR thing IN SELECT sequencename FROM pg_sequences WHERE schemaname = '{schema}' AND last_value IS NOT NULL LOOP
        EXECUTE format('ALTER SEQUENCE {schema}.%I RESTART', thing.sequencename);
    END LOOP;
    DELETE FROM {schema}.meta WHERE key NOT IN ('version', 'hash_key');
END $$
"""


class Server:
    """A server with one database, and a schema in it for each ledger that a test needs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        self._free: list[str] = []

    def ledger(self) -> str:
        """The URL of a ledger that was never opened."""
        return self.url(self._schema())

    @contextmanager
    def borrowed(self) -> Iterator[str]:
        """The URL of a ledger with nothing in it, which may have served others before."""
        schema = self._free.pop() if self._free else self._schema()
        yield self.url(schema)
        if self._emptied(schema):
            self._free.append(schema)

    def _schema(self) -> str:
        self._count += 1
        schema = f"ledger{os.getpid()}_{self._count}"
        self.sql(f"CREATE SCHEMA {schema}")
        return schema

    def _emptied(self, schema: str) -> bool:
        import psycopg

        try:
            with self._connection() as connection:
                connection.execute("SET lock_timeout = '2s'; SET session_replication_role = replica")
                connection.execute(EMPTY.format(schema=schema, version=latest()))
        except psycopg.Error:
            return False
        return True

    def url(self, schema: str, *, user: str = "shopinf", database: str = "postgres") -> str:
        options = quote(f"-c search_path={schema}")
        return f"postgresql://{user}@/{database}?host={quote(str(self._folder))}&options={options}"

    def sql(self, statement: Any) -> None:
        with self._connection() as connection:
            connection.execute(statement)

    def _connection(self) -> Any:
        import psycopg

        return psycopg.connect(host=str(self._folder), user="shopinf", dbname="postgres", autocommit=True)


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def _run(command: list[object], user: str | None) -> None:
    subprocess.run(
        [str(part) for part in command],
        user=user,
        cwd="/",
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
    )
