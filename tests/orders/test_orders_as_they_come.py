"""Orders as stores have them, many kinds in one report: each comes to the right cent, or is named.

Goods of 60.00 and 40.00 with 10 % off by Mia's code, unless something else is said: 90.00 are earned. Some one in
between gives the program these records in place of the practice store's.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from bench import Bench

from shopinf.practice import PracticeStore

from .mirrored import Middleman, goods, make_code

Json = dict[str, Any]

LESS = "Refund discrepancy"
SETTLED = "Pending refund discrepancy"


def line(id: int, price: str, *off: str, quantity: int = 1, kept: int | None = None, **more: Any) -> Json:
    """A line with what each of the order's discounts takes off."""
    return {
        "id": id,
        "quantity": quantity,
        "current_quantity": quantity if kept is None else kept,
        "price": price,
        "tax_lines": [{"price": more.pop("tax")}] if "tax" in more else [],
        "discount_allocations": [{"amount": amount, "discount_application_index": at} for at, amount in enumerate(off)],
        **more,
    }


def order(*lines: Json, codes: Sequence[str] = ("MIA10",), **more: Any) -> Json:
    """An order of the 10th of November, with the subtotal that its lines come to as they are kept."""
    worth = [
        (
            Decimal(each["price"]) * each["quantity"]
            - sum(Decimal(off["amount"]) for off in each["discount_allocations"])
        )
        / (each["quantity"] or 1)
        for each in lines
    ]
    left = sum((unit * each["current_quantity"] for unit, each in zip(worth, lines, strict=True)), Decimal(0))
    return {
        "created_at": "2026-11-10T12:00:00-05:00",
        "processed_at": "2026-11-10T12:00:00-05:00",
        "updated_at": "2026-11-20T12:00:00-05:00",
        "currency": "USD",
        "taxes_included": False,
        "financial_status": "paid",
        "total_line_items_price": str(sum((Decimal(each["price"]) * each["quantity"] for each in lines), Decimal(0))),
        "current_subtotal_price": f"{left:.2f}",
        "discount_codes": [{"code": code, "amount": "0.00", "type": "percentage"} for code in codes],
        "discount_applications": [
            {"type": "discount_code", "code": code, "target_type": "line_item"} for code in codes
        ],
        "line_items": list(lines),
        "refunds": [],
        "customer": {"id": 7, "email": "buyer@post.example"},
        **more,
    }


def two(kept: int = 1, **more: Any) -> Json:
    return order(line(1, "60.00", "6.00", tax="4.32"), line(2, "40.00", "4.00", kept=kept, tax="2.88"), **more)


def refund(
    *lines: tuple[int, int, str, str],
    rows: Sequence[tuple[str | None, str | None, str]] = (),
    sent: Sequence[tuple[str, str]] = (),
    id: int = 1,
    day: int = 15,
    **more: Any,
) -> Json:
    """A refund of lines (line, quantity, subtotal, tax), with its adjustments and what it sent."""
    return {
        "id": id,
        "created_at": f"2026-11-{day}T12:00:00-05:00",
        "refund_line_items": [
            {"line_item_id": at, "quantity": quantity, "subtotal": subtotal, "total_tax": tax}
            for at, quantity, subtotal, tax in lines
        ],
        "order_adjustments": [{"kind": kind, "reason": reason, "amount": amount} for kind, reason, amount in rows],
        "transactions": [
            {"kind": "refund", "status": status, "amount": amount, "currency": "USD"} for status, amount in sent
        ],
        **more,
    }


MUG = (2, 1, "36.00", "2.88")
ROW = "refund_discrepancy"
CASES: dict[str, tuple[Json, str]] = {
    "failed, then sent once more": (
        two(0, refunds=[refund(MUG, sent=[("failure", "38.88"), ("success", "38.88")])]),
        "54.00",
    ),
    "an error, and the goods are gone": (
        two(0, refunds=[refund(MUG, sent=[("error", "38.88")])]),
        "54.00 needs_review",
    ),
    "failed, and the goods are kept": (two(1, refunds=[refund(MUG, sent=[("failure", "38.88")])]), "90.00"),
    "shipping as newer orders say it": (
        two(
            0,
            refunds=[
                refund(
                    MUG,
                    sent=[("success", "43.88")],
                    refund_shipping_lines=[{"subtotal_amount_set": {"shop_money": {"amount": "5.00"}}}],
                )
            ],
        ),
        "54.00",
    ),
    "on its way, with shipping": (
        two(
            0,
            refunds=[
                refund(
                    MUG, rows=[("shipping_refund", None, "-5.00"), (ROW, LESS, "43.88")], sent=[("pending", "43.88")]
                )
            ],
        ),
        "54.00",
    ),
    "goodwill on top": (
        two(0, refunds=[refund(MUG, rows=[(ROW, LESS, "-5.00")], sent=[("success", "43.88")])]),
        "49.00",
    ),
    "goodwill without a kind": (
        two(refunds=[refund(rows=[(None, None, "-10.00")], sent=[("success", "10.0")])]),
        "80.00",
    ),
    "restocked, and paid without naming goods": (
        two(
            0,
            refunds=[
                refund((2, 1, "0.0", "0.0")),
                refund(rows=[(ROW, LESS, "-38.88")], sent=[("success", "38.88")], id=2, day=18),
            ],
        ),
        "54.00",
    ),
    "an exchange of one of two": (
        order(
            line(1, "50.00", "10.00", quantity=2, kept=1),
            line(9, "45.00"),
            total_line_items_price="100.00",
            refunds=[refund((1, 1, "45.00", "0"), rows=[(ROW, LESS, "45.00")])],
        ),
        "45.00",
    ),
    "an edit, and the refund that it made": (
        order(
            line(1, "30.00", "9.00", quantity=3, kept=2),
            refunds=[refund((1, 1, "27.00", "0"), sent=[("success", "27.00")])],
        ),
        "54.00",
    ),
    "added later and taken away again": (
        order(
            line(1, "100.00", "10.00"),
            line(9, "20.00", kept=0),
            total_line_items_price="100.00",
            refunds=[refund((9, 1, "20.00", "0"), sent=[("success", "20.00")])],
        ),
        "90.00",
    ),
    "added later with a discount": (
        order(line(1, "100.00", "10.00"), line(7, "25.00", "2.50"), total_line_items_price="100.00"),
        "112.50 needs_review",
    ),
    "a fee, taxes included, on its way": (
        order(
            line(1, "60.00", "12.00", quantity=2, kept=1, tax="18.00"),
            taxes_included=True,
            refunds=[
                refund(
                    (1, 1, "54.00", "9.00"),
                    rows=[(ROW, LESS, "4.00"), (ROW, LESS, "50.00")],
                    sent=[("pending", "50.00")],
                )
            ],
        ),
        "49.00",
    ),
    "a fee, taxes included, arrived": (
        order(
            line(1, "60.00", "12.00", quantity=2, kept=1, tax="18.00"),
            taxes_included=True,
            refunds=[
                refund(
                    (1, 1, "54.00", "9.00"),
                    sent=[("success", "50.00")],
                    rows=[(ROW, LESS, "4.00"), (ROW, LESS, "50.00"), (ROW, SETTLED, "-50.00")],
                )
            ],
        ),
        "49.00",
    ),
    "cancelled after a part went back": (
        two(0, cancelled_at="2026-11-18T12:00:00-05:00", refunds=[refund(MUG)]),
        "0.00 reversed",
    ),
    "all of it off": (order(line(1, "100.00", "100.00")), "0.00"),
    "more off than it cost": (order(line(1, "100.00", "110.00")), "0.00 needs_review"),
    "a code in other letters": (order(line(1, "100.00", "10.00"), codes=[" mia10 "]), "90.00"),
    "a code and a script": (
        order(
            line(1, "100.00", "5.00", "10.00"),
            discount_applications=[
                {"type": "script", "title": "MIA10 bundle"},
                {"type": "discount_code", "code": "MIA10"},
            ],
        ),
        "85.00",
    ),
    "cents over many units": (order(line(1, "0.33", "6.60", quantity=200), total_line_items_price="66.67"), "59.40"),
    "a price by thousands": (
        order(line(1, "1234.50", "123.45")) | {"line_items": [line(1, "1,234.50", "123.45")]},
        "1111.05",
    ),
    "a price as 1E2": (order(line(1, "1E2", "10.00"), total_line_items_price="100.00"), "90.00"),
    "a tip that went back": (
        order(
            line(1, "100.00", "10.00"),
            line(2, "8.00", kept=0, tip_payment_gateway="cards"),
            refunds=[refund((2, 1, "8.00", "0"), sent=[("success", "8.00")])],
        ),
        "90.00",
    ),
    "nobody's customer": (two(customer=None), "90.00"),
    "no payment status": (two(financial_status=None), "90.00 pending"),
    "the whole payment back, and no word for what": (
        two(financial_status="refunded", refunds=[refund(sent=[("success", "97.20")])]),
        "90.00 needs_review",
    ),
    "lines by number": (two(line_items={"0": line(1, "60.00")}), "unread"),
}


def test_each_order_comes_to_the_right_cent_or_is_named(run: Bench, shop: PracticeStore) -> None:
    make_code(run, "MIA10", "mia")
    given: dict[int, Json] = {}
    what: dict[int, str] = {}
    for name, (record, _) in CASES.items():
        run.clock.pass_(seconds=30)
        made = shop.sell("MIA10", lines=goods(shop, "100.00"))["id"]
        given[made], what[made] = record, name

    def change(record: Json) -> None:
        if (ours := given.get(record["id"])) is not None:
            kept = {"id": record["id"], "name": record["name"]}
            record.clear()
            record.update(ours | kept)

    run.wire = Middleman(run.wire, change)
    ran = run("orders", "attribute", "--period", "2026-11", "--by", "order", "--include-pending", "-f", "json").json
    came = {
        what[int(row["order_id"])]: f"{row['net_sales']} {row['status']}".removesuffix(" approved")
        for row in ran["rows"]
    }
    odd = {each["what"] for each in ran["failures"]}
    came |= {name: "unread" for id, name in what.items() if any(str(id) in each for each in odd)}
    assert came == {name: right for name, (_, right) in CASES.items()}
