"""Orders as they come when others have handled them: what can be read is read, and an odd one costs no other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bench import Bench, Ran

from shopinf.practice import PracticeStore

from .mirrored import Middleman, goods, make_code, mirrored, orders_asked

pytestmark = pytest.mark.slow

Json = dict[str, Any]


@pytest.fixture
def three(run: Bench, shop: PracticeStore) -> PracticeStore:
    """A store with three orders of 100.00 by Mia's code for 10 %, an hour apart."""
    make_code(run, "MIA10", "mia")
    for _ in range(3):
        run.clock.pass_(hours=1)
        shop.sell("MIA10", lines=goods(shop, "100.00"))
    return shop


def second(shop: PracticeStore) -> int:
    return sorted(shop.orders)[1]


def twist(run: Bench, shop: PracticeStore, change: Callable[[Json], object]) -> None:
    """Have somebody in between change the second order."""
    odd = second(shop)
    run.wire = Middleman(run.wire, lambda order: change(order) if order["id"] == odd else None)


def by_order(run: Bench, *more: str) -> Ran:
    return run("orders", "attribute", "--period", "this-month", "--by", "order", "-f", "json", *more)


def line(order: Json) -> Json:
    found = order["line_items"][0]
    assert isinstance(found, dict)
    return found


def with_refund(**fields: Any) -> Callable[[Json], object]:
    """A refund of the whole order, but for these fields."""
    whole = {"id": 1, "created_at": "2026-11-22T12:00:00-05:00", "processed_at": "2026-11-22T12:00:00-05:00"}
    back = [{"line_item_id": 0, "quantity": 1, "subtotal": 90.0, "total_tax": 0.0}]

    def change(order: Json) -> None:
        line(order)["current_quantity"] = 0
        order["current_subtotal_price"] = "0.00"
        back[0]["line_item_id"] = line(order)["id"]
        order["refunds"] = [{**whole, "refund_line_items": back, "order_adjustments": [], **fields}]

    return change


MENDED: list[tuple[str, Callable[[Json], object], str]] = [
    ("no tax lines", lambda order: line(order).update(tax_lines={}), "90.00"),
    ("no refunds", lambda order: order.update(refunds={}), "90.00"),
    ("no shipping", lambda order: order.update(shipping_lines=""), "90.00"),
    ("an empty total", lambda order: order.update(total_line_items_price=""), "90.00"),
    ("a total by thousands", lambda order: order.update(subtotal_price="1,090.00"), "90.00"),
    ("tags as a list", lambda order: order.update(tags=["vip", "a@b.example"]), "90.00"),
    ("no tags", lambda order: order.update(tags=[]), "90.00"),
    (
        "a discount without a number",
        lambda order: line(order)["discount_allocations"][0].update(discount_application_index=None),
        "90.00",
    ),
    ("no time of its making", lambda order: order.update(created_at=None), "90.00"),
    ("an empty time of its processing", lambda order: order.update(processed_at=""), "90.00"),
    ("no customer", lambda order: order.update(customer=[], email={}), "90.00"),
    ("no quantity left over", lambda order: line(order).update(current_quantity=""), "90.00"),
    ("a refund without its time", with_refund(created_at=None, transactions=[]), "0.00"),
    ("a refund without transactions", with_refund(transactions={}), "0.00"),
    ("a refund with odd ends", with_refund(transactions=[], order_adjustments={}, refund_shipping_lines=""), "0.00"),
]


@pytest.mark.parametrize(("change", "net"), [each[1:] for each in MENDED], ids=[each[0] for each in MENDED])
def test_what_can_mean_one_thing_only_is_read_as_that(
    run: Bench, three: PracticeStore, change: Callable[[Json], object], net: str
) -> None:
    twist(run, three, change)
    found = by_order(run).ok().json
    assert [(row["net_sales"], row["status"]) for row in found["rows"]] == [
        ("90.00", "approved"),
        (net, "approved"),
        ("90.00", "approved"),
    ]
    assert found["failures"] == []


ODD: list[tuple[str, Callable[[Json], object], str]] = [
    ("no quantity", lambda order: line(order).update(quantity=None), "line_items.0.quantity"),
    ("no price", lambda order: line(order).update(price=None, price_set=None), "line_items.price"),
    ("an amount in words", lambda order: order.update(total_discounts="ten"), "total_discounts"),
    (
        "an amount that may be two",
        lambda order: line(order).update(price="1,000", price_set=None),
        "line_items.0.price",
    ),
    ("no currency", lambda order: order.update(currency=None), "currency"),
    ("no time at all", lambda order: order.update(created_at="", processed_at=""), "created_at"),
    (
        "a discount without an amount",
        lambda order: line(order)["discount_allocations"][0].update(amount=None, amount_set={}),
        "discount_allocations.amount",
    ),
    ("a refund without any time", with_refund(created_at=None, processed_at=None), "refunds.0.created_at"),
    (
        "a refund that sent nobody knows what",
        with_refund(transactions=[{"kind": "refund"}]),
        "refunds.transactions.amount",
    ),
    ("lines that are none", lambda order: order.update(line_items=["Serum"]), "line_items.0"),
]


@pytest.mark.parametrize(("change", "place"), [each[1:] for each in ODD], ids=[each[0] for each in ODD])
def test_an_order_that_cannot_be_read_is_named_and_the_others_are_reported(
    run: Bench, three: PracticeStore, change: Callable[[Json], object], place: str
) -> None:
    twist(run, three, change)
    for ran in (by_order(run), by_order(run, "--no-sync")):
        assert ran.code == 7
        assert [row["net_sales"] for row in ran.json["rows"]] == ["90.00", "90.00"]
        (failure,) = ran.json["failures"]
        assert failure == {
            "store": "maya-shop",
            "what": f"order #1002 (id {second(three)})",
            "error": f"cannot be read (at {place})",
            "code": 6,
        }
        assert "Shopify counts" not in ran.err
    assert "order #1002" in ran.err


def test_an_order_without_lines_needs_a_look_and_is_in_no_sum(run: Bench, three: PracticeStore) -> None:
    twist(run, three, lambda order: order.update(line_items={}, total_line_items_price=None))
    found = by_order(run).ok().json
    assert [row["status"] for row in found["rows"]] == ["approved", "needs_review", "approved"]
    assert found["totals"][0]["net_sales"] == "180.00"


def test_an_order_that_cannot_be_read_is_asked_for_again_at_each_sync(run: Bench, three: PracticeStore) -> None:
    honest = run.wire
    twist(run, three, lambda order: line(order).update(quantity=None))
    assert by_order(run).code == 7
    run.clock.pass_(days=2)
    before = len(three.calls)
    assert run("orders", "sync").code == 7
    assert [query for query in orders_asked(three, before) if f"ids={second(three)}" in query]
    run.wire = honest
    run.clock.pass_(days=2)
    assert [row["net_sales"] for row in by_order(run).ok().json["rows"]] == ["90.00"] * 3
    before = len(three.calls)
    by_order(run).ok()
    assert not [query for query in orders_asked(three, before) if "ids=" in query]


def test_an_odd_order_that_the_store_no_longer_shows_is_forgotten_with_a_word(run: Bench, three: PracticeStore) -> None:
    twist(run, three, lambda order: line(order).update(quantity=None))
    assert by_order(run).code == 7
    gone = second(three)
    del three.orders[gone]
    ran = run("orders", "sync")
    assert ran.code == 0
    assert f"no longer shows order #1002 (id {gone})" in ran.err
    assert run.look("SELECT * FROM unread") == []


def test_what_was_known_of_an_order_stays_while_it_cannot_be_read(run: Bench, three: PracticeStore) -> None:
    by_order(run).ok()
    twist(run, three, lambda order: line(order).update(quantity=None))
    ran = run("orders", "sync", "--full", "-f", "json")
    assert ran.code == 7
    assert ran.json["rows"][0]["removed"] == 0
    assert len(mirrored(run)) == 3


def test_an_odd_order_of_another_month_does_not_concern_a_report(run: Bench, three: PracticeStore) -> None:
    twist(run, three, lambda order: line(order).update(quantity=None))
    assert by_order(run).code == 7
    assert run("orders", "attribute", "--period", "2026-10", "-f", "json").code == 0


def test_orders_that_cannot_be_read_are_named_where_sums_are_compared(run: Bench, three: PracticeStore) -> None:
    twist(run, three, lambda order: line(order).update(quantity=None))
    ran = run("orders", "reconcile", "-f", "json")
    assert ran.code == 7
    [counts] = ran.json["stores"]
    assert (counts["store"], counts["orders"], counts["differing"]) == ("maya-shop", 2, 0)
    assert [each["what"] for each in ran.json["failures"]] == [f"order #1002 (id {second(three)})"]


def test_an_explanation_of_an_order_that_cannot_be_read_says_so(run: Bench, three: PracticeStore) -> None:
    twist(run, three, lambda order: line(order).update(quantity=None))
    ran = run("orders", "explain", "1002")
    assert ran.code == 6
    assert "order #1002" in ran.err
    assert "line_items.0.quantity" in ran.err


def test_a_record_without_an_id_is_named_where_it_was_met(run: Bench, three: PracticeStore) -> None:
    twist(run, three, lambda order: order.update(id=None))
    ran = by_order(run)
    assert ran.code == 7
    assert [each["what"] for each in ran.json["failures"]] == ["order #1002 (without an id)"]


def test_a_tip_is_told_by_what_only_tips_have(run: Bench, three: PracticeStore) -> None:
    """The key alone marks a tip, but not where every line was given it on the way."""

    def tip(order: Json) -> None:
        extra = {**line(order), "id": line(order)["id"] + 1, "price": "5.00", "price_set": None, "title": "Tip"}
        order["line_items"].append({**extra, "discount_allocations": [], "tip_payment_gateway": None})
        order["total_line_items_price"] = "105.00"

    twist(run, three, tip)
    assert [row["net_sales"] for row in by_order(run).ok().json["rows"]] == ["90.00"] * 3


def test_a_key_that_every_line_was_given_marks_no_tip(run: Bench, three: PracticeStore) -> None:
    twist(run, three, lambda order: line(order).update(tip_payment_gateway=None, tip_payment_method=None))
    assert [row["net_sales"] for row in by_order(run).ok().json["rows"]] == ["90.00"] * 3


def test_a_code_that_no_application_mentions_is_not_lost(run: Bench, three: PracticeStore) -> None:
    def without(order: Json) -> None:
        order["discount_applications"] = []
        line(order)["discount_allocations"] = []

    twist(run, three, without)
    assert [row["net_sales"] for row in by_order(run).ok().json["rows"]] == ["90.00"] * 3


def test_a_code_of_which_nobody_says_what_it_took_off_needs_a_look(run: Bench, three: PracticeStore) -> None:
    def without(order: Json) -> None:
        order["discount_applications"] = [{"type": "automatic", "title": "Summer", "target_type": "line_item"}]
        line(order)["discount_allocations"] = []

    twist(run, three, without)
    (_, row, _) = by_order(run).ok().json["rows"]
    assert (row["status"], row["influencer"]) == ("needs_review", "mia")


@pytest.mark.parametrize("title", ["MIA10", None])
def test_the_title_of_a_manual_discount_is_no_code_whoever_hides_it(
    run: Bench, three: PracticeStore, title: str | None
) -> None:
    manual = [{"type": "manual", "title": title, "target_type": "line_item"}]
    twist(run, three, lambda order: order.update(discount_applications=manual))
    assert len(by_order(run).ok().json["rows"]) == 2
