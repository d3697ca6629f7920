"""Makes the modules beside the tests importable, and the place of a log."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "shopinf.jsonl"
