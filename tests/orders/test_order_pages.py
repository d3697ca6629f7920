"""A page of orders becomes rows by itself: nothing but bytes and a key go in, nothing but plain values come out."""

from __future__ import annotations

import json
import pickle
import random
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import httpx
import pytest

from shopinf.errors import NoAnswer
from shopinf.orderrows import row_of
from shopinf.practice import PracticeStore
from shopinf.shopify import orderpages
from shopinf.shopify.orderjson import FIELDS
from shopinf.shopify.orderpages import How, PageRows, read_rows

KEY = b"k" * 32


def no_way(*_: object) -> None:
    """Stands for the strict way where the tolerant one is to be gone."""
    raise ValueError


def page(*orders: dict[str, Any]) -> bytes:
    return json.dumps({"orders": orders}, default=str).encode()


def test_what_goes_in_and_what_comes_out_may_pass_between_processes(shop: PracticeStore) -> None:
    shop.codes["MIA10"] = shop.add_rule("MIA10")["id"]
    sold = [shop.sell("MIA10"), shop.sell(), {**shop.sell(), "id": "first"}]
    how = pickle.loads(pickle.dumps(How(KEY, "maya-shop")))
    read = read_rows(page(*sold), how)
    assert pickle.loads(pickle.dumps(read)) == read
    with_code, without = read.rows
    assert with_code.marks == (("mia10", "code"),)
    assert (without.facts, without.marks) == (None, ())
    (odd,) = read.unread
    assert (odd.name, odd.place) == (sold[2]["name"], "id")


def test_a_page_that_is_none_says_so_from_wherever_it_was_read() -> None:
    with pytest.raises(NoAnswer) as told:
        read_rows(b'{"orders": 5}', How(KEY, "maya-shop"))
    again = pickle.loads(pickle.dumps(told.value))
    assert (again.message, again.hint) == (told.value.message, told.value.hint)


@pytest.fixture(scope="module")
def past() -> list[dict[str, Any]]:
    """A store's orders as it sends them."""
    shop = PracticeStore("maya-shop", orders=250, customers=60, throttle=False)
    with httpx.Client(transport=httpx.WSGITransport(app=shop.app), base_url="http://127.0.0.1") as client:
        asked: dict[str, Any] = {"status": "any", "limit": 250, "fields": FIELDS}
        headers = {"X-Shopify-Access-Token": shop.access_token}
        found: list[dict[str, Any]] = client.get(
            "/admin/api/2026-07/orders.json", params=asked, headers=headers
        ).json()["orders"]
        return found


def test_a_row_is_the_row_of_the_order_in_it(past: list[dict[str, Any]]) -> None:
    read = read_rows(page(*past), How(KEY, "maya-shop", whole=True))
    assert [row_of(row.order) for row in read.rows] == read.rows
    assert (len(read.rows), read.unread) == (250, [])


def money(amount: str, abroad: str = "") -> dict[str, Any]:
    both = {"shop_money": {"amount": amount, "currency_code": "EUR"}}
    return {**both, "presentment_money": {"amount": abroad, "currency_code": "USD"}} if abroad else both


# An order in which nothing is empty that is kept of one.
FULL: dict[str, Any] = {
    "id": 7,
    "name": "#1007",
    "currency": "EUR",
    "taxes_included": True,
    "test": True,
    "source_name": "web",
    "created_at": "2026-11-01T10:00:00+01:00",
    "processed_at": "2026-11-01T10:00:01+01:00",
    "updated_at": "2026-11-09T10:00:00+01:00",
    "cancelled_at": "2026-11-08T10:00:00+01:00",
    "financial_status": "refunded",
    "fulfillment_status": "partial",
    "tags": "vip, shopinf-gift",
    "total_line_items_price": "100.00",
    "total_discounts": "10.00",
    "subtotal_price": "90.00",
    "current_subtotal_price": "0.00",
    "email": "ann@post.example",
    "phone": "+493012345678",
    "landing_site": "/discount/MIA10?utm_source=ig&ref=mia",
    "landing_site_ref": "mia",
    "referring_site": "https://www.instagram.com/",
    "customer": {"id": 5, "email": "ann@post.example", "created_at": "2026-10-01T10:00:00+02:00"},
    "shipping_address": {"address1": "Bergweg 12", "zip": "01067", "country_code": "DE"},
    "discount_codes": [{"code": "MIA10", "amount": "10.00", "type": "percentage"}],
    "discount_applications": [
        {"type": "discount_code", "code": "MIA10", "title": None, "target_type": "line_item"},
        {"type": "manual", "code": None, "title": "for Ann", "target_type": "shipping_line"},
    ],
    "line_items": [
        {
            "id": 71,
            "quantity": 2,
            "current_quantity": 0,
            "price": "50.00",
            "price_set": money("50.00"),
            "product_id": 3,
            "variant_id": 4,
            "sku": "A-1",
            "title": "Serum",
            "tax_lines": [{"price": "14.37", "price_set": money("14.37")}, {"price": "1.00"}],
            "discount_allocations": [
                {"amount": "10.00", "amount_set": money("10.00"), "discount_application_index": 0}
            ],
        },
        {"id": 72, "quantity": 1, "price": "2.00", "title": "Tip", "tip_payment_gateway": None},
        {"id": 73, "quantity": 1, "price": "25.00", "title": "Card", "gift_card": True},
    ],
    "shipping_lines": [{"discount_allocations": [{"amount": "4.90", "discount_application_index": 1}]}],
    "refunds": [
        {
            "id": 81,
            "created_at": "2026-11-08T10:00:00+01:00",
            "refund_line_items": [
                {
                    "line_item_id": 71,
                    "quantity": 2,
                    "subtotal": 90.0,
                    "total_tax": 14.37,
                    "subtotal_set": money("90.00", "99.00"),
                    "total_tax_set": money("14.37", "15.80"),
                }
            ],
            "order_adjustments": [{"kind": "refund_discrepancy", "reason": "rounding", "amount": "0.01"}],
            "transactions": [{"kind": "refund", "status": "success", "amount": "99.00", "currency": "USD"}],
            "refund_shipping_lines": [{"subtotal_amount_set": money("4.90"), "tax_amount_set": money("0.78")}],
        }
    ],
}


@pytest.mark.parametrize("strictly", [True, False])
def test_an_order_with_everything_in_it_has_every_key_of_its_form_whoever_writes_it(
    monkeypatch: pytest.MonkeyPatch, strictly: bool
) -> None:
    if strictly:
        monkeypatch.setattr(orderpages, "read_record", None)
    else:
        monkeypatch.setattr(orderpages, "_HEAD", no_way)
    (row,) = read_rows(page(FULL), How(KEY, "maya-shop")).rows
    assert row_of(row.order) == row
    keys = "v id name at cur fin ful cancelled test incl lines codes ship refunds totals cust cust_at keys land from "
    assert list(json.loads(row.facts or "")) == f"{keys}src tags gift apps".split()


def test_orders_as_they_should_be_are_all_read_the_strict_way(
    past: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orderpages, "read_record", None)
    assert len(read_rows(page(*past), How(KEY, "maya-shop")).rows) == 250


ODD: tuple[Any, ...] = (
    *(None, "", " ", "x", "0", "12", "-3.50", "1,234.50", "1E2", "NaN", "Infinity", " 10.00 ", "1_0", "\ud800", "\0"),
    *(
        0,
        1,
        -1,
        250,
        2.5,
        38.88,
        5.0,
        0.1,
        -0.0,
        1e-9,
        1e20,
        10**20,
        True,
        False,
        [],
        {},
        [None],
        [{}],
        ["a"],
        {"a": 1},
    ),
    *(
        "2026-11-10",
        "2026-11-10T12:00:00",
        "2026-11-10 12:00:00Z",
        "2026-11-10T12:00:00.5+05:30",
        "0001-01-01T00:00:00+05:00",
    ),
    *("20261110T120000.123+05:00", "2026-11-10T12:99:00-05:00", "2026-11-10T12:00:00-0500", 1700000000, "1700000000"),
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a record: what holds it, and where in it."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in inner:
        yield value, key
        if isinstance(each, dict | list):
            yield from places(each)


def spoilt(order: dict[str, Any], dice: random.Random) -> dict[str, Any]:
    """*order* with something odd in some place, or something missing."""
    made = deepcopy(order)
    known = [(holder, key) for holder, key in places(made) if isinstance(holder, list) or key in WANTED]
    holder, key = dice.choice(known)
    if isinstance(holder, dict) and dice.random() < 0.15:
        del holder[key]
    else:
        holder[key] = dice.choice(ODD)
    return made


WANTED = set(FIELDS.split(",")) | {
    *(
        "price",
        "price_set",
        "shop_money",
        "amount",
        "quantity",
        "current_quantity",
        "discount_allocations",
        "amount_set",
    ),
    *(
        "discount_application_index",
        "code",
        "type",
        "title",
        "target_type",
        "refund_line_items",
        "subtotal",
        "total_tax",
    ),
    *(
        "subtotal_set",
        "transactions",
        "kind",
        "status",
        "order_adjustments",
        "tax_lines",
        "gift_card",
        "product_id",
        "zip",
    ),
    *("line_item_id", "country_code", "address1", "presentment_money", "currency_code", "tip_payment_gateway", "sku"),
}


@pytest.mark.slow
@pytest.mark.parametrize("whole", [False, True], ids=["as it is kept", "whole"])
def test_what_is_odd_is_read_by_the_strict_way_as_by_the_tolerant_one(
    past: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    how, dice = How(KEY, "maya-shop", whole), random.Random(f"odd {whole}")
    full = [each for each in past if each["discount_codes"] or each["refunds"]]
    pages = [page(spoilt(dice.choice(full), dice)) for _ in range(1500)]
    ours = [read_rows(each, how) for each in pages]

    monkeypatch.setattr(orderpages, "_HEAD", no_way)
    monkeypatch.setattr(orderpages, "_WHOLE", no_way)
    theirs = [read_rows(each, how) for each in pages]
    assert sum(bool(each.unread) for each in theirs) > 100
    for sent, *both in zip(pages, ours, theirs, strict=True):
        assert agree(*both), sent
        facts = [row.facts for row in both[1].rows if row.facts]
        assert [row_of(row.order).facts for row in both[1].rows if row.facts] == facts, sent


def agree(strict: PageRows, tolerant: PageRows) -> bool:
    """Do both say the same? What the strict way need not look at may be odd."""
    return strict == tolerant or (not strict.unread and not tolerant.rows)
