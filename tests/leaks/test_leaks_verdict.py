"""Which code got out: days of orders in, a verdict with its first hour and its figures out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from shopinf.leaks.odds import at_least, at_least_of
from shopinf.leaks.verdict import Around, Level, Use, Verdict, judge

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
BEGUN = date(2026, 8, 1)
STORE = {TODAY - timedelta(days=back): 60 for back in range(120)}


def day(back: int, orders: int, *, cold: int = 0, hosts: tuple[str, ...] = (), known: bool = True) -> list[Use]:
    """The orders of a day so many days ago, from nine to eleven at night; the first of them cold."""
    start = datetime.combine(TODAY - timedelta(days=back), datetime.min.time(), UTC) + timedelta(hours=9)
    return [
        Use(
            start + timedelta(minutes=14 * 60 * number // orders),
            (number < cold) if known else None,
            hosts if number < cold else (),
            new=number % 2 == 0,
        )
        for number in range(orders)
    ]


def usual(until: int, orders: int = 3, *, known: bool = True) -> Iterator[Use]:
    """Eighty days of so many orders up to *until* days ago, one of them cold on three days of four."""
    for back in range(until + 80, until - 1, -1):
        yield from day(back, orders, cold=int(back % 4 < 3), known=known)


def judged(*uses: Use, store: dict[date, int] | None = None, **more: date) -> Verdict:
    return judge(sorted(uses, key=lambda use: use.at), Around(store or STORE), begun=BEGUN, now=NOW, **more)


def test_a_usual_season_is_quiet() -> None:
    said = judged(*usual(0))
    assert said.level is Level.QUIET
    assert (said.usual_per_day, said.per_day, said.since, said.orders_since) == (3.0, 3.0, None, None)


def test_forty_one_orders_where_three_are_usual_are_worth_a_look_from_the_first_hour_on() -> None:
    said = judged(*usual(1), *day(0, 41, cold=10))
    assert said.level is Level.LOOK
    assert said.since == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert (said.orders_since, said.usual_per_day, said.per_day) == (41, 3.0, 41.0)
    assert "41 orders on 23 Nov, usually 3 a day" in said.reasons


def test_a_day_on_which_the_whole_store_rises_is_quiet() -> None:
    said = judged(*usual(1), *day(0, 20, cold=5), store={**STORE, TODAY: 400})
    assert said.level is Level.QUIET


def test_a_post_that_fades_is_no_leak() -> None:
    said = judged(*usual(4), *day(3, 39, cold=9), *day(2, 18, cold=5), *day(1, 9, cold=2), *day(0, 4, cold=1))
    assert said.level is Level.LOOK


def test_a_level_that_stays_and_strangers_are_a_leak_since_the_first_stranger() -> None:
    strangers = [use for back in (3, 2, 1, 0) for use in day(back, 8, cold=6)]
    said = judged(*usual(4), *strangers)
    assert said.level is Level.LEAK
    assert said.since == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert said.orders_since == 32
    assert (said.cold_since, said.new_since) == (0.75, 0.5)
    assert said.cold_before == pytest.approx(0.25, abs=0.1)
    assert any("saw nothing of the influencer" in reason for reason in said.reasons)


def test_two_orders_from_sites_that_collect_codes_are_a_sign() -> None:
    said = judged(*usual(2), *day(1, 7, cold=4, hosts=("coupons.com",)), *day(0, 7, cold=4, hosts=("coupons.com",)))
    assert said.level is Level.LEAK
    assert said.coupon_hosts == ("coupons.com",)


def test_volume_without_visits_is_worth_a_look_and_no_more() -> None:
    said = judged(*usual(4, known=False), *(use for back in (3, 2, 1, 0) for use in day(back, 30, known=False)))
    assert said.level is Level.LOOK
    assert (said.cold_before, said.cold_since) == (None, None)


def test_strangers_at_the_usual_level_are_no_leak() -> None:
    assert judged(*usual(3), *(use for back in (2, 1, 0) for use in day(back, 3, cold=3))).level is Level.QUIET


def test_what_was_before_since_is_left_alone() -> None:
    loud = [*usual(6), *day(5, 41, cold=10), *(use for back in range(4, -1, -1) for use in day(back, 3))]
    assert judged(*loud).level is Level.LOOK
    assert judged(*loud, since=TODAY - timedelta(days=2)).level is Level.QUIET


def test_a_young_code_is_compared_with_its_campaigns_others() -> None:
    begun = TODAY - timedelta(days=2)
    campaign = {TODAY - timedelta(days=back): 12.0 for back in range(20)}
    uses = [*day(1, 25, cold=6), *day(0, 20, cold=5)]
    assert judge(uses, Around(STORE, campaign), begun=begun, now=NOW).level is Level.QUIET
    assert judge(uses, Around(STORE), begun=begun, now=NOW).level is Level.LOOK


def test_a_code_that_never_sold_is_quiet() -> None:
    said = judged()
    assert (said.level, said.per_day, said.cold_before) == (Level.QUIET, 0.0, None)


@pytest.mark.parametrize(
    ("hits", "tries", "share", "chance"), [(0, 5, 0.3, 1.0), (5, 5, 0.5, 1 / 32), (4, 5, 0.5, 6 / 32), (6, 5, 0.5, 0)]
)
def test_tails_of_a_binomial_are_exact(hits: int, tries: int, share: float, chance: float) -> None:
    assert at_least_of(hits, tries, share) == pytest.approx(chance)


def test_tails_of_counts_are_exact() -> None:
    assert at_least(1, 2.0) == pytest.approx(1 - 2.718281828**-2)
    assert at_least(0, 2.0) == 1
    assert at_least(1000, 1.0) == pytest.approx(0, abs=1e-9)
