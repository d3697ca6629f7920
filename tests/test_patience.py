"""The patience that both far sides share: how long an answer may take, and when it is asked for again."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import httpx
import pytest

from shopinf.errors import NoAnswer
from shopinf.network.patience import BUDGET, backoff, left_of, read_whole, retry_after

ASKED = httpx.Request("GET", "https://far.example/")
TOO_LARGE = NoAnswer("too large", hint="Run it again.")


class Trickling(httpx.SyncByteStream):
    """A body that comes a byte at a time, a second apart by *clock*, and never ends."""

    def __init__(self, clock: list[float]) -> None:
        self.clock, self.closed = clock, False

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.clock[0] += 1
            yield b"x"

    def close(self) -> None:
        self.closed = True


def read(body: httpx.SyncByteStream | bytes, clock: list[float], most: int = 1000) -> bytes:
    stream = {"stream": body} if isinstance(body, httpx.SyncByteStream) else {"content": body}
    answer = httpx.Response(200, request=ASKED, **stream)
    return read_whole(answer, ASKED, most=most, monotonic=lambda: clock[0], deadline=BUDGET, too_large=TOO_LARGE)


def test_a_whole_answer_is_read() -> None:
    assert read(b"all of it", [0.0]) == b"all of it"


def test_an_answer_that_trickles_on_is_given_up_when_its_time_is_over_and_closed() -> None:
    clock = [0.0]
    body = Trickling(clock)
    with pytest.raises(httpx.ReadTimeout):
        read(body, clock)
    assert (clock[0], body.closed) == (BUDGET + 1, True)


def test_an_answer_that_is_too_large_is_given_up_and_closed() -> None:
    body = Trickling([0.0])
    with pytest.raises(NoAnswer):
        read(body, [0.0], most=50)
    assert body.closed


def test_no_step_of_a_try_may_take_longer_than_the_call_has_left() -> None:
    assert left_of(0)["read"] == 30
    assert set(left_of(BUDGET - 5).values()) == {5}
    assert set(left_of(BUDGET + 5).values()) == {1}


def test_pauses_grow_and_are_not_the_same_for_all() -> None:
    pauses = [[backoff(attempt) for _ in range(50)] for attempt in range(1, 6)]
    assert all(max(shorter) < min(longer) * 1.0001 for shorter, longer in pairwise(pauses))
    assert all(len(set(each)) > 1 for each in pauses)


@pytest.mark.parametrize(
    ("said", "seconds"), [("2.0", 2), ("0", 0), ("-5", 0), ("9999", 60), ("nan", 7), ("inf", 7), ("soon", 7), (None, 7)]
)
def test_what_an_answer_asks_to_wait_is_read_tolerantly(said: str | None, seconds: float) -> None:
    answer = httpx.Response(429, headers={"Retry-After": said} if said else {})
    assert retry_after(answer, otherwise=7.0, longest=60.0) == seconds
