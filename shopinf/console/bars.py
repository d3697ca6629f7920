"""Progress bars on a terminal; imported when the first one is shown, since Rich takes its time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Column, Table
from rich.text import Text

from shopinf.console.progress import Crew, Task, summed
from shopinf.console.tables import cell_len

_SPARE = 3  # lines of a terminal that bars leave free
_ROOMY = 66  # cells; a narrower terminal shows figures alone


class BarBoard:
    """One display for all tasks; it is gone when the last of them ends.

    It never grows beyond the terminal: tasks that do not fit are summed up in a line of their own.
    """

    def __init__(
        self, stderr: TextIO, environ: Mapping[str, str], monotonic: Callable[[], float], *, styled: bool
    ) -> None:
        self.lock = RLock()
        self.crew: Crew | None = None
        self._tasks: list[Task] = []
        self._shown = self._closed = False
        self._monotonic = monotonic
        self._console = Console(
            file=stderr,
            _environ=environ,
            force_terminal=True,
            legacy_windows=False,  # Rich would ask standard output, which need not be the terminal that this one is
            color_system="standard" if styled else None,
            highlight=False,
            markup=False,
            emoji=False,
        )
        self._display = Live(
            console=self._console,
            transient=True,
            refresh_per_second=5,
            redirect_stdout=False,
            redirect_stderr=False,
            get_renderable=self._render,
        )

    def add(self, task: Task) -> None:
        self._tasks.append(task)
        self._turn(True)

    def gather(self, crew: Crew | None) -> None:
        self._turn(bool(self._tasks or crew))
        self.crew = crew

    def changed(self) -> None:
        """The display looks by itself, five times a second."""

    def remove(self, task: Task) -> None:
        self._turn(len(self._tasks) > 1 or self.crew is not None)  # the last one is shown to its end
        self._tasks.remove(task)

    def say(self, word: str, style: str, text: str) -> bool:
        if not self._shown:
            return False
        self._console.print(Text.assemble((word, style), text), soft_wrap=True)
        return True

    @contextmanager
    def paused(self) -> Iterator[None]:
        with self.lock:  # the work goes on; only telling about it waits
            if not self._shown:
                yield
                return
            self._display.stop()
            try:
                yield
            finally:
                self._display.start(refresh=True)

    def close(self) -> None:
        with self.lock:
            self._closed = True
            self._turn(False)

    def _turn(self, on: bool) -> None:
        """Begin the display, or end it."""
        if on and not self._shown and not self._closed:
            self._shown = True
            self._display.start(refresh=True)
        elif self._shown and not on:
            self._shown = False
            self._display.stop()

    def _render(self) -> RenderableType:
        # Without our lock: the display holds one of its own meanwhile, and whoever begins or ends it holds ours.
        return rendered(list(self._tasks), self.crew, self._console.width, self._console.height, self._monotonic())


def rendered(tasks: Sequence[Task], crew: Crew | None, width: int, height: int, now: float) -> RenderableType:
    """The display: how many stores are done, the tasks that fit below each other, and the others in a line."""
    head = _lines(_brief(crew.figures(tasks, now), width), width) if crew else []
    room = max(height - _SPARE - len(head), 1)
    shown = tasks if len(tasks) <= room else tasks[: room - 1]
    more = tasks[len(shown) :]
    lines: list[RenderableType] = [*head]
    if shown:
        lines.append(_grid(shown, width, now, brief=crew is not None))
    if more:
        lines.append(_line([f"and {len(more)} more: {summed(more)}"], width))
    return Group(*lines)


def _grid(tasks: Sequence[Task], width: int, now: float, *, brief: bool) -> Table:
    """A row for each task; where the stores are told of together, its name is enough."""
    bar = min(30, width // 8) if width >= _ROOMY else 0
    names = [task.store if brief and task.store else task.title for task in tasks]
    name = min(max(map(cell_len, names)), width * 2 // 5)
    table = Table.grid(Column(no_wrap=True, width=name, overflow="ellipsis"), padding=(0, 1), expand=False)
    if bar:
        table.add_column(width=bar)
    table.add_column(no_wrap=True)
    for text, task in zip(names, tasks, strict=True):
        figures = _line(task.figures(now), width - name - 1 - (bar + 1 if bar else 0))
        # A goal that is not known yet makes the bar pulse.
        drawn = [ProgressBar(total=task.goal, completed=task.done, width=bar, animation_time=now)] if bar else []
        table.add_row(Text(text), *drawn, figures)
    return table


def _brief(parts: Sequence[str], width: int) -> Sequence[str]:
    """*parts* without the name of the store that is waited for, where that would make them too long for a line."""
    return parts if len(", ".join(parts)) <= width else [*parts[:-1], parts[-1].partition(" for ")[0]]


def _lines(parts: Sequence[str], width: int) -> list[Text]:
    """*parts* in a line, on a narrow terminal in two."""
    first = _line(parts, width)
    rest = parts[first.plain.count(", ") + 1 :]
    return [first, _line(rest, width)] if rest and width < _ROOMY else [first]


def _line(parts: Sequence[str], width: int) -> Text:
    """As many of *parts* as fit into a line, the first one in any case."""
    while len(parts) > 1 and len(", ".join(parts)) > width:
        parts = parts[:-1]
    return Text(", ".join(parts), no_wrap=True, overflow="ellipsis")
