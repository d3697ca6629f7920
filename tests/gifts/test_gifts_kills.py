"""Killed at any moment, run again: nobody gets two, nobody is left out. The real program, a store on loopback."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow
SOAK = Path(__file__).parents[1] / "benchmarks" / "soak_gifts.py"


def soak_module() -> Any:
    spec = importlib.util.spec_from_file_location("soak_gifts", SOAK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def soak(tmp_path: Path) -> Iterator[Any]:
    made = soak_module().Soak(tmp_path / "soak", trouble=0.02, drops=0.1, seed=7)
    yield made
    made.close()


def test_ten_kills_send_nothing_twice(soak: Any, tmp_path: Path) -> None:
    command = soak.command(soak_module().sheet(tmp_path / "people.csv", 14))
    killed = soak.kill_at_random(10, *command)
    assert killed, "every run ended by itself, so nothing was tried"
    answer = soak.finish(*command)
    assert answer["summary"]["failed"] == 0
    soak.check(14)
