"""The agent for launchd and the task for Windows, read back as those would read them."""

from __future__ import annotations

import plistlib
import subprocess
import sys
from pathlib import Path

import pytest
from bench import Bench

MONTHLY = ("orders", "attribute", "--all-stores", "--period", "last-month", "--output", "{store}-{period}.xlsx")
NAME = "shopinf-orders-attribute-last-month"


def agent(run: Bench, *command: str) -> dict[str, object]:
    return dict(plistlib.loads(run("schedule", "print", "--launchd", *command).ok().out.encode()))


def test_launchd_gets_an_agent_with_the_folder_the_environment_and_the_hour(
    run: Bench, agency: object, tmp_path: Path
) -> None:
    facts = agent(run, "--", *MONTHLY)
    words = facts["ProgramArguments"]
    assert isinstance(words, list)
    assert (facts["Label"], facts["WorkingDirectory"]) == (NAME, str(tmp_path))
    assert words[-len(MONTHLY) :] == [*MONTHLY]
    assert facts["StartCalendarInterval"] == {"Day": 1, "Hour": 8, "Minute": 10}
    assert "SHOPINF_HOME" in dict(facts["EnvironmentVariables"])  # type: ignore[call-overload]


def test_an_agents_comment_names_options_without_hyphens(run: Bench, agency: object) -> None:
    ran = run("schedule", "print", "--launchd", "--", "orders", "attribute", "--period", "last-month", "--all-stores")
    comment = ran.ok().out.partition("<!--")[2].partition("-->")[0]
    assert "the option output FILE keeps it" in comment
    assert "- -" not in comment
    assert "--" not in comment


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["--every", "hour", "--", "orders", "sync", "--all-stores"], {"Minute": 10}),
        (["--", "orders", "sync", "--all-stores"], {"Hour": 8, "Minute": 10}),
        (["--every", "week", "--", "orders", "sync", "--all-stores"], {"Weekday": 1, "Hour": 8, "Minute": 10}),
    ],
)
def test_launchd_runs_it_as_often_as_it_is_asked(
    run: Bench, agency: object, command: list[str], expected: dict[str, int]
) -> None:
    assert agent(run, *command)["StartCalendarInterval"] == expected


def test_an_agents_secrets_come_from_a_file_and_are_not_printed(run: Bench, in_environment: object) -> None:
    words = agent(run, "--", *MONTHLY)["ProgramArguments"]
    assert isinstance(words, list)
    assert words[:2] == ["/bin/sh", "-c"]
    line = str(words[2])
    assert "secrets.env" in line
    assert subprocess.run(["/bin/sh", "-n", "-c", line]).returncode == 0
    assert "shpat_" not in run("schedule", "print", "--launchd", "--", *MONTHLY).ok().out


def test_windows_gets_a_task_and_the_batch_file_that_it_starts(run: Bench, agency: object) -> None:
    lines = run("schedule", "print", "--windows", "--", *MONTHLY, "--campaign", "100% & more").ok().out.splitlines()
    [create] = [line for line in lines if line.startswith("schtasks ")]
    assert create.startswith(f'schtasks /Create /F /TN "{NAME}" /SC MONTHLY /D 1 /ST 08:10 /TR "\\"')
    assert create.endswith(f'{NAME}.cmd\\""')
    batch = lines[lines.index("@echo off") :]
    assert [line for line in batch if line.startswith('cd /d "')]
    assert '--campaign "100%% & more"' in batch[-2]
    assert batch[-1] == "exit /b %errorlevel%"


def test_windows_reads_keys_from_a_file(run: Bench, in_environment: object) -> None:
    printed = run("schedule", "print", "--windows", "--", *MONTHLY).ok().out
    assert 'do set "%%a=%%b"' in printed
    assert "one NAME=value a line" in printed
    assert "shpat_" not in printed


def test_a_double_quote_is_nothing_for_a_batch_file(run: Bench, agency: object) -> None:
    refused = run("schedule", "print", "--windows", "--", "orders", "sync", "--all-stores", "--log-file", 'a"b.log')
    assert (refused.code, "double quote" in refused.err) == (2, True)


@pytest.mark.parametrize(("platform", "sign"), [("darwin", "<plist"), ("win32", "schtasks"), ("linux", "MAILTO")])
def test_where_nothing_is_said_the_machines_own_timer_is_meant(
    run: Bench, agency: object, monkeypatch: pytest.MonkeyPatch, platform: str, sign: str
) -> None:
    monkeypatch.setattr("shopinf.local.machine.own_timer", _timers(platform))
    assert sign in run("schedule", "print", "--", *MONTHLY).ok().out


def _timers(platform: str) -> object:
    from shopinf.local.machine import own_timer

    def on_that_platform() -> str:
        with pytest.MonkeyPatch.context() as there:
            there.setattr(sys, "platform", platform)
            return own_timer()

    return on_that_platform


def test_two_timers_at_once_are_refused(run: Bench, agency: object) -> None:
    refused = run("schedule", "print", "--launchd", "--windows", "--", *MONTHLY)
    assert (refused.code, "exclude each other" in refused.err) == (2, True)


@pytest.mark.parametrize(
    ("platform", "asked", "instead"),
    [("win32", "cron", "windows"), ("win32", "systemd", "windows"), ("darwin", "systemd", "launchd")],
)
def test_a_timer_that_the_system_does_not_have_is_refused_with_the_one_it_has(
    run: Bench, agency: object, monkeypatch: pytest.MonkeyPatch, platform: str, asked: str, instead: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    refused = run("schedule", "print", f"--{asked}", "--", "orders", "sync", "--group", "all of them")
    assert (refused.code, refused.out) == (2, "")
    assert f"error: There is no {asked} on this system\n" in refused.err
    assert f"hint: shopinf schedule print --{instead} -- orders sync --group " in refused.err


def test_a_mac_has_a_cron_too(run: Bench, agency: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert "MAILTO" in run("schedule", "print", "--cron", "--", *MONTHLY).ok().out


@pytest.mark.parametrize("timer", ["launchd", "windows"])
def test_what_another_machine_runs_can_be_printed_here(run: Bench, agency: object, timer: str) -> None:
    assert run("schedule", "print", f"--{timer}", "--", *MONTHLY).ok().out
