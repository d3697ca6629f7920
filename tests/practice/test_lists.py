"""Pages, filters, fields: what every list has in common, and what each has of its own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shopinf.practice import ALL_SCOPES, PracticeStore
from shopinf.practice.times import epoch

from .conftest import Caller, Clock, Make

SEE = "See https://shopify.dev/api/usage/pagination-rest for more information."


@pytest.fixture
def shop(make: Make) -> PracticeStore:
    return make(orders=280, customers=90)


@pytest.mark.parametrize("what", ["orders", "customers", "products", "price_rules"])
def test_following_the_links_gives_everything_once(call: Caller, shop: PracticeStore, what: str) -> None:
    found = [
        row["id"]
        for page in call.pages(f"{what}.json", limit=3, status="any" if what == "orders" else None)
        for row in page
    ]
    assert sorted(found) == list(getattr(shop, what))


def test_one_page_has_no_link_and_the_first_has_no_previous(call: Caller) -> None:
    assert "Link" not in call.get("products.json").headers
    first = call.get("products.json", limit=5)
    assert list(first.links) == ["next"]
    second = call("GET", first.links["next"]["url"])
    assert set(second.links) == {"previous", "next"}
    back = call("GET", second.links["previous"]["url"])
    assert back.json() == first.json()
    assert "limit=5" in first.links["next"]["url"]


def test_a_cursor_keeps_the_filters_but_not_the_fields(call: Caller) -> None:
    first = call.get("orders.json", status="cancelled", limit=2, fields="id")
    second = call("GET", first.links["next"]["url"])
    assert all(order["cancelled_at"] for order in second.json()["orders"])
    assert set(first.json()["orders"][0]) == {"id"}
    assert len(second.json()["orders"][0]) > 50


def test_nothing_but_limit_and_fields_goes_with_a_cursor(call: Caller) -> None:
    url = call.get("orders.json", status="any", limit=2).links["next"]["url"]
    answer = call("GET", url + "&status=any")
    assert answer.status_code == 400
    assert answer.json() == {"errors": {"status": f"status cannot be passed when page_info is present. {SEE}"}}
    assert call("GET", url + "&fields=id").json()["orders"][0].keys() == {"id"}


@pytest.mark.parametrize("info", ["rubbish", "eyJhIjoxfQ==", "%00", "bnVsbA=="])
def test_a_bad_cursor_is_refused(call: Caller, info: str) -> None:
    answer = call.get("orders.json", page_info=info)
    assert (answer.status_code, answer.json()) == (400, {"errors": {"page_info": "Invalid value."}})


def test_a_cursor_of_another_list_is_refused(call: Caller) -> None:
    url = call.get("customers.json", limit=2).links["next"]["url"]
    assert call("GET", url.replace("customers.json", "orders.json")).status_code == 400


def test_limits_and_page_numbers(call: Caller) -> None:
    answer = call.get("orders.json", limit=251)
    assert (answer.status_code, answer.json()) == (400, {"errors": "Limit exceeds maximum limit of 250"})
    assert call.get("orders.json", page=2).status_code == 400
    assert len(call.get("orders.json", status="any").json()["orders"]) == 50
    assert len(call.get("orders.json", status="any", limit=250).json()["orders"]) == 250


def test_since_id_goes_up_from_there(call: Caller, shop: PracticeStore) -> None:
    ids = list(shop.orders)
    rows = call.get("orders.json", status="any", since_id=ids[9], limit=5, fields="id").json()["orders"]
    assert [row["id"] for row in rows] == ids[10:15]
    again = [row["id"] for page in call.pages("orders.json", status="any", since_id=0, limit=90) for row in page]
    assert again == ids


def test_orders_come_newest_first_and_only_open_ones_unless_asked(call: Caller, shop: PracticeStore) -> None:
    rows = [row for page in call.pages("orders.json", status="any", limit=100) for row in page]
    times = [epoch(row["created_at"]) for row in rows]
    assert times == sorted(times, reverse=True)
    open_ones = [row for page in call.pages("orders.json", limit=100) for row in page]
    assert open_ones == [row for row in rows if not row["closed_at"] and not row["cancelled_at"]]
    assert len(open_ones) < len(rows) == 280
    assert call.get("orders/count.json").json() == {"count": len(open_ones)}
    assert call.get("orders/count.json", status="any").json() == {"count": 280}


def test_bounds_of_time_are_inclusive(call: Caller, shop: PracticeStore) -> None:
    some = sorted(shop.orders.values(), key=lambda o: epoch(o["updated_at"]))[100:200]
    low, high = some[0]["updated_at"], some[-1]["updated_at"]
    rows = [
        row["id"]
        for page in call.pages(
            "orders.json", status="any", updated_at_min=low, updated_at_max=high, since_id=0, limit=7
        )
        for row in page
    ]
    assert rows == sorted(o["id"] for o in some)
    count = call.get("orders/count.json", status="any", updated_at_min=low, updated_at_max=high)
    assert count.json() == {"count": 100}


def test_an_unencoded_plus_makes_a_bad_time(call: Caller) -> None:
    answer = call("GET", "orders.json?status=any&created_at_min=2026-11-01T00:00:00+02:00")
    assert answer.status_code == 400
    assert call("GET", "orders.json?status=any&created_at_min=2026-11-01T00:00:00%2B02:00").status_code == 200


def test_a_changed_order_moves_in_the_list_of_changes(call: Caller, shop: PracticeStore, clock: Clock) -> None:
    key = next(iter(shop.orders))
    since = clock.now().isoformat()
    assert call.get("orders.json", status="any", updated_at_min=since).json()["orders"] == []
    shop.touch(key)
    assert [o["id"] for o in call.get("orders.json", status="any", updated_at_min=since).json()["orders"]] == [key]
    shop.orders[key]["updated_at"] = "2026-01-01T00:00:00-05:00"  # edited by hand
    assert call.get("orders.json", status="any", updated_at_min=since).json()["orders"] == []


def test_orders_can_be_put_in_and_taken_out_by_hand(call: Caller, shop: PracticeStore) -> None:
    made = shop.sell()
    shop.orders[42] = {**made, "id": 42}
    assert call.get("orders/42.json").json()["order"]["id"] == 42
    assert call.get("orders/count.json", status="any").json() == {"count": 282}
    del shop.orders[42]
    assert call.get("orders/42.json").status_code == 404


def test_orders_beyond_sixty_days_are_silently_absent(make: Make, clock: Clock) -> None:
    shop = make(orders=400, scopes=set(ALL_SCOPES) - {"read_all_orders"})
    call, edge = Caller(shop), (clock.now() - timedelta(days=60)).timestamp()
    young = [key for key, order in shop.orders.items() if epoch(order["created_at"]) >= edge]
    rows = [row["id"] for page in call.pages("orders.json", status="any", limit=20) for row in page]
    assert sorted(rows) == young
    assert 0 < len(young) < 400
    assert call.get("orders/count.json", status="any").json() == {"count": len(young)}
    oldest = next(iter(shop.orders))
    assert call.get(f"orders/{oldest}.json").status_code == 404
    shop.old_order_status = 403
    assert "read_all_orders" in call.get(f"orders/{oldest}.json").json()["errors"]
    shop.scopes.add("read_all_orders")
    assert call.get(f"orders/{oldest}.json").status_code == 200


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ({"financial_status": "refunded"}, lambda o: o["financial_status"] == "refunded"),
        ({"financial_status": "unpaid"}, lambda o: o["financial_status"] in ("authorized", "partially_paid")),
        ({"fulfillment_status": "shipped"}, lambda o: o["fulfillment_status"] == "fulfilled"),
        ({"fulfillment_status": "unfulfilled"}, lambda o: o["fulfillment_status"] in (None, "partial")),
        ({"name": "#1005"}, lambda o: o["name"] == "#1005"),
    ],
)
def test_orders_are_filtered_by_their_states(
    call: Caller, shop: PracticeStore, query: dict[str, str], fits: object
) -> None:
    assert callable(fits)
    rows = [row["id"] for page in call.pages("orders.json", status="any", limit=100, **query) for row in page]
    assert sorted(rows) == [key for key, order in shop.orders.items() if fits(order)]


def test_an_unknown_state_is_a_mistake(call: Caller) -> None:
    assert call.get("orders.json", status="all").status_code == 400


def test_ids_fetch_several_at_once(call: Caller, shop: PracticeStore) -> None:
    ids = list(shop.orders)[:3]
    text = ",".join(map(str, [*ids, 999]))
    rows = call.get("orders.json", status="any", ids=text, fields="id").json()["orders"]
    assert sorted(row["id"] for row in rows) == ids


def test_a_customers_orders_are_theirs(call: Caller, shop: PracticeStore) -> None:
    customer = next(c for c in shop.customers.values() if c["orders_count"] > 1)
    rows = call.get(f"customers/{customer['id']}/orders.json", status="any").json()["orders"]
    assert {row["customer"]["id"] for row in rows} == {customer["id"]}
    assert len([row for row in rows if not row["test"]]) == customer["orders_count"]
    assert call.get("customers/1/orders.json").status_code == 404


# customers


def test_customers_in_orders_have_no_purchase_totals(call: Caller, shop: PracticeStore) -> None:
    order = shop.sell()
    assert not {"orders_count", "total_spent", "last_order_id", "addresses"} & set(order["customer"])
    customer = call.get(f"customers/{order['customer']['id']}.json").json()["customer"]
    assert customer["orders_count"] == 1
    assert customer["total_spent"] == order["total_price"]
    assert customer["last_order_name"] == order["name"]


def test_search_finds_by_field(call: Caller, shop: PracticeStore) -> None:
    somebody = shop.customers[list(shop.customers)[4]]
    for query in (
        f"email:{somebody['email'].upper()}",
        f'first_name:"{somebody["first_name"]}" last_name:{somebody["last_name"].split()[0]}*',
        f"id:{somebody['id']}",
    ):
        rows = call.get("customers/search.json", query=query, fields="id").json()["customers"]
        assert [row["id"] for row in rows] == [somebody["id"]]
    assert call.get("customers/search.json", query="email:nobody@nowhere.test").json() == {"customers": []}


def test_search_by_an_unknown_field_finds_everybody(call: Caller) -> None:
    found = [c for page in call.pages("customers/search.json", query="instagram:maya", limit=40) for c in page]
    assert len(found) == 90


def test_search_may_lag_behind(call: Caller, shop: PracticeStore, clock: Clock) -> None:
    shop.search_lag = 5
    shop.add_customer("new@new.test")
    assert call.get("customers/search.json", query="email:new@new.test").json()["customers"] == []
    clock.sleep(6)
    assert len(call.get("customers/search.json", query="email:new@new.test").json()["customers"]) == 1


def test_tags_are_replaced_as_a_whole(call: Caller, shop: PracticeStore) -> None:
    customer = shop.add_customer("ann@ann.test", tags="old")
    path = f"customers/{customer['id']}.json"
    assert call.put(path, {"customer": {"id": customer["id"], "tags": "vip, Influencer"}}).json()["customer"][
        "tags"
    ] == ("Influencer, vip")
    many = ", ".join(f"t{i}" for i in range(251))
    assert "tags" in call.put(path, {"customer": {"tags": many}}).json()["errors"]
    other = shop.add_customer("bob@bob.test")
    taken = call.put(path, {"customer": {"email": other["email"]}})
    assert (taken.status_code, taken.json()) == (422, {"errors": {"email": ["has already been taken"]}})


@pytest.mark.parametrize("how", ["null", "missing"])
def test_personal_data_can_be_withheld(call: Caller, shop: PracticeStore, how: str) -> None:
    order = shop.sell()
    shop.faults.redact = how  # type: ignore[assignment]
    customer = call.get("customers.json", limit=1).json()["customers"][0]
    shown = call.get(f"orders/{order['id']}.json").json()["order"]
    for record in (customer, shown["customer"], customer["addresses"][0]):
        for key in ("first_name", "last_name", "phone"):
            assert record.get(key) is None
            assert (key in record) is (how == "null")
    assert "email" not in shown or shown["email"] is None
    assert shown["name"] == order["name"]
    assert customer["id"]


# products and script tags


def test_products_come_by_title_and_are_cut_at_a_hundred_variants(call: Caller, shop: PracticeStore) -> None:
    titles = [p["title"] for p in call.get("products.json").json()["products"]]
    assert titles == sorted(titles, key=str.casefold)
    product = next(iter(shop.products.values()))
    product["variants"] = [{**product["variants"][0], "id": i} for i in range(1, 121)]
    assert len(call.get(f"products/{product['id']}.json").json()["product"]["variants"]) == 100


def test_products_are_filtered(call: Caller, shop: PracticeStore) -> None:
    archived = call.get("products.json", status="archived,draft").json()["products"]
    assert {p["status"] for p in archived} == {"archived", "draft"}
    assert all(p["published_at"] is None for p in archived)
    kind = next(c for c in shop.collections.values() if c["title"] != "All")
    rows = call.get("products.json", collection_id=kind["id"]).json()["products"]
    assert {p["id"] for p in rows} == set(kind["product_ids"])
    assert call.get("products/count.json", published_status="published").json() == {"count": 10}


def test_script_tags_can_be_read_and_deleted_only(call: Caller, shop: PracticeStore) -> None:
    tag = shop.add_script_tag("https://old.example/tag.js")
    assert call.get("script_tags.json", src=tag["src"]).json() == {"script_tags": [tag]}
    assert call.get("script_tags/count.json").json() == {"count": 1}
    sent = {"script_tag": {"event": "onload", "src": "https://new.example/a.js"}}
    assert call.post("script_tags.json", sent).status_code == 403
    assert call.put(f"script_tags/{tag['id']}.json", sent).status_code == 403
    assert call("DELETE", f"script_tags/{tag['id']}.json").json() == {}
    shop.faults.script_tags_closed = False
    assert call.post("script_tags.json", sent).status_code == 201


def test_deprecated_calls_are_told(call: Caller, shop: PracticeStore) -> None:
    shop.faults.deprecated_calls.append({"api_type": "REST", "endpoint": "Product"})
    assert call.get("deprecated_api_calls.json").json()["deprecated_api_calls"] == [
        {"api_type": "REST", "endpoint": "Product"}
    ]
