"""One run at a time per store and kind of work, on this machine.

The operating system holds the lock, so it ends with the process that took it, however that ends. Who holds it stands in
a note beside it, which is only ever read to tell a person.
"""

from __future__ import annotations

import json
import os
import platform
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from shopinf.errors import Busy
from shopinf.local import disk
from shopinf.times import Clock, parse_time

What = Literal["writing", "syncing"]

BETWEEN_TRIES = 0.2  # seconds; the lock is asked for, nobody tells us when it is free


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock, as its note says."""

    command: str
    process: int
    host: str
    since: datetime

    def words(self, now: datetime) -> str:
        """`shopinf discounts create, process 4711, since 14:02` on this machine's wall clock."""
        since = self.since.astimezone()
        moment = since.strftime("%H:%M" if since.date() == now.astimezone().date() else "%Y-%m-%d %H:%M")
        process = f"process {self.process}" + ("" if self.host == platform.node() else f" on {self.host}")
        return f"{self.command}, {process}, since {moment}"


class Locks:
    """The locks of this machine's stores."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._mine: set[tuple[int, str]] = set()
        self._guard = threading.Lock()

    @contextmanager
    def hold(
        self,
        shop_id: int,
        what: What,
        *,
        wait: float,
        command: str,
        store: str | None = None,
        waiting: Callable[[str], None] | None = None,
    ) -> Iterator[None]:
        """Keep other runs from *what* on this shop while the block runs.

        A busy lock is waited for up to *wait* seconds, then it is `Busy`, with who holds it; *waiting* is told once.
        *command* is the command's name (`discounts create`), never with its arguments, which can be personal.
        """
        self._take(shop_id, what)
        try:
            from filelock import FileLock

            disk.make_private_folder(self._folder)
            lock = FileLock(self._folder / f"{shop_id}-{what}.lock", timeout=0, mode=disk.PRIVATE_FILE)
            self._acquire(lock.acquire, shop_id, what, wait, store, waiting)
            try:
                self._leave_note(shop_id, what, command)
                yield
            finally:
                # The note goes first: afterwards it might be the next holder's.
                with suppress(OSError):
                    self._note(shop_id, what).unlink()
                lock.release()
        finally:
            self._give_back(shop_id, what)

    def holder(self, shop_id: int, what: What) -> Holder | None:
        """Who says to hold the lock; None where no note can be read."""
        try:
            note = json.loads(self._note(shop_id, what).read_bytes())
            return Holder(str(note["command"]), int(note["pid"]), str(note["host"]), parse_time(note["since"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _acquire(
        self,
        acquire: Callable[[], object],
        shop_id: int,
        what: What,
        wait: float,
        store: str | None,
        waiting: Callable[[str], None] | None,
    ) -> None:
        from filelock import Timeout

        deadline = self._clock.monotonic() + wait
        told = False
        while True:
            try:
                acquire()
                return
            except Timeout:
                pass
            except OSError as problem:
                raise disk.machine_problem(problem, self._folder) from None
            left = deadline - self._clock.monotonic()
            if left <= 0:
                raise Busy(self._busy(shop_id, what, store), hint=f"Wait for it with --wait {max(600, int(wait) * 10)}")
            if waiting and not told:
                waiting(self._busy(shop_id, what, store))
                told = True
            self._clock.wait(min(BETWEEN_TRIES, left))

    def _busy(self, shop_id: int, what: What, store: str | None) -> str:
        work = "writing to" if what == "writing" else "syncing"
        holder = self.holder(shop_id, what)
        by = holder.words(self._clock.now()) if holder else "a run that left no name"
        return f"Another shopinf run is {work} {store or f'shop {shop_id}'}: held by {by}"

    def _leave_note(self, shop_id: int, what: What, command: str) -> None:
        name = command if command.startswith("shopinf") else f"shopinf {command}"
        note = {
            "command": name,
            "pid": os.getpid(),
            "host": platform.node(),
            "since": self._clock.now().isoformat(timespec="seconds"),
        }
        disk.write_private(self._note(shop_id, what), json.dumps(note).encode())

    def _note(self, shop_id: int, what: What) -> Path:
        return self._folder / f"{shop_id}-{what}.json"

    def _take(self, shop_id: int, what: What) -> None:
        with self._guard:
            if (shop_id, what) in self._mine:
                raise RuntimeError(f"this run already holds the {what} lock of shop {shop_id}")
            self._mine.add((shop_id, what))

    def _give_back(self, shop_id: int, what: What) -> None:
        with self._guard:
            self._mine.discard((shop_id, what))


@contextmanager
def briefly(path: Path) -> Iterator[None]:
    """Keep other runs from changing the file at *path* while it is read, changed and written: milliseconds.

    So it is not waited for on the run's clock; ten seconds mean that a run hangs.
    """
    from filelock import FileLock, Timeout

    disk.make_private_folder(path.parent)
    lock = FileLock(path.with_name(f".{path.name}.lock"), timeout=10, mode=disk.PRIVATE_FILE)
    try:
        lock.acquire()
    except Timeout:
        raise Busy(f"Another shopinf run is changing {path}", hint="Run the same command again in a moment.") from None
    except OSError as problem:
        raise disk.machine_problem(problem, path) from None
    try:
        yield
    finally:
        lock.release()
