"""Reading what a person types: a line, or a line that is not shown."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TextIO

from shopinf.errors import BadInput, Stopped

Reading = Callable[[TextIO, TextIO, str], str]


def read_line(stderr: TextIO, stdin: TextIO, prompt: str) -> str:
    """Ask *prompt* and read a line; Ctrl-D stops the run."""
    stderr.write(prompt)
    stderr.flush()
    return _answer(stderr, stdin.readline())


def read_hidden(stderr: TextIO, stdin: TextIO, prompt: str) -> str:
    """Ask *prompt* and read a line that the terminal does not show; refuses where it cannot be hidden."""
    if os.name == "nt":
        import getpass

        return getpass.getpass(prompt)
    import termios

    fd = stdin.fileno()
    try:
        before = termios.tcgetattr(fd)
        hidden = termios.tcgetattr(fd)
        hidden[3] &= ~termios.ECHO
        # Not TCSAFLUSH: whoever pastes three values at once should not lose the second and the third.
        termios.tcsetattr(fd, termios.TCSADRAIN, hidden)
    except termios.error as error:
        raise BadInput(
            "This terminal cannot hide what is typed", hint="Give the values on standard input, with --stdin."
        ) from error
    try:
        stderr.write(prompt)
        stderr.flush()
        line = stdin.readline()
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)
        stderr.write("\n")
        stderr.flush()
    return _answer(None, line)


def _answer(stderr: TextIO | None, line: str) -> str:
    if not line:
        if stderr is not None:
            stderr.write("\n")
        raise Stopped("Stopped at a question")
    return line.rstrip("\r\n")
