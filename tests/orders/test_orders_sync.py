"""Orders are read once, then only what changed; whatever happens in between, none is lost and none is read in vain."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from bench import Bench, PracticeWire

from shopinf.orderrows import row_of
from shopinf.practice import PracticeStore
from shopinf.times import iso

from .mirrored import Troubled, mirrored, orders_asked

pytestmark = pytest.mark.both_engines


@pytest.fixture
def store(run: Bench) -> PracticeStore:
    """A connected store with 1,200 orders of two years, which answers as fast as it is asked."""
    shop = run.open(orders=1200, customers=300, throttle=False)
    run.connect(shop).ok()
    return shop


def synced(run: Bench, *more: str) -> dict[str, Any]:
    rows = run("orders", "sync", "-f", "json", *more).ok().json["rows"]
    assert len(rows) == 1
    return dict(rows[0])


def of_the_store(shop: PracticeStore) -> set[int]:
    return set(shop.orders)


def test_the_first_sync_brings_every_order_open_closed_and_cancelled(run: Bench, store: PracticeStore) -> None:
    row = synced(run)
    assert row["read"] == 1200
    assert row["complete_from"] is None
    assert row["truncated"] is False
    assert set(mirrored(run)) == of_the_store(store)
    assert run.look("SELECT count(*) FROM windows") == [(0,)]
    assert run.look("SELECT count(*) FROM orders WHERE cancelled_at IS NOT NULL")[0][0] > 0
    assert all("status=any" in query for query in orders_asked(store) if "page_info" not in query)


def test_the_next_sync_asks_only_for_what_changed(run: Bench, store: PracticeStore) -> None:
    store.touch(max(store.orders))
    synced(run)
    run.clock.pass_(hours=1)
    sold = store.sell()
    key = next(iter(store.orders))
    store.touch(key)
    before = len(store.calls)
    assert synced(run)["read"] == 2
    (query,) = orders_asked(store, before)
    assert "updated_at_min=2026-11-22T11%3A55%3A00Z" in query
    assert "since_id=0" in query
    assert sold["id"] in mirrored(run)


def test_the_watermark_is_the_newest_change_seen_less_five_minutes(run: Bench) -> None:
    shop = run.open(orders=20, customers=5, now=lambda: run.clock.now() - timedelta(hours=3))
    run.connect(shop).ok()
    shop.touch(max(shop.orders))
    synced(run)
    assert run.look("SELECT watermark FROM syncs") == [("2026-11-22T08:55:00Z",)]
    run.clock.pass_(minutes=30)
    synced(run)
    assert run.look("SELECT watermark FROM syncs") == [("2026-11-22T08:55:00Z",)]
    shop.touch(max(shop.orders))
    synced(run)
    assert run.look("SELECT watermark FROM syncs") == [("2026-11-22T09:25:00Z",)]


def test_each_sync_tells_its_own_time(run: Bench, shop: PracticeStore) -> None:
    assert synced(run)["synced_at"] == iso(run.clock.now(), shop.zone)
    run.clock.pass_(hours=1)
    assert synced(run)["synced_at"] == iso(run.clock.now(), shop.zone)


@pytest.mark.slow
def test_many_orders_are_read_in_windows_at_the_same_time(run: Bench) -> None:
    shop = run.open(orders=4000, customers=900, throttle=False, plan="plus")
    run.connect(shop).ok()
    assert synced(run)["read"] == 4000
    assert set(mirrored(run)) == of_the_store(shop)
    windows = {query.split("created_at_max=")[1].split("&")[0] for query in orders_asked(shop) if "_max" in query}
    assert len(windows) >= 3
    assert len(orders_asked(shop)) <= 4000 // 250 + 2 * len(windows) + 4


@pytest.mark.slow
def test_orders_that_change_while_pages_are_read_are_not_lost(run: Bench, store: PracticeStore) -> None:
    synced(run)
    run.clock.pass_(hours=1)
    ids = list(store.orders)
    for key in ids[:700]:
        store.touch(key)

    def more_happens(number: int, request: httpx.Request) -> None:
        run.clock.pass_(seconds=1)
        store.touch(ids[300 * number % 700])  # moves to the end of a list by time of change
        store.sell()

    run.wire = Troubled(run.wire, more_happens)
    synced(run)
    run.wire = Troubled(run.wire, lambda number, request: None)
    synced(run)
    assert set(mirrored(run)) == of_the_store(store)
    stale = {
        key
        for key, at in run.look("SELECT order_id, updated_at FROM orders")
        if datetime.fromisoformat(at) != datetime.fromisoformat(store.orders[key]["updated_at"])
    }
    assert not stale


@pytest.mark.slow
def test_many_changed_orders_are_read_at_the_same_time_too(run: Bench) -> None:
    shop = run.open(orders=2000, customers=300, throttle=False)
    run.connect(shop).ok()
    synced(run)
    run.clock.pass_(hours=1)
    for key in shop.orders:
        shop.touch(key)
    before = len(shop.calls)
    assert synced(run)["read"] >= 2000
    assert any("created_at_max" in query and "updated_at_min" in query for query in orders_asked(shop, before))
    assert run.look("SELECT count(*) FROM orders WHERE updated_at = '2026-11-22T13:00:00Z'") == [(2000,)]


def test_a_listing_whose_place_was_forgotten_goes_on_after_the_last_id(run: Bench, store: PracticeStore) -> None:
    forgotten: list[str] = []

    def forget(number: int, request: httpx.Request) -> httpx.Response | None:
        if "page_info" not in request.url.params or forgotten:
            return None
        forgotten.append(str(request.url))
        return httpx.Response(400, json={"errors": {"page_info": "Invalid value."}}, request=request)

    run.wire = Troubled(run.wire, forget)
    assert synced(run)["read"] == 1200
    assert forgotten
    assert set(mirrored(run)) == of_the_store(store)


@pytest.mark.slow
@pytest.mark.parametrize("after", [1, 3, 9])
def test_an_interrupted_first_sync_goes_on_where_it_was(run: Bench, after: int) -> None:
    shop = run.open(orders=2500, customers=300, throttle=False)
    run.connect(shop).ok()
    plain = run.wire

    def stop(number: int, request: httpx.Request) -> None:
        if number > after:
            raise KeyboardInterrupt

    run.wire = Troubled(plain, stop)
    assert run("orders", "sync").code == 130
    kept = len(mirrored(run))
    run.clock.pass_(days=1)
    refunded = next(key for key in shop.orders if shop.orders[key]["financial_status"] == "paid")
    shop.refund(refunded, [(shop.orders[refunded]["line_items"][0]["id"], 1)])
    late = shop.sell()
    run.wire = plain
    row = synced(run)
    assert int(str(row["read"])) <= 2500 + 2 - kept + 250, "what was read before is not read again"
    assert set(mirrored(run)) == of_the_store(shop)
    assert late["id"] in mirrored(run)
    assert run.look(f"SELECT updated_at FROM orders WHERE order_id = {refunded}") == [("2026-11-23T12:00:00Z",)]
    assert run.look("SELECT count(*) FROM windows") == [(0,)]


def test_without_read_all_orders_sixty_days_are_read_and_said(run: Bench, store: PracticeStore) -> None:
    store.scopes.discard("read_all_orders")
    ran = run("orders", "sync", "-f", "json").ok()
    (row,) = ran.json["rows"]
    assert row["truncated"] is True
    assert row["complete_from"] == "2026-09-23T08:00:00-04:00"
    assert 0 < row["read"] < 400
    assert "read_all_orders" in ran.json["notes"][0]


def test_orders_that_come_into_sight_later_are_read_then(run: Bench, store: PracticeStore) -> None:
    store.scopes.discard("read_all_orders")
    seen = synced(run)["read"]
    run.clock.pass_(hours=1)
    assert synced(run)["read"] == 0
    store.scopes.add("read_all_orders")
    row = synced(run)
    assert (row["truncated"], row["complete_from"]) == (False, None)
    assert int(str(row["read"])) >= 1200 - int(str(seen))
    assert set(mirrored(run)) == of_the_store(store)


@pytest.mark.slow
def test_a_day_limits_how_far_back_orders_are_read_and_an_earlier_one_widens_it(
    run: Bench, store: PracticeStore
) -> None:
    row = synced(run, "--since", "2026-11-01")
    few = set(mirrored(run))
    assert row["complete_from"] == "2026-11-01T00:00:00-04:00"
    assert 0 < len(few) < 200
    run.clock.pass_(hours=1)
    synced(run)
    assert set(mirrored(run)) == few
    synced(run, "--since", "2026-06-01")
    begin = datetime(2026, 6, 1, 4, tzinfo=UTC)
    wanted = {key for key in store.orders if datetime.fromisoformat(store.orders[key]["created_at"]) >= begin}
    assert set(mirrored(run)) == wanted
    assert few < wanted


@pytest.mark.slow
def test_a_full_sync_finds_what_was_deleted(run: Bench, store: PracticeStore) -> None:
    synced(run)
    gone = list(store.orders)[700]
    del store.orders[gone]
    assert synced(run)["removed"] == 0
    assert gone in mirrored(run)
    assert synced(run, "--full")["removed"] == 1
    assert set(mirrored(run)) == of_the_store(store)
    assert run.look(f"SELECT count(*) FROM order_facts WHERE order_id = {gone}") == [(0,)]
    with closing(run.ledger()) as ledger:
        assert [each["data"] for each in ledger.entries(store.id, kind="orders.gone")] == [{"orders": [gone]}]


def test_a_full_sync_keeps_what_shopify_hides_by_now(run: Bench, store: PracticeStore) -> None:
    synced(run)
    store.scopes.discard("read_all_orders")
    row = synced(run, "--full")
    assert row["removed"] == 0
    assert len(mirrored(run)) == 1200
    assert (row["complete_from"], row["truncated"]) == (None, False)


@pytest.mark.slow
def test_an_interrupted_full_sync_removes_nothing_until_it_has_seen_everything(run: Bench) -> None:
    shop = run.open(orders=2500, customers=300, throttle=False)
    run.connect(shop).ok()
    synced(run)
    gone = list(shop.orders)[1500]
    del shop.orders[gone]
    plain = run.wire

    def stop(number: int, request: httpx.Request) -> None:
        if number > 4:
            raise KeyboardInterrupt

    run.wire = Troubled(plain, stop)
    assert run("orders", "sync", "--full").code == 130
    assert len(mirrored(run)) == 2500
    run.wire = plain
    assert synced(run, "--full")["removed"] == 1
    assert set(mirrored(run)) == of_the_store(shop)


def changed(response: httpx.Response, request: httpx.Request, answer: object) -> httpx.Response:
    return httpx.Response(200, json=answer, headers={"Date": response.headers["Date"]}, request=request)


@pytest.mark.slow
def test_a_list_that_shows_less_than_shopify_counts_is_read_again_and_said(run: Bench, store: PracticeStore) -> None:
    class Boastful(PracticeWire):
        def send(self, request: httpx.Request) -> httpx.Response:
            response = super().send(request)
            if not request.url.path.endswith("/orders/count.json"):
                return response
            response.read()
            return changed(response, request, {"count": response.json()["count"] + 3})

    stores, run.wire = run.wire.stores, Boastful()
    run.wire.stores = stores
    ran = run("orders", "sync", "-f", "json").ok()
    assert "counts 3 more orders than it lists" in ran.json["notes"][0]
    assert set(mirrored(run)) == of_the_store(store)


@pytest.mark.slow
def test_an_order_missing_from_the_list_at_first_is_found_when_it_is_looked_into(
    run: Bench, store: PracticeStore
) -> None:
    late = list(store.orders)[600]

    class Late(PracticeWire):
        counted = 0

        def send(self, request: httpx.Request) -> httpx.Response:
            response = super().send(request)
            self.counted += request.url.path.endswith("/orders/count.json")
            if not request.url.path.endswith("/orders.json") or self.counted > 1:
                return response
            response.read()
            answer = changed(response, request, {"orders": [o for o in response.json()["orders"] if o["id"] != late]})
            if "Link" in response.headers:
                answer.headers["Link"] = response.headers["Link"]
            return answer

    stores, run.wire = run.wire.stores, Late()
    run.wire.stores = stores
    ran = run("orders", "sync", "-f", "json").ok()
    assert ran.json["notes"] == []
    assert set(mirrored(run)) == of_the_store(store)


def test_older_news_never_overwrite_later_ones(run: Bench, store: PracticeStore) -> None:
    from dataclasses import replace

    synced(run)
    ledger = run.ledger()
    try:
        before = next(iter(ledger.orders.full(store.id, set(store.orders))))
        older = replace(
            before, updated_at=before.updated_at - timedelta(days=1), name="#old", financial_status="pending"
        )
        ledger.orders.write(store.id, [row_of(older)], 1)
        assert next(iter(ledger.orders.full(store.id, {before.order_id}))) == before
        newer = replace(before, updated_at=before.updated_at + timedelta(days=1), name="#new")
        ledger.orders.write(store.id, [row_of(newer)], 1)
        assert next(iter(ledger.orders.full(store.id, {before.order_id}))).name == "#new"
    finally:
        ledger.close()


def test_a_store_without_orders_is_synced(run: Bench, shop: PracticeStore) -> None:
    assert synced(run)["read"] == 0
    run.clock.pass_(hours=1)
    sold = shop.sell()
    assert synced(run)["read"] == 1
    assert sold["id"] in mirrored(run)


def test_one_store_that_fails_does_not_stop_the_others(run: Bench) -> None:
    good = run.open(orders=30, customers=9)
    bad = run.open(handle="nordlicht", seed=5)
    run.connect(good).ok()
    run.connect(bad).ok()
    bad.faults.pcd = True
    ran = run("orders", "sync", "--all-stores", "-f", "json")
    assert ran.code == 7
    assert [row["store"] for row in ran.json["rows"]] == ["maya-shop"]
    (failure,) = ran.json["failures"]
    assert (failure["store"], failure["code"]) == ("nordlicht", 5)


def test_a_scope_that_was_not_granted_is_named(run: Bench) -> None:
    shop = run.open(scopes={"read_products", "read_price_rules"})
    run.connect(shop).ok()
    ran = run("orders", "sync")
    assert ran.code == 5
    assert "read_orders" in ran.err
    assert ran.out == ""


@pytest.mark.parametrize("answer", [{"orders": {"id": 1}}, {"errors": "yesterday"}, ["yesterday"]])
def test_an_unreadable_page_is_no_bug_of_ours(run: Bench, store: PracticeStore, answer: Any) -> None:
    def broken(number: int, request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(200, json=answer, request=request)

    run.wire = Troubled(run.wire, broken)
    ran = run("orders", "sync")
    assert ran.code == 6
    assert "a page of orders that cannot be read" in ran.err
    assert "yesterday" not in ran.err


def test_a_store_that_does_not_count_is_read_all_the_same(run: Bench, store: PracticeStore) -> None:
    store.faults.fail(
        lambda method, path: path.endswith("/orders/count.json"), 404, {"errors": "Not Found"}, times=None
    )
    assert synced(run)["read"] == 1200
    assert set(mirrored(run)) == of_the_store(store)
    assert run.look("SELECT watermark FROM syncs") == [("2026-11-22T03:25:28Z",)]
