"""The front door: the command line in, an exit code out; the one place where errors become words."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NoReturn

from shopinf import __version__
from shopinf.interrupts import STOPPED, signals

if TYPE_CHECKING:
    from types import FrameType

    from shopinf.commands.tree import Run
    from shopinf.desk import Setting


def run() -> NoReturn:
    """The `shopinf` program."""
    _listen()
    try:
        code = main(sys.argv[1:])
    except KeyboardInterrupt:  # between the command and its end
        code = STOPPED
    _leave(code)


def _listen() -> None:
    """End at once where a signal comes before a run can stop cleanly, or when it is over already."""
    for number in signals():
        signal.signal(number, _stop)


def _stop(number: int, frame: FrameType | None) -> None:
    with suppress(OSError):
        os.write(2, b"Stopped\n")
    os._exit(STOPPED)


def _leave(code: int) -> NoReturn:
    """End at once: Python would first clear away all that is in memory, and be torn open there by a late Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed, or nobody reads it
            stream.flush()
    os._exit(code)


def main(argv: Sequence[str], setting: Setting | None = None) -> int:
    """Carry out one command line and return its exit code; *setting* is what it may reach (tests bring their own)."""
    if list(argv) in (["--version"], ["-V"]):  # answered before anything is imported
        print(f"shopinf {__version__}", file=setting.stdout if setting else None)
        return 0
    from shopinf.commands import tree

    with _seldom_collected(), tree.Run(setting) as this_run:
        code = _carry_out(argv, this_run)
        this_run.ended(code)
        return code


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Let Python look for cycles seldom: orders are made by the ten thousand, have none, and looking takes as long."""
    former = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*former)


def _carry_out(argv: Sequence[str], this_run: Run) -> int:
    from shopinf.commands import tree
    from shopinf.errors import named

    try:
        return tree.carry_out(argv, this_run)
    except BrokenPipeError:  # whoever read our answer has enough of it
        return 0
    except (Exception, KeyboardInterrupt) as error:
        said = this_run.error = named(error)
        this_run.desk.out.error(said)
        this_run.desk.log.error(said, error)
        if this_run.desk.environ.get("SHOPINF_DEBUG") == "1":
            this_run.desk.out.say(_where(error))
        return said.code


def _where(error: BaseException) -> str:
    """Files, lines and functions of a traceback, without any value."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    return "\n".join([*(f"{f.filename}:{f.lineno} in {f.name}" for f in frames), type(error).__name__])
