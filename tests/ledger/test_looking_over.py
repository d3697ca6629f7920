"""A store is looked over while answers are lost, late, torn or stale, and the run is killed: each thing stays one."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.soak_looking_over import LookingOver

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seed", [3, 8])
def test_what_a_store_carries_is_taken_up_whatever_happens_meanwhile(tmp_path: Path, seed: int) -> None:
    soak = LookingOver(tmp_path, people=8, seed=seed, share=0.25, deadly=0.5)
    while soak.road.met.total() < 60 or soak.road.kills < 3 or not soak.gifts:
        soak.round()
