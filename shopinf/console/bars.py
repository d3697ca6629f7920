"""Progress bars on a terminal; imported when the first one is shown, since Rich takes its time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import RLock
from typing import TextIO

from rich import progress
from rich.console import Console
from rich.table import Column
from rich.text import Text

from shopinf.console.progress import Task


class _Figures(progress.ProgressColumn):
    """Count, rate and time left, as our own task knows them."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        super().__init__(table_column=Column(no_wrap=True))
        self._monotonic = monotonic

    def render(self, task: progress.Task) -> Text:
        ours: Task = task.fields["ours"]
        return Text(ours.figures(self._monotonic()))


class BarBoard:
    """One display for all tasks; it is gone when the last of them ends."""

    def __init__(
        self, stderr: TextIO, environ: Mapping[str, str], monotonic: Callable[[], float], *, styled: bool
    ) -> None:
        self.lock = RLock()
        self._bars: dict[int, progress.TaskID] = {}
        console = Console(
            file=stderr,
            _environ=environ,
            force_terminal=True,
            color_system="standard" if styled else None,
            highlight=False,
            markup=False,
            emoji=False,
        )
        self._display = progress.Progress(
            progress.TextColumn("{task.description}", markup=False),
            progress.BarColumn(bar_width=max(8, min(30, console.width // 5))),
            _Figures(monotonic),
            console=console,
            transient=True,
            refresh_per_second=5,
            redirect_stdout=False,
            redirect_stderr=False,
            get_time=monotonic,
        )

    def add(self, task: Task) -> None:
        self._bars[id(task)] = self._display.add_task(task.what, total=task.goal, ours=task)
        if len(self._bars) == 1:
            self._display.start()

    def changed(self, task: Task) -> None:
        self._display.update(self._bars[id(task)], total=task.goal, completed=task.done)

    def remove(self, task: Task) -> None:
        bar = self._bars.pop(id(task))
        if not self._bars:
            self._display.stop()
        self._display.remove_task(bar)

    def say(self, word: str, style: str, text: str) -> bool:
        if not self._bars:
            return False
        self._display.console.print(Text.assemble((word, style), text), soft_wrap=True)
        return True

    @contextmanager
    def paused(self) -> Iterator[None]:
        with self.lock:  # the work goes on; only telling about it waits
            if not self._bars:
                yield
                return
            self._display.stop()
            try:
                yield
            finally:
                self._display.start()
