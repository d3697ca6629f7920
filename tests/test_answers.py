"""Every command that answers is asked for JSON once, on the desk of an agency, and answers as its schema says.

The bench holds each answer against its schema; here nothing is left out.
"""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from agency import MODASH, SLACK, Agency
from bench import Bench
from test_tables_at_80 import LINES

from shopinf.commands.reference.answers import every_answer

pytestmark = pytest.mark.slow

SCHEMAS = {each.command: each.schema() for each in every_answer()}


@pytest.fixture
def agency(run: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Agency:
    desk = tmp_path / "desk"
    desk.mkdir()
    monkeypatch.chdir(desk)
    return Agency(run, desk)


@pytest.mark.parametrize("command", LINES)
def test_a_commands_json_is_as_its_schema_says(command: str, agency: Agency) -> None:
    agency.prepare(command)
    words = [agency.named(word) for word in shlex.split(LINES[command])]
    given = MODASH if "modash" in words else SLACK if "slack" in words else agency.run.credentials(agency.maya)
    ran = agency.run(*words, "--format", "json", stdin=given if "--stdin" in words else "")
    text = ran.out or next(Path().glob("again.*")).read_text()  # one line names a file itself
    answer = json.loads(text)
    assert answer["schema"] == SCHEMAS[command]["properties"]["schema"]["const"], ran.err
    assert set(SCHEMAS[command]["required"]) <= set(answer)
