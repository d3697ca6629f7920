"""The worked examples as months that an operator closes, with their numbers: from the sale to the cent that is paid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bench import Bench, StillClock
from orders.mirrored import goods, make_code

from shopinf.practice import PracticeStore

from .paying import close, give_back, pay, sell, sums


def mia10(run: Bench, rate: str = "10%") -> None:
    """MIA10 takes ten per cent off, and earns *rate*."""
    make_code(run, "MIA10", "mia", "--percent", "10")
    run("rates", "set", rate, "--influencer", "mia").ok()


def shirt_and_mug(shop: PracticeStore, day: str = "2026-10-05") -> dict[str, Any]:
    """A 60.00 + B 40.00, less ten per cent: base 90.00."""
    at = f"{day}T10:00:00-05:00"
    found: dict[str, Any] = shop.sell("MIA10", lines=goods(shop, "60.00", "40.00"), at=at, force=True)
    return found


def mug_back(shop: PracticeStore, order: dict[str, Any], day: str) -> None:
    shop.refund(order["id"], [(order["line_items"][1]["id"], 1)], at=f"{day}T10:00:00-05:00")


def test_a_refund_after_the_payment_is_carried_below_zero_and_netted_from_the_next_one(
    run: Bench, shop: PracticeStore, clock: StillClock, tmp_path: Path
) -> None:
    mia10(run)
    order = shirt_and_mug(shop)
    first = close(run)["mia"]
    assert (sums(first), first["payable"]) == (("0.00", "9.00", "0.00", "0.00", "9.00"), "9.00")
    run("payouts", "paid", first["statement"]).ok()
    mug_back(shop, order, "2026-11-24")
    clock.pass_(days=12)
    second = close(run, "2026-11")["mia"]
    assert sums(second) == ("9.00", "0.00", "-3.60", "9.00", "-3.60")
    assert (second["payable"], second["status"], second["reason"]) == ("0.00", "carried", "below zero: carried on")
    nothing = pay(run, tmp_path).ok()
    assert (nothing.json["payments"], (tmp_path / "run.csv").exists()) == ([], False)
    assert f"mia ({second['statement']}): below zero, carried on." in nothing.err
    sell(shop, "MIA10", "111.11", "2026-12-02")
    clock.pass_(days=31)
    third = close(run, "2026-12")["mia"]
    assert sums(third) == ("-3.60", "10.00", "0.00", "0.00", "6.40")
    assert third["payable"] == "6.40"
    assert [each["amount"] for each in pay(run, tmp_path).ok().json["payments"]] == ["6.40"]


def test_what_came_back_before_the_closing_is_entered_with_what_is_left(run: Bench, shop: PracticeStore) -> None:
    mia10(run)
    mug_back(shop, shirt_and_mug(shop), "2026-10-12")
    mia = close(run)["mia"]
    assert sums(mia) == ("0.00", "5.40", "0.00", "0.00", "5.40")
    found = [(each["net_sales"], each["amount"], each["reason"]) for each in mia["entries"]]
    assert found == [("54.00", "5.40", "refund")]


def test_a_new_customer_earns_15_00_and_the_returning_one_4_00_and_the_type_stays(
    run: Bench, shop: PracticeStore, clock: StillClock
) -> None:
    mia10(run, "new 15% returning 5%")
    first = sell(shop, "MIA10", "111.11", "2026-10-05", customer="ann@buyers.example")
    sell(shop, "MIA10", "88.89", "2026-10-25", customer="ann@buyers.example")
    mia = close(run)["mia"]
    entries = [(each["customer_type"], each["rate"], each["amount"]) for each in mia["entries"]]
    assert (mia["earned"], entries) == ("19.00", [("new", "15%", "15.00"), ("returning", "5%", "4.00")])
    give_back(shop, first)  # she was new when it was entered, and stays so
    clock.pass_(days=12)
    assert close(run, "2026-11")["mia"]["adjustments"] == "-15.00"


def test_a_leaked_codes_246_00_are_put_on_hold_and_not_voided(run: Bench, shop: PracticeStore) -> None:
    make_code(run, "MIA0", "mia", "--percent", "1", "--commission", "10%")
    for number in range(41):
        shop.sell("MIA0", lines=goods(shop, "60.61"), at=f"2026-10-20T10:{number:02}:00-05:00", force=True)
    quiet = sell(shop, "MIA0", "101.01", "2026-10-02")
    ran = run("payouts", "hold", "--code", "MIA0", "--from", "2026-10-20", "--reason", "on a coupon site").ok()
    assert "No order of that is entered yet; what comes later is held too." in ran.err
    mia = close(run)["mia"]
    assert (mia["closing"], mia["held"], mia["payable"]) == ("256.00", "246.00", "10.00")
    assert (mia["reason"], mia["payable_on"]) == ("on hold: on a coupon site", None)
    assert quiet in [each["order_id"] for each in mia["entries"]]


@pytest.mark.parametrize(
    ("rate", "part", "whole"),
    [("8.00", "0.00", "-8.00"), ("8.00 pro rata", "-3.20", "-8.00")],
    ids=["flat", "pro rata"],
)
def test_a_flat_commission_stays_after_a_partial_refund_or_shrinks_to_4_80_and_goes_with_all(
    run: Bench, shop: PracticeStore, clock: StillClock, rate: str, part: str, whole: str
) -> None:
    mia10(run, rate)
    half, gone = shirt_and_mug(shop), shirt_and_mug(shop, "2026-10-06")
    assert close(run)["mia"]["earned"] == "16.00"
    mug_back(shop, half, "2026-11-24")
    give_back(shop, int(gone["id"]))
    clock.pass_(days=12)
    entries = close(run, "2026-11")["mia"]["entries"]
    by_order = {each["order_id"]: each["amount"] for each in entries}
    assert (by_order.get(half["id"], "0.00"), by_order[gone["id"]]) == (part, whole)


@pytest.mark.parametrize(("mode", "earned"), [((), "160.00"), (("--tiers", "whole"), "210.00")])
def test_a_month_of_1400_in_tiers_earns_160_00_marginally_and_210_00_as_a_whole(
    run: Bench, shop: PracticeStore, mode: tuple[str, ...], earned: str
) -> None:
    make_code(run, "TOM10", "tom", "--percent", "10")
    run("rates", "set", "10%, from 1000 15%", *mode, "--influencer", "tom").ok()
    for day in ("04", "14", "24", "28"):
        shop.sell("TOM10", lines=goods(shop, "388.89"), at=f"2026-10-{day}T10:00:00-05:00", force=True)
    tom = close(run)["tom"]
    assert sum(float(each["net_sales"]) for each in tom["entries"]) == pytest.approx(1400.00)
    assert tom["earned"] == earned


def test_of_40_00_the_15_00_younger_than_thirty_days_are_held_and_25_00_are_payable(
    run: Bench, shop: PracticeStore, clock: StillClock, tmp_path: Path
) -> None:
    mia10(run)
    sell(shop, "MIA10", "277.78", "2026-10-03")
    late = sell(shop, "MIA10", "166.67", "2026-10-25")
    mia = close(run, "2026-10", "--hold-days", "30")["mia"]
    assert (mia["closing"], mia["held"], mia["payable"]) == ("40.00", "15.00", "25.00")
    assert (mia["reason"], mia["payable_on"]) == ("inside the hold days", "2026-11-24")
    assert [each["amount"] for each in pay(run, tmp_path).ok().json["payments"]] == ["25.00"]
    give_back(shop, late, "2026-11-23T10:00:00-05:00")  # inside the hold days, so it was never paid
    clock.pass_(days=12)
    assert close(run, "2026-11")["mia"]["adjustments"] == "-15.00"


def test_the_same_statement_is_the_same_to_the_byte_a_year_later_whatever_came_of_its_orders(
    run: Bench, shop: PracticeStore, clock: StillClock, tmp_path: Path
) -> None:
    mia10(run)
    order = shirt_and_mug(shop)
    name = close(run)["mia"]["statement"]

    def written(kind: str) -> bytes:
        file = tmp_path / f"statement.{kind}"
        run("payouts", "statement", "--statement", name, "-o", str(file)).ok()
        return file.read_bytes()

    before = {kind: written(kind) for kind in ("html", "csv", "xlsx")}
    run("payouts", "paid", name).ok()
    mug_back(shop, order, "2026-11-24")
    clock.pass_(days=12)
    close(run, "2026-11")
    run("rates", "set", "20%", "--influencer", "mia").ok()
    clock.pass_(days=365)
    assert {kind: written(kind) for kind in before} == before


def test_what_was_decided_of_an_order_is_what_it_earns_and_lets_the_closing_go_on(
    run: Bench, shop: PracticeStore, clock: StillClock
) -> None:
    mia10(run)
    doubtful = shirt_and_mug(shop)
    clear = sell(shop, "MIA10", "100.00", "2026-10-09")
    shop.orders[doubtful["id"]]["current_subtotal_price"] = "1.00"
    shop.orders[doubtful["id"]]["current_subtotal_price_set"]["shop_money"]["amount"] = "1.00"
    shop.touch(doubtful["id"], at="2026-10-16T10:00:00-05:00")
    refused = run("payouts", "close", "--period", "2026-10")
    assert (refused.code, doubtful["name"] in refused.err) == (2, True)
    run("orders", "decide", doubtful["name"], "--net", "54.00", "--reason", "the mug came back").ok()
    mia = close(run)["mia"]
    found = {each["order_id"]: (each["net_sales"], each["amount"], each["reason"]) for each in mia["entries"]}
    assert found[clear] == ("90.00", "9.00", None)
    assert found[doubtful["id"]][:2] == ("54.00", "5.40")
    assert "the mug came back" in found[doubtful["id"]][2]
    run("orders", "decide", doubtful["name"], "--nothing", "--reason", "all of it came back").ok()
    clock.pass_(days=12)
    later = close(run, "2026-11")["mia"]
    assert sums(later) == ("14.40", "0.00", "-5.40", "0.00", "9.00")
    assert "all of it came back" in later["entries"][0]["reason"]
