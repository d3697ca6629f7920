"""A result as a table for eyes: the columns that answer the question, cut to a terminal, whole in a pipe.

A table shows the columns that its command ranks, without those that say nothing: empty in every row, or the same in
every row of several. On a terminal it fits the width: titles are folded, then text is cut, before a column goes; the
least important column goes first, and a code, a link, an id or a number is never cut. What was left out is told, with
how to see it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TextIO

from shopinf.console.formats import as_text
from shopinf.results import Cell, Column, Form, Kind, Result
from shopinf.words import counted, few

_GAP = "  "
_READABLE = 12  # cells that text may be cut to before a column goes
_STAYS = 3  # the most important columns: an answer stays, also where it is the same for all
_APART = ("store", "payer", "currency")  # where these differ, a row without them could be anybody's, in any money
_NAMED = 3  # columns of one kind that are named where they are left out
_Line = list[str]
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
            parts.append(f"the same in every row: {few(self.same, _NAMED)}")
        if self.empty:
            parts.append(f"empty: {few(self.empty, _NAMED)}")
        if self.narrow:
            parts.append(f"for room: {few(self.narrow, _NAMED)}")
        if self.unranked:
            parts.append(f"{len(self.unranked):,} further")
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
        alone = len(result.rows) == 1
        columns = (
            result.columns if alone or form.wide or form.columns else _ranked(result.columns, result, left, screen)
        )
        filled = [c for c in columns if any(row.get(c.key) not in (None, "") for row in result.rows)]
        grid = _Grid.of(filled, result, screen)
        return (_records(grid, screen) if alone else _folded(grid, screen)), left
    columns = list(result.columns)
    if not form.columns and not form.wide:
        columns = _telling(_ranked(columns, result, left, screen), result, left, screen)
    grid = _Grid.of(columns, result, screen)
    if screen.width is not None:
        if (form.columns or form.wide) and not grid.fits(screen.width):
            return _records(grid, screen), left  # what was chosen is shown, if not beside each other
        grid = _fitted(grid, screen.width, left)
    return grid.text(screen), left


def _ranked(columns: Sequence[Column], result: Result, left: LeftOut, screen: Screen) -> list[Column]:
    """The columns that the command means for a table, and those that its rows cannot be told apart without."""
    if all(column.rank is None for column in columns):
        return list(columns)
    ranked = []
    for column in columns:
        values = {_cell(column, row.get(column.key), screen) for row in result.rows} if column.key in _APART else set()
        if len(values) > 1:
            ranked.append(replace(column, rank=1 if column.rank is None else min(column.rank, 1)))
        elif column.rank is not None:
            ranked.append(column)
        elif values and len(result.rows) > 1 and values != {"-"}:
            left.same.append(f"{column.title} {values.pop()}")
        else:
            left.unranked.append(column.title)
    return ranked


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

    def __init__(self, columns: Sequence[Column], rows: Sequence[_Line], totals: Sequence[_Line]) -> None:
        self.columns, self.rows, self.totals = list(columns), rows, totals
        self.titles = [column.title for column in self.columns]
        self.cells = [  # the widest cell, or word of the title
            max(*map(cell_len, _words(title)), 0, *(cell_len(line[at]) for line in [*rows, *totals]))
            for at, title in enumerate(self.titles)
        ]
        self.widths = [max(cells, cell_len(title)) for cells, title in zip(self.cells, self.titles, strict=True)]

    @classmethod
    def of(cls, columns: Sequence[Column], result: Result, screen: Screen) -> _Grid:
        rows = [[_cell(column, row.get(column.key), screen) for column in columns] for row in result.rows]
        return cls(columns, rows, [_total(columns, row, screen) for row in result.totals])

    @property
    def width(self) -> int:
        return sum(self.widths) + len(_GAP) * (len(self.widths) - 1)

    @cached_property
    def least(self) -> list[int]:
        """The widths below which the columns are of no use, their titles folded."""
        return [
            cells if column.whole else min(cells, max(_READABLE, *map(cell_len, title.split())))
            for cells, column, title in zip(self.cells, self.columns, self.titles, strict=True)
        ]

    def fits(self, width: int, kept: Sequence[int] | None = None) -> bool:
        """Is there room for all columns, or for those *kept*, in *width*?"""
        least = self.least if kept is None else [self.least[at] for at in kept]
        return sum(least) + len(_GAP) * (len(least) - 1) <= width

    def room(self, width: int) -> int:
        """What of *width* is left for cells."""
        return width - len(_GAP) * (len(self.columns) - 1)

    def only(self, kept: Sequence[int]) -> _Grid:
        """The same with its columns *kept* alone."""

        def part(lines: Sequence[_Line]) -> list[_Line]:
            return [[line[at] for at in kept] for line in lines]

        totals = part(self.totals)
        for line in totals:
            line[0] = line[0] or "total"
        return _Grid([self.columns[at] for at in kept], part(self.rows), totals)

    def text(self, screen: Screen, *, folded: bool = False) -> str:
        """The lines of the table; of a cell that is too long the rest stands below where *folded*, else it is cut."""
        head = self._below(self.titles)
        if screen.styled:
            head = [f"{_BOLD}{line}{_PLAIN}" for line in head]
        lines = [*head]
        for row in self.rows:
            if folded and row[-1] == "-" and any(cell_len(word) > self.widths[-2] for word in row[-2].split()):
                row = [*row[:-1], ""]  # it would stand somewhere behind a path or link that is too long
            lines += self._below(row, screen) if folded else [self._line(row, screen)]
        if self.totals:
            lines += [_GAP.join("-" * width for width in self.widths), *(self._line(row) for row in self.totals)]
        return "".join(f"{line}\n" for line in lines)

    def _below(self, cells: Sequence[str], screen: Screen | None = None) -> list[str]:
        """The lines of *cells*: what is too long for its column goes on below it, from word to word."""
        parts = [_folded_text(cell, width) for cell, width in zip(cells, self.widths, strict=True)]
        title = screen is None  # titles stand on the line between them and what they are titles of
        height = max(map(len, parts))
        blank = [[""] * (height - len(lines)) for lines in parts]
        filled = [[*b, *lines] if title else [*lines, *b] for lines, b in zip(parts, blank, strict=True)]
        return [self._line(line, screen, whole=True) for line in zip(*filled, strict=True)]

    def _line(self, cells: Sequence[str], screen: Screen | None = None, *, whole: bool = False) -> str:
        padded = []
        for cell, width, column in zip(cells, self.widths, self.columns, strict=True):
            shown = cell if whole else _cut(cell, width)
            space = " " * (width - cell_len(shown))
            if screen is not None and screen.styled and shown.startswith("https://") and shown == cell:
                shown = f"\x1b]8;;{cell}\x1b\\{cell}\x1b]8;;\x1b\\"  # a terminal that knows links makes it one
            padded.append(shown + space if is_left(column) else space + shown)
        return _GAP.join(padded).rstrip()


def _folded_text(text: str, width: int) -> list[str]:
    """*text* as lines of *width* cells at most, but for a word that is longer."""
    if cell_len(text) <= width:
        return [text]
    lines: list[str] = []
    for word in text.split():
        if lines and cell_len(lines[-1]) + 1 + cell_len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]


def _words(title: str) -> list[str]:
    return title.split() or [title]


def _fitted(grid: _Grid, width: int, left: LeftOut) -> _Grid:
    """*grid* within *width*: titles folded, text cut, and of its columns the most important ones that have room."""
    order = sorted(range(len(grid.columns)), key=lambda at: _importance(grid.columns, grid.columns[at]))
    kept: list[int] = []
    for at in order:
        if not kept or grid.fits(width, [*kept, at]):
            kept.append(at)
        else:
            left.narrow.append(grid.columns[at].title)
    if left.narrow:
        grid = grid.only(sorted(kept))
    room = grid.room(width)
    grid.widths = _spread(grid.widths, _spread(grid.cells, grid.least, room), room)
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
        case None | "" | ():
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
    """Lines about one thing: nothing is cut, text goes on below itself; a link that is too long stays one word."""
    if screen.width is not None:
        room = grid.room(screen.width)
        narrow = sorted(range(len(grid.cells)), key=grid.cells.__getitem__)
        left = room
        for place, at in enumerate(narrow):  # what needs little room has all of it, the others share the rest
            grid.widths[at] = min(grid.widths[at], max(left // (len(narrow) - place), grid.least[at]))
            left -= grid.widths[at]
    return grid.text(screen, folded=True)


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
