"""A statement as a page or a workbook: one influencer's own, and nobody else's figures in it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from shopinf.letterhead import PLAIN, Language, Letterhead
from shopinf.money import Money
from shopinf.payouts.page import Line, Page
from shopinf.plain import harmless
from shopinf.reports import house
from shopinf.reports.remarks import rate, remark, why_not_payable
from shopinf.reports.tables import LONG
from shopinf.reports.tongue import Tongue, tongue_of
from shopinf.reports.xlsx import LINE, Pen, set_up
from shopinf.results import Cell

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

# What a line has on each sheet, by the names that its columns have in the catalogue.
_SOLD = {
    "date": "day",
    "order": "what",
    "store": "store",
    "code": "code",
    "net": "net",
    "rate": "rate",
    "commission": "amount",
    "remark": "remark",
}
_CHANGED = {"date": "day", "what": "what", "store": "store", "why": "remark", "net_left": "net", "amount": "amount"}
_PAID = {"date": "day", "what": "what", "reference": "remark", "amount": "amount"}
_NUMBERS = ("net", "rate", "amount")
_TIERS = 12  # letters of a rate; one with tiers has more, and takes several lines
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


def statement_page(page: Page, letterhead: Letterhead = PLAIN) -> bytes:
    """*page* as one HTML file, without a script, that prints on a sheet of paper where it can."""
    tongue = tongue_of(letterhead.language)
    made = (
        _part("sold", _SOLD, page.sold, page, tongue),
        _part("changed", _CHANGED, page.changed, page, tongue),
        _part("paid", _PAID, page.paid, page, tongue),
    )
    parts = [part for part in made if part.rows]
    text = house.page(
        "statement.html", letterhead, page=page, parts=parts, sentence=_sentence(page, tongue), vat=_vat(page, tongue)
    )
    return text.encode()


def _sentence(page: Page, tongue: Tongue) -> str:
    """What happens with the balance."""
    each, say = page.statement, tongue.say
    if each.figures.closing < 0:
        return say("statement.below_zero")
    if not each.figures.closing:
        return say("statement.nothing")
    parts = []
    if each.payable > 0:
        parts.append(say("statement.is_payable", amount=tongue.money(page.payable)))
    if each.held > 0:
        held = tongue.money(page.money(each.held))
        key = "held_until" if each.payable_on else "held"
        parts.append(say(f"statement.{key}", amount=held, day=each.payable_on))
    if not each.payable and each.reason and not each.held:
        parts.append(say("statement.not_yet", why=why_not_payable(each.reason, page.currency, tongue)))
    return " ".join(parts)


def _vat(page: Page, tongue: Tongue) -> str:
    """What the line of value added tax is called, where there is one."""
    if not page.vat:
        return ""
    key = "vat_of" if page.vat.vat_id else "vat"
    return tongue.say(f"statement.{key}", rate=tongue.percent(page.vat.rate), number=page.vat.vat_id)


def _part(name: str, heads: Mapping[str, str], lines: Sequence[Line], page: Page, tongue: Tongue) -> Part:
    """Lines as the page has them, without the columns that no line has anything in, or that say the same in all."""
    found = [_values(line, page.currency, tongue) for line in lines]
    if name == "sold":
        found = [_beside(values) for values in found]
    left_out = {"" if page.several_stores else "store"}
    shown = {
        tongue.say(f"statement.{head}"): field
        for head, field in heads.items()
        if field not in left_out and any(values[field] not in ("", None) for values in found)
    }
    rows = [[_seen(head, field, values[field], tongue) for head, field in shown.items()] for values in found]
    total = [
        Seen(head, "number amount" if field == "amount" else "empty", tongue.amount(_sum(lines, page.currency)))
        if field == "amount"
        else Seen(head, "first" if not place else "empty", "" if place else tongue.say("page.total"))
        for place, (head, field) in enumerate(shown.items())
    ]
    kinds = [(head, "number" if field in _NUMBERS else "") for head, field in shown.items()]
    return Part(tongue.say(f"statement.{name}_title"), kinds, rows, total)


def _values(line: Line, currency: str, tongue: Tongue) -> dict[str, Cell]:
    """What a line has in each field, in words of the language."""
    return {
        "day": line.day,
        "what": line.order or tongue.say(f"statement.kind_{line.kind}"),
        "store": line.store,
        "code": line.code,
        "net": line.net,
        "rate": rate(line.rate, currency, tongue) if line.rate else "",
        "amount": line.amount,
        "remark": remark(line.remark, tongue) if line.remark else "",
    }


def _beside(values: Mapping[str, Cell]) -> dict[str, Cell]:
    """A line with its remark beside the order, where it needs no column."""
    what = f"{values['what']} ({values['remark']})" if values["remark"] else values["what"]
    return {**values, "what": what, "remark": ""}


def _seen(head: str, field: str, value: Cell, tongue: Tongue) -> Seen:
    if value in ("", None):
        return Seen(head, "number empty" if field in _NUMBERS else "empty", "–" if field in _NUMBERS else "")
    text = tongue.written(value)
    match field:
        case "day":
            return Seen(head, "day", text)
        case "amount":
            return Seen(head, "number amount", text)
        case "rate":
            return Seen(head, "number long" if len(text) > _TIERS else "number", text)
        case "net":
            return Seen(head, "number", text)
        case "code" | "store":
            return Seen(head, "name long" if len(text) > LONG else "name", text)
        case "what":
            return Seen(head, "first words", text)
        case _:
            return Seen(head, "words", text)


def _sum(lines: Sequence[Line], currency: str) -> Money:
    return sum((line.amount for line in lines if line.amount), Money.zero(currency))


def statement_book(page: Page, letterhead: Letterhead = PLAIN) -> bytes:
    """*page* as a workbook: the sums, and every line of them."""
    import xlsxwriter

    tongue = tongue_of(letterhead.language)
    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(written, options) as book:
        # The same statement is the same file, whenever it is made.
        made = page.statement.last
        book.set_properties({"title": page.statement.name, "created": datetime.combine(made, time())})
        pen = Pen(book, letterhead)
        _sums(book.add_worksheet(tongue.say("statement.title")), pen, page)
        for sheet, heads, lines in (
            ("sold", _SOLD, page.sold),
            ("changed", _CHANGED, page.changed),
            ("paid_sheet", _PAID, page.paid),
        ):
            _lines(book.add_worksheet(tongue.say(f"statement.{sheet}")), pen, heads, lines, page.currency)
    return written.getvalue()


def _sums(sheet: Worksheet, pen: Pen, page: Page) -> None:
    tongue, say = pen.tongue, pen.tongue.say
    head: list[tuple[str, Cell]] = [
        (say("statement.title"), page.statement.name),
        (say("statement.from"), page.agency),
        (say("statement.for"), page.influencer),
        (say("statement.period"), tongue.days(page.statement.first, page.statement.last)),
        (say("statement.payer"), page.payer),
        *((say(f"statement.{key}"), amount) for key, amount in page.sums),
        (say("statement.payable"), page.payable),
    ]
    strong_rows = (len(head) - 2, len(head) - 1)  # the balance, and what is payable of it
    if page.vat:
        head += [(_vat(page, tongue), page.vat.amount), (say("statement.with_tax"), page.vat.total)]
    for row, (words, value) in enumerate(head):
        strong: dict[str, Any] = {"bold": True, "top": 1} if row in strong_rows else {}
        pen.write(sheet, row, 0, words, **strong)
        pen.write(sheet, row, 1, value, align="right" if isinstance(value, Money) else "left", **strong)
    for row, said in enumerate((_sentence(page, tongue), say("statement.no_invoice")), len(head) + 1):
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
        pen.write(sheet, 0, column, pen.tongue.say(f"statement.{name}"), align=align, **pen.head)
    for row, line in enumerate(lines, 1):
        values = _values(line, currency, pen.tongue)
        for column, field in enumerate(heads.values()):
            look: dict[str, Any] = {"align": "right"} if field == "rate" else {}
            pen.write(sheet, row, column, values[field], **look)
    last = len(lines)
    if lines:
        last += 1
        total = _sum(lines, currency)
        pen.write(sheet, last, 0, pen.tongue.say("page.total"), bold=True, top=1)
        for column, field in list(enumerate(heads.values()))[1:]:
            pen.write(sheet, last, column, total if field == "amount" else None, bold=True, top=1)
    sheet.freeze_panes(1, 0)
    pen.set_widths(sheet)
    set_up(sheet, last, len(heads) - 1)
    sheet.repeat_rows(0)


def csv_rows(page: Page) -> list[dict[str, Cell]]:
    """Every line of *page*, for a plain sheet, which is read by programs and speaks English."""
    english = tongue_of(Language.EN)
    rows: list[dict[str, Cell]] = []
    for kind, lines in (("sold", page.sold), ("changed", page.changed), ("paid", page.paid)):
        for line in lines:
            rows.append(
                {
                    "statement": page.statement.name,
                    "kind": kind,
                    "date": line.day,
                    "order": line.order or english.say(f"statement.kind_{line.kind}"),
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
