"""The printed units, judged by systemd itself."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from bench import Bench

import shopinf.local.machine
from shopinf.schedules.times import Rhythm, When

ANALYZE = shutil.which("systemd-analyze")
pytestmark = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")

NAME = "shopinf-orders-attribute-last-month"
COMMANDS = {
    "plain": ("orders", "attribute", "--all-stores", "--period", "last-month", "-o", "{store}-{period}.xlsx"),
    "odd": ("orders", "attribute", "--all-stores", "--period", "last-month", "--campaign", '100% $off "q" it\'s \\ ;'),
}


def analyzed(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ANALYZE or "", *argv], capture_output=True, text=True)


def written(text: str, folder: Path) -> dict[str, str]:
    """Each unit put into the file that its first line names."""
    _, *parts = re.split(r"(?m)^# \S*/([\w@.-]+\.(?:service|timer))\n", text)
    units = dict(zip(parts[::2], parts[1::2], strict=True))
    for name, unit in units.items():
        (folder / name).write_text(unit)
    return units


@pytest.mark.parametrize("user", [0, 1000], ids=["root", "somebody"])
@pytest.mark.parametrize("command", COMMANDS)
def test_systemd_finds_nothing_wrong_with_the_units(
    run: Bench, agency: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, user: int
) -> None:
    monkeypatch.setattr(shopinf.local.machine, "user_id", lambda: user)
    units = written(run("schedule", "print", "--systemd", "--", *COMMANDS[command]).ok().out, tmp_path)
    assert sorted(units) == ["shopinf-failed@.service", f"{NAME}.service", f"{NAME}.timer"]
    for name in units:
        judged = analyzed("verify", "--man=no", str(tmp_path / name))
        assert (judged.returncode, judged.stderr) == (0, "")
    assert "\nOnFailure=shopinf-failed@%n.service\n" in units[f"{NAME}.service"]


def test_systemd_would_say_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "x.service").write_text("[Service]\nType=oneshot\nUmask=0077\nExecStart=not-absolute/x\n")
    judged = analyzed("verify", "--man=no", str(tmp_path / "x.service"))
    assert "'Umask'" in judged.stderr


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (When(Rhythm.MONTH, 7, 10), ["2026-12-01 07:10", "2027-01-01 07:10"]),
        (When(Rhythm.MONTH, 3, 10, shift=1), ["2026-12-02 03:10", "2027-01-02 03:10"]),
        (When(Rhythm.WEEK, 7, 10), ["2026-11-23 07:10", "2026-11-30 07:10"]),  # Mondays
        (When(Rhythm.WEEK, 3, 10, shift=1), ["2026-11-24 03:10", "2026-12-01 03:10"]),
        (When(Rhythm.DAY, 23, 10), ["2026-11-22 23:10", "2026-11-23 23:10"]),
        (When(Rhythm.HOUR), ["2026-11-22 12:10", "2026-11-22 13:10"]),
    ],
    ids=lambda value: value.words() if isinstance(value, When) else "",
)
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland"])
def test_systemd_elapses_when_it_is_meant_to_wherever_the_machine_stands(
    when: When, expected: list[str], zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    shown = analyzed("calendar", "--base-time=2026-11-22 12:00:00 UTC", "--iterations=2", when.on_calendar())
    assert shown.returncode == 0, shown.stderr
    assert re.findall(r"(?m)(\d{4}-\d\d-\d\d \d\d:\d\d):00 UTC$", shown.stdout) == expected
