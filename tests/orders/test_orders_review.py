"""Orders that need a look: listed with what is odd, and settled by a person, once for all reports."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bench import Bench, Ran

from shopinf.practice import PracticeStore

from .mirrored import Middleman, goods, make_code

pytestmark = pytest.mark.slow

Json = dict[str, Any]
DECIDED = ("orders", "decide", "1001")


@pytest.fixture
def odd(run: Bench, shop: PracticeStore) -> Json:
    """An order of 100.00 by Mia's code for 10 % of which the store's subtotal says something else, and a plain one."""
    make_code(run, "MIA10", "mia")
    run.clock.pass_(hours=1)
    order = shop.sell("MIA10", lines=goods(shop, "60.00", "40.00"))
    shop.sell("MIA10", lines=goods(shop, "50.00"))
    changes: Json = {"current_subtotal_price": "77.00"}
    run.wire = Middleman(run.wire, lambda each: each.update(changes) if each["id"] == order["id"] else None)
    run("orders", "sync").ok()
    return changes


def reviewed(run: Bench, *more: str) -> list[Json]:
    rows = run("orders", "review", "-f", "json", *more).ok().json["rows"]
    assert isinstance(rows, list)
    return rows


def report(run: Bench, *more: str) -> Json:
    found = run("orders", "attribute", "--period", "this-month", "--by", "order", "-f", "json", *more).ok().json
    assert isinstance(found, dict)
    return found


def first(run: Bench, *more: str) -> Json:
    row = report(run, *more)["rows"][0]
    assert isinstance(row, dict)
    return row


def test_what_needs_a_look_is_listed_with_what_is_odd(run: Bench, odd: Json) -> None:
    (row,) = reviewed(run)
    assert (row["store"], row["order_name"], row["influencer"], row["code"]) == ("maya-shop", "#1001", "mia", "MIA10")
    assert (row["currency"], row["net_sales"]) == ("USD", "90.00")
    assert "Shopify's current subtotal is 77.00, its lines come to 90.00" in row["reasons"]
    ran = run("orders", "review")
    assert "1 order of 2 orders.  Next: shopinf orders explain '#1001'" in ran.err


def test_a_store_where_nothing_needs_a_look_says_so(run: Bench, odd: Json) -> None:
    odd.clear()
    run("orders", "sync", "--full").ok()
    ran = run("orders", "review").ok()
    assert "Nothing needs a look: 2 orders by codes of ours were gone through." in ran.err
    assert reviewed(run, "--period", "2026-10") == []


@pytest.mark.parametrize(
    ("verdict", "net", "commission", "total"),
    [
        (("--net", "77.00"), "77.00", "7.70", "122.00"),
        (("--as-computed",), "90.00", "9.00", "135.00"),
        (("--nothing",), "0.00", "0.00", "45.00"),
        (("--net", "120"), "120.00", "12.00", "165.00"),
    ],
)
def test_a_decided_order_counts_with_what_was_decided(
    run: Bench, odd: Json, verdict: tuple[str, ...], net: str, commission: str, total: str
) -> None:
    assert report(run)["totals"][0]["net_sales"] == "45.00"
    ran = run(*DECIDED, *verdict, "--reason", "the client  said so", "-f", "json", environ={"SHOPINF_USER": "ann"})
    (made,) = ran.ok().json["rows"]
    assert (made["net_sales"], made["decided_by"], made["reason"]) == (net, "ann", "the client said so")
    found = report(run)
    row = found["rows"][0]
    assert (row["status"], row["net_sales"], row["commission"]) == ("approved", net, commission)
    assert any("ann decided on 2026-11-22" in each and "the client said so" in each for each in row["reasons"])
    assert (found["totals"][0]["net_sales"], found["excluded"]["needs_review"]) == (total, 0)
    assert reviewed(run) == []


def test_a_decision_stands_in_the_journal_and_is_not_made_twice(run: Bench, odd: Json) -> None:
    for _ in range(2):
        run(*DECIDED, "--net", "77.00", "--reason", "seen", environ={"SHOPINF_USER": "ann"}).ok()
    run(*DECIDED, "--nothing", "--reason", "seen again", environ={"SHOPINF_USER": "leo"}).ok()
    entries = [json.loads(each) for (each,) in run.look("SELECT data FROM journal WHERE kind = 'order.decided'")]
    assert [(each["by"], each["verdict"], each["reason"]) for each in entries] == [
        ("ann", "net", "seen"),
        ("leo", "nothing", "seen again"),
    ]
    assert first(run)["net_sales"] == "0.00"


def test_an_order_that_changes_again_needs_another_look(run: Bench, odd: Json, shop: PracticeStore) -> None:
    run(*DECIDED, "--net", "77.00", "--reason", "seen", environ={"SHOPINF_USER": "ann"}).ok()
    run.clock.pass_(days=1)
    odd["current_subtotal_price"] = "66.00"
    run("orders", "sync", "--full").ok()
    row = first(run)
    assert (row["status"], row["net_sales"]) == ("needs_review", "90.00")
    assert "it has changed since ann looked at it on 2026-11-22" in row["reasons"]
    assert [each["order_name"] for each in reviewed(run)] == ["#1001"]
    run(*DECIDED, "--net", "66.00", "--reason", "seen").ok()
    assert first(run)["net_sales"] == "66.00"


def test_what_nobody_looked_at_may_change(run: Bench, odd: Json) -> None:
    run(*DECIDED, "--net", "77.00", "--reason", "seen").ok()
    odd |= {"tags": "vip", "fulfillment_status": "fulfilled", "updated_at": "2026-11-23T12:00:00-05:00"}
    run("orders", "sync", "--full").ok()
    assert first(run)["status"] == "approved"


def test_by_event_a_decided_order_counts_from_the_day_of_the_decision(run: Bench, odd: Json) -> None:
    run.clock.pass_(days=14)
    run(*DECIDED, "--net", "77.00", "--reason", "seen").ok()
    by_event = ("--by", "influencer", "--date", "event", "--period")
    assert [row["net_sales"] for row in report(run, *by_event, "2026-11")["rows"]] == ["45.00"]
    (row,) = report(run, *by_event, "2026-12")["rows"]
    assert (row["orders"], row["net_sales"], row["commission"]) == (1, "77.00", "7.70")
    year = [
        report(run, "--by", "influencer", "--period", "2026", "--date", each)["totals"] for each in ("order", "event")
    ]
    assert year[0] == year[1]


def test_an_order_whose_lines_are_missing_can_be_given_a_figure(run: Bench, odd: Json) -> None:
    odd |= {"line_items": [], "total_line_items_price": None}
    run("orders", "sync", "--full").ok()
    run(*DECIDED, "--net", "90", "--reason", "from the invoice").ok()
    row = first(run)
    assert (row["gross_sales"], row["returns"], row["net_sales"], row["commission"]) == (
        "90.00",
        "0.00",
        "90.00",
        "9.00",
    )


def test_an_explanation_tells_the_decision(run: Bench, odd: Json) -> None:
    run(*DECIDED, "--nothing", "--reason", "own office", environ={"SHOPINF_USER": "ann"}).ok()
    assert "ann decided on 2026-11-22: nothing (own office)" in run("orders", "explain", "1001").ok().out


def refused(run: Bench, *more: str) -> Ran:
    ran = run("orders", "decide", *more)
    assert ran.out == ""
    return ran


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (("1001", "--reason", "x"), 2, "in one way"),
        (("1001", "--nothing", "--as-computed", "--reason", "x"), 2, "in one way"),
        (("1001", "--net", "0", "--nothing", "--reason", "x"), 2, "in one way"),
        (("1001", "--nothing", "--reason", "  "), 2, "--reason is empty"),
        (("1001", "--net", "-1", "--reason", "x"), 2, "less than nothing"),
        (("1001", "--net", "1.005", "--reason", "x"), 2, "more decimals"),
        (("1001", "--net", "a lot", "--reason", "x"), 2, "not an amount"),
        (("1001", "--nothing"), 2, "--reason"),
        (("1002", "--nothing", "--reason", "x"), 2, "#1002 needs no look: it is approved"),
        (("1009", "--nothing", "--reason", "x"), 3, "no order 1009"),
    ],
)
def test_a_decision_that_cannot_be_meant_is_refused(
    run: Bench, odd: Json, argv: tuple[str, ...], code: int, said: str
) -> None:
    ran = refused(run, *argv)
    assert (ran.code, said in ran.err) == (code, True), ran.err
    assert run.look("SELECT * FROM journal WHERE kind = 'order.decided'") == []


def test_orders_that_cannot_be_read_are_named_in_the_review(run: Bench, odd: Json) -> None:
    odd["line_items"] = ["Serum"]
    run("orders", "sync", "--full")
    for more in ((), ("--no-sync",)):
        ran = run("orders", "review", "-f", "json", *more)
        assert ran.code == 7
        assert [each["what"].split(" (")[0] for each in ran.json["failures"]] == ["order #1001"]


def test_a_store_that_was_never_read_is_reviewed_after_a_sync(run: Bench, shop: PracticeStore) -> None:
    assert run("orders", "review", "--no-sync").code == 3
    run("orders", "review").ok()
