"""Connecting a store: what may be typed, what is checked, what is kept and what is said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bench import Bench

from shopinf.practice import PracticeStore

from .odd_keyrings import PlaintextKeyring

KEYS = (
    "schema store shop_id domain name plan currency timezone auth api_version group read_only scopes features notes "
    "failures"
).split()
FEATURES = ["products", "customers", "discounts", "orders", "gifts", "livecapture"]


@pytest.fixture
def store(run: Bench) -> PracticeStore:
    """A practice store that is not connected yet."""
    return run.open(orders=40, customers=20)


@pytest.mark.parametrize(
    "typed",
    [
        "maya-shop",
        "Maya-Shop",
        "maya-shop.myshopify.com",
        "https://maya-shop.myshopify.com/admin/products?x=1",
        "https://admin.shopify.com/store/maya-shop/orders",
        "admin.shopify.com/store/maya-shop",
        "http://maya-shop.myshopify.com/",
    ],
)
def test_a_store_may_be_typed_in_any_form(run: Bench, store: PracticeStore, typed: str) -> None:
    found = run("connect", typed, "--stdin", "-f", "json", stdin=run.credentials(store)).ok().json
    assert (found["store"], found["domain"]) == ("maya-shop", "maya-shop.myshopify.com")


@pytest.mark.parametrize("typed", ["www.maya-shop.example", "https://www.maya-shop.example/products/serum"])
def test_a_shops_own_domain_is_looked_up_without_credentials(run: Bench, store: PracticeStore, typed: str) -> None:
    run.wire.stores["www.maya-shop.example"] = store
    found = run("connect", typed, "--stdin", "-f", "json", stdin=run.credentials(store)).ok().json
    assert (found["store"], found["domain"]) == ("maya-shop", "maya-shop.myshopify.com")
    public = [request for request in run.wire.sent if request.url.host == "www.maya-shop.example"]
    assert [request.url.path for request in public] == ["/meta.json"]
    assert not any("shopify-access" in name.lower() for request in public for name in request.headers)


def test_a_domain_that_is_no_shop_is_said_before_any_credentials_are_asked_for(run: Bench) -> None:
    ran = run("connect", "www.nobody.example", "--stdin")
    assert ran.code == 3
    assert "www.nobody.example does not say which Shopify shop it is" in ran.err
    assert "admin.shopify.com/store/HANDLE" in ran.err


def test_a_bare_word_that_is_no_shop_gets_a_suggestion(run: Bench) -> None:
    ran = run("connect", "mysuperstore", "--stdin", stdin="ACCESS_TOKEN=shpat_x")
    assert (ran.code, ran.out) == (3, "")
    assert "There is no shop at mysuperstore.myshopify.com" in ran.err
    assert "shopinf connect www.mysuperstore.com" in ran.err
    assert run("stores", "list").out == ""


@pytest.mark.parametrize("typed", ["", "two words", "@", "a/b c"])
def test_what_cannot_be_a_store_is_refused(run: Bench, typed: str) -> None:
    ran = run("connect", typed, "--stdin", stdin="ACCESS_TOKEN=shpat_x")
    assert ran.code in (2, 3)
    assert run.wire.sent == [] or ran.code == 3
    assert "hint: " in ran.err


def test_the_json_has_the_keys_of_the_contract_and_no_other(run: Bench, store: PracticeStore) -> None:
    found = run.connect(store, "-f", "json").ok().json
    assert list(found) == KEYS
    assert found["schema"] == "shopinf.store/1"
    assert found["shop_id"] == store.id
    assert (found["name"], found["plan"]) == (store.name, "Grow")
    assert (found["currency"], found["timezone"]) == ("USD", "America/New_York")
    assert (found["auth"], found["api_version"]) == ("admin_token", "2026-07")
    assert (found["group"], found["read_only"]) == (None, False)
    assert found["scopes"] == sorted(store.scopes)
    assert [feature["feature"] for feature in found["features"]] == FEATURES
    assert {tuple(feature) for feature in found["features"]} == {("feature", "status", "missing")}
    assert {feature["status"] for feature in found["features"]} == {"ready"}
    assert found["failures"] == []


def test_the_card_names_the_store_and_the_next_step_is_said(run: Bench, store: PracticeStore) -> None:
    ran = run.connect(store).ok()
    assert [line.split() for line in ran.out.splitlines()[:3]] == [
        ["store", "maya-shop"],
        ["shop", "id", str(store.id)],
        ["domain", "maya-shop.myshopify.com"],
    ]
    assert "Next: shopinf verify-scopes maya-shop" in ran.err


def test_a_name_and_a_group_of_ones_own(run: Bench, store: PracticeStore) -> None:
    found = run.connect(store, "--as", "Maya EU", "--group", "skincare", "-f", "json").ok().json
    assert (found["store"], found["group"]) == ("Maya EU", "skincare")
    assert run("stores", "show", "maya eu", "-f", "json").ok().json["domain"] == "maya-shop.myshopify.com"
    # Connecting again by that name reaches the same shop, although no shop has that handle.
    again = run("connect", "Maya EU", "--stdin", "-f", "json", stdin=run.credentials(store)).ok().json
    assert (again["store"], again["group"], again["shop_id"]) == ("Maya EU", "skincare", store.id)


def test_a_name_that_cannot_be_one_is_refused_before_anything_is_asked(run: Bench, store: PracticeStore) -> None:
    ran = run.connect(store, "--as", "../secrets")
    assert ran.code == 2
    assert run.wire.sent == []


def test_two_shops_do_not_share_a_name(run: Bench, store: PracticeStore) -> None:
    run.connect(store).ok()
    other = run.open(handle="other-shop", seed=2)
    ran = run.connect(other, "--as", "maya-shop")
    assert (ran.code, ran.out) == (2, "")
    assert "maya-shop is already the name of maya-shop.myshopify.com, which is another shop" in ran.err
    assert len(run.keyring.entries) == 1
    assert run.connect(other, "--as", "maya-two", "-f", "json").ok().json["store"] == "maya-two"


def test_connecting_again_rotates_the_credentials_and_keeps_name_group_and_version(
    run: Bench, store: PracticeStore
) -> None:
    run.connect(store, "--as", "maya", "--group", "skincare", "--api-version", "2026-10").ok()
    (former,) = run.keyring.entries
    store.access_token = "shpat_" + "b" * 32
    found = run.connect(store, "-f", "json").ok().json
    assert (found["store"], found["group"], found["api_version"]) == ("maya", "skincare", "2026-10")
    ((account, entry),) = run.keyring.entries.items()
    assert account != former
    assert json.loads(entry)["access_token"] == store.access_token
    run("verify-scopes").ok()


def test_a_renamed_shop_is_still_the_same_store(run: Bench, store: PracticeStore) -> None:
    run.connect(store, "--group", "skincare").ok()
    store.domain, store.handle = "maya-renamed.myshopify.com", "maya-renamed"
    run.wire.stores[store.domain] = store
    noted = run("verify-scopes", "-f", "json").ok().json["stores"][0]["notes"]
    assert "Shopify knows this store as maya-renamed.myshopify.com" in noted
    found = run("connect", "maya-renamed", "--stdin", "-f", "json", stdin=run.credentials(store)).ok().json
    assert (found["store"], found["domain"]) == ("maya-shop", "maya-renamed.myshopify.com")
    assert found["group"] == "skincare"
    assert len(run.keyring.entries) == 1
    assert len(run("stores", "list", "-f", "json").json["rows"]) == 1
    run("verify-scopes", "maya-shop").ok()
    run("verify-scopes", "maya-renamed").ok()


def test_the_store_is_called_as_it_was_typed_and_its_domain_is_the_canonical_one(
    run: Bench, store: PracticeStore
) -> None:
    run.wire.stores["old-maya.myshopify.com"] = store
    found = run("connect", "old-maya", "--stdin", "-f", "json", stdin=run.credentials(store)).ok().json
    assert (found["store"], found["domain"]) == ("old-maya", "maya-shop.myshopify.com")
    run("verify-scopes", "maya-shop").ok()


def test_missing_scopes_do_not_stop_a_connection(run: Bench, store: PracticeStore) -> None:
    store.scopes = {"read_orders", "read_price_rules"}
    found = run.connect(store, "-f", "json").ok().json
    status = {feature["feature"]: feature["status"] for feature in found["features"]}
    assert status == {
        "products": "unavailable",
        "customers": "unavailable",
        "discounts": "read_only",
        "orders": "ready",
        "gifts": "unavailable",
        "livecapture": "ready",
    }
    assert "discounts can only be read: write_price_rules is not granted" in found["notes"]
    assert "gifts is unavailable: read_draft_orders, write_draft_orders are not granted" in found["notes"]


def test_a_store_with_read_scopes_only_can_be_connected_read_only(run: Bench, store: PracticeStore) -> None:
    store.scopes = {"read_products", "read_customers", "read_price_rules", "read_orders", "read_draft_orders"}
    found = run.connect(store, "--read-only", "-f", "json").ok().json
    assert found["read_only"] is True
    assert not any("not granted" in note and "read_all_orders" not in note for note in found["notes"])
    run("verify-scopes").ok()


def test_a_history_of_sixty_days_is_said(run: Bench, store: PracticeStore) -> None:
    store.scopes.discard("read_all_orders")
    notes = run.connect(store, "-f", "json").ok().json["notes"]
    assert any("60 days" in note and "read_all_orders" in note for note in notes)


def test_protected_customer_data_is_a_note_and_no_failure(run: Bench, store: PracticeStore) -> None:
    store.faults.pcd = True
    found = run.connect(store, "-f", "json").ok().json
    assert any("protected customer data" in note for note in found["notes"])
    unavailable = [f["feature"] for f in found["features"] if f["status"] == "unavailable"]
    assert unavailable == ["customers", "orders", "gifts"]


@pytest.mark.parametrize("how", ["null", "missing"])
def test_withheld_personal_data_is_a_note(run: Bench, store: PracticeStore, how: Any) -> None:
    store.faults.redact = how
    found = run.connect(store, "-f", "json").ok().json
    assert any("personal data in customers is withheld" in note for note in found["notes"])
    assert {f["status"] for f in found["features"]} == {"ready"}


def test_an_api_version_fallen_forward_is_a_note(run: Bench, store: PracticeStore) -> None:
    store.faults.fall_forward = "2026-10"
    found = run.connect(store, "--api-version", "2025-01", "-f", "json").ok().json
    assert "maya-shop answered with API version 2026-10 instead of 2025-01" in found["notes"]
    assert found["api_version"] == "2025-01"


@pytest.mark.parametrize("version", ["latest", "2026-13", "2026", ""])
def test_an_api_version_that_never_was_is_refused(run: Bench, store: PracticeStore, version: str) -> None:
    assert run.connect(store, "--api-version", version).code == 2


def test_a_keyring_that_keeps_plain_text_is_named(run: Bench, store: PracticeStore) -> None:
    run.keyring = PlaintextKeyring()  # type: ignore[assignment]
    ran = run.connect(store).ok()
    assert "PlaintextKeyring) keeps secrets as plain text" in ran.err


def test_the_guide_for_a_client_has_the_scopes_to_paste(run: Bench, tmp_path: Any) -> None:
    scopes = run("verify-scopes", "--print-required").ok().out.strip()
    assert scopes in run("connect", "--guide").ok().out
    page = tmp_path / "guide.html"
    run("connect", "--guide", str(page)).ok()
    assert page.read_text().startswith("<!doctype html>")
    for word in (scopes, "Dev Dashboard", "Protected customer data", "Read all orders", "Client secret"):
        assert word in page.read_text().replace("protected customer data", "Protected customer data")


def test_the_name_of_the_store_is_asked_for_when_it_is_left_out(run: Bench) -> None:
    ran = run("connect")
    assert (ran.code, ran.err) == (2, "error: Name the store to connect\nhint: shopinf connect mysuperstore\n")
