"""A wrong clock, of the answers or of this machine, costs no order; reconcile finds what is not as in the store."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import httpx
import pytest
from bench import START, Bench, StillClock

from shopinf.practice import PracticeStore

from .mirrored import Troubled, dated, goods, mirrored


def here(run: Bench) -> int:
    return int(run.look("SELECT count(*) FROM orders")[0][0])


def test_orders_of_the_hour_that_a_date_is_ahead_are_read(run: Bench, shop: PracticeStore) -> None:
    for _ in range(3):
        shop.sell(lines=goods(shop, "10.00"))
    with dated(run, timedelta(hours=1)):
        run("orders", "sync").ok()
        run.clock.pass_(minutes=1)
        told = run("orders", "sync").ok()
    assert "60 minutes ahead of this machine's clock" in told.err
    run.clock.pass_(minutes=20)
    for _ in range(2):
        shop.sell(lines=goods(shop, "10.00"))
    run.clock.pass_(hours=2)
    run("orders", "sync").ok()
    assert here(run) == 5
    assert run("orders", "reconcile").code == 0


def test_orders_are_read_that_changed_while_the_stores_date_and_our_own_clock_were_ahead_together(
    run: Bench, shop: PracticeStore
) -> None:
    right, wrong = run.clock, StillClock(START + timedelta(hours=1))
    first = shop.sell(lines=goods(shop, "10.00"))
    run.clock = wrong
    with dated(run, timedelta()):
        run("orders", "sync").ok()
        run("orders", "sync").ok()
    right.pass_(minutes=20)
    shop.refund(first["id"], [(first["line_items"][0]["id"], 1)])
    shop.sell(lines=goods(shop, "10.00"))
    wrong.pass_(minutes=30)
    with dated(run, timedelta()):
        assert run("orders", "sync", "-f", "json").ok().json["rows"][0]["read"] == 2
    right.pass_(minutes=20)
    shop.sell(lines=goods(shop, "10.00"))
    run.clock = right
    right.pass_(hours=2)
    assert run("orders", "sync", "-f", "json").ok().json["rows"][0]["read"] == 1
    assert here(run) == 3
    assert run("orders", "reconcile").code == 0


def test_orders_are_read_that_changed_during_an_interrupted_reading_by_wrong_clocks(run: Bench) -> None:
    right, wrong = run.clock, StillClock(START + timedelta(hours=1))
    shop = run.open(orders=600, customers=50, throttle=False)
    run.connect(shop).ok()
    run.clock, plain = wrong, run.wire

    def stop(number: int, request: httpx.Request) -> httpx.Response | None:
        if number > 2:
            raise KeyboardInterrupt
        return None

    run.wire = Troubled(plain, stop)
    with dated(run, timedelta()):
        assert run("orders", "sync").code == 130
    kept = set(mirrored(run))
    assert kept
    right.pass_(minutes=5)
    shop.touch(min(kept))
    right.pass_(minutes=10)
    shop.touch(max(set(shop.orders) - kept))
    wrong.pass_(minutes=16)
    run.wire = plain
    with dated(run, timedelta()):
        run("orders", "sync").ok()
    assert run.look(f"SELECT updated_at FROM orders WHERE order_id = {min(kept)}") == [("2026-11-22T12:05:00Z",)]


def test_what_an_earlier_wrong_clock_left_behind_is_mended(run: Bench, shop: PracticeStore) -> None:
    shop.sell(lines=goods(shop, "10.00"))
    with dated(run, timedelta(hours=1)):
        run("orders", "sync").ok()
    with closing(run.ledger()) as ledger, ledger.database.writing() as db:
        db.exec_driver_sql("UPDATE syncs SET watermark = '2026-11-22T12:55:00Z'")  # as an earlier version kept it
    run.clock.pass_(minutes=20)
    shop.sell(lines=goods(shop, "10.00"))
    run("orders", "sync").ok()
    assert here(run) == 2


def test_orders_that_are_not_here_as_in_the_store_are_listed_with_what_mends_them(
    run: Bench, shop: PracticeStore
) -> None:
    orders = [shop.sell(lines=goods(shop, "10.00")) for _ in range(4)]
    run("orders", "sync").ok()
    run.clock.pass_(hours=1)
    ids = [order["id"] for order in orders]
    del shop.orders[ids[1]]
    shop.orders[ids[2]]["updated_at"] = "2026-11-22T07:30:00-05:00"
    extra = shop.sell(lines=goods(shop, "10.00"))
    found = run("orders", "reconcile", "-f", "json")
    assert found.code == 7
    apart = {(row["order_id"], row["figure"]): row["fix"] for row in found.json["rows"] if row["ours"] is None}
    assert apart == {
        (ids[1], "surplus"): "shopinf orders sync --full --store maya-shop",
        (ids[2], "stale"): "shopinf orders sync --store maya-shop",
        (extra["id"], "missing"): "shopinf orders sync --store maya-shop",
    }
    assert "3 orders are not here as in the store" in found.err
    run("orders", "sync", "--full", "--store", "maya-shop").ok()
    assert run("orders", "reconcile").code == 0


@pytest.mark.parametrize("command", [("orders", "sync"), ("orders", "reconcile")])
def test_a_certificate_that_is_not_trusted_may_be_the_clocks(
    run: Bench, shop: PracticeStore, command: tuple[str, ...]
) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate is not yet valid", request=request)

    run.wire.send = refuse  # type: ignore[method-assign]
    failed = run(*command)
    assert failed.code == 6
    assert "Is this machine's clock right?" in failed.err
