"""A sheet from outside, whatever its kind, as rows by field."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import BinaryIO, TextIO, TypeVar

from shopinf.errors import BadInput, BadSheet
from shopinf.plain import harmless
from shopinf.sheets.fields import Fields, Places, find_places
from shopinf.sheets.records import Broken, Record, Sieve
from shopinf.sheets.texts import find_encoding

T = TypeVar("T")

_IN_MEMORY = 1 << 23  # bytes of standard input that are kept in memory; more goes to a temporary file
# Often pasted along with an address or a handle, and never meant.
_INVISIBLE = "\u200b\ufeff\u2060"

# Made from where the columns are: is a row worth reading?
Only = Callable[[Places], Callable[[Sequence[str]], bool]]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `row["email"]` is the cell's text, empty when the cell is, or when there is no such column."""

    file: str
    line: int
    values: Mapping[str, str]
    extra: Mapping[str, str] = field(default_factory=dict)  # the columns that are no field, by their own names
    headers: Mapping[str, str] = field(default_factory=dict)  # how the sheet calls each field

    def __getitem__(self, key: str) -> str:
        return self.values.get(key, "")

    @property
    def place(self) -> str:
        return f"{self.file}, line {self.line}"

    def read(self, key: str, reader: Callable[[str], T]) -> T | None:
        """What a cell means; None where it is empty, and one that *reader* refuses is named by its place."""
        if not self[key]:
            return None
        try:
            return reader(self[key])
        except BadInput as wrong:
            raise self.problem(wrong.message, key=key, hint=wrong.hint) from None

    def problem(self, message: str, *, key: str | None = None, hint: str | None = None) -> BadSheet:
        """An error to raise that names the file, the line and the column as the sheet calls it."""
        column = None if key is None else self.headers.get(key, key)
        return BadSheet(self.file, message, line=self.line, column=column, hint=hint)


class Sheet:
    """The rows of a sheet, read as they are asked for, and once; a bad row raises `BadSheet` when it is reached.

    `headers` has the name of each recognised column by field, `unknown` the other columns, `notes` sentences that a
    person should know. Whoever does not read it to its end closes it.
    """

    def __init__(
        self,
        file: str,
        rows: Iterator[Row],
        headers: Mapping[str, str],
        unknown: list[str],
        notes: list[str],
        close: Callable[[], None],
    ) -> None:
        self.file, self.headers, self.unknown, self.notes, self.close = file, headers, unknown, notes, close
        self._rows = rows

    def __iter__(self) -> Iterator[Row]:
        return self._rows


def read_sheet(
    path: str | Path,
    fields: Fields,
    *,
    mapping: Mapping[str, str] | None = None,
    stdin: BinaryIO | TextIO | None = None,
    only: Only | None = None,
) -> Sheet:
    """Open the sheet *path* (csv, tsv, jsonl, xlsx; `-` is standard input) and find its columns.

    The kind follows from the content first, then from the suffix. Blank rows are skipped. A file that is missing or not
    readable raises `BadInput`; one that is no sheet, or lacks a column that is needed, `BadSheet`. *only* spares the
    work for rows of a text sheet that nobody needs, as it sees them: untrimmed.
    """
    file = "standard input" if str(path) == "-" else str(path)
    stream = _from_stdin(stdin) if str(path) == "-" else _opened(Path(path), file)
    notes: list[str] = []
    rows = _rows(file, stream, Path(path).suffix.lower(), fields, mapping or {}, notes, only)
    try:
        places, first = next(rows)
    except StopIteration:
        raise AssertionError("a sheet has columns or raises") from None
    found = chain([first] if first else [], (row for _, row in rows if row))
    return Sheet(file, iter(found), places.headers, list(places.rest), notes, rows.close)


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


def _rows(
    file: str,
    stream: BinaryIO,
    suffix: str,
    fields: Fields,
    mapping: Mapping[str, str],
    notes: list[str],
    only: Only | None,
) -> Generator[tuple[Places, Row | None], None, None]:
    """First the columns (with the first row, where the kind of sheet names them there), then the rows."""
    sieve = Sieve()
    with closing(stream), closing(_records(file, stream, suffix, fields, mapping, notes, sieve)) as records:
        head = next(records, None)
        if head is None:
            raise BadSheet(file, "the sheet is empty", hint="It needs a line of column names and a row below it.")
        if head.names is None:
            headers = tuple(_trimmed(cell) for cell in head.cells)
            places = find_places(file, head.line, headers, fields, mapping)
            sieve.test = only(places) if only else None
            yield places, None
            for record in records:
                yield places, _row(file, record, places)
            return
        known: dict[tuple[str, ...], Places] = {}
        for record in chain([head], records):
            names = record.names or ()
            if names not in known:
                known[names] = find_places(file, record.line, names, fields, mapping)
            yield known[names], _row(file, record, known[names])


def _records(
    file: str,
    stream: BinaryIO,
    suffix: str,
    fields: Fields,
    mapping: Mapping[str, str],
    notes: list[str],
    sieve: Sieve,
) -> Generator[Record, None, None]:
    head = stream.read(8)
    stream.seek(0)
    if head.startswith(b"PK\x03\x04") or suffix in (".xlsx", ".xlsm"):
        from shopinf.sheets.workbooks import workbook_records

        return workbook_records(file, stream, notes)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadSheet(
            file, "this is an old .xls workbook, or one with a password", hint="Save it as .xlsx without a password."
        )
    encoding = find_encoding(stream)
    if encoding in ("cp1252", "latin-1"):
        notes.append(f"{file} is not in UTF-8; it was read as Windows-1252, so check names with accents.")
    if suffix in (".jsonl", ".ndjson") or (suffix not in (".csv", ".tsv") and head.lstrip().startswith(b"{")):
        from shopinf.sheets.jsonlines import json_records

        return json_records(file, stream, encoding)
    if suffix == ".json":
        raise BadSheet(file, "this is not one object a line", hint="Write it as .jsonl, like shopinf … --format jsonl.")
    from shopinf.sheets.csvs import csv_records

    def recognised(cells: list[str]) -> int:
        return fields.recognised(cells, mapping)

    return csv_records(file, stream, encoding, tabs=suffix == ".tsv", recognised=recognised, sieve=sieve)


def _row(file: str, record: Record, places: Places) -> Row:
    cells = record.cells

    def cell(place: int) -> str:
        return _trimmed(cells[place]) if place < len(cells) else ""

    row = Row(
        file,
        record.line,
        {key: cell(place) for key, place in places.at.items()},
        {name: cell(place) for name, place in places.rest.items()},
        places.headers,
    )
    for key, place in places.at.items():
        if place < len(cells) and isinstance(cells[place], Broken):
            raise row.problem(f"the cell has the error {harmless(cells[place])}", key=key, hint="Correct its formula.")
    return row


def _trimmed(cell: str) -> str:
    return cell.strip().strip(_INVISIBLE).strip()
