"""Paths and parameters out, parsed answers in, pages as items."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from shopinf.errors import BadInput, LostResponse, NoAnswer, NoSuchThing, Refused
from shopinf.shopify.pages import next_link, numbers_in

from .farside import API, BASE, HOST, ScriptedWire, StillClock, page, reply, shop_on

EVIL = "https://evil.example/admin/api/2026-07/orders.json?page_info=x"


class Row(BaseModel):
    id: int
    total: Decimal = Decimal(0)


# paths and parameters


def test_a_plain_path_is_below_the_version_and_one_with_a_slash_at_the_root() -> None:
    wire = ScriptedWire(reply({}))
    shop = shop_on(wire)
    shop.get("orders/17.json")
    shop.get("/admin/oauth/access_scopes.json")
    assert wire.lines == [f"GET {API}/orders/17.json", f"GET {BASE}/admin/oauth/access_scopes.json"]


def test_parameters_are_written_as_shopify_reads_them() -> None:
    wire = ScriptedWire(reply({}))
    moment = datetime(2026, 11, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    shop_on(wire).get(
        "orders.json",
        status="any",
        ids=[1, 2],
        since_id=0,
        created_at_min=moment,
        active=True,
        left_out=None,
        q="a+b c",
    )
    assert dict(wire.sent[0].url.params) == {
        "status": "any",
        "ids": "1,2",
        "since_id": "0",
        "created_at_min": "2026-10-31T23:30:00Z",
        "active": "true",
        "q": "a+b c",
    }
    assert b"a%2Bb" in wire.sent[0].url.query


@pytest.mark.parametrize("path", ["//evil.example/x.json", "https://evil.example/x.json"])
def test_a_path_leads_nowhere_else(path: str) -> None:
    wire = ScriptedWire(reply({}))
    try:
        shop_on(wire).get(path)
    except BadInput:
        assert wire.sent == []
    else:
        assert wire.sent[0].url.host == HOST


def test_every_request_says_who_asks_and_for_what() -> None:
    wire = ScriptedWire(lambda request: reply({}, Set_Cookie="session=1"))
    shop = shop_on(wire)
    shop.post("price_rules.json", {"price_rule": {"title": "MÄYA", "value": Decimal("-15.0")}})
    shop.get("shop.json")
    post, get = wire.sent
    assert post.headers["Content-Type"] == "application/json"
    assert json.loads(post.content) == {"price_rule": {"title": "MÄYA", "value": "-15.0"}}
    assert get.headers["Accept"] == "application/json"
    assert get.headers["User-Agent"].startswith("shopinf/")
    assert "Cookie" not in get.headers


# answers


def test_numbers_with_a_decimal_point_are_exact() -> None:
    answer = httpx.Response(200, content=b'{"subtotal": 34.10, "big": 123456789012345678.91, "id": 9007199254740993}')
    found = shop_on(ScriptedWire(answer)).get("x.json")
    assert found == {"subtotal": Decimal("34.10"), "big": Decimal("123456789012345678.91"), "id": 9007199254740993}


@pytest.mark.parametrize(
    "body", [b"<html>login</html>", b"", b'{"a": NaN}', b'{"a": }', b'{"a": 1}}', b"[" * 99999 + b"]" * 99999]
)
def test_a_good_status_without_json_is_a_broken_answer(body: bytes) -> None:
    with pytest.raises(NoAnswer, match="sent"):
        shop_on(ScriptedWire(lambda request: httpx.Response(200, content=body))).get("shop.json")


def test_json_that_is_cut_off_where_it_looks_whole_gets_another_look() -> None:
    wire = ScriptedWire(httpx.Response(200, content=b'{"orders": [{"id": 1}'), reply({"orders": []}))
    assert shop_on(wire).get("orders.json") == {"orders": []}


def test_a_written_answer_that_cannot_be_read_is_a_lost_one() -> None:
    wire = ScriptedWire(httpx.Response(201, content=b"<html>"))
    with pytest.raises(LostResponse):
        shop_on(wire).post("price_rules.json", {})
    assert len(wire.sent) == 1


@pytest.mark.parametrize("answer", [httpx.Response(204), reply({}), httpx.Response(200)])
def test_an_empty_answer_to_a_deletion_is_fine(answer: httpx.Response) -> None:
    assert shop_on(ScriptedWire(answer)).delete("price_rules/1.json") in (None, {})


def test_a_deletion_that_must_find_something_says_when_it_does_not() -> None:
    with pytest.raises(NoSuchThing):
        shop_on(ScriptedWire(reply({"errors": "Not Found"}, 404))).delete("price_rules/1.json", missing_ok=False)


def test_a_lookup_is_answered_by_a_redirect_that_is_not_followed() -> None:
    target = f"{API}/price_rules/507/discount_codes/1054.json"
    wire = ScriptedWire(httpx.Response(303, headers={"Location": target}))
    found = shop_on(wire).answer("GET", "discount_codes/lookup.json", code="MAYA15")
    assert (found.status, found.json) == (303, None)
    assert numbers_in(found.headers["location"]) == [507, 1054]
    assert wire.lines == [f"GET {API}/discount_codes/lookup.json?code=MAYA15"]


def test_an_answer_hands_back_202_and_raises_from_400_on_unless_it_is_accepted() -> None:
    accepted = reply({"draft_order": {"id": 1}}, 202, Location=f"{API}/draft_orders/1.json", Retry_After="1")
    found = shop_on(ScriptedWire(accepted)).answer("POST", "draft_orders.json", {"draft_order": {}})
    assert (found.status, found.json, found.headers["Retry-After"]) == (202, {"draft_order": {"id": 1}}, "1")
    missing = ScriptedWire(reply({"errors": "Not Found"}, 404))
    with pytest.raises(NoSuchThing):
        shop_on(missing).answer("GET", "discount_codes/lookup.json", params={"code": "X"})
    assert shop_on(missing).answer("GET", "discount_codes/lookup.json", accept=(404,)).status == 404


def test_the_ids_in_a_path_are_read_with_or_without_a_version() -> None:
    assert numbers_in("/admin/price_rules/5/discount_codes/7.json") == [5, 7]
    assert numbers_in(f"{API}/price_rules/5/discount_codes/7?x=9") == [5, 7]
    assert numbers_in("price_rules.json") == []


# redirects


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_read_follows_a_redirect_on_its_own_host_by_hand(status: int) -> None:
    wire = ScriptedWire(httpx.Response(status, headers={"Location": "/admin/api/2026-07/new.json"}), reply({"ok": 1}))
    assert shop_on(wire).get("old.json") == {"ok": 1}
    assert wire.lines[1] == f"GET {API}/new.json"


def test_a_circle_of_redirects_ends_after_five() -> None:
    wire = ScriptedWire(httpx.Response(302, headers={"Location": "/admin/api/2026-07/shop.json"}))
    with pytest.raises(NoAnswer, match="again and again"):
        shop_on(wire).get("shop.json")
    assert len(wire.sent) == 6


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("https://evil.example/", "sends us to evil.example"),
        ("https://new-name.myshopify.com/admin/shop.json", "now answers at new-name.myshopify.com"),
        (f"http://{HOST}/admin/shop.json", "sends us to http://"),
        (f"https://{HOST}:8443/admin/shop.json", ":8443, and credentials do not go there"),
        ("https://[broken", "broken, and credentials do not go there"),
        ("https://x.example:port/", "an address that is none"),
        ("//evil.example/", "evil.example"),
    ],
)
@pytest.mark.parametrize("verb", ["get", "post"])
def test_credentials_never_follow_a_redirect_to_another_address(verb: str, target: str, words: str) -> None:
    wire = ScriptedWire(httpx.Response(302, headers={"Location": target}))
    shop = shop_on(wire)
    with pytest.raises(NoAnswer, match=words):
        shop.get("shop.json") if verb == "get" else shop.post("price_rules.json", {})
    assert len(wire.sent) == 1


def test_a_write_follows_no_redirect_at_all() -> None:
    wire = ScriptedWire(httpx.Response(307, headers={"Location": "/admin/api/2026-07/other.json"}))
    with pytest.raises(NoAnswer):
        shop_on(wire).post("price_rules.json", {})
    assert len(wire.sent) == 1


# pages


def listing(rows: list[dict[str, Any]], link: str | None = None) -> httpx.Response:
    headers: dict[str, Any] = {"Link": link} if link else {}
    return reply({"orders": rows}, **headers)


def next_page(query: str, base: str = API) -> str:
    return f'<{base}/orders.json?page_info=before>; rel="previous", <{base}/orders.json?{query}>; rel="next"'


def test_pages_are_items_and_end_with_the_last_link_not_with_a_short_page() -> None:
    wire = ScriptedWire(
        listing([{"id": 1}], next_page("limit=250&page_info=a")),
        listing([], next_page("limit=250&page_info=b")),
        listing([{"id": 2}], f'<{API}/orders.json?page_info=z>; rel="previous"'),
    )
    found = list(shop_on(wire).pages("orders.json", "orders", params={"status": "any"}))
    assert found == [{"id": 1}, {"id": 2}]
    assert wire.lines == [
        f"GET {API}/orders.json?limit=250&status=any",
        f"GET {API}/orders.json?limit=250&page_info=a",
        f"GET {API}/orders.json?limit=250&page_info=b",
    ]


def test_the_next_page_is_fetched_only_when_it_is_wanted() -> None:
    wire = ScriptedWire(listing([{"id": 1}, {"id": 2}], next_page("page_info=a")), listing([{"id": 3}]))
    rows = shop_on(wire).pages("orders.json", "orders")
    assert [next(rows), next(rows)] == [{"id": 1}, {"id": 2}]
    assert len(wire.sent) == 1


def test_a_cursor_is_used_exactly_as_given_with_fields_and_limit_repeated() -> None:
    wire = ScriptedWire(listing([], next_page("page_info=eyJ_a-b%3D%3D")), listing([]))
    list(shop_on(wire).pages("orders.json", "orders", params={"fields": ["id", "name"], "status": "any", "limit": 100}))
    assert str(wire.sent[1].url) == f"{API}/orders.json?page_info=eyJ_a-b%3D%3D&limit=100&fields=id%2Cname"


@pytest.mark.parametrize(
    "link",
    [
        f"<{API}/orders.json?page_info=a>; rel=next",
        f"<{API}/orders.json?page_info=a>;rel='x';  REL=\"Next\"",
        f'<{API}/orders.json?page_info=a>; title="t"; rel="next"',
        '</admin/api/2026-07/orders.json?page_info=a>; rel="next"',
        f'<{BASE}:443/admin/api/2026-07/orders.json?page_info=a>; rel="next"',
    ],
)
def test_a_link_is_read_however_it_is_written(link: str) -> None:
    wire = ScriptedWire(listing([{"id": 1}], link), listing([{"id": 2}]))
    assert [row["id"] for row in shop_on(wire).pages("orders.json", "orders")] == [1, 2]


@pytest.mark.parametrize(
    "target",
    [
        EVIL,
        f"http://{HOST}/admin/api/2026-07/orders.json?page_info=a",
        f"https://{HOST}:8443/admin/api/2026-07/orders.json?page_info=a",
        f"https://{HOST}.evil.example/orders.json",
        f"https://{HOST}@evil.example/orders.json",
        "//evil.example/orders.json",
        "https://[broken",
    ],
)
def test_a_next_page_at_another_address_is_not_followed(target: str) -> None:
    wire = ScriptedWire(listing([{"id": 1}], f'<{target}>; rel="next"'))
    rows = shop_on(wire).pages("orders.json", "orders")
    assert next(rows) == {"id": 1}
    with pytest.raises(NoAnswer):
        next(rows)
    assert len(wire.sent) == 1


def test_a_cursor_that_repeats_ends_the_listing() -> None:
    wire = ScriptedWire(
        listing([], next_page("page_info=a")),
        listing([], next_page("page_info=b")),
        listing([], next_page("page_info=a")),
    )
    with pytest.raises(NoAnswer, match="without end"):
        list(shop_on(wire).pages("orders.json", "orders"))
    assert len(wire.sent) == 3


def test_a_bad_cursor_is_refused_by_name_so_that_a_caller_can_go_on_from_the_last_id() -> None:
    bad = reply({"errors": {"page_info": "Invalid value."}}, 400)
    with pytest.raises(Refused) as caught:
        list(shop_on(ScriptedWire(listing([], next_page("page_info=a")), bad)).pages("orders.json", "orders"))
    assert "page_info" in caught.value.fields


def test_pages_come_as_models_with_exact_amounts() -> None:
    body = b'{"orders": [{"id": 1, "total": 34.10, "more": {}}, {"id": 2, "total": "1234567890123.45"}]}'
    rows = list(shop_on(ScriptedWire(httpx.Response(200, content=body))).pages("orders.json", "orders", model=Row))
    assert rows == [Row(id=1, total=Decimal("34.10")), Row(id=2, total=Decimal("1234567890123.45"))]


@pytest.mark.parametrize("model", [None, Row])
@pytest.mark.parametrize("data", [{}, [], {"orders": None}, {"orders": {"id": 1}}, {"customers": []}])
def test_a_page_of_another_shape_is_a_broken_answer(model: type[Row] | None, data: Any) -> None:
    with pytest.raises(NoAnswer):
        list(shop_on(ScriptedWire(reply(data))).pages("orders.json", "orders", model=model))


def test_a_row_of_another_shape_is_named_without_its_values() -> None:
    data = {"orders": [{"id": 1}, {"id": "maya@example.com"}]}
    with pytest.raises(NoAnswer, match=r"orders\.1\.id") as caught:
        list(shop_on(ScriptedWire(reply(data))).pages("orders.json", "orders", model=Row))
    assert "maya@example.com" not in str(caught.value)


def test_raw_pages_keep_headers_and_bytes() -> None:
    answer = reply({"orders": []}, Date="Sun, 22 Nov 2026 12:00:00 GMT")
    (raw,) = shop_on(ScriptedWire(answer)).raw_pages("orders.json", limit=10)
    assert (raw.status, raw.headers["date"], raw.content) == (200, "Sun, 22 Nov 2026 12:00:00 GMT", b'{"orders": []}')


def test_a_web_page_instead_of_a_page_is_a_foreign_answer() -> None:
    with pytest.raises(NoAnswer, match="web page"):
        list(shop_on(ScriptedWire(page("<html>login</html>", 200))).pages("orders.json", "orders"))


def test_a_closed_shop_leaves_the_wire_open_for_the_others() -> None:
    class Wire(ScriptedWire):
        closed = False

        def close(self) -> None:
            self.closed = True

    wire = Wire(reply({}))
    shop_on(wire, StillClock()).close()
    assert not wire.closed


def test_a_practice_store_may_speak_of_itself_by_its_own_domain() -> None:
    link = '<https://maya-shop.myshopify.com/admin/api/2026-07/orders.json?page_info=abc>; rel="next"'
    base = httpx.URL("http://127.0.0.1:8799")
    found = next_link(httpx.Headers({"Link": link}), base, "maya-shop", "maya-shop.myshopify.com")
    assert str(found) == "http://127.0.0.1:8799/admin/api/2026-07/orders.json?page_info=abc"
    with pytest.raises(NoAnswer, match=r"maya-shop\.myshopify\.com"):
        next_link(httpx.Headers({"Link": link}), base, "maya-shop", "other.myshopify.com")
