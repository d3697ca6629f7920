"""What a store tells of itself, and how much it lets us see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from shopinf.errors import NoAnswer, NoSuchShop, RequestRejected, StoreReadOnly
from shopinf.shopify.shop import (
    Probe,
    ShopFacts,
    Sight,
    deprecated_calls,
    granted_scopes,
    history_cut,
    probe,
    shop_facts,
    uninstall_app,
)

from .farside import API, BASE, START, ScriptedWire, page, reply, shop_on

SHOP = {"id": 548380009, "name": "Aurora", "myshopify_domain": "aurora-skin.myshopify.com", "currency": "EUR"}
PCD = {"errors": "[API] This app is not approved to access REST endpoints with protected customer data. See …"}


def scope_missing(scope: str) -> dict[str, str]:
    return {"errors": f"[API] This action requires merchant approval for {scope} scope."}


def test_the_shops_facts_are_read_with_or_without_the_details() -> None:
    more = {"iana_timezone": "America/New_York", "plan_display_name": "Grow", "created_at": "2019-03-01T10:00:00-05:00"}
    facts = shop_facts(shop_on(ScriptedWire(reply({"shop": SHOP | more | {"unknown": [1]}}))))
    assert (facts.id, facts.iana_timezone, facts.plan) == (548380009, "America/New_York", "Grow")
    bare = shop_facts(shop_on(ScriptedWire(reply({"shop": SHOP | {"iana_timezone": None, "taxes_included": None}}))))
    assert (bare.iana_timezone, bare.plan, bare.created_at) == ("UTC", "", None)


@pytest.mark.parametrize("data", [{}, [], {"shop": None}, {"shop": {"id": "secret text"}}])
def test_a_shop_of_another_shape_is_a_broken_answer_that_quotes_nothing(data: Any) -> None:
    with pytest.raises(NoAnswer) as caught:
        shop_facts(shop_on(ScriptedWire(reply(data))))
    assert "secret text" not in str(caught.value)


def test_the_granted_scopes_are_asked_for_without_a_version() -> None:
    wire = ScriptedWire(reply({"access_scopes": [{"handle": "read_products"}, {"handle": "write_orders"}]}))
    assert granted_scopes(shop_on(wire)) == {"read_products", "write_orders"}
    assert wire.lines == [f"GET {BASE}/admin/oauth/access_scopes.json"]


def test_deprecated_calls_are_sentences() -> None:
    call = {
        "api_type": "REST",
        "endpoint": "Product",
        "description": "The product API is going.",
        "migration_deadline": "2027-04-01T00:00:00Z",
    }
    (found,) = deprecated_calls(shop_on(ScriptedWire(reply({"deprecated_api_calls": [call]}))))
    assert str(found) == (
        "Shopify lists our calls of Product as deprecated, until 2027-04-01: The product API is going."
    )


@pytest.mark.parametrize(
    "answer",
    [
        reply({"errors": "Not Found"}, 404),
        page("<html>Not found</html>", 404),
        reply({"errors": "no"}, 403),
        reply({"errors": "no"}, 406),
        page("<html>502</html>", 502),
        reply({"deprecated_api_calls": "none"}),
    ],
)
def test_an_app_without_a_list_of_deprecated_calls_has_none(answer: httpx.Response) -> None:
    assert deprecated_calls(shop_on(ScriptedWire(answer))) == []


def test_uninstalling_is_a_deletion_and_no_store_to_be_read_only_is_touched() -> None:
    wire = ScriptedWire(reply(None, 200))
    uninstall_app(shop_on(wire))
    assert wire.lines == [f"DELETE {BASE}/admin/api_permissions/current.json"]
    with pytest.raises(StoreReadOnly):
        uninstall_app(shop_on(wire, read_only=True))


@pytest.mark.parametrize(
    ("answer", "sight"),
    [
        (reply({"customers": [{"id": 1, "email": "a@x.example", "first_name": None, "phone": None}]}), Sight.OK),
        (reply({"customers": [{"id": 1, "email": None, "first_name": "Maya", "phone": None}]}), Sight.OK),
        (reply({"customers": [{"id": 1, "email": None, "first_name": None, "phone": None}]}), Sight.WITHHELD),
        (reply({"customers": [{"id": 1}]}), Sight.WITHHELD),
        (reply({"customers": []}), Sight.EMPTY),
        (reply(PCD, 403), Sight.FORBIDDEN_PCD),
        (reply(scope_missing("read_customers"), 403), Sight.SCOPE_MISSING),
    ],
)
def test_a_look_at_one_customer_tells_what_is_withheld(answer: httpx.Response, sight: Sight) -> None:
    again = [answer] if sight is Sight.WITHHELD else []
    wire = ScriptedWire(answer, *again, reply({"orders": []}))
    assert probe(shop_on(wire)) == Probe(sight, Sight.EMPTY)
    assert [line for line in wire.lines if "limit=1&" in line] == [
        f"GET {API}/customers.json?limit=1&fields=id%2Cemail%2Cfirst_name%2Cphone",
        f"GET {API}/orders.json?limit=1&fields=id%2Cemail%2Ccustomer&status=any",
    ]


def test_one_record_without_personal_data_is_not_taken_for_withheld_data() -> None:
    guest = {"id": 1, "email": None, "customer": None}
    some = [guest, {"id": 2, "email": "a@x.example", "customer": None}]
    wire = ScriptedWire(reply({"customers": []}), reply({"orders": [guest]}), reply({"orders": some}))
    assert probe(shop_on(wire)).orders is Sight.OK


def test_a_refusal_without_the_scope_is_no_more_than_the_missing_scope() -> None:
    wire = ScriptedWire(reply({"errors": "Forbidden"}, 403))
    assert probe(shop_on(wire), {"read_products"}) == Probe(Sight.SCOPE_MISSING, Sight.SCOPE_MISSING)


@pytest.mark.parametrize(
    ("order", "sight"),
    [
        ({"id": 1, "email": "a@x.example", "customer": None}, Sight.OK),
        ({"id": 1, "email": "", "customer": {"id": 2, "first_name": "Ann"}}, Sight.OK),
        ({"id": 1, "email": None, "customer": {"id": 2, "email": None, "first_name": None}}, Sight.WITHHELD),
        ({"id": 1, "email": None, "customer": None}, Sight.WITHHELD),
        ({"id": 1}, Sight.WITHHELD),
    ],
)
def test_a_look_at_one_order_tells_what_is_withheld(order: dict[str, Any], sight: Sight) -> None:
    wire = ScriptedWire(reply({"customers": []}), reply({"orders": [order]}))
    assert probe(shop_on(wire)).orders is sight


def test_a_probe_speaks_of_what_is_withheld_and_cut_and_of_nothing_else() -> None:
    assert Probe(Sight.OK, Sight.EMPTY).notes == []
    assert Probe(Sight.SCOPE_MISSING, Sight.SCOPE_MISSING).notes == []
    told = Probe(Sight.WITHHELD, Sight.FORBIDDEN_PCD, history_cut=True).notes
    assert [note.split()[:4] for note in told] == [
        ["personal", "data", "in", "customers"],
        ["orders", "cannot", "be", "read:"],
        ["only", "orders", "of", "the"],
    ]


def test_a_store_that_refuses_rest_altogether_is_no_probe_result() -> None:
    with pytest.raises(RequestRejected):
        probe(shop_on(ScriptedWire(reply({"errors": "not approved to use the REST Admin API"}, 403))))


def test_an_order_older_than_sixty_days_proves_that_nothing_is_cut() -> None:
    wire = ScriptedWire(reply({"orders": [{"id": 1}]}))
    assert not history_cut(shop_on(wire), {"read_orders"})
    edge = (START - timedelta(days=61)).strftime("%Y-%m-%dT%H%%3A%M%%3A%SZ")
    assert wire.lines == [f"GET {API}/orders.json?limit=1&status=any&fields=id&created_at_max={edge}"]


@pytest.mark.parametrize(
    "answer", [reply({"orders": []}), reply(scope_missing("read_all_orders"), 403)], ids=["none", "refused"]
)
def test_no_older_order_and_no_scope_for_them_means_cut(answer: httpx.Response) -> None:
    assert history_cut(shop_on(ScriptedWire(answer)), {"read_orders"})


def test_the_scope_or_the_stores_youth_spares_the_look() -> None:
    wire = ScriptedWire(page("not asked", 500))
    young = ShopFacts.model_validate(SHOP | {"created_at": (START - timedelta(days=10)).isoformat()})
    assert not history_cut(shop_on(wire), {"read_orders", "read_all_orders"})
    assert not history_cut(shop_on(wire), {"read_orders"}, young)
    assert wire.sent == []


def test_a_probe_with_scopes_looks_at_the_history_where_orders_can_be_read() -> None:
    seen = probe(shop_on(ScriptedWire(reply({"customers": []}), reply({"orders": []}))), {"read_orders"})
    assert seen.history_cut
    wire = ScriptedWire(reply({"customers": []}), reply(scope_missing("read_orders"), 403))
    assert not probe(shop_on(wire), {"read_customers"}).history_cut
    assert len(wire.sent) == 2


def test_a_name_that_no_shop_has_is_said_with_a_suggestion() -> None:
    with pytest.raises(NoSuchShop, match=r"maya-shop\.myshopify\.com") as caught:
        shop_facts(shop_on(ScriptedWire(page("<html>Sorry, this shop is unavailable</html>", 404))))
    assert "admin.shopify.com/store/HANDLE" in str(caught.value.hint)
