"""Lists of orders are written in a quicker way than single orders, and say the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shopinf.practice import PracticeStore
from shopinf.practice.times import written

from .conftest import Caller, Make

USUAL = "id,created_at,customer,line_items,shipping_lines,refunds,discount_codes,current_subtotal_price"
SHOPS = [
    {"seed": 1, "currency": "USD"},
    {"seed": 2, "currency": "EUR", "timezone": "Europe/Berlin", "taxes_included": True},
    {"seed": 3, "currency": "JPY", "products": 30},
]


@pytest.fixture(params=SHOPS, ids=lambda wishes: wishes["currency"])
def shop(make: Make, request: pytest.FixtureRequest) -> PracticeStore:
    shop = make(orders=400, customers=90, **request.param)
    some = list(shop.orders)[::50]
    for key in some:  # looked up and changed, these are kept as they are
        shop.touch(key)
    shop.refund(some[0], shipping=True)
    return shop


@pytest.mark.slow
def test_a_list_with_fields_says_of_each_order_what_the_order_says(call: Caller, shop: PracticeStore) -> None:
    whole = {key: call.get(f"orders/{key}.json").json()["order"] for key in shop.orders}
    for fields in (USUAL, "id", "id,line_items", "id,total_price_set,fulfillments", "id,tax_lines,unheard_of"):
        rows: list[dict[str, Any]] = []
        while len(rows) < len(whole):  # not by the links, for these forget the fields
            after = rows[-1]["id"] if rows else 0
            answer = call.get("orders.json", status="any", since_id=after, limit=90, fields=fields)
            rows += answer.json()["orders"]
        for order, row in zip(whole.values(), rows, strict=True):
            assert row == {name: order[name] for name in fields.split(",") if name in order}


def test_every_field_can_be_asked_for_alone(call: Caller, shop: PracticeStore) -> None:
    (whole,) = call.get("orders.json", status="any", limit=1).json()["orders"]
    for name, value in whole.items():
        assert call.get("orders.json", status="any", limit=1, fields=name).json() == {"orders": [{name: value}]}
    assert call.get("orders.json", status="any", ids=1, fields="id").json() == {"orders": []}


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Asia/Kathmandu"])
def test_times_are_written_at_the_shops_offset_also_when_clocks_change(zone: str) -> None:
    here = ZoneInfo(zone)
    for first in (
        datetime(2026, 3, 8, tzinfo=UTC),
        datetime(2026, 4, 4, tzinfo=UTC),
        datetime(2026, 11, 1, tzinfo=UTC),
    ):
        for minutes in range(0, 24 * 60, 7):
            at = first + timedelta(minutes=minutes, seconds=minutes % 60)
            assert written(at.timestamp(), here) == at.astimezone(here).isoformat()
