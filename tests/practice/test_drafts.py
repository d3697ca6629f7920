"""Draft orders: what they cost, how they are calculated, what becomes of them."""

from __future__ import annotations

from typing import Any

import pytest

from shopinf.practice import PracticeStore

from .conftest import Caller, Clock, Make

HOME = {
    "first_name": "Maya",
    "last_name": "Lind",
    "address1": "1 Main St",
    "city": "Ottawa",
    "province": "Ontario",
    "country": "Canada",
    "zip": "K1A 0B1",
}


def gift(variant: int, **more: Any) -> dict[str, Any]:
    return {
        "draft_order": {
            "line_items": [{"variant_id": variant, "quantity": 1}],
            "applied_discount": {
                "title": "Gift",
                "description": "for Maya",
                "value_type": "percentage",
                "value": "100.0",
            },
            "shipping_line": {"title": "Gift shipping", "price": "0.00"},
            "shipping_address": HOME,
            "email": "maya@maya-lind.example",
            "tags": "gift, campaign",
            "note_attributes": [{"name": "ref", "value": "7f3a"}],
            **more,
        }
    }


def test_a_gift_costs_nothing_and_becomes_an_order(call: Caller, shop: PracticeStore, goods: list[int]) -> None:
    found = shop.variant(goods[0])
    assert found is not None
    stock = found[1]["inventory_quantity"]
    answer = call.post("draft_orders.json", gift(goods[0]))
    assert answer.status_code == 201
    draft = answer.json()["draft_order"]
    assert (draft["status"], draft["total_price"], draft["order_id"]) == ("open", "0.00", None)
    assert draft["applied_discount"]["amount"] == found[1]["price"]
    assert (draft["name"], draft["tags"]) == ("#D1", "campaign, gift")
    assert "b2b?" in draft
    done = call.put(f"draft_orders/{draft['id']}/complete.json", {}).json()["draft_order"]
    assert done["status"] == "completed"
    order = call.get(f"orders/{done['order_id']}.json").json()["order"]
    assert (order["total_price"], order["source_name"], order["tags"]) == (
        "0.00",
        "shopify_draft_order",
        "campaign, gift",
    )
    assert (order["financial_status"], order["landing_site"]) == ("paid", None)
    assert order["discount_applications"][0]["type"] == "manual"
    assert order["note_attributes"] == [{"name": "ref", "value": "7f3a"}]
    assert order["customer"]["email"] == "maya@maya-lind.example"
    assert order["shipping_address"]["city"] == "Ottawa"
    assert found[1]["inventory_quantity"] == stock - 1


def test_a_completed_draft_is_closed_for_good(call: Caller, goods: list[int]) -> None:
    key = call.post("draft_orders.json", gift(goods[0])).json()["draft_order"]["id"]
    call.put(f"draft_orders/{key}/complete.json", {})
    assert call.put(f"draft_orders/{key}/complete.json", {}).status_code == 422
    assert call("DELETE", f"draft_orders/{key}.json").status_code == 422
    assert call.get("draft_orders.json").json() == {"draft_orders": []}
    assert len(call.get("draft_orders.json", status="completed").json()["draft_orders"]) == 1
    assert call.get("draft_orders/count.json").json() == {"count": 0}


def test_totals_may_still_be_calculated(call: Caller, shop: PracticeStore, clock: Clock, goods: list[int]) -> None:
    shop.draft_seconds = 2.5
    answer = call.post("draft_orders.json", gift(goods[0]))
    assert answer.status_code == 202
    assert answer.headers["Retry-After"] == "3"
    where = answer.headers["Location"]
    assert call("GET", where).status_code == 202
    key = where.rsplit("/", 1)[1].removesuffix(".json")
    refused = call.put(f"draft_orders/{key}/complete.json", {})
    assert refused.status_code == 422
    assert "has not finished calculating" in refused.text
    clock.sleep(3)
    assert call("GET", where).status_code == 200
    assert call.put(f"draft_orders/{key}/complete.json", {}).status_code == 200


def test_completing_may_come_too_soon_even_after_a_201(call: Caller, shop: PracticeStore, goods: list[int]) -> None:
    shop.draft_races = 1
    key = call.post("draft_orders.json", gift(goods[0])).json()["draft_order"]["id"]
    assert [call.put(f"draft_orders/{key}/complete.json", {}).status_code for _ in range(2)] == [422, 200]


def test_development_stores_take_five_drafts_a_minute(make: Make, clock: Clock) -> None:
    shop = make(plan="development", throttle=True)
    call, variant = Caller(shop), next(iter(shop.products.values()))["variants"][0]["id"]
    assert [call.post("draft_orders.json", gift(variant)).status_code for _ in range(5)] == [201] * 5
    answer = call.post("draft_orders.json", gift(variant))
    assert answer.status_code == 429
    assert answer.headers["X-Shopify-Shop-Api-Call-Limit"] != "40/40"
    clock.sleep(float(answer.headers["Retry-After"]) + 0.1)
    assert call.post("draft_orders.json", gift(variant)).status_code == 201


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"line_items": []}, "line_items"),
        ({"line_items": [{"variant_id": 1, "quantity": 1}]}, "line_items"),
        ({"line_items": [{"title": "Own", "price": "1.00", "quantity": 0}]}, "line_items"),
        ({"line_items": [{"quantity": 1}]}, "line_items"),
        ({"applied_discount": {"value_type": "percentage", "value": "101"}}, "applied_discount"),
        ({"customer": {"id": 1}}, "customer"),
    ],
)
def test_a_draft_that_cannot_be_is_refused(call: Caller, goods: list[int], change: dict[str, Any], field: str) -> None:
    answer = call.post("draft_orders.json", gift(goods[0], **change))
    assert answer.status_code == 422
    assert field in answer.json()["errors"]


def test_an_address_without_a_full_name_is_ignored(call: Caller, goods: list[int]) -> None:
    nameless = {**HOME, "last_name": ""}
    draft = call.post("draft_orders.json", gift(goods[0], shipping_address=nameless)).json()["draft_order"]
    assert draft["shipping_address"] is None


def test_the_customers_own_address_can_be_used(call: Caller, shop: PracticeStore, goods: list[int]) -> None:
    customer = shop.add_customer()
    more = {"customer": {"id": customer["id"]}, "use_customer_default_address": True, "shipping_address": None}
    draft = call.post("draft_orders.json", gift(goods[0], **more)).json()["draft_order"]
    assert draft["shipping_address"]["address1"] == customer["default_address"]["address1"]
    assert draft["customer"]["id"] == customer["id"]


def test_a_percentage_is_rounded_down_and_a_line_discount_is_per_unit(call: Caller, shop: PracticeStore) -> None:
    half = {"title": "Half", "value_type": "percentage", "value": "50"}
    off = {"title": "Off", "value_type": "fixed_amount", "value": "1.00"}
    lines = [
        {"title": "A", "price": "0.99", "quantity": 1},
        {"title": "B", "price": "5.00", "quantity": 2, "applied_discount": off},
    ]
    sent = {"draft_order": {"line_items": lines, "applied_discount": half, "tax_exempt": True}}
    draft = call.post("draft_orders.json", sent).json()["draft_order"]
    assert draft["line_items"][1]["applied_discount"]["amount"] == "2.00"
    assert draft["applied_discount"]["amount"] == "4.49"
    assert draft["total_price"] == "4.50"


def test_a_draft_can_be_changed_and_deleted(call: Caller, goods: list[int]) -> None:
    key = call.post("draft_orders.json", gift(goods[0])).json()["draft_order"]["id"]
    changed = call.put(f"draft_orders/{key}.json", {"draft_order": {"note": "Hello"}}).json()["draft_order"]
    assert (changed["note"], changed["total_price"], changed["id"]) == ("Hello", "0.00", key)
    assert call("DELETE", f"draft_orders/{key}.json").json() == {}
    assert call.get(f"draft_orders/{key}.json").status_code == 404
