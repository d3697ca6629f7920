"""What the tests of the log share: its lines as they were written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Lines = list[dict[str, Any]]


def told(log: Path) -> Lines:
    """Every line of the log, each of which is JSON."""
    text = log.read_text(encoding="utf-8")
    assert text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def events(lines: Lines) -> list[str]:
    return [line["event"] for line in lines]


def of(lines: Lines, event: str) -> Lines:
    return [line for line in lines if line["event"] == event]


def only(lines: Lines, event: str) -> dict[str, Any]:
    [found] = of(lines, event)
    return found
