"""A ledger whose orders were kept before it was known what a refund sends: read anew once, where that matters."""

from __future__ import annotations

from typing import Any

import pytest
from bench import Bench

from shopinf.practice import PracticeStore

from .mirrored import Middleman, as_kept_before, goods, make_code, orders_asked

pytestmark = pytest.mark.both_engines

Json = dict[str, Any]


@pytest.fixture
def before(run: Bench, shop: PracticeStore) -> PracticeStore:
    """A store with a plain order, one with a refund on its way and one with a settled refund, in a ledger from before.

    Each order is 60.00 and 40.00 less ten per cent by Mia's code, and the 40.00 went back.
    """
    make_code(run, "MIA10", "mia")
    run.clock.pass_(hours=1)
    _plain, waiting, settled = (shop.sell("MIA10", lines=goods(shop, "60.00", "40.00"))["id"] for _ in range(3))
    for order_id in (waiting, settled):
        shop.refund(order_id, [(shop.orders[order_id]["line_items"][1]["id"], 1)])

    def wait(order: Json) -> None:
        if order["id"] == waiting:
            (refund,) = order["refunds"]
            refund["transactions"][0]["status"] = "pending"
            worth = refund["transactions"][0]["amount"]
            row = {"id": 1, "amount": worth, "kind": "refund_discrepancy", "reason": "Refund discrepancy"}
            refund["order_adjustments"] = [row]

    run.wire = Middleman(run.wire, wait)
    run.clock.pass_(hours=1)
    synced_with_a_newer_one(run, shop)
    as_kept_before(run)
    run.clock.pass_(days=14)  # November is over
    return shop


def synced_with_a_newer_one(run: Bench, shop: PracticeStore) -> None:
    """Sync; the order that changed last, which every sync reads once more, is gone from the store afterwards."""
    newest = shop.sell(lines=goods(shop, "10.00"))["id"]
    run("orders", "sync").ok()
    del shop.orders[newest]


def net(run: Bench, *more: str) -> list[str]:
    found = run("orders", "attribute", "--period", "2026-11", "--by", "order", "-f", "json", *more).ok().json
    return [row["net_sales"] for row in found["rows"]]


def test_orders_with_refunds_are_read_anew_once_and_it_is_said_once(run: Bench, before: PracticeStore) -> None:
    asked = len(before.calls)
    ran = run("orders", "attribute", "--period", "2026-11", "--by", "order", "-f", "json").ok()
    assert [row["net_sales"] for row in ran.json["rows"]] == ["90.00", "54.00", "54.00"]
    (query,) = [query for query in orders_asked(before, asked) if "ids=" in query]
    assert [str(key) in query for key in sorted(before.orders)] == [False, True, True]
    assert "2 orders with refunds were read anew, once" in "".join(ran.json["notes"])
    asked = len(before.calls)
    ran = run("orders", "attribute", "--period", "2026-11", "-f", "json").ok()
    assert ran.json["notes"] == []
    assert not [query for query in orders_asked(before, asked) if "ids=" in query]


def test_a_sync_reads_them_anew_as_well(run: Bench, before: PracticeStore) -> None:
    assert "2 orders with refunds were read anew" in run("orders", "sync").ok().err
    assert net(run, "--no-sync") == ["90.00", "54.00", "54.00"]
    kept = [text for (text,) in run.look("SELECT facts FROM order_facts ORDER BY order_id")]
    assert ['"v":2' in text for text in kept] == [False, True, True]


def test_a_report_without_a_sync_says_what_it_does_not_know(run: Bench, before: PracticeStore) -> None:
    ran = run("orders", "attribute", "--period", "2026-11", "--no-sync", "-f", "json").ok()
    (note,) = ran.json["notes"]
    assert note.startswith("What refunds sent is not known of #1002, #1003")


def test_what_the_store_no_longer_shows_keeps_its_facts_and_that_is_said(run: Bench, before: PracticeStore) -> None:
    last = max(before.orders)
    del before.orders[last]
    ran = run("orders", "attribute", "--period", "2026-11", "--by", "order", "-f", "json").ok()
    assert [row["net_sales"] for row in ran.json["rows"]] == ["90.00", "54.00", "54.00"]
    notes = "".join(ran.json["notes"])
    assert "of these the store no longer shows 1: its refunds count by what was known before" in notes
    assert "What refunds sent is not known of #1003" in notes
    asked = len(before.calls)
    ran = run("orders", "attribute", "--period", "2026-11", "-f", "json").ok()
    assert not [query for query in orders_asked(before, asked) if "ids=" in query]
    assert [note.startswith("What refunds sent is not known of #1003") for note in ran.json["notes"]] == [True]


def test_many_are_read_250_at_a_time(run: Bench, shop: PracticeStore) -> None:
    make_code(run, "MIA10", "mia")
    run.clock.pass_(hours=1)
    for _ in range(260):
        order = shop.sell("MIA10", lines=goods(shop, "60.00", "40.00"))
        shop.refund(order["id"], [(order["line_items"][1]["id"], 1)])
    run.clock.pass_(hours=1)
    synced_with_a_newer_one(run, shop)
    as_kept_before(run)
    asked = len(shop.calls)
    run("orders", "sync").ok()
    assert len([query for query in orders_asked(shop, asked) if "ids=" in query]) == 2
