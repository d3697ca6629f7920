"""Refunds whose money is on its way, failed, owed or never meant; and goods exchanged for others."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from shopinf.practice import PracticeStore

Json = dict[str, Any]


@pytest.fixture
def order(shop: PracticeStore, goods: list[int]) -> Json:
    """60.00 and 40.00 less ten per cent, with 8 % tax on top."""
    rule = shop.add_rule("MAYA10", starts_at="2026-01-01T00:00:00-05:00")
    shop.codes["MAYA10"] = rule["id"]
    lines = [(goods[0], 1, "60.00"), (goods[1], 1, "40.00")]
    return shop.sell("MAYA10", lines=lines, tax_rate="0.08", shipping="5.00", customer="ann@ann.test")


def mug(order: Json) -> list[tuple[int, int]]:
    return [(order["line_items"][1]["id"], 1)]


def rows(refund: Json) -> list[tuple[str, str]]:
    return [(each["reason"], each["amount"]) for each in refund["order_adjustments"]]


def sent(refund: Json) -> list[tuple[str, str]]:
    return [(each["status"], each["amount"]) for each in refund["transactions"]]


def test_while_a_refund_is_on_its_way_its_whole_worth_stands_as_a_discrepancy(shop: PracticeStore, order: Json) -> None:
    back = shop.refund(order["id"], mug(order), sent="pending")
    assert rows(back) == [("Refund discrepancy", "38.88")]
    assert sent(back) == [("pending", "38.88")]
    assert (order["financial_status"], order["current_subtotal_price"]) == ("paid", "54.00")
    shop.settle_refunds(order["id"])
    assert rows(back) == [("Refund discrepancy", "38.88"), ("Pending refund discrepancy", "-38.88")]
    assert sent(back) == [("success", "38.88")]
    assert order["financial_status"] == "partially_refunded"
    assert len({each["id"] for each in back["order_adjustments"]}) == 2


def test_a_part_that_is_withheld_stands_beside_what_is_on_its_way(shop: PracticeStore, order: Json) -> None:
    back = shop.refund(order["id"], mug(order), amount="32.88", sent="pending")
    assert rows(back) == [("Refund discrepancy", "6.00"), ("Refund discrepancy", "32.88")]
    shop.settle_refunds(order["id"])
    assert rows(back)[2:] == [("Pending refund discrepancy", "-32.88")]


def test_money_without_goods_on_its_way_stands_with_both_signs(shop: PracticeStore, order: Json) -> None:
    back = shop.refund(order["id"], amount="29.16", sent="pending")
    assert rows(back) == [("Refund discrepancy", "-29.16"), ("Refund discrepancy", "29.16")]
    assert sent(back) == [("pending", "29.16")]


def test_what_failed_and_what_is_owed_leave_the_order_paid(shop: PracticeStore, order: Json) -> None:
    back = shop.refund(order["id"], mug(order), sent="failure")
    assert (rows(back), sent(back)) == ([("Refund discrepancy", "38.88")], [("failure", "38.88")])
    owed = shop.refund(order["id"], [(order["line_items"][0]["id"], 1)], sent="nothing")
    assert (rows(owed), sent(owed)) == ([("Refund discrepancy", "58.32")], [])
    assert order["financial_status"] == "paid"


def test_goods_that_are_only_restocked_are_gone_without_money(shop: PracticeStore, order: Json) -> None:
    back = shop.refund(order["id"], mug(order), paid=False)
    assert (rows(back), sent(back)) == ([], [])
    assert [(each["subtotal"], each["total_tax"]) for each in back["refund_line_items"]] == [(0.0, 0.0)]
    assert order["line_items"][1]["current_quantity"] == 0
    assert (order["current_subtotal_price"], order["financial_status"]) == ("54.00", "paid")


@pytest.mark.parametrize(
    ("price", "adjusted", "money", "subtotal"),
    [
        ("36.00", [("Refund discrepancy", "38.88")], [], "90.00"),
        ("20.00", [("Refund discrepancy", "21.60")], [("success", "17.28")], "74.00"),
        ("90.00", [("Refund discrepancy", "38.88")], [], "144.00"),
    ],
    ids=["even", "for less", "for more"],
)
def test_goods_are_exchanged_for_others(
    shop: PracticeStore,
    order: Json,
    goods: list[int],
    price: str,
    adjusted: list[tuple[str, str]],
    money: list[tuple[str, str]],
    subtotal: str,
) -> None:
    shop.tax_rate = Decimal("0.08")
    back = shop.exchange(order["id"], mug(order), [(goods[1], 1, price)])
    assert (rows(back), sent(back)) == (adjusted, money)
    assert [line["current_quantity"] for line in order["line_items"]] == [1, 0, 1]
    assert order["line_items"][2]["discount_allocations"] == []
    assert (order["total_line_items_price"], order["current_subtotal_price"]) == ("100.00", subtotal)
