"""A sheet to fill in: the column names, and one row as an example."""

from __future__ import annotations

import io
from collections.abc import Sequence


def template(name: str, keys: Sequence[str], example: Sequence[str]) -> bytes:
    """A workbook with the columns *keys* and the row *example*, all of it text, so that no code becomes a date."""
    import xlsxwriter

    written = io.BytesIO()
    with xlsxwriter.Workbook(
        written, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        text = book.add_format({"num_format": "@"})
        bold = book.add_format({"num_format": "@", "bold": True, "bottom": 1})
        sheet = book.add_worksheet(name[:31])
        for place, (key, cell) in enumerate(zip(keys, example, strict=True)):
            sheet.set_column(place, place, max(len(key), len(cell), 8) + 2, text)
            sheet.write_string(0, place, key, bold)
            sheet.write_string(1, place, cell, text)
        sheet.freeze_panes(1, 0)
    return written.getvalue()
