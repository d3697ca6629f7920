"""The streams of a run as what they are: terminals that understand escapes or do not, files, and pipes."""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import TextIO

_ESCAPES = 0x0004  # ENABLE_VIRTUAL_TERMINAL_PROCESSING, a bit of a console's mode on Windows


def is_terminal(stream: TextIO) -> bool:
    """Is somebody at the other end?"""
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def understands_escapes(stream: TextIO) -> bool:
    """Does the terminal *stream* act on escapes? Windows' console does once it is told to, from Windows 10 on.

    Elsewhere `TERM` tells, which is asked for by whoever writes.
    """
    if sys.platform != "win32":
        return True
    import ctypes
    import msvcrt

    console = ctypes.windll.kernel32
    mode = ctypes.c_ulong()
    try:
        handle = ctypes.c_void_p(msvcrt.get_osfhandle(stream.fileno()))
    except (OSError, ValueError):
        return False
    if not console.GetConsoleMode(handle, ctypes.byref(mode)):  # NUL is a terminal to Python, and none to Windows
        return False
    return bool(mode.value & _ESCAPES or console.SetConsoleMode(handle, mode.value | _ESCAPES))


def speak_utf8(stream: TextIO) -> None:
    """Files and pipes get UTF-8 whatever the locale; no sign that a terminal lacks ends the run."""
    if isinstance(stream, io.TextIOWrapper):
        if stream.isatty():
            stream.reconfigure(errors="replace")
        else:
            stream.reconfigure(encoding="utf-8", errors="replace")


def pour(stream: TextIO, text: str) -> None:
    """Write all of *text*, or raise."""
    raw = getattr(stream, "buffer", None)
    if not isinstance(raw, io.RawIOBase):
        stream.write(text)
        stream.flush()
        return
    # Under PYTHONUNBUFFERED Python's own text stream forgets what a full disk or a closed pipe did not take.
    rest = memoryview(text.encode(stream.encoding, "replace"))
    while rest:
        rest = rest[raw.write(rest) or 0 :]


def nobody_reads(error: OSError) -> bool:
    """Is *error* what the system says of a pipe whose reader is gone?"""
    # Windows says EINVAL for a pipe that the reader closed.
    return isinstance(error, BrokenPipeError) or (sys.platform == "win32" and error.errno == errno.EINVAL)


def to_nowhere(stream: TextIO) -> None:
    """Point *stream* at nothing, so that Python's own last flush stays quiet."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError, AttributeError):
        return
