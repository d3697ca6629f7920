"""A statement as a page or a workbook: one influencer's own, and nobody else's figures in it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime, time
from functools import cache
from typing import TYPE_CHECKING

from shopinf.money import Money
from shopinf.payouts.page import NO_INVOICE, Line, Page
from shopinf.reports.house import house
from shopinf.reports.xlsx import Pen
from shopinf.results import Cell

if TYPE_CHECKING:
    from jinja2 import Template
    from xlsxwriter.worksheet import Worksheet

SIGHTS = ("date", "order", "store", "code", "net_sales", "rate", "amount", "remark")


def statement_page(page: Page) -> bytes:
    """*page* as one HTML file, without a script, that prints on a sheet of paper where it can."""
    return _template().render(page=page, no_invoice=NO_INVOICE).encode()


@cache
def _template() -> Template:
    return house().get_template("statement.html")


def statement_book(page: Page) -> bytes:
    """*page* as a workbook: the sums, and every line of them."""
    import xlsxwriter

    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(written, options) as book:
        # The same statement is the same file, whenever it is made.
        made = page.statement.last
        book.set_properties({"title": page.statement.name, "created": datetime.combine(made, time())})
        pen = Pen(book)
        sheet = book.add_worksheet("Statement")
        head: list[tuple[str, Cell]] = [
            ("Statement", page.statement.name),
            ("From", page.agency),
            ("For", page.influencer),
            ("Period", f"{page.statement.first} to {page.statement.last}"),
            ("Payer", page.payer),
            *page.sums,
            ("Payable", page.payable),
            *([("Value added tax", page.vat.amount), ("With tax", page.vat.total)] if page.vat else []),
            ("", page.sentence),
            ("", NO_INVOICE),
        ]
        for row, (words, value) in enumerate(head):
            pen.write(sheet, row, 0, words, bold=words in ("Balance", "Payable"))
            pen.write(sheet, row, 1, value, fit=bool(words))
        pen.set_widths(sheet)
        for name, lines in (("Sold", page.sold), ("Changed", page.changed), ("Paid", page.paid)):
            _lines(book.add_worksheet(name), pen, lines)
    return written.getvalue()


def _lines(sheet: Worksheet, pen: Pen, lines: Sequence[Line]) -> None:
    for column, name in enumerate(SIGHTS):
        pen.write(sheet, 0, column, name, bold=True, bottom=1, bg_color="#F0EEE7")
    for row, line in enumerate(lines, 1):
        values: tuple[Cell, ...] = (
            line.day,
            line.what,
            line.store,
            line.code,
            line.net,
            line.rate,
            line.amount,
            line.remark,
        )
        for column, value in enumerate(values):
            pen.write(sheet, row, column, value)
    pen.set_widths(sheet)


def csv_rows(page: Page) -> list[dict[str, Cell]]:
    """Every line of *page*, for a plain sheet."""
    rows: list[dict[str, Cell]] = []
    for kind, lines in (("sold", page.sold), ("changed", page.changed), ("paid", page.paid)):
        for line in lines:
            rows.append(
                {
                    "statement": page.statement.name,
                    "kind": kind,
                    "date": line.day,
                    "order": line.what,
                    "store": line.store or None,
                    "code": line.code or None,
                    "net_sales": line.net,
                    "rate": line.rate or None,
                    "amount": line.amount or Money.zero(page.currency),
                    "currency": page.currency,
                    "remark": line.remark or None,
                }
            )
    return rows
