"""`gifts send`: what is sent to whom, and what is refused before anything is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bench import Bench

from shopinf.practice import PracticeStore

from .giving import HEADER, LEO, MAYA, crowd, drafts, one_each, sent, sheet, variant

BOTH = ["maya@x.example", "leo@x.example"]


def row_of(done: Any, influencer: str) -> dict[str, Any]:
    [row] = [row for row in done.json["rows"] if row["influencer"] == influencer]
    return dict(row)


def test_each_influencer_gets_an_order_that_costs_nothing(run: Bench, shop: PracticeStore, send: Any) -> None:
    stock = variant(shop)["inventory_quantity"]
    done = send("--message", "Enjoy!", "--tag", "vip").ok()
    one_each(shop, BOTH)
    assert done.json["schema"] == "shopinf.gifts.send/1"
    assert done.json["summary"] == {"asked": 2, "sent": 2, "existing": 0, "failed": 0}
    row = row_of(done, "maya")
    [order] = [order for order in sent(shop) if order["email"] == "maya@x.example"]
    assert (row["status"], row["order_id"], row["retail_value"]) == ("sent", order["id"], variant(shop)["price"])
    assert order["financial_status"] == "paid"
    assert order["note"] == "Enjoy!"
    assert {"vip", "shopinf-gift"} < {tag.strip() for tag in order["tags"].split(",")}
    assert order["shipping_address"]["province"] == "Ontario"
    assert variant(shop)["inventory_quantity"] == stock - 2
    assert "Shopify may write to the recipients" in done.err


def test_the_draft_is_recorded_with_its_order(run: Bench, shop: PracticeStore, send: Any) -> None:
    send().ok()
    rows = run("gifts", "status", "-f", "json").ok().json["rows"]
    assert {(row["draft_order_id"], row["order_id"]) for row in rows} == {
        (draft["id"], draft["order_id"]) for draft in drafts(shop, "completed")
    }


def test_the_plan_is_shown_and_nothing_is_written(run: Bench, shop: PracticeStore, send: Any) -> None:
    done = send("--dry-run", yes=False).ok()
    assert [row["status"] for row in done.json["rows"]] == ["planned", "planned"]
    assert row_of(done, "maya")["ship_to"] == "Ottawa, ON, CA"
    assert not shop.writes
    assert run("gifts", "status", "-f", "json").ok().json["rows"] == []


def test_even_one_gift_is_asked_for(run: Bench, shop: PracticeStore, send: Any, tmp_path: Path) -> None:
    refused = send(file=sheet(tmp_path, MAYA), yes=False)
    assert refused.code == 2
    assert "Send 1 gift worth" in refused.err
    assert not shop.writes


def test_a_row_says_what_and_how_many(run: Bench, shop: PracticeStore, send: Any, tmp_path: Path) -> None:
    other = variant(shop, 2)
    rows = (f"{MAYA},{other['id']},2,For your stand", f"{LEO},,,")
    send(file=sheet(tmp_path, *rows, header=f"{HEADER},variant,quantity,note")).ok()
    [order] = [order for order in sent(shop) if order["email"] == "maya@x.example"]
    assert [(line["variant_id"], line["quantity"]) for line in order["line_items"]] == [(other["id"], 2)]
    assert order["note"] == "For your stand"


def test_several_rows_of_one_person_are_one_parcel(run: Bench, shop: PracticeStore, send: Any, tmp_path: Path) -> None:
    first, second = variant(shop)["sku"], variant(shop, 2)["sku"]
    send(file=sheet(tmp_path, f"{MAYA},{first}", f"{MAYA},{second}", header=f"{HEADER},sku")).ok()
    [order] = sent(shop)
    assert {line["sku"] for line in order["line_items"]} == {first, second}


def test_the_same_row_twice_is_refused(run: Bench, shop: PracticeStore, send: Any, tmp_path: Path) -> None:
    refused = send(file=sheet(tmp_path, MAYA, MAYA))
    assert refused.code == 2
    assert "asked for twice" in refused.err
    assert not shop.writes


def test_without_an_address_the_customers_own_is_used(
    run: Bench, shop: PracticeStore, send: Any, tmp_path: Path
) -> None:
    customer = shop.add_customer("mei@x.example")
    send(file=sheet(tmp_path, "mei,MEI@x.example", header="influencer,email")).ok()
    [order] = sent(shop)
    assert order["customer"]["id"] == customer["id"]
    assert order["shipping_address"]["address1"] == customer["default_address"]["address1"]


def test_who_is_no_customer_needs_an_address(run: Bench, shop: PracticeStore, send: Any, tmp_path: Path) -> None:
    refused = send(file=sheet(tmp_path, "mei,mei@x.example", header="influencer,email"))
    assert refused.code == 2
    assert "people.csv, line 2: there is no address, and the store has no customer" in refused.err


def test_addresses_are_not_kept(run: Bench, shop: PracticeStore, send: Any) -> None:
    send().ok()
    kept = run.kept().encode() + b"".join(path.read_bytes() for path in run.home.rglob("*") if path.is_file())
    assert b"maya@x.example" in kept
    assert b"Main St" not in kept
    assert b"K1A" not in kept


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("maya,m@x.example,Maya,Lind,1 Main St,Ottawa,ON,CA,12345", "'12345' is no postcode of Canada"),
        ("maya,m@x.example,Maya,Lind,1 Main St,Ottawa,Narnia,CA,K1A 0B1", "Canada has no province 'Narnia'"),
        ("maya,m@x.example,Maya,Lind,1 Main St,Ottawa,ON,Atlantis,K1A 0B1", "there is no country 'Atlantis'"),
        ("maya,m@x.example,Maya,,1 Main St,Ottawa,ON,CA,K1A 0B1", "the last name is missing"),
        ("maya,m@x.example,Maya,Lind,,Ottawa,ON,CA,K1A 0B1", "the street is missing"),
    ],
)
def test_an_implausible_address_fails_alone(
    run: Bench, shop: PracticeStore, send: Any, tmp_path: Path, row: str, said: str
) -> None:
    ran = send(file=sheet(tmp_path, LEO, row))
    assert ran.code == 7
    assert {each["influencer"]: each["status"] for each in ran.json["rows"]} == {"leo": "sent", "maya": "failed"}
    assert "people.csv, line 3" in ran.err
    assert said in ran.err
    assert len(sent(shop)) == 1


def test_where_no_row_has_what_it_needs_nothing_is_sent(
    run: Bench, shop: PracticeStore, send: Any, tmp_path: Path
) -> None:
    refused = send(file=sheet(tmp_path, "maya,m@x.example,Maya,Lind,,Ottawa,ON,CA,K1A 0B1"))
    assert refused.code == 2
    assert "the street is missing" in refused.err
    assert not shop.writes


@pytest.mark.parametrize(("status", "said"), [("draft", "is a draft"), ("archived", "is archived")])
def test_products_that_cannot_be_sold_are_not_sent(
    run: Bench, shop: PracticeStore, send: Any, status: str, said: str
) -> None:
    next(iter(shop.products.values()))["status"] = status
    refused = send()
    assert refused.code == 2
    assert said in refused.err


def test_a_deleted_product_is_not_sent_although_the_ledger_knows_it(run: Bench, shop: PracticeStore, send: Any) -> None:
    run("products", "import").ok()
    sku = variant(shop)["sku"]
    del shop.products[next(iter(shop.products))]
    refused = send("--variant", sku)
    assert refused.code == 2
    assert f"no variant or SKU {sku}" in refused.err


def test_stock_is_checked_for_the_whole_sheet(run: Bench, shop: PracticeStore, send: Any) -> None:
    variant(shop, stock=1)
    refused = send()
    assert refused.code == 2
    assert "out of stock" in refused.err
    assert "--partial" in refused.err
    assert not shop.writes


def test_a_part_is_sent_when_asked_for(run: Bench, shop: PracticeStore, send: Any) -> None:
    variant(shop, stock=1)
    done = send("--partial")
    assert done.code == 7
    assert [row["status"] for row in done.json["rows"]] == ["sent", "failed"]
    one_each(shop, ["maya@x.example"])
    again = send("--partial")
    assert again.code == 7
    assert [row["status"] for row in again.json["rows"]] == ["exists", "failed"]
    one_each(shop, ["maya@x.example"])


@pytest.mark.parametrize("change", [{"inventory_policy": "continue"}, {"inventory_management": None}])
def test_what_is_sold_without_stock_is_sent_without_stock(
    run: Bench, shop: PracticeStore, send: Any, change: dict[str, Any]
) -> None:
    variant(shop, stock=0).update(change)
    send().ok()
    one_each(shop, BOTH)


def test_somebody_who_had_a_gift_lately_is_pointed_out(run: Bench, shop: PracticeStore, send: Any) -> None:
    send(campaign="winter").ok()
    run.clock.pass_(days=89)
    planned = send("--dry-run")
    assert row_of(planned, "maya")["notes"] == "had a gift on 2026-11-22 (winter)"
    run.clock.pass_(days=2)
    assert row_of(send("--dry-run"), "maya")["notes"] is None


def test_a_draft_that_costs_something_is_deleted(run: Bench, shop: PracticeStore, send: Any, tmp_path: Path) -> None:
    body = {"draft_order": {"id": 77, "status": "open", "order_id": None, "total_price": "4.00", "line_items": []}}
    shop.faults.fail("POST draft_orders.json", status=201, body=body, times=1)
    done = send(file=sheet(tmp_path, MAYA))
    assert done.code == 7
    assert done.json["rows"][0]["error"] == "the draft's total was 4.00 USD instead of nothing, so it was deleted"
    assert [(c.method, c.path.rsplit("/", 1)[1]) for c in shop.calls if c.method == "DELETE"] == [("DELETE", "77.json")]
    assert not sent(shop)
    assert not [call for call in shop.calls if call.path.endswith("complete.json")]


def test_a_gift_that_failed_is_tried_again(run: Bench, shop: PracticeStore, send: Any) -> None:
    shop.faults.fail("POST draft_orders.json", status=422, body={"errors": {"base": ["no"]}}, times=1)
    assert send().code == 7
    send().ok()
    one_each(shop, BOTH)


def test_an_order_that_is_refused_leaves_no_draft(run: Bench, shop: PracticeStore, send: Any) -> None:
    refused = {"errors": {"base": ["Inventory is not available"]}}
    shop.faults.fail(lambda method, path: path.endswith("complete.json"), status=422, body=refused, times=1)
    done = send()
    assert done.code == 7
    assert sorted(row["status"] for row in done.json["rows"]) == ["failed", "sent"]
    assert not drafts(shop)


def test_totals_are_waited_for(run: Bench, shop: PracticeStore, send: Any, tmp_path: Path) -> None:
    shop.draft_seconds, shop.draft_races = 2.5, 3
    send(file=crowd(tmp_path, 12)).ok()
    assert len(sent(shop)) == 12


def test_totals_that_are_never_calculated_end_the_run(run: Bench, shop: PracticeStore, send: Any) -> None:
    shop.draft_seconds = 1e9
    assert send().code == 6
    shop.draft_seconds = 0  # also for the one that the run had not come to when it ended
    shop.draft_ready.clear()
    send().ok()
    one_each(shop, BOTH)


def test_a_development_store_gets_five_a_minute(run: Bench, tmp_path: Path) -> None:
    shop = run.open(plan="development")
    run.connect(shop).ok()
    begun = run.clock.monotonic()
    command = ("gifts", "send", "--campaign", "s", "--from", crowd(tmp_path, 11), "--variant", variant(shop)["sku"])
    run(*command, "--yes").ok()
    assert len(sent(shop)) == 11
    assert 120 <= run.clock.monotonic() - begun < 140
    assert not [call for call in shop.calls if call.status == 429]


def test_a_limit_of_drafts_that_nobody_told_us_of_is_outlasted(run: Bench, shop: PracticeStore, send: Any) -> None:
    shop.faults.throttle("POST draft_orders.json", times=3, with_header=True)
    send().ok()
    one_each(shop, BOTH)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--again"], "both --again and --reason"),
        (["--reason", "lost"], "both --again and --reason"),
        (["--tag", "a,b"], "cannot be a tag"),
        (["--variant", "NO-SUCH"], "no variant or SKU NO-SUCH"),
    ],
)
def test_what_cannot_be_is_refused(run: Bench, shop: PracticeStore, send: Any, options: list[str], said: str) -> None:
    refused = send(*options)
    assert refused.code == 2
    assert said in refused.err
    assert not shop.writes


@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        ("email,sku,quantity", "m@x.example,X,none", "line 2, column quantity"),
        ("influencer,email", "maya,not-a-mail", "line 2, column email"),
        ("first_name,sku", "Maya,X", "no column for influencer or handle or email"),
    ],
)
def test_a_bad_sheet_is_named_by_its_place(
    run: Bench, shop: PracticeStore, send: Any, tmp_path: Path, header: str, row: str, said: str
) -> None:
    refused = send(file=sheet(tmp_path, row, header=header))
    assert refused.code == 2
    assert said in refused.err


def test_a_sku_of_two_variants_is_refused(run: Bench, shop: PracticeStore, send: Any) -> None:
    variant(shop, 2)["sku"] = variant(shop)["sku"]
    refused = send()
    assert refused.code == 2
    assert "several variants" in refused.err


def test_a_read_only_store_gets_nothing(run: Bench, tmp_path: Path) -> None:
    shop = run.open()
    run.connect(shop, "--read-only").ok()
    command = ("gifts", "send", "--campaign", "s", "--from", crowd(tmp_path, 1), "--variant", variant(shop)["sku"])
    assert run(*command, "--yes").code == 5
    assert not shop.writes


def test_a_plan_with_a_bad_address_says_that_the_others_go_either_way(
    run: Bench, shop: PracticeStore, tmp_path: Path
) -> None:
    path = sheet(tmp_path, MAYA, LEO.replace("97205", ""))
    planned = run("gifts", "send", "--campaign", "q4", "--sheet", path, "--variant", variant(shop)["sku"], "--dry-run")
    assert planned.code == 7
    assert "the others are sent either way" in planned.err
    assert "--partial" not in planned.err
