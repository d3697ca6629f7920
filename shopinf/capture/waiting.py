"""Events on this machine's disk until the ledger has them: there they wait while it is locked or away.

A small SQLite file of its owner alone, bounded by SQLite itself. Events are numbered upwards for good, so that the
ledger can note how far it has come, in the same transaction: an event is taken in once, whoever is killed when.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from shopinf.errors import MachineProblem
from shopinf.livecapture import Arrived, Bounds, Consent, Lead, Where, moment

TAKEN = "taken"  # in a tally: the events that were written down here
MOST_BYTES = 64_000_000  # some 150,000 events
_PAGE = 4096
_BUSY_SECONDS = 5
_TALLIED = timedelta(days=31)
_SCHEMA = """
    CREATE TABLE IF NOT EXISTS events (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, shop_id INTEGER NOT NULL, at TEXT NOT NULL, lead TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS tally (
        day TEXT, shop_id INTEGER, what TEXT, count INTEGER NOT NULL, PRIMARY KEY (day, shop_id, what));
    CREATE TABLE IF NOT EXISTS sites (key TEXT PRIMARY KEY, shop_id INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

Tally = Mapping[tuple[date, int, str], int]  # by day (UTC), store and what came of the event


@dataclass(frozen=True, slots=True)
class Queued:
    """How many events of a store wait, and since when."""

    count: int
    since: datetime | None


class Waiting:
    """The events that wait in the file at *path*; threads and runs may share it."""

    def __init__(self, path: Path, now: Callable[[], datetime], *, most_bytes: int = MOST_BYTES) -> None:
        self.path, self._now = path, now
        self._guard = threading.Lock()
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            raise self._problem(error) from None
        with self._spoken():
            for pragma in ("auto_vacuum=INCREMENTAL", "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
                self._db.execute(f"PRAGMA {pragma}")
            self._db.execute(f"PRAGMA max_page_count={most_bytes // _PAGE}")
            self._db.executescript(_SCHEMA)
            self._db.execute("INSERT OR IGNORE INTO about VALUES ('id', ?)", (os.urandom(12).hex(),))
        self.id = self.told("id") or ""

    # events

    def put(self, arrived: Sequence[Arrived]) -> list[int]:
        """Write events down, all or none, and count them for their day; returns their numbers."""
        with self._writing() as db:
            [(last,)] = db.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'events'")
            # Not only one after another: of a file that was put back as it once was, none is taken for a former one.
            first = max(last + 1, int(self._now().timestamp() * 1_000_000))
            rows = [
                (first + place, each.shop_id, moment(each.at).isoformat(), _text(each.lead))
                for place, each in enumerate(arrived)
            ]
            db.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", rows)
            _count(db, Counter((each.at.date(), each.shop_id, TAKEN) for each in arrived))
        return [row[0] for row in rows]

    def after(self, mark: int, most: int) -> list[tuple[int, Arrived]]:
        """The first *most* events numbered above *mark*."""
        query = "SELECT seq, shop_id, at, lead FROM events WHERE seq > ? ORDER BY seq LIMIT ?"
        return [(row[0], _arrived(row)) for row in self._read(query, mark, most)]

    def remove(self, mark: int, tally: Tally) -> None:
        """Let go of the events up to *mark*, which the ledger has, and count what came of them.

        A power cut may bring them back: the ledger knows that it has them, so nobody waits for the disk here.
        """
        with self._writing(settled=False) as db:
            _count(db, tally)
            db.execute("DELETE FROM events WHERE seq <= ?", (mark,))

    @property
    def total(self) -> int:
        """How many events wait."""
        return int(self._read("SELECT count(*) FROM events")[0][0])

    def queued(self, shop_id: int) -> Queued:
        count, since = self._read("SELECT count(*), min(at) FROM events WHERE shop_id = ?", shop_id)[0]
        return Queued(count, since and datetime.fromisoformat(since))

    # erasing

    def emails(self) -> set[str]:
        """The e-mails of those whose events wait."""
        return {str(json.loads(lead)["email"]) for (lead,) in self._read("SELECT lead FROM events")}

    def erase_emails(self, emails: Iterable[str]) -> int:
        """Remove what waits of these e-mails; returns how many events that were."""
        gone = set(emails)
        found = [
            (seq,) for seq, lead in self._read("SELECT seq, lead FROM events") if json.loads(lead)["email"] in gone
        ]
        with self._writing() as db:
            db.executemany("DELETE FROM events WHERE seq = ?", found)
        self.tidy()
        return len(found)

    def erase_store(self, shop_id: int) -> int:
        """Remove all of a store; returns how many events waited."""
        with self._writing() as db:
            for table in ("tally", "sites"):
                db.execute(f"DELETE FROM {table} WHERE shop_id = ?", (shop_id,))
            gone = db.execute("DELETE FROM events WHERE shop_id = ?", (shop_id,)).rowcount
        self.tidy()
        return gone

    def expire(self, days: int) -> None:
        """Remove events of more than so many days ago, and tallies of long ago."""
        now = moment(self._now())
        with self._writing() as db:
            db.execute("DELETE FROM events WHERE at < ?", ((now - timedelta(days=days)).isoformat(),))
            db.execute("DELETE FROM tally WHERE day < ?", ((now - _TALLIED).date().isoformat(),))
        self.tidy()

    def tidy(self) -> None:
        """Make sure that what was removed is gone from beside the file too, and give its room back."""
        with self._guard, self._spoken():
            self._db.executescript("PRAGMA incremental_vacuum")  # to its end; `execute` goes one step
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    # what is remembered beside them

    def add(self, tally: Tally) -> None:
        """Count what came of events."""
        if tally:
            with self._writing() as db:
                _count(db, tally)

    def tally(self, day: date) -> dict[tuple[int, str], int]:
        """What came of the events of a day, by store and word."""
        rows = self._read("SELECT shop_id, what, count FROM tally WHERE day = ?", day.isoformat())
        return {(shop_id, what): count for shop_id, what, count in rows}

    def remember(self, sites: Mapping[str, int]) -> None:
        """The public keys of stores, for when the ledger cannot be asked."""
        with self._writing() as db:
            db.executemany("INSERT OR REPLACE INTO sites VALUES (?, ?)", list(sites.items()))

    def remembered(self) -> dict[str, int]:
        return dict(self._read("SELECT key, shop_id FROM sites ORDER BY rowid"))

    def tell(self, bounds: Bounds) -> None:
        """Note within which bounds leads are kept, for whoever else takes events in or asks."""
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO about VALUES ('days', ?), ('leads', ?)", (bounds.days, bounds.leads))

    @property
    def bounds(self) -> Bounds:
        """Within which bounds the collector keeps leads, as it last said."""
        usual = Bounds()
        return Bounds(int(self.told("days") or usual.days), int(self.told("leads") or usual.leads))

    def told(self, name: str) -> str | None:
        found = self._read("SELECT value FROM about WHERE name = ?", name)
        return str(found[0][0]) if found else None

    def close(self) -> None:
        with self._guard:
            self._db.close()

    def _read(self, query: str, *values: Any) -> list[Any]:
        with self._guard, self._spoken():
            return self._db.execute(query, values).fetchall()

    @contextmanager
    def _writing(self, *, settled: bool = True) -> Iterator[sqlite3.Connection]:
        """A block that is written as a whole or not at all; *settled*, it survives a power cut."""
        with self._guard, self._spoken():
            self._db.execute(f"PRAGMA synchronous={'FULL' if settled else 'NORMAL'}")
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _spoken(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._problem(error) from None

    def _problem(self, error: OSError | sqlite3.Error) -> MachineProblem:
        words = str(error).lower()
        if "full" in words:
            return MachineProblem(
                f"{self.path}, where events wait for the ledger, is full, or its disk is",
                hint="Once the ledger can be written again, shopinf livecapture serve takes them in.",
            )
        if "malformed" in words or "not a database" in words:
            return MachineProblem(
                f"{self.path}, where events wait for the ledger, is damaged",
                hint="Move that file away and start shopinf livecapture serve again; what waited in it is lost.",
            )
        return MachineProblem(
            f"{self.path}, where events wait for the ledger, cannot be used ({type(error).__name__})",
            hint="Check who owns that file and its folder.",
        )


def _count(db: sqlite3.Connection, tally: Tally) -> None:
    db.executemany(
        "INSERT INTO tally VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count",
        [(day.isoformat(), shop_id, what, count) for (day, shop_id, what), count in tally.items()],
    )


def _text(lead: Lead) -> str:
    values = {name: getattr(lead, name) for name in _PLAIN}
    return json.dumps({**values, "form": lead.form.value, "consent": lead.consent.words, "utm": dict(lead.utm)})


_PLAIN = ("email", "first_name", "last_name", "landing", "code", "referrer")


def _arrived(row: Sequence[Any]) -> Arrived:
    _, shop_id, at, text = row
    said = json.loads(text)
    consent = Consent("marketing" in said["consent"], "analytics" in said["consent"])
    plain = {name: said[name] for name in _PLAIN}
    lead = Lead(form=Where(said["form"]), consent=consent, utm=tuple(said["utm"].items()), **plain)
    return Arrived(shop_id, lead, datetime.fromisoformat(at))
