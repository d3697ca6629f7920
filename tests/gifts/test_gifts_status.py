"""`gifts status` and `gifts report`: where the parcels are, and what they were worth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bench import Bench

from shopinf.practice import PracticeStore

from .giving import LEO, MAYA, crowd, sent, sheet, variant

pytestmark = pytest.mark.both_engines

COLUMNS = (
    "store,campaign,influencer,draft_order_id,order_id,order_name,status,fulfillment_status,shipment_status,"
    "tracking_company,tracking_number,tracking_url,sent_at,updated_at,retail_value,currency"
)


def the_row(run: Bench, *options: str) -> dict[str, Any]:
    [row] = run("gifts", "status", "-f", "json", *options).ok().json["rows"]
    return dict(row)


@pytest.fixture
def order(run: Bench, shop: PracticeStore, send: Any, tmp_path: Path) -> dict[str, Any]:
    """The order of Maya's gift."""
    run.once("a gift for Maya", lambda: send(file=sheet(tmp_path, MAYA)).ok())
    [made] = sent(shop)
    return made


def test_the_columns_are_the_contracts(run: Bench, shop: PracticeStore, order: dict[str, Any]) -> None:
    assert run("gifts", "status", "-f", "csv").ok().out.splitlines()[0] == COLUMNS
    done = run("gifts", "status", "-f", "json").ok()
    assert done.json["schema"] == "shopinf.gifts/1"
    assert ",".join(done.json["rows"][0]) == COLUMNS


def test_a_parcel_is_followed_to_its_end(run: Bench, shop: PracticeStore, order: dict[str, Any]) -> None:
    row = the_row(run)
    assert (row["status"], row["order_name"], row["fulfillment_status"]) == ("ordered", order["name"], None)
    shop.ship(order["id"], shipment_status="in_transit")
    row = the_row(run)
    assert (row["status"], row["shipment_status"]) == ("shipped", "in_transit")
    assert row["tracking_url"].startswith("https://")
    order["fulfillments"][0]["shipment_status"] = "delivered"
    shop.touch(order["id"])
    assert the_row(run)["status"] == "delivered"


def test_shipped_is_not_delivered_where_a_carrier_tells_no_more(
    run: Bench, shop: PracticeStore, order: dict[str, Any]
) -> None:
    shop.ship(order["id"], shipment_status=None)
    row = the_row(run)
    assert (row["status"], row["fulfillment_status"], row["shipment_status"]) == ("shipped", "fulfilled", None)


def test_an_unknown_shipment_status_is_shown_as_it_is(run: Bench, shop: PracticeStore, order: dict[str, Any]) -> None:
    shop.ship(order["id"], shipment_status="on_a_camel")
    assert the_row(run)["shipment_status"] == "on_a_camel"


def test_a_shipment_that_was_cancelled_does_not_count(run: Bench, shop: PracticeStore, order: dict[str, Any]) -> None:
    shop.ship(order["id"])
    order["fulfillments"][0]["status"] = "cancelled"
    order["fulfillment_status"] = None
    row = the_row(run)
    assert (row["status"], row["tracking_number"]) == ("ordered", None)


def test_a_cancelled_order_is_told(run: Bench, shop: PracticeStore, order: dict[str, Any]) -> None:
    shop.cancel(order["id"])
    assert the_row(run)["status"] == "cancelled"


def test_a_restocked_order_is_told(run: Bench, shop: PracticeStore, order: dict[str, Any]) -> None:
    order["fulfillment_status"] = "restocked"
    assert the_row(run)["status"] == "restocked"


def test_a_tracking_link_is_a_web_address_or_nothing(run: Bench, shop: PracticeStore, order: dict[str, Any]) -> None:
    shop.ship(order["id"])
    order["fulfillments"][0].update(tracking_url="javascript:alert(1)", tracking_urls=[])
    assert the_row(run)["tracking_url"] is None


def test_stale_parcels_are_those_without_news(run: Bench, shop: PracticeStore, send: Any, tmp_path: Path) -> None:
    send(file=crowd(tmp_path, 3)).ok()
    first, second, _ = (order["id"] for order in sent(shop))
    shop.ship(first)  # delivered
    run.clock.pass_(days=9)
    shop.ship(second, shipment_status="in_transit")
    run.clock.pass_(days=2)
    stale = run("gifts", "status", "--stale", "10", "-f", "json").ok()
    assert len(stale.json["rows"]) == 1
    assert stale.json["rows"][0]["order_id"] not in (first, second)
    run.clock.pass_(days=9)
    assert len(run("gifts", "status", "--stale", "10", "-f", "json").ok().json["rows"]) == 2


@pytest.mark.slow
def test_many_parcels_are_asked_for_at_once(run: Bench, shop: PracticeStore, send: Any, tmp_path: Path) -> None:
    variant(shop, stock=1000)
    send(file=crowd(tmp_path, 260)).ok()
    asked = len(shop.requests)
    assert len(run("gifts", "status", "-f", "json").ok().json["rows"]) == 260
    assert sum(path.endswith("/orders.json") for _, path, _ in list(shop.requests)[asked:]) == 2


def test_only_our_own_gifts_are_followed(run: Bench, shop: PracticeStore, order: dict[str, Any]) -> None:
    shop.sell(source_name="shopify_draft_order", tags="gift")
    assert the_row(run)["order_id"] == order["id"]


def test_orders_out_of_sight_are_shown_as_they_were_last(
    run: Bench, shop: PracticeStore, send: Any, tmp_path: Path
) -> None:
    send(file=crowd(tmp_path, 2)).ok()
    gone, _ = (order["id"] for order in sent(shop))
    shop.ship(gone, shipment_status="in_transit")
    run("gifts", "status").ok()
    del shop.orders[gone]
    done = run("gifts", "status", "-f", "json").ok()
    assert {row["order_id"]: row["status"] for row in done.json["rows"]}[gone] == "shipped"
    assert "can no longer be seen" in done.json["notes"][0]


def test_without_read_orders_the_last_sight_is_shown(run: Bench, shop: PracticeStore, order: dict[str, Any]) -> None:
    shop.scopes -= {"read_orders", "write_orders", "read_all_orders"}
    done = run("gifts", "status", "-f", "json").ok()
    assert done.json["rows"][0]["status"] == "ordered"
    assert "read_orders" in done.json["notes"][0]


def test_a_draft_completed_by_hand_is_followed_too(run: Bench, shop: PracticeStore, send: Any, tmp_path: Path) -> None:
    from shopinf.practice.drafts import complete

    shop.faults.fail(lambda method, path: path.endswith("complete.json"), times=None)
    assert send(file=sheet(tmp_path, MAYA)).code == 6
    shop.faults.clear()
    assert the_row(run)["status"] == "draft"
    [draft] = shop.drafts.values()
    complete(shop, draft, pending=False)
    row = the_row(run)
    assert (row["status"], row["order_id"]) == ("ordered", draft["order_id"])


def test_a_draft_that_cannot_be_read_is_named_and_the_other_gifts_are_followed(
    run: Bench, shop: PracticeStore, send: Any, tmp_path: Path
) -> None:
    shop.faults.fail(lambda method, path: path.endswith("complete.json"), times=None)
    assert send(file=sheet(tmp_path, MAYA)).code == 6
    shop.faults.clear()
    [draft] = shop.drafts.values()
    draft["completed_at"] = "soon"
    send(campaign="autumn", file=sheet(tmp_path, LEO)).ok()
    ran = run("gifts", "status", "-f", "json")
    assert ran.code == 7
    assert {row["influencer"]: row["status"] for row in ran.json["rows"]} == {"maya": "draft", "leo": "ordered"}
    (failure,) = ran.json["failures"]
    assert str(draft["id"]) in failure["what"]
    assert failure["error"] == "cannot be read (at completed_at)"


def test_gifts_are_chosen_by_campaign_and_influencer(run: Bench, shop: PracticeStore, send: Any) -> None:
    send().ok()
    send(campaign="autumn").ok()
    assert len(run("gifts", "status", "--campaign", "Autumn", "-f", "json").ok().json["rows"]) == 2
    assert the_row(run, "--campaign", "autumn", "--influencer", "@Maya")["campaign"] == "autumn"
    assert run("gifts", "status", "--campaign", "never").code == 3
    assert run("gifts", "status", "--influencer", "nobody").code == 3


def test_without_any_gift_there_is_nothing_to_show(run: Bench, shop: PracticeStore) -> None:
    assert run("gifts", "status", "-f", "json").ok().json["rows"] == []


def test_gift_orders_are_nobodys_sale(run: Bench, shop: PracticeStore, send: Any) -> None:
    run("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--percent", "15").ok()
    send().ok()
    made = run("orders", "attribute", "--period", "today", "-f", "json").ok().json
    assert (made["rows"], made["excluded"]["gift"]) == ([], 2)


def test_a_gift_is_known_by_its_tag_where_another_ledger_made_it(
    run: Bench, shop: PracticeStore, order: dict[str, Any], tmp_path: Path
) -> None:
    other = Bench(tmp_path / "elsewhere", run.clock, run.wire)
    other.connect(shop).ok()
    assert other("orders", "attribute", "--period", "today", "-f", "json").ok().json["excluded"]["gift"] == 1


def test_a_gift_makes_no_returning_customer(run: Bench, shop: PracticeStore, order: dict[str, Any]) -> None:
    run("discounts", "create", "--campaign", "q4", "--influencer", "leo", "--percent", "15").ok()
    run.clock.pass_(hours=1)
    shop.sell("LEO15", customer="maya@x.example")
    [row] = run("orders", "attribute", "--period", "today", "-f", "json").ok().json["rows"]
    assert (row["new_customers"], row["returning_customers"]) == (1, 0)


def test_a_report_sets_the_gifts_beside_the_sales(run: Bench, shop: PracticeStore, send: Any) -> None:
    send().ok()
    send(campaign="autumn").ok()
    run("discounts", "create", "--campaign", "Spring", "--influencer", "maya", "--percent", "10").ok()
    run("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--percent", "50").ok()
    for code in ("MAYA10", "MAYA50"):
        shop.sell(code, lines=[(variant(shop)["id"], 1)])
    rows = run("gifts", "report", "-f", "json").ok().json["rows"]
    price = float(variant(shop)["price"])
    told = {(row["campaign"], row["influencer"]): row for row in rows}
    assert set(told) == {(c, i) for c in ("spring", "autumn") for i in ("maya", "leo")}
    maya = told["spring", "maya"]
    assert (maya["gifts"], float(maya["retail_value"]), maya["orders"]) == (1, price, 1)
    assert float(maya["net_sales"]) == pytest.approx(price * 0.9)
    assert float(maya["all_net_sales"]) == pytest.approx(price * 1.4)
    assert (told["autumn", "maya"]["net_sales"], told["autumn", "maya"]["all_orders"]) == ("0.00", 2)
    assert told["spring", "leo"]["all_net_sales"] == "0.00"


def test_a_gift_that_came_back_is_worth_nothing_in_the_report(
    run: Bench, shop: PracticeStore, order: dict[str, Any]
) -> None:
    shop.cancel(order["id"])
    run("gifts", "status").ok()
    assert run("gifts", "report", "-f", "json").ok().json["rows"] == []


def test_a_stores_past_gifts_go_with_it(run: Bench, shop: PracticeStore, order: dict[str, Any]) -> None:
    run("disconnect", "maya-shop", "--erase-history", "--yes").ok()
    assert run.look("SELECT count(*) FROM gifts") == [(0,)]
