"""What Windows says of a file that another program has open, as a sentence: elsewhere nobody is kept out by that."""

from __future__ import annotations

import sys
from pathlib import Path

from shopinf.errors import MachineProblem

_SHARING_VIOLATION = 32  # what Windows calls it, where it tells it apart from "access denied"


def in_use(path: Path, problem: OSError) -> bool:
    """Does *problem* mean that another program has the file *path* open, and not that it is somebody else's?"""
    if sys.platform != "win32":
        return False
    if getattr(problem, "winerror", None) == _SHARING_VIOLATION:
        return True
    # Putting a file in the place of an open one is "access denied"; a file that may not be written says so by its mode.
    return isinstance(problem, PermissionError) and path.is_file() and bool(path.stat().st_mode & 0o200)


def held_open(path: Path) -> MachineProblem:
    """The sentence for it."""
    return MachineProblem(
        f"{path} is open in another program, like Excel, which lets nobody else write to it",
        hint="Close it there and run the same command again.",
    )
