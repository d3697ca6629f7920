"""Killed at any moment, run again: nothing twice, nothing missing. The real program against a store on loopback."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import postgres
import pytest
from soaks import soak_module

from .hurried import FASTER

pytestmark = pytest.mark.slow
SOAK = soak_module("soak_discounts")


@pytest.fixture
def soak(tmp_path: Path) -> Iterator[Any]:
    made = SOAK.Soak(tmp_path / "soak", trouble=0.02, seed=7, latency=0.01)
    yield made
    made.close()


@pytest.mark.parametrize("way", ["own", "shared"])
def test_ten_kills_make_nothing_twice(soak: Any, tmp_path: Path, way: str) -> None:
    people = SOAK.sheet(tmp_path / "people.csv", 120)
    asked = ["--from", str(people)] if way == "own" else ["--count", "700"]
    command = ["discounts", "create", "--campaign", "soak", *asked, "--percent", "15", "--yes"]
    killed = soak.kill_at_random(10, 1.2, *command)
    assert killed, "every run ended by itself, so nothing was tried"
    answer = soak.finish(*command)
    assert answer["summary"]["failed"] == 0
    soak.check(120 if way == "own" else 700, 120 if way == "own" else 1)


def test_two_of_a_team_killed_together_make_nothing_twice(tmp_path: Path, postgresql: postgres.Server) -> None:
    team = SOAK.Soak(tmp_path / "soak", trouble=0.02, seed=7, latency=0.01, together=2, ledger_url=postgresql.ledger())
    people = SOAK.sheet(tmp_path / "people.csv", 100)
    command = ["discounts", "create", "--campaign", "soak", "--from", str(people), "--percent", "15", "--yes"]
    try:
        assert team.kill_at_random(10, 1.5, *command), "every run ended by itself, so nothing was tried"
        assert team.finish(*command)["summary"]["failed"] == 0
        team.check(100, 100)
    finally:
        team.close()


def test_a_request_that_outlives_its_machine_is_waited_for_by_the_next(
    tmp_path: Path, postgresql: postgres.Server
) -> None:
    """As when it waited for the rate limit; of its 75 seconds the hurried clock makes one and a half."""
    team = SOAK.Soak(tmp_path / "soak", together=2, ledger_url=postgresql.ledger(), latency=0)
    people = SOAK.sheet(tmp_path / "people.csv", 1)
    command = ["discounts", "create", "--campaign", "soak", "--from", str(people), "--percent", "15"]
    on_its_way, arrives = threading.Event(), threading.Event()

    def hold(seconds: float) -> None:
        on_its_way.set()
        arrives.wait(60)

    team.store.sleep = hold
    team.store.faults.hang("POST price_rules.json", seconds=75.0)
    try:
        killed = team.start(*command, who=1)
        assert on_its_way.wait(60)
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
        following = team.start(*command)
        assert following.stderr
        assert any("looking again" in line for line in following.stderr)
        assert not team.store.price_rules
        threading.Timer(75 / FASTER, arrives.set).start()
        _, err = following.communicate(timeout=60)
        assert following.returncode == 0, err
        team.check(1, 1)
    finally:
        arrives.set()
        team.close()


def test_two_runs_at_once_make_nothing_twice(soak: Any, tmp_path: Path) -> None:
    people = SOAK.sheet(tmp_path / "people.csv", 40)
    command = ["discounts", "create", "--campaign", "soak", "--from", str(people), "--percent", "15", "--yes"]
    soak.store.faults.random(0)
    runs: list[subprocess.Popen[str]] = [soak.start(*command, "--wait", "6000") for _ in range(3)]
    for each in runs:
        _, err = each.communicate(timeout=120)
        assert each.returncode == 0, err
    soak.check(40, 40)


def test_what_was_made_before_ctrl_c_is_recorded(soak: Any, tmp_path: Path) -> None:
    soak.store.faults.random(0)
    soak.store.latency = 0.05
    people = SOAK.sheet(tmp_path / "people.csv", 2000)
    command = ["discounts", "create", "--campaign", "soak", "--from", str(people), "--percent", "15", "--yes"]
    process = soak.start(*command)
    while len(soak.store.discount_codes) < 20:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    listed = soak.run("discounts", "list", "--format", "json")
    assert listed.returncode == 0, listed.stderr
