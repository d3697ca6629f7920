"""Excel workbooks, a row at a time; values as they were typed."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO

from shopinf.errors import BadSheet
from shopinf.plain import formula_unsafe
from shopinf.sheets.packed import Parts, TooLarge
from shopinf.sheets.records import Broken, Record, Sieve, Unreckoned
from shopinf.words import counted

# The currency in a number's format: `[$€-407]`, `"$"#,##0`, `#,##0.00 "EUR"`; `[$-409]` is only a language.
_CURRENCY = re.compile(r'\[\$([^\]\-]+)(?:-[^\]]*)?\]|"\s*([€$£¥₹]|[A-Z]{3}|kr|zł)\.?\s*"|(?<!\[)([€$£¥₹])')
_BEGINNING = 100  # rows of a sheet that tell whether it is the one
_TOGETHER = 250  # rows that are looked at together
_LAST_ROW = 1_048_576  # of a sheet of Excel
_EMPTY_COLUMNS = 1000  # a row of a sheet has fewer; what a format dragged to the far right makes longer is empty


def workbook_records(
    file: str, stream: BinaryIO, notes: list[str], sieve: Sieve, fits: Callable[[Sequence[Record]], bool]
) -> Generator[Record, None, None]:
    """The rows of the first visible sheet whose beginning *fits*, else of the first that has any.

    Formulas count by the value that was saved with them.
    """
    workbook = _opened(file, stream)
    try:
        sheets = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"] or workbook.worksheets
        fitting, written = _begun(file, sheets, fits), _begun(file, sheets, bool)
        if (found := next(fitting, None) or next(written, None)) is not None:
            sheet, rows, ahead = found
            if len(sheets) > 1:
                notes.append(f"{file} has {counted(len(sheets), 'sheet')}; {sheet.title} was read.")
            yield from ahead
            yield from _worth_reading(rows, sieve)
    finally:
        workbook.close()


def _begun(
    file: str, sheets: Sequence[Any], fits: Callable[[Sequence[Record]], bool]
) -> Iterator[tuple[Any, Iterator[Record], list[Record]]]:
    """The sheets whose beginning *fits*: their first rows, and what comes behind them."""
    for sheet in sheets:
        with closing(_rows(file, sheet)) as rows:
            if (ahead := list(islice(rows, _BEGINNING))) and fits(ahead):
                yield sheet, rows, ahead


def _opened(file: str, stream: BinaryIO) -> Any:
    from openpyxl.reader.excel import ExcelReader

    try:
        with _quietly():
            parts = Parts(stream)
            stream.seek(0)
            reader = ExcelReader(stream, read_only=True, keep_vba=False, data_only=True, keep_links=False)
            reader.archive.close()
            reader.archive = parts
            reader.read()
        return reader.wb
    except TooLarge as error:
        raise _too_large(file, str(error)) from error
    except Exception as error:  # openpyxl lets KeyError, ValueError and the XML parser's own out of a damaged file
        if isinstance(error.__context__, TooLarge):
            raise _too_large(file, str(error.__context__)) from error
        raise BadSheet(
            file,
            "this is not a workbook that can be read",
            hint="Open it in a spreadsheet and save it as .xlsx or .csv.",
        ) from error


def _worth_reading(rows: Iterator[Record], sieve: Sieve) -> Iterator[Record]:
    """The rows that pass the sieve; as long as it lets all pass, one by one."""
    while sieve.test is None:
        if (row := next(rows, None)) is None:
            return
        yield row
    while some := list(islice(rows, _TOGETHER)):
        for place in sieve.test([each.cells for each in some]):
            yield some[place]


@contextmanager
def _quietly() -> Iterator[None]:
    """A block in which the library keeps to itself what it does not support; nothing of that is read here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _too_large(file: str, what: str) -> BadSheet:
    return BadSheet(file, f"the workbook is too large to be read: {what}", hint="Save the one sheet as .csv.")


def _rows(file: str, sheet: Any) -> Generator[Record, None, None]:
    """The rows that hold something, by the numbers they have in the sheet; none is made that is not written there."""
    lines = _written_rows(file, sheet)
    before = last = 0
    while True:
        try:
            with _quietly():
                line, cells = next(lines, (0, []))
        except BadSheet:
            raise
        except TooLarge as error:
            raise _too_large(file, "a row does not end") from error
        except Exception as error:  # the same, from a damaged sheet within
            raise BadSheet(
                file, "the workbook is damaged", hint="Open it in a spreadsheet and save it again."
            ) from error
        if not line:
            return
        if line <= last:  # a second row of that number
            continue
        last = line
        if any(cell and not isinstance(cell, Unreckoned) for cell in cells):
            yield Record(line, cells, gap=line > before + 1)
            before = line


def _written_rows(file: str, sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """What the library parses, one row after another, without the empty rows and cells that it would fill in."""
    from openpyxl.cell.read_only import ReadOnlyCell
    from openpyxl.worksheet._reader import FORMULA_TAG, VALUE_TAG, WorkSheetParser

    class Parser(WorkSheetParser):  # type: ignore[misc]
        """Values; of a formula that has none in the file, itself, where the library would see an empty cell."""

        def parse_cell(self, element: Any) -> dict[str, Any]:
            cell: dict[str, Any] = super().parse_cell(element)
            formula = element.find(FORMULA_TAG) if cell["value"] is None else None
            empty = element.get("t") == "str" and element.find(VALUE_TAG) is not None  # it comes to an empty text
            if formula is not None and not empty:
                cell.update(data_type="f", value=f"={formula.text or '…'}")
            return cell

    book = sheet.parent
    with sheet._get_source() as part:
        parser = Parser(
            part,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for line, row in parser.parse():
            part.goes_on()
            if not 0 < line <= _LAST_ROW:
                raise BadSheet(
                    file,
                    f"a row is numbered {line}, and a sheet has {_LAST_ROW:,} at most",
                    hint="Open it in a spreadsheet and save it again.",
                )
            texts: list[str] = []
            for cell in row:
                place = cell["column"] - 1
                if 0 <= place < _EMPTY_COLUMNS and (text := _typed(ReadOnlyCell(sheet, **cell))):
                    texts += [""] * (place + 1 - len(texts))
                    texts[place] = text
            yield line, texts


def _typed(cell: Any) -> str:
    """A cell's value as somebody would type it: 12 for 12.0, 15% and 10 € where they are shown so, dates in ISO."""
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
    if cell.data_type == "f":
        return Unreckoned(text)
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
    money = _CURRENCY.search(shown)
    sign = next((each for each in money.groups() if each), "") if money else ""
    return f"{text}%" if percent else f"{text} {sign}".rstrip()
