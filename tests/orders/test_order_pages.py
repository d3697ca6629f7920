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

    def no_way(*_: object) -> None:
        raise ValueError

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
