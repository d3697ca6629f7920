"""`verify-scopes`: a live look, feature by feature."""

from __future__ import annotations

from typing import Any

import pytest
from bench import Bench, Ran

from shopinf.practice import PracticeStore

REQUIRED = {
    "products": ["read_products"],
    "customers": ["read_customers"],
    "discounts": ["read_price_rules", "write_price_rules"],
    "orders": ["read_orders"],
    "gifts": ["read_draft_orders", "write_draft_orders"],
    "livecapture": [],
}
ADVISED = {
    "discounts": ["read_discounts", "write_discounts"],
    "orders": ["read_all_orders"],
    "livecapture": ["read_script_tags", "write_script_tags"],
}


def entry(ran: Ran) -> Any:
    """The one store of the answer."""
    (found,) = ran.json["stores"]
    return found


def test_the_json_has_the_keys_of_the_contract_and_no_other(run: Bench, shop: PracticeStore) -> None:
    ran = run("verify-scopes", "-f", "json").ok()
    assert list(ran.json) == ["schema", "stores", "notes", "failures"]
    assert ran.json["schema"] == "shopinf.scopes/1"
    found = entry(ran)
    assert list(found) == ["store", "granted", "missing", "unneeded", "features", "notes"]
    assert (found["store"], found["missing"]) == ("maya-shop", [])
    assert found["unneeded"] == ["write_orders", "write_products"]
    assert {feature["feature"]: feature["required"] for feature in found["features"]} == REQUIRED
    assert {f["feature"]: f["advised"] for f in found["features"] if f["advised"]} == ADVISED
    assert {tuple(f) for f in found["features"]} == {("feature", "status", "required", "missing", "advised")}


def test_the_table_is_feature_by_scope_by_granted(run: Bench, shop: PracticeStore) -> None:
    shop.scopes.discard("write_discounts")
    rows = [line.split() for line in run("verify-scopes", "--wide").ok().out.splitlines()]
    assert rows[0] == ["store", "feature", "status", "scope", "need", "granted"]
    assert ["maya-shop", "discounts", "ready", "write_price_rules", "required", "yes"] in rows
    assert ["maya-shop", "discounts", "ready", "write_discounts", "advised", "no"] in rows
    assert ["maya-shop", "customers", "ready", "write_customers", "optional", "yes"] in rows


def test_what_combining_needs_is_advised_and_a_store_without_it_is_ready_all_the_same(
    run: Bench, shop: PracticeStore
) -> None:
    assert "combine" not in str(entry(run("verify-scopes", "-f", "json").ok())["notes"])
    shop.scopes -= {"read_discounts", "write_discounts"}
    found = entry(run("verify-scopes", "--feature", "discounts", "-f", "json").ok())
    assert found["features"][0]["status"] == "ready"
    said = "what codes combine with and apply to cannot be set or seen: the app lacks write_discounts"
    assert said in found["notes"]
    assert said not in entry(run("verify-scopes", "--feature", "orders", "-f", "json").ok())["notes"]


def test_a_feature_that_is_not_ready_is_exit_5_and_the_table_is_there_all_the_same(
    run: Bench, shop: PracticeStore
) -> None:
    shop.scopes -= {"write_price_rules", "read_draft_orders", "write_draft_orders"}
    ran = run("verify-scopes", "-f", "json")
    assert ran.code == 5
    status = {feature["feature"]: feature["status"] for feature in entry(ran)["features"]}
    assert (status["discounts"], status["gifts"], status["orders"]) == ("read_only", "unavailable", "ready")
    assert entry(ran)["missing"] == ["write_price_rules", "read_draft_orders", "write_draft_orders"]
    assert "maya-shop is not ready for discounts: write_price_rules is not granted" in ran.err
    assert "shopinf verify-scopes --print-required" in ran.err


@pytest.mark.parametrize(
    ("features", "code"),
    [(["orders"], 0), (["discounts"], 5), (["orders", "products"], 0), (["orders", "discounts"], 5)],
)
def test_only_the_features_asked_for_count(run: Bench, shop: PracticeStore, features: list[str], code: int) -> None:
    shop.scopes.discard("write_price_rules")
    ran = run("verify-scopes", *(word for name in features for word in ("--feature", name)), "-f", "json")
    assert ran.code == code
    assert [feature["feature"] for feature in entry(ran)["features"]] == features


def test_on_a_store_connected_read_only_reading_is_as_good_as_ready(run: Bench) -> None:
    store = run.open(scopes={"read_products", "read_customers", "read_price_rules", "read_orders", "read_draft_orders"})
    run.connect(store, "--read-only").ok()
    found = entry(run("verify-scopes", "-f", "json").ok())
    assert {f["feature"] for f in found["features"] if f["status"] == "read_only"} == {"discounts", "gifts"}
    store.scopes.discard("read_price_rules")
    assert run("verify-scopes").code == 5


def test_a_write_scope_implies_its_read_scope(run: Bench, shop: PracticeStore) -> None:
    only_writes = ["write_products", "write_customers", "write_price_rules", "write_orders", "write_draft_orders"]
    body = {"access_scopes": [{"handle": scope} for scope in only_writes]}
    shop.faults.fail("GET /admin/oauth/access_scopes.json", 200, body)
    found = entry(run("verify-scopes", "-f", "json").ok())
    assert found["missing"] == []
    assert found["granted"] == sorted(only_writes)
    assert found["unneeded"] == []  # write_products is how read_products was granted


def test_the_scopes_to_paste_need_no_store_and_no_readable_config(run: Bench) -> None:
    run.home.mkdir()
    (run.home / "config.toml").write_text("this is = = broken")
    (run.home / "stores.toml").write_text("this too")
    ran = run("verify-scopes", "--print-required").ok()
    wanted = [scope for name in REQUIRED for scope in (*REQUIRED[name], *ADVISED.get(name, ()))]
    assert ran.out == ",".join(wanted) + "\n"
    assert ran.err == ""
    one = run("verify-scopes", "--print-required", "--feature", "orders").ok()
    assert one.out == "read_orders,read_all_orders\n"


def test_an_unknown_feature_is_refused_with_the_known_ones(run: Bench, shop: PracticeStore) -> None:
    before = len(run.wire.sent)
    ran = run("verify-scopes", "--feature", "discount")
    assert (ran.code, ran.out) == (2, "")
    assert "products, customers, discounts, orders, gifts, livecapture" in ran.err
    assert len(run.wire.sent) == before


def test_protected_customer_data_makes_its_features_unavailable(run: Bench, shop: PracticeStore) -> None:
    shop.faults.pcd = True
    ran = run("verify-scopes", "--feature", "orders", "-f", "json")
    assert ran.code == 5
    assert entry(ran)["features"][0]["status"] == "unavailable"
    assert "has not approved the app for protected customer data" in ran.err
    assert "shopinf connect --guide" in ran.err
    assert run("verify-scopes", "--feature", "products").code == 0


def test_deprecated_calls_are_told_and_their_absence_is_no_failure(run: Bench, shop: PracticeStore) -> None:
    call = {"api_type": "REST", "endpoint": "Product", "description": "The product API is going."}
    shop.faults.deprecated_calls.append({**call, "migration_deadline": "2027-04-01T00:00:00Z"})
    notes = entry(run("verify-scopes", "-f", "json").ok())["notes"]
    assert any("Product" in note and "2027-04-01" in note for note in notes)
    for status, body in ((404, {"errors": "Not Found"}), (403, {"errors": "no"}), (404, "<html>?</html>"), (500, "")):
        shop.faults.fail("GET deprecated_api_calls.json", status, body, times=5)
        run("verify-scopes").ok()
        shop.faults.clear()


def test_a_version_fallen_forward_a_cut_history_and_unneeded_scopes_are_told(run: Bench, shop: PracticeStore) -> None:
    shop.faults.fall_forward = "2026-10"
    shop.scopes.discard("read_all_orders")
    notes = " | ".join(entry(run("verify-scopes", "-f", "json").ok())["notes"])
    assert "answered with API version 2026-10 instead of 2026-07" in notes
    assert "60 days" in notes
    assert "granted but not needed by shopinf: write_orders, write_products" in notes


@pytest.fixture
def two(run: Bench) -> tuple[PracticeStore, PracticeStore]:
    one, other = run.open(handle="maya-shop"), run.open(handle="nordlicht", seed=2)
    run.connect(one, "--group", "beauty").ok()
    run.connect(other, "--group", "beauty").ok()
    return one, other


@pytest.mark.parametrize("which", [["--all-stores"], ["--group", "beauty"], ["maya-shop", "nordlicht"]])
def test_several_stores_are_looked_at_at_once(
    run: Bench, two: tuple[PracticeStore, PracticeStore], which: list[str]
) -> None:
    ran = run("verify-scopes", *which, "-f", "json").ok()
    assert [found["store"] for found in ran.json["stores"]] == ["maya-shop", "nordlicht"]
    assert "nordlicht: granted but not needed by shopinf: write_orders, write_products" in ran.json["notes"]


def test_one_failing_store_is_exit_7_and_the_other_is_delivered(
    run: Bench, two: tuple[PracticeStore, PracticeStore]
) -> None:
    two[1].faults.frozen = True
    ran = run("verify-scopes", "--all-stores", "-f", "json")
    assert ran.code == 7
    assert [found["store"] for found in ran.json["stores"]] == ["maya-shop"]
    (failure,) = ran.json["failures"]
    assert list(failure) == ["store", "what", "error", "code"]
    assert (failure["store"], failure["code"]) == ("nordlicht", 5)


def test_stores_that_all_fail_alike_give_that_code(run: Bench, two: tuple[PracticeStore, PracticeStore]) -> None:
    for store in two:
        store.faults.frozen = True
    ran = run("verify-scopes", "--all-stores", "-f", "json")
    assert (ran.code, ran.out) == (5, "")
    assert "maya-shop" in ran.err
    assert "nordlicht" in ran.err


def test_stores_that_fail_each_in_its_way_are_exit_7(run: Bench, two: tuple[PracticeStore, PracticeStore]) -> None:
    two[0].faults.frozen, two[1].faults.unauthorized = True, True
    ran = run("verify-scopes", "--all-stores", "-f", "json")
    assert ran.code == 7
    assert [failure["code"] for failure in ran.json["failures"]] == [5, 4]


def test_several_stores_and_none_chosen_are_listed(run: Bench, two: tuple[PracticeStore, PracticeStore]) -> None:
    ran = run("verify-scopes")
    assert ran.code == 2
    assert "maya-shop, nordlicht" in ran.err
    run("verify-scopes", environ={"SHOPINF_STORE": "nordlicht"}).ok()
    run("stores", "default", "maya-shop").ok()
    assert run("verify-scopes", "-f", "json").ok().json["stores"][0]["store"] == "maya-shop"


def test_no_store_at_all_and_an_unknown_one(run: Bench, shop: PracticeStore) -> None:
    ran = run("verify-scopes", "may-shop")
    assert ran.code == 3
    assert "Did you mean maya-shop?" in ran.err
    run("disconnect", "maya-shop", "-y").ok()
    ran = run("verify-scopes")
    assert (ran.code, ran.err) == (3, "error: No store is connected yet\nhint: shopinf connect STORE\n")


def test_what_was_seen_is_remembered_for_stores_show(run: Bench, shop: PracticeStore) -> None:
    shop.scopes.discard("write_draft_orders")
    shop.name = "Maya & Daughters"
    assert run("verify-scopes").code == 5
    found = run("stores", "show", "-f", "json").ok().json
    assert found["name"] == "Maya & Daughters"
    assert {f["feature"]: f["status"] for f in found["features"]}["gifts"] == "read_only"


def test_tokens_renew_themselves_in_the_middle_of_a_run(run: Bench) -> None:
    store = run.open()
    given = f"API_KEY={store.api_key}\nAPI_SECRET_KEY={store.api_secret_key}\n"
    run("connect", "maya-shop", "--stdin", stdin=given).ok()
    store.requests.clear()
    send, seen = run.wire.send, []

    def expiring(request: Any) -> Any:
        seen.append(request.url.path)
        if len(seen) == 3:  # the token, the shop, and then it dies
            store.faults.expire_tokens()
        return send(request)

    run.wire.send = expiring  # type: ignore[method-assign]
    run("verify-scopes").ok()
    assert [status for _, path, status in store.requests if path == "/admin/oauth/access_token"] == [200, 200]
    assert [status for _, _, status in store.requests].count(401) == 1


def test_a_token_that_is_refused_twice_is_not_asked_for_for_ever(run: Bench) -> None:
    store = run.open()
    given = f"API_KEY={store.api_key}\nAPI_SECRET_KEY={store.api_secret_key}\n"
    run("connect", "maya-shop", "--stdin", stdin=given).ok()
    store.requests.clear()
    store.faults.unauthorized = True
    assert run("verify-scopes").code == 4
    assert len(store.requests) == 4  # a token and a try, a new token and a second try
