"""Other platforms, by standing in for the calls that shopinf makes of them."""

from __future__ import annotations

import sys

import pytest


@pytest.fixture
def on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """What asks for the platform is told that it is Windows."""
    monkeypatch.setattr(sys, "platform", "win32")


@pytest.fixture
def on_a_mac(monkeypatch: pytest.MonkeyPatch) -> None:
    """What asks for the platform is told that it is macOS."""
    monkeypatch.setattr(sys, "platform", "darwin")
