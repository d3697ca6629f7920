"""A wrong clock, of the answers or of this machine, costs no order; reconcile finds what is not as in the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, timedelta
from email.utils import format_datetime

import httpx
import pytest
from bench import Bench

from shopinf.practice import PracticeStore

from .mirrored import goods


@contextmanager
def dated(run: Bench, ahead: timedelta) -> Iterator[None]:
    """Answers in the block have a `Date` that is so far ahead."""
    send = run.wire.send

    def later(request: httpx.Request) -> httpx.Response:
        answer = send(request)
        answer.headers["Date"] = format_datetime((run.clock.now() + ahead).astimezone(UTC), usegmt=True)
        return answer

    run.wire.send = later  # type: ignore[method-assign]
    yield
    run.wire.send = send  # type: ignore[method-assign]


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
