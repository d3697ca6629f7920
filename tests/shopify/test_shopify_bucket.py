"""The rate limit, against a simulated store on a clock that moves when it is waited on."""

from __future__ import annotations

import math
import random
import threading
from functools import partial

import pytest

from shopinf.errors import Stopped
from shopinf.shopify.bucket import Bucket

from .farside import CrowdClock, FarBucket, StillClock, in_threads

PLANS = [(40, 2.0), (80, 4.0), (400, 20.0)]


def one_call(bucket: Bucket, far: FarBucket, clock: StillClock, there: float = 0.0, back: float = 0.0) -> bool:
    ticket = bucket.acquire()
    clock.wait(there)
    used = far.take()
    clock.wait(back)
    if used is None:
        bucket.throttled(2.0, ticket)
        return False
    bucket.seen(used, far.size, ticket)
    return True


@pytest.mark.parametrize(("size", "leak"), PLANS)
def test_one_thread_reaches_the_stores_rate_and_is_never_throttled(size: int, leak: float) -> None:
    clock = StillClock()
    bucket, far = Bucket(clock), FarBucket(clock, size, leak)
    begun = clock.monotonic()
    while clock.monotonic() - begun < 600:
        one_call(bucket, far, clock)
    assert far.refused == 0
    assert far.taken / 600 >= 0.95 * leak


@pytest.mark.slow
@pytest.mark.parametrize("step", [0.0, 1.0], ids=["steady", "each-second"])
@pytest.mark.parametrize("rounding", [math.ceil, math.floor], ids=["ceil", "floor"])
@pytest.mark.parametrize(("size", "leak"), PLANS)
def test_eight_threads_reach_the_stores_rate_and_are_never_throttled(
    size: int, leak: float, rounding: object, step: float
) -> None:
    clock = CrowdClock(1)
    bucket, far = Bucket(clock), FarBucket(clock, size, leak, step=step, rounding=rounding)
    one_call(bucket, far, clock)
    far, clock = crowd(bucket, clock, far, threads=8, seconds=300, slowest=0.4)
    assert far.refused == 0
    assert far.taken / 300 >= 0.95 * leak


def crowd(
    bucket: Bucket, clock: CrowdClock, far: FarBucket, *, threads: int, seconds: float, slowest: float
) -> tuple[FarBucket, CrowdClock]:
    clock._crowd = threads

    def work(seed: int) -> None:
        pace = random.Random(seed)
        try:
            while clock.monotonic() < seconds:
                one_call(bucket, far, clock, pace.uniform(0.01, slowest / 2), pace.uniform(0.01, slowest / 2))
        finally:
            clock.leave()

    assert in_threads([partial(work, seed) for seed in range(threads)]) == []
    return far, clock


@pytest.mark.parametrize("leak", [1.0, 2.0, 3.0, 6.0])
def test_a_store_whose_leak_is_not_a_twentieth_of_its_size_is_learned(leak: float) -> None:
    clock = CrowdClock(1)
    bucket, far = Bucket(clock), FarBucket(clock, 40, leak)
    one_call(bucket, far, clock)
    crowd(bucket, clock, far, threads=4, seconds=300, slowest=0.3)
    assert far.refused == 0
    assert far.taken / 300 >= 0.95 * leak
    assert bucket.leak == pytest.approx(leak, rel=0.2)


def test_other_users_of_the_app_are_seen_in_the_header_and_find_room() -> None:
    clock = StillClock()
    bucket, far = Bucket(clock), FarBucket(clock, 40, 2.0)
    refused_others = 0
    for n in range(500):
        one_call(bucket, far, clock)
        if n % 2:
            refused_others += far.take() is None
    assert far.refused == 0
    assert refused_others == 0


def test_two_calls_or_two_per_cent_stay_free_for_other_users() -> None:
    bucket = Bucket(StillClock())
    for size, limit in ((40, 38), (80, 78), (400, 392), (1000, 980)):
        bucket.seen(1, size)
        assert bucket.limit == limit
        assert bucket.room() == limit - 1


def test_calls_in_flight_take_room_before_any_answer_tells_of_them() -> None:
    bucket = Bucket(StillClock())
    bucket.seen(30, 40, bucket.acquire())
    for _ in range(5):
        bucket.acquire()
    assert bucket.room() == 3


def test_a_header_that_was_overtaken_does_not_empty_the_bucket() -> None:
    bucket = Bucket(StillClock())
    bucket.seen(1, 40, bucket.acquire())
    slow, quick = bucket.acquire(), bucket.acquire()
    bucket.seen(35, 40, quick)
    bucket.seen(2, 40, slow)
    assert bucket.room() == 2  # 35 used and one that was in flight, of 38


def test_after_a_429_every_thread_waits_as_long_as_told_and_goes_on_more_slowly() -> None:
    clock = StillClock()
    bucket = Bucket(clock)
    bucket.seen(10, 40, bucket.acquire())
    ticket = bucket.acquire()
    bucket.throttled(7.5, ticket)
    assert bucket.room() == 0
    assert bucket.leak < 2.0
    bucket.acquire()
    assert clock.monotonic() >= 7.5
    assert bucket.waited == pytest.approx(clock.monotonic())


def test_a_burst_of_429s_lowers_the_leak_once() -> None:
    bucket = Bucket(StillClock())
    bucket.seen(10, 40, bucket.acquire())
    tickets = [bucket.acquire() for _ in range(8)]
    bucket.throttled(1.0, tickets[0])
    lowered = bucket.leak
    for ticket in tickets[1:]:
        bucket.throttled(1.0, ticket)
    assert bucket.leak == lowered < 2.0


def test_until_a_first_header_is_seen_one_call_looks_before_the_others_leap() -> None:
    bucket = Bucket(StillClock())
    first = bucket.acquire()
    passed = threading.Event()

    def second() -> None:
        bucket.acquire()
        passed.set()

    thread = threading.Thread(target=second, daemon=True)
    thread.start()
    assert bucket.room() == 0
    assert not passed.is_set()
    bucket.seen(39, 40, first)
    assert passed.wait(10)
    thread.join(10)
    assert bucket.waited > 0  # the look showed a full bucket


def test_a_first_call_that_fails_lets_the_next_one_look() -> None:
    bucket = Bucket(StillClock())
    bucket.acquire()
    bucket.unseen(answered=False)
    assert bucket.room() == 1
    assert bucket.acquire() == 2


def test_a_far_side_without_the_header_gets_the_standard_plans_pace() -> None:
    clock = StillClock()
    bucket = Bucket(clock)
    for _ in range(238):
        bucket.acquire()
        bucket.unseen(answered=True)
    assert clock.monotonic() == pytest.approx(100, abs=3)


def test_a_run_that_is_stopped_lets_no_call_out() -> None:
    clock = StillClock()
    bucket = Bucket(clock)
    clock.stop.set()
    with pytest.raises(Stopped):
        bucket.acquire()


@pytest.mark.parametrize(("size", "leak"), PLANS)
def test_a_rested_bucket_is_used_to_its_limit_at_once_by_many_threads(size: int, leak: float) -> None:
    clock = CrowdClock(1)
    bucket, far = Bucket(clock), FarBucket(clock, size, leak)
    one_call(bucket, far, clock)
    crowd(bucket, clock, far, threads=8, seconds=60, slowest=0.2)
    assert far.refused == 0
    assert far.taken >= size - max(2, size * 0.02) + 60 * leak * 0.95
