"""CSV and TSV in the encodings and with the delimiters that spreadsheets write."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate, chain, islice
from typing import Any, BinaryIO

from shopinf.errors import BadSheet
from shopinf.plain import formula_unsafe
from shopinf.sheets.records import Record, Sieve
from shopinf.sheets.texts import checked_lines

_LONGEST_HEADER = 64 * 1024  # signs
_DELIMITERS = ",;\t|"
_AHEAD = 60  # lines in which a header is looked for; before it a report may have titles and figures
_TOGETHER = 1000  # rows that are looked at together
_LONGEST_CELL = csv.field_size_limit()  # signs
_BREAK = re.compile(r"\r\n|\r|\n")
_SEPARATOR_LINE = re.compile(r'"?sep=([^\w\s]|\t)"?\s*', re.IGNORECASE)  # Excel's own first line


def csv_records(
    file: str,
    stream: BinaryIO,
    encoding: str,
    *,
    tabs: bool,
    recognised: Callable[[list[str]], int],
    sieve: Sieve,
    told: Callable[[str], None] = lambda delimiter: None,
) -> Generator[Record, None, None]:
    """The rows of a CSV that are not blank, the header among them; a quoted cell may hold line breaks.

    The delimiter is the one with which a line near the beginning has the most *recognised* columns, then the first the
    most columns. It is *told* before the first row comes.
    """
    text = io.TextIOWrapper(stream, encoding=encoding, newline="")
    try:
        lines = checked_lines(file, text)
        skipped, first, delimiter = _beginning(file, lines, recognised)
        if not first:
            return
        delimiter = "\t" if tabs else delimiter
        told(delimiter)
        # Databases write `\\"` within a quoted cell, where sheets write the mark twice.
        escape = "\\" if any('\\"' in line for line in first) and not any('""' in line for line in first) else None
        yield from _Rows(file, chain(first, lines), delimiter, escape, sieve, skipped).records()
    finally:
        with suppress(ValueError):  # closed already, when a sheet is given up in the middle
            text.detach()  # the stream is its owner's to close


def _beginning(file: str, lines: Iterator[str], recognised: Callable[[list[str]], int]) -> tuple[int, list[str], str]:
    """How many lines come before the first with something in it, a look at the lines from there, and the delimiter."""
    told = None
    for skipped, line in enumerate(lines):
        if not line.strip():
            continue
        if skipped == 0 and (found := _SEPARATOR_LINE.fullmatch(line)):
            told = found[1]
            continue
        if len(line) > _LONGEST_HEADER:
            raise BadSheet(
                file,
                "the line is too long to name columns",
                line=skipped + 1,
                hint="Check that this is the right file.",
            )
        first = [line, *islice(lines, _AHEAD)]
        return skipped, first, told or max(_DELIMITERS, key=lambda sign: _score(first, sign, recognised))
    return 0, [], ","


def _score(lines: list[str], delimiter: str, recognised: Callable[[list[str]], int]) -> tuple[int, int]:
    """How many columns the best of *lines* has that are known, and how many the line has in all."""
    rows = []
    for line in lines:
        try:
            rows.append(next(csv.reader([line], delimiter=delimiter), []))
        except csv.Error:
            continue
    best = max(rows, key=recognised, default=[])
    return recognised(best), len(best)


@dataclass
class _Rows:
    """The rows of a CSV from where its table begins; *before* are the lines before them."""

    file: str
    lines: Iterator[str]
    delimiter: str
    escape: str | None
    sieve: Sieve
    before: int

    def records(self) -> Iterator[Record]:
        gap = False
        for line, row in chain(self._one_by_one(), self._unquoted(), self._many()):
            if not any(map(str.strip, row)):
                gap = True
                continue
            yield Record(line + 1, [formula_unsafe(cell.strip()) for cell in row], gap=gap)
            gap = False

    def _reader(self) -> Any:
        return csv.reader(self.lines, delimiter=self.delimiter, strict=True, escapechar=self.escape)

    def _one_by_one(self) -> Iterator[tuple[int, list[str]]]:
        """Every row, until the sieve has a test; each with the number of lines before it."""
        reader, begun = self._reader(), self.before
        try:
            while self.sieve.test is None:
                if (row := next(reader, None)) is None:
                    return
                line, self.before = self.before, begun + reader.line_num
                yield line, row
        except csv.Error as error:
            raise _broken(self.file, self.before + 1, str(error)) from error

    def _unquoted(self) -> Iterator[tuple[int, list[str]]]:
        """The rows that pass the sieve, up to the first quotation mark: these are cut at their delimiters, no more."""
        while (test := self.sieve.test) is not None and (lines := list(islice(self.lines, _TOGETHER))):
            text = "".join(lines)
            long = len(text) >= _LONGEST_CELL and max(map(len, lines)) >= _LONGEST_CELL
            if long or '"' in text or (self.escape and self.escape in text):
                self.lines = chain(lines, self.lines)
                return
            for place in test(self._cut(lines)):
                line = lines[place].rstrip("\r\n")
                yield self.before + place, line.split(self.delimiter) if line else []
            self.before += len(lines)

    def _cut(self, lines: Sequence[str]) -> list[list[str]]:
        """The cells of each line that the sieve looks at; what is behind them, the line's end among it, stays whole."""
        upto = self.sieve.last + 1
        rows = [line.split(self.delimiter, upto) for line in lines]
        for row in rows:
            if len(row) <= upto:
                row[-1] = row[-1].rstrip("\r\n")
        return rows

    def _many(self) -> Iterator[tuple[int, list[str]]]:
        """The rows that pass the sieve, a thousand looked at together."""
        reader, seen = self._reader(), 0
        rows: list[list[str]] = []
        while (test := self.sieve.test) is not None:
            rows.clear()
            failed = None
            try:
                rows.extend(islice(reader, _TOGETHER))  # those before a row that is broken stay
            except csv.Error as error:
                failed = error
            lines, seen = _lines(rows, reader.line_num - seen, whole=failed is None), reader.line_num
            for place in test(rows):
                yield self.before + lines[place], rows[place]
            self.before += lines[len(rows)]
            if failed is not None:
                raise _broken(self.file, self.before + 1, str(failed)) from failed
            if len(rows) < _TOGETHER:
                return


def _lines(rows: Sequence[Sequence[str]], passed: int, *, whole: bool) -> Sequence[int]:
    """How many lines stand before each of *rows*, and after the last; the reader counts *passed* of them all."""
    if whole and passed == len(rows):
        return range(len(rows) + 1)
    return [0, *accumulate(1 + sum(len(_BREAK.findall(cell)) for cell in row) for row in rows)]


def _broken(file: str, line: int, reason: str) -> BadSheet:
    if "field larger" in reason or "unexpected end" in reason:
        return BadSheet(
            file,
            "a quoted cell that begins here does not end",
            line=line,
            hint='Close the quotation mark, and write one inside a quoted cell twice: "".',
        )
    return BadSheet(
        file,
        "the quotation marks in this row do not fit together",
        line=line,
        hint='Put quotation marks around the whole cell, and write one inside it twice: "".',
    )
