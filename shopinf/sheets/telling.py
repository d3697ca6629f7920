"""What a person is told of a sheet once it was read: its columns, what was passed over, and every bad row at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shopinf.errors import BadSheet
from shopinf.plain import harmless
from shopinf.sheets.spelling import folded
from shopinf.words import counted

MOST = 20  # bad rows that are named


def in_a_line(wrong: BadSheet) -> str:
    """What is wrong and what to do, in one line."""
    return f"{wrong.message}. {wrong.hint or ''}".strip()


@dataclass
class Told:
    """What is known of a sheet to tell of; it grows while the rows are read."""

    file: str
    used: Mapping[str, str] = field(default_factory=dict)  # the column's name by field
    unused: Sequence[str] = ()
    notes: list[str] = field(default_factory=list)
    words: Counter[str] = field(default_factory=Counter)  # said of so many cells
    passed: Counter[str] = field(default_factory=Counter)  # rows passed over, by reason
    bad: list[BadSheet] = field(default_factory=list)
    remarks: list[BadSheet] = field(default_factory=list)  # on cells that were left out

    def refused(self, wrong: BadSheet) -> None:
        """Take note of a row that nothing can be made of."""
        self.bad.append(wrong)

    def refuse_all(self, count: int) -> None:
        """Refuse the sheet where every one of its *count* rows is bad; the first says how."""
        if self.bad and len(self.bad) >= count:
            raise self.bad[0]

    def sentences(self) -> list[str]:
        """All of it, in the order in which it is read."""
        told = list(self.notes)
        if self.used and self.unused:
            left = ", ".join(harmless(name) for name in self.unused)
            told.append(f"{self.file}: read {self._columns()}; not used: {left}.")
        elif self.used:
            told.append(f"{self.file}: read every column: {self._columns()}.")
        told += [f"{self.file}: {counted(count, 'cell')} {what}." for what, count in self.words.items()]
        told += [f"{self.file}: {counted(count, 'row')} passed over: {why}." for why, count in self.passed.items()]
        return told

    def bad_rows(self, *, all_but_first: bool = False) -> list[str]:
        """The bad rows and cells, the first of them by name, and how many more there are."""
        told = []
        for each, what in ((self.bad[all_but_first:], "row"), (self.remarks, "cell")):
            told += [in_a_line(one) for one in each[:MOST]]
            more = len(each) - MOST
            told += [f"{self.file}: {more} more {what}{'s' * (more > 1)} like these"] if more > 0 else []
        return told

    def _columns(self) -> str:
        shown = [
            harmless(name) if folded(name) == folded(key) else f"{harmless(name)} as {key}"
            for key, name in self.used.items()
        ]
        return ", ".join(shown)
