"""What was typed wrongly, in our own sentences: Typer and pydantic speak to programmers."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Sequence
from typing import Any

from shopinf import periods
from shopinf.errors import BadInput
from shopinf.nearest import did_you_mean, nearest
from shopinf.plain import harmless
from shopinf.shell import quoted

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
    (
        r"(?s)^Missing (?:option|argument|parameter) '?([^' ]+)'?.*$",  # its choices stand in lines of their own
        lambda found: f"{found[1] if found[1].startswith('-') else found[1].upper()} is missing",
    ),
    (r"^Got unexpected extra arguments? \((.*)\)$", r"Too much was typed: \1"),
    (r"^Got unexpected extra argument\(s\) \((.*)\)$", r"Too much was typed: \1"),
    (r"^Option '?([^' ]+)'? requires an argument$", r"\1 needs a value"),
    (r"'([^']*)' is not one of (.*)$", r"'\1' is none of \2"),
]


class UnknownCommand(BadInput):
    """A word that is no command of *path*."""

    def __init__(self, path: str, word: str, known: Sequence[str]) -> None:
        close = nearest(word, known)
        hint = f"Did you mean {path} {close}?" if close else f"{path} --help"
        super().__init__(f"{path} has no command {harmless(word)!r}", hint=hint)
        self.path = path


def told(error: Any, path: str) -> BadInput:
    """What Typer finds wrong with a command line, as a sentence; *path* is the command whose help says more."""
    message = error.format_message().rstrip(".")
    for pattern, meant in _TOLD:
        message = re.sub(pattern, meant, message)
    if found := re.fullmatch(r"(There is no option (\S+)); near it: (.*)", message):
        # Typer lists what is near by the alphabet, and calls `--wait` near `--limit`.
        close = nearest(found[2], found[3].split(", "))
        message = f"{found[1]}; near it: {close}" if close else found[1]
    return BadInput(message, hint=_way_out(message, getattr(error, "ctx", None), path))


def _way_out(message: str, context: Any, path: str) -> str:
    """What to type instead: an example, the option that was left out, or the nearest value there is."""
    help = f"{path} --help"
    if context is None:
        return help
    if found := re.fullmatch(r"(\S+) is missing", message):
        examples = re.findall(r"^ +\$ (shopinf .*)$", context.command.epilog or "", re.MULTILINE)
        like = next((each for each in examples if found[1] in each), examples[0] if examples else "")
        return f"Like: {like}  All of it: {help}" if like else help
    if (found := re.fullmatch(r"There is no option (\S+)", message)) and hasattr(context.command, "commands"):
        return f"One of a command's comes after its name: {path} COMMAND {quoted(found[1])}. Otherwise: {help}"
    if found := re.fullmatch(r"Too much was typed: (\S+)", message):
        option = _option_for(found[1], {name for each in context.command.params for name in each.opts})
        return f"Perhaps {option} {quoted(found[1])}? Otherwise: {help}" if option else help
    if found := re.fullmatch(r"(\S+): '([^']*)' is none of (.*)", message):
        return did_you_mean(found[2], re.findall(r"'([^']*)'", found[3]), help)
    return help


def _option_for(word: str, known: Container[str]) -> str | None:
    """The option that somebody may have left out before *word*."""
    from shopinf.desk import connected_names

    kinds = [
        ("--period", word in periods.NAMES.split(", ") or re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", word)),
        ("--store", word in connected_names()),
        ("--code", word.isupper() or any(sign.isdigit() for sign in word)),
    ]
    return next((option for option, is_meant in kinds if is_meant and option in known), None)
