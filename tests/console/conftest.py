"""Makes the modules beside the tests importable, and the place of a log."""

from pathlib import Path

import pytest


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "shopinf.jsonl"
