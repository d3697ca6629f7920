"""The soaks of `benchmarks/`, for the small rounds of them that the suite has."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any


def soak_module(name: str) -> Any:
    """The module of that name in `benchmarks/`, which is no package."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / "benchmarks" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
