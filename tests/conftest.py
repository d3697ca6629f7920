"""The fixtures that every test may use: the bench, and a practice store connected to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import Bench as Bench
from bench import StillClock

from shopinf.practice import PracticeStore


@pytest.fixture
def run(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "home")


@pytest.fixture
def shop(run: Bench) -> PracticeStore:
    """A connected practice store."""
    store = run.open()
    run.connect(store).ok()
    return store


@pytest.fixture
def clock(run: Bench) -> StillClock:
    return run.clock


@pytest.fixture(autouse=True)
def _no_real_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing reads the developer's own config or keyring."""
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.setenv("SHOPINF_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
