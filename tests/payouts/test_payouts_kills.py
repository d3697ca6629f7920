"""Killed at any moment, run again: closed once, paid once. The real program, two at once, a store on loopback."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import postgres
import pytest
from soaks import soak_module

pytestmark = pytest.mark.slow
SOAK = soak_module("soak_payouts")


@pytest.fixture
def soak(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    made = []

    def make(**more: Any) -> Any:
        made.append(SOAK.Soak(tmp_path / "soak", seed=7, days=20, people=2, **more))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_eight_kills_of_closings_and_runs_pay_nothing_twice(soak: Callable[..., Any]) -> None:
    one = soak()
    assert one.kill_at_random(8) >= 8
    one.finish()
    assert "40 orders" in one.check_all()


def test_two_of_a_team_killed_together_pay_nothing_twice(soak: Callable[..., Any], postgresql: postgres.Server) -> None:
    team = soak(ledger_url=postgresql.ledger())
    assert team.kill_at_random(8) >= 8
    team.finish()
    assert "40 orders" in team.check_all()


def test_a_closing_that_is_killed_is_there_as_a_whole_or_not_at_all(soak: Callable[..., Any]) -> None:
    one = soak()
    first = one.next_day()
    command = one.closing(first, one.last)
    for part in (0.5, 0.7, 0.85, 1.0):
        process = one.start(*command)
        try:
            process.wait(part * one.span)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.communicate()
        one.check()
        ((entered,),) = one.ask("SELECT COUNT(*) FROM entries WHERE order_id <> 0")
        assert entered == (2 if one.next_day() == first else 40)
    one.must(*command)
    assert one.next_day() == one.last + timedelta(days=1)
    one.finish()
    assert "40 orders" in one.check_all()
