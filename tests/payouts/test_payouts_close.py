"""Closing a period, as an operator does it: statements, what stands in the way, and closing it again."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from bench import Bench, StillClock
from orders.mirrored import goods, make_code

from shopinf.practice import PracticeStore

from .paying import close, give_back, october, sell, sums

COLUMNS = (
    "statement payer influencer currency period_from period_to opening earned adjustments paid closing held payable "
    "payable_on status reason"
).split()


def test_a_month_is_closed_in_one_command_with_every_order_shown(run: Bench, shop: PracticeStore) -> None:
    orders = october(run, shop)
    found = run("payouts", "close", "--period", "2026-10", "-f", "json").ok().json
    assert found["schema"] == "shopinf.statements/1"
    leo, mia = found["statements"]
    assert [*leo][: len(COLUMNS)] == COLUMNS
    assert sums(leo) == ("0.00", "18.00", "0.00", "0.00", "18.00")
    assert sums(mia) == ("0.00", "13.50", "0.00", "0.00", "13.50")
    assert (mia["payer"], mia["currency"], mia["period_from"], mia["period_to"]) == (
        "maya-shop",
        "USD",
        "2026-10-01",
        "2026-10-31",
    )
    assert (mia["payable"], mia["held"], mia["status"], mia["reason"]) == ("13.50", "0.00", "open", None)
    first = mia["entries"][0]
    assert first | {"recorded_at": "", "order_name": ""} == {
        "kind": "earn",
        "store": "maya-shop",
        "order_id": orders["mia"],
        "order_name": "",
        "code": "MIA10",
        "happened_at": "2026-10-05T11:00:00-04:00",
        "net_sales": "90.00",
        "rate": "10%",
        "customer_type": "new",
        "amount": "9.00",
        "reason": None,
        "recorded_at": "",
        "by": "ann",
    } | {"by": first["by"]}


def test_who_recorded_it_stands_with_every_entry(run: Bench, shop: PracticeStore) -> None:
    october(run, shop)
    run.environ["SHOPINF_USER"] = "ann"
    assert {entry["by"] for entry in close(run)["mia"]["entries"]} == {"ann"}


def test_closing_again_changes_nothing_and_shows_the_same_to_the_byte(run: Bench, shop: PracticeStore) -> None:
    orders = october(run, shop)
    first = run("payouts", "close", "--period", "2026-10", "-f", "json").ok().out
    give_back(shop, orders["mia"])
    again = run("payouts", "close", "--period", "2026-10", "-f", "json").ok()
    assert again.out == first
    assert "was closed on 2026-11-22" in again.err
    listed = run("payouts", "list", "-f", "json").ok().json["statements"]
    assert sorted(each["statement"] for each in listed) == sorted(
        each["statement"] for each in json.loads(first)["statements"]
    )


def test_a_refund_after_the_closing_takes_the_right_cents_off_the_next_statement(
    run: Bench, shop: PracticeStore, clock: StillClock
) -> None:
    orders = october(run, shop)
    close(run)
    give_back(shop, orders["mia"])
    clock.pass_(days=10)
    november = close(run, "2026-11")
    assert sums(november["mia"]) == ("13.50", "0.00", "-9.00", "0.00", "4.50")
    (entry,) = november["mia"]["entries"]
    assert (entry["kind"], entry["order_id"], entry["net_sales"], entry["amount"], entry["reason"]) == (
        "adjust",
        orders["mia"],
        "0.00",
        "-9.00",
        "refund",
    )


def test_entries_add_up_to_closing_less_opening(run: Bench, shop: PracticeStore, clock: StillClock) -> None:
    orders = october(run, shop)
    close(run)
    give_back(shop, orders["leo"])
    sell(shop, "LEO10", "80.00", "2026-11-15")
    clock.pass_(days=10)
    for statement in close(run, "2026-11").values():
        moved = sum(Decimal(entry["amount"]) for entry in statement["entries"])
        assert moved == Decimal(statement["closing"]) - Decimal(statement["opening"])


def test_a_dry_run_shows_the_statements_and_writes_none(run: Bench, shop: PracticeStore) -> None:
    october(run, shop)
    shown = close(run, "2026-10", "--dry-run")
    assert sums(shown["mia"])[-1] == "13.50"
    assert len(shown["mia"]["entries"]) == 2
    assert run("payouts", "list", "-f", "json").ok().json["statements"] == []
    assert sums(close(run)["mia"]) == sums(shown["mia"])


def test_a_dry_run_calls_a_payer_by_its_name_before_it_was_ever_closed(run: Bench, shop: PracticeStore) -> None:
    october(run, shop)
    run("stores", "group", "maya-shop", "North").ok()
    for choice, name in ((), "maya-shop"), (("--group", "North"), "North"):
        ran = run("payouts", "close", "--period", "2026-10", *choice, "--dry-run", "-f", "json").ok()
        assert {each["payer"] for each in ran.json["statements"]} == {name}


def test_a_period_that_is_not_over_is_refused(run: Bench, shop: PracticeStore) -> None:
    october(run, shop)
    for period in ("2026-11", "this-month", "2026"):
        ran = run("payouts", "close", "--period", period)
        assert (ran.code, "is not over yet in maya-shop" in ran.err, ran.out) == (2, True, "")
    assert run("payouts", "close").code == 2


def test_days_that_are_closed_are_not_closed_again_in_another_shape(run: Bench, shop: PracticeStore) -> None:
    october(run, shop)
    close(run)
    for days in (("2026-10-01", "2026-10-15"), ("2026-09-01", "2026-09-30"), ("2026-08-01", "2026-10-31")):
        ran = run("payouts", "close", "--from", days[0], "--to", days[1])
        assert (ran.code, "is closed up to 2026-10-31 already" in ran.err) == (2, True)
    settled = run("payouts", "close", "--period", "2026-09")
    assert "settled elsewhere" in settled.err
    overlapping = run("payouts", "close", "--from", "2026-10-15", "--to", "2026-11-15", "-f", "json").ok().json
    assert [sums(each)[1] for each in overlapping["statements"]] == ["0.00", "0.00"]


def test_older_orders_than_the_first_closing_earn_nothing_and_change_nothing(
    run: Bench, shop: PracticeStore, clock: StillClock
) -> None:
    october(run, shop)
    before = sell(shop, "MIA10", "500.00", "2026-09-30")
    assert sums(close(run)["mia"])[1] == "13.50"
    give_back(shop, before)
    clock.pass_(days=10)
    assert sums(close(run, "2026-11")["mia"]) == ("13.50", "0.00", "0.00", "0.00", "13.50")


def test_an_order_that_is_paid_later_enters_the_closing_after_its_payment(
    run: Bench, shop: PracticeStore, clock: StillClock
) -> None:
    october(run, shop)
    late = sell(shop, "MIA10", "300.00", "2026-10-25", financial_status="pending")
    ran = run("payouts", "close", "--period", "2026-10", "-f", "json").ok()
    assert "1 order not paid yet" in ran.err
    assert sums({e["influencer"]: e for e in ran.json["statements"]}["mia"])[1] == "13.50"
    shop.pay(late, at="2026-11-25T10:00:00-05:00")
    clock.pass_(days=10)
    november = run("payouts", "close", "--period", "2026-11", "-f", "json").ok()
    mia = next(each for each in november.json["statements"] if each["influencer"] == "mia")
    assert sums(mia) == ("13.50", "27.00", "0.00", "0.00", "40.50")
    assert "1 order of days before 2026-11-01 that no closing had entered" in november.err


def test_a_cancelled_order_is_entered_with_nothing_and_said(run: Bench, shop: PracticeStore) -> None:
    orders = october(run, shop)
    shop.cancel(orders["leo"], at="2026-10-11T10:00:00-05:00")
    leo = close(run)["leo"]
    assert (leo["earned"], leo["status"], leo["entries"][0]["reason"]) == ("0.00", "nothing", "cancelled")


def test_rates_that_are_missing_stop_a_closing_and_are_named_with_the_command(run: Bench, shop: PracticeStore) -> None:
    october(run, shop)
    make_code(run, "ANN10", "ann", "--percent", "10")
    sell(shop, "ANN10", "60.00", "2026-10-12")
    ran = run("payouts", "close", "--period", "2026-10")
    assert (ran.code, ran.out) == (2, "")
    assert "No rate is agreed for ann (1 order) of maya-shop" in ran.err
    assert "shopinf rates set 10% --influencer ann" in ran.err
    run("rates", "set", "5%", "--influencer", "ann").ok()
    assert close(run)["ann"]["earned"] == "2.70"


def test_a_default_rate_is_for_everybody_without_one(run: Bench, shop: PracticeStore) -> None:
    make_code(run, "ANN10", "ann", "--percent", "10")
    sell(shop, "ANN10", "60.00", "2026-10-12")
    run("rates", "set", "8%").ok()
    (entry,) = close(run)["ann"]["entries"]
    assert (entry["rate"], entry["amount"]) == ("8%", "4.32")


def unclear(shop: PracticeStore) -> int:
    """An order whose numbers do not agree: they need a look."""
    order = sell(shop, "MIA10", "70.00", "2026-10-15")
    shop.orders[order]["current_subtotal_price"] = "1.00"
    shop.orders[order]["current_subtotal_price_set"]["shop_money"]["amount"] = "1.00"
    shop.touch(order, at="2026-10-16T10:00:00-05:00")
    return order


def test_orders_that_need_a_look_stop_a_closing_or_are_left_by_name(run: Bench, shop: PracticeStore) -> None:
    october(run, shop)
    name = shop.orders[unclear(shop)]["name"]
    ran = run("payouts", "close", "--period", "2026-10")
    assert (ran.code, ran.out) == (2, "")
    assert f"1 order of maya-shop needs a look before the period is closed: {name} (" in ran.err
    left = run("payouts", "close", "--period", "2026-10", "--leave-review", "-f", "json").ok()
    assert f"left for the next closing, since they need a look: {name}" in left.err
    mia = next(each for each in left.json["statements"] if each["influencer"] == "mia")
    assert mia["earned"] == "13.50"


def test_hold_days_are_counted_from_the_order_and_remembered(
    run: Bench, shop: PracticeStore, clock: StillClock
) -> None:
    october(run, shop)
    mia = close(run, "2026-10", "--hold-days", "40", "--min-payout", "5")["mia"]
    assert (mia["closing"], mia["held"], mia["payable"], mia["payable_on"], mia["reason"]) == (
        "13.50",
        "4.50",
        "9.00",
        "2026-11-29",
        "inside the hold days",
    )
    clock.pass_(days=10)
    sell(shop, "MIA10", "100.00", "2026-11-24")
    november = close(run, "2026-11")["mia"]
    assert (november["held"], november["payable"], november["payable_on"]) == ("9.00", "13.50", "2027-01-03")


def test_less_than_the_minimum_is_carried_on_and_said(run: Bench, shop: PracticeStore) -> None:
    october(run, shop)
    found = close(run, "2026-10", "--min-payout", "15")
    assert (found["mia"]["payable"], found["mia"]["status"], found["mia"]["reason"]) == (
        "0.00",
        "carried",
        "below the minimum of 15",
    )
    assert found["leo"]["payable"] == "18.00"


def test_hold_days_can_be_counted_from_when_the_goods_were_sent(
    run: Bench, shop: PracticeStore, clock: StillClock
) -> None:
    orders = october(run, shop)
    shop.ship(orders["mia"], at="2026-10-07T10:00:00-05:00")
    mia = close(run, "2026-10", "--hold-days", "30", "--hold-from", "fulfilled")["mia"]
    assert (mia["held"], mia["payable"], mia["payable_on"]) == ("4.50", "9.00", None)
    shop.ship(orders["mia later"], at="2026-11-24T10:00:00-05:00")
    clock.pass_(days=10)
    later = close(run, "2026-11")["mia"]
    assert (later["held"], later["payable_on"]) == ("4.50", "2026-12-24")


def test_a_group_is_one_payer_and_stores_by_themselves_are_one_each(run: Bench, shop: PracticeStore) -> None:
    other = run.open(handle="nord", seed=2)
    run.connect(other, "--group", "north").ok()
    run("stores", "group", "maya-shop", "north").ok()
    make_code(run, "MIA10", "mia", "--percent", "10", "--commission", "10%", "--store", "maya-shop")
    make_code(run, "MIA20", "mia", "--percent", "10", "--commission", "10%", "--store", "nord")
    sell(shop, "MIA10", "100.00", "2026-10-05")
    sell(other, "MIA20", "100.00", "2026-10-05")
    group = run("payouts", "close", "--period", "2026-10", "--group", "north", "-f", "json").ok().json
    (mia,) = group["statements"]
    assert (mia["payer"], mia["earned"], {each["store"] for each in mia["entries"]}) == (
        "north",
        "18.00",
        {"maya-shop", "nord"},
    )
    single = run("payouts", "close", "--period", "2026-10", "--store", "nord", "-f", "json").ok().json
    assert single["statements"] == []
    assert any("its stores were closed by north up to 2026-10-31 before" in note for note in single["notes"])


def test_other_hold_days_of_another_payer_are_no_news_of_an_order(run: Bench, shop: PracticeStore) -> None:
    october(run, shop)
    run("stores", "group", "maya-shop", "north").ok()
    close(run, "2026-10", "--group", "north", "--hold-days", "40")
    single = run("payouts", "close", "--period", "2026-10", "--store", "maya-shop", "-f", "json").ok().json
    assert single["statements"] == []
    [listed] = [
        each
        for each in run("payouts", "list", "--group", "north", "-f", "json").ok().json["statements"]
        if each["influencer"] == "mia"
    ]
    assert (listed["held"], listed["payable"]) == ("4.50", "9.00")


def test_a_store_that_fails_leaves_its_payer_open_and_the_others_are_closed(run: Bench, shop: PracticeStore) -> None:
    october(run, shop)
    other = run.open(handle="nord", seed=2)
    run.connect(other).ok()
    make_code(run, "MIA20", "mia", "--percent", "10", "--commission", "10%", "--store", "nord")
    sell(other, "MIA20", "100.00", "2026-10-05")
    other.uninstall()
    ran = run("payouts", "close", "--period", "2026-10", "--all-stores", "-f", "json")
    assert ran.code == 7
    assert {each["payer"] for each in ran.json["statements"]} == {"maya-shop"}
    assert [failure["store"] for failure in ran.json["failures"]] == ["nord"]


def test_a_group_one_of_whose_stores_fails_is_not_closed_and_the_store_is_named(
    run: Bench, shop: PracticeStore
) -> None:
    october(run, shop)
    other = run.open(handle="nord", seed=2)
    run.connect(other, "--group", "north").ok()
    run("stores", "group", "maya-shop", "north").ok()
    other.uninstall()
    ran = run("payouts", "close", "--period", "2026-10", "--group", "north", "-f", "json")
    assert (ran.code, ran.out) == (4, "")
    assert "Shopify does not accept the credentials of nord" in ran.err
    assert run("payouts", "list", "--group", "north", "-f", "json").ok().json["statements"] == []


def test_an_order_with_an_amount_a_new_customer_and_a_tier_each_earns_by_its_rate(
    run: Bench, shop: PracticeStore
) -> None:
    make_code(run, "NEW10", "ann", "--percent", "10")
    make_code(run, "TIER10", "tom", "--percent", "10")
    run("rates", "set", "new 15% returning 5%", "--influencer", "ann").ok()
    run("rates", "set", "10%, from 1000 15%", "--influencer", "tom").ok()
    for day, price in (("2026-10-05", "100.00"), ("2026-10-06", "80.00")):
        sell(shop, "NEW10", price, day, customer="same@buyers.example")
    for day in ("05", "06"):
        sell(shop, "TIER10", "777.78", f"2026-10-{day}")
    found = close(run)
    assert found["ann"]["earned"] == "17.10"  # 90.00 of a new, 72.00 of a returning customer
    assert [entry["rate"] for entry in found["ann"]["entries"]] == ["15%", "5%"]
    assert found["tom"]["earned"] == "160.00"  # 1,400.00 by tiers


def test_a_rate_that_changes_afterwards_counts_for_orders_not_entered_yet(
    run: Bench, shop: PracticeStore, clock: StillClock
) -> None:
    orders = october(run, shop)
    close(run)
    ran = run("rates", "set", "50%", "--code", "MIA10", "--from", "2026-10-01").ok()
    assert "2 orders in statements already keep their rate" in ran.err
    told = run("influencers", "rate", "mia", "--commission", "12%", "--from", "2026-10-01", "-f", "json").ok().json
    assert any("2 orders in statements already keep their rate" in note for note in told["notes"])
    give_back(shop, orders["mia later"])
    sell(shop, "MIA10", "100.00", "2026-11-15")
    clock.pass_(days=10)
    mia = close(run, "2026-11")["mia"]
    assert sums(mia) == ("13.50", "45.00", "-4.50", "0.00", "54.00")


def test_an_order_stays_with_whom_it_was_entered_for_when_its_code_is_given_away(
    run: Bench, shop: PracticeStore, clock: StillClock
) -> None:
    orders = october(run, shop)
    close(run)
    given = run("discounts", "assign", "MIA10", "leo", "--from", "2026-10-01").ok()
    assert (
        "2 orders in statements already keep their owner; the new one counts for orders not entered yet." in given.err
    )
    give_back(shop, orders["mia"])
    clock.pass_(days=10)
    november = close(run, "2026-11")
    assert november["mia"]["adjustments"] == "-9.00"
    assert november["leo"]["adjustments"] == "0.00"


def test_a_closing_with_nothing_in_it_says_so(run: Bench, shop: PracticeStore) -> None:
    ran = run("payouts", "close", "--period", "2026-10").ok()
    assert "Nobody earned anything" in ran.err


@pytest.mark.parametrize("format", ["table", "csv", "jsonl"])
def test_other_formats_have_the_same_rows(run: Bench, shop: PracticeStore, format: str) -> None:
    october(run, shop)
    out = run("payouts", "close", "--period", "2026-10", "-f", format).ok().out
    assert "mia" in out
    assert "13.50" in out


def lines(run: Bench) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run("payouts", "list", "-f", "jsonl").ok().out.splitlines()]


def test_statements_are_listed_with_how_they_stand(run: Bench, shop: PracticeStore) -> None:
    october(run, shop)
    close(run)
    assert [*lines(run)[0]] == [*COLUMNS, "run", "rail", "reference", "paid_at"]
    assert {row["influencer"]: row["status"] for row in lines(run)} == {"mia": "open", "leo": "open"}
    only = run("payouts", "list", "--influencer", "mia", "--status", "open", "-f", "json").ok().json["statements"]
    assert [each["influencer"] for each in only] == ["mia"]
    assert run("payouts", "list", "--status", "paid").ok().err.startswith("No statement is like that.")
    assert goods(shop, "1.00")
