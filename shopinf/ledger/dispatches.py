"""Which file went to whom: written down before it goes, so that whoever runs it again does not send it again.

A file on its way is *intended* until the far side takes its content; what stops before that may go anew. It is
*sending* while the content goes out: where a run ends there, nobody knows whether it arrived, and it is not sent again
unless somebody asks for that.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from shopinf.ledger.tables.people import dispatches, influencers
from shopinf.ledger.upserts import insert_into, parts
from shopinf.people.emails import email_key, is_email
from shopinf.people.keys import keyed

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from shopinf.ledger.journal import Journal


class State(StrEnum):
    """How far a file is on its way to somebody."""

    INTENDED = "intended"  # nothing of it went out yet
    SENDING = "sending"  # its content goes out now, or the run ended in the middle of that
    SENT = "sent"  # the far side took it
    FAILED = "failed"  # it was refused, or nothing went out
    LOST = "lost"  # its content went out, and no answer came

    @property
    def in_doubt(self) -> bool:
        """May it have arrived, and nobody knows?"""
        return self in (State.SENDING, State.LOST)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that is to go to an address, or into a channel."""

    digest: str
    file: str  # its name
    address: str  # an e-mail, or what else names where it goes
    shown: str  # that without what is nobody's business
    via: str


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A file's way to somebody, as far as it came."""

    id: int
    digest: str
    shown: str
    file: str
    via: str
    state: State
    times: int
    at: datetime
    run: str
    error: str | None


class Dispatches:
    """Every file that went to somebody, or was about to."""

    def __init__(self, ledger: Journal) -> None:
        self._ledger = ledger
        self._database = ledger.database

    def all(self) -> list[Dispatch]:
        """Every one, in the order in which they came to stand as they do."""
        with self._database.reading() as db:
            rows = db.execute(select(dispatches).order_by(dispatches.c.at, dispatches.c.id)).mappings()
            return [_dispatch(row) for row in rows]

    def of(self, wanted: Wanted) -> Dispatch | None:
        """How far *wanted* is already."""
        query = select(dispatches).where(
            dispatches.c.digest == wanted.digest, dispatches.c.recipient == self._hashed(wanted.address)
        )
        with self._database.reading() as db:
            row = db.execute(query).mappings().first()
        return _dispatch(row) if row else None

    def intend(self, wanted: Wanted, former: Dispatch | None) -> Dispatch | None:
        """Write down that *wanted* is about to go, *former* being how it stood; None when another run took it since."""
        key = {"digest": wanted.digest, "recipient": self._hashed(wanted.address)}
        email = email_key(self._database.key(), wanted.address) if is_email(wanted.address) else None
        values = {
            "email_key": email,
            "shown": wanted.shown,
            "file": wanted.file,
            "via": wanted.via,
            "state": State.INTENDED,
            "at": self._ledger.clock.now(),
            "run": self._ledger.run,
            "error": None,
        }
        mine = [dispatches.c[name] == value for name, value in key.items()]
        with self._database.writing() as db:
            db.execute(insert_into(dispatches, db.dialect).values(key | values | {"times": 0}).on_conflict_do_nothing())
            # Two runs of a team may plan the same: only one of them finds it as it was read.
            unchanged = dispatches.c.times == (former.times if former else 0)
            query = update(dispatches).where(*mine, unchanged)
            if not db.execute(query.values(values | {"times": dispatches.c.times + 1})).rowcount:
                return None
            row = db.execute(select(dispatches).where(*mine)).mappings().one()
            self._note(db, row["id"], State.INTENDED, key | {"via": wanted.via, "times": row["times"]})
        return _dispatch(row)

    def sending(self, ours: Sequence[Dispatch]) -> bool:
        """The content of *ours*, which go together, goes out now; False where another run took one meanwhile."""
        ids = [each.id for each in ours]
        mine = (
            dispatches.c.id.in_(ids),
            dispatches.c.state == State.INTENDED,
            dispatches.c.run == self._ledger.run,
        )
        values = {"state": State.SENDING, "at": self._ledger.clock.now()}
        with self._database.writing() as db:
            if len(db.execute(select(dispatches.c.id).where(*mine)).all()) != len(ids):
                return False
            db.execute(update(dispatches).where(*mine).values(values))
            for id in ids:
                self._note(db, id, State.SENDING, {})
        return True

    def settle(self, ours: Sequence[Dispatch], state: State, error: str | None = None) -> None:
        """What came of *ours*."""
        values = {"state": state, "at": self._ledger.clock.now(), "error": error}
        with self._database.writing() as db:
            for each in ours:
                db.execute(
                    update(dispatches)
                    .where(dispatches.c.id == each.id, dispatches.c.run == self._ledger.run)
                    .values(values)
                )
                self._note(db, each.id, state, {})

    def _note(self, db: Connection, id: int, state: State, data: dict[str, Any]) -> None:
        self._ledger.note(db, 0, f"report.{state}", f"report:{id}", data)

    def _hashed(self, address: str) -> str:
        return keyed(self._database.key(), address.casefold())


def _dispatch(row: Any) -> Dispatch:
    values = {name: row[name] for name in Dispatch.__slots__}
    return Dispatch(**values | {"state": State(row["state"])})


def unaddress(db: Connection, people: Collection[str], hashes: Collection[str] = ()) -> int:
    """Take addresses with these *hashes*, and files called after *people*, out of what was sent; how many that were.

    That a file went to somebody stays, under hashes alone: it must not go there again.
    """
    blanked = 0
    for part in parts(sorted(hashes)):
        mine = dispatches.c.email_key.in_(part) & (dispatches.c.shown != "")
        blanked += db.execute(update(dispatches).where(mine).values(shown="", file="")).rowcount
    names: set[str] = set()
    for part in parts(sorted(people)):
        names |= set(db.execute(select(influencers.c.influencer).where(influencers.c.id.in_(part))).scalars())
    folded = {name.casefold() for name in names if name}
    files = (
        db.execute(select(dispatches.c.id, dispatches.c.file).where(dispatches.c.file != "")).all() if folded else []
    )
    for id, file in files:
        if any(name in file.casefold() for name in folded):
            db.execute(update(dispatches).where(dispatches.c.id == id).values(file=""))
            blanked += 1
    return blanked
