"""When jobs of codes are looked at: so soon after their end that the next begins at once, and seldom."""

from __future__ import annotations

import random

import pytest
from bench import Bench

from shopinf.practice import PracticeStore
from shopinf.shopify.discounts import Job
from shopinf.work.codes.due import Due

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seconds", [2.0, 20.0, 90.0])
def test_codes_by_jobs_take_hardly_longer_than_the_jobs_and_few_looks(
    run: Bench, shop: PracticeStore, seconds: float
) -> None:
    shop._batches.seconds = seconds
    begun = run.clock.monotonic()
    run("discounts", "create", "--campaign", "BF26", "--count", "3000", "--percent", "10", "--yes").ok()
    asked = [path for method, path, _ in shop.requests if method == "GET" and "/batch/" in path]
    results = [path for path in asked if path.endswith("/discount_codes.json")]
    assert len(shop.codes) == 3000
    assert run.clock.monotonic() - begun < 30 * seconds * 1.06 + 3
    assert len(results) == 30
    assert len(asked) - len(results) <= 30 * 2


def walk(due: Due, takes: float) -> tuple[float, int]:
    """Look at a job that takes so long and goes on evenly; returns when its end was seen, and by how many looks."""
    at, looks = due.first(), 1
    while at < takes:
        at = due.again(at, Job(1, False, 100, int(100 * at / takes)))
        looks += 1
    due.ended(at)
    return at, looks


def test_jobs_that_become_quicker_are_soon_looked_at_sooner() -> None:
    due = Due()
    for _ in range(5):
        walk(due, 20.0)
    late = [walk(due, 2.0)[0] for _ in range(15)]
    assert late[-1] < 2.2
    assert sum(late) < 15 * 2.0 + 5 * 20.0


def test_jobs_of_uneven_length_are_seen_to_end_soon_and_by_few_looks() -> None:
    due, chance = Due(), random.Random(7)
    lengths = [chance.uniform(1.6, 2.4) for _ in range(300)]
    seen = [walk(due, takes) for takes in lengths]
    assert sum(at for at, _ in seen) / sum(lengths) < 1.15
    assert sum(looks for _, looks in seen) / len(seen) < 2.5


def test_a_job_that_does_not_move_is_looked_at_ever_more_seldom() -> None:
    due = Due()
    walk(due, 2.0)
    at, gaps = due.first(), list[float]()
    for _ in range(25):
        then = due.again(at, Job(1, False, 100, 0))
        gaps.append(then - at)
        at = then
    assert gaps == sorted(gaps)
    assert gaps[-1] == pytest.approx(30.0)
