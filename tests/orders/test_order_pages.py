"""A page of orders becomes rows by itself: nothing but bytes and a key go in, nothing but plain values come out."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest

from shopinf.errors import NoAnswer
from shopinf.orderrows import row_of
from shopinf.practice import PracticeStore
from shopinf.shopify.orderpages import How, read_rows

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


def test_a_row_is_the_row_of_the_order_in_it(shop: PracticeStore) -> None:
    read = read_rows(page(*(shop.orders[id] for id in sorted(shop.orders))), How(KEY, "maya-shop", whole=True))
    assert [row_of(row.order) for row in read.rows] == read.rows
    assert read.unread == []
