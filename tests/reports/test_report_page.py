"""The page to send to a client: its figures, its words, and nothing in it that anybody else put there."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from shopinf.attribution.codebook import Codes
from shopinf.attribution.commissions import read_commission
from shopinf.attribution.credits import MultiCode, Rules, attribute
from shopinf.attribution.overview import Covered, Overview
from shopinf.attribution.report import By, Choice, DateBasis, StoreOrders
from shopinf.orders import Application, Order
from shopinf.reports.html import file as page
from shopinf.reports.tables import LISTED
from shopinf.results import Failure

from .pagereader import Element, figures, read, table
from .samples import NAMES, NOW, ZONE, code_of, june, order, returned, sample

pytestmark = pytest.mark.slow

HOSTILE = (
    "<script>alert(1)</script>",
    "</title></svg><img src=x onerror=alert(2)>",
    "=cmd()|x",
    "abc\u202edcba",
    "\x1b[31mred\x07",
    "{{ 7 * 7 }}",
    "x" * 300,
    "👩‍👩‍👧 fam",
    "مريم العربي",
    "日本語の名前",
    "a'b\"c&amp;",
    "",
)


def made(whole: Overview) -> Element:
    return read(page(whole))


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
def test_the_key_figures_are_the_totals(currency: str) -> None:
    whole = sample(currency, client=False)
    total = whole.sections[0].total
    assert figures(made(whole)) == {
        "Net sales": str(total["net_sales"]),
        "Orders": "120",
        "New customers": str(total["new_customers"]),
        "Average order": str(total["average_order_value"]),
        "Returns": str(total["returns"]),
        "Commission": str(total["commission"]),
    }


@pytest.mark.parametrize(("by", "title"), [(By.INFLUENCER, "Influencers"), (By.CODE, "Codes"), (By.ORDER, "Orders")])
def test_each_table_has_every_row_and_the_total(by: By, title: str) -> None:
    whole = sample("EUR", client=False)
    *rows, total = table(made(whole), title)
    expected = [(str(row["net_sales"]), str(row["commission"])) for row in whole.side(by).rows]
    assert sorted((row["Net sales"], row["Commission"]) for row in rows) == sorted(expected)
    assert total["Net sales"] == str(whole.sections[0].total["net_sales"])


def test_amounts_are_set_apart_with_the_currencys_own_decimals() -> None:
    for currency, pattern in (("EUR", r"\d,\d{3}\.\d\d$"), ("JPY", r"\d,\d{3}$"), ("KWD", r"\d,\d{3}\.\d{3}$")):
        net = made(sample(currency)).all("dl")[0].all("b")[0].text
        assert re.search(pattern, net), net


def test_currencies_are_sections_and_never_added_up() -> None:
    whole = sample("USD", "EUR", "JPY")
    found = made(whole)
    assert [head.text for head in found.all("h2")] == ["EUR", "JPY", "USD"]
    nets = [figures(found, place)["Net sales"] for place in range(3)]
    assert nets == [str(section.total["net_sales"]) for section in whole.sections]


def test_a_client_reads_nothing_of_commission_and_reasons() -> None:
    told = sample("EUR", client=True, rate=None, notes=["No commission rate for leo: commission left open."])
    assert "commission" not in page(told).decode().lower()
    assert "reason" not in page(told).decode().lower()
    assert "shopinf" not in page(told).decode().lower()
    internal = page(sample("EUR", client=False, notes=["No commission rate for leo."])).decode()
    assert "No commission rate for leo." in internal
    assert "Reasons" in internal


def test_the_first_page_is_stamped_with_what_is_missing() -> None:
    cut = datetime(2026, 6, 4, tzinfo=ZoneInfo(ZONE))
    lost = [Failure("berlin", "berlin", "Shopify no longer accepts this token", 4)]
    whole = sample("EUR", provisional=True, reach=cut, cut="only 60 days can be seen", missing=lost)
    header = made(whole).all("header")[0]
    stamps = [item.text for item in header.all("li")]
    assert [text.split()[0] for text in stamps] == ["Provisional", "Truncated", "Incomplete"]
    assert "30 Jun 2026" in stamps[0]
    assert "4 Jun 2026" in stamps[1]
    assert "berlin" in stamps[2]
    assert "token" not in stamps[2]
    assert "no longer accepts this token" in page(replace(whole, client=False)).decode()
    assert not made(sample("EUR")).all("header")[0].all("li")


def test_a_comparison_that_reaches_too_far_back_is_stamped_as_such() -> None:
    cut = datetime(2026, 5, 20, tzinfo=ZoneInfo(ZONE))
    (stamp,) = made(sample("EUR", compare=True, reach=cut, cut="only 60 days can be seen")).all("header")[0].all("li")
    assert stamp.text.startswith("Comparison truncated")


def test_the_change_stands_beside_the_key_figures() -> None:
    whole = sample("EUR", compare=True)
    found = made(whole)
    changes = [change.text for change in found.all("dd", "change")]
    net = whole.sections[0].figures[0]
    assert net.change is not None
    assert changes[0].startswith(f"−{abs(net.change)}%" if net.change < 0 else f"+{net.change}%")
    assert "1–31 May 2026" in found.text
    assert not made(sample("EUR")).all("dd", "change")


def test_more_returns_are_no_good_news() -> None:
    found = made(sample("EUR", compare=True))
    moods = {
        block.all("dt")[0].text: next(iter(block.all("dd", "change")[0].all("b")), None)
        for block in found.all("dl")[0].all("div")
    }
    for name, mark in moods.items():
        assert mark is not None
        rising = mark.text.startswith("+")
        if mark.text.startswith("±"):
            assert mark.attributes["class"] == "same"
        else:
            assert mark.attributes["class"] == ("good" if rising != (name == "Returns") else "bad")


def test_text_from_a_store_is_only_text() -> None:
    title = "Kiosk </title><script>alert(3)</script>\u202e"
    whole = sample("EUR", "JPY", names=HOSTILE, title=title, count=90, client=False, notes=["<b>note</b>"])
    found = made(whole)
    assert not [tag for tag in ("script", "img", "link", "iframe", "object") if found.all(tag)]
    assert not any(name.startswith("on") for each in found.all("td") + found.all("svg") for name in each.attributes)
    text = page(whole).decode()
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x9f]", text)
    names = {row["Influencer"] for row in table(found, "Influencers")}
    assert {"<script>alert(1)</script>", "=cmd()|x", "{{ 7 * 7 }}", "مريم العربي", "a'b\"c&amp;"} <= names
    assert "abcdcba" in names
    assert "red" in names
    assert "(no influencer)" in names
    assert found.all("h1")[0].text.startswith("Kiosk </title><script>")


def test_the_page_asks_nobody_for_anything() -> None:
    text = page(sample("EUR", compare=True)).decode()
    assert not re.search(r"""(?i)\b(src|href|action|poster|srcset)\s*=|url\(|@import|https?://(?!www\.w3\.org)""", text)
    policy = read(text).all("meta")[1].attributes
    assert policy["content"].startswith("default-src 'none'")


def test_a_chart_says_what_it_shows_and_its_numbers_stand_beside_it() -> None:
    whole = sample("EUR")
    found = made(whole)
    charts = found.all("svg")
    assert len(charts) == 4  # two charts, each for two widths
    for chart in charts:
        assert chart.attributes["role"] == "img"
        named = {each.attributes.get("id") for each in (chart.all("title")[0], chart.all("desc")[0])}
        assert set(chart.attributes["aria-labelledby"].split()) == named
    ids = [each.attributes["id"] for tag in ("title", "desc", "h2", "h3") for each in found.all(tag) if each.attributes]
    assert len(ids) == len(set(ids))
    course = whole.sections[0].course
    bars = [bar.all("title")[0].text for bar in charts[0].all("rect", "bar")]
    days = [f"{date.fromisoformat(each.label):%-d %b %Y}" for each in course]
    assert bars == [f"{day}: {each.net_sales.amount:,.2f}" for day, each in zip(days, course, strict=True)]
    numbers = found.all("details")[0].all("tbody")[0].all("tr")
    assert [row.values for row in numbers] == [
        [day, str(each.orders), f"{each.net_sales.amount:,.2f}"] for day, each in zip(days, course, strict=True)
    ]


def test_days_that_took_more_back_than_they_brought_go_below_the_line() -> None:
    whole = sample("EUR", choice=Choice(basis=DateBasis.EVENT), count=30)
    assert min(each.net_sales.amount for each in whole.sections[0].course) < 0
    chart = made(whole).all("svg")[0]
    marks = [text.text for text in chart.all("text")]
    assert any(mark.startswith("-") for mark in marks)
    assert "0" in marks


def test_a_period_without_orders_says_so() -> None:
    found = made(sample("JPY", count=0))
    assert "No orders came in with an influencer’s code" in found.text
    assert figures(found)["Net sales"] == "0"
    assert figures(found)["Average order"] == "–"
    assert not found.all("svg")
    assert not found.all("div", "table")


@pytest.mark.slow
def test_two_hundred_influencers_are_all_in_the_table_and_the_first_in_the_chart() -> None:
    names = [f"person{number}" for number in range(200)]
    whole = sample("EUR", names=names, count=4000)
    sold = len(whole.side(By.INFLUENCER).rows)
    found = made(whole)
    assert len(table(found, "Influencers")) == sold + 1 > 190
    assert len(found.all("svg", "bars")[0].all("rect", "bar")) == 10
    assert f"the first 10 of {sold}" in found.text


@pytest.mark.slow
def test_of_very_many_orders_the_latest_are_listed_and_the_total_is_of_all() -> None:
    whole = sample("EUR", count=1200)
    found = made(whole)
    *rows, total = table(found, "Orders")
    assert len(rows) == LISTED
    assert rows[-1]["Order"] == whole.side(By.ORDER).rows[-1]["order_name"]
    assert total["Net sales"] == str(whole.sections[0].total["net_sales"])
    assert f"the latest {LISTED} of 1,200" in found.text


def test_customers_of_several_influencers_are_said_to_count_once() -> None:
    said = "The total counts each customer once, though several rows may have it."
    assert said in made(sample("EUR")).text
    assert said not in made(sample("EUR", names=NAMES[:1])).text


def test_orders_say_their_time_with_the_shops_offset() -> None:
    whole = sample("EUR", count=5)
    rows = table(made(whole), "Orders")
    assert rows[0]["Date"].endswith("+02:00")
    assert f"Days in {ZONE}" in made(whole).all("header")[0].text


def test_what_is_not_counted_is_said() -> None:
    footer = made(sample("EUR")).all("footer")[0].text
    assert "Not counted: test orders (1), gifts to influencers (1), orders not paid yet (1)." in footer


def test_two_runs_on_the_same_facts_write_the_same_page() -> None:
    assert page(sample("EUR", compare=True)) == page(sample("EUR", compare=True))


def test_only_a_name_that_no_line_of_a_phone_holds_may_be_broken() -> None:
    endless = "x" * 41
    cells = made(sample("EUR", names=("the_wandering_photographer", endless))).all("th", "name")
    assert {("long" in cell.attributes["class"].split()) for cell in cells if cell.text == endless} == {True}
    assert {("long" in cell.attributes["class"].split()) for cell in cells if cell.text != endless} == {False}


def test_the_commission_stands_right_beside_what_it_is_of() -> None:
    for block in made(sample("EUR", client=False)).all("div", "table"):
        heads = [head.text for head in block.all("thead")[0].all("th")]
        assert heads[heads.index("Net sales") + 1] == "Commission"


def test_each_figure_of_a_row_is_named_where_there_is_no_room_for_columns() -> None:
    block = made(sample("EUR")).all("div", "influencer")[0]
    heads = [head.text for head in block.all("thead")[0].all("th")]
    named = [cell.attributes["data-head"] for cell in block.all("tbody")[0].all("tr")[0].all("td")]
    assert named == heads[1:]


MIDDAY = datetime(2026, 6, 9, 12, tzinfo=ZoneInfo(ZONE))
WHOLE = [order(n, MIDDAY + timedelta(hours=n), "MAYA10", Decimal(100), "EUR") for n in range(1, 6)]
BOTH = tuple(Application("discount_code", code=code) for code in ("MAYA10", "LEO10"))
SHARED = order(6, MIDDAY, "", Decimal(100), "EUR", applications=BOTH)
CANCELLED = replace(order(7, MIDDAY, "LEO10", Decimal(100), "EUR"), cancelled_at=MIDDAY + timedelta(days=1))
EARLIER = returned(order(8, MIDDAY - timedelta(days=20), "LEO10", Decimal(100), "EUR"), MIDDAY)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ([], []),
        ([CANCELLED], ["6 rows for 5 orders: 1 cancelled order is not counted."]),
        (
            [SHARED],
            ["7 rows for 6 orders: an order with codes of several influencers has a row for each of them (1 more)."],
        ),
        (
            [SHARED, CANCELLED],
            [
                "8 rows for 6 orders: an order with codes of several influencers has a row for each of them (1 more); "
                "1 cancelled order is not counted."
            ],
        ),
        ([EARLIER], ["6 rows for 5 orders: 1 order is of an earlier time, with a return in this one."]),
    ],
)
def test_more_rows_than_orders_are_explained_above_the_rows(more: list[Order], said: list[str]) -> None:
    names = ("maya", "leo")
    codes = Codes([code_of(each) for each in names], zone=ZoneInfo(ZONE))
    rules = Rules(MultiCode.SPLIT, default=read_commission("10%"))
    outcomes = [attribute(each, codes, rules, None) for each in (*WHOLE, *more)]
    part = StoreOrders("maya-shop", "EUR", ZoneInfo(ZONE), outcomes, june(), codes)
    choice = Choice(basis=DateBasis.EVENT if more == [EARLIER] else DateBasis.ORDER)
    found = made(Overview([Covered("maya-shop", "Maya", "EUR", ZONE, june(), part)], choice, NOW))
    block = found.all("div", "order")[0]
    assert [words.text for words in block.all("p", "small")] == said
    for sentence in said:
        assert sentence.startswith(f"{len(block.all('tbody')[0].all('tr'))} rows for {figures(found)['Orders']} orders")


def test_a_page_over_several_stores_says_whose_figures_are_together() -> None:
    whole = sample("EUR", "USD")
    extra = replace(whole.stores[0], name="berlin", title="Berlin Kiosk")
    stamps = [item.text for item in made(replace(whole, stores=[*whole.stores, extra])).all("header")[0].all("li")]
    assert stamps == [
        "3 stores Figures in EUR are of Maya Shop and Berlin Kiosk together. Figures in USD are of Paris alone."
    ]
    many = [replace(whole.stores[0], name=f"s{n}", title=f"Shop {n}") for n in range(1, 16)]
    said = made(replace(whole, stores=many)).all("header")[0].all("li")[0].text
    assert said.endswith("Shop 11, Shop 12 and 3 more together.")
    found = made(whole)
    assert "Figures in EUR are of Maya Shop alone." in found.all("section")[0].text
    assert not made(sample("EUR")).all("header")[0].all("li")


def test_a_campaign_of_everything_stands_above_the_tables_and_in_no_row() -> None:
    one = made(sample("EUR", names=("ana", "leo")))
    assert "campaign Summer" in one.all("header")[0].text
    assert all("Campaign" not in row for row in table(one, "Orders"))
    several = made(sample("EUR"))
    assert "campaign" not in several.all("header")[0].text
    assert {row["Campaign"] for row in table(several, "Codes")[:-1]} == {"Summer", "Spring"}


def test_stores_go_by_their_own_names_where_these_tell_them_apart() -> None:
    whole = sample("EUR", "EUR")
    assert {row["Store"] for row in table(made(whole), "Stores")[:-1]} == {"Maya Shop", "Paris"}
    alike = replace(whole, stores=[replace(store, title="Kiosk") for store in whole.stores])
    assert {row["Store"] for row in table(made(alike), "Stores")[:-1]} == {"maya-shop", "paris"}


def test_what_is_paid_and_open_stands_beside_the_commission_where_it_was_asked_for() -> None:
    found = made(sample("EUR", client=False, choice=Choice(payments=True)))
    for block in found.all("div", "table"):
        heads = [head.text for head in block.all("thead")[0].all("th")]
        assert heads[heads.index("Commission") :][:3] == ["Commission", "Paid", "Open"]
    assert "Paid" not in [head.text for head in made(sample("EUR", choice=Choice(payments=True))).all("th")]
