"""Excel workbooks, a row at a time; values as they were typed."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Generator, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, BinaryIO

from shopinf.errors import BadSheet
from shopinf.plain import formula_unsafe
from shopinf.sheets.records import Broken, Record
from shopinf.words import counted

_LARGEST = 1 << 30  # bytes when unpacked; a small file that grows beyond this is made to hurt
_EMPTY_COLUMNS = 1000  # a row of a sheet has fewer; what a format dragged to the far right makes longer is empty


def workbook_records(file: str, stream: BinaryIO, notes: list[str]) -> Generator[Record, None, None]:
    """The rows of the first visible sheet that has any; formulas by the value Excel saved with them."""
    workbook = _opened(file, stream)
    try:
        sheets = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"] or workbook.worksheets
        for sheet in sheets:
            rows = _rows(file, sheet)
            first = next(rows, None)
            if first is None:
                continue
            if len(sheets) > 1:
                notes.append(f"{file} has {counted(len(sheets), 'sheet')}; {sheet.title} was read.")
            yield first
            yield from rows
            return
    finally:
        workbook.close()


def _opened(file: str, stream: BinaryIO) -> Any:
    from openpyxl import load_workbook

    hint = "Open it in a spreadsheet and save it as .xlsx or .csv."
    try:
        with zipfile.ZipFile(stream) as packed:
            if sum(part.file_size for part in packed.infolist()) > _LARGEST:
                raise BadSheet(file, "the workbook is too large", hint="Save the one sheet as .csv.")
        stream.seek(0)
        return load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    except BadSheet:
        raise
    except Exception as error:  # openpyxl lets KeyError, ValueError and the XML parser's own out of a damaged file
        raise BadSheet(file, "this is not a workbook that can be read", hint=hint) from error


def _rows(file: str, sheet: Any) -> Iterator[Record]:
    # Some writers state a wrong size, which would cut the sheet.
    sheet.reset_dimensions()
    rows = enumerate(sheet.iter_rows(), start=1)
    before = 0
    while True:
        try:
            line, cells = next(rows, (0, ()))
        except Exception as error:  # the same, from a damaged sheet within
            raise BadSheet(
                file, "the workbook is damaged", hint="Open it in a spreadsheet and save it again."
            ) from error
        if not line:
            return
        texts = [_typed(cell) for cell in cells[:_EMPTY_COLUMNS]]
        if any(texts):
            yield Record(line, texts, gap=line > before + 1)
            before = line


def _typed(cell: Any) -> str:
    """A cell's value as somebody would type it: 12 for 12.0, 15% for 0.15 shown in per cent, dates in ISO."""
    value, shown = cell.value, str(getattr(cell, "number_format", "") or "")
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float() | Decimal():
            return _number(value, shown)
        case datetime():
            at_midnight = value.time() == time(0)
            return value.date().isoformat() if at_midnight else value.isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case time():
            return value.isoformat(timespec="seconds")
        case timedelta():
            return str(value)
    text = str(value).strip()
    return Broken(text) if cell.data_type == "e" else formula_unsafe(text)


def _number(value: float | Decimal, shown: str) -> str:
    # Excel keeps fifteen digits; more would show the noise of binary fractions.
    exact = Decimal(value if isinstance(value, int) else f"{value:.15g}")
    percent = "%" in re.sub(r'"[^"]*"|\\.', "", shown)
    if percent:
        exact *= 100
    text = f"{exact:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if re.fullmatch("0+", shown) and text.isdigit():  # postal codes: 01234 is shown by the format 00000
        text = text.zfill(len(shown))
    return f"{text}%" if percent else text
