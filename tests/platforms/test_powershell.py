"""What PowerShell leaves behind: from 7.5 on it keeps a variable that was set to nothing."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("line", "code"), [("stores list --nonsense", 2), ("stores lst", 2), ("orders explain", 2), ("--version", 0)]
)
def test_an_empty_variable_of_the_completion_is_none(line: str, code: int) -> None:
    environ = {**os.environ, "_SHOPINF_COMPLETE": ""}
    program = [sys.executable, "-m", "shopinf", *line.split()]
    ran = subprocess.run(program, env=environ, capture_output=True, text=True, timeout=60)
    assert ran.returncode == code, ran.stderr
    assert ("hint: " in ran.stderr) is bool(code)
