"""What every kind of sheet is read into: records with their line, before columns have a meaning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shopinf.plain import harmless


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

    @property
    def why(self) -> tuple[str, str]:
        """What is wrong with it, and what to do."""
        return f"the cell has the error {harmless(self)}", "Correct its formula."


class Unreckoned(Broken):
    """A formula whose value the file does not hold, as where a program wrote it that does not reckon."""

    __slots__ = ()

    @property
    def why(self) -> tuple[str, str]:
        return f"the file has the formula {harmless(self)} and not its value", "Open it in a spreadsheet and save it."


# Those of some rows that are worth reading, by their place among them, in rising order.
Test = Callable[[Sequence[Sequence[str]]], Sequence[int]]


@dataclass(slots=True)
class Sieve:
    """Which rows are worth reading; its test sees the cells as the file has them, and is known after the columns are.

    A sheet may have millions of rows of which a handful matter, so many are looked at together.
    """

    test: Test | None = None
    last: int = -1  # the last column that it looks at


def until_next_table(test: Test) -> Test:
    """*test* in a file of several tables: what tells where one ends passes as well, and all that comes behind it.

    That is blank rows and whatever follows on them; a row of one cell there begins the next table.
    """
    gap = ended = False

    def passing(rows: Sequence[Sequence[str]]) -> Sequence[int]:
        nonlocal gap, ended
        if ended:
            return range(len(rows))
        found = set(test(rows))
        for place, cells in enumerate(rows):
            if not gap and cells and cells[0].strip(_BLANK):  # as nearly all
                continue
            filled = sum(bool(cell.strip(_BLANK)) for cell in cells)
            if gap and filled == 1:
                ended = True
                return [*sorted(each for each in found if each < place), *range(place, len(rows))]
            if gap or not filled:
                found.add(place)
            gap = not filled
        return sorted(found)

    return passing


_BLANK = " \t\r\n,;|"  # the last cell that is looked at may have all others in it, with the signs between them
