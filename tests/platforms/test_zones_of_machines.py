"""The zone of a machine where no `/etc/localtime` is: Windows has it in its registry, under names of its own."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import tzlocal
from bench import Bench

import shopinf.local.machine
from shopinf.local.machine import machine_zone

HERE = "SYSTEM\\CurrentControlSet\\Control\\TimeZoneInformation"
DAILY = ("schedule", "print", "--windows", "--", "orders", "sync", "--all-stores")


class Registry(ModuleType):
    """The calls of winreg, with the values of the one key that tells the zone."""

    HKEY_LOCAL_MACHINE = 0x80000002

    def __init__(self, **values: Any) -> None:
        super().__init__("winreg")
        self._values = [*values.items()]

    def ConnectRegistry(self, machine: None, root: int) -> int:
        return root

    def OpenKey(self, root: int, name: str) -> Registry:
        assert (root, name) == (self.HKEY_LOCAL_MACHINE, HERE)
        return self

    def QueryInfoKey(self, key: object) -> tuple[int, int, int]:
        return 0, len(self._values), 0

    def EnumValue(self, key: object, place: int) -> tuple[str, Any, int]:
        return (*self._values[place], 1)

    def Close(self) -> None:
        pass


@pytest.fixture
def no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TZ", raising=False)
    monkeypatch.setattr(shopinf.local.machine, "LOCALTIME", tmp_path / "nothing")


def set_to(monkeypatch: pytest.MonkeyPatch, **values: Any) -> None:
    """Have the library ask a registry with these values, by its own code for Windows."""
    monkeypatch.setitem(sys.modules, "winreg", Registry(**values))
    monkeypatch.delitem(sys.modules, "tzlocal.win32", raising=False)
    there = importlib.import_module("tzlocal.win32")
    monkeypatch.setattr(tzlocal, "get_localzone_name", there.get_localzone_name)


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("New Zealand Standard Time\x00\x00\x01", "Pacific/Auckland"),
        ("UTC", "Etc/UTC"),
    ],
)
def test_windows_own_name_of_a_zone_is_known(
    monkeypatch: pytest.MonkeyPatch, no_file: None, called: str, name: str
) -> None:
    set_to(monkeypatch, TimeZoneKeyName=called, DynamicDaylightTimeDisabled=0)
    assert machine_zone().name == name


def test_a_daily_run_there_keeps_clear_of_the_hour_that_a_clock_change_skips(
    run: Bench, monkeypatch: pytest.MonkeyPatch, no_file: None
) -> None:
    set_to(monkeypatch, TimeZoneKeyName="W. Europe Standard Time")
    run.connect(run.open(timezone="Europe/Berlin", orders=0)).ok()
    printed = run(*DAILY).ok().out
    assert "every day at 03:10 by this machine's clock (Europe/Berlin)" in printed
    assert "/SC DAILY /ST 03:10" in printed


@pytest.mark.parametrize("values", [{}, {"TimeZoneKeyName": "Somewhere Standard Time"}])
def test_a_zone_that_nobody_knows_is_the_difference_to_utc(
    monkeypatch: pytest.MonkeyPatch, no_file: None, values: dict[str, str]
) -> None:
    set_to(monkeypatch, **values)
    assert machine_zone().zone is not None
    assert "/" not in machine_zone().name
