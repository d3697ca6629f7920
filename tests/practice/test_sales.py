"""Orders to the cent: discounts, taxes, refunds, edits, and what the simulation makes of it all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shopinf.practice import Discount, PracticeStore
from shopinf.practice.money import minor, part_of, spread
from shopinf.practice.store import order_facet
from shopinf.practice.times import epoch

from .conftest import Caller, Clock, Make

Json = dict[str, Any]


def test_parts_always_add_up() -> None:
    assert spread(1000, [1, 1, 1]) == [334, 333, 333]
    assert spread(7, [0, 5, 0]) == [0, 7, 0]
    assert spread(5, [0, 0]) == [0, 0]
    for total in range(60):
        assert sum(spread(total, [3, 7, 11, 0, 2])) == total
    assert [part_of(10, 1, 3), part_of(-10, 1, 4)] == [3, -3]


@pytest.fixture
def maya(shop: PracticeStore) -> Json:
    """MAYA10, 10 % off everything."""
    rule = shop.add_rule("MAYA10", starts_at="2026-01-01T00:00:00-05:00")
    shop.codes["MAYA10"] = rule["id"]
    return rule


def offs(order: Json, line: int) -> list[tuple[int, str]]:
    return [(a["discount_application_index"], a["amount"]) for a in order["line_items"][line]["discount_allocations"]]


def test_a_plain_sale_with_a_code(shop: PracticeStore, maya: Json, goods: list[int]) -> None:
    lines = [(goods[0], 1, "60.00"), (goods[1], 1, "40.00")]
    order = shop.sell("maya10", lines=lines, tax_rate="0.08", shipping="5.00", customer="ann@ann.test")
    assert [offs(order, 0), offs(order, 1)] == [[(0, "6.00")], [(0, "4.00")]]
    assert order["discount_codes"] == [{"code": "maya10", "amount": "10.00", "type": "percentage"}]
    assert order["discount_applications"] == [
        {
            "target_type": "line_item",
            "type": "discount_code",
            "value": "10.0",
            "value_type": "percentage",
            "allocation_method": "across",
            "target_selection": "all",
            "code": "maya10",
        }
    ]
    assert (order["subtotal_price"], order["total_tax"], order["total_price"]) == ("90.00", "7.20", "102.20")
    assert order["total_line_items_price"] == "100.00"
    assert order["customer"]["email"] == order["email"] == "ann@ann.test"
    record = shop.codes.record("MAYA10")
    assert record is not None
    assert record["usage_count"] == 1


def test_refunds_of_lines_goodwill_withholding_and_postage(shop: PracticeStore, maya: Json, goods: list[int]) -> None:
    def sold() -> Json:
        lines = [(goods[0], 1, "60.00"), (goods[1], 1, "40.00")]
        return shop.sell("MAYA10", lines=lines, tax_rate="0.08", shipping="5.00")

    order = sold()
    back = shop.refund(order["id"], [(order["line_items"][1]["id"], 1)])
    row = back["refund_line_items"][0]
    assert (row["subtotal"], row["total_tax"], row["restock_type"]) == (36.0, 2.88, "return")
    assert isinstance(row["subtotal"], float)
    assert back["transactions"][0]["amount"] == "38.88"
    assert (order["current_subtotal_price"], order["current_total_price"]) == ("54.00", "63.32")
    assert (order["financial_status"], order["total_price"]) == ("partially_refunded", "102.20")
    assert order["line_items"][1]["current_quantity"] == 0

    goodwill = shop.refund(sold()["id"], amount="10.00")
    assert [(a["kind"], a["amount"]) for a in goodwill["order_adjustments"]] == [("refund_discrepancy", "-10.00")]
    assert goodwill["transactions"][0]["amount"] == "10.00"

    order = sold()
    withheld = shop.refund(order["id"], [(order["line_items"][1]["id"], 1)], amount="32.88", restock=False)
    assert [(a["kind"], a["amount"]) for a in withheld["order_adjustments"]] == [("refund_discrepancy", "6.00")]
    assert withheld["refund_line_items"][0]["restock_type"] == "no_restock"

    postage = shop.refund(sold()["id"], shipping=True)
    assert [(a["kind"], a["amount"]) for a in postage["order_adjustments"]] == [("shipping_refund", "-5.00")]

    order = sold()
    whole = [(line["id"], line["quantity"]) for line in order["line_items"]]
    shop.refund(order["id"], whole, shipping=True)
    assert (order["financial_status"], order["current_total_price"]) == ("refunded", "0.00")
    with pytest.raises(ValueError, match="0 left"):
        shop.refund(order["id"], whole)


def test_parts_of_a_line_refunded_one_by_one_add_up(shop: PracticeStore, maya: Json, goods: list[int]) -> None:
    order = shop.sell("MAYA10", lines=[(goods[0], 3, "9.99")])
    line = order["line_items"][0]
    parts = [shop.refund(order["id"], [(line["id"], 1)])["refund_line_items"][0] for _ in range(3)]
    net = Decimal("29.97") - Decimal(line["discount_allocations"][0]["amount"])
    assert sum(Decimal(str(part["subtotal"])) for part in parts) == net
    assert sum(Decimal(str(part["total_tax"])) for part in parts) == Decimal(line["tax_lines"][0]["price"])
    assert order["current_subtotal_price"] == "0.00"


def test_two_codes_on_one_order_are_both_taken_from_the_full_price(
    shop: PracticeStore, maya: Json, goods: list[int]
) -> None:
    rule = shop.add_rule("LEO5", value="-5.0")
    shop.codes["LEO5"] = rule["id"]
    order = shop.sell(["MAYA10", "LEO5"], lines=[(goods[0], 1, "100.00")])
    assert offs(order, 0) == [(0, "10.00"), (1, "5.00")]
    assert order["subtotal_price"] == "85.00"


def test_an_automatic_discount_comes_before_a_code(shop: PracticeStore, maya: Json, goods: list[int]) -> None:
    order = shop.sell("MAYA10", lines=[(goods[0], 1, "100.00")], automatic=[("SUMMER20", 20)])
    assert offs(order, 0) == [(0, "20.00"), (1, "8.00")]
    assert [a["type"] for a in order["discount_applications"]] == ["automatic", "discount_code"]
    assert order["discount_applications"][0]["title"] == "SUMMER20"
    assert [c["code"] for c in order["discount_codes"]] == ["MAYA10"]


def test_a_manual_discounts_title_stands_among_the_codes(shop: PracticeStore, goods: list[int]) -> None:
    order = shop.sell(lines=[(goods[0], 1, "50.00")], manual=[Discount("manual", "MAYA10", "5.0", "fixed_amount")])
    assert order["discount_codes"] == [{"code": "MAYA10", "amount": "5.00", "type": "fixed_amount"}]
    assert order["discount_applications"][0]["type"] == "manual"


def test_a_free_shipping_code_lowers_the_shipping_line(shop: PracticeStore, goods: list[int]) -> None:
    rule = shop.add_rule("SHIP", value="-100.0", target_type="shipping_line", allocation_method="each")
    shop.codes["SHIP"] = rule["id"]
    order = shop.sell("SHIP", lines=[(goods[0], 1, "50.00")], shipping="7.50")
    assert offs(order, 0) == []
    assert order["shipping_lines"][0]["discount_allocations"][0]["amount"] == "7.50"
    assert order["discount_codes"] == [{"code": "SHIP", "amount": "7.50", "type": "shipping"}]
    assert (order["total_discounts"], order["subtotal_price"]) == ("7.50", "50.00")


def test_fixed_amounts_are_spread_or_taken_off_each(shop: PracticeStore, goods: list[int]) -> None:
    shop.codes["TEN"] = shop.add_rule("TEN", value="-10.0", value_type="fixed_amount")["id"]
    order = shop.sell("TEN", lines=[(goods[0], 1, "10.00"), (goods[1], 1, "10.00"), (goods[2], 1, "10.00")])
    assert [offs(order, i)[0][1] for i in range(3)] == ["3.34", "3.33", "3.33"]
    assert shop.sell("TEN", lines=[(goods[0], 1, "4.00")])["subtotal_price"] == "0.00"
    each: Json = {"value": "-5.0", "value_type": "fixed_amount", "allocation_method": "each"}
    chosen: Json = {"target_selection": "entitled", "entitled_variant_ids": [goods[0]]}
    shop.codes["EACH"] = shop.add_rule("EACH", **each, **chosen)["id"]
    order = shop.sell("EACH", lines=[(goods[0], 2, "20.00"), (goods[1], 1, "20.00")])
    assert (offs(order, 0), offs(order, 1)) == ([(0, "10.00")], [])


def test_gift_cards_are_never_discounted_nor_taxed(shop: PracticeStore, maya: Json, goods: list[int]) -> None:
    order = shop.sell("MAYA10", lines=[(goods[0], 1, "50.00")], gift_card=True)
    card = order["line_items"][1]
    assert (card["gift_card"], card["price"], card["discount_allocations"]) == (True, "50.00", [])
    assert card["tax_lines"] == []
    assert order["subtotal_price"] == "95.00"


def test_taxes_inside_the_prices(make: Make) -> None:
    shop = make(currency="EUR", timezone="Europe/Berlin", taxes_included=True)
    shop.codes["MIA10"] = shop.add_rule("MIA10")["id"]
    variant = next(iter(shop.products.values()))["variants"][0]["id"]
    order = shop.sell("MIA10", lines=[(variant, 2, "60.00")], shipping=0)
    assert (order["subtotal_price"], order["total_price"]) == ("108.00", "108.00")
    assert order["line_items"][0]["tax_lines"][0]["price"] == "18.00"
    back = shop.refund(order["id"], [(order["line_items"][0]["id"], 1)])
    assert (back["refund_line_items"][0]["subtotal"], back["refund_line_items"][0]["total_tax"]) == (54.0, 9.0)
    assert order["current_total_price"] == "54.00"
    assert order["created_at"].endswith("+01:00")
    shop.refund_includes_tax = False
    back = shop.refund(order["id"], [(order["line_items"][0]["id"], 1)])
    assert back["refund_line_items"][0]["subtotal"] == 45.0
    assert shop.sell(lines=[(variant, 1)], tax_rate=0)["total_tax"] == "0.00"


def test_a_foreign_buyer_sees_foreign_money(call: Caller, shop: PracticeStore, maya: Json, goods: list[int]) -> None:
    order = shop.sell("MAYA10", lines=[(goods[0], 1, "40.00")], presentment="CAD", currency_rate="1.35", shipping=0)
    money = order["line_items"][0]["discount_allocations"][0]["amount_set"]
    assert money["shop_money"] == {"amount": "4.00", "currency_code": "USD"}
    assert money["presentment_money"] == {"amount": "5.40", "currency_code": "CAD"}
    back = shop.refund(order["id"], [(order["line_items"][0]["id"], 1)])
    assert (back["transactions"][0]["amount"], back["transactions"][0]["currency"]) == ("52.10", "CAD")
    path = f"orders/{order['id']}/transactions.json"
    foreign = call.get(path).json()["transactions"]
    home = call.get(path, in_shop_currency="true").json()["transactions"]
    assert [t["kind"] for t in foreign] == ["sale", "refund"]
    assert [(t["amount"], t["currency"]) for t in home] == [("38.59", "USD")] * 2
    refund = call.get(f"orders/{order['id']}/refunds.json").json()["refunds"][0]
    assert refund["refund_line_items"][0]["subtotal"] == 36.0


@pytest.mark.parametrize(("currency", "price", "total"), [("JPY", "1000", "900"), ("KWD", "10.005", "9.004")])
def test_currencies_keep_their_own_decimals(make: Make, currency: str, price: str, total: str) -> None:
    shop = make(currency=currency)
    shop.codes["MIA10"] = shop.add_rule("MIA10")["id"]
    variant = next(iter(shop.products.values()))["variants"][0]["id"]
    assert shop.sell("MIA10", lines=[(variant, 1, price)])["subtotal_price"] == total


def test_an_edit_lowers_what_is_current_and_keeps_what_was_ordered(
    shop: PracticeStore, maya: Json, goods: list[int]
) -> None:
    order = shop.sell("MAYA10", lines=[(goods[0], 3, "30.00")], tax_rate=0, shipping=0)
    line = order["line_items"][0]
    shop.edit(order["id"], remove=[(line["id"], 1)], add=[(goods[1], 1)])
    assert (line["quantity"], line["current_quantity"]) == (3, 2)
    assert order["total_line_items_price"] == "90.00"
    added = order["line_items"][1]
    assert added["discount_allocations"] == []
    assert Decimal(order["current_subtotal_price"]) == Decimal("54.00") + Decimal(added["price"])
    assert order["refunds"] == []


def test_a_cancelled_order_is_refunded_voided_or_left_as_it_was(shop: PracticeStore, goods: list[int]) -> None:
    paid, unpaid, kept = (shop.sell(lines=[(goods[0], 1)], financial_status=s) for s in ("paid", "pending", "paid"))
    shop.cancel(paid["id"])
    shop.cancel(unpaid["id"], reason="declined")
    shop.cancel(kept["id"], refund=False)
    assert [o["financial_status"] for o in (paid, unpaid, kept)] == ["refunded", "voided", "paid"]
    assert [o["current_total_price"] for o in (paid, unpaid)] == ["0.00", "0.00"]
    assert all(o["cancelled_at"] for o in (paid, unpaid, kept))
    assert order_facet(kept)[0] == "cancelled"


def test_a_code_that_does_not_work_sells_nothing(shop: PracticeStore, clock: Clock, goods: list[int]) -> None:
    lines = [(goods[0], 1, "20.00")]
    with pytest.raises(ValueError, match="no code"):
        shop.sell("NOBODY", lines=lines)
    rule = shop.add_rule("EARLY", starts_at="2026-12-01T00:00:00-05:00")
    shop.codes["EARLY"] = rule["id"]
    with pytest.raises(ValueError, match="not active"):
        shop.sell("EARLY", lines=lines)
    shop.sell("EARLY", lines=lines, force=True)
    shop.codes["ONCE"] = shop.add_rule("ONCE", once_per_customer=True)["id"]
    shop.sell("ONCE", lines=lines, customer="ann@ann.test")
    with pytest.raises(ValueError, match="already"):
        shop.sell("once", lines=lines, customer="ann@ann.test")
    shop.codes["LIMIT"] = shop.add_rule("LIMIT", usage_limit=1)["id"]
    shop.sell("LIMIT", lines=lines)
    with pytest.raises(ValueError, match="its limit"):
        shop.sell("LIMIT", lines=lines)
    least: Json = {"prerequisite_subtotal_range": {"greater_than_or_equal_to": "50.0"}}
    shop.codes["MANY"] = shop.add_rule("MANY", **least)["id"]
    with pytest.raises(ValueError, match="subtotal"):
        shop.sell("MANY", lines=lines)
    count = len(shop.orders)
    assert count == 3


def test_a_sale_entered_afterwards_was_updated_now(shop: PracticeStore, clock: Clock) -> None:
    order = shop.sell(at=clock.now() - timedelta(days=10))
    assert order["created_at"].startswith("2026-11-12")
    assert order["updated_at"] == shop.time()
    back = shop.refund(order["id"], discrepancy="-1.00", at=clock.now() - timedelta(days=2))
    assert back["created_at"].startswith("2026-11-20")
    assert order["updated_at"] == shop.time()


# the generated past


PASTS: list[Json] = [
    {},
    {"currency": "EUR", "taxes_included": True, "timezone": "Europe/Berlin", "seed": 3},
    {"currency": "JPY", "timezone": "Asia/Tokyo", "seed": 2},
]


def orders_of(shop: PracticeStore) -> Iterator[Json]:
    for key in shop.orders:
        yield shop.orders.peek(key)


@pytest.mark.parametrize("wishes", PASTS)
def test_every_order_of_the_past_adds_up(make: Make, wishes: Json) -> None:
    shop = make(orders=240, customers=60, **wishes)
    for order in orders_of(shop):

        def units(text: str) -> int:
            return minor(text, shop.currency)

        lines, shipping = order["line_items"], order["shipping_lines"]
        gross = sum(units(line["price"]) * line["quantity"] for line in lines)
        allocated = [units(a["amount"]) for one in lines + shipping for a in one["discount_allocations"]]
        assert units(order["total_line_items_price"]) == gross
        assert units(order["total_discounts"]) == sum(allocated)
        taxes = sum(units(t["price"]) for one in lines + shipping for t in one["tax_lines"])
        assert units(order["total_tax"]) == taxes
        postage = sum(units(one["price"]) for one in shipping)
        due = gross - sum(allocated) + postage + (0 if order["taxes_included"] else taxes)
        if units(order["total_outstanding"]) >= 0:  # not edited
            assert units(order["total_price"]) == due
        for i, entry in enumerate(order["discount_codes"]):
            given = [
                a
                for one in lines + shipping
                for a in one["discount_allocations"]
                if a["discount_application_index"] == i
            ]
            if order["discount_applications"][i]["type"] == "discount_code":
                assert units(entry["amount"]) == sum(units(a["amount"]) for a in given)
        assert units(order["current_total_price"]) >= 0


@pytest.mark.parametrize("wishes", PASTS)
def test_the_plan_of_an_order_agrees_with_the_order(make: Make, wishes: Json) -> None:
    shop = make(orders=240, customers=60, **wishes)
    for order in orders_of(shop):
        assert shop.orders.facet(order["id"]) == order_facet(order)
        for column in ("created_at", "updated_at", "processed_at"):
            assert shop.orders.stamp(order["id"], column) == epoch(order[column])
        assert epoch(order["updated_at"]) <= shop.now().timestamp()


def test_two_stores_made_alike_hold_the_same(make: Make) -> None:
    one, two = (make(orders=120, customers=30) for _ in range(2))
    assert list(orders_of(one)) == list(orders_of(two))
    assert dict(one.customers) == dict(two.customers)
    assert dict(one.products) == dict(two.products)
    assert [o["id"] for o in one.simulate_sales(5)] == [o["id"] for o in two.simulate_sales(5)]
    assert one.sell() == two.sell()
    assert list(orders_of(make(orders=120, customers=30, seed=2))) != list(orders_of(one))


def test_the_past_has_everything_that_happens_in_a_shop(make: Make) -> None:
    orders = list(orders_of(make(orders=900, customers=150)))
    assert any(o["test"] for o in orders)
    assert any(o["cancelled_at"] for o in orders)
    assert any(o["presentment_currency"] != o["currency"] for o in orders)
    assert any(o["customer"] is None for o in orders)
    assert {"refunded", "partially_refunded", "voided", "paid"} <= {o["financial_status"] for o in orders}
    assert any(line["gift_card"] for o in orders for line in o["line_items"])
    kinds = {a["kind"] for o in orders for r in o["refunds"] for a in r["order_adjustments"]}
    assert kinds == {"refund_discrepancy", "shipping_refund"}
    assert {"discount_code", "automatic", "manual"} == {a["type"] for o in orders for a in o["discount_applications"]}
    used = {c["code"] for o in orders for c in o["discount_codes"]}
    assert {"WELCOME10", "SUMMER20", "FREESHIP"} <= used


def test_past_use_of_codes_is_counted(make: Make) -> None:
    shop = make(orders=200, customers=60)
    record = shop.codes.record("WELCOME10")
    assert record is not None
    assert record["usage_count"] == sum(
        1 for o in orders_of(shop) if any(c["code"] == "WELCOME10" for c in o["discount_codes"])
    )


def test_some_customers_have_followers(make: Make) -> None:
    shop = make(customers=40)
    known = shop.influencers()
    assert len(known) == 5
    assert all(shop.customers[one["customer_id"]]["email"] == one["email"] for one in known)
    assert len({c["email"] for c in shop.customers.values()}) == 40


def test_an_empty_history_is_empty(shop: PracticeStore) -> None:
    assert [len(x) for x in (shop.orders, shop.customers, shop.price_rules, shop.discount_codes)] == [0, 0, 0, 0]
    assert len(shop.products) == 12


def test_ten_thousand_orders_are_a_matter_of_a_moment(make: Make) -> None:
    call = Caller(make(orders=10_000))
    assert call.get("orders/count.json", status="any").json() == {"count": 10_000}
    assert len(call.get("orders.json", status="any", limit=250).json()["orders"]) == 250


# simulated sales


def test_simulated_sales_use_the_live_codes_and_end_now(shop: PracticeStore, clock: Clock, call: Caller) -> None:
    for name in ("MAYA15", "LEO10"):
        sent = {"price_rule": {**RULE, "title": name}}
        rule = call.post("price_rules.json", sent).json()["price_rule"]
        call.post(f"price_rules/{rule['id']}/discount_codes.json", {"discount_code": {"code": name}})
    shop.codes["OVER"] = shop.add_rule("OVER", ends_at="2026-11-01T00:00:00-05:00")["id"]
    sold = shop.simulate_sales(days=30, orders=200)
    assert len(sold) == 200
    used = [c["code"].upper() for o in sold for c in o["discount_codes"]]
    assert set(used) == {"MAYA15", "LEO10"}
    assert len(used) > 60
    assert all(epoch(o["created_at"]) <= clock.now().timestamp() for o in sold)
    assert all(o["updated_at"] == shop.time() for o in sold)
    assert any(o["refunds"] for o in sold)
    assert any((o["landing_site"] or "").startswith("/discount/") for o in sold)


RULE = {
    "target_type": "line_item",
    "target_selection": "all",
    "allocation_method": "across",
    "value_type": "percentage",
    "value": "-15.0",
    "customer_selection": "all",
    "starts_at": "2026-11-22T14:00:00Z",
}
