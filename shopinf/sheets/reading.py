"""A sheet from outside, whatever its kind, as rows by field."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, TextIO, TypeVar

from shopinf.errors import BadInput, BadSheet
from shopinf.held import in_use
from shopinf.sheets.fields import Fields, Places, find_places
from shopinf.sheets.headers import find_header, lacking, looks_like_codes
from shopinf.sheets.names import Kind
from shopinf.sheets.passing import one_table, passing
from shopinf.sheets.records import Broken, Record, Sieve, until_next_table
from shopinf.sheets.spelling import in_unit
from shopinf.sheets.telling import Told
from shopinf.sheets.texts import encoding_of
from shopinf.sheets.values import Doubtful, Manner, are_fractions, is_endless, is_nothing, manner_of, plain, read_cell
from shopinf.shell import quoted
from shopinf.words import counted

T = TypeVar("T")

_IN_MEMORY = 1 << 23  # bytes of standard input that are kept in memory; more goes to a temporary file
# Often pasted along with an address or a handle, and never meant.
_INVISIBLE = "\u200b\ufeff\u2060"
_AHEAD = 250  # rows by which it is told how a sheet writes its numbers

# Made from where the columns are: which rows are worth reading?
Only = Callable[[Places], Sieve]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `row["email"]` is the cell's text, empty when the cell is, or when there is no such column.

    Numbers, percentages, money and days are in the one form that the program reads; `written` has the cell as it is in
    the sheet. `doubts` are the cells that cannot be taken for anything, `wrong` says why the whole row cannot.
    """

    file: str
    line: int
    values: Mapping[str, str]
    extra: Mapping[str, str] = field(default_factory=dict)  # the columns that are no field, by their own names
    headers: Mapping[str, str] = field(default_factory=dict)  # how the sheet calls each field
    doubts: Mapping[str, BadSheet] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)
    wrong: BadSheet | None = None

    def __getitem__(self, key: str) -> str:
        return self.values.get(key, "")

    @property
    def place(self) -> str:
        return f"{self.file}, line {self.line}"

    def read(self, key: str, reader: Callable[[str], T]) -> T | None:
        """What a cell means; None where it is empty, and one that *reader* refuses is named by its place."""
        self.check(key)
        if not self[key]:
            return None
        try:
            return reader(self[key])
        except BadInput as wrong:
            raise self.problem(wrong.message, key=key, hint=wrong.hint) from None

    def check(self, *keys: str) -> None:
        """Refuse the row where it is wrong as a whole, or one of these cells cannot be taken for anything."""
        if self.wrong is not None:
            raise self.wrong
        for key in keys:
            if key in self.doubts:
                raise self.doubts[key]

    def problem(self, message: str, *, key: str | None = None, hint: str | None = None) -> BadSheet:
        """An error to raise that names the file, the line and the column as the sheet calls it."""
        column = None if key is None else self.headers.get(key, key)
        return BadSheet(self.file, message, line=self.line, column=column, hint=hint)


class Sheet:
    """The rows of a sheet, read as they are asked for, and once; only one that cannot be read on raises `BadSheet`.

    `headers` has the name of each recognised column by field, `unknown` the other columns, `told` what a person should
    know of it, and `known` the system whose file it is, where it is known by its header. Whoever does not read it to
    its end closes it.
    """

    def __init__(
        self, rows: Iterator[Row], places: Places, told: Told, known: str | None, close: Callable[[], None]
    ) -> None:
        self.file, self.headers, self.unknown, self.told = told.file, places.headers, list(places.rest), told
        self.known, self.close = known, close
        self._rows = rows

    def __iter__(self) -> Iterator[Row]:
        return self._rows

    @property
    def notes(self) -> list[str]:
        """Sentences about the file itself."""
        return self.told.notes


def read_sheet(
    path: str | Path,
    fields: Fields,
    *,
    mapping: Mapping[str, str] | None = None,
    stdin: BinaryIO | TextIO | None = None,
    only: Only | None = None,
    encoding: str | None = None,
) -> Sheet:
    """Open the sheet *path* (csv, tsv, jsonl, xlsx; `-` is standard input) and find its columns.

    The kind follows from the content first, then from the suffix. What stands before the header is passed over, blank
    rows are skipped. A file that is missing or not readable raises `BadInput`; one that is no sheet, or lacks a column
    that is needed, `BadSheet`. *encoding* is that of its text where somebody says it. *only* spares the work for rows
    of a table that nobody needs, as it sees them: untrimmed.
    """
    file = "standard input" if str(path) == "-" else str(path)
    stream = _from_stdin(stdin) if str(path) == "-" else _opened(Path(path), file)
    opening = _Opening(file, fields, mapping or {}, only, encoding)
    rows = opening.rows(stream, Path(path).suffix.lower())
    try:
        places, first = next(rows)
    except StopIteration:
        raise AssertionError("a sheet has columns or raises") from None
    found = chain([first] if first else [], (row for _, row in rows if row))
    opening.told.used, opening.told.unused = places.headers, list(places.rest)
    return Sheet(iter(found), places, opening.told, opening.known, rows.close)


def _opened(path: Path, file: str) -> BinaryIO:
    path = path.expanduser()
    try:
        if path.is_dir():
            raise BadInput(f"{file} is a folder", hint="Name a file in it.")
        stream = path.open("rb")
        if not stream.seekable():  # a pipe, like <(command)
            with stream:
                return _kept(stream)
        return stream
    except FileNotFoundError:
        raise BadInput(f"There is no file {file}", hint="Check the name and the folder.") from None
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and in_use(path, error):
            raise BadInput(
                f"{file} is open in another program, like Excel, which lets nobody else read it",
                hint="Close it there and run the same command again.",
            ) from error
        reason = getattr(error, "strerror", None) or "the name is not a file name"
        raise BadInput(f"{file} cannot be read: {reason}", hint="Check the name and who may read it.") from error


def _from_stdin(stdin: BinaryIO | TextIO | None) -> BinaryIO:
    source = stdin if stdin is not None else sys.stdin
    if source is None:
        raise BadInput("Standard input is closed", hint="Name a file instead of -.")
    buffer: BinaryIO | None = getattr(source, "buffer", None)
    if buffer is not None:
        return _kept(buffer)
    return _kept(source)


def _kept(source: BinaryIO | TextIO) -> BinaryIO:
    """A copy of *source* that can be read twice, on disk when it is large."""
    kept = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by who reads it
    while piece := source.read(1 << 16):
        kept.write(piece if isinstance(piece, bytes) else piece.encode())
    kept.seek(0)
    return kept  # type: ignore[return-value]


def each_row(sheet: Sheet, reader: Callable[[Row], T]) -> Iterator[tuple[Row, T | BadSheet]]:
    """What *reader* makes of each row; one that it refuses is noted for the telling, and the others go on."""
    for row in sheet:
        try:
            yield row, reader(row)
        except BadSheet as wrong:
            sheet.told.refused(wrong)
            yield row, wrong


class _Opening:
    """A sheet that is being read: its kind, its header, and how its numbers are written."""

    def __init__(
        self, file: str, fields: Fields, mapping: Mapping[str, str], only: Only | None, encoding: str | None
    ) -> None:
        self.file, self.fields, self.mapping, self.only, self.encoding = file, fields, mapping, only, encoding
        self.told = Told(file)
        self.known: str | None = None
        self.delimiter: str | None = None
        self.manner = Manner()
        self.sieve = Sieve()

    def rows(self, stream: BinaryIO, suffix: str) -> Generator[tuple[Places, Row | None], None, None]:
        """First the columns (with the first row, where the kind of sheet names them there), then the rows."""
        with closing(stream), closing(self._records(stream, suffix)) as records:
            ahead = list(islice(records, _AHEAD))
            if not ahead:
                raise BadSheet(
                    self.file, "the sheet is empty", hint="It needs a line of column names and a row below it."
                )
            if ahead[0].names is None:
                yield from self._table(ahead, records)
            else:
                yield from self._objects(chain(ahead, records))

    def _table(self, ahead: Sequence[Record], records: Iterator[Record]) -> Iterator[tuple[Places, Row | None]]:
        trimmed = _plainly(ahead)
        header = find_header(self.file, trimmed, self.fields, self.mapping)
        places, self.known = header.places, header.known
        before = [each.line for each in ahead[: header.at]]
        if before:
            self.told.notes.append(
                f"{self.file}: the header is line {ahead[header.at].line}; "
                f"{counted(len(before), 'row')} before it passed over."
            )
        sample = list(one_table(trimmed[header.at + 1 :], block=bool(before)))
        texts = [each.cells for each in sample]
        self.manner = manner_of(header.names, places, self.fields.kinds, texts, self.delimiter)
        for key in sorted(self.manner.fractions):
            self.told.notes.append(
                f"{self.file}: {places.headers[key]} is below 1 in every row, so it was read as fractions: 0.01 is 1 %."
            )
        if (codes := looks_like_codes(header.names, places, self.fields, texts)) is not None:
            self.told.notes.append(
                f"{self.file}: {codes} looks like codes and is not used; if it has them: "
                f"--map {quoted(f'{codes}=code')}"
            )
        # A workbook's rows do not show what was blank between them; a table that has ended leaves rows to be counted.
        ended = header.at + 1 + len(sample) < len(ahead)
        if self.only is not None and not ended and (not before or self.delimiter is not None):
            sieve = self.only(places)
            assert sieve.test is not None
            self.sieve.test, self.sieve.last = until_next_table(sieve.test) if before else sieve.test, sieve.last
        yield places, None
        width = len(header.names)
        rest = chain(ahead[header.at + 1 :], records)
        passed = passing(header.names, self.fields.meant)
        for record in one_table(rest, block=bool(before), told=self.told, file=self.file):
            if why := passed(record.cells):
                self.told.passed[why] += 1
            else:
                yield places, self._row(record, places, width)

    def _objects(self, records: Iterator[Record]) -> Iterator[tuple[Places, Row | None]]:
        known: dict[tuple[str, ...], Places] = {}
        ahead = list(islice(records, _AHEAD))
        self.manner = Manner(".", fractions=self._fractions(ahead))  # as JSON writes numbers
        records = chain(ahead, records)
        for record in records:
            names = record.names or ()
            if names not in known:
                places = find_places(self.file, record.line, names, self.fields, self.mapping)
                if not places.at or self.fields.missing(places.at):
                    raise lacking(self.file, record.line, names, self.fields, self.mapping, [record.cells])
                known[names] = places
            yield known[names], self._row(record, known[names], len(names))

    def _fractions(self, ahead: Sequence[Record]) -> frozenset[str]:
        """The rates that all records write as fractions."""
        cells: dict[tuple[str, str], list[str]] = {}
        for record in ahead:
            places = find_places(self.file, record.line, record.names or (), self.fields, self.mapping)
            for key, place in places.at.items():
                if self.fields.kinds[key] in (Kind.RATE, Kind.PERCENT):
                    cells.setdefault((key, places.headers[key]), []).append(record.cells[place])
        found = frozenset(key for (key, name), texts in cells.items() if are_fractions(name, texts, "."))
        for key in sorted(found):
            self.told.notes.append(
                f"{self.file}: {key} is below 1 in every row, so it was read as fractions: 0.01 is 1 %."
            )
        return found

    def _records(self, stream: BinaryIO, suffix: str) -> Generator[Record, None, None]:
        file, head = self.file, stream.read(8)
        stream.seek(0)
        if head.startswith(b"PK\x03\x04") or suffix in (".xlsx", ".xlsm"):
            from shopinf.sheets.workbooks import workbook_records

            if self.encoding is not None:
                self.told.notes.append(
                    f"{file} is a workbook, which says its encoding itself; --encoding is not heeded."
                )
            return workbook_records(file, stream, self.told.notes, self.sieve, self._fits)
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            raise BadSheet(
                file,
                "this is an old .xls workbook, or one with a password",
                hint="Save it as .xlsx without a password.",
            )
        if head.lstrip().startswith(b"<"):
            raise BadSheet(
                file,
                "this is a page of HTML or XML, not a sheet",
                hint="Open it in a spreadsheet and save it as .xlsx or .csv.",
            )
        encoding = encoding_of(file, stream, self.encoding, self.told.notes)
        if suffix in (".jsonl", ".ndjson") or (suffix not in (".csv", ".tsv") and head.lstrip().startswith(b"{")):
            from shopinf.sheets.jsonlines import json_records

            return json_records(file, stream, encoding)
        if suffix == ".json":
            raise BadSheet(
                file, "this is not one object a line", hint="Write it as .jsonl, like shopinf … --format jsonl."
            )
        from shopinf.sheets.csvs import csv_records

        def recognised(cells: list[str]) -> int:
            return self.fields.recognised(cells, self.mapping)

        def told(delimiter: str) -> None:
            self.delimiter = delimiter

        tabs = suffix == ".tsv"
        return csv_records(file, stream, encoding, tabs=tabs, recognised=recognised, sieve=self.sieve, told=told)

    def _fits(self, records: Sequence[Record]) -> bool:
        """Does a sheet of a workbook have the columns?"""
        with suppress(BadInput):
            return bool(find_header(self.file, _plainly(records), self.fields, self.mapping).names)
        return False

    def _row(self, record: Record, places: Places, width: int) -> Row:
        cells = record.cells

        def cell(place: int) -> str:
            return _trimmed(cells[place]) if place < len(cells) and cells[place] else ""

        values: dict[str, str] = {}
        written: dict[str, str] = {}
        doubts: dict[str, BadSheet] = {}
        rest = {name: cell(place) for name, place in places.rest.items()}
        row = Row(self.file, record.line, values, rest, places.headers, doubts, written)
        for key, place in places.at.items():
            if place < len(cells) and isinstance(broken := cells[place], Broken):
                error, hint = broken.why
                values[key], doubts[key] = "", row.problem(error, key=key, hint=hint)
                continue
            text = written[key] = plain(cell(place))
            if not text:
                values[key] = ""
                continue
            try:
                values[key] = self._value(key, text, places.headers.get(key, key))
            except Doubtful as doubtful:
                values[key] = ""
                doubts[key] = row.problem(doubtful.message, key=key, hint=doubtful.hint)
        if record.names is None and any(cells[width:]):
            wrong = row.problem(
                f"the row has more cells than the {width} columns",
                hint="Put quotation marks around a cell that holds the sign between cells.",
            )
            return replace(row, wrong=wrong)
        return row

    def _value(self, key: str, text: str, header: str) -> str:
        if key not in _AS_WRITTEN and is_nothing(text, name=key in _NAMES):
            return ""
        kind = self.fields.kinds[key]
        if kind is Kind.TEXT or ((kind is Kind.DAY or key == "usage_limit") and is_endless(text)):
            return text if kind is Kind.TEXT else ""
        value, word = read_cell(text, kind, self.manner, fraction=key in self.manner.fractions)
        if kind is Kind.EITHER and re.fullmatch(r"[-+]?[\d.]+", value):
            value = in_unit(value, header)
        if not value.isdigit() and key.endswith(_FIGURES) and not _FIGURE.fullmatch(value):
            raise Doubtful(f"{text!r} is not a number", hint="Write it with digits, like 12500 or 3.4.")
        if word:
            self.told.words[f"of {key} {word}"] += 1
        return value


_AS_WRITTEN = frozenset({"note", "quantity", "campaign", "slot"})  # of these `-` is no empty cell
_FIGURES = ("followers", "engagement", "engagement_rate_pct")  # what is no number in these is not passed over
_FIGURE = re.compile(r"\d+(\.\d+)?")
_NAMES = frozenset({"first_name", "last_name", "name", "influencer", "handle"})


def _plainly(records: Iterable[Record]) -> list[Record]:
    return [replace(each, cells=[plain(_trimmed(cell)) for cell in each.cells]) for each in records]


def _trimmed(cell: str) -> str:
    return cell.strip().strip(_INVISIBLE).strip()
