"""One run at a time per store and kind of work: the lock's name, who holds it, and what a keeper of locks does.

Where the ledger is a file, the locks are this machine's; where a team shares a database, they are the database's.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from shopinf.times import parse_time

What = Literal["writing", "syncing", "paying", "payouts", "sending"]

NO_STORE = 0  # in the place of a shop's number: of work for one store or many


def lock_name(shop_id: int, what: What) -> str:
    """`63790539077-writing`; `paying`, which is of no store."""
    return what if shop_id == NO_STORE else f"{shop_id}-{what}"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock, as its note says; the note is only ever read to tell a person."""

    command: str  # without its arguments, which can be personal
    process: int
    host: str
    since: datetime

    def words(self, now: datetime, here: str) -> str:
        """`shopinf discounts create, process 4711, since 14:02` on this machine's wall clock; *here* is its name."""
        since = self.since.astimezone()
        moment = since.strftime("%H:%M" if since.date() == now.astimezone().date() else "%Y-%m-%d %H:%M")
        process = f"process {self.process}" + ("" if self.host == here else f" on {self.host}")
        return f"{self.command}, {process}, since {moment}"

    def note(self) -> str:
        """What is left beside the lock."""
        return json.dumps(
            {
                "command": self.command,
                "pid": self.process,
                "host": self.host,
                "since": self.since.isoformat(timespec="seconds"),
            }
        )

    @classmethod
    def read(cls, note: str | bytes) -> Holder | None:
        """Who wrote *note*; None where it cannot be read."""
        try:
            found = json.loads(note)
            return cls(str(found["command"]), int(found["pid"]), str(found["host"]), parse_time(found["since"]))
        except (ValueError, KeyError, TypeError):
            return None


class Keeper(Protocol):
    """What keeps the locks. A lock ends with the process that took it, however that ends."""

    def take(self, name: str, holder: Holder) -> bool:
        """Take the lock and leave a note; False while another run has it."""

    def give_back(self, name: str) -> None:
        """Let go of the lock, the note first: afterwards it might be the next holder's."""

    def check(self, name: str) -> None:
        """Raise unless the lock, once taken, is still ours."""

    def holder(self, name: str) -> Holder | None:
        """Who says to hold the lock; None where no note can be read."""
