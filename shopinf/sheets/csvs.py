"""CSV and TSV in the encodings and with the delimiters that spreadsheets write."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
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
        reader = csv.reader(chain(first, lines), delimiter=delimiter, strict=True, escapechar=escape)
        yield from _rows(file, reader, skipped, sieve)
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


def _rows(file: str, reader: Any, skipped: int, sieve: Sieve) -> Iterator[Record]:
    gap = False
    for line, row in _worth_reading(file, reader, skipped, sieve):
        if not any(map(str.strip, row)):
            gap = True
            continue
        yield Record(line, [formula_unsafe(cell.strip()) for cell in row], gap=gap)
        gap = False


def _worth_reading(file: str, reader: Any, skipped: int, sieve: Sieve) -> Iterator[tuple[int, list[str]]]:
    """The rows that pass the sieve, each with the line that it begins on; as long as it lets all pass, one by one."""
    before = 0
    rows: list[list[str]] = []
    many = 1
    while True:
        rows.clear()
        failed = None
        try:
            rows.extend(islice(reader, many))  # those before a row that is broken stay
        except csv.Error as error:
            failed = error
        lines = _lines(rows, reader.line_num - before, whole=failed is None)
        test = sieve.test if many > 1 else None
        for place in test(rows) if test else range(len(rows)):
            yield skipped + 1 + before + lines[place], rows[place]
        before += lines[len(rows)]
        if failed is not None:
            raise _broken(file, skipped + 1 + before, str(failed)) from failed
        if len(rows) < many:
            return
        many = _TOGETHER if sieve.test is not None else 1


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
