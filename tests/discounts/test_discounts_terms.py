"""What a code gives: read, compared, and refused where no price rule can have it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from shopinf.discounts.terms import Goods, Kind, Terms, Wish, last_second
from shopinf.errors import BadInput

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FIFTEEN = Terms(Kind.PERCENTAGE, Decimal(15))


def test_a_last_day_is_included_in_the_shops_zone() -> None:
    ends = Wish(Kind.PERCENTAGE, Decimal(15), ends=date(2026, 12, 31)).terms(BERLIN).ends
    assert ends == datetime(2026, 12, 31, 23, 59, 59, tzinfo=BERLIN)


def test_the_day_the_clocks_change_ends_where_it_ends() -> None:
    assert last_second(date(2026, 10, 25), BERLIN) == datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC)


def test_terms_survive_the_ledger() -> None:
    terms = replace(
        FIFTEEN,
        starts=NOW,
        ends=NOW + timedelta(days=9),
        once_per_customer=True,
        usage_limit=3,
        min_subtotal=Decimal("49.50"),
        goods=Goods(products=(1, 2)),
    )
    assert Terms.from_facts(terms.facts()) == terms


def test_equal_terms_have_one_key_however_they_are_written() -> None:
    berlin = replace(FIFTEEN, value=Decimal("15.0"), ends=datetime(2026, 12, 31, 23, 59, 59, tzinfo=BERLIN))
    utc = replace(FIFTEEN, ends=datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC))
    assert berlin.key() == utc.key() != FIFTEEN.key()


def test_what_was_not_said_is_not_compared() -> None:
    there = replace(FIFTEEN, ends=NOW, usage_limit=5)
    assert Wish(Kind.PERCENTAGE, Decimal(15)).differences(there, BERLIN, "EUR") == []


def test_what_was_said_is_compared_in_words() -> None:
    found = Wish(Kind.FIXED_AMOUNT, Decimal(5), usage_limit=1).differences(FIFTEEN, BERLIN, "EUR")
    assert found == ["value is 15 %, asked for 5.00 EUR", "usage limit is none, asked for 1"]


def test_the_same_moment_at_another_offset_is_no_difference() -> None:
    there = replace(FIFTEEN, ends=datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC))
    assert Wish(ends=date(2026, 12, 31)).differences(there, BERLIN, "EUR") == []


def test_a_rows_wish_goes_before_the_general_one() -> None:
    general = Wish(Kind.PERCENTAGE, Decimal(15), ends=date(2026, 12, 31))
    own = Wish(Kind.FIXED_AMOUNT, Decimal(5)).over(general)
    assert (own.kind, own.value, own.ends) == (Kind.FIXED_AMOUNT, Decimal(5), date(2026, 12, 31))


@pytest.mark.parametrize(
    "terms",
    [
        replace(FIFTEEN, value=Decimal(0)),
        replace(FIFTEEN, value=Decimal("100.5")),
        Terms(Kind.FIXED_AMOUNT, Decimal(0)),
        Terms(Kind.FREE_SHIPPING, goods=Goods(products=(1,))),
        replace(FIFTEEN, goods=Goods(products=(1,), collections=(2,))),
        replace(FIFTEEN, goods=Goods(variants=(1,), collections=(2,))),
        replace(FIFTEEN, goods=Goods(products=tuple(range(101)))),
        replace(FIFTEEN, min_subtotal=Decimal(5), min_quantity=2),
        replace(FIFTEEN, min_subtotal=Decimal(0)),
        replace(FIFTEEN, usage_limit=0),
        replace(FIFTEEN, starts=NOW, ends=NOW),
        replace(FIFTEEN, ends=NOW - timedelta(seconds=1)),
    ],
)
def test_terms_that_no_price_rule_can_have_are_refused(terms: Terms) -> None:
    with pytest.raises(BadInput):
        terms.check(NOW)


@pytest.mark.parametrize(
    "terms",
    [
        replace(FIFTEEN, value=Decimal(100)),
        Terms(Kind.FREE_SHIPPING, min_subtotal=Decimal(50)),
        Terms(Kind.TRACK_ONLY),
        replace(FIFTEEN, goods=Goods(products=(1,), variants=(9,)), once_per_customer=True),
        replace(FIFTEEN, starts=NOW + timedelta(days=1), ends=NOW + timedelta(days=1, seconds=1)),
    ],
)
def test_terms_that_a_price_rule_can_have_pass(terms: Terms) -> None:
    terms.check(NOW)
