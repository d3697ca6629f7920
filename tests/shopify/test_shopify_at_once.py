"""Several calls at the same time: results as they come, errors last, and an end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from shopinf.errors import NoAnswer, Stopped
from shopinf.shopify.pages import at_once

from .farside import StillClock


@pytest.mark.parametrize("workers", [1, 2, 8, 20])
def test_every_job_is_done_once(workers: int) -> None:
    jobs = [lambda n=n: n * n for n in range(50)]
    assert sorted(at_once(jobs, workers=workers, clock=StillClock())) == [n * n for n in range(50)]


def test_jobs_run_at_the_same_time() -> None:
    together = threading.Barrier(4)
    jobs = [lambda: together.wait(10)] * 4  # would never pass one after another
    assert sorted(at_once(jobs, workers=4, clock=StillClock())) == [0, 1, 2, 3]


def test_results_come_in_the_order_they_end() -> None:
    quick = threading.Event()

    def slow() -> str:
        assert quick.wait(10)
        return "slow"

    found = at_once([slow, lambda: "quick"], workers=2, clock=StillClock())
    assert next(found) == "quick"
    quick.set()
    assert list(found) == ["slow"]


def test_no_work_is_done_far_ahead_of_who_asks() -> None:
    begun: list[int] = []

    def jobs() -> Iterator[Callable[[], int]]:
        for n in range(1000):
            begun.append(n)
            yield partial(int, n)

    found = at_once(jobs(), workers=2, clock=StillClock())
    next(found)
    found.close()  # type: ignore[attr-defined]
    assert len(begun) < 20


@pytest.mark.parametrize("workers", [1, 3])
def test_an_error_comes_after_what_was_finished_and_nothing_is_begun_after_it(workers: int) -> None:
    begun: list[int] = []

    def job(n: int) -> int:
        begun.append(n)
        if n == 5:
            raise NoAnswer("broke")
        return n

    found: list[int] = []
    with pytest.raises(NoAnswer, match="broke"):
        found.extend(at_once([partial(job, n) for n in range(500)], workers=workers, clock=StillClock()))
    assert sorted([*found, 5]) == sorted(begun)
    assert len(begun) < 100


def test_what_was_under_way_when_another_failed_is_delivered() -> None:
    failed = threading.Event()

    def failing() -> str:
        failed.set()
        raise NoAnswer("broke")

    def under_way() -> str:
        assert failed.wait(10)
        return "written"

    found: list[str] = []
    with pytest.raises(NoAnswer):
        found.extend(at_once([under_way, failing], workers=2, clock=StillClock()))
    assert found == ["written"]


def test_a_failing_list_of_jobs_fails_like_a_job() -> None:
    def jobs() -> Iterator[Callable[[], int]]:
        yield lambda: 1
        raise NoAnswer("no more jobs")

    with pytest.raises(NoAnswer, match="no more jobs"):
        list(at_once(jobs(), workers=3, clock=StillClock()))


def test_a_stopped_run_does_not_wait_for_a_job_that_hangs() -> None:
    clock, never = StillClock(), threading.Event()

    def hanging() -> None:
        clock.stop.set()
        never.wait(60)

    with pytest.raises(Stopped):
        list(at_once([hanging, hanging], workers=2, clock=clock))
    never.set()


def test_workers_come_and_go_as_their_number_changes() -> None:
    """One at first, then four side by side, then one again; every job is done once."""
    number = [1]
    seen, guard = set[str](), threading.Lock()
    together = threading.Barrier(4, timeout=10)

    def job(place: int) -> Callable[[], int]:
        def work() -> int:
            if 10 <= place < 14:
                together.wait()  # four are needed to pass
            if place >= 40:
                with guard:
                    seen.add(threading.current_thread().name)
            return place

        return work

    found = []
    for result in at_once((job(place) for place in range(60)), workers=lambda: number[0], clock=StillClock()):
        found.append(result)
        if len(found) == 4:
            number[0] = 4
        if len(found) == 20:
            number[0] = 1
    assert sorted(found) == list(range(60))
    assert seen == {"shopinf-page-0"}
