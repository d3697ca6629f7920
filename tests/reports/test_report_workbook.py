"""The workbook read back: the contract's columns with real numbers and dates, and text that stays text."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from shopinf.attribution.overview import Overview
from shopinf.attribution.report import By, Choice, report_columns
from shopinf.errors import BadInput
from shopinf.letterhead import Language
from shopinf.money import Money
from shopinf.plain import harmless
from shopinf.reports import xlsx as room
from shopinf.reports.tongue import tongue_of
from shopinf.reports.xlsx import file as workbook
from shopinf.reports.xlsx import money_format
from shopinf.results import Failure

from .samples import NOW, ZONE, sample
from .test_report_page import HOSTILE

heading = tongue_of(Language.EN).heading

pytestmark = pytest.mark.slow

SHEETS = {"Influencers": By.INFLUENCER, "Codes": By.CODE, "Orders": By.ORDER}


def opened(whole: Overview) -> Any:
    return openpyxl.load_workbook(io.BytesIO(workbook(whole)))


def rows(sheet: Any) -> list[dict[str, Any]]:
    """What is below the header and above the totals, by the headings."""
    heads, *rest = sheet.iter_rows(values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in rest[: _count(sheet)]]


def below(sheet: Any) -> list[dict[str, Any]]:
    """The totals, and what is said under them."""
    heads, *rest = sheet.iter_rows(values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in rest[_count(sheet) :]]


def column(sheet: Any, key: str) -> list[Any]:
    """The cells of a column, without its header and its totals."""
    place = [cell.value for cell in sheet[1]].index(heading(key)) + 1
    return [sheet.cell(row, place) for row in range(2, _count(sheet) + 2)]


def _count(sheet: Any) -> int:
    """How many rows are filtered: the totals are not."""
    first = [row[0].value for row in sheet.iter_rows(min_row=2)]
    last = int(sheet.auto_filter.ref.rpartition(":")[2].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) - 1
    return last if first and first[0] not in (None, "Total") else 0


def test_the_sheets_are_the_contracts_own() -> None:
    assert opened(sample("EUR")).sheetnames == ["Summary", "Influencers", "Codes", "Orders", "Excluded"]


@pytest.mark.parametrize("client", [True, False])
@pytest.mark.parametrize("name", list(SHEETS))
def test_each_sheet_has_the_columns_and_values_of_its_rows(name: str, client: bool) -> None:
    whole = sample("EUR", "KWD", client=client)
    sheet, by = opened(whole)[name], SHEETS[name]
    keys = [each.key for each in report_columns(by, client=client)]
    assert [cell.value for cell in sheet[1]] == [*map(heading, keys), "Time zone"]
    expected = whole.side(by).rows
    read = rows(sheet)
    assert len(read) == len(expected) > 0
    for found, row in zip(read, expected, strict=True):
        assert found["Time zone"] == ZONE
        for key in keys:
            match row[key]:
                case Money() as money:
                    assert Decimal(str(found[heading(key)])) == money.amount
                case datetime() as at:
                    assert found[heading(key)] == at.replace(tzinfo=None)
                case tuple() as texts:
                    assert found[heading(key)] == ("; ".join(texts) or None)
                case value:
                    assert found[heading(key)] == (None if value == "" else value)


@pytest.mark.parametrize(
    ("currency", "form"), [("EUR", '#,##0.00\\ "EUR"'), ("JPY", '#,##0\\ "JPY"'), ("KWD", '#,##0.000\\ "KWD"')]
)
def test_money_is_a_number_with_the_currencys_own_decimals(currency: str, form: str) -> None:
    cells = column(opened(sample(currency))["Orders"], "net_sales")
    assert {(cell.data_type, cell.number_format) for cell in cells} == {("n", form)}


def test_a_currency_that_is_no_three_letters_brings_no_format() -> None:
    assert money_format('X"@') == "#,##0.00"


def test_times_are_dates_of_excel_on_the_shops_wall_clock() -> None:
    cells = column(opened(sample("EUR"))["Orders"], "processed_at")
    assert all(cell.is_date and cell.data_type == "d" for cell in cells)


def test_order_ids_are_shown_whole() -> None:
    cells = column(opened(sample("EUR"))["Orders"], "order_id")
    assert {cell.number_format for cell in cells} == {"0"}


def test_tables_stay_under_their_headers_and_filter() -> None:
    found = opened(sample("EUR"))
    for name in found.sheetnames[1:]:
        assert found[name].freeze_panes == "B2"
        assert found[name].auto_filter.ref.startswith("A1:")
        assert found[name].print_title_rows == "$1:$1"
        assert all(found[name].column_dimensions[letter].width > 4 for letter in "ABCD")


@pytest.mark.parametrize("name", list(SHEETS))
def test_a_sheet_ends_with_a_total_for_each_currency(name: str) -> None:
    whole = sample("EUR", "JPY", client=False)
    totals = [row for row in below(opened(whole)[name]) if row["Store"] == "Total"]
    assert len(totals) == 2
    for found, section in zip(totals, whole.sections, strict=True):
        assert found["Currency"] == section.currency
        for key in ("gross_sales", "discounts", "returns", "net_sales", "commission"):
            assert Decimal(str(found[heading(key)])) == Decimal(str(section.total[key]))
            listed = [
                Decimal(str(row[heading(key)]))
                for row in rows(opened(whole)[name])
                if row["Currency"] == section.currency
            ]
            assert sum(listed) == Decimal(str(found[heading(key)]))


def test_what_rows_and_total_count_differently_is_said_below() -> None:
    said = "The total counts each customer once, though several rows may have it."
    assert [row["Store"] for row in below(opened(sample("EUR"))["Codes"])] == ["Total", said]
    assert [row["Store"] for row in below(opened(sample("EUR", "USD"))["Codes"])][-1] == f"USD: {said}"


def test_headings_are_words_and_no_names_of_fields() -> None:
    for sheet in opened(sample("EUR", compare=True, client=False)):
        texts = [cell.value for row in sheet.iter_rows() for cell in row if cell.font.b and isinstance(cell.value, str)]
        assert texts
        assert not [text for text in texts if "_" in text or text != text[:1].upper() + text[1:]]


def test_every_sheet_prints_as_wide_as_a_page_with_all_that_is_on_it() -> None:
    for sheet in opened(sample("EUR", "USD")):
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)  # one is left out
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.orientation == "landscape"
        printed = openpyxl.utils.cell.range_boundaries(sheet.print_area.rpartition("!")[2].replace("$", ""))
        assert printed[:2] == (1, 1)
        assert printed[2] >= sheet.max_column
        assert printed[3] >= sheet.max_row


def test_payments_that_were_asked_for_are_in_the_workbook() -> None:
    for paid in (True, False):
        heads = [cell.value for cell in opened(sample("EUR", client=False, choice=Choice(payments=paid)))["Orders"][1]]
        assert ("Paid" in heads and "Open" in heads) is paid


def test_text_is_never_a_formula() -> None:
    found = opened(sample("EUR", names=HOSTILE, count=90, client=False))
    cells = [cell for sheet in found for row in sheet.iter_rows() for cell in row]
    assert "f" not in {cell.data_type for cell in cells}
    assert not [cell for cell in cells if cell.hyperlink]
    names = {cell.value: cell for cell in column(found["Influencers"], "influencer")}
    assert {harmless(name, lines=True) or None for name in HOSTILE} >= set(names)
    assert names["=cmd()|x"].data_type == "s"
    assert names["=cmd()|x"].quotePrefix
    assert not names["<script>alert(1)</script>"].quotePrefix


def test_the_excluded_orders_are_listed_with_their_reason() -> None:
    read = rows(opened(sample("EUR", count=30))["Excluded"])
    assert [(row["Order"], row["Not counted as"]) for row in read] == [
        ("#1031", "test"),
        ("#1033", "gift"),
        ("#1032", "pending"),
    ]


def test_a_client_finds_no_commission_and_no_reasons() -> None:
    for client in (True, False):
        whole = sample("EUR", client=client, rate=None, notes=["No commission rate for leo."])
        with zipfile.ZipFile(io.BytesIO(workbook(whole))) as parts:
            text = b"".join(parts.read(name) for name in parts.namelist()).lower()
        assert (b"commission" in text) is not client
        assert (b"reason" in text) is not client


def summary(whole: Overview) -> list[list[Any]]:
    return [list(row) for row in opened(whole)["Summary"].iter_rows(values_only=True)]


def test_the_summary_has_the_totals_of_each_currency() -> None:
    whole = sample("EUR", "JPY", client=False)
    lines = summary(whole)
    heads = next(line for line in lines if line[:3] == ["From", "To", "Currency"])
    at = lines.index(heads)
    for line, section in zip(lines[at + 1 : at + 3], whole.sections, strict=True):
        read = dict(zip(heads, line, strict=True))
        assert read["Currency"] == section.currency
        for key in ("net_sales", "gross_sales", "returns", "commission"):
            assert Decimal(str(read[heading(key)])) == Decimal(str(section.total[key]))
        assert read["Orders"] == section.total["orders"]
    assert lines[at + 3][0] is None


def test_the_summary_shows_the_period_before_below_each_currency() -> None:
    whole = sample("EUR", compare=True)
    lines = summary(whole)
    at = next(place for place, line in enumerate(lines) if line[:3] == ["From", "To", "Currency"])
    now, before = (dict(zip(lines[at], lines[at + more], strict=True)) for more in (1, 2))
    assert before["From"].isoformat() == "2026-05-01T00:00:00"
    former, net = whole.sections[0].former, whole.sections[0].figures[0]
    assert former is not None
    assert Decimal(str(before["Net sales"])) == Decimal(str(former["net_sales"]))
    assert Decimal(str(now["Change in %"])) == net.change


def test_the_summary_is_stamped_first_and_names_the_zone() -> None:
    lines = summary(sample("EUR", provisional=True, missing=[Failure("berlin", "berlin", "no answer", 6)]))
    assert [line[0] for line in lines[1:3]] == ["PROVISIONAL", "INCOMPLETE"]
    assert ["Time zone", ZONE] in [line[:2] for line in lines]


def test_each_currency_has_a_chart_over_its_own_numbers() -> None:
    with zipfile.ZipFile(io.BytesIO(workbook(sample("EUR", "JPY")))) as parts:
        charts = sorted(name for name in parts.namelist() if name.startswith("xl/charts/chart"))
        assert len(charts) == 2
        assert b"Summary!$D$" in parts.read(charts[0])


def test_nothing_sold_is_a_workbook_all_the_same() -> None:
    found = opened(sample("EUR", count=0))
    assert rows(found["Orders"]) == []
    assert "0" not in {cell.data_type for cell in found["Orders"][1]}


def test_more_rows_than_a_sheet_holds_are_refused_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_ROWS", 100)
    with pytest.raises(BadInput, match="Orders has 120 rows") as refused:
        workbook(sample("EUR"))
    assert "csv" in str(refused.value.hint)


def test_the_file_says_when_it_was_made() -> None:
    assert opened(sample("EUR")).properties.created == NOW.replace(hour=11, tzinfo=None)
