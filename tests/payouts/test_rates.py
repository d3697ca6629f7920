"""Rates: how they are written, which of several wins, and what they come to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopinf.attribution.commissions import Commission, read_commission
from shopinf.errors import BadInput
from shopinf.payouts.rates import Agreed, ByCustomer, Rate, RateBook, Subject, TierMode, Tiers, for_customer, read_rate

D = Decimal
DAY = date(2026, 6, 10)


def money(*texts: str) -> list[Decimal]:
    return [D(text) for text in texts]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("10%", "10%"),
        ("12.50 %", "12.5%"),
        ("5.00", "5.00"),
        ("8.00 pro rata", "8.00 pro rata"),
        ("new 15% returning 5%", "new 15% returning 5%"),
        ("NEW 10.00, returning 2.50", "new 10.00 returning 2.50"),
        ("10%, from 1000 15%", "10%, from 1000 15%"),
        ("10%, from 1000 15%; from 5000.00 20% (whole)", "10%, from 1000 15%, from 5000 20% (whole)"),
        ("0%", "0%"),
    ],
)
def test_a_rate_is_read_as_it_is_written_and_written_as_it_is_read(typed: str, meant: str) -> None:
    assert str(read_rate(typed)) == meant
    assert read_rate(meant) == read_rate(typed)


@pytest.mark.parametrize(
    "typed",
    [
        *("10", "ten", "110%", "new 10%", "new 10% returning 5", "10%, from 1000", "10%, from 1000 15", ""),
        *("5.00, from 10 5%", "10%, from 1000 15%, from 1000 20%", "10%, from 0 15%", "10%, from 5 120%"),
    ],
)
def test_what_is_no_rate_is_refused_with_how_one_is_written(typed: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_rate(typed)
    assert refused.value.hint


def test_an_amount_has_no_more_decimals_than_its_currency() -> None:
    assert str(read_rate("new 500.00 returning 0.00", "JPY")) == "new 500 returning 0"
    with pytest.raises(BadInput, match="more decimals than JPY"):
        read_rate("new 500.50 returning 0.00", "JPY")


def test_what_tiers_mean_can_be_said_beside_them_and_the_text_goes_first() -> None:
    assert read_rate("10%, from 1000 15%", mode=TierMode.WHOLE) == read_rate("10%, from 1000 15% (whole)")
    assert read_rate("10%, from 1000 15% (marginal)", mode=TierMode.WHOLE) == read_rate("10%, from 1000 15%")


def tiers(text: str) -> Tiers:
    rate = read_rate(text)
    assert isinstance(rate, Tiers)
    return rate


def test_a_month_of_1400_at_ten_and_fifteen_per_cent_earns_160_marginally_and_210_as_a_whole() -> None:
    nets = money("600.00", "500.00", "300.00")
    assert tiers("10%, from 1000 15%").commissions(nets, "USD") == money("60.00", "55.00", "45.00")
    assert sum(tiers("10%, from 1000 15%").commissions(nets, "USD")) == D("160.00")
    assert sum(tiers("10%, from 1000 15% (whole)").commissions(nets, "USD")) == D("210.00")


def test_a_threshold_that_is_just_reached_counts_for_the_whole_amount() -> None:
    assert sum(tiers("10%, from 1000 15% (whole)").commissions(money("999.99"), "USD")) == D("100.00")
    assert sum(tiers("10%, from 1000 15% (whole)").commissions(money("1000.00"), "USD")) == D("150.00")


def test_tiers_round_each_order_and_never_their_sum() -> None:
    assert tiers("5%, from 1000 10%").commissions(money("10.05", "10.05", "10.05"), "USD") == money(
        "0.50", "0.50", "0.50"
    )


@settings(max_examples=200, deadline=None, database=None)
@given(st.lists(st.integers(0, 300_000).map(lambda cents: D(cents).scaleb(-2)), max_size=8), st.sampled_from(TierMode))
def test_an_order_in_tiers_never_earns_less_than_the_first_nor_more_than_the_last(
    nets: list[Decimal], mode: TierMode
) -> None:
    rate = Tiers(((D(0), D(10)), (D(1000), D(15)), (D(2500), D(20))), mode)
    for net, earned in zip(nets, rate.commissions(nets, "USD"), strict=True):
        assert D("0.1") * net - D("0.01") < earned < D("0.2") * net + D("0.01")


def test_a_flat_commission_stays_whole_after_a_partial_refund_or_shrinks_with_it() -> None:
    assert read_commission("8.00").on(D(90), D(54), "USD") == D("8.00")
    assert read_commission("8.00 pro rata").on(D(90), D(54), "USD") == D("4.80")
    assert read_commission("8.00 pro rata").on(D(90), D(0), "USD") == D("0.00")


def test_new_customers_earn_more_than_returning_ones_and_an_assumed_one_the_lower_rate() -> None:
    rate = read_rate("new 15% returning 5%")
    assert isinstance(rate, ByCustomer)
    assert str(for_customer(rate, new=True)) == "15%"
    assert str(for_customer(rate, new=False)) == "5%"
    assert str(for_customer(rate, new=True, assumed=True)) == "5%"
    assert str(for_customer(rate, new=None)) == "5%"
    assert str(for_customer(read_rate("10%"), new=None)) == "10%"
    both = [for_customer(rate, new=new) for new in (True, False)]
    flat = [each for each in both if isinstance(each, Commission)]
    assert [each.on(D(net), D(net), "USD") for each, net in zip(flat, (100, 80), strict=True)] == money("15.00", "4.00")


# Which rate wins

MAYA = Subject(shop_id=7, code=17, campaign="Spring", person="maya")


def agreed(rate: str | None, since: str | None = None, id: int = 0, **subject: object) -> Agreed:
    found: Rate | None = read_rate(rate) if rate else None
    return Agreed(Subject(**subject), found, date.fromisoformat(since) if since else None, id)  # type: ignore[arg-type]


LADDER = [
    agreed("1%"),
    agreed("2%", campaign="spring"),
    agreed("3%", person="maya"),
    agreed("4%", person="maya", campaign="spring"),
    agreed("5%", code=17),
    agreed("0%", code=17, product="sku-1"),
]


@pytest.mark.parametrize("top", range(1, 7))
def test_what_is_more_particular_wins(top: int) -> None:
    found = RateBook(LADDER[:top]).winning(MAYA, DAY, ["sku-1"])
    assert found == LADDER[top - 1]


def test_a_products_rate_counts_for_its_own_lines_only() -> None:
    book = RateBook(LADDER)
    assert str(book.winning(MAYA, DAY, ["sku-2"]).rate) == "5%"  # type: ignore[union-attr]
    assert str(book.winning(MAYA, DAY).rate) == "5%"  # type: ignore[union-attr]


def test_of_two_alike_the_stores_own_wins() -> None:
    book = RateBook([agreed("3%", person="maya", shop_id=7), agreed("4%", person="maya"), agreed("9%", shop_id=8)])
    assert str(book.winning(MAYA, DAY).rate) == "3%"  # type: ignore[union-attr]


def test_a_rate_holds_from_its_day_on_and_of_two_for_a_day_the_later_said() -> None:
    book = RateBook(
        [
            agreed("3%", person="maya", id=1),
            agreed("4%", "2026-06-10", 2, person="maya"),
            agreed("6%", "2026-06-10", 3, person="maya"),
            agreed("9%", "2026-07-01", 4, person="maya"),
        ]
    )
    for day, rate in {"2026-06-09": "3%", "2026-06-10": "6%", "2026-07-02": "9%"}.items():
        winner = book.winning(MAYA, date.fromisoformat(day))
        assert winner is not None
        assert str(winner.rate) == rate


def test_a_rate_that_was_lifted_leaves_the_next_one_to_count() -> None:
    book = RateBook([agreed("3%", person="maya"), agreed("5%", code=17), agreed(None, "2026-06-01", code=17)])
    found = book.winning(MAYA, DAY)
    assert found is not None
    assert found.why == "the influencer's rate"
    before = book.winning(MAYA, date(2026, 5, 31))
    assert before is not None
    assert before.rate == Commission(percent=D(5))


def test_somebody_elses_rate_is_none() -> None:
    assert (
        RateBook([agreed("3%", person="leo"), agreed("3%", code=18), agreed("3%", shop_id=8)]).winning(MAYA, DAY)
        is None
    )


def test_why_a_rate_wins_is_told_with_its_day() -> None:
    assert agreed("4%", "2026-06-10", person="maya", campaign="spring").why == (
        "the influencer's rate in the campaign since 2026-06-10"
    )
    assert agreed("0%", code=17, product="x").why == "the code's own rate for this product"
    assert agreed("0%").why == "the default rate"
    assert agreed("0%", campaign="x").why == "the campaign's rate"
