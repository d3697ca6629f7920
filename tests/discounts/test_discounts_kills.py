"""Killed at any moment, run again: nothing twice, nothing missing. The real program against a store on loopback."""

from __future__ import annotations

import importlib.util
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import postgres
import pytest

pytestmark = pytest.mark.slow
SOAK = Path(__file__).parents[1] / "benchmarks" / "soak_discounts.py"


def soak_module() -> Any:
    spec = importlib.util.spec_from_file_location("soak_discounts", SOAK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def soak(tmp_path: Path) -> Iterator[Any]:
    made = soak_module().Soak(tmp_path / "soak", trouble=0.02, seed=7, latency=0.01)
    yield made
    made.close()


@pytest.mark.parametrize("way", ["own", "shared"])
def test_ten_kills_make_nothing_twice(soak: Any, tmp_path: Path, way: str) -> None:
    people = soak_module().sheet(tmp_path / "people.csv", 120)
    asked = ["--from", str(people)] if way == "own" else ["--count", "700"]
    command = ["discounts", "create", "--campaign", "soak", *asked, "--percent", "15", "--yes"]
    killed = soak.kill_at_random(10, 1.2, *command)
    assert killed, "every run ended by itself, so nothing was tried"
    answer = soak.finish(*command)
    assert answer["summary"]["failed"] == 0
    soak.check(120 if way == "own" else 700, 120 if way == "own" else 1)


def test_two_of_a_team_killed_together_make_nothing_twice(tmp_path: Path, postgresql: postgres.Server) -> None:
    team = soak_module().Soak(
        tmp_path / "soak", trouble=0.02, seed=7, latency=0.01, together=2, ledger_url=postgresql.ledger()
    )
    people = soak_module().sheet(tmp_path / "people.csv", 100)
    command = ["discounts", "create", "--campaign", "soak", "--from", str(people), "--percent", "15", "--yes"]
    try:
        assert team.kill_at_random(10, 1.5, *command), "every run ended by itself, so nothing was tried"
        assert team.finish(*command)["summary"]["failed"] == 0
        team.check(100, 100)
    finally:
        team.close()


def test_two_runs_at_once_make_nothing_twice(soak: Any, tmp_path: Path) -> None:
    people = soak_module().sheet(tmp_path / "people.csv", 40)
    command = ["discounts", "create", "--campaign", "soak", "--from", str(people), "--percent", "15", "--yes"]
    soak.store.faults.random(0)
    runs: list[subprocess.Popen[str]] = [soak.start(*command, "--wait", "6000") for _ in range(3)]
    for each in runs:
        _, err = each.communicate(timeout=120)
        assert each.returncode == 0, err
    soak.check(40, 40)


def test_what_was_made_before_ctrl_c_is_recorded(soak: Any, tmp_path: Path) -> None:
    import signal

    soak.store.faults.random(0)
    soak.store.latency = 0.05
    people = soak_module().sheet(tmp_path / "people.csv", 2000)
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
