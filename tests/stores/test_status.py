"""`shopinf status`: how it stands with every store, without asking any of them."""

from __future__ import annotations

from pathlib import Path

from bench import Bench, StillClock
from payouts.paying import close, october, pay

from shopinf.practice import PracticeStore


def test_a_store_in_a_row_with_its_codes_sales_and_gifts(run: Bench, shop: PracticeStore, clock: StillClock) -> None:
    run("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--percent", "15").ok()
    run(
        "discounts", "create", "--campaign", "q4", "--influencer", "leo", "--percent", "15", "--ends", "2026-11-25"
    ).ok()
    shop.simulate_sales(days=20, orders=30)
    run("orders", "sync").ok()
    report = run("orders", "attribute", "--period", "this-month", "--by", "store", "--no-sync", "-f", "json").json
    sent = len(run.wire.sent)
    [row] = run("status", "-f", "json").ok().json["rows"]
    assert len(run.wire.sent) == sent, "nothing is asked of a store"
    assert (row["store"], row["active_codes"], row["ending_codes"]) == ("maya-shop", 2, 1)
    assert row["orders_this_month"] == report["totals"][0]["orders"] > 0
    assert row["net_sales_this_month"] == report["totals"][0]["net_sales"]
    assert row["gifts_under_way"] == 0
    assert row["synced_at"].startswith("2026-11-22T")


def test_every_store_is_shown_and_one_never_read_says_so(run: Bench, shop: PracticeStore) -> None:
    other = run.open(handle="nordlicht", currency="EUR")
    run.connect(other).ok()
    ran = run("status").ok()
    assert "maya-shop" in ran.out
    assert "nordlicht" in ran.out
    assert "The orders of maya-shop, nordlicht were never read: shopinf orders sync" in ran.err
    [row] = run("status", "nordlicht", "-f", "json").ok().json["rows"]
    assert (row["orders_this_month"], row["net_sales_this_month"], row["synced_at"]) == (None, None, None)


def test_a_month_without_sales_is_nothing_and_not_unknown(run: Bench, shop: PracticeStore) -> None:
    run("orders", "sync").ok()
    [row] = run("status", "-f", "json").ok().json["rows"]
    assert (row["orders_last_month"], row["net_sales_last_month"]) == (0, "0.00")


def test_what_is_payable_is_what_a_run_would_pay_now(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    october(run, shop)
    run("orders", "sync").ok()
    assert run("status", "-f", "json").ok().json["rows"][0]["payable"] is None, "no month was ever closed"
    close(run)
    assert run("status", "-f", "json").ok().json["rows"][0]["payable"] == "31.50"
    pay(run, tmp_path).ok()
    assert run("status", "-f", "json").ok().json["rows"][0]["payable"] == "0.00"


def test_what_a_group_owes_as_one_is_said_beside_its_stores(run: Bench, shop: PracticeStore) -> None:
    october(run, shop)
    run("stores", "group", "maya-shop", "north").ok()
    run("payouts", "close", "--group", "north", "--period", "2026-10").ok()
    ran = run("status", "-f", "json").ok()
    assert ran.json["rows"][0]["payable"] is None
    assert ran.json["notes"] == ["Payable by the group north: 31.50 USD."]
