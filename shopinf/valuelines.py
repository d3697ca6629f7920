"""Values that are handed over on standard input, one `NAME=value` a line, as files for the environment have them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TextIO

from shopinf.errors import BadInput, CredentialsProblem
from shopinf.words import listed


def handed_over(stdin: TextIO | None, names: Sequence[str], *, prefix: str = "", command: str) -> dict[str, str]:
    """The values of *names* on standard input, which *command* reads with --stdin; a terminal is refused."""
    if stdin is None or stdin.isatty():
        raise BadInput(
            "--stdin reads the values from a pipe or a file, and nothing is connected to it",
            hint=f"{command} --stdin < FILE, or without --stdin to type them unseen.",
        )
    return read_values(stdin, names, prefix=prefix)


def read_values(lines: Iterable[str], names: Sequence[str], *, prefix: str = "") -> dict[str, str]:
    """The values of *names* in *lines*, by these names in upper case, which may begin with *prefix* there.

    Blank lines, `#` comments and empty values are passed over. A line that is none of these is named by its number,
    never shown.
    """
    values: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        text = line.strip().lstrip("\ufeff").removeprefix("export ").strip()
        if not text or text.startswith("#"):
            continue
        key, sign, value = text.partition("=")
        name = key.strip().upper().removeprefix(prefix)
        if not sign or name not in names:
            raise CredentialsProblem(
                f"Line {number} of standard input is not {listed([f'{each}=…' for each in names], 'or')}",
                hint="Give one value a line, by these names.",
            )
        if name in values:
            raise CredentialsProblem(
                f"{name} was given twice, again in line {number} of standard input", hint="Give each value once."
            )
        if found := bare(value):
            values[name] = found
    return values


def bare(value: str) -> str:
    """*value* without the white space and the pair of quotes that files and shells leave around it."""
    text = value.strip().removeprefix("\ufeff").strip()
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    return text
