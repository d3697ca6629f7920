"""The rows of any command as an Excel workbook: the columns of its CSV, with real numbers and times in them.

Excel's times know no zone, so rows with times have a column that names it, where they have none of their own.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from shopinf.errors import BadInput
from shopinf.reports.xlsx import MOST_ROWS, Pen, set_up
from shopinf.results import NUMBER, Cell, Column, Kind, Result

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_ZONE = Column("timezone")
_AS_IT_IS: dict[str, Any] = {"num_format": "General"}  # of a number that may have any decimals
_HEAD: dict[str, Any] = {"bold": True, "bottom": 1, "bg_color": "#F0EEE7"}


def file(result: Result) -> bytes:
    """*result* as an xlsx file: its rows in a sheet, and its notes and failures in a second one where it has any."""
    import xlsxwriter

    if (count := len(result.rows)) >= MOST_ROWS:
        raise BadInput(
            f"There are {count:,} rows, and a sheet of Excel has at most {MOST_ROWS:,}",
            hint="Choose fewer, or write them as CSV: -o rows.csv",
        )
    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(written, options) as book:
        pen = Pen(book)
        _rows(book.add_worksheet("Rows"), pen, result)
        told = [*result.said, *result.notes, *(failure.sentence for failure in result.failures)]
        if told:
            sheet = book.add_worksheet("Notes")
            for at, sentence in enumerate(dict.fromkeys(told)):
                pen.write(sheet, at, 0, sentence, fit=False)
    return written.getvalue()


def _rows(sheet: Worksheet, pen: Pen, result: Result) -> None:
    """A header that stays and filters, with the names that JSON and CSV have, and the rows."""
    times = [column.key for column in result.columns if column.kind is Kind.TIME]
    known = {column.key for column in result.columns}
    zoned = bool(times) and _ZONE.key not in known
    shown = [*result.columns, _ZONE] if zoned else [*result.columns]
    for place, column in enumerate(shown):
        align = "right" if column.kind in (Kind.NUMBER, Kind.MONEY) else "left"
        pen.write(sheet, 0, place, column.key, align=align, **_HEAD)
    for at, row in enumerate(result.rows, 1):
        for place, column in enumerate(shown):
            value = _zone(row, times) if zoned and column is _ZONE else _cell(row.get(column.key), column.kind)
            plain = isinstance(value, int | Decimal) and not isinstance(value, bool)
            pen.write(sheet, at, place, value, **(_AS_IT_IS if plain else {}))
    sheet.freeze_panes(1, 1)
    if shown:
        sheet.autofilter(0, 0, max(len(result.rows), 1), len(shown) - 1)
    pen.set_widths(sheet, room=4)  # the arrows of the filter take some
    set_up(sheet, max(len(result.rows), 1), max(len(shown) - 1, 0))
    sheet.repeat_rows(0)


def _cell(value: Cell, kind: Kind) -> Cell:
    """*value* as a workbook has it; a number that came as text is still one in a column of numbers."""
    if isinstance(value, str) and kind in (Kind.NUMBER, Kind.MONEY) and NUMBER.fullmatch(value):
        return Decimal(value)
    return value


def _zone(row: Mapping[str, Cell], times: list[str]) -> str | None:
    return next((str(each.tzinfo) for key in times if isinstance(each := row.get(key), datetime)), None)
