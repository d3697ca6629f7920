"""Our sums over all orders agree with the store's own, and where they do not, each difference is listed."""

from __future__ import annotations

from typing import Any

import pytest
from bench import Bench

from shopinf.practice import PracticeStore

from .mirrored import goods

pytestmark = pytest.mark.both_engines


@pytest.mark.parametrize(
    "settings",
    [{}, {"taxes_included": True, "currency": "EUR"}, {"currency": "JPY", "timezone": "Asia/Tokyo", "seed": 3}],
    ids=["tax on top", "tax inside", "no decimals"],
)
def test_two_years_of_orders_with_refunds_edits_and_cancellations_agree(run: Bench, settings: dict[str, Any]) -> None:
    shop = run.open(orders=700, customers=150, throttle=False, **settings)
    run.connect(shop).ok()
    ran = run("orders", "reconcile", "-f", "json")
    assert ran.code == 0, ran.json["rows"][4:]
    assert [row["figure"] for row in ran.json["rows"]] == ["gross_sales", "discounts", "returns", "net_sales"]
    assert ran.json["stores"] == [
        {"store": "maya-shop", "orders": 700, "differing": 0, "missing": 0, "surplus": 0, "stale": 0}
    ]
    assert float(ran.json["rows"][2]["ours"]) > 0


def test_a_difference_is_listed_by_order_and_figure(run: Bench, shop: PracticeStore) -> None:
    order = shop.sell(lines=goods(shop, "100.00"))
    shop.sell(lines=goods(shop, "50.00"))
    shop.orders[order["id"]]["current_subtotal_price"] = "80.00"
    ran = run("orders", "reconcile", "-f", "json")
    assert ran.code == 7
    sums = {row["figure"]: row["difference"] for row in ran.json["rows"] if row["order_id"] is None}
    assert sums == {"gross_sales": "0.00", "discounts": "0.00", "returns": "-20.00", "net_sales": "20.00"}
    listed = [(row["order_name"], row["figure"], row["ours"], row["theirs"]) for row in ran.json["rows"][4:]]
    assert listed == [(order["name"], "returns", "0.00", "20.00"), (order["name"], "net_sales", "100.00", "80.00")]
    assert f"shopinf orders explain {order['id']}" in ran.err


def test_a_period_narrows_it(run: Bench, shop: PracticeStore) -> None:
    shop.sell(lines=goods(shop, "100.00"), at="2026-10-31T23:59:59-04:00")
    shop.sell(lines=goods(shop, "70.00"), at="2026-11-01T00:00:00-04:00")
    found = run("orders", "reconcile", "--period", "2026-10", "-f", "json").ok().json
    assert found["rows"][0]["ours"] == found["rows"][0]["theirs"] == "100.00"
    assert found["stores"][0]["orders"] == 1


def test_nothing_of_it_is_kept(run: Bench, shop: PracticeStore) -> None:
    shop.sell(lines=goods(shop, "100.00"))
    run("orders", "reconcile").ok()
    assert run("orders", "attribute", "--period", "2026-11", "--no-sync").code == 3
