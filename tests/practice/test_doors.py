"""What a request must pass before anything is answered: token, scope, version, rate."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import httpx
import pytest

from shopinf.practice import ALL_SCOPES, ConnectionDropped, PracticeStore

from .conftest import API, Caller, Clock, Make


def test_the_token_opens_the_shop_and_every_answer_has_a_request_id(call: Caller, shop: PracticeStore) -> None:
    answer = call.get("shop.json")
    assert answer.status_code == 200
    assert answer.json()["shop"]["myshopify_domain"] == "maya-shop.myshopify.com"
    assert answer.headers["X-Request-Id"]
    assert answer.headers["X-Shopify-API-Version"] == "2026-07"
    assert answer.headers["Date"] == "Sun, 22 Nov 2026 15:00:00 GMT"


@pytest.mark.parametrize("token", ["", "shpat_wrong"])
def test_another_token_is_refused(shop: PracticeStore, token: str) -> None:
    answer = Caller(shop, **{"X-Shopify-Access-Token": token}).get("shop.json")
    assert answer.status_code == 401
    assert answer.json() == {
        "errors": "[API] Invalid API key or access token (unrecognized login or wrong password)",
    }
    assert "X-Request-Id" in answer.headers
    assert "X-Shopify-Shop-Api-Call-Limit" not in answer.headers


def test_the_api_secret_is_no_token(shop: PracticeStore) -> None:
    assert Caller(shop, **{"X-Shopify-Access-Token": shop.api_secret_key}).get("shop.json").status_code == 401


def test_a_missing_scope_is_named(make: Make) -> None:
    call = Caller(make(scopes=["read_products"]))
    answer = call.get("orders.json")
    assert answer.status_code == 403
    assert answer.json() == {"errors": "[API] This action requires merchant approval for read_orders scope."}
    assert call.get("shop.json").status_code == 200


def test_a_write_scope_includes_its_read(make: Make) -> None:
    call = Caller(make(scopes=["write_orders"]))
    assert call.get("orders.json").status_code == 200
    handles = [s["handle"] for s in call.get("/admin/oauth/access_scopes.json").json()["access_scopes"]]
    assert handles == ["read_orders", "write_orders"]


def test_discount_scopes_do_not_open_price_rules_unless_chosen(make: Make) -> None:
    shop = make(scopes=["write_discounts"])
    assert Caller(shop).get("price_rules.json").status_code == 403
    shop.discounts_scope_opens_price_rules = True
    assert Caller(shop).get("price_rules.json").status_code == 200


def test_protected_customer_data_can_be_closed_while_scopes_are_granted(call: Caller, shop: PracticeStore) -> None:
    shop.faults.pcd = True
    for path in ("orders.json", "customers.json", "draft_orders.json", "customers/search.json?query=a"):
        answer = call.get(path)
        assert answer.status_code == 403
        assert "not approved to access REST endpoints with protected customer data" in answer.json()["errors"]
    assert call.get("products.json").status_code == 200


def test_old_versions_fall_forward_and_malformed_ones_are_not_found(call: Caller, shop: PracticeStore) -> None:
    assert call.get("/admin/api/2024-01/shop.json").headers["X-Shopify-API-Version"] == "2026-01"
    assert call.get("/admin/api/unstable/shop.json").headers["X-Shopify-API-Version"] == "unstable"
    answer = call.get("/admin/api/v1/shop.json")
    assert (answer.status_code, answer.json()) == (404, {"errors": "Not Found"})
    shop.faults.fall_forward = "2026-10"
    answer = call.get("products.json")
    assert answer.headers["X-Shopify-API-Version"] == "2026-10"
    assert "X-Shopify-API-Deprecated-Reason" in answer.headers


def test_what_is_no_endpoint_is_not_found(call: Caller) -> None:
    for method, path in (("GET", "nothing.json"), ("POST", "shop.json"), ("GET", "orders/1/nothing.json")):
        answer = call(method, path)
        assert (answer.status_code, answer.json()) == (404, {"errors": "Not Found"})
    assert call.get("orders/abc.json").status_code == 400


def test_who_does_not_take_json_gets_nothing(shop: PracticeStore) -> None:
    assert Caller(shop, Accept="application/xml").get("shop.json").status_code == 406


def test_bodies_must_be_json_with_their_root_key(call: Caller) -> None:
    missing = {"errors": {"price_rule": "Required parameter missing or invalid"}}
    answer = call.post("price_rules.json", {"rule": {}})
    assert (answer.status_code, answer.json()) == (400, missing)
    answer = call("POST", "price_rules.json", data={"price_rule[title]": "A"})
    assert (answer.status_code, answer.json()) == (400, missing)
    answer = call("POST", "price_rules.json", content=b"{", headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert "unexpected token" in answer.json()["error"]
    answer = call("POST", "price_rules.json", content=b"<a/>", headers={"Content-Type": "application/xml"})
    assert answer.status_code == 415
    assert call.post("price_rules.json", {"price_rule": "MAYA"}).json() == {
        "errors": {"price_rule": "expected String to be a Hash"}
    }


# the bucket


@pytest.mark.parametrize(("plan", "leak", "size"), [("standard", 2, 40), ("advanced", 4, 80), ("plus", 20, 400)])
def test_the_bucket_fills_refuses_and_leaks(make: Make, clock: Clock, plan: str, leak: int, size: int) -> None:
    call = Caller(make(plan=plan, throttle=True))
    for used in range(1, size + 1):
        assert call.get("shop.json").headers["X-Shopify-Shop-Api-Call-Limit"] == f"{used}/{size}"
    answer = call.get("shop.json")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "2.0"
    assert "X-Shopify-Shop-Api-Call-Limit" not in answer.headers
    assert answer.json()["errors"].startswith(f"Exceeded {leak} calls per second for api client.")
    clock.sleep(2)
    for _ in range(2 * leak):
        assert call.get("shop.json").status_code == 200
    assert call.get("shop.json").status_code == 429


def test_a_refused_call_adds_nothing_to_the_bucket(make: Make, clock: Clock) -> None:
    shop = make(throttle=True)
    shop.bucket.fill()
    call = Caller(shop)
    for _ in range(50):
        assert call.get("shop.json").status_code == 429
    clock.sleep(0.5)
    assert call.get("shop.json").status_code == 200


def test_an_unthrottled_store_still_sends_the_header(call: Caller) -> None:
    for _ in range(60):
        answer = call.get("shop.json")
    assert answer.headers["X-Shopify-Shop-Api-Call-Limit"] == "1/40"


# troubles


@pytest.mark.parametrize(
    ("switch", "status", "text"),
    [
        ("frozen", 402, "Unavailable Shop"),
        ("locked", 423, "locked"),
        ("security", 430, "Shopify Security Rejection"),
        ("unauthorized", 401, "Invalid API key"),
        ("forbidden", 403, "Forbidden"),
        ("non_expiring_refused", 403, "Non-expiring access tokens are no longer accepted"),
    ],
)
def test_a_switch_stands_or_fires_once(call: Caller, shop: PracticeStore, switch: str, status: int, text: str) -> None:
    shop.faults.once(switch)
    answer = call.get("shop.json")
    assert answer.status_code == status
    assert text in answer.text
    assert answer.headers["X-Request-Id"]
    assert call.get("shop.json").status_code == 200
    setattr(shop.faults, switch, True)
    assert [call.get("shop.json").status_code for _ in range(2)] == [status, status]
    shop.faults.clear()
    assert call.get("shop.json").status_code == 200


def test_chosen_requests_fail_as_often_as_wished(call: Caller, shop: PracticeStore) -> None:
    shop.faults.fail("GET orders", times=2)
    shop.faults.fail(lambda method, path: method == "DELETE", status=500, body={"errors": "Internal"}, times=None)
    assert call.get("products.json").status_code == 200
    answer = call.get("orders.json")
    assert answer.status_code == 502
    assert "502 Bad Gateway" in answer.text
    assert [call.get("orders/count.json").status_code for _ in range(2)] == [502, 200]
    assert [call("DELETE", "price_rules/1.json").status_code for _ in range(3)] == [500] * 3


def test_a_throttled_answer_may_carry_a_header_that_is_not_full(call: Caller, shop: PracticeStore) -> None:
    shop.faults.throttle("GET orders.json", retry_after="4.0")
    shop.faults.throttle("GET orders.json", with_header=True)
    first, second = call.get("orders.json"), call.get("orders.json")
    assert (first.status_code, first.headers["Retry-After"]) == (429, "4.0")
    assert "X-Shopify-Shop-Api-Call-Limit" not in first.headers
    assert second.headers["X-Shopify-Shop-Api-Call-Limit"] == "1/40"
    assert call.get("orders.json").status_code == 200


def test_a_connection_dies_before_or_after_the_deed(call: Caller, shop: PracticeStore, rule: dict[str, str]) -> None:
    shop.faults.drop_before("POST price_rules")
    shop.faults.drop_after("POST price_rules")
    with pytest.raises(ConnectionDropped):
        call.post("price_rules.json", {"price_rule": rule})
    assert len(shop.price_rules) == 0
    assert shop.writes == []
    with pytest.raises(ConnectionDropped):
        call.post("price_rules.json", {"price_rule": rule})
    assert len(shop.price_rules) == 1
    assert shop.writes == [("POST", API + "price_rules.json", 0)]


def test_hanging_and_latency_wait_on_the_stores_sleep(make: Make, clock: Clock) -> None:
    shop = make(latency=0.25)
    shop.faults.hang("GET shop", 30)
    Caller(shop).get("shop.json")
    Caller(shop).get("shop.json")
    assert clock.waited == [0.25, 30, 0.25]


def test_random_trouble_comes_at_its_rate(call: Caller, shop: PracticeStore) -> None:
    shop.faults.random(0.5, statuses=(500,))
    statuses = [call.get("shop.json").status_code for _ in range(100)]
    assert set(statuses) == {200, 500}
    assert 30 < statuses.count(500) < 70


def test_the_store_remembers_what_was_asked(call: Caller, shop: PracticeStore) -> None:
    call.get("orders.json", status="any")
    call.get("nothing.json")
    assert shop.requests == [("GET", API + "orders.json", 200), ("GET", API + "nothing.json", 404)]
    assert shop.calls[0].query == "status=any"
    assert shop.writes == []


# tokens by the client credentials grant


def grant(shop: PracticeStore, as_json: bool = False, **other: str) -> httpx.Response:
    sent = {
        "grant_type": "client_credentials",
        "client_id": shop.api_key,
        "client_secret": shop.api_secret_key,
        **other,
    }
    client = httpx.Client(transport=httpx.WSGITransport(shop.app), base_url=f"https://{shop.domain}")
    if as_json:
        return client.post("/admin/oauth/access_token", json=sent)
    return client.post("/admin/oauth/access_token", data=sent)


@pytest.mark.parametrize("as_json", [False, True])
def test_a_grant_gives_a_token_for_a_day(shop: PracticeStore, clock: Clock, as_json: bool) -> None:
    answer = grant(shop, as_json)
    assert answer.status_code == 200
    assert answer.json()["expires_in"] == 86399
    assert "write_orders" in answer.json()["scope"].split(",")
    assert "read_orders" not in answer.json()["scope"].split(",")
    token = {"X-Shopify-Access-Token": answer.json()["access_token"]}
    shop.faults.non_expiring_refused = True
    assert Caller(shop, **token).get("shop.json").status_code == 200
    clock.at += timedelta(seconds=86399)
    assert Caller(shop, **token).get("shop.json").status_code == 401


def test_tokens_can_be_made_to_expire(shop: PracticeStore) -> None:
    token = grant(shop).json()["access_token"]
    shop.faults.expire_tokens()
    assert Caller(shop, **{"X-Shopify-Access-Token": token}).get("shop.json").status_code == 401
    assert Caller(shop).get("shop.json").status_code == 200


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"client_id": "0" * 32}, "application_cannot_be_found"),
        ({"client_secret": "shpss_wrong"}, "invalid_client"),
        ({"grant_type": "password"}, "invalid_request"),
    ],
)
def test_a_wrong_grant_is_refused_with_a_page(shop: PracticeStore, sent: dict[str, Any], code: str) -> None:
    answer = grant(shop, **sent)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("text/html")
    assert f"<title>400 - Oauth error {code}</title>" in answer.text
    assert f"Oauth error {code}: " in answer.text


def test_the_refusal_of_a_grant_can_be_chosen_and_be_json(shop: PracticeStore) -> None:
    shop.faults.oauth = "shop_not_permitted"
    assert "Client credentials cannot be performed on this shop." in grant(shop).text
    shop.faults.oauth_as_json = True
    assert grant(shop).json() == {
        "error": "shop_not_permitted",
        "error_description": "Client credentials cannot be performed on this shop.",
    }


def test_uninstalling_kills_every_token_and_takes_the_tags(call: Caller, shop: PracticeStore) -> None:
    shop.add_script_tag("https://old.example/tag.js")
    assert call("DELETE", "/admin/api_permissions/current.json").status_code == 200
    assert call.get("shop.json").status_code == 401
    assert "app_not_installed" in grant(shop).text
    assert len(shop.script_tags) == 0


def test_credentials_look_like_shopifys_and_follow_from_seed_and_handle(make: Make) -> None:
    one, two, other = make(), make(), make(seed=2)
    assert (one.api_key, one.access_token, one.id) == (two.api_key, two.access_token, two.id)
    assert one.access_token != other.access_token
    assert len(one.api_key) == 32
    assert one.api_secret_key.startswith("shpss_")
    assert one.access_token.startswith("shpat_")
    assert len(one.access_token) == len("shpat_") + 32
    assert one.scopes == set(ALL_SCOPES)


def test_a_cursor_is_base64url_without_padding_trouble(make: Make) -> None:
    call = Caller(make(orders=9))
    info = httpx.URL(call.get("orders.json", status="any", limit=2).links["next"]["url"]).params["page_info"]
    assert base64.urlsafe_b64decode(info)
