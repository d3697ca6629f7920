"""The lowest versions that are declared, as constraints for pip: `python tests/lowest.py >lowest.txt`."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def lowest(project: Path = PROJECT) -> Iterator[str]:
    """`name==version` for each library that is asked for with `>=`, to run and to develop."""
    declared = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    for group in (declared["dependencies"], *declared["optional-dependencies"].values()):
        for asked in group:
            if found := re.match(r"([\w.-]+)(?:\[[^\]]*\])?>=([\w.]+)", asked):
                yield f"{found[1]}=={found[2]}"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in lowest())
