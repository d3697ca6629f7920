"""A report as an Excel workbook: real numbers and dates in the columns that CSV and JSON have, totals, and a chart.

Excel's times know no zone, so every sheet with times has a column that names the zone of its row.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from shopinf.attribution.overview import Overview, Section
from shopinf.attribution.report import LEFT_OUT_COLUMNS, By
from shopinf.errors import BadInput
from shopinf.letterhead import PLAIN, Language, Letterhead, ink_on
from shopinf.money import Money, digits
from shopinf.plain import formula_safe, harmless
from shopinf.reports.back import back_columns
from shopinf.reports.tables import remarks, value_of
from shopinf.reports.tongue import Tongue, tongue_of
from shopinf.reports.words import left_out, stamps
from shopinf.results import Cell, Column, Kind, columns

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_576  # of a sheet, its header included
_MOST_TEXT = 32_767  # letters in a cell
_WIDEST = 48  # letters in a column; more is there, and hidden by the next cell
_LEFT = {"align": "left"}
_MOST_DIGITS = 15  # of a number that Excel keeps whole
_ZONE = Column("timezone")
_PLAIN: dict[str, Any] = {"num_format": "0"}  # of a number that nothing is counted with
LINE = 15  # points of a row
_HIGHEST = 4  # lines of a heading
_BESIDE = 12  # the last column under a chart
_SHEETS = {"influencers": By.INFLUENCER, "codes": By.CODE, "orders": By.ORDER}
_HEADS, _FILL = "#F0EEE7", "#2B5A4D"  # where the agency has no colour of its own
# How Excel writes days where a language is read; in English the way that nobody takes for another day.
_DAYS = {
    Language.EN: "yyyy-mm-dd",
    Language.DE: "dd.mm.yyyy",
    Language.FR: "dd/mm/yyyy",
    Language.ES: "dd/mm/yyyy",
    Language.IT: "dd/mm/yyyy",
    Language.NL: "dd-mm-yyyy",
}


def file(overview: Overview, letterhead: Letterhead = PLAIN) -> bytes:
    """*overview* as an xlsx file: a summary, its sides, what is left out, and who came back where that is known."""
    import xlsxwriter

    tongue = tongue_of(letterhead.language)
    for by in _SHEETS.values():
        if (count := len(overview.side(by).rows)) >= MOST_ROWS:
            raise BadInput(
                f"{by.capitalize()}s has {count:,} rows, and a sheet of Excel at most {MOST_ROWS:,}",
                hint="Choose a shorter period, or write them as CSV: --by order -o orders.csv",
            )
    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(written, options) as book:
        book.set_properties(_properties(overview, letterhead))
        pen = Pen(book, letterhead)
        _summary(book.add_worksheet(tongue.say("book.summary")), book, pen, overview)
        sections = overview.sections
        for name, by in _SHEETS.items():
            sheet = book.add_worksheet(tongue.say(f"book.{name}"))
            table(sheet, pen, overview.columns(by), overview.side(by).rows, _totals_of(sections, by, tongue))
        table(book.add_worksheet(tongue.say("book.excluded")), pen, LEFT_OUT_COLUMNS, overview.left_out, Totals())
        if (back := overview.back_apart).rows:
            shown = back_columns(client=overview.client)
            table(book.add_worksheet(tongue.say("book.back")), pen, shown, back.rows, Totals(back.totals))
    return written.getvalue()


def _properties(overview: Overview, letterhead: Letterhead) -> dict[str, Any]:
    """What the file says of itself to whoever sends it on; when it was made stands there as it stands on the sheet."""
    tongue = tongue_of(letterhead.language)
    whose = tongue.few([store.shown for store in overview.stores], 4)
    return {
        "title": tongue.say("page.title", heading=whose, days=tongue.days(overview.first, overview.last)),
        "author": letterhead.name,
        "keywords": "influencer-sales",
        "category": "client" if overview.client else "internal",
        "status": letterhead.language,
        "comments": tongue.moment(overview.made_here),
        "created": overview.made_here.replace(tzinfo=None),
    }


class Pen:
    """Writes values as what they are; Excel's number formats, each made once."""

    def __init__(self, book: Workbook, letterhead: Letterhead = PLAIN) -> None:
        self._book = book
        self.letterhead, self.tongue = letterhead, tongue_of(letterhead.language)
        self.day = _DAYS[letterhead.language]
        self.fill = letterhead.accent or _FILL
        ground = letterhead.accent or _HEADS
        self.head: dict[str, Any] = {"bold": True, "bottom": 1, "bg_color": ground, "font_color": ink_on(ground)}
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._widths: dict[str, dict[int, int]] = {}  # of each sheet, in letters

    def form(self, **settings: Any) -> Format:
        key = tuple(sorted(settings.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(settings)
        return self._formats[key]

    def write(self, sheet: Worksheet, row: int, column: int, value: Cell, *, fit: bool = True, **style: Any) -> None:
        """One cell; with *fit* its column becomes wide enough. Text never runs as a formula, edited or not."""
        match value:
            case None | "" | ():
                return
            case Money():
                number, sign = money_format(value.currency), f" {value.currency}"
                sheet.write_number(row, column, float(Decimal(str(value))), self.form(num_format=number, **style))
                shown = f"{Decimal(str(value)):,f}{sign}"  # as wide in every language
            case bool():
                sheet.write_boolean(row, column, value, self.form(**style))
                shown = str(value)
            case int() if len(str(abs(value))) > _MOST_DIGITS:
                sheet.write_string(row, column, shown := str(value), self.form(**style))
            case int():
                sheet.write_number(row, column, value, self.form(**{"num_format": "#,##0"} | style))
                shown = f"{value:,}"
            case Decimal():
                sheet.write_number(row, column, float(value), self.form(**{"num_format": "0.0"} | style))
                shown = str(value)
            case datetime():
                wall = value.replace(tzinfo=None, microsecond=0)
                sheet.write_datetime(row, column, wall, self.form(num_format=f"{self.day} hh:mm:ss", **_LEFT | style))
                shown = str(wall)
            case date():
                sheet.write_datetime(row, column, value, self.form(num_format=self.day, **_LEFT | style))
                shown = str(value)
            case _:
                text = value if isinstance(value, str) else "; ".join(str(each) for each in value)
                shown = harmless(text, lines=True)[:_MOST_TEXT]
                quoted = {"quote_prefix": True} if formula_safe(shown) != shown else {}
                sheet.write_string(row, column, shown, self.form(**quoted, **style))
        if fit:
            self.fit(sheet, column, len(shown))

    def set_widths(self, sheet: Worksheet, *, room: int = 2) -> None:
        for column, width in self._widths.get(sheet.name, {}).items():
            sheet.set_column(column, column, width * 1.08 + room)

    def heads(self, sheet: Worksheet, row: int, shown: Sequence[Column]) -> None:
        """A row of headings, as high as the one of the most lines; a column is at least as wide as its longest word."""
        names = [self.tongue.heading(column.key) for column in shown]
        look = self.head | {"text_wrap": True, "valign": "bottom"}
        for place, (column, name) in enumerate(zip(shown, names, strict=True)):
            align = "left" if column.kind in (Kind.TEXT, Kind.TIME) else "right"
            self.write(sheet, row, place, name, fit=False, align=align, **look)
            self.fit(sheet, place, max(map(len, name.split())))
        if any(" " in name for name in names):
            most = max(len(wrap(name, max(map(len, name.split())) + 1)) for name in names)
            sheet.set_row(row, min(most, _HIGHEST) * LINE)

    def fit(self, sheet: Worksheet, column: int, letters: int) -> None:
        """Make a column wide enough for so many letters."""
        widths = self._widths.setdefault(sheet.name, {})
        widths[column] = max(widths.get(column, 0), min(letters, _WIDEST))


def money_format(currency: str) -> str:
    """Excel's format for amounts: the currency's own decimals, thousands set apart, its three letters behind."""
    places = digits(currency)
    sign = currency if currency.isascii() and currency.isalpha() else ""
    return f"#,##0{'.' if places else ''}{'0' * places}" + (f'\\ "{sign}"' if sign else "")


@dataclass(frozen=True, slots=True)
class Totals:
    """What stands below a table's rows: a sum for each currency, and sentences about them."""

    rows: Sequence[Mapping[str, Cell]] = ()
    remarks: Sequence[str] = ()


def _totals_of(sections: Sequence[Section], by: By, tongue: Tongue) -> Totals:
    several = len(sections) > 1
    return Totals(
        [section.total for section in sections if section.tables[by]],
        [
            f"{section.currency}: {said}" if several else said
            for section in sections
            for said in remarks(section, by, tongue)
        ],
    )


def table(
    sheet: Worksheet, pen: Pen, shown: Sequence[Column], rows: Sequence[Mapping[str, Cell]], totals: Totals
) -> None:
    """Rows under a header that stays and filters, and their totals; on paper the header is on each page."""
    times = [column.key for column in shown if column.kind is Kind.TIME]
    shown = [*shown, _ZONE] if times else shown
    pen.heads(sheet, 0, shown)
    for at, row in enumerate(rows, 1):
        zoned = {**row, "timezone": _zone(row[key] for key in times)}
        for place, column in enumerate(shown):
            look = _PLAIN if column.key.endswith("_id") else {}
            pen.write(sheet, at, place, _worded(column.key, zoned.get(column.key), pen.tongue), **look)
    last = _sums(sheet, pen, shown, len(rows) + 1, totals)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(rows), 1), len(shown) - 1)  # the totals are not sorted among the rows
    pen.set_widths(sheet, room=4)  # the arrows of the filter take some
    set_up(sheet, last, len(shown) - 1)
    sheet.repeat_rows(0)


def _worded(key: str, value: Cell, tongue: Tongue) -> Cell:
    """A value as its readers have it: words of ours in their language; in English the names that JSON has."""
    if tongue.language is Language.EN or not value:
        return value
    match value:
        case str():
            return tongue.say(f"left_out.{value}") if key == "excluded" else value_of(key, value, tongue)
        case tuple() | list():
            return [value_of(key, each, tongue) for each in value]
    return value


def _sums(sheet: Worksheet, pen: Pen, shown: Sequence[Column], at: int, totals: Totals) -> int:
    """What stands below a table, from row *at* on; returns the last row."""
    for number, sums in enumerate(totals.rows):
        look: dict[str, Any] = {"bold": True} if number else {"bold": True, "top": 1}
        for place, column in enumerate(shown):
            value = sums.get(column.key) if place else pen.tongue.say("page.total")
            # The first and the last moment of all say nothing that is a sum.
            pen.write(sheet, at, place, None if isinstance(value, datetime) else value, **look)
        at += 1
    for said in totals.remarks:
        pen.write(sheet, at, 0, said, fit=False, italic=True)
        at += 1
    return at - 1


def set_up(sheet: Worksheet, last_row: int, last_column: int) -> None:
    """Have a sheet print on paper that lies, as wide as it is, with the number of each page."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.print_area(0, 0, last_row, last_column)
    sheet.set_footer("&L&A&R&P / &N")


def _zone(times: Iterable[Cell]) -> str | None:
    return next((str(each.tzinfo) for each in times if isinstance(each, datetime)), None)


def _summary(sheet: Worksheet, book: Workbook, pen: Pen, overview: Overview) -> None:
    pen.write(sheet, 0, 0, pen.tongue.say("book.title"), fit=False, bold=True, font_size=18)
    at = 1
    for word, sentence in stamps(overview, pen.tongue):
        pen.write(sheet, at, 0, word.upper(), bold=True, font_color="#B00020")
        pen.write(sheet, at, 1, sentence, fit=False, font_color="#B00020")
        at += 1
    for name, value in _about(overview, pen.letterhead.name, pen.tongue):
        pen.write(sheet, at, 0, name)
        pen.write(sheet, at, 1, value, fit=False, align="left")
        at += 1
    at = _totals(sheet, pen, overview, at + 1)
    for by in (By.CAMPAIGN, By.STORE):
        if by in overview.sides:
            at = _block(sheet, pen, overview.columns(by), overview.side(by).rows, at + 1)
    for section in overview.sections:
        at = _course(sheet, book, pen, overview, section, at + 1)
    pen.set_widths(sheet)
    set_up(sheet, at, max(len(overview.columns(By.STORE)) + 2, _BESIDE))


def _about(overview: Overview, agency: str, tongue: Tongue) -> list[tuple[str, Cell]]:
    """What the figures are of."""
    stores = [f"{each.name} ({each.shown})" if each.shown != each.name else each.name for each in overview.stores]
    choice, say = overview.choice, tongue.say
    about: list[tuple[str, Cell]] = [
        (say("book.agency"), agency),
        (say("book.stores"), "; ".join(stores)),
        (say("book.from"), overview.first),
        (say("book.to"), overview.last),
        (say("book.zone"), "; ".join(overview.zones)),
        (say("book.basis"), say(f"book.basis_{overview.basis}")),
        (say("book.made"), f"{tongue.moment(overview.made_here)} {overview.made_here.tzinfo}"),
        (say("book.campaigns"), "; ".join(choice.campaigns)),
        (say("book.people"), "; ".join(choice.influencers)),
        (say("book.pending"), say("book.pending_counted") if choice.include_pending else None),
    ]
    about += [(say("book.left_out"), f"{what}: {tongue.count(count)}") for what, count in left_out(overview, tongue)]
    about += [(say("book.note"), note) for note in ([] if overview.client else overview.notes)]
    return [(name, value) for name, value in about if value]


def _totals(sheet: Worksheet, pen: Pen, overview: Overview, at: int) -> int:
    """The totals of each currency; below each what it was in the period before."""
    figures = [column for column in overview.columns(By.STORE) if column.key != "store"]
    days = columns(times="from to")
    change = columns(numbers="change_pct") if overview.former_period else []
    rows: list[dict[str, Cell]] = []
    for section in overview.sections:
        rows.append({"from": overview.first, "to": overview.last, **section.total})
        if section.former is not None and overview.former_period is not None:
            first, last = overview.former_period
            rows[-1]["change_pct"] = section.figures[0].change
            rows.append({"from": first, "to": last, **section.former})
    return _block(sheet, pen, [*days, *figures, *change], rows, at)


def _block(sheet: Worksheet, pen: Pen, shown: Sequence[Column], rows: Sequence[Mapping[str, Cell]], at: int) -> int:
    """A small table among others; returns the row after it."""
    pen.heads(sheet, at, shown)
    for row in rows:
        at += 1
        for place, column in enumerate(shown):
            pen.write(sheet, at, place, row.get(column.key))
    return at + 1


def _course(sheet: Worksheet, book: Workbook, pen: Pen, overview: Overview, section: Section, at: int) -> int:
    """How a currency's sales went over time, and the chart of it."""
    step, say, monthly = overview.step.value, pen.tongue.say, overview.step is By.MONTH
    shown = columns(step, numbers="orders", money="net_sales", order=f"{step} currency orders net_sales")
    rows: list[dict[str, Cell]] = [
        {
            step: pen.tongue.stretch(each.label) if monthly else date.fromisoformat(each.label),
            "currency": section.currency,
            "orders": each.orders,
            "net_sales": each.net_sales,
        }
        for each in section.course
    ]
    first, after = at + 1, _block(sheet, pen, shown, rows, at)
    if rows:
        chart = book.add_chart({"type": "column"})
        last = first + len(rows) - 1
        chart.add_series(
            {
                "name": say("book.course_name", currency=section.currency),
                "categories": [sheet.name, first, 0, last, 0],
                "values": [sheet.name, first, 3, last, 3],
                "fill": {"color": pen.fill},
                "gap": 40,
            }
        )
        title = say(f"chart.by_{step}", currency=section.currency)
        chart.set_title({"name": title, "name_font": {"size": 12, "bold": False}})
        chart.set_legend({"none": True})
        form = {} if monthly else {"num_format": pen.day, "text_axis": True}
        chart.set_x_axis({"num_font": {"size": 8}, **form})
        chart.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#E2DFD7"}}})
        chart.set_size({"width": 760, "height": 300})
        sheet.insert_chart(at, 5, chart, {"description": say("book.course_text", title=title)})
    return max(after, at + 16)
