"""Killed at any moment, run again: nobody gets two, nobody is left out. The real program, a store on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from soaks import soak_module

pytestmark = pytest.mark.slow
SOAK = soak_module("soak_gifts")


@pytest.fixture
def soak(tmp_path: Path) -> Iterator[Any]:
    made = SOAK.Soak(tmp_path / "soak", trouble=0.02, drops=0.1, seed=7)
    yield made
    made.close()


def test_ten_kills_send_nothing_twice(soak: Any, tmp_path: Path) -> None:
    command = soak.command(SOAK.sheet(tmp_path / "people.csv", 14))
    killed = soak.kill_at_random(10, *command)
    assert killed, "every run ended by itself, so nothing was tried"
    answer = soak.finish(*command)
    assert answer["summary"]["failed"] == 0
    soak.check(14)
