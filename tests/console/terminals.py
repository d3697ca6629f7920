"""Streams for the tests of the console: a terminal that keeps what is written, a clock that stands still."""

import fcntl
import io
import os
import struct
import termios
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TextIO

from shopinf.console.out import Out
from shopinf.local.disk import write_atomically


class Screen(io.StringIO):
    """Text that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class StandingClock:
    """A clock that moves only when it is told."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.passed = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 3, 12, tzinfo=UTC) + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    def wait(self, seconds: float) -> None:
        self.passed += seconds


@dataclass
class Voice:
    """An `Out` with the streams it speaks to."""

    out: Out
    stdout: io.StringIO
    stderr: io.StringIO
    clock: StandingClock = field(default_factory=StandingClock)

    @property
    def said(self) -> str:
        return self.stderr.getvalue()

    @property
    def shown(self) -> str:
        return self.stdout.getvalue()


def voice(
    *,
    stdout: io.StringIO | None = None,
    stderr: io.StringIO | None = None,
    stdin: TextIO | None = None,
    environ: Mapping[str, str] | None = None,
    quiet: bool = False,
    verbose: bool = False,
    yes: bool = False,
) -> Voice:
    """An `Out` on plain text streams, as in a pipe, unless others are given."""
    stdout, stderr = stdout or io.StringIO(), stderr or io.StringIO()
    clock = StandingClock()
    out = Out(
        stdout,
        stderr,
        stdin or io.StringIO(),
        environ or {},
        quiet=quiet,
        verbose=verbose,
        yes=yes,
        clock=clock,
        replace=write_atomically,
    )
    return Voice(out, stdout, stderr, clock)


@contextmanager
def pseudo_terminal(columns: int = 80) -> Iterator[tuple[int, TextIO, TextIO]]:
    """The operator's end of a terminal, and the program's end as stdin and as stderr."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with (
        open(os.dup(theirs), encoding="utf-8") as stdin,
        open(theirs, "w", encoding="utf-8") as stderr,
    ):
        try:
            yield ours, stdin, stderr
        finally:
            os.close(ours)
