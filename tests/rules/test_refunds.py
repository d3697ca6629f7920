"""Refunds as real stores have them: on their way, owed, failed, without money, beside the goods. Ten per cent, USD."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from shopinf.attribution.credits import Status
from shopinf.attribution.refunds import BARE, Sent
from shopinf.orders import Adjustment, Line, Order, Refund, RefundLine, Transaction

from .making import MUG, PLAIN, SHIRT, D, credit, less, line, mug_back, on, order, refund, settled, with_refund

BACK = (2, 1, "36.00", "2.88")  # the mug of 40.00 less ten per cent, and its tax
BARELY = (2, 1, "0.00", "0.00")  # the mug restocked, no money
AFTERWARDS = D("54.00")


def mug(what: Refund, *more: Refund, subtotal: Decimal | None = AFTERWARDS) -> Order:
    """The plain order, its mug gone."""
    gone = with_refund(what, SHIRT, mug_back(), current_subtotal_price=subtotal)
    return replace(gone, refunds=(what, *more))


def kept(what: Refund, *more: Refund) -> Order:
    """The plain order with everything kept."""
    return replace(with_refund(what, current_subtotal_price=D("90.00")), refunds=(what, *more))


def exchanged(what: Refund, price: str, total: str = "100.00") -> Order:
    """Goods of 100.00 less ten per cent went back for others of *price*."""
    lines = (line(1, "100.00", "10.00", current=0), line(9, price))
    return order(
        *lines, codes=["MIA10"], refunds=(what,), total_line_items_price=D(total), current_subtotal_price=D(price)
    )


def vat(*what: Refund) -> Order:
    """Two of 60.00 with 20 % VAT in the price, ten per cent off; one went back."""
    two = line(1, "60.00", "12.00", quantity=2, current=1, tax="18.00")
    return order(two, codes=["MIA10"], taxes_included=True, current_subtotal_price=AFTERWARDS, refunds=what)


SETTLED = [
    ("a refund is on its way", mug(refund(BACK, sent="38.88", status="pending", rows=[less("38.88")])), "54.00"),
    ("the same, settled", mug(refund(BACK, sent="38.88", rows=[less("38.88"), settled("38.88")])), "54.00"),
    ("6 are withheld and the rest was sent", mug(refund(BACK, sent="32.88", rows=[less("6.00")])), "60.00"),
    (
        "6 are withheld and the rest is on its way",
        mug(refund(BACK, sent="32.88", status="pending", rows=[less("6.00"), less("32.88")])),
        "60.00",
    ),
    (
        "6 were withheld and the rest was on its way",
        mug(refund(BACK, sent="32.88", rows=[less("6.00"), less("32.88"), settled("32.88")])),
        "60.00",
    ),
    ("more is said to be withheld than is", mug(refund(BACK, sent="32.88", rows=[less("20.00")])), "60.00"),
    ("nothing is withheld, whatever is said", mug(refund(BACK, sent="38.88", rows=[less("20.00")])), "54.00"),
    ("goods taken back on account", mug(refund(BACK, sent="", rows=[less("38.88")])), "54.00"),
    ("goods taken back, and nothing else is said", mug(refund(BACK, sent="")), "54.00"),
    (
        "what one refund withholds brings back nothing of another",
        replace(
            mug(refund(BACK, sent="38.88"), refund(refund_id=2, day="2026-06-25", sent="", rows=[less("30.00")])),
            current_subtotal_price=AFTERWARDS,
        ),
        "54.00",
    ),
    (
        "shipping is refunded with the mug, while it is on its way",
        mug(
            refund(BACK, sent="43.88", status="pending", rows=[less("43.88")], shipping_refund="-5.00"),
        ),
        "54.00",
    ),
    ("goodwill", kept(refund(sent="10.00", rows=[less("-10.00")])), "80.00"),
    ("goodwill that no kind names", kept(refund(sent="10.00", rows=[less("-10.00", kind="")])), "80.00"),
    ("goodwill that nothing names", kept(refund(sent="10.00", rows=[less("-10.00", "", "")])), "80.00"),
    (
        "shipping that only its reason names",
        kept(refund(sent="5.00", rows=[less("-5.00", "Shipping refund", "")])),
        "90.00",
    ),
    (
        "shipping that only the list of shipping names",
        kept(replace(refund(sent="5.40", rows=[less("-5.00", "", "")]), shipping=D("5.40"), shipping_net=D("5.00"))),
        "90.00",
    ),
    ("30 % of what was paid", kept(refund(sent="29.16", rows=[less("-29.16")])), "60.84"),
    (
        "30 % of what was paid is on its way",
        kept(refund(sent="29.16", status="pending", rows=[less("-29.16"), less("29.16")])),
        "60.84",
    ),
    (
        "30 % of what was paid was on its way",
        kept(refund(sent="29.16", rows=[less("-29.16"), less("29.16"), settled("29.16")])),
        "60.84",
    ),
    ("goodwill that failed to arrive", kept(refund(sent="10.00", status="failure", rows=[less("-10.00")])), "90.00"),
    ("a refund that failed, of goods that are kept", kept(refund(BACK, sent="38.88", status="error")), "90.00"),
    (
        "a refund that failed, and was sent once more",
        mug(
            replace(
                refund(BACK, rows=[less("38.88"), settled("38.88")]),
                transactions=tuple(
                    Transaction("refund", status, D("38.88"), "USD") for status in ("failure", "success")
                ),
            )
        ),
        "54.00",
    ),
    (
        "a refund that failed, and was sent later without goods",
        mug(
            refund(BACK, sent="38.88", status="failure", rows=[less("38.88")]),
            refund(refund_id=2, day="2026-06-25", sent="38.88", rows=[less("-38.88")]),
        ),
        "54.00",
    ),
    (
        "money owed for an item, and sent later without goods",
        mug(
            refund(BACK, sent="", rows=[less("38.88")]),
            refund(refund_id=2, day="2026-06-25", sent="38.88", rows=[less("-38.88")]),
        ),
        "54.00",
    ),
    ("restocked and kept", kept(refund(BARELY, sent="")), "90.00"),
    ("an even exchange", exchanged(refund((1, 1, "90.00", "0"), sent="", rows=[less("90.00")]), "90.00"), "0.00"),
    ("an exchange for more", exchanged(refund((1, 1, "90.00", "0"), sent=""), "250.00"), "0.00"),
    (
        "an exchange for less, the rest sent back",
        exchanged(refund((1, 1, "90.00", "0"), sent="30.00", rows=[less("60.00")]), "60.00"),
        "0.00",
    ),
    (
        "an edit took one of two away, and nothing was sent",
        order(
            line(1, "48.00", "19.20", quantity=2, current=1),
            codes=["MIA10"],
            refunds=(refund((1, 1, "38.40", "0"), sent="", rows=[less("38.40")]),),
            current_subtotal_price=D("38.40"),
        ),
        "38.40",
    ),
    (
        "an edit took one of three away, and its money went back beside any goods",
        order(
            line(1, "30.00", "9.00", quantity=3, current=2),
            codes=["MIA10"],
            refunds=(refund(sent="27.00", rows=[less("-27.00")]),),
        ),
        "54.00",
    ),
    (
        "tax is in the prices, on its way",
        vat(refund((1, 1, "54.00", "9.00"), sent="54.00", status="pending", rows=[less("54.00")])),
        "45.00",
    ),
    (
        "tax is in the prices, 6 withheld",
        vat(refund((1, 1, "54.00", "9.00"), sent="48.00", rows=[less("6.00")])),
        "51.00",
    ),
    (
        "a full return whose lines lack a cent",
        order(
            line(1, "10.00", "0.01", quantity=3, current=0),
            codes=["MIA10"],
            current_subtotal_price=D("0.00"),
            refunds=(
                refund((1, 3, "29.98", "0"), sent="29.99", rows=[less("-0.01", "Full return balancing adjustment")]),
            ),
        ),
        "0.00",
    ),
]


@pytest.mark.parametrize(("bought", "net"), [each[1:] for each in SETTLED], ids=[each[0] for each in SETTLED])
def test_a_refund_takes_what_it_says_when_all_of_it_is_read(bought: Order, net: str) -> None:
    got = credit(bought)
    assert (str(got.amounts.net_sales), got.status, got.sale.problems) == (net, Status.APPROVED, ())
    assert got.commission == (got.amounts.net_sales / 10).quantize(D("0.01"))


RESTOCKED = [
    ("restocked, and gone", mug(refund(BARELY, sent="")), "54.00"),
    (
        "restocked, its money sent later",
        mug(refund(BARELY, sent=""), refund(refund_id=2, day="2026-06-25", sent="38.88", rows=[less("-38.88")])),
        "54.00",
    ),
    ("restocked, its money sent beside it", mug(refund(BARELY, sent="38.88", rows=[less("-38.88")])), "54.00"),
    (
        "restocked, part of its money sent later",
        mug(refund(BARELY, sent=""), refund(refund_id=2, day="2026-06-25", sent="30.00", rows=[less("-30.00")])),
        "54.00",
    ),
    (
        "restocked, and more sent later than it was worth",
        mug(refund(BARELY, sent=""), refund(refund_id=2, day="2026-06-25", sent="48.88", rows=[less("-48.88")])),
        "44.00",
    ),
    (
        "goodwill, and restocked afterwards",
        mug(refund(sent="10.00", rows=[less("-10.00")]), refund(BARELY, refund_id=2, day="2026-06-25", sent="")),
        "44.00",
    ),
]


@pytest.mark.parametrize(("bought", "net"), [each[1:] for each in RESTOCKED], ids=[each[0] for each in RESTOCKED])
def test_goods_restocked_without_money_are_not_earned_where_the_subtotal_agrees(bought: Order, net: str) -> None:
    got = credit(bought)
    assert (str(got.amounts.net_sales), got.status) == (net, Status.APPROVED)
    assert BARE in got.reasons


def test_everything_restocked_leaves_nothing() -> None:
    gone = (replace(SHIRT, current_quantity=0), mug_back())
    both = refund((1, 1, "0.00", "0.00"), BARELY, sent="")
    got = credit(with_refund(both, *gone, current_subtotal_price=D("0.00")))
    assert (str(got.amounts.net_sales), got.status) == ("0.00", Status.APPROVED)


def test_a_unit_restocked_without_money_is_an_event_of_that_day() -> None:
    later = refund(refund_id=2, day="2026-06-25", sent="38.88", rows=[less("-38.88")])
    got = credit(mug(refund(BARELY, sent=""), later))
    assert [(event.at, str(event.amounts.net_sales)) for event in got.events] == [
        (on("2026-06-10"), "90.00"),
        (on("2026-06-20"), "-36.00"),
        (on("2026-06-25"), "0.00"),
    ]


def test_money_that_went_back_before_the_goods_counts_once_and_on_its_own_day() -> None:
    early = refund(sent="38.88", rows=[less("-38.88")])
    got = credit(mug(early, refund(BARELY, refund_id=2, day="2026-06-25", sent="")))
    assert (str(got.amounts.net_sales), got.status) == ("54.00", Status.APPROVED)
    assert [str(event.amounts.net_sales) for event in got.events] == ["90.00", "-36.00", "0.00"]


@pytest.mark.parametrize("subtotal", [D("90.00"), None])
def test_goods_restocked_without_money_need_a_look_without_a_witness(subtotal: Decimal | None) -> None:
    assert credit(mug(refund(BARELY, sent=""), subtotal=subtotal)).status is Status.NEEDS_REVIEW


def test_goods_that_cost_nothing_have_no_money_to_miss() -> None:
    sample = line(3, "5.00", "5.00", current=0)
    free = refund((3, 1, "0.00", "0.00"), sent="")
    got = credit(with_refund(free, SHIRT, MUG, sample, total_line_items_price=D("105.00")))
    assert (str(got.amounts.net_sales), got.status, BARE in got.reasons) == ("90.00", Status.APPROVED, False)


@pytest.mark.parametrize("quantity", [0, None])
def test_a_refund_that_failed_of_goods_that_are_gone_needs_a_look(quantity: int | None) -> None:
    failed = refund(BACK, sent="38.88", status="failure", rows=[less("38.88")])
    lost = with_refund(failed, SHIRT, replace(MUG, current_quantity=quantity))
    assert credit(lost).status is Status.NEEDS_REVIEW


def test_a_refund_of_goods_that_are_kept_needs_a_look() -> None:
    assert credit(kept(refund(BACK, sent=""))).status is Status.NEEDS_REVIEW


def test_a_refund_on_its_way_counts_from_its_first_day_and_the_same_when_it_arrives() -> None:
    one = mug(refund(BACK, sent="32.88", status="pending", rows=[less("6.00"), less("32.88")]))
    other = mug(refund(BACK, sent="32.88", rows=[less("6.00"), less("32.88"), settled("32.88")]))
    assert credit(one).events == credit(other).events
    assert [each.sent for each in (*credit(one).sale.refunds, *credit(other).sale.refunds)] == [Sent.PENDING, Sent.DONE]


def test_a_refund_in_the_buyers_currency_is_compared_in_it() -> None:
    """36.00 and 2.88 of tax are 52.49 CAD; 44.39 CAD were sent, so that 6.00 were kept back."""
    taken = RefundLine(2, 1, D("36.00"), D("2.88"), (D("48.60"), D("3.89")))
    sent = (Transaction("refund", "success", D("44.39"), "CAD"),)
    got = credit(mug(Refund(1, on("2026-06-20"), (taken,), (less("6.00"),), sent)))
    assert (str(got.amounts.net_sales), got.status) == ("60.00", Status.APPROVED)


def test_a_payment_that_went_back_whole_while_no_refund_says_for_what_needs_a_look() -> None:
    whole = refund(sent="97.20")
    for status, needs in (("refunded", Status.NEEDS_REVIEW), ("partially_refunded", Status.APPROVED)):
        assert credit(replace(kept(whole), financial_status=status)).status is needs


@pytest.mark.parametrize("status", ["pending", "success"])
def test_a_fee_is_the_stores_own_cent_whatever_the_exchange_rate_makes_of_it(status: str) -> None:
    """24.30 and 1.75 of tax were 20.59 EUR; by that 19.39 EUR are a cent less than the fee leaves."""
    three = line(1, "27.00", "8.10", quantity=3, current=2, tax="5.25")
    taken = RefundLine(1, 1, D("24.30"), D("1.75"), (D("19.20"), D("1.39")))
    rows = (less("1.50"), less("24.55")) + ((settled("24.55"),) if status == "success" else ())
    back = Refund(1, on("2026-06-20"), (taken,), rows, (Transaction("refund", status, D("19.39"), "EUR"),))
    bought = order(three, codes=["MIA10"], refunds=(back,), current_subtotal_price=D("48.60"))
    assert str(credit(bought).amounts.net_sales) == "50.10"


def test_a_cent_of_the_buyer_may_be_many_of_the_shops_units() -> None:
    """45,000 KRW were paid as 32.97 USD, and 32.96 USD went back: that cent is 14 won, and no fee."""
    one = Line(1, 1, D("50000"), 0, ((0, D("5000")),))
    taken = RefundLine(1, 1, D("45000"), D(0), (D("32.97"), D(0)))
    sent = (Transaction("refund", "success", D("32.96"), "USD"),)
    back = Refund(1, on("2026-06-20"), (taken,), (less("300"),), sent)
    bought = order(one, codes=["MIA10"], currency="KRW", refunds=(back,), current_subtotal_price=D(0))
    assert str(credit(bought).amounts.net_sales) == "0"


def test_without_a_common_currency_the_adjustments_alone_are_believed() -> None:
    for amount, net in (("6.00", "60.00"), ("38.88", "54.00")):
        sent = (Transaction("refund", "pending", D("44.39"), "CAD"),)
        taken = RefundLine(2, 1, D("36.00"), D("2.88"))
        assert str(credit(mug(Refund(1, on("2026-06-20"), (taken,), (less(amount),), sent))).amounts.net_sales) == net


@pytest.mark.parametrize(
    ("rows", "net"),
    [
        ([], "54.00"),
        ([Adjustment("refund_discrepancy", D("6.00"))], "60.00"),
        ([Adjustment("refund_discrepancy", D("38.88"))], "54.00"),
        ([Adjustment("refund_discrepancy", D("38.88")), Adjustment("refund_discrepancy", D("-38.88"))], "54.00"),
        ([Adjustment("refund_discrepancy", D("-10.00"))], "44.00"),
    ],
)
def test_a_refund_of_which_it_is_not_known_what_it_sent_is_read_by_its_adjustments(
    rows: list[Adjustment], net: str
) -> None:
    assert str(credit(mug(refund(BACK, rows=rows))).amounts.net_sales) == net


def test_a_plain_order_is_as_it_was() -> None:
    assert credit(PLAIN).sale.refunds == ()
