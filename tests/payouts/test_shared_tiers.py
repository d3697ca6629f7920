"""Tiers of a statement that several stores have orders in: a group was closed as one payer, its stores move later."""

from __future__ import annotations

from typing import Any

import pytest
from bench import Bench, StillClock
from orders.mirrored import make_code

from shopinf.practice import PracticeStore

from .paying import close, give_back, sell


@pytest.fixture
def other(run: Bench, shop: PracticeStore) -> PracticeStore:
    """The other store of the group, where mia earns 20 per cent once both stores' October is worth 300.00."""
    found = run.open(handle="nord", seed=2)
    run.connect(found, "--group", "north").ok()
    run("stores", "group", "maya-shop", "north").ok()
    make_code(run, "MIA10", "mia", "--percent", "10", "--store", "maya-shop")
    make_code(run, "MIA20", "mia", "--percent", "10", "--store", "nord")
    run("rates", "set", "10%, from 300 20%", "--tiers", "whole", "--influencer", "mia").ok()
    return found


def october_of_both(run: Bench, shop: PracticeStore, other: PracticeStore) -> tuple[int, int]:
    """October with 180.00 and 90.00 in one store and twice 90.00 in the other; the second order of each store."""
    sell(shop, "MIA10", "200.00", "2026-10-05")
    sell(other, "MIA20", "100.00", "2026-10-06")
    second = sell(shop, "MIA10", "100.00", "2026-10-07"), sell(other, "MIA20", "100.00", "2026-10-08")
    assert close(run, "2026-10", "--group", "north")["mia"]["earned"] == "90.00"
    return second


def moved(run: Bench, *more: str, period: str = "2026-11") -> list[tuple[str, str]]:
    """Which stores' orders a later closing moves, and by how much."""
    found: list[dict[str, Any]] = (
        run("payouts", "close", "--period", period, *more, "-f", "json").ok().json["statements"]
    )
    return sorted((each["store"], each["amount"]) for one in found for each in one["entries"])


def test_returns_in_both_stores_take_their_period_below_the_tier_once(
    run: Bench, shop: PracticeStore, other: PracticeStore, clock: StillClock
) -> None:
    one, two = october_of_both(run, shop, other)
    give_back(shop, one)
    give_back(other, two)
    clock.pass_(days=10)
    mia = close(run, "2026-11", "--group", "north")["mia"]
    assert (mia["opening"], mia["adjustments"], mia["closing"]) == ("90.00", "-63.00", "27.00")
    assert sorted(each["amount"] for each in mia["entries"]) == ["-18.00", "-18.00", "-18.00", "-9.00"]


def test_a_return_in_a_store_that_is_closed_alone_moves_the_others_orders_at_its_own_closing(
    run: Bench, shop: PracticeStore, other: PracticeStore, clock: StillClock
) -> None:
    one, two = october_of_both(run, shop, other)
    give_back(shop, one)
    give_back(other, two)
    clock.pass_(days=10)
    assert moved(run, "--store", "nord") == [("nord", "-18.00")]  # 360.00 are left of October
    assert moved(run, "--store", "maya-shop") == [("maya-shop", "-18.00"), ("maya-shop", "-18.00")]  # 270.00 are
    clock.pass_(days=31)
    assert moved(run, "--store", "nord", period="2026-12") == [("nord", "-9.00")]
    assert moved(run, "--all-stores", period="2026-12") == [("nord", "-9.00")]
    clock.pass_(days=31)
    assert moved(run, "--group", "north", period="2027-01") == []
