"""How far long work is: a bar on a terminal, elsewhere at most a line every few seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from threading import RLock
from typing import Protocol

from shopinf.plain import harmless

EVERY = 5.0  # seconds between two lines where there is no terminal; shorter work says nothing


@dataclass(eq=False)
class Task:
    """One piece of work as it stands."""

    what: str
    unit: str
    goal: int | None
    started: float
    done: int = 0
    wait: str = field(default="")

    def figures(self, now: float) -> str:
        """`1,200 of 5,000 orders, 33/s, 2 min left`."""
        of = "" if self.goal is None else f" of {self.goal:,}"
        parts = [f"{self.done:,}{of} {self.unit}"]
        passed = now - self.started
        if self.done and passed > 0:
            rate = self.done / passed
            parts.append(f"{rate:,.0f}/s" if rate >= 1 else f"{rate * 60:,.1f}/min")
            if self.goal is not None and passed >= 1:
                parts.append(f"{_duration(max(self.goal - self.done, 0) / rate)} left")
        if self.wait:
            parts.append(self.wait)
        return ", ".join(parts)


def _duration(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


class Board(Protocol):
    """What shows the tasks that run at present."""

    lock: RLock

    def add(self, task: Task) -> None: ...

    def changed(self, task: Task) -> None: ...

    def remove(self, task: Task) -> None: ...

    def say(self, word: str, style: str, text: str) -> bool:
        """Say a line above a bar; False when there is no bar and the caller speaks for itself."""

    def paused(self) -> AbstractContextManager[None]:
        """Out of the way while somebody is asked, or rows are written."""


class Progress:
    """How a worker tells how far it is; from any thread."""

    def __init__(self, board: Board, task: Task) -> None:
        self._board, self._task = board, task

    def advance(self, n: int = 1) -> None:
        with self._board.lock:
            self._task.done += n
            self._task.wait = ""
            self._board.changed(self._task)

    def total(self, n: int | None) -> None:
        """How many there will be, once it is known."""
        with self._board.lock:
            self._task.goal = n
            self._board.changed(self._task)

    def waiting(self, text: str) -> None:
        """Say what is waited for, until the next advance."""
        with self._board.lock:
            self._task.wait = harmless(text)
            self._board.changed(self._task)


@contextmanager
def running(board: Board, what: str, total: int | None, unit: str, now: float) -> Iterator[Progress]:
    task = Task(harmless(what), harmless(unit), total, now)
    with board.lock:
        board.add(task)
    try:
        yield Progress(board, task)
    finally:
        with board.lock:
            board.remove(task)


class SilentBoard:
    """`--quiet`."""

    def __init__(self) -> None:
        self.lock = RLock()

    def add(self, task: Task) -> None:
        pass

    changed = remove = add

    def say(self, word: str, style: str, text: str) -> bool:
        return False

    def paused(self) -> AbstractContextManager[None]:
        return nullcontext()


class LineBoard:
    """Lines for a log: all tasks together say one every few seconds, and nothing about short work."""

    def __init__(self, say: Callable[[str], None], monotonic: Callable[[], float]) -> None:
        self.lock = RLock()
        self._say, self._monotonic = say, monotonic
        self._tasks: list[Task] = []
        self._said = self._idle_since = float("-inf")

    def add(self, task: Task) -> None:
        now = self._monotonic()
        if not self._tasks and now - self._idle_since > 1:  # one short task after another is long work
            self._said = now
        self._tasks.append(task)

    def changed(self, task: Task) -> None:
        now = self._monotonic()
        if now - self._said >= EVERY:
            self._said = now
            self._say("; ".join(f"{task.what}: {task.figures(now)}" for task in self._tasks))

    def remove(self, task: Task) -> None:
        self._tasks.remove(task)
        self._idle_since = self._monotonic()

    def say(self, word: str, style: str, text: str) -> bool:
        return False

    def paused(self) -> AbstractContextManager[None]:
        return nullcontext()
