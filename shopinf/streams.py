"""The names that a system gives the streams of a run: `-o /dev/stdout`, `-o >(gzip > codes.gz)`."""

from __future__ import annotations

import re
from pathlib import Path

_STANDARD = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
_NAMES = ("/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/self/fd/")


def is_stream(path: Path) -> bool:
    """Does *path* name a stream that is open already, whatever is at its other end?"""
    return str(path.absolute()).startswith(_NAMES)


def descriptor(path: Path) -> int | None:
    """The number of the open stream that *path* names; a socket, or another user's pipe, cannot be opened anew."""
    name = str(path.absolute())
    found = re.fullmatch(r"(?:/dev/fd|/proc/self/fd)/(\d{1,4})", name)
    return int(found[1]) if found else _STANDARD.get(name)
