"""One run at a time per store and kind of work: waiting for a turn, and the locks of this machine."""

from __future__ import annotations

import os
import platform
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from shopinf.errors import Busy
from shopinf.local import disk
from shopinf.locking import Holder, Keeper, What, lock_name
from shopinf.times import Clock

if TYPE_CHECKING:
    from filelock import BaseFileLock

_WORK: dict[What, str] = {
    "writing": "writing to {}",
    "syncing": "syncing {}",
    "paying": "asking paid sources",
    "payouts": "making a run of payments",
    "sending": "sending files",
}
BETWEEN_TRIES = 0.2  # seconds; the lock is asked for, nobody tells us when it is free


class Locks:
    """The locks of the stores, as one run takes them from *keeper*."""

    def __init__(self, keeper: Keeper, clock: Clock) -> None:
        self._keeper = keeper
        self._clock = clock
        self._mine: set[tuple[int, What]] = set()
        self._guard = threading.Lock()

    @classmethod
    def in_folder(cls, folder: Path, clock: Clock) -> Locks:
        """The locks of this machine, as files in *folder*."""
        return cls(FileKeeper(folder), clock)

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
        with self._guard:
            if (shop_id, what) in self._mine:
                raise RuntimeError(f"this run already holds the {what} lock of shop {shop_id}")
            self._mine.add((shop_id, what))
        try:
            self._acquire(shop_id, what, wait, command, store, waiting)
            try:
                yield
            finally:
                self._keeper.give_back(lock_name(shop_id, what))
        finally:
            with self._guard:
                self._mine.discard((shop_id, what))

    def check(self, shop_id: int) -> None:
        """Raise where a lock that this run holds on the shop is not ours any more; before each write to its store."""
        with self._guard:
            held = [what for shop, what in self._mine if shop == shop_id]
        for what in held:
            self._keeper.check(lock_name(shop_id, what))

    def holder(self, shop_id: int, what: What) -> Holder | None:
        """Who says to hold the lock; None where no note can be read."""
        return self._keeper.holder(lock_name(shop_id, what))

    def _acquire(
        self,
        shop_id: int,
        what: What,
        wait: float,
        command: str,
        store: str | None,
        waiting: Callable[[str], None] | None,
    ) -> None:
        deadline = self._clock.monotonic() + wait
        told = False
        while not self._keeper.take(lock_name(shop_id, what), self._myself(command)):
            left = deadline - self._clock.monotonic()
            if left <= 0:
                raise Busy(self._busy(shop_id, what, store), hint=f"Wait for it with --wait {max(600, int(wait) * 10)}")
            if waiting and not told:
                waiting(self._busy(shop_id, what, store))
                told = True
            self._clock.wait(min(BETWEEN_TRIES, left))

    def _busy(self, shop_id: int, what: What, store: str | None) -> str:
        work = _WORK[what]
        holder = self.holder(shop_id, what)
        by = holder.words(self._clock.now(), platform.node()) if holder else "a run that left no name"
        return f"Another shopinf run is {work.format(store or f'shop {shop_id}')}: held by {by}"

    def _myself(self, command: str) -> Holder:
        name = command if command.startswith("shopinf") else f"shopinf {command}"
        return Holder(name, os.getpid(), platform.node(), self._clock.now())


class FileKeeper:
    """Locks of this machine: the operating system holds each, on a file, and the note stands beside it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._locks: dict[str, BaseFileLock] = {}

    def take(self, name: str, holder: Holder) -> bool:
        from filelock import FileLock, Timeout

        disk.make_private_folder(self._folder)
        lock = FileLock(self._folder / f"{name}.lock", timeout=0, mode=disk.PRIVATE_FILE)
        try:
            lock.acquire()
        except Timeout:
            return False
        except OSError as problem:
            raise disk.machine_problem(problem, self._folder) from None
        self._locks[name] = lock
        try:
            disk.write_private(self._note(name), holder.note().encode())
        except BaseException:
            self.give_back(name)
            raise
        return True

    def give_back(self, name: str) -> None:
        with suppress(OSError):
            self._note(name).unlink()
        self._locks.pop(name).release()

    def check(self, name: str) -> None:
        """The operating system takes no lock away."""

    def holder(self, name: str) -> Holder | None:
        try:
            return Holder.read(self._note(name).read_bytes())
        except OSError:
            return None

    def _note(self, name: str) -> Path:
        return self._folder / f"{name}.json"


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
