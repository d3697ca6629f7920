"""How far long work is: a bar on a terminal, elsewhere at most a line every few seconds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from threading import RLock
from typing import Protocol

from shopinf.words import counted

EVERY = 5.0  # seconds between two lines where there is no terminal; shorter work says nothing
FEW = 3  # tasks that a line tells of one by one; more are summed up


@dataclass(eq=False)
class Task:
    """One piece of work as it stands; of several stores each has its own."""

    what: str
    unit: str
    goal: int | None
    started: float
    store: str = ""
    done: int = 0

    @property
    def title(self) -> str:
        return f"{self.what} in {self.store}" if self.store else self.what

    @property
    def reached(self) -> str:
        """`making codes in maya-shop, 12 of 40 codes`."""
        return f"{self.title}, {_count(self.done, self.goal, self.unit)}"

    def figures(self, now: float) -> list[str]:
        """`1,200 of 5,000 orders`, `33/s`, `2 min 05 s left`."""
        left = self.left(now)
        return [
            _count(self.done, self.goal, self.unit),
            *_rate(self.done, now - self.started),
            *([f"{_duration(left)} left"] if left is not None else []),
        ]

    def left(self, now: float) -> float | None:
        """Seconds until it is done, at its pace so far; None while that cannot be told."""
        passed = now - self.started
        if self.goal is None or not self.done or passed < 1:
            return None
        return max(self.goal - self.done, 0) * passed / self.done


@dataclass(eq=False)
class Crew:
    """Several stores at work at the same time: how many there are and are done, and what ended work brought."""

    stores: int
    started: float
    done: int = 0
    past: Counter[str] = field(default_factory=Counter)  # by unit

    def figures(self, tasks: Sequence[Task], now: float) -> list[str]:
        """`9 of 40 stores done`, `120,000 of 400,000 orders`, `1,200/s`, `4 min 10 s left for maya-shop`."""
        parts = [f"{self.done} of {self.stores} stores done"]
        past = dict(self.past)
        for unit in dict.fromkeys([*past, *(task.unit for task in tasks)]):
            done, goal = _sums([task for task in tasks if task.unit == unit], past.get(unit, 0))
            parts += [_count(done, goal, unit), *_rate(done, now - self.started)]
        # They work side by side, so the last one to end is what is waited for.
        left = [(seconds, task.store) for task in tasks if (seconds := task.left(now)) is not None]
        if left and len(left) == len(tasks):
            seconds, store = max(left)
            parts.append(f"{_duration(seconds)} left" + (f" for {store}" if store and len(tasks) > 1 else ""))
        return parts


def summed(tasks: Sequence[Task]) -> str:
    """What several tasks have done together: `120,000 of 400,000 orders`."""
    units = dict.fromkeys(task.unit for task in tasks)
    return ", ".join(_count(*_sums([task for task in tasks if task.unit == unit]), unit) for unit in units)


def reached(crews: Sequence[Crew], tasks: Sequence[Task]) -> str:
    """How far the work was that a stop ended: the stores that are done, and what was under way in the others."""
    parts = [f"{crew.done} of {counted(crew.stores, 'store')} done" for crew in crews[:1]]
    parts += [task.reached for task in tasks[:FEW]]
    if more := tasks[FEW:]:
        parts.append(f"and {len(more)} more: {summed(more)}")
    return "; ".join(parts)


def _sums(tasks: Sequence[Task], past: int = 0) -> tuple[int, int | None]:
    """How many are done of how many, with what ended before; not known while one of them does not know."""
    done = past + sum(task.done for task in tasks)
    if any(task.goal is None for task in tasks):
        return done, None
    return done, past + sum(max(task.goal or 0, task.done) for task in tasks)


def _count(done: int, goal: int | None, unit: str) -> str:
    of = "" if goal is None else f" of {goal:,}"
    return f"{done:,}{of} {unit if (done if goal is None else goal) != 1 else _one(unit)}"


def _one(unit: str) -> str:
    """The word for one of what is counted: `order`, `row that may fit`, `person`."""
    first, _, rest = unit.partition(" ")
    one = {"people": "person"}.get(first, first.removesuffix("s"))
    return f"{one} {rest}".strip()


def _rate(done: int, passed: float) -> list[str]:
    if not done or passed <= 0:
        return []
    rate = done / passed
    return [f"{rate:,.0f}/s" if rate >= 1 else f"{rate * 60:,.1f}/min"]


def _duration(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


class Board(Protocol):
    """What shows the tasks that run at present, and the crew of stores that they belong to."""

    lock: RLock
    crew: Crew | None

    def add(self, task: Task) -> None: ...

    def changed(self) -> None: ...

    def remove(self, task: Task) -> None: ...

    def gather(self, crew: Crew | None) -> None:
        """Show *crew* from now on; None when all of its stores are done."""

    def say(self, word: str, style: str, text: str) -> bool:
        """Say a line above a bar; False when there is no bar and the caller speaks for itself."""

    def paused(self) -> AbstractContextManager[None]:
        """Out of the way while somebody is asked, or rows are written."""

    def close(self) -> None:
        """Show nothing any more, whatever still runs."""


class Progress:
    """How a worker tells how far it is; from any thread."""

    def __init__(self, board: Board, task: Task | Crew) -> None:
        self._board, self._task = board, task

    def advance(self, n: int = 1) -> None:
        with self._board.lock:
            self._task.done += n
            self._board.changed()

    def total(self, n: int | None) -> None:
        """How many there will be, once it is known."""
        assert isinstance(self._task, Task)
        with self._board.lock:
            self._task.goal = n
            self._board.changed()


@contextmanager
def running(board: Board, task: Task) -> Iterator[Progress]:
    """A block in which *task* is shown."""
    with board.lock:
        board.add(task)
    try:
        yield Progress(board, task)
    finally:
        with board.lock:
            board.remove(task)
            if board.crew is not None:
                board.crew.past[task.unit] += task.done


@contextmanager
def gathered(board: Board, crew: Crew) -> Iterator[Progress]:
    """A block in which the stores of *crew* are at work; it advances by a store that is done."""
    with board.lock:
        former = board.crew
        board.gather(crew)
    try:
        yield Progress(board, crew)
    finally:
        with board.lock:
            board.gather(former)


class SilentBoard:
    """`--quiet`."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.crew: Crew | None = None

    def add(self, task: Task) -> None:
        pass

    def changed(self) -> None:
        pass

    def remove(self, task: Task) -> None:
        pass

    def gather(self, crew: Crew | None) -> None:
        pass

    def say(self, word: str, style: str, text: str) -> bool:
        return False

    def paused(self) -> AbstractContextManager[None]:
        return nullcontext()

    def close(self) -> None:
        pass


class LineBoard:
    """Lines for a log: all tasks together say one every few seconds, and nothing about short work."""

    def __init__(self, say: Callable[[str], None], monotonic: Callable[[], float]) -> None:
        self.lock = RLock()
        self.crew: Crew | None = None
        self._say, self._monotonic = say, monotonic
        self._tasks: list[Task] = []
        self._said = self._idle_since = float("-inf")

    def add(self, task: Task) -> None:
        self._begin()
        self._tasks.append(task)

    def gather(self, crew: Crew | None) -> None:
        if crew is not None:
            self._begin()
        self.crew = crew
        self._idle_since = self._monotonic()

    def changed(self) -> None:
        now = self._monotonic()
        if now - self._said >= EVERY:
            self._said = now
            self._say(self._line(now))

    def remove(self, task: Task) -> None:
        self._tasks.remove(task)
        self._idle_since = self._monotonic()

    def say(self, word: str, style: str, text: str) -> bool:
        return False

    def paused(self) -> AbstractContextManager[None]:
        return nullcontext()

    def close(self) -> None:
        pass

    def _begin(self) -> None:
        now = self._monotonic()
        if not self._tasks and self.crew is None and now - self._idle_since > 1:
            self._said = now  # but one short task after another is long work

    def _line(self, now: float) -> str:
        """A few tasks one by one, more of them summed up: no line grows with the number of stores."""
        if self.crew is not None and len(self._tasks) > FEW:
            return ", ".join(self.crew.figures(self._tasks, now))
        told = [f"{task.title}: {', '.join(task.figures(now))}" for task in self._tasks[:FEW]]
        if self.crew is not None:
            told.insert(0, f"{self.crew.done} of {self.crew.stores} stores done")
        if more := self._tasks[FEW:]:
            told.append(f"and {len(more)} more: {summed(more)}")
        return "; ".join(told)
