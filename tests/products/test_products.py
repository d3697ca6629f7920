"""`products import` and `products list`: the catalogue in the ledger, and answers from it."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from bench import Bench
from orders.mirrored import dated

from shopinf.practice import PracticeStore

pytestmark = pytest.mark.both_engines

COLUMNS = "store,product_id,variant_id,title,variant,sku,price,currency,status,published,stock,url,image_url,updated_at"


def product(shop: PracticeStore, place: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = list(shop.products.values())[place]
    return found


def change(shop: PracticeStore, place: int, **fields: Any) -> None:
    made = product(shop, place)
    made.update(fields, updated_at=shop.time())
    shop.products.tell(made["id"])


def rows(run: Bench, *options: str) -> list[dict[str, Any]]:
    return list(run("products", "list", "-f", "json", *options).ok().json["rows"])


@pytest.fixture
def imported(run: Bench, shop: PracticeStore) -> PracticeStore:
    run.once("imported products", lambda: run("products", "import").ok())
    return shop


def test_every_variant_is_listed_with_its_facts(run: Bench, imported: PracticeStore) -> None:
    done = run("products", "list", "-f", "json").ok()
    assert done.json["schema"] == "shopinf.products.list/1"
    listed = {row["variant_id"]: row for row in done.json["rows"]}
    assert set(listed) == {each["id"] for made in imported.products.values() for each in made["variants"]}
    first = product(imported)
    row = listed[first["variants"][0]["id"]]
    assert (row["title"], row["sku"], row["price"]) == (
        first["title"],
        first["variants"][0]["sku"],
        first["variants"][0]["price"],
    )
    assert (row["currency"], row["published"], row["stock"]) == (
        "USD",
        True,
        first["variants"][0]["inventory_quantity"],
    )
    assert row["url"] == f"https://{imported.primary_domain}/products/{first['handle']}"
    assert row["image_url"] == first["image"]["src"]
    assert run("products", "list", "-f", "csv").ok().out.splitlines()[0] == COLUMNS


def test_listing_is_offline(run: Bench, imported: PracticeStore) -> None:
    asked = len(imported.requests)
    assert rows(run)
    assert len(imported.requests) == asked


def test_only_what_changed_is_read_the_second_time(run: Bench, imported: PracticeStore) -> None:
    run.clock.pass_(hours=1)
    change(imported, 3, title="Moon Balm")
    done = run("products", "import", "-f", "json").ok().json["rows"][0]
    assert (done["read"], done["products"]) == (1, 12)
    assert {row["title"] for row in rows(run, "--search", "moon")} == {"Moon Balm"}


def test_what_changes_in_the_hour_that_a_date_is_ahead_is_read(run: Bench, imported: PracticeStore) -> None:
    with dated(run, timedelta(hours=1)):
        run("products", "import").ok()
    run.clock.pass_(minutes=20)
    change(imported, 3, title="Moon Balm")
    run.clock.pass_(hours=2)
    run("products", "import").ok()
    assert {row["title"] for row in rows(run, "--search", "moon")} == {"Moon Balm"}


def test_a_variant_that_is_gone_from_its_product_is_gone_here(run: Bench, imported: PracticeStore) -> None:
    run.clock.pass_(hours=1)
    place = next(n for n, made in enumerate(imported.products.values()) if len(made["variants"]) > 1)
    gone = product(imported, place)["variants"][-1]["id"]
    change(imported, place, variants=product(imported, place)["variants"][:-1])
    run("products", "import").ok()
    assert gone not in {row["variant_id"] for row in rows(run)}


def test_a_deleted_product_is_noticed_by_a_full_pass(run: Bench, imported: PracticeStore) -> None:
    gone = product(imported)["id"]
    del imported.products[gone]
    run.clock.pass_(hours=1)
    run("products", "import").ok()
    assert gone in {row["product_id"] for row in rows(run)}
    done = run("products", "import", "--full", "-f", "json").ok().json["rows"][0]
    assert (done["removed"], done["products"]) == (1, 11)
    assert gone not in {row["product_id"] for row in rows(run)}


def test_products_are_searched_by_words_sku_and_number(run: Bench, imported: PracticeStore) -> None:
    made = product(imported)
    one = made["variants"][0]
    words = " ".join(reversed(made["title"].upper().split()))
    assert made["id"] in {row["product_id"] for row in rows(run, "--search", words)}
    assert [row["variant_id"] for row in rows(run, "--search", one["sku"].lower())] == [one["id"]]
    assert {row["product_id"] for row in rows(run, "--search", str(made["id"]))} == {made["id"]}
    assert rows(run, "--search", "no such thing") == []


def test_products_are_chosen_by_status_and_stock(run: Bench, imported: PracticeStore) -> None:
    assert {row["status"] for row in rows(run, "--status", "draft")} == {"draft"}
    assert {row["status"] for row in rows(run, "--status", "draft", "--status", "archived")} == {"draft", "archived"}
    everything, left = rows(run), rows(run, "--in-stock")
    assert any(row["stock"] == 0 for row in everything)
    assert all(row["stock"] != 0 for row in left)
    assert run("products", "list", "--status", "sold").code == 2


def test_what_is_not_counted_has_no_stock_and_is_there(run: Bench, shop: PracticeStore) -> None:
    one = product(shop)["variants"][0]
    one.update(inventory_management=None, inventory_quantity=0)
    run("products", "import").ok()
    [row] = [row for row in rows(run, "--in-stock") if row["variant_id"] == one["id"]]
    assert row["stock"] is None


def test_a_product_without_options_has_no_variants_name(run: Bench, imported: PracticeStore) -> None:
    plain = {made["id"] for made in imported.products.values() if made["variants"][0]["title"] == "Default Title"}
    assert plain
    assert {row["variant"] for row in rows(run) if row["product_id"] in plain} == {None}


def test_what_shoppers_cannot_see_has_no_link(run: Bench, imported: PracticeStore) -> None:
    assert {row["url"] for row in rows(run, "--status", "draft", "--status", "archived")} == {None}


def test_a_product_that_shopify_may_have_cut_is_warned_about(run: Bench, shop: PracticeStore) -> None:
    made = product(shop)
    made["variants"] = [{**deepcopy(made["variants"][0]), "id": 900_000 + n} for n in range(130)]
    done = run("products", "import", "-f", "json").ok()
    assert "only 100 variants" in done.json["notes"][0]
    assert len([row for row in rows(run) if row["product_id"] == made["id"]]) == 100


def test_a_catalogue_of_many_pages_is_read_whole(run: Bench) -> None:
    shop = run.open(products=600)
    run.connect(shop).ok()
    done = run("products", "import", "-f", "json").ok().json["rows"][0]
    assert (done["read"], done["products"]) == (600, 600)


def test_prices_have_the_currencys_own_decimals(run: Bench) -> None:
    shop = run.open(currency="JPY", timezone="Asia/Tokyo")
    run.connect(shop).ok()
    run("products", "import").ok()
    assert all("." not in row["price"] for row in rows(run))


def test_a_store_that_was_never_read_is_named(run: Bench, shop: PracticeStore) -> None:
    done = run("products", "list", "-f", "json").ok()
    assert done.json["rows"] == []
    assert "shopinf products import -s maya-shop" in done.json["notes"][0]


def test_a_store_without_the_scope_is_told(run: Bench, shop: PracticeStore) -> None:
    shop.scopes -= {"read_products", "write_products"}
    done = run("products", "import")
    assert done.code == 5
    assert "read_products" in done.err


def test_a_lost_place_in_the_listing_is_found_again(run: Bench) -> None:
    shop = run.open(products=600)
    run.connect(shop).ok()
    bad = {"errors": {"page_info": "Invalid value."}}
    seen = iter([False, True])
    shop.faults.fail(lambda m, path: path.endswith("/products.json") and next(seen, False), 400, bad)
    assert run("products", "import", "-f", "json").ok().json["rows"][0]["products"] == 600
