"""The quick lane is told by what a test reaches."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import lanes
import pytest
from bench import Bench


class Program:
    def end(self) -> None:
        subprocess.run(["true"], check=True)


@contextmanager
def running() -> Iterator[Program]:
    yield Program()


def by_way_of_a_helper() -> None:
    with running():
        pass


def within_a_function() -> None:
    def later() -> Program:
        return Program()

    assert callable(later)


def imported_where_it_is_used() -> None:
    import multiprocessing

    assert multiprocessing


@pytest.mark.parametrize(
    "test", [by_way_of_a_helper, within_a_function, imported_where_it_is_used, Program], ids=lambda each: each.__name__
)
def test_what_starts_a_program_is_not_quick(test: object) -> None:
    assert lanes.reaches_what_is_slow(test)


def test_work_at_the_bench_is_quick(run: Bench, request: pytest.FixtureRequest) -> None:
    assert not lanes.reaches_what_is_slow(Bench)
    assert not lanes.is_slow(request.node)
    assert request.node.get_closest_marker("quick")


@pytest.mark.slow
def test_a_quick_test_that_starts_a_program_is_noticed() -> None:
    heard = lanes.watch_for_programs()
    Program().end()
    assert "true" in heard[0]


@pytest.mark.slow
def test_what_is_marked_as_slow_is_not_quick(request: pytest.FixtureRequest) -> None:
    assert not request.node.get_closest_marker("quick")
