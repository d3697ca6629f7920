"""A long listing is read in windows at the same time: each order once, wherever it was cut and whenever it ended."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from shopinf.orderrows import row_of
from shopinf.orders import Order
from shopinf.shopify.orders import Page
from shopinf.shopify.shards import Shards, Step
from shopinf.windows import ALWAYS, EVER, Window, cut

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
END = BEGIN + timedelta(days=100)
PAGE = 250


def made(rng: random.Random, count: int) -> list[Order]:
    """Orders by rising id, most of them in the order of their times, some imported out of it, many at once."""
    days = [rng.choice((1, 50, 50, 50, 99)) * rng.random() for _ in range(count)]
    times = sorted(BEGIN + timedelta(days=day) for day in days)
    for _ in range(count // 20):
        times[rng.randrange(count)] = BEGIN + timedelta(days=100 * rng.random())
    whole = [at.replace(microsecond=0) for at in times]
    return [Order(number + 1, f"#{number}", at, at, at, "USD", skeleton=True) for number, at in enumerate(whole)]


def listing(orders: list[Order], window: Window) -> Iterator[Page]:
    """The window's orders as a store lists them."""
    asked = [o for o in orders if window.since <= o.created_at <= window.until and o.order_id > window.after_id]
    found = [*map(row_of, asked)]
    for start in range(0, len(found), PAGE):
        yield Page(found[start : start + PAGE], END)


def shards(orders: list[Order], windows: list[Window], expected: int) -> Shards:
    return Shards(lambda window: listing(orders, window), windows, oldest=BEGIN, newest=END, expected=expected)


def steps(shards: Shards, rng: random.Random, workers: int) -> Iterator[Step]:
    """What *workers* bring who take turns at random; one who finds nothing to do goes home."""
    jobs = [next(shards, None) for _ in range(workers)]
    while busy := [place for place, job in enumerate(jobs) if job is not None]:
        place = rng.choice(busy)
        job = jobs[place]
        assert job is not None
        yield job()
        jobs[place] = next(shards, None)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 3500), st.integers(1, 8), st.integers(1, 6), st.floats(0.3, 3))
def test_each_order_is_brought_once(seed: int, count: int, workers: int, parts: int, guess: float) -> None:
    rng = random.Random(seed)
    orders = made(rng, count)
    reading = shards(orders, cut(Window(), BEGIN, END, parts), int(count * guess))
    brought = [order.order_id for step in steps(reading, rng, workers) for order in step.orders]
    assert sorted(brought) == [order.order_id for order in orders]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 3500), st.integers(1, 8), st.integers(0, 20))
def test_what_was_written_down_before_an_end_is_enough_to_go_on(
    seed: int, count: int, workers: int, after: int
) -> None:
    rng = random.Random(seed)
    orders = made(rng, count)
    begun = cut(Window(), BEGIN, END, 3)
    written = {window.since: window for window in begun}
    brought: set[int] = set()
    for number, step in enumerate(steps(shards(orders, begun, count * 2), rng, workers)):
        if number == after:
            break
        brought |= {order.order_id for order in step.orders}
        written |= {window.since: window for window in step.windows}
    left = [window for window in written.values() if not window.finished]
    for step in steps(shards(orders, left, count), rng, workers):
        brought |= {order.order_id for order in step.orders}
    assert brought == {order.order_id for order in orders}


def test_windows_lie_side_by_side_and_keep_the_outer_ends() -> None:
    windows = cut(Window(), BEGIN, END, 4)
    assert windows[0].since == EVER
    assert windows[-1].until == ALWAYS
    for former, latter in pairwise(windows):
        assert latter.since == former.until + timedelta(seconds=1)


def test_a_stretch_shorter_than_its_parts_is_cut_into_fewer() -> None:
    windows = cut(Window(), BEGIN, BEGIN + timedelta(seconds=2), 10)
    assert windows[0].since == EVER
    assert windows[-1].until == ALWAYS
    assert len({window.since for window in windows}) == len(windows) <= 3
