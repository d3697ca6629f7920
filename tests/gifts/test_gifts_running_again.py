"""Running again: nobody gets a second parcel, and what is missing is sent."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from bench import Bench
from middleman import Middleman

from shopinf.practice import PracticeStore

from .giving import LEO, MAYA, crowd, drafts, one_each, sent, sheet, variant

pytestmark = [pytest.mark.both_engines, pytest.mark.slow]

BOTH = ["maya@x.example", "leo@x.example"]


def test_a_second_run_sends_nothing(run: Bench, shop: PracticeStore, send: Any) -> None:
    send().ok()
    before = len(shop.writes)
    again = send(yes=False).ok()
    assert again.json["summary"] == {"asked": 2, "sent": 0, "existing": 2, "failed": 0}
    assert len(shop.writes) == before
    send(campaign="SPRING").ok()
    one_each(shop, BOTH)


def test_a_longer_sheet_sends_only_the_rest(run: Bench, shop: PracticeStore, send: Any, tmp_path: Path) -> None:
    send(file=sheet(tmp_path, MAYA)).ok()
    send().ok()
    one_each(shop, BOTH)


def test_another_campaign_is_another_gift(run: Bench, shop: PracticeStore, send: Any) -> None:
    send().ok()
    send(campaign="autumn").ok()
    assert len(sent(shop)) == 4


def test_a_replacement_is_sent_once_for_its_reason(run: Bench, shop: PracticeStore, send: Any, tmp_path: Path) -> None:
    send().ok()
    lost = sheet(tmp_path, MAYA)
    for _ in range(2):
        send("--again", "--reason", "Lost in the mail", file=lost).ok()
    assert sorted(order["email"] for order in sent(shop)) == ["leo@x.example", "maya@x.example", "maya@x.example"]
    send("--again", "--reason", "broken", file=lost).ok()
    assert len(sent(shop)) == 4
    send(file=sheet(tmp_path)).ok()
    assert len(sent(shop)) == 4


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
@pytest.mark.parametrize("path", ["POST draft_orders.json", "PUT draft_orders/", "GET draft_orders"])
@pytest.mark.parametrize("times", [1, 3])
def test_a_lost_answer_sends_nothing_twice(
    run: Bench, shop: PracticeStore, send: Any, fault: str, path: str, times: int
) -> None:
    getattr(shop.faults, fault)(path, times=times)
    done = send().ok()
    assert done.json["summary"]["sent"] == 2
    one_each(shop, BOTH)
    assert {row["order_id"] for row in done.json["rows"]} == {order["id"] for order in sent(shop)}


def test_a_draft_whose_goods_cannot_be_read_is_known_again(run: Bench, shop: PracticeStore, send: Any) -> None:
    shop.faults.drop_after("POST draft_orders.json", times=1)
    odd = {"line_items": [{"quantity": None}], "total_price": "nothing"}
    run.wire = Middleman(run.wire, lambda draft: draft.update(odd), "draft_orders")
    send().ok()
    one_each(shop, BOTH)


def test_an_answer_that_is_no_json_counts_as_lost(run: Bench, shop: PracticeStore, send: Any) -> None:
    shop.faults.fail("POST draft_orders.json", status=201, body="<html>OK</html>", times=1)
    shop.faults.fail(lambda m, path: path.endswith("complete.json"), status=200, body="<html>OK</html>", times=1)
    send().ok()
    one_each(shop, BOTH)


def test_a_lost_draft_is_looked_for_only_when_its_time_is_over(run: Bench, shop: PracticeStore, send: Any) -> None:
    shop.faults.drop_before("POST draft_orders.json")
    begun = run.clock.now()
    done = send().ok()
    assert (run.clock.now() - begun).total_seconds() > 40
    assert "looking again" in done.err
    looks = [path for method, path, _ in shop.requests if method == "GET" and path.endswith("/draft_orders.json")]
    assert len(looks) >= 4  # around before, at once, after the time is over, and once more


def test_a_draft_that_shows_up_late_is_not_made_twice(run: Bench, shop: PracticeStore, send: Any) -> None:
    hidden: dict[str, Any] = {"draft_orders": []}
    shop.faults.drop_after("POST draft_orders.json")
    # The store's answers lag: the first looks find nothing.
    shop.faults.fail("GET draft_orders.json", status=200, body=hidden, times=3)
    send().ok()
    one_each(shop, BOTH)


@pytest.mark.slow
def test_a_store_that_fails_now_and_then_gets_every_gift_once(
    run: Bench, shop: PracticeStore, send: Any, tmp_path: Path
) -> None:
    shop.faults.random(0.1, random.Random(5))
    shop.draft_races = 5
    done = send(file=crowd(tmp_path, 40))
    shop.faults.random(0)
    assert done.code in (0, 6, 7), done.err
    assert send(file=crowd(tmp_path, 40)).ok().json["summary"]["failed"] == 0
    one_each(shop, [f"p{n}@x.example" for n in range(40)])


@pytest.mark.slow
def test_a_store_that_is_down_ends_the_run_early(run: Bench, shop: PracticeStore, send: Any, tmp_path: Path) -> None:
    shop.faults.fail("POST ", times=None)
    done = send(file=crowd(tmp_path, 60))
    assert done.code == 6
    assert done.out == ""
    assert len([call for call in shop.calls if call.method == "POST"]) < 30
    shop.faults.clear()
    send(file=crowd(tmp_path, 60)).ok()
    one_each(shop, [f"p{n}@x.example" for n in range(60)])


def test_a_store_that_loses_every_answer_ends_the_run_in_minutes(
    run: Bench, shop: PracticeStore, send: Any, tmp_path: Path
) -> None:
    shop.faults.fail(lambda method, path: path.endswith("complete.json"), status=503, times=None)
    begun = run.clock.monotonic()
    assert send(file=sheet(tmp_path, MAYA)).code == 6
    assert run.clock.monotonic() - begun < 120
    assert not sent(shop)


def test_a_draft_completed_by_hand_is_ours(run: Bench, shop: PracticeStore, send: Any) -> None:
    shop.faults.fail(lambda method, path: path.endswith("complete.json"), times=None)
    assert send().code == 6
    shop.faults.clear()
    from shopinf.practice.drafts import complete

    for draft in drafts(shop):
        complete(shop, draft, pending=False)
    done = send().ok()
    one_each(shop, BOTH)
    assert {row["order_id"] for row in done.json["rows"]} == {order["id"] for order in sent(shop)}


def test_a_draft_deleted_by_hand_is_not_made_again(run: Bench, shop: PracticeStore, send: Any) -> None:
    shop.faults.fail(lambda method, path: path.endswith("complete.json"), times=None)
    assert send().code == 6
    shop.faults.clear()
    deleted = {draft["email"] for draft in drafts(shop)}
    for draft in drafts(shop):
        del shop.drafts[draft["id"]]
    send().ok()
    again = send().ok()
    statuses = {row["influencer"]: row["status"] for row in again.json["rows"]}
    assert {f"{name}@x.example" for name, status in statuses.items() if status == "cancelled"} == deleted
    assert not {order["email"] for order in sent(shop)} & deleted


def test_a_gift_that_was_begun_goes_on_when_the_stock_is_gone(run: Bench, shop: PracticeStore, send: Any) -> None:
    shop.faults.fail(lambda method, path: path.endswith("complete.json"), times=None)
    assert send().code == 6
    shop.faults.clear()
    assert len(drafts(shop)) == 2
    variant(shop, stock=2)
    send().ok()
    one_each(shop, BOTH)


def test_a_cancelled_gift_is_not_sent_again_but_may_be_replaced(
    run: Bench, shop: PracticeStore, send: Any, tmp_path: Path
) -> None:
    shop.faults.fail(lambda method, path: path.endswith("complete.json"), times=None)
    assert send().code == 6
    shop.faults.clear()
    cancelled = run("gifts", "cancel", "--campaign", "spring", "--yes", "-f", "json").ok()
    assert {row["status"] for row in cancelled.json["rows"]} == {"cancelled"}
    assert not drafts(shop)
    again = send().ok()
    assert [row["status"] for row in again.json["rows"]] == ["cancelled", "cancelled"]
    assert not sent(shop)
    send("--again", "--reason", "after all", file=sheet(tmp_path, LEO)).ok()
    one_each(shop, ["leo@x.example"])


def test_cancelling_finds_the_draft_whose_answer_was_lost(run: Bench, shop: PracticeStore, send: Any) -> None:
    shop.faults.drop_after("POST draft_orders.json", times=None)
    shop.faults.fail("GET draft_orders.json", times=None)
    assert send().code == 6
    shop.faults.clear()
    # What was sent before the store could be looked at: nothing, so plan and look anew, then stop in the middle.
    shop.faults.drop_after("POST draft_orders.json", times=None)
    shop.faults.fail(lambda method, path: method == "PUT", times=None)
    assert send().code == 6
    shop.faults.clear()
    assert len(drafts(shop)) >= 1
    run("gifts", "cancel", "--campaign", "spring", "--yes").ok()
    assert not drafts(shop)
    assert not sent(shop)


def test_an_order_is_not_cancelled(run: Bench, shop: PracticeStore, send: Any) -> None:
    send().ok()
    done = run("gifts", "cancel", "--campaign", "spring", "--yes").ok()
    assert "cancelled in the Shopify admin" in done.err
    assert len(sent(shop)) == 2


def test_two_runs_at_once_wait_for_each_other(run: Bench, shop: PracticeStore, send: Any) -> None:
    with run.locks() as locks, locks.hold(shop.id, "writing", wait=0, command="gifts send", store="maya-shop"):
        assert send("--wait", "1").code == 8
    assert not shop.writes


def test_a_draft_that_somebody_completes_in_the_same_moment_is_kept(run: Bench, shop: PracticeStore, send: Any) -> None:
    from shopinf.practice.drafts import complete

    by_hand: set[int] = set()

    def in_the_same_moment(method: str, path: str) -> bool:
        for draft in drafts(shop) if path.endswith("complete.json") else ():
            by_hand.add(draft["id"])
            complete(shop, draft, pending=False)
        return False

    shop.faults.fail(in_the_same_moment)
    done = send().ok()
    assert by_hand
    one_each(shop, BOTH)
    assert {row["order_id"] for row in done.json["rows"]} == {order["id"] for order in sent(shop)}


def test_of_two_drafts_of_one_gift_one_is_deleted(run: Bench, shop: PracticeStore, send: Any, tmp_path: Path) -> None:
    shop.faults.drop_after("POST draft_orders.json")
    copied: list[int] = []

    def twice(method: str, path: str) -> bool:
        """Somewhere on the way the request was sent twice."""
        if method == "GET" and drafts(shop) and not copied:
            [first] = drafts(shop)
            second = shop.drafts.next_id(1, 2)
            shop.drafts[second] = {**first, "id": second}
            shop.draft_wishes[second] = shop.draft_wishes[first["id"]]
            copied.append(second)
        return False

    shop.faults.fail(twice)
    send(file=sheet(tmp_path, MAYA)).ok()
    assert copied
    one_each(shop, BOTH[:1])
