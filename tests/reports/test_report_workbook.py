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
from shopinf.attribution.report import By, report_columns
from shopinf.errors import BadInput
from shopinf.money import Money
from shopinf.plain import harmless
from shopinf.reports import xlsx as room
from shopinf.reports.xlsx import file as workbook
from shopinf.reports.xlsx import money_format
from shopinf.results import Failure

from .samples import NOW, ZONE, sample
from .test_report_page import HOSTILE

pytestmark = pytest.mark.slow

SHEETS = {"Influencers": By.INFLUENCER, "Codes": By.CODE, "Orders": By.ORDER}


def opened(whole: Overview) -> Any:
    return openpyxl.load_workbook(io.BytesIO(workbook(whole)))


def rows(sheet: Any) -> list[dict[str, Any]]:
    heads, *rest = sheet.iter_rows(values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in rest]


def column(sheet: Any, name: str) -> list[Any]:
    """The cells of a column, without its header."""
    place = [cell.value for cell in sheet[1]].index(name) + 1
    return [sheet.cell(row, place) for row in range(2, sheet.max_row + 1)]


def test_the_sheets_are_the_contracts_own() -> None:
    assert opened(sample("EUR")).sheetnames == ["Summary", "Influencers", "Codes", "Orders", "Excluded"]


@pytest.mark.parametrize("client", [True, False])
@pytest.mark.parametrize("name", list(SHEETS))
def test_each_sheet_has_the_columns_and_values_of_its_rows(name: str, client: bool) -> None:
    whole = sample("EUR", "KWD", client=client)
    sheet, by = opened(whole)[name], SHEETS[name]
    keys = [each.key for each in report_columns(by, client=client)]
    assert [cell.value for cell in sheet[1]] == [*keys, "timezone"]
    expected = whole.side(by).rows
    read = rows(sheet)
    assert len(read) == len(expected) > 0
    for found, row in zip(read, expected, strict=True):
        assert found["timezone"] == ZONE
        for key in keys:
            match row[key]:
                case Money() as money:
                    assert Decimal(str(found[key])) == money.amount
                case datetime() as at:
                    assert found[key] == at.replace(tzinfo=None)
                case tuple() as texts:
                    assert found[key] == ("; ".join(texts) or None)
                case value:
                    assert found[key] == (None if value == "" else value)


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
    assert [(row["order_name"], row["excluded"]) for row in read] == [
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
    heads = next(line for line in lines if line[:3] == ["from", "to", "currency"])
    at = lines.index(heads)
    for line, section in zip(lines[at + 1 : at + 3], whole.sections, strict=True):
        read = dict(zip(heads, line, strict=True))
        assert read["currency"] == section.currency
        for key in ("net_sales", "gross_sales", "returns", "commission"):
            assert Decimal(str(read[key])) == Decimal(str(section.total[key]))
        assert read["orders"] == section.total["orders"]
    assert lines[at + 3][0] is None


def test_the_summary_shows_the_period_before_below_each_currency() -> None:
    whole = sample("EUR", compare=True)
    lines = summary(whole)
    at = next(place for place, line in enumerate(lines) if line[:3] == ["from", "to", "currency"])
    now, before = (dict(zip(lines[at], lines[at + more], strict=True)) for more in (1, 2))
    assert before["from"].isoformat() == "2026-05-01T00:00:00"
    former, net = whole.sections[0].former, whole.sections[0].figures[0]
    assert former is not None
    assert Decimal(str(before["net_sales"])) == Decimal(str(former["net_sales"]))
    assert Decimal(str(now["change_pct"])) == net.change


def test_the_summary_is_stamped_first_and_names_the_zone() -> None:
    lines = summary(sample("EUR", provisional=True, missing=[Failure("berlin", "berlin", "no answer", 6)]))
    assert [line[0] for line in lines[1:3]] == ["PROVISIONAL", "INCOMPLETE"]
    assert ["time zone", ZONE] in [line[:2] for line in lines]


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
