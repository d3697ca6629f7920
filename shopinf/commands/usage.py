"""What was typed wrongly, in our own sentences: Typer and pydantic speak to programmers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from shopinf.errors import BadInput
from shopinf.plain import harmless

_NUMBER = r"Input should be a valid (?:integer|number|decimal).*"
_BOUND = r"Input should be (greater|less) than or equal to (\S+)"
_TOLD: Sequence[tuple[str, str | Callable[[re.Match[str]], str]]] = [
    (r"Value error, ", ""),
    (_NUMBER, "that is not a number"),
    (_BOUND, lambda found: f"it has to be {found[2]} or {'more' if found[1] == 'greater' else 'less'}"),
    (r"^Invalid value for '?([^':]+?)'?(?: / '[^']+')*: ", r"\1: "),
    (r"^Invalid value: ", ""),
    (r"^No such option: (\S+) \(Possible options: (.*)\)$", r"There is no option \1; near it: \2"),
    (r"^No such option: (\S+?)\.? Did you mean (.*?)\?$", r"There is no option \1; near it: \2"),
    (r"^No such option: (\S+)", r"There is no option \1"),
    (r"^Missing (?:option|argument|parameter) '?([^' ]+)'?.*$", r"\1 is missing"),
    (r"^Got unexpected extra arguments? \((.*)\)$", r"Too much was typed: \1"),
    (r"^Got unexpected extra argument\(s\) \((.*)\)$", r"Too much was typed: \1"),
    (r"^Option '?([^' ]+)'? requires an argument$", r"\1 needs a value"),
    (r"'([^']*)' is not one of (.*)$", r"'\1' is none of \2"),
]


class UnknownCommand(BadInput):
    """A word that is no command of *path*."""

    def __init__(self, path: str, word: str, known: Sequence[str]) -> None:
        from shopinf.nearest import nearest

        close = nearest(word, known)
        hint = f"Did you mean {path} {close}?" if close else f"{path} --help"
        super().__init__(f"{path} has no command {harmless(word)!r}", hint=hint)
        self.path = path


def told(error: Any, path: str) -> BadInput:
    """What Typer finds wrong with a command line, as a sentence; *path* is the command whose help says more."""
    message = error.format_message().rstrip(".")
    for pattern, meant in _TOLD:
        message = re.sub(pattern, meant, message)
    return BadInput(message, hint=f"{path} --help")
