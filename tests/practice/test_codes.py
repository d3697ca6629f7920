"""Price rules, codes, and the jobs that make many: what may be written, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from shopinf.practice import PracticeStore

from .conftest import Caller, Clock, Make

TAKEN = {"errors": {"code": ["must be unique. Please try a different code."]}}
BOGO = {
    "allocation_method": "each",
    "target_selection": "entitled",
    "entitled_product_ids": [1],
    "prerequisite_product_ids": [2],
    "prerequisite_to_entitlement_quantity_ratio": {"prerequisite_quantity": 2, "entitled_quantity": 1},
}
SHIPPING = {"target_type": "shipping_line", "allocation_method": "each", "value": "-100.0"}


def made(call: Caller, rule: dict[str, Any]) -> dict[str, Any]:
    answer = call.post("price_rules.json", {"price_rule": rule})
    assert answer.status_code == 201, answer.text
    found = answer.json()["price_rule"]
    assert isinstance(found, dict)
    return found


def test_a_rule_is_answered_with_all_its_fields_at_the_shops_offset(call: Caller, rule: dict[str, Any]) -> None:
    found = made(call, rule | {"ends_at": "2026-12-31T23:59:59Z"})
    assert found["value"] == "-15.0"
    assert found["starts_at"] == "2026-10-31T20:00:00-04:00"
    assert found["ends_at"] == "2026-12-31T18:59:59-05:00"
    assert found["entitled_product_ids"] == []
    assert found["prerequisite_to_entitlement_quantity_ratio"] == {
        "prerequisite_quantity": None,
        "entitled_quantity": None,
    }
    assert found["admin_graphql_api_id"] == f"gid://shopify/PriceRule/{found['id']}"
    assert call.get(f"price_rules/{found['id']}.json").json()["price_rule"] == found


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"target_type": None}, "target_type"),
        ({"target_selection": "some"}, "target_selection"),
        ({"allocation_method": None}, "allocation_method"),
        ({"value_type": "percent"}, "value_type"),
        ({"customer_selection": None}, "customer_selection"),
        ({"value": None}, "value"),
        ({"value": "15.0"}, "value"),
        ({"value": "-100.1"}, "value"),
        ({"value": "much"}, "value"),
        ({"starts_at": None}, "starts_at"),
        ({"starts_at": "soon"}, "starts_at"),
        ({"ends_at": "2026-10-01T00:00:00Z"}, "ends_at"),
        ({"ends_at": "2026-11-01T00:00:00Z"}, "ends_at"),
        ({"usage_limit": 0}, "usage_limit"),
        ({"usage_limit": "many"}, "usage_limit"),
        (SHIPPING | {"allocation_method": "across"}, "allocation_method"),
        (SHIPPING | {"value_type": "fixed_amount"}, "value_type"),
        (SHIPPING | {"value": "-50.0"}, "value"),
        (SHIPPING | {"target_selection": "entitled"}, "entitled_country_ids"),
        (SHIPPING | {"target_selection": "entitled", "entitled_product_ids": [1]}, "entitled_product_ids"),
        ({"target_selection": "entitled"}, "base"),
        ({"entitled_product_ids": [1]}, "entitled_product_ids"),
        ({"entitled_country_ids": [1]}, "entitled_country_ids"),
        ({"target_selection": "entitled", "entitled_product_ids": ["x"]}, "entitled_product_ids"),
        ({"target_selection": "entitled", "entitled_product_ids": list(range(1, 102))}, "entitled_product_ids"),
        (
            {"target_selection": "entitled", "entitled_product_ids": [1], "entitled_collection_ids": [2]},
            "entitled_collection_ids",
        ),
        ({"customer_selection": "prerequisite"}, "prerequisite_customer_ids"),
        ({"prerequisite_customer_ids": [1]}, "customer_selection"),
        (
            {
                "customer_selection": "prerequisite",
                "prerequisite_customer_ids": [1],
                "customer_segment_prerequisite_ids": [2],
            },
            "customer_segment_prerequisite_ids",
        ),
        ({"prerequisite_subtotal_range": {"greater_than_or_equal_to": "lots"}}, "prerequisite_subtotal_range"),
        ({"prerequisite_product_ids": [1]}, "prerequisite_product_ids"),
        ({"allocation_limit": 3}, "allocation_limit"),
        (BOGO | {"allocation_method": "across"}, "prerequisite_to_entitlement_quantity_ratio"),
        (BOGO | {"prerequisite_product_ids": []}, "prerequisite_to_entitlement_quantity_ratio"),
        (
            BOGO | {"prerequisite_quantity_range": {"greater_than_or_equal_to": 2}},
            "prerequisite_to_entitlement_quantity_ratio",
        ),
    ],
)
def test_a_rule_that_breaks_the_rules_is_refused_by_field(
    call: Caller, shop: PracticeStore, rule: dict[str, Any], change: dict[str, Any], field: str
) -> None:
    answer = call.post("price_rules.json", {"price_rule": rule | change})
    assert answer.status_code == 422
    assert isinstance(answer.json()["errors"][field], list)
    assert len(shop.price_rules) == 0


def test_a_variant_and_its_own_product_do_not_stand_together(
    call: Caller, shop: PracticeStore, rule: dict[str, Any]
) -> None:
    product = next(iter(shop.products.values()))
    both = {"entitled_product_ids": [product["id"]], "entitled_variant_ids": [product["variants"][0]["id"]]}
    answer = call.post("price_rules.json", {"price_rule": rule | {"target_selection": "entitled"} | both})
    assert answer.status_code == 422
    assert "entitled_variant_ids" in answer.json()["errors"]


@pytest.mark.parametrize(
    "change",
    [
        {"value_type": "fixed_amount", "value": "-10"},
        {"value": -15},
        {"value": "-100.0"},
        SHIPPING,
        BOGO,
        {"target_selection": "entitled", "entitled_collection_ids": [5]},
        {"prerequisite_subtotal_range": {"greater_than_or_equal_to": "50.0"}},
        {"usage_limit": 1, "once_per_customer": True},
    ],
)
def test_all_the_usual_discounts_can_be_made(call: Caller, rule: dict[str, Any], change: dict[str, Any]) -> None:
    made(call, rule | change)


def test_a_rule_is_changed_in_part_and_checked_as_a_whole(call: Caller, rule: dict[str, Any], clock: Clock) -> None:
    found = made(call, rule)
    path = f"price_rules/{found['id']}.json"
    clock.sleep(60)
    later = call.put(path, {"price_rule": {"id": found["id"], "ends_at": "2026-11-22T15:00:00Z"}}).json()["price_rule"]
    assert later["title"] == "MAYA15"
    assert later["created_at"] == found["created_at"]
    assert later["updated_at"] > found["updated_at"]
    assert call.put(path, {"price_rule": {"value": "3"}}).status_code == 422
    assert call.put("price_rules/1.json", {"price_rule": {"value": "-3"}}).status_code == 404


def test_a_deleted_rule_takes_its_codes_along(call: Caller, shop: PracticeStore, rule: dict[str, Any]) -> None:
    path = f"price_rules/{made(call, rule)['id']}"
    call.post(f"{path}/discount_codes.json", {"discount_code": {"code": "MAYA15"}})
    answer = call("DELETE", f"{path}.json")
    assert (answer.status_code, answer.content) == (204, b"")
    assert call("DELETE", f"{path}.json").status_code == 404
    assert call.get("discount_codes/lookup.json", code="MAYA15").status_code == 404
    assert "MAYA15" not in shop.codes


def test_titles_need_not_be_unique_and_rules_are_counted(call: Caller, rule: dict[str, Any]) -> None:
    ids = [made(call, rule)["id"] for _ in range(3)]
    assert call.get("price_rules/count.json").json() == {"count": 3}
    assert [r["id"] for r in call.get("price_rules.json", fields="id").json()["price_rules"]] == ids[::-1]


def test_codes_are_unique_in_the_shop_whatever_the_case(
    call: Caller, shop: PracticeStore, rule: dict[str, Any]
) -> None:
    shop.codes["Maya15"] = 1001
    path = f"price_rules/{made(call, rule)['id']}/discount_codes"
    answer = call.post(f"{path}.json", {"discount_code": {"code": "MAYA15"}})
    assert (answer.status_code, answer.json()) == (422, TAKEN)
    first = call.post(f"{path}.json", {"discount_code": {"code": "LEO5"}}).json()["discount_code"]
    assert first["usage_count"] == 0
    assert call.put(f"{path}/{first['id']}.json", {"discount_code": {"code": "maya15"}}).json() == TAKEN
    assert call.put(f"{path}/{first['id']}.json", {"discount_code": {"code": "leo5"}}).status_code == 200
    assert shop.codes["LEO5"] == first["price_rule_id"]
    assert call("DELETE", f"{path}/{first['id']}.json").status_code == 204
    assert call.post(f"{path}.json", {"discount_code": {"code": "leo5"}}).status_code == 201


@pytest.mark.parametrize("code", ["", "   ", "A" * 256, "A\nB", None, 15])
def test_a_code_that_cannot_be_one_is_refused(call: Caller, rule: dict[str, Any], code: object) -> None:
    path = f"price_rules/{made(call, rule)['id']}/discount_codes.json"
    assert call.post(path, {"discount_code": {"code": code}}).status_code == 422


def test_lookup_answers_with_the_codes_own_address(call: Caller, shop: PracticeStore) -> None:
    shop.codes["MAYA15"] = 1001
    answer = call.get("discount_codes/lookup.json", code="maya15")
    assert answer.status_code == 303
    where = answer.headers["Location"]
    assert where.startswith("https://maya-shop.myshopify.com/admin/api/2026-07/price_rules/1001/discount_codes/")
    assert call("GET", where).json()["discount_code"]["code"] == "MAYA15"
    assert call.get("discount_codes/lookup.json", code="LEO5").status_code == 404
    assert call.get("discount_codes/lookup.json").status_code == 400
    assert call.get("discount_codes/lookup.json", code="A" * 101).status_code == 400


def test_a_code_is_found_below_its_own_rule_only(call: Caller, shop: PracticeStore) -> None:
    shop.codes["A"], shop.codes["B"] = 1001, 1002
    record = shop.codes.record("A")
    assert record is not None
    assert call.get(f"price_rules/1002/discount_codes/{record['id']}.json").status_code == 404


def test_codes_changed_by_hand_are_seen(call: Caller, shop: PracticeStore) -> None:
    shop.codes["OLD"] = 1001
    record = shop.codes.record("old")
    assert record is not None
    record["code"] = "NEW"
    assert "OLD" not in shop.codes
    assert call.get("discount_codes/lookup.json", code="NEW").status_code == 303
    del shop.codes["new"]
    assert len(shop.codes) == len(shop.discount_codes) == 0


# jobs


def batch(call: Caller, rule_id: int, *codes: str) -> Any:
    return call.post(f"price_rules/{rule_id}/batch.json", {"discount_codes": [{"code": code} for code in codes]})


def test_a_job_is_queued_runs_and_completes(make: Make, clock: Clock, rule: dict[str, Any]) -> None:
    shop = make(job_seconds=10)
    call = Caller(shop)
    rule_id = made(call, rule)["id"]
    shop.codes["TAKEN"] = 1001
    shop.faults.batch_fail = {"UNLUCKY"}
    answer = batch(call, rule_id, "A1", "taken", "A2", "a1", "UNLUCKY")
    assert answer.status_code == 201
    job = answer.json()["discount_code_creation"]
    assert (job["status"], job["codes_count"], job["imported_count"]) == ("queued", 5, 0)
    path = f"price_rules/{rule_id}/batch/{job['id']}"
    rows = call.get(f"{path}/discount_codes.json").json()["discount_codes"]
    assert rows[0] == {"id": None, "code": "A1", "errors": {}}
    clock.sleep(4)
    assert call.get(f"{path}.json").json()["discount_code_creation"]["status"] == "running"
    assert batch(call, rule_id, "B1").status_code == 422
    clock.sleep(6)
    job = call.get(f"{path}.json").json()["discount_code_creation"]
    assert (job["status"], job["imported_count"], job["failed_count"]) == ("completed", 2, 3)
    assert job["completed_at"]
    rows = call.get(f"{path}/discount_codes.json").json()["discount_codes"]
    assert [bool(row["id"]) for row in rows] == [True, False, True, False, False]
    assert rows[1]["errors"] == TAKEN["errors"]
    listed = call.get(f"price_rules/{rule_id}/discount_codes.json").json()["discount_codes"]
    assert [code["code"] for code in listed] == ["A1", "A2"]
    assert batch(call, rule_id, "B1").status_code == 201


def test_a_job_takes_one_to_a_hundred_codes(call: Caller, rule: dict[str, Any]) -> None:
    rule_id = made(call, rule)["id"]
    assert batch(call, rule_id, *(f"C{i}" for i in range(101))).status_code == 422
    assert batch(call, rule_id).status_code == 422
    assert call.post(f"price_rules/{rule_id}/batch.json", {}).status_code == 400
    assert batch(call, 1, "C").status_code == 404
    assert batch(call, rule_id, *(f"C{i}" for i in range(100))).status_code == 201
    assert call.get("discount_codes/count.json").json() == {"count": 100}


def test_another_apps_job_keeps_the_place(
    call: Caller, shop: PracticeStore, clock: Clock, rule: dict[str, Any]
) -> None:
    rule_id = made(call, rule)["id"]
    shop.faults.batch_busy = 30
    assert batch(call, rule_id, "C1").status_code == 422
    clock.sleep(31)
    assert batch(call, rule_id, "C1").status_code == 201
