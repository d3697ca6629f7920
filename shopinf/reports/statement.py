"""A statement as a page or a workbook: one influencer's own, and nobody else's figures in it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from functools import cache
from typing import TYPE_CHECKING, Any

from shopinf.money import Money
from shopinf.payouts.page import NO_INVOICE, Line, Page
from shopinf.plain import harmless
from shopinf.reports.house import figure, house
from shopinf.reports.tables import LONG
from shopinf.reports.xlsx import LINE, Pen, set_up
from shopinf.results import Cell

if TYPE_CHECKING:
    from jinja2 import Template
    from xlsxwriter.worksheet import Worksheet

# What a line is called on each sheet, and which of its values that is.
_SOLD = {
    "Date": "day",
    "Order": "what",
    "Store": "store",
    "Code": "code",
    "Net sales": "net",
    "Rate": "rate",
    "Commission": "amount",
    "Remark": "remark",
}
_CHANGED = {
    "Date": "day",
    "What": "what",
    "Store": "store",
    "Why": "remark",
    "Net sales left": "net",
    "Amount": "amount",
}
_PAID = {"Date": "day", "What": "what", "Reference": "remark", "Amount": "amount"}
_NUMBERS = ("net", "rate", "amount")
_ACROSS = 5  # columns that a sentence goes across


@dataclass(frozen=True, slots=True)
class Seen:
    """One cell on the page; *kind* is how it is laid out, *named* whether a narrow page says what it is."""

    head: str
    kind: str
    text: str

    @property
    def named(self) -> bool:
        return not {"day", "first", "amount", "empty", "name"} & {*self.kind.split()}


@dataclass(frozen=True, slots=True)
class Part:
    """One table of the page: its columns, its lines, and their sum."""

    title: str
    heads: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[Seen]]
    total: Sequence[Seen]


def statement_page(page: Page) -> bytes:
    """*page* as one HTML file, without a script, that prints on a sheet of paper where it can."""
    made = (
        _part("What was sold", _SOLD, [_beside(line) for line in page.sold], page),
        _part("What came back, and other changes", _CHANGED, page.changed, page),
        _part("What was paid", _PAID, page.paid, page),
    )
    parts = [part for part in made if part.rows]
    return _template().render(page=page, parts=parts, no_invoice=NO_INVOICE).encode()


def _part(title: str, heads: Mapping[str, str], lines: Sequence[Line], page: Page) -> Part:
    """Lines as the page has them, without the columns that no line has anything in, or that say the same in all."""
    left_out = {"" if page.several_stores else "store"}
    shown = {
        head: field
        for head, field in heads.items()
        if field not in left_out and any(getattr(line, field) not in ("", None) for line in lines)
    }
    rows = [[_seen(head, field, getattr(line, field)) for head, field in shown.items()] for line in lines]
    total = [
        Seen(head, "number amount" if field == "amount" else "empty", figure(_sum(lines, page.currency)))
        if field == "amount"
        else Seen(head, "first" if not place else "empty", "" if place else "Total")
        for place, (head, field) in enumerate(shown.items())
    ]
    return Part(title, [(head, "number" if field in _NUMBERS else "") for head, field in shown.items()], rows, total)


def _beside(line: Line) -> Line:
    """A line with its remark beside the order, where it needs no column."""
    return replace(line, what=f"{line.what} ({line.remark})", remark="") if line.remark else line


def _seen(head: str, field: str, value: Cell) -> Seen:
    if value in ("", None):
        return Seen(head, "number empty" if field in _NUMBERS else "empty", "–" if field in _NUMBERS else "")
    text = figure(value) if isinstance(value, Money) else str(value)
    match field:
        case "day":
            return Seen(head, "day", text)
        case "amount":
            return Seen(head, "number amount", text)
        case "net" | "rate":
            return Seen(head, "number", text)
        case "code" | "store":
            return Seen(head, "name long" if len(text) > LONG else "name", text)
        case "what":
            return Seen(head, "first words", text)
        case _:
            return Seen(head, "words", text)


def _sum(lines: Sequence[Line], currency: str) -> Money:
    return sum((line.amount for line in lines if line.amount), Money.zero(currency))


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
        _sums(book.add_worksheet("Statement"), pen, page)
        for name, heads, lines in (
            ("Sold", _SOLD, page.sold),
            ("Changed", _CHANGED, page.changed),
            ("Paid", _PAID, page.paid),
        ):
            _lines(book.add_worksheet(name), pen, heads, lines, page.currency)
    return written.getvalue()


def _sums(sheet: Worksheet, pen: Pen, page: Page) -> None:
    head: list[tuple[str, Cell]] = [
        ("Statement", page.statement.name),
        ("From", page.agency),
        ("For", page.influencer),
        ("Period", f"{page.statement.first} to {page.statement.last}"),
        ("Payer", page.payer),
        *page.sums,
        ("Payable", page.payable),
    ]
    if page.vat:
        number = f", {page.vat.vat_id}" if page.vat.vat_id else ""
        head += [(f"Value added tax {page.vat.rate} %{number}", page.vat.amount), ("With tax", page.vat.total)]
    for row, (words, value) in enumerate(head):
        strong: dict[str, Any] = {"bold": True, "top": 1} if words in ("Balance", "Payable") else {}
        pen.write(sheet, row, 0, words, **strong)
        pen.write(sheet, row, 1, value, align="right" if isinstance(value, Money) else "left", **strong)
    for row, said in enumerate((page.sentence, NO_INVOICE), len(head) + 1):
        wrapped = pen.form(text_wrap=True, valign="top")
        sheet.merge_range(row, 0, row, _ACROSS, harmless(said), wrapped)
        sheet.set_row(row, LINE * (1 + len(said) // 80))
    pen.set_widths(sheet)
    set_up(sheet, len(head) + 2, _ACROSS)
    sheet.set_portrait()


def _lines(sheet: Worksheet, pen: Pen, heads: Mapping[str, str], lines: Sequence[Line], currency: str) -> None:
    """Lines below a header that stays, and is on every page of paper; their sums below them."""
    for column, (name, field) in enumerate(heads.items()):
        align = "right" if field in _NUMBERS else "left"
        pen.write(sheet, 0, column, name, bold=True, bottom=1, bg_color="#F0EEE7", align=align)
    for row, line in enumerate(lines, 1):
        for column, field in enumerate(heads.values()):
            look: dict[str, Any] = {"align": "right"} if field == "rate" else {}
            pen.write(sheet, row, column, getattr(line, field), **look)
    last = len(lines)
    if lines:
        last += 1
        total = _sum(lines, currency)
        pen.write(sheet, last, 0, "Total", bold=True, top=1)
        for column, field in list(enumerate(heads.values()))[1:]:
            pen.write(sheet, last, column, total if field == "amount" else None, bold=True, top=1)
    sheet.freeze_panes(1, 0)
    pen.set_widths(sheet)
    set_up(sheet, last, len(heads) - 1)
    sheet.repeat_rows(0)


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
