"""What a report says of whether customers came back: a picture and a table on the page, a sheet in the workbook."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from bench import Bench
from orders.mirrored import goods, make_code

from shopinf.attribution.overview import Overview
from shopinf.attribution.won import Buy, Given, StoreWorth, Won
from shopinf.attribution.worth import sums
from shopinf.letterhead import Language, Letterhead
from shopinf.money import Money
from shopinf.practice import PracticeStore
from shopinf.reports.html import file as page
from shopinf.reports.tongue import tongue_of
from shopinf.reports.xlsx import file as workbook

from .pagereader import Element, figures, read
from .samples import NOW, sample

pytestmark = pytest.mark.slow


def customer(month: int, net: str, *again: tuple[int, str]) -> Won:
    at = datetime(2026, month, 5, 12, tzinfo=UTC)
    later = [Buy(at + timedelta(days=days), "EUR", Decimal(spent), Decimal(0)) for days, spent in again]
    return Won("maya", "Summer", Buy(at, "EUR", Decimal(net), Decimal(1), (("Cap", 1),)), later)


PEOPLE = (
    customer(1, "80.00", (20, "10.00"), (100, "7.00")),
    customer(1, "60.00"),
    customer(2, "50.00", (80, "30.00")),
    customer(3, "40.00", (85, "12.50")),
    customer(6, "20.00"),
)


def whole(*people: Won, **more: Any) -> Overview:
    gift = Given("maya", "Summer", datetime(2026, 2, 1, tzinfo=UTC), Money.of("25.00", "EUR"))
    store = StoreWorth("maya-shop", "EUR", ZoneInfo("Europe/Berlin"), NOW, people, [gift])
    return replace(sample(count=20), back=[sums(store)], **more)


def the_table(overview: Overview, language: Language = Language.EN) -> Element:
    text = page(overview, Letterhead(language=language)).decode()
    (found,) = [each for each in read(text).all("div", "table") if each.all("h3")[0].attributes["id"] == "back-eur"]
    return found


def test_the_page_has_a_row_for_each_month_and_a_dash_for_what_has_not_passed() -> None:
    found = the_table(whole(*PEOPLE))
    values = [row.values for row in found.all("tbody")[0].all("tr")]
    assert values[0] == ["January 2026", "2", "1", "1", "1", "–", "10.00", "10.00", "10.00", "–"]
    assert values[-1] == ["June 2026", "1", "–", "–", "–", "–", "–", "–", "–", "–"]
    assert "A dash stands where that time has not passed for everybody." in found.text


def test_the_picture_is_of_the_longest_time_that_has_passed_for_some_months_per_customer() -> None:
    text = page(whole(*PEOPLE)).decode()
    assert "Bought again within 90 days by each customer won, EUR, by month" in text
    assert "January 2026: 5.00" in text  # 10.00 of two
    assert "March 2026: 12.50" in text
    assert "June 2026: " not in text


def test_without_customers_there_is_neither_picture_nor_table_nor_sheet() -> None:
    overview = sample(count=20)
    assert "back-eur" not in page(overview).decode()
    assert "Came back" not in openpyxl.load_workbook(io.BytesIO(workbook(overview))).sheetnames


@pytest.mark.parametrize("client", [True, False])
def test_a_clients_workbook_has_the_sheet_without_what_it_cost(client: bool) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(whole(*PEOPLE, client=client))))
    assert book.sheetnames == ["Summary", "Influencers", "Codes", "Orders", "Excluded", "Came back"]
    sheet = book["Came back"]
    heads, first, *_ = sheet.iter_rows(values_only=True)
    row = dict(zip(heads, first, strict=True))
    assert (row["Month"], row["Customers won"], row["Net sales within 90 days"]) == ("2026-01", 2, 10)
    assert row["Top products"] == "Cap"
    assert ("Profit" in row) is not client
    assert client or row["Profit"] == 155


@pytest.mark.parametrize("language", Language)
def test_it_speaks_the_language_of_the_page(language: Language) -> None:
    title = the_table(whole(*PEOPLE), language).all("h3")[0].text
    english = the_table(whole(*PEOPLE)).all("h3")[0].text
    assert (title == english) is (language is Language.EN)


def test_the_report_of_a_period_looks_back_a_year(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    make_code(run, "MIA10", "mia")
    run.clock.pass_(hours=1)
    for email in ("ann@post.example", "bob@post.example"):
        shop.sell("MIA10", customer=email, lines=goods(shop, "100.00"))
        run.clock.pass_(days=20)
        shop.sell(customer=email, lines=goods(shop, "40.00"))
    run.clock.pass_(days=100)
    written = tmp_path / "r.html"
    run("orders", "attribute", "--period", "2027-03", "-o", str(written)).ok()
    (found,) = [each for each in read(written.read_text()).all("table") if "November 2026" in each.text]
    assert found.all("tbody")[0].all("tr")[0].values[:3] == ["November 2026", "1", "1"]
    run("orders", "attribute", "--period", "2028-01", "-o", str(written)).ok()
    assert "November 2026" not in written.read_text()


def test_where_older_orders_are_hidden_it_is_left_out_and_said(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    make_code(run, "MIA10", "mia")
    run.clock.pass_(hours=1)
    shop.sell("MIA10", customer="ann@post.example", lines=goods(shop, "100.00"))
    shop.scopes.discard("read_all_orders")
    written = tmp_path / "r.html"
    done = run("orders", "attribute", "--period", "2026-11", "--for", "internal", "-o", str(written)).ok()
    assert "Did they come back?" not in written.read_text()
    assert "whether customers came back is not shown, as older orders cannot be seen" in done.err


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_customers_are_worth_is_a_page_of_its_own_with_what_it_cost(
    run: Bench, shop: PracticeStore, tmp_path: Path, language: str
) -> None:
    make_code(run, "MIA10", "mia")
    run.clock.pass_(hours=1)
    shop.sell("MIA10", customer="ann@post.example", lines=goods(shop, "100.00"))
    shop.sell(customer="ann@post.example", lines=goods(shop, "40.00"))
    run("orders", "sync").ok()
    written = tmp_path / "worth.html"
    run("influencers", "worth", "--language", language, "-o", str(written)).ok()
    found = read(written.read_text())
    assert figures(found)[tongue_of(Language(language)).heading("profit")] == "121.00"
    months, people = found.all("table")
    assert months.all("tbody")[0].all("tr")[0].values[1:3] == ["1", "–"]
    assert people.all("tbody")[0].all("tr")[0].values[:4] == ["mia", "1", "2", "130.00"]
    assert ("What customers are worth" in written.read_text()) is (language == "en")


def test_a_workbook_of_what_customers_are_worth_has_the_rows(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    make_code(run, "MIA10", "mia")
    run.clock.pass_(hours=1)
    shop.sell("MIA10", customer="ann@post.example", lines=goods(shop, "100.00"))
    run("orders", "sync").ok()
    written = tmp_path / "worth.xlsx"
    run("influencers", "worth", "-o", str(written)).ok()
    heads, row = openpyxl.load_workbook(written)["Rows"].iter_rows(values_only=True, max_row=2)
    found = dict(zip(heads, row, strict=True))
    assert (found["influencer"], found["customers_won"], found["profit"], found["again_30"]) == ("mia", 1, 81, None)
