"""What holds for every year, however it goes: found by trying many.

Thousands are tried by `python tests/benchmarks/payout_years.py --years 1000`.
"""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from .years import Year


@settings(max_examples=8, deadline=None, database=None, phases=[Phase.generate])  # a seed has no simpler one
@given(st.integers(0, 2**32))
def test_a_year_in_any_rhythm_adds_up_and_nothing_recorded_changes(seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        year = Year.begin(Path(folder), Random(seed))
        with closing(year.desk):
            year.live_through(patch)
