"""The names that a system gives the streams of a run: `-o /dev/stdout`, `-o >(gzip > codes.gz)`."""

from __future__ import annotations

from pathlib import Path

_NAMES = ("/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/self/fd/")


def is_stream(path: Path) -> bool:
    """Does *path* name a stream that is open already, whatever is at its other end?"""
    return str(path.absolute()).startswith(_NAMES)
