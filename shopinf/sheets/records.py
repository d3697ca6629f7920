"""What every kind of sheet is read into: records with their line, before columns have a meaning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one row and the line it begins on; JSON lines bring their names with every row."""

    line: int
    cells: Sequence[str]
    names: tuple[str, ...] | None = None
    gap: bool = False  # did blank lines stand before it?


class Broken(str):
    """The text of a cell that a spreadsheet could not compute, like `#N/A`."""

    __slots__ = ()


# Those of some rows that are worth reading, by their place among them, in rising order.
Test = Callable[[Sequence[Sequence[str]]], Sequence[int]]


@dataclass(slots=True)
class Sieve:
    """Which rows are worth reading; its test sees the cells as the file has them, and is known after the columns are.

    A sheet may have millions of rows of which a handful matter, so many are looked at together.
    """

    test: Test | None = None
    last: int = -1  # the last column that it looks at
