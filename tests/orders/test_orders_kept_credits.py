"""Reports from the credits that are kept say what reports from the facts say, whatever happened meanwhile."""

from __future__ import annotations

from random import Random

import pytest
from bench import Bench

from .histories import History

pytestmark = [pytest.mark.both_engines, pytest.mark.slow]


@pytest.mark.parametrize("seed", range(3))
def test_a_report_from_what_is_kept_is_the_one_from_the_facts(
    run: Bench, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History.begin(run, Random(seed))
    for _ in range(25):
        history.step()
        history.compare(monkeypatch)
    assert history.from_kept > history.reports // 2
