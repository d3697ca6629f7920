"""A home of its own for each test, and a clock that moves only when it is waited on."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shopinf.errors import Stopped
from shopinf.local.places import Places, find_places
from shopinf.stores import Store


class StandingClock:
    def __init__(self) -> None:
        self.stop = threading.Event()
        self.passed = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 22, 14, 2, tzinfo=UTC) + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    def wait(self, seconds: float) -> None:
        if self.stop.is_set():
            raise Stopped("stopped")
        self.passed += seconds


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def places(home: Path) -> Places:
    return find_places({"SHOPINF_HOME": str(home)})


@pytest.fixture
def maya() -> Store:
    return Store(
        "maya-shop", 101, "maya-shop.myshopify.com", "c0ffee", storefront="www.maya.example", aliases=("old-maya",)
    )


@pytest.fixture
def noor() -> Store:
    return Store(
        "noor", 102, "noor-eu.myshopify.com", "beef", group="Beauty", connected_at=datetime(2026, 1, 2, tzinfo=UTC)
    )
