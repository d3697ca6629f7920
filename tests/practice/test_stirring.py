"""What can be let happen to a practice store: by its page's buttons, and by the same addresses with `curl`."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from shopinf.practice import PracticeStore
from shopinf.practice.stir import COUPON_SITES, SOCIAL
from shopinf.practice.tools import TOOLS

from .conftest import Caller, Clock, Make

Json = dict[str, Any]


@pytest.fixture
def maya(shop: PracticeStore) -> str:
    """MAYA15, made by the app."""
    shop.codes["MAYA15"] = shop.add_rule("MAYA15", starts_at="2026-11-01T00:00:00-05:00")["id"]
    shop.own_codes.add("maya15")
    return "MAYA15"


def as_curl_does(call: Caller, path: str, text: str) -> httpx.Response:
    """Send what `curl -d TEXT` sends: it calls everything a form, and takes whatever comes."""
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "*/*"}
    return call("POST", path, content=text.encode(), headers=kind)


def test_what_curl_sends_is_read_without_a_header_that_says_what_it_is(call: Caller, shop: PracticeStore) -> None:
    assert as_curl_does(call, "/practice/sales", '{"days": 7, "orders": 12}').json()["orders"] == 12 == len(shop.orders)
    assert as_curl_does(call, "/practice/sales", "days=7&orders=3").json()["orders"] == 3


@pytest.mark.parametrize(
    ("path", "sent", "told"),
    [
        ("sales", '{"days": ', "Expecting value"),
        ("sales", "[30]", "send one JSON object"),
        ("sales", '{"day": 30}', "/practice/sales knows no day; it takes days and orders"),
        ("sales", '{"days": 731}', "days is 1 to 730"),
        ("parcels", '{"days": "many"}', "days is 1 to 60"),
        ("leak", "{}", "there is no code of yours yet; make one first"),
        ("leak", '{"code": "NOBODY"}', "there is no code NOBODY, nor any other"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_reason(
    call: Caller, shop: PracticeStore, path: str, sent: str, told: str
) -> None:
    answer = as_curl_does(call, f"/practice/{path}", sent)
    assert answer.status_code == 400
    assert answer.json()["errors"].startswith(told)
    assert len(shop.orders) == 0


def test_each_button_of_the_page_does_what_its_line_for_curl_does(call: Caller, shop: PracticeStore, maya: str) -> None:
    page = call.get("/practice").text
    lines = re.findall(r"<code>curl https://[^/]+(/practice/\w+) -d &#x27;(.*?)&#x27;</code>", page)
    assert [path for path, _ in lines] == [tool.path for tool in TOOLS]
    for path, sent in lines:
        assert f'action="{path}"><button>' in page
        assert as_curl_does(call, path, sent.replace("&quot;", '"')).status_code == 200
        form = {k: str(v) for k, v in json.loads(sent.replace("&quot;", '"')).items()}
        clicked = call("POST", path, data=form, headers={"Accept": "text/html"})
        assert (clicked.status_code, clicked.headers["Location"]) == (303, "/practice")
    assert "with MAYA15 since a coupon site has it." in call.get("/practice").text


def test_the_page_tells_why_a_button_did_nothing(call: Caller) -> None:
    call("POST", "/practice/leak", data={}, headers={"Accept": "text/html"})
    assert "Nothing happened: there is no code of yours yet" in call.get("/practice").text


def test_a_leaked_code_is_used_by_strangers_who_never_saw_the_influencer(
    shop: PracticeStore, maya: str, clock: Clock
) -> None:
    shop.simulate_sales(days=30, orders=40)
    known = set(shop.customers)
    crowd = shop.leak(maya, orders=60, days=3)
    assert len(crowd.orders) == 60
    assert all(order["discount_codes"][0]["code"] == maya for order in crowd.orders)
    assert not any("/discount/" in order["landing_site"] or "utm_" in order["landing_site"] for order in crowd.orders)
    came = Counter(order["referring_site"] for order in crowd.orders)
    assert sum(came[site] for site in COUPON_SITES) > 20
    assert not set(came) & set(SOCIAL)
    assert sum(order["customer"]["id"] not in known for order in crowd.orders) > 50
    # It stays as it is: as many on the last day as on the first.
    days = [int((clock.now() - datetime.fromisoformat(o["created_at"])) / timedelta(days=1)) for o in crowd.orders]
    assert min(Counter(days)[day] for day in range(3)) >= 12


def test_a_post_brings_followers_by_the_link_and_fades(shop: PracticeStore, maya: str, clock: Clock) -> None:
    crowd = shop.post(maya, orders=80, days=4)
    link = f"/discount/{maya}"
    direct = [order for order in crowd.orders if order["referring_site"] not in SOCIAL]
    assert 0 < len(direct) < 25
    assert all(shop.first_visits[order["id"]][0].startswith(link) for order in direct)
    assert 40 < sum(order["landing_site"].startswith(link) for order in crowd.orders) < 75
    days = Counter(
        int((clock.now() - datetime.fromisoformat(order["created_at"])) / timedelta(days=1)) for order in crowd.orders
    )
    assert days[3] > 3 * days[1] > 0
    assert days[3] > days[2] > days[0]


def test_who_gets_no_discount_leaves(call: Caller, shop: PracticeStore, maya: str) -> None:
    shop.price_rules[shop.codes[maya]]["usage_limit"] = 5
    answer = call.post("/practice/leak", {"code": "maya15", "orders": 12}).json()
    assert (answer["code"], answer["orders"], answer["refused"]) == (maya, 5, 7)
    assert len(shop.orders) == 5


def test_the_code_of_the_app_that_is_used_most_leaks_where_none_is_named(shop: PracticeStore, call: Caller) -> None:
    for code, used in (("LEO10", 3), ("MAYA15", 9), ("SUMMER", 90)):
        shop.codes[code] = shop.add_rule(code, starts_at="2026-11-01T00:00:00-05:00")["id"]
        record = shop.codes.record(code)
        assert record is not None
        record["usage_count"] = used
    shop.own_codes |= {"leo10", "maya15"}
    assert call.post("/practice/leak", {"orders": 1}).json()["code"] == "MAYA15"


def test_parcels_go_from_the_shop_to_the_door_day_by_day(call: Caller, shop: PracticeStore) -> None:
    variant = next(v["id"] for p in shop.products.values() if p["published_at"] for v in p["variants"])
    sent = {"line_items": [{"variant_id": variant, "quantity": 1}], "email": "maya@maya.test"}
    draft = call.post("draft_orders.json", {"draft_order": sent}).json()["draft_order"]
    gift = call.put(f"draft_orders/{draft['id']}/complete.json", {}).json()["draft_order"]["order_id"]

    def standing() -> tuple[str | None, str | None]:
        order = call.get(f"orders/{gift}.json").json()["order"]
        return order["fulfillment_status"], next((each["shipment_status"] for each in order["fulfillments"]), None)

    seen = [standing()]
    for _ in range(5):
        call.post("/practice/parcels", {"days": 1})
        seen.append(standing())
    assert seen == [
        (None, None),
        ("fulfilled", "confirmed"),
        ("fulfilled", "in_transit"),
        ("fulfilled", "in_transit"),
        ("fulfilled", "out_for_delivery"),
        ("fulfilled", "delivered"),
    ]
    assert call.post("/practice/parcels", {"days": 1}).json()["orders"] == 0
    assert len(shop.orders[gift]["fulfillments"]) == 1


def test_parcels_that_were_never_to_leave_stay(make: Make) -> None:
    shop = make(orders=60, customers=20)
    unpaid = shop.sell(financial_status="pending")
    cancelled = shop.sell()
    shop.cancel(cancelled["id"])
    before = {key: shop.orders.peek(key)["fulfillment_status"] for key in shop.orders}
    assert sum(shop.move_parcels(10).values()) == 0
    assert {key: shop.orders.peek(key)["fulfillment_status"] for key in shop.orders} == before
    assert before[unpaid["id"]] is None


def test_returns_can_be_asked_for(call: Caller, shop: PracticeStore) -> None:
    assert call.post("/practice/returns", {"orders": 3}).json() == {"orders": 0, "names": []}
    sold = [shop.sell() for _ in range(8)]
    back = call.post("/practice/returns", {"orders": 3}).json()["names"]
    assert len(back) == 3
    assert back == [order["name"] for order in sold if order["refunds"]]
    assert all(order["financial_status"] in ("refunded", "partially_refunded") for order in sold if order["refunds"])
