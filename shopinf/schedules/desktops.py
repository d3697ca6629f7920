"""How a command is left to a desktop's timer: an agent for launchd on macOS, a task for the Task Scheduler of Windows.

Neither mails anything: what the command says goes into files beside its secrets.
"""

from __future__ import annotations

import plistlib
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from shopinf.errors import BadInput
from shopinf.schedules.timers import EXIT_CODES, Job, about_secrets, cron_command, why
from shopinf.schedules.times import Rhythm, When

_PLAIN = re.compile(r"[\w@+=:./\\{}-]+", re.ASCII)
_WEEKDAYS = ("MON", "TUE")


def agent(job: Job, when: When, zone: str) -> str:
    """A property list for launchd, below a comment that says what it stands on and how it is loaded."""
    file = f"~/Library/LaunchAgents/{job.unit}.plist"
    said = PurePath(job.variables_file).with_name(f"{job.unit}.txt")
    alone = not job.variables and len(job.steps) == 1  # else a shell puts it together
    facts: dict[str, Any] = {
        "Label": job.unit,
        "WorkingDirectory": job.folder,
        "EnvironmentVariables": dict(job.environment),
        "ProgramArguments": [*job.steps[0]] if alone else ["/bin/sh", "-c", cron_command(job)],
        "StartCalendarInterval": _interval(when),
        "StandardOutPath": str(said),
        "StandardErrorPath": str(said),
        "ProcessType": "Background",
        "Umask": 0o077,
    }
    head, doctype, rest = plistlib.dumps(facts, sort_keys=False).decode().split("\n", 2)
    comment = _comment(
        [
            f"shopinf {job.name}, {when.words()} by this machine's clock ({zone}).",
            *why(job, when),
            "A run that was missed because the Mac slept is made up for when it wakes.",
            *about_secrets(job),
            *job.notes,
            f"Exit codes that launchctl print shows: {EXIT_CODES}.",
            f"Put it into {file}; then:",
            f"    launchctl bootstrap gui/$(id -u) {file}",
            f"    launchctl kickstart gui/$(id -u)/{job.unit}    # to try it now",
        ]
    )
    return "\n".join([head, doctype, comment, rest])


def task(job: Job, when: When, zone: str) -> str:
    """The line that gives a task to the Task Scheduler, and the batch file that the task starts."""
    file = PurePath(job.variables_file).with_name(f"{job.unit}.cmd")
    remarks = [
        f"shopinf {job.name}, {when.words()} by this machine's clock ({zone}).",
        *why(job, when),
        *about_secrets(job, written="(its properties, Security), one NAME=value a line, without quotes,"),
        *job.notes,
        f"Exit codes that the Task Scheduler shows as the last result: {EXIT_CODES}.",
        "Put what is below its name into the batch file; then, in a command prompt:",
    ]
    batch = [
        "@echo off",
        "chcp 65001 >nul",
        f"cd /d {_quoted(job.folder)} || exit /b 9",
        *_read_secrets(job),
        *(f"set {_quoted(f'{name}={value}')}" for name, value in job.environment.items()),
        *_run(job),
    ]
    create = f'schtasks /Create /F /TN "{job.unit}" {_pace(when)} /TR "\\"{file}\\""'
    return "\n".join([*(f"rem {line}" for line in remarks), create, "", f"rem {file}", *batch])


def _run(job: Job) -> Iterator[str]:
    """The commands, of which each ends the batch with its own code where it fails; the last one does in any case."""
    *before, last = job.steps
    for words in before:
        yield " ".join(map(_word, words))
        yield "if %errorlevel% neq 0 exit /b %errorlevel%"
    yield " ".join(map(_word, last))
    yield "exit /b %errorlevel%"


def _interval(when: When) -> dict[str, int]:
    """The fields that the clock has to show; one that is left out may be anything."""
    clock = {"Hour": when.hour, "Minute": when.minute}
    match when.rhythm:
        case Rhythm.HOUR:
            return {"Minute": when.minute}
        case Rhythm.DAY:
            return clock
        case Rhythm.WEEK:
            return {"Weekday": 1 + when.shift, **clock}
        case Rhythm.MONTH:
            return {"Day": 1 + when.shift, **clock}


def _pace(when: When) -> str:
    """What schtasks calls a schedule and a start time."""
    start = f"/ST {when.hour:02}:{when.minute:02}"
    match when.rhythm:
        case Rhythm.HOUR:
            return f"/SC HOURLY /ST 00:{when.minute:02}"
        case Rhythm.DAY:
            return f"/SC DAILY {start}"
        case Rhythm.WEEK:
            return f"/SC WEEKLY /D {_WEEKDAYS[when.shift]} {start}"
        case Rhythm.MONTH:
            return f"/SC MONTHLY /D {1 + when.shift} {start}"


def _comment(lines: list[str]) -> str:
    """A comment of XML, in which two hyphens may not stand side by side: an option is named without them."""
    text = re.sub(r"(?<!\S)--(?=[a-z])", "the option ", "\n".join(lines)).replace("--", "- -")
    return f"<!--\n{text}\n-->"


def _read_secrets(job: Job) -> list[str]:
    if not job.variables:
        return []
    file = _quoted(job.variables_file)
    return [f'if exist {file} for /f "usebackq tokens=1,* delims==" %%a in ({file}) do set "%%a=%%b"']


def _word(word: str) -> str:
    """*word* for a batch file."""
    return word if _PLAIN.fullmatch(word) else _quoted(word)


def _quoted(text: str) -> str:
    """*text* between double quotes in a batch file, where % means something and a quote cannot be told."""
    if '"' in text:
        raise BadInput(
            f"{text[:60]!r} holds a double quote, which no batch file of Windows passes on as it is",
            hint="Put the command into a script of its own, and that script into the task.",
        )
    ended = "\\" if text.endswith("\\") else ""  # a single backslash would take the quote along
    return f'"{text.replace("%", "%%")}{ended}"'
