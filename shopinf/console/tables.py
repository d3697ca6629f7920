"""A result as a table: never cut or wrapped in a pipe, readable at any width on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TextIO

from shopinf.console.formats import as_text
from shopinf.results import Cell, Column, Kind, Result

_GAP = "  "
_READABLE = 12  # cells that a column of text may be folded to; a table that needs less is shown as records
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


def table_text(result: Result) -> str:
    """The rows under their titles, aligned, a line each, however long; nothing when there are no rows."""
    if not result.rows:
        return ""
    grid = _Grid(result)
    return "".join(f"{line}\n" for line in grid.lines())


def terminal_text(result: Result, width: int, *, styled: bool) -> str:
    """The rows for a terminal of *width* cells: a table, folded if need be; as records where folding is unreadable."""
    if not result.rows:
        return ""
    grid = _Grid(result)
    if sum(grid.widths) + len(_GAP) * (len(grid.widths) - 1) <= width:
        lines = grid.lines()
        if styled:
            lines[0] = f"{_BOLD}{lines[0]}{_PLAIN}"
        return "".join(f"{line}\n" for line in lines)
    least = [min(cells, _READABLE) if text else cells for cells, text in zip(grid.widths, grid.folds, strict=True)]
    if sum(least) + len(_GAP) * (len(least) - 1) <= width:
        return _folded(grid, least, width, styled=styled)
    return _records(grid, styled=styled)


class _Grid:
    """The cells of a result as text, with the width of each column."""

    def __init__(self, result: Result) -> None:
        self.columns = result.columns
        self.titles = [column.title for column in result.columns]
        self.folds = [column.kind is Kind.TEXT for column in result.columns]
        self.rows = [[_cell(row.get(column.key)) for column in self.columns] for row in result.rows]
        self.totals = [_total(self.columns, row) for row in result.totals]
        self.widths = [
            max(cell_len(line[at]) for line in [self.titles, *self.rows, *self.totals])
            for at in range(len(self.titles))
        ]

    def lines(self) -> list[str]:
        lines = [self._line(self.titles), *(self._line(row) for row in self.rows)]
        if self.totals:
            lines += [_rule(self.widths), *(self._line(row) for row in self.totals)]
        return lines

    def _line(self, cells: Sequence[str]) -> str:
        padded = []
        for cell, width, left in zip(cells, self.widths, map(is_left, self.columns), strict=True):
            space = " " * (width - cell_len(cell))
            padded.append(cell + space if left else space + cell)
        return _GAP.join(padded).rstrip()


def is_left(column: Column) -> bool:
    """Numbers and money are written to the right, so that their digits stand under each other."""
    return column.kind not in (Kind.NUMBER, Kind.MONEY)


def cell_len(text: str) -> int:
    """Terminal cells that *text* takes: two for most East Asian signs and emoji."""
    if text.isascii():
        return len(text)
    from rich import cells

    return cells.cell_len(text)


def _cell(value: Cell) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case _:
            return as_text(value)


def _total(columns: Sequence[Column], row: Mapping[str, Cell]) -> list[str]:
    cells = ["" if row.get(column.key) is None else _cell(row.get(column.key)) for column in columns]
    if cells and not cells[0]:
        cells[0] = "total"
    return cells


def _rule(widths: Sequence[int]) -> str:
    return _GAP.join("-" * width for width in widths)


def _folded(grid: _Grid, least: Sequence[int], width: int, *, styled: bool) -> str:
    import io

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, len(_GAP), 0, 0), header_style="bold")
    for column, title, narrow, folds in zip(grid.columns, grid.titles, least, grid.folds, strict=True):
        justify = "left" if is_left(column) else "right"
        table.add_column(
            Text(title),
            justify=justify,  # type: ignore[arg-type]
            overflow="fold",
            min_width=narrow,
            no_wrap=not folds,
        )
    rows = [*grid.rows, *([["-" * cells for cells in least], *grid.totals] if grid.totals else [])]
    for row in rows:
        table.add_row(*map(Text, row))
    text = io.StringIO()
    console = Console(
        file=text,
        width=width,
        force_terminal=styled,
        color_system="standard" if styled else None,
        legacy_windows=False,
        _environ={},
    )
    console.print(table)
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())


def _records(grid: _Grid, *, styled: bool) -> str:
    """Every row as a block of `title  value` lines, a blank line between blocks."""
    margin = max(map(len, grid.titles))
    blocks = []
    for row in [*grid.rows, *grid.totals]:
        titles = [f"{_BOLD}{title:<{margin}}{_PLAIN}" if styled else f"{title:<{margin}}" for title in grid.titles]
        lines = [f"{title}{_GAP}{cell}" for title, cell in zip(titles, row, strict=True) if cell]
        blocks.append("".join(f"{line}\n" for line in lines))
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
