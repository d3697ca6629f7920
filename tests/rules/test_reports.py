"""The attribution report: rows, totals, what stays outside, and both date bases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shopinf.attribution.buyers import rank
from shopinf.attribution.codebook import Codes
from shopinf.attribution.commissions import read_commission
from shopinf.attribution.credits import MultiCode, Rules, attribute
from shopinf.attribution.report import By, Choice, DateBasis, Report, StoreOrders, report, report_columns
from shopinf.attribution.tally import Row
from shopinf.orders import Order
from shopinf.periods import Period, read_period

from .making import LEO, TEN, D, book, line, on, order, refund, tracked

ZONE = ZoneInfo("Europe/Berlin")


def period(text: str) -> Period:
    return read_period(text, None, None, today=on("2026-07-15").date())


def store(
    orders: Iterable[Order], when: str | None = None, *, codes: Codes | None = None, name: str = "maya", **rules: Any
) -> StoreOrders:
    orders = list(orders)
    codes = codes or book(zone=ZONE)
    rules.setdefault("default", TEN)
    ranks = rank(orders)
    outcomes = [attribute(each, codes, Rules(**rules), ranks.get(each.order_id)) for each in orders]
    return StoreOrders(name, "USD", ZONE, outcomes, period(when) if when else None, codes)


def shown(made: Report, *names: str) -> list[tuple[str, ...]]:
    return [tuple(str(row[name]) for name in names) for row in made.rows]


def one(made: Report) -> Row:
    (row,) = made.rows
    return row


FIRST = order(line(1, "100.00", "10.00"), codes=["MIA10"], customer_id=7, day="2026-06-03")
SECOND = replace(FIRST, order_id=2, name="#1002", processed_at=on("2026-06-20"))
LEOS = order(line(1, "50.00", "2.50"), codes=["LEO5"], order_id=3, customer_id=7, day="2026-06-25")
UNPAID = replace(FIRST, order_id=4, financial_status="pending", customer_id=9)
CANCELLED = replace(FIRST, order_id=5, cancelled_at=on("2026-07-04"), customer_id=10)
ODD = replace(FIRST, order_id=6, name="#1006", total_line_items_price=D("95.00"), customer_id=11)
TESTED = replace(FIRST, order_id=8, test=True)
STRANGERS_TEST = replace(TESTED, order_id=9, applications=())
GIFT = replace(FIRST, order_id=10, gift=True, applications=())
ALL = [FIRST, SECOND, LEOS, UNPAID, CANCELLED, ODD, TESTED, STRANGERS_TEST, GIFT]


def test_the_columns_are_the_contracts_own_in_their_order() -> None:
    figures = (
        "orders gross_sales discounts included_tax returns net_sales commission new_customers "
        "returning_customers average_order_value first_order_at last_order_at"
    )
    assert [column.key for column in report_columns(By.INFLUENCER)] == f"store currency influencer {figures}".split()
    by_order = (
        "store order_id order_name processed_at influencer code method campaign currency gross_sales discounts "
        "included_tax returns net_sales commission customer_type status reasons other_codes"
    )
    assert [column.key for column in report_columns(By.ORDER)] == by_order.split()
    assert not {"commission", "reasons"} & {column.key for column in report_columns(By.ORDER, client=True)}


@pytest.mark.parametrize("by", list(By))
def test_every_row_has_just_the_columns(by: By) -> None:
    made = report([store(ALL)], Choice(by=by))
    assert made.rows
    assert all(list(row) == [column.key for column in made.columns] for row in made.rows)


def test_an_influencers_row_adds_up_their_orders() -> None:
    made = report([store(ALL, "2026-06")])
    figures = ("influencer", "orders", "gross_sales", "discounts", "returns", "net_sales", "commission")
    assert shown(made, *figures) == [
        ("mia", "2", "300.00", "30.00", "90.00", "180.00", "18.00"),
        ("leo", "1", "50.00", "2.50", "0.00", "47.50", "4.75"),
    ]
    mia, leo = made.rows
    assert (mia["new_customers"], mia["returning_customers"], str(mia["average_order_value"])) == (1, 0, "90.00")
    assert (leo["new_customers"], leo["returning_customers"]) == (0, 1)
    assert (mia["first_order_at"], mia["last_order_at"]) == (FIRST.processed_at, SECOND.processed_at)
    (total,) = made.totals
    assert (total["currency"], total["orders"], str(total["net_sales"])) == ("USD", 3, "227.50")
    assert (total["new_customers"], total["returning_customers"]) == (1, 0)


def test_what_stays_outside_is_counted_and_said() -> None:
    made = report([store(ALL, "2026-06")])
    assert made.excluded == {"test": 1, "gift": 1, "gift_card_only": 0, "pending": 1, "needs_review": 1}
    assert any("1 test" in note for note in made.notes)
    assert any("#1006" in note for note in made.notes)
    assert report([store(ALL, "2026-07")]).excluded["test"] == 0
    assert report([store(ALL)], Choice(influencers=["LEO"])).excluded["gift"] == 0


def test_orders_are_listed_with_their_status_in_their_course() -> None:
    made = report([store(ALL, "2026-06")], Choice(by=By.ORDER, include_pending=True))
    assert shown(made, "order_id", "status", "net_sales") == [
        ("1", "approved", "90.00"),
        ("4", "pending", "90.00"),
        ("5", "reversed", "0.00"),
        ("6", "needs_review", "90.00"),
        ("2", "approved", "90.00"),
        ("3", "approved", "47.50"),
    ]
    assert [row["customer_type"] for row in made.rows][0::4] == ["new", "returning"]
    assert made.excluded["pending"] == 0
    assert str(made.totals[0]["net_sales"]) == "317.50"


def test_pending_orders_are_rows_only_when_asked_for() -> None:
    assert "4" not in [row[0] for row in shown(report([store(ALL)], Choice(by=By.ORDER)), "order_id")]
    assert report([store(ALL)], Choice(include_pending=True)).rows[0]["orders"] == 3


def test_a_split_order_counts_once_for_each_and_once_in_all() -> None:
    both = order(line(1, "100.00", "10.00", "5.00"), codes=["MIA10", "LEO5"], customer_id=7)
    made = report([store([both], multi_code=MultiCode.SPLIT)])
    assert shown(made, "influencer", "orders", "net_sales", "commission") == [
        ("mia", "1", "56.67", "5.67"),
        ("leo", "1", "28.33", "2.83"),
    ]
    assert (made.totals[0]["orders"], str(made.totals[0]["commission"])) == (1, "8.50")
    assert (made.totals[0]["new_customers"], str(made.totals[0]["average_order_value"])) == (1, "85.00")


def test_currencies_and_stores_are_never_added_up() -> None:
    euros = [replace(FIRST, currency="EUR"), replace(SECOND, currency="EUR")]
    made = report([store([FIRST]), store(euros, name="paris")], Choice(by=By.STORE))
    assert shown(made, "store", "currency", "net_sales") == [("maya", "USD", "90.00"), ("paris", "EUR", "180.00")]
    assert [(row["currency"], row["orders"]) for row in made.totals] == [("EUR", 2), ("USD", 1)]


def test_three_rounded_rows_make_the_total() -> None:
    three = [order(line(1, "10.05"), codes=["MIA10"], order_id=each) for each in (1, 2, 3)]
    assert str(one(report([store(three, default=read_commission("5%"))]))["commission"]) == "1.50"


def test_commission_without_a_rate_is_unknown_and_said() -> None:
    made = report([store([FIRST, LEOS], default=None)])
    assert [row["commission"] for row in made.rows] == [None, None]
    assert made.totals[0]["commission"] is None
    assert any("No commission rate for leo, mia" in note for note in made.notes)
    partly = book(tracked("MIA10", "mia", commission="10%"), LEO, zone=ZONE)
    made = report([store([FIRST, LEOS], codes=partly, default=None)])
    assert [str(row["commission"]) for row in made.rows] == ["9.00", "None"]
    assert str(made.totals[0]["commission"]) == "9.00"


def test_a_day_is_the_shops_own() -> None:
    late = replace(FIRST, processed_at=on("2026-06-30T22:30:00+00:00"))
    assert not report([store([late], "2026-06")]).rows
    made = report([store([late], "2026-07")], Choice(by=By.DAY))
    assert shown(made, "day", "first_order_at") == [("2026-07-01", "2026-07-01 00:30:00+02:00")]


@pytest.mark.parametrize(("by", "labels"), [(By.WEEK, ["2026-06-01", "2026-06-15"]), (By.MONTH, ["2026-06"])])
def test_weeks_are_named_by_their_monday(by: By, labels: list[str]) -> None:
    assert [row[by.value] for row in report([store([FIRST, SECOND])], Choice(by=by)).rows] == labels


def test_rows_of_nothing_are_shown_when_asked_for() -> None:
    assert shown(report([store([FIRST], "2026-06")], Choice(include_zero=True)), "influencer", "orders") == [
        ("mia", "1"),
        ("leo", "0"),
    ]
    days = report([store([FIRST], "2026-06")], Choice(by=By.DAY, include_zero=True)).rows
    assert (len(days), sum(int(str(row["orders"])) for row in days)) == (30, 1)
    zero = days[0]
    assert (str(zero["net_sales"]), zero["average_order_value"], zero["first_order_at"]) == ("0.00", None, None)


def test_a_report_can_be_of_some_campaigns_or_influencers() -> None:
    codes = book(tracked("MIA10", "mia", campaign="Spring"), tracked("LEO5", "leo", campaign="autumn"), zone=ZONE)
    made = report([store([FIRST, LEOS], codes=codes)], Choice(by=By.CAMPAIGN, campaigns=["spring"]))
    assert shown(made, "campaign", "orders") == [("Spring", "1")]
    made = report([store([FIRST, LEOS], codes=codes)], Choice(by=By.CODE, influencers=["leo"]))
    assert shown(made, "code", "influencer", "campaign") == [("LEO5", "leo", "autumn")]


def test_by_event_each_thing_counts_on_its_own_day() -> None:
    back = replace(
        FIRST,
        order_id=11,
        lines=(line(1, "100.00", "10.00", current=0),),
        refunds=(refund((1, 1, "90.00", "0"), day="2026-07-09"),),
    )
    june = report([store([back, CANCELLED], "2026-06")], Choice(basis=DateBasis.EVENT))
    july = report([store([back, CANCELLED], "2026-07")], Choice(basis=DateBasis.EVENT))
    figures = ("orders", "gross_sales", "returns", "net_sales", "commission")
    assert shown(june, *figures) == [("2", "200.00", "0.00", "180.00", "18.00")]
    assert shown(july, *figures) == [("0", "0.00", "180.00", "-180.00", "-18.00")]
    both = report([store([back, CANCELLED])], Choice(basis=DateBasis.EVENT))
    assert shown(both, *figures) == shown(report([store([back, CANCELLED])]), *figures)


def test_an_edit_without_a_refund_is_dated_by_the_orders_last_change() -> None:
    edited = order(
        line(1, "30.00", "9.00", quantity=3, current=2),
        codes=["MIA10"],
        updated_at=on("2026-06-10") + timedelta(days=30),
    )
    made = report([store([edited])], Choice(by=By.MONTH, basis=DateBasis.EVENT))
    assert shown(made, "month", "commission") == [("2026-06", "8.10"), ("2026-07", "-2.70")]


def test_a_payment_that_never_came_was_never_worth_anything() -> None:
    voided = replace(FIRST, financial_status="voided", updated_at=on("2026-07-09"))
    made = report([store([voided])], Choice(by=By.MONTH, basis=DateBasis.EVENT))
    assert shown(made, "month", "orders", "net_sales", "commission") == [("2026-06", "0", "0.00", "0.00")]


def test_an_unknown_payment_status_is_said() -> None:
    made = report([store([replace(FIRST, financial_status="on_the_moon")])])
    assert made.excluded["pending"] == 1
    assert any("on_the_moon" in note for note in made.notes)
