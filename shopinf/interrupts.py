"""Ctrl-C arrives between any two steps of the program; some steps belong together.

A write to the ledger that is torn open in the middle would keep the database locked against the very writes that record
what was done. Signals are the process's, and so is this.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

STOPPED = 130


def signals() -> list[signal.Signals]:
    """Ctrl-C, a polite kill, a closed terminal (unless `nohup` has that one ignored), and Windows' Ctrl-Break."""
    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # Windows has no SIGHUP, and only Windows has the last
    known = [each for each in (getattr(signal, name, None) for name in names) if each is not None]
    return [each for each in known if each.name != "SIGHUP" or signal.getsignal(each) is not signal.SIG_IGN]


class _Whole:
    """Blocks that a stop waits for."""

    def __init__(self) -> None:
        self._depth = 0
        self._heard = False

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """A short block that is done as a whole; a Ctrl-C in it is raised when it ends."""
        import threading  # not above: until this module is there, Ctrl-C is Python's own

        if threading.current_thread() is not threading.main_thread():  # only the main thread is interrupted
            yield
            return
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
        if self._heard and not self._depth:
            self._heard = False
            raise KeyboardInterrupt

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt now, or at the end of the block that is under way. For the signal handler."""
        if self._depth:
            self._heard = True
        else:
            raise KeyboardInterrupt


whole = _Whole()
