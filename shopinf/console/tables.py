"""A result as a table for eyes: the columns that answer the question, cut to a terminal, whole in a pipe.

A table shows the columns that its command ranks, without those that say nothing: empty in every row, or the same in
every row of several. On a terminal it fits the width: text is cut before a column goes, the least important column goes
first, and a code, a link, an id or a number is never cut. What was left out is told, with how to see it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TextIO

from shopinf.console.formats import as_text
from shopinf.results import Cell, Column, Form, Kind, Result
from shopinf.words import counted, few

_GAP = "  "
_READABLE = 12  # cells that text may be cut to before a column goes
_STAYS = 3  # the most important columns: an answer stays, also where it is the same for all
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Screen:
    """What a table is made for: a terminal so many cells wide, or a pipe, which takes lines of any length."""

    width: int | None = None
    styled: bool = False
    now: datetime | None = None  # times of another year say so


@dataclass(slots=True)
class LeftOut:
    """The columns that a table does not show, by why."""

    unranked: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)  # each with the value it has in every row
    narrow: list[str] = field(default_factory=list)

    def sentence(self) -> str | None:
        """What was left out and how to see it; None where nothing was."""
        parts = []
        if self.same:
            parts.append(f"the same in every row: {few(self.same)}")
        if self.empty:
            parts.append(f"empty: {few(self.empty)}")
        if more := [*self.narrow, *self.unranked]:
            parts.append(f"for room: {few(more)}")
        count = len(self.same) + len(self.empty) + len(self.narrow) + len(self.unranked)
        if not count:
            return None
        return f"{counted(count, 'column')} left out ({'; '.join(parts)}): --wide shows all, --columns chooses."


def table(result: Result, form: Form, screen: Screen) -> tuple[str, LeftOut]:
    """The rows under their titles, aligned, and what was left out of them; no text when there are no rows."""
    left = LeftOut()
    if not result.rows:
        return "", left
    if result.card:
        filled = [c for c in result.columns if any(row.get(c.key) not in (None, "") for row in result.rows)]
        grid = _Grid(filled, result, screen)
        return (_records(grid, screen) if len(result.rows) == 1 else _folded(grid, screen)), left
    columns = list(result.columns)
    if not form.columns and not form.wide:
        columns = _telling(_ranked(columns, left), result, left, screen)
    grid = _Grid(columns, result, screen)
    if screen.width is not None:
        if (form.columns or form.wide) and sum(grid.least) > grid.room(screen.width):
            return _records(grid, screen), left  # what was chosen is shown, if not beside each other
        grid = _fitted(grid, screen.width, left)
    return grid.text(screen), left


def _ranked(columns: Sequence[Column], left: LeftOut) -> list[Column]:
    """The columns that the command means for a table."""
    if all(column.rank is None for column in columns):
        return list(columns)
    left.unranked = [column.title for column in columns if column.rank is None]
    return [column for column in columns if column.rank is not None]


def _telling(columns: Sequence[Column], result: Result, left: LeftOut, screen: Screen) -> list[Column]:
    """Of *columns* those that tell rows apart; what a row is about and what is counted always stays."""
    stays = []
    for column in columns:
        values = {_cell(column, row.get(column.key), screen) for row in result.rows}
        counts = column.kind in (Kind.NUMBER, Kind.MONEY)
        if values == {"-"} and column.rank != 0:
            left.empty.append(column.title)
        elif len(values) == 1 and len(result.rows) > 1 and _importance(columns, column) >= _STAYS and not counts:
            left.same.append(f"{column.title} {values.pop()}")
        else:
            stays.append(column)
    return stays or list(columns[:1])


class _Grid:
    """The cells of a result as text, with the width of each column."""

    def __init__(self, columns: Sequence[Column], result: Result, screen: Screen) -> None:
        self.columns = list(columns)
        self.titles = [column.title for column in self.columns]
        self.values = [[row.get(column.key) for column in self.columns] for row in result.rows]
        self.rows = [[_cell(c, row.get(c.key), screen) for c in self.columns] for row in result.rows]
        self.totals = [_total(self.columns, row, screen) for row in result.totals]
        self.widths = [
            max(cell_len(line[at]) for line in [self.titles, *self.rows, *self.totals])
            for at in range(len(self.titles))
        ]
        self._result, self._screen = result, screen

    @property
    def width(self) -> int:
        return sum(self.widths) + len(_GAP) * (len(self.widths) - 1)

    @property
    def least(self) -> list[int]:
        """The widths below which the columns are of no use."""
        return [
            cells if column.whole else min(cells, max(_READABLE, cell_len(title)))
            for cells, column, title in zip(self.widths, self.columns, self.titles, strict=True)
        ]

    def room(self, width: int) -> int:
        """What of *width* is left for cells."""
        return width - len(_GAP) * (len(self.columns) - 1)

    def without(self, column: Column) -> _Grid:
        return _Grid([each for each in self.columns if each is not column], self._result, self._screen)

    def text(self, screen: Screen) -> str:
        lines = [self._line(self.titles), *(self._line(row, screen) for row in self.rows)]
        if screen.styled:
            lines[0] = f"{_BOLD}{lines[0]}{_PLAIN}"
        if self.totals:
            lines += [_GAP.join("-" * width for width in self.widths), *(self._line(row) for row in self.totals)]
        return "".join(f"{line}\n" for line in lines)

    def _line(self, cells: Sequence[str], screen: Screen | None = None) -> str:
        padded = []
        for cell, width, column in zip(cells, self.widths, self.columns, strict=True):
            shown = _cut(cell, width)
            space = " " * (width - cell_len(shown))
            if screen is not None and screen.styled and shown.startswith("https://") and shown == cell:
                shown = f"\x1b]8;;{cell}\x1b\\{cell}\x1b]8;;\x1b\\"  # a terminal that knows links makes it one
            padded.append(shown + space if is_left(column) else space + shown)
        return _GAP.join(padded).rstrip()


def _fitted(grid: _Grid, width: int, left: LeftOut) -> _Grid:
    """*grid* within *width*: its text cut, then without its least important columns."""
    while sum(grid.least) > grid.room(width) and len(grid.columns) > 1:
        goes = max(grid.columns, key=lambda column: _importance(grid.columns, column))
        left.narrow.append(goes.title)
        grid = grid.without(goes)
    grid.widths = _spread(grid.widths, grid.least, grid.room(width))
    return grid


def _importance(columns: Sequence[Column], column: Column) -> int:
    return column.rank if column.rank is not None else columns.index(column)


def _spread(wanted: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Widths between what is *wanted* and the *least*: what room there is goes to the columns from the left."""
    widths = list(least)
    spare = room - sum(least)
    for at, cells in enumerate(wanted):
        more = min(max(spare, 0), cells - widths[at])
        widths[at] += more
        spare -= more
    return widths


def is_left(column: Column) -> bool:
    """Numbers and money are written to the right, so that their digits stand under each other."""
    return column.kind not in (Kind.NUMBER, Kind.MONEY)


def cell_len(text: str) -> int:
    """Terminal cells that *text* takes: two for most East Asian signs and emoji."""
    if text.isascii():
        return len(text)
    from rich import cells

    return cells.cell_len(text)


def _cut(text: str, width: int) -> str:
    """*text* within *width* cells, with an ellipsis where it was longer."""
    if cell_len(text) <= width:
        return text
    from rich import cells

    return cells.set_cell_size(text, max(width - 1, 0)).rstrip() + "…"


def _cell(column: Column, value: Cell, screen: Screen) -> str:
    match value:
        case None | "":
            return "-"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return _moment(value, screen.now)
        case str() if column.kind is Kind.TIME:
            return _moment_of(value, screen.now)
        case _:
            return as_text(value)


def _moment_of(text: str, now: datetime | None) -> str:
    try:
        return _moment(datetime.fromisoformat(text), now)
    except ValueError:
        return as_text(text)


def _moment(at: datetime, now: datetime | None) -> str:
    """A time as short as it is clear: `27 Nov 10:07`, and with its year where that is another one."""
    year = "" if now is None or at.year == now.year else f" {at.year}"
    return f"{at.day} {at:%b}{year} {at:%H:%M}"


def _total(columns: Sequence[Column], row: Mapping[str, Cell], screen: Screen) -> list[str]:
    cells = ["" if row.get(c.key) is None else _cell(c, row.get(c.key), screen) for c in columns]
    if cells and not cells[0]:
        cells[0] = "total"
    return cells


def _folded(grid: _Grid, screen: Screen) -> str:
    """Lines about one thing: nothing is cut, text goes on below itself."""
    if screen.width is None or grid.width <= screen.width:
        return grid.text(screen)
    import io

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, len(_GAP), 0, 0), header_style="bold")
    for column, title in zip(grid.columns, grid.titles, strict=True):
        justify = "left" if is_left(column) else "right"
        table.add_column(Text(title), justify=justify, overflow="fold", no_wrap=column.whole)  # type: ignore[arg-type]
    for row in grid.rows:
        table.add_row(*map(Text, row))
    text = io.StringIO()
    console = Console(
        file=text,
        width=screen.width,
        force_terminal=screen.styled,
        color_system="standard" if screen.styled else None,
        legacy_windows=False,
        _environ={},
    )
    console.print(table)
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())


def _records(grid: _Grid, screen: Screen) -> str:
    """Each row as a block of `title  value` lines without what is empty, a blank line between blocks."""
    margin = max(map(cell_len, grid.titles))
    titles = [f"{_BOLD}{title:<{margin}}{_PLAIN}" if screen.styled else f"{title:<{margin}}" for title in grid.titles]
    blocks = [
        "".join(f"{title}{_GAP}{cell}\n" for title, cell in zip(titles, row, strict=True) if cell not in ("", "-"))
        for row in [*grid.rows, *grid.totals]
    ]
    return "\n".join(blocks)


def terminal_width(stream: TextIO, environ: Mapping[str, str]) -> int:
    """Cells in a line of *stream*'s terminal: COLUMNS, else what the terminal says, else 80."""
    import os

    if (columns := environ.get("COLUMNS", "")).isdigit() and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError, AttributeError):
        return 80
