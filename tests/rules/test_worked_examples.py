"""The rules of money and attribution, each by an example with numbers. Ten per cent, one shop, USD, unless said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shopinf.attribution.credits import Status
from shopinf.orders import Order

from .making import (
    MUG,
    PLAIN,
    SHIRT,
    D,
    code_used,
    credit,
    line,
    mug_back,
    on,
    order,
    refund,
    with_refund,
)

# example, the order, net sales, commission
MONEY = [
    ("an order of 60 and 40 less ten per cent", PLAIN, "90.00", "9.00"),
    ("the mug comes back", with_refund(refund((2, 1, "36.00", "2.88")), SHIRT, mug_back()), "54.00", "5.40"),
    ("goodwill of 10 on top", with_refund(refund(refund_discrepancy="-10.00")), "80.00", "8.00"),
    (
        "the mug comes back and 6 are withheld",
        with_refund(refund((2, 1, "36.00", "2.88"), refund_discrepancy="6.00"), SHIRT, mug_back()),
        "60.00",
        "6.00",
    ),
    ("only the shipping is refunded", with_refund(refund(shipping_refund="-5.00")), "90.00", "9.00"),
    ("restocked, no money back", with_refund(refund((2, 1, "0.00", "0.00"))), "90.00", "9.00"),
    (
        "restocked, no money back, on an order older than the current quantities",
        with_refund(refund((2, 1, "0.00", "0.00")), SHIRT, replace(MUG, current_quantity=None)),
        "90.00",
        "9.00",
    ),
    (
        "everything comes back, and goodwill on top of it",
        with_refund(
            refund((1, 1, "54.00", "4.32"), (2, 1, "36.00", "2.88"), refund_discrepancy="-10.00"),
            replace(SHIRT, current_quantity=0),
            mug_back(),
        ),
        "0.00",
        "0.00",
    ),
    (
        "a shop-wide code beside the influencer's",
        order(line(1, "100.00", "20.00", "8.00"), codes=["SUMMER20", "MIA10"]),
        "72.00",
        "7.20",
    ),
    (
        "free shipping by the influencer's code",
        order(
            line(1, "100.00"), applications=(code_used("MIA10", "shipping_line"),), shipping_discounts=((0, D("5.00")),)
        ),
        "100.00",
        "10.00",
    ),
    (
        "tax is in the prices",
        order(line(1, "60.00", "12.00", quantity=2, tax="18.00"), codes=["MIA10"], taxes_included=True),
        "90.00",
        "9.00",
    ),
    (
        "tax is in the prices, and one of two comes back",
        order(
            line(1, "60.00", "12.00", quantity=2, current=1, tax="18.00"),
            codes=["MIA10"],
            taxes_included=True,
            current_subtotal_price=D("54.00"),
            refunds=(refund((1, 1, "54.00", "9.00")),),
        ),
        "45.00",
        "4.50",
    ),
    (
        "the same, its refund line being without the tax",
        order(
            line(1, "60.00", "12.00", quantity=2, current=1, tax="18.00"),
            codes=["MIA10"],
            taxes_included=True,
            refunds=(refund((1, 1, "45.00", "9.00")),),
        ),
        "45.00",
        "4.50",
    ),
    (
        "an export order of the same shop carries no tax",
        order(line(1, "60.00", "12.00", quantity=2), codes=["MIA10"], taxes_included=True),
        "108.00",
        "10.80",
    ),
    (
        "a gift card of 50 beside a shirt",
        order(
            line(1, "50.00", gift_card=True),
            line(2, "50.00", "5.00"),
            codes=["MIA10"],
            total_line_items_price=D("100.00"),
            current_subtotal_price=D("95.00"),
        ),
        "45.00",
        "4.50",
    ),
    (
        "an edit took one of three away, no money went back",
        order(line(1, "30.00", "9.00", quantity=3, current=2), codes=["MIA10"]),
        "54.00",
        "5.40",
    ),
    (
        "an edit took one of three away and a refund line says so too",
        order(
            line(1, "30.00", "9.00", quantity=3, current=2), codes=["MIA10"], refunds=(refund((1, 1, "27.00", "0")),)
        ),
        "54.00",
        "5.40",
    ),
    (
        "staff added a line later",
        order(
            line(1, "100.00", "10.00"),
            line(2, "40.00"),
            codes=["MIA10"],
            total_line_items_price=D("100.00"),
            current_subtotal_price=D("130.00"),
        ),
        "90.00",
        "9.00",
    ),
    (
        "the line that staff added came back",
        order(
            line(1, "100.00", "10.00"),
            line(2, "40.00", current=0),
            codes=["MIA10"],
            total_line_items_price=D("100.00"),
            refunds=(refund((2, 1, "40.00", "0")),),
        ),
        "90.00",
        "9.00",
    ),
    ("voided", order(line(1, "100.00", "10.00"), codes=["MIA10"], financial_status="voided"), "0.00", "0.00"),
    ("expired", order(line(1, "100.00", "10.00"), codes=["MIA10"], financial_status="expired"), "0.00", "0.00"),
    (
        "fully refunded, not cancelled",
        order(
            line(1, "100.00", "10.00", current=0),
            codes=["MIA10"],
            financial_status="refunded",
            refunds=(refund((1, 1, "90.00", "0")),),
        ),
        "0.00",
        "0.00",
    ),
    ("a customer's own order of 0.00", order(line(1, "40.00", "40.00"), codes=["MIA10"]), "0.00", "0.00"),
]


@pytest.mark.parametrize(("bought", "net", "commission"), [each[1:] for each in MONEY], ids=[each[0] for each in MONEY])
def test_net_sales_and_commission_are_as_the_example_says(bought: Order, net: str, commission: str) -> None:
    got = credit(bought)
    assert (str(got.amounts.net_sales), str(got.commission)) == (net, commission)
    assert got.status is (Status.REVERSED if bought.financial_status in {"voided", "expired"} else Status.APPROVED)
    amounts = got.amounts
    assert amounts.gross_sales - amounts.discounts - amounts.included_tax - amounts.returns == D(net)
    assert 0 <= amounts.returns <= amounts.base


def test_every_number_of_the_plain_order() -> None:
    amounts = credit(PLAIN).amounts
    assert [amounts.gross_sales, amounts.discounts, amounts.included_tax, amounts.returns] == [
        D("100.00"),
        D("10.00"),
        D("0"),
        D("0"),
    ]


def test_included_tax_is_a_number_of_its_own() -> None:
    amounts = credit(
        order(line(1, "60.00", "12.00", quantity=2, tax="18.00"), codes=["MIA10"], taxes_included=True)
    ).amounts
    assert (amounts.gross_sales, amounts.discounts, amounts.included_tax) == (D("120.00"), D("12.00"), D("18.00"))


def test_what_was_refunded_beyond_the_base_is_named_and_not_subtracted() -> None:
    everything = refund((1, 1, "54.00", "4.32"), (2, 1, "36.00", "2.88"), refund_discrepancy="-10.00")
    got = credit(with_refund(everything, replace(SHIRT, current_quantity=0), mug_back()))
    assert (got.sale.beyond, got.sale.returned, got.sale.discrepancies) == (D("10.00"), D("90.00"), D("10.00"))
    assert got.amounts.returns == D("90.00")


def test_a_partial_refund_is_an_event_of_its_own_day() -> None:
    got = credit(with_refund(refund((2, 1, "36.00", "2.88")), SHIRT, mug_back()))
    assert [(event.at, event.amounts.net_sales, event.commission) for event in got.events] == [
        (on("2026-06-10"), D("90.00"), D("9.00")),
        (on("2026-06-20"), D("-36.00"), D("-3.60")),
    ]


def test_two_refunds_of_one_moment_are_the_same_events_in_either_order() -> None:
    two = (refund((2, 1, "36.00", "2.88")), refund(refund_discrepancy="-10.00", refund_id=2))
    one = with_refund(two[0], SHIRT, mug_back())
    assert credit(replace(one, refunds=two)).events == credit(replace(one, refunds=two[::-1])).events
