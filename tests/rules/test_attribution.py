"""Whose sale it is, and what it earns: several codes, links, gifts, owners, rates, customers. Ten per cent and USD."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from shopinf.attribution.buyers import Rank, rank
from shopinf.attribution.codebook import Since
from shopinf.attribution.commissions import read_commission
from shopinf.attribution.credits import Excluded, Method, MultiCode, Rules, Status, attribute
from shopinf.attribution.sales import Amounts
from shopinf.orders import Application, Landing, Order, UsedCode, read_landing

from .making import (
    LEO,
    MIA,
    MUG,
    PLAIN,
    SHIRT,
    D,
    agreed,
    book,
    code_used,
    credit,
    credits,
    day,
    line,
    mug_back,
    on,
    order,
    person,
    refund,
    tracked,
    with_refund,
)

# Two influencers' codes on 100.00: MIA10 takes 10.00 off, LEO5 5.00.
BOTH = order(line(1, "100.00", "10.00", "5.00"), codes=["MIA10", "LEO5"])


def test_an_order_with_two_influencers_codes_goes_to_the_larger_discount() -> None:
    got = credit(BOTH)
    assert (got.influencer, got.amounts.net_sales, got.commission) == ("mia", D("85.00"), D("8.50"))
    assert got.other_codes == ("LEO5",)


@pytest.mark.parametrize(
    ("own", "earned"),
    [(("10%", "10%"), ("5.67", "2.83")), (("10%", "20%"), ("5.67", "5.67")), (("8.00", "8.00"), ("5.33", "2.67"))],
)
def test_a_split_order_is_paid_once(own: tuple[str, str], earned: tuple[str, str]) -> None:
    codes = book(tracked("MIA10", "mia", commission=own[0]), tracked("LEO5", "leo", commission=own[1]))
    got = credits(BOTH, codes, multi_code=MultiCode.SPLIT)
    assert [(each.influencer, str(each.commission)) for each in got] == [("mia", earned[0]), ("leo", earned[1])]
    assert sum(each.share for each in got) == 1
    assert [str(each.amounts.net_sales) for each in got] == ["56.67", "28.33"]
    assert [each.other_codes for each in got] == [("LEO5",), ("MIA10",)]


def test_a_split_without_discounts_is_in_equal_parts() -> None:
    got = credits(order(line(1, "100.00"), codes=["MIA10", "LEO5"]), multi_code=MultiCode.SPLIT)
    assert [str(each.commission) for each in got] == ["5.00", "5.00"]


def test_equal_discounts_go_to_the_code_made_first_then_to_the_first_by_text() -> None:
    tie = order(line(1, "100.00", "5.00", "5.00"), codes=["LEO5", "MIA10"])
    assert credit(tie).influencer == "mia"
    young = book(tracked("MIA10", "mia", made="2026-03-01"), LEO)
    assert credit(tie, young).influencer == "leo"
    same_age = book(tracked("MIA10", "mia"), tracked("LEO5", "leo"))
    assert credit(tie, same_age).influencer == "leo"


def test_a_shipping_discount_counts_only_where_no_code_touches_the_items() -> None:
    applications = (code_used("LEO5", "shipping_line"), code_used("MIA10"))
    shipped: dict[str, Any] = {"applications": applications, "shipping_discounts": ((0, D("20.00")),)}
    assert credit(order(line(1, "100.00", "", "1.00"), **shipped)).influencer == "mia"
    assert credit(order(line(1, "100.00"), **shipped)).influencer == "leo"


def test_codes_are_compared_trimmed_and_without_case() -> None:
    assert credit(order(line(1, "100.00", "10.00"), codes=[" mIa10 "])).code == "MIA10"


def test_the_title_of_a_manual_discount_is_no_code() -> None:
    manual = (Application("manual", title="MIA10"),)
    bought = order(line(1, "50.00", "5.00"), applications=manual, used_codes=(UsedCode("MIA10", D("5.00")),))
    assert credits(bought) == []


def test_an_old_order_without_a_list_of_discounts_is_read_by_its_plain_codes() -> None:
    old = order(line(1, "60.00"), line(2, "40.00"), applications=None, used_codes=(UsedCode("mia10", D("10.00")),))
    got = credit(old)
    assert (got.influencer, got.amounts.discounts, got.amounts.net_sales) == ("mia", D("10.00"), D("90.00"))
    titled = replace(old, used_codes=(UsedCode("mia10", D("10.00"), "manual"),))
    assert credits(titled) == []
    assert credit(replace(old, applications=())).amounts == got.amounts


def test_a_gift_is_known_by_its_identity_and_not_by_its_total() -> None:
    free = order(line(1, "40.00", "40.00"), codes=["MIA10"])
    assert credit(free).status is Status.APPROVED
    for gift, rules in (
        (free, Rules(gift_orders={1})),
        (replace(free, tags=("vip", "Shopinf-Gift")), Rules(gift_tags=("shopinf-gift",))),
        (replace(free, gift=True), Rules()),
        (replace(free, applications=(Application("manual", title="Upfluence_creator_compensation"),)), Rules()),
    ):
        outcome = attribute(gift, book(), rules)
        assert isinstance(outcome, Excluded)
        assert outcome.reason == "gift"


def test_a_cancelled_order_is_reversed_on_its_own_day_refunded_or_not() -> None:
    got = credit(replace(PLAIN, cancelled_at=on("2026-07-02")))
    assert (got.status, got.amounts.net_sales, got.amounts.returns, got.commission) == (
        Status.REVERSED,
        D(0),
        D("90.00"),
        D(0),
    )
    assert [(event.at, event.commission) for event in got.events] == [
        (on("2026-06-10"), D("9.00")),
        (on("2026-07-02"), D("-9.00")),
    ]


@pytest.mark.parametrize(
    ("bought", "reason"),
    [
        (replace(PLAIN, test=True), "test"),
        (order(line(1, "50.00", gift_card=True), codes=["MIA10"]), "gift_card_only"),
    ],
)
def test_some_orders_are_counted_beside_the_rows(bought: Order, reason: str) -> None:
    outcome = attribute(bought, book())
    assert isinstance(outcome, Excluded)
    assert (outcome.reason, outcome.claims[0].influencer) == (reason, "mia")


@pytest.mark.parametrize("unpaid", ["pending", "authorized", "partially_paid", "on_the_moon", None])
def test_an_order_not_paid_yet_is_pending_with_its_commission(unpaid: str | None) -> None:
    got = credit(replace(PLAIN, financial_status=unpaid))
    assert (got.status, got.commission) == (Status.PENDING, D("9.00"))
    assert str(unpaid or "no payment status") in " ".join(got.reasons)


def test_amounts_are_the_shops_currency_with_its_own_decimals() -> None:
    assert str(credit(order(line(1, "100.00", "10.00"), codes=["MIA10"], currency="EUR")).commission) == "9.00"
    assert str(credit(order(line(1, "1005", "10"), codes=["MIA10"], currency="JPY")).commission) == "100"
    assert str(credit(order(line(1, "10.055", "0.050"), codes=["MIA10"], currency="KWD")).commission) == "1.001"


def test_the_customer_is_new_once_by_their_own_orders() -> None:
    first = order(line(1, "100.00"), codes=["MIA10"], day="2026-01-10", customer_id=7)
    second = replace(first, order_id=2, processed_at=on("2026-02-10"))
    gift = replace(first, order_id=3, processed_at=on("2025-11-01"), gift=True)
    tried = replace(first, order_id=4, processed_at=on("2025-12-01"), test=True)
    dropped = replace(first, order_id=5, processed_at=on("2025-12-02"), cancelled_at=on("2025-12-03"))
    ranks = rank([second, dropped, gift, first, tried])
    assert [ranks[each].customer_type for each in (1, 2)] == ["new", "returning"]
    got = credit(first, rank=ranks[1])
    assert got.rank is not None
    assert got.rank.customer_type == "new"


def test_a_guest_is_known_by_the_email_also_of_a_customer() -> None:
    guest = order(line(1, "1.00"), day="2026-01-10", email_key="hash")
    customer = replace(guest, order_id=2, customer_id=7, processed_at=on("2026-02-10"))
    stranger = replace(guest, order_id=3, email_key=None)
    ranks = rank([customer, guest, stranger])
    assert (ranks[1].new, ranks[2].new, 3 in ranks) == (True, False, False)


def test_where_the_history_is_cut_the_rank_is_assumed_by_when_the_customer_was_made() -> None:
    bought = order(line(1, "100.00"), codes=["MIA10"], day="2026-06-10", customer_id=7)
    cut = on("2026-05-01")
    old = rank([replace(bought, customer_created_at=on("2024-01-01"))], history_since=cut)[1]
    young = rank([replace(bought, customer_created_at=on("2026-06-10"))], history_since=cut)[1]
    assert (old.customer_type, old.assumed) == ("returning", True)
    assert (young.customer_type, young.assumed) == ("new", True)
    later = rank([bought, replace(bought, order_id=2, processed_at=on("2026-06-11"))], history_since=cut)[2]
    assert (later.customer_type, later.assumed) == ("returning", False)
    assert "assumed" in credit(bought, rank=old).reasons


@pytest.mark.parametrize(
    "who",
    [{"email_key": "m"}, {"phone_key": "p"}, {"customer_id": 7}, {"address_key": "a"}],
)
def test_an_influencers_own_order_earns_nothing_and_is_still_a_row(who: dict[str, Any]) -> None:
    mia = person(email_keys=["m"], phone_keys=["p"], customer_ids=[7], address_keys=["a"])
    got = credit(order(line(1, "200.00"), codes=["MIA10"], **who), book(people={"mia": mia}))
    assert (got.commission, got.amounts.net_sales, got.status) == (D(0), D("200.00"), Status.APPROVED)
    assert "self_referral" in got.reasons


def test_a_flat_commission_is_whole_until_nothing_is_left() -> None:
    flat = read_commission("8.00")
    assert credit(PLAIN, rate=flat).commission == D("8.00")
    some = with_refund(refund((2, 1, "36.00", "2.88")), SHIRT, mug_back())
    assert credit(some, rate=flat).commission == D("8.00")
    assert credit(replace(PLAIN, cancelled_at=on("2026-07-01")), rate=flat).commission == 0
    assert (
        credit(
            order(line(1, "9.00", current=0), codes=["MIA10"], refunds=(refund((1, 1, "9.00", "0")),)), rate=flat
        ).commission
        == 0
    )
    free = order(line(1, "40.00", "40.00"), codes=["MIA10"])
    assert credit(free, rate=flat).commission == D("8.00")
    later = refund(refund_discrepancy="-1.00", day="2026-07-09")
    assert credit(replace(free, cancelled_at=on("2026-07-01"), refunds=(later,)), rate=flat).commission == 0
    assert credit(replace(free, cancelled_at=on("2026-07-10"), refunds=(later,)), rate=flat).commission == 0


BY_LINK = order(
    line(1, "100.00", "20.00"), codes=["SUMMER20"], landing=read_landing("/discount/mia10?redirect=%2F&utm_source=ig")
)


def test_a_link_counts_when_asked_for_and_never_against_a_code() -> None:
    assert credits(BY_LINK) == []
    got = credit(BY_LINK, links=True)
    assert (got.influencer, got.method, got.commission) == ("mia", Method.LINK, D("8.00"))
    assert got.other_codes == ("SUMMER20",)
    coded = replace(BY_LINK, lines=(line(1, "100.00", "5.00"),), applications=(code_used("LEO5"),))
    assert [each.influencer for each in credits(coded, links=True)] == ["leo"]


@pytest.mark.parametrize("landing", [Landing(ref="Spring-Mia"), Landing(utm=(("content", "spring-mia"),))])
def test_a_link_is_also_known_by_the_mark_that_was_agreed_on(landing: Landing) -> None:
    codes = book(tracked("MIA10", "mia", marks=frozenset({"spring-mia"})))
    assert credit(replace(BY_LINK, landing=landing), codes, links=True).influencer == "mia"


def test_a_renamed_code_keeps_its_old_orders_and_its_old_name_goes_on_with_another() -> None:
    renamed = tracked("MIA10", "mia", names=(Since("MIA10"), Since("MIA15", day("2026-03-10"))))
    other = tracked("MIA10", "ann", names=(Since("MIA10", day("2026-04-01")),))
    codes = book(renamed, other)

    def whose(code: str, when: str) -> list[str]:
        return [each.influencer for each in credits(order(line(1, "10.00"), codes=[code], day=when), codes)]

    assert whose("MIA10", "2026-02-10") == ["mia"]
    assert whose("MIA15", "2026-03-11") == ["mia"]
    assert whose("MIA10", "2026-03-20") == []
    assert whose("MIA10", "2026-04-02") == ["ann"]


def test_a_new_name_that_nobody_else_had_also_means_the_code_in_orders_dated_before_the_renaming() -> None:
    renamed = tracked("MIA10", "mia", names=(Since("MIA10"), Since("MIA15", day("2026-03-10"))))
    dated_before = order(line(1, "10.00"), codes=["mia15"], day="2026-02-10")
    assert [each.influencer for each in credits(dated_before, book(renamed))] == ["mia"]
    former = tracked("MIA15", "ann", names=(Since("MIA15"), Since("ANN15", day("2026-01-10"))))
    assert credits(dated_before, book(renamed, former)) == []


def test_a_code_given_to_somebody_else_leaves_earlier_orders_with_the_former_owner() -> None:
    codes = book(tracked("MIA10", "mia", owners=(Since("mia"), Since("leo", day("2026-06-11")))))
    assert credit(PLAIN, codes).influencer == "mia"
    assert credit(replace(PLAIN, processed_at=on("2026-06-11")), codes).influencer == "leo"


def test_the_campaign_is_the_codes_own_and_no_second_credit() -> None:
    codes = book(tracked("MIA10", "mia", campaign="spring"), tracked("MIA20", "mia", campaign="summer"))
    got = credit(order(line(1, "100.00", "10.00", "20.00"), codes=["MIA10", "MIA20"]), codes)
    assert (got.campaign, got.code, got.commission) == ("summer", "MIA20", D("7.00"))


def test_commission_is_rounded_half_up_for_each_row() -> None:
    three = [
        credit(order(line(1, "10.05"), codes=["MIA10"], order_id=each), rate=read_commission("5%"))
        for each in (1, 2, 3)
    ]
    assert [str(each.commission) for each in three] == ["0.50", "0.50", "0.50"]
    back = order(line(1, "3.33", current=0), line(2, "6.72"), codes=["MIA10"], refunds=(refund((1, 1, "3.33", "0")),))
    events = credit(back, rate=read_commission("5%")).events
    assert [str(event.commission) for event in events] == ["0.50", "-0.16"]


def test_the_rate_is_the_codes_then_the_influencers_on_that_day_then_the_default() -> None:
    rates = [agreed("12%", person="mia"), agreed("14%", "2026-06-10", person="mia")]
    codes = book(agreed=rates)
    assert credit(replace(PLAIN, processed_at=on("2026-06-09")), codes).commission == D("10.80")
    assert credit(PLAIN, codes).commission == D("12.60")
    own = book(tracked("MIA10", "mia", commission="20%"), agreed=rates)
    assert credit(PLAIN, own).commission == D("18.00")
    assert credit(PLAIN).commission == D("9.00")
    unrated = credit(PLAIN, rate=None)
    assert (unrated.commission, unrated.events[0].commission) == (None, None)
    assert "no commission rate" in unrated.reasons


@pytest.mark.parametrize(
    "unclear",
    [
        order(line(1, "30.00", quantity=3, current=1), codes=["MIA10"], refunds=(refund((1, 1, "10.00", "0")),)),
        replace(PLAIN, current_subtotal_price=D("70.00")),
        replace(PLAIN, total_line_items_price=D("95.00")),
        replace(PLAIN, total_line_items_price=D("120.00")),
        replace(PLAIN, total_line_items_price=D("60.00")),
        order(line(1, "40.00", "45.00"), codes=["MIA10"]),
    ],
    ids=[
        "refund and quantity differ",
        "the current subtotal differs",
        "no line fits",
        "a line is missing",
        "a line that fits carries a discount",
        "more discount than goods",
    ],
)
def test_an_order_that_does_not_add_up_needs_a_look(unclear: Order) -> None:
    got = credit(unclear)
    assert got.status is Status.NEEDS_REVIEW
    assert got.commission is not None


def test_a_discounted_line_was_ordered_and_an_older_one_without_a_discount_was_added() -> None:
    lines = (line(1, "100.00", "10.00"), line(2, "40.00"), line(3, "30.00", "3.00"))
    got = credit(order(*lines, codes=["MIA10"], total_line_items_price=D("130.00")))
    assert ([each.line_id for each in got.sale.added], got.amounts.net_sales) == ([2], D("117.00"))


def test_a_discount_above_the_goods_leaves_nothing_and_no_less() -> None:
    got = credit(order(line(1, "40.00", "45.00", tax="2.00"), codes=["MIA10"], taxes_included=True))
    assert (got.amounts.discounts, got.amounts.net_sales, got.amounts.returns) == (D("40.00"), D(0), D(0))


def test_no_share_loses_more_than_it_had() -> None:
    """Cut by 3, 1 and 3 parts, four cents give the middle none, and three would give it one."""
    shares = [Fraction(3, 7), Fraction(1, 7), Fraction(3, 7)]
    parts = Amounts(D("0.04"), D("0"), D("0"), D("0.01")).split(shares, "USD")
    assert [str(part.net_sales) for part in parts] == ["0.02", "0.00", "0.01"]
    assert [str(part.returns) for part in parts] == ["0.00", "0.00", "0.01"]


def test_a_rounded_allocation_is_no_reason_to_look() -> None:
    thirds = order(
        line(1, "10.00", "1.00", quantity=3, current=2),
        codes=["MIA10"],
        refunds=(refund((1, 1, "9.66", "0")),),
        current_subtotal_price=D("19.34"),
    )
    assert credit(thirds).status is Status.APPROVED


def test_paying_with_a_gift_card_changes_nothing_and_tips_are_nobodys_sale() -> None:
    tipped = order(line(1, "90.00"), line(2, "9.00", tip=True), codes=["MIA10"], total_line_items_price=D("90.00"))
    assert credit(tipped).amounts.gross_sales == D("90.00")


def test_new_and_returning_customers_earn_at_rates_of_their_own_and_an_assumed_one_at_the_lower() -> None:
    codes = book(agreed=[agreed("new 15% returning 5%", person="mia")])
    ranks = (Rank("customer 1", new=True), Rank("customer 1", new=False), Rank("guest 2", new=True, assumed=True), None)
    assert [credit(PLAIN, codes, rank=rank).commission for rank in ranks] == [
        D("13.50"),
        D("4.50"),
        D("4.50"),
        D("4.50"),
    ]


def test_a_product_that_earns_nothing_leaves_the_rest_of_the_order_its_own_rate() -> None:
    mug = replace(MUG, sku="MUG-1")
    bought = replace(PLAIN, lines=(SHIRT, mug))
    codes = book(agreed=[agreed("0%", code=MIA.id, product="mug-1"), agreed("10%", person="mia")])
    assert credit(bought, codes, rate=None).commission == D("5.40")
    back = replace(bought, lines=(SHIRT, replace(mug, current_quantity=0)), refunds=(refund((2, 1, "36.00", "2.88")),))
    returned = credit(back, codes, rate=None)
    assert (returned.amounts.net_sales, returned.commission) == (D("54.00"), D("5.40"))
    assert [event.commission for event in returned.events] == [D("5.40"), D("0.00")]
    assert credit(bought, book(agreed=codes.rates.all()[:1]), rate=None).commission is None


def test_by_tiers_one_order_counts_as_if_it_were_the_only_one() -> None:
    codes = book(agreed=[agreed("10%, from 50 20%", person="mia")])
    found = credit(PLAIN, codes)
    assert found.commission == D("13.00")
    assert found.earned.in_tiers[0][1] == D("90.00")


def test_somebodys_own_purchase_earns_nothing_whatever_was_agreed() -> None:
    codes = book(people={"mia": person(customer_ids=[7])}, agreed=[agreed("8.00", person="mia")])
    own = credit(replace(PLAIN, customer_id=7), codes)
    assert (own.commission, str(own.parts[0].rate)) == (D("0.00"), "0%")
