"""What a shell is answered that asks for completions: Typer finds them, and each shell reads them in its own words.

The scripts are Typer's own, which people have installed; what they print was made for names without spaces, quotes or
signs that a shell reads as something else, and the names of stores, campaigns and people are not like that.
"""

from __future__ import annotations

import io
import os
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from shopinf.errors import BadInput

if TYPE_CHECKING:
    from shopinf.commands.tree import Run

ASKED = "_SHOPINF_COMPLETE"  # complete_bash and so on: what the script of a shell sets
THIS = "this"  # the shell that shopinf was started in
_END = "\0"  # where the cursor is; no argument can have it
_PLAIN = re.compile(r"[\w%+,./@-]", re.ASCII)
_BREAKS = re.compile(r"[=:]+")  # what bash takes for the end of a word, though no shell splits there


class Shell(StrEnum):
    """A shell that completions can be installed for."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"
    POWERSHELL = "powershell"
    PWSH = "pwsh"


@dataclass(frozen=True, slots=True)
class Typed:
    """A command line up to the cursor: its whole words, the one that was begun, and the quote that this is inside of.

    *before* is what a shell leaves standing of the begun word, so that it is no part of what is put in its place.
    """

    words: Sequence[str]
    begun: str
    quote: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """One completion, and what its help says of it."""

    value: str
    help: str = ""


def answer(command: Any, run: Run, environ: Mapping[str, str]) -> int:
    """Print what the shell that asks may offer, and return its exit code."""
    shell = environ[ASKED].removeprefix("complete_")
    if not environ[ASKED].startswith("complete_") or shell not in [*Shell]:
        raise BadInput(f"{environ[ASKED]} is no shell that shopinf completes for", hint=f"Unset {ASKED}.")
    out = run.desk.out  # set up before standard output is caught
    typed = _typed(Shell(shell), environ)
    offers = _offers(command, run, typed)
    if environ.get("_TYPER_COMPLETE_FISH_ACTION") == "is-args":
        return 0 if offers else 1
    out.print(_written(Shell(shell), typed, offers))
    return 0


def install(shell: str) -> str:
    """Have *shell* complete, and say where that stands now."""
    from typer._completion_shared import install as install_for

    name, path = install_for(shell=_meant(shell), prog_name="shopinf")
    return f"{name} completes shopinf from its next start on, by {path}"


def script(shell: str) -> str:
    """The script that has *shell* complete."""
    from typer._completion_shared import get_completion_script

    return get_completion_script(prog_name="shopinf", complete_var=ASKED, shell=_meant(shell))


def _meant(shell: str) -> str:
    known = ", ".join(Shell)
    if shell == THIS:
        import shellingham

        try:
            shell = shellingham.detect_shell()[0]
        except shellingham.ShellDetectionFailure:
            raise BadInput("The shell that this is cannot be told", hint=f"Name it: {known}.") from None
    if shell not in [*Shell]:
        raise BadInput(f"shopinf has no completions for {shell}", hint=f"It has them for {known}.")
    return shell


def _typed(shell: Shell, environ: Mapping[str, str]) -> Typed:
    if shell is Shell.BASH:
        return _typed_in_bash(environ.get("COMP_WORDS", ""), int(environ.get("COMP_CWORD", "0")))
    line = environ.get("_TYPER_COMPLETE_ARGS", "")
    if shell in (Shell.POWERSHELL, Shell.PWSH):  # which tells of the begun word apart, and leaves out a last space
        begun = environ.get("_TYPER_COMPLETE_WORD_TO_COMPLETE", "")
        line = line.removesuffix(begun) + begun if begun else f"{line} "
    words, begun, quote = _split(line)
    option = re.match(r"--[\w-]+=", begun)  # fish takes the whole word for begun, zsh what we tell it to
    return Typed(words[1:], begun, quote, option[0] if option else "")


def _typed_in_bash(text: str, place: int) -> Typed:
    """bash hands over every word as it was typed, quotes and all, and splits at each `=` and `:`."""
    raw = text.split("\n") if "\n" in text else text.split(" ")
    parts, before = raw[1 : place + 1], ""
    glued: list[str] = []
    for at, part in enumerate(parts):
        following = glued and (_BREAKS.fullmatch(part) or (at and _BREAKS.fullmatch(parts[at - 1])))
        if following:
            if at == len(parts) - 1:
                before = glued[-1] + (part if _BREAKS.fullmatch(part) else "")
            glued[-1] += part
        else:
            glued.append(part)
    _, begun, quote = _split(glued[-1] if glued else "")
    words = [word for part in glued[:-1] for word in _split(f"{part} ")[0]]
    return Typed(words, begun, quote, before)


def _split(line: str) -> tuple[list[str], str, str]:
    """*line* as a shell reads it: its whole words, what was begun behind them, and the quote that this is inside of."""
    for quote in ("", "'", '"'):
        try:
            *words, begun = shlex.split(f"{line}{_END}{quote}")
        except ValueError:
            continue
        return words, begun.removesuffix(_END), quote
    return [], "", ""


def _offers(command: Any, run: Run, typed: Typed) -> list[Offer]:
    """What Typer finds, asked as fish asks it: a line for each, with what its help says behind a tab."""
    from typer._completion_classes import completion_init

    completion_init()
    line = shlex.join(["shopinf", *typed.words]) + (f" {shlex.quote(typed.begun)}" if typed.begun else " ")
    asked = {ASKED: "complete_fish", "_TYPER_COMPLETE_FISH_ACTION": "get-args", "_TYPER_COMPLETE_ARGS": line}
    former, found = dict(os.environ), io.StringIO()
    os.environ.update(asked)
    try:
        with redirect_stdout(found):
            command.main(args=[], prog_name="shopinf", standalone_mode=False, obj=run)
    except SystemExit:  # how Typer ends here
        pass
    finally:
        os.environ.clear()
        os.environ.update(former)
    parts = (each.partition("\t") for each in found.getvalue().splitlines() if each)
    return [Offer(value, help) for value, _, help in parts]


def _written(shell: Shell, typed: Typed, offers: Iterable[Offer]) -> str:
    """*offers* as the script of *shell* reads them; where there are none the shell offers files."""
    match shell:
        case Shell.BASH:
            return "\n".join(_for_bash(each.value, typed) for each in offers)
        case Shell.ZSH:
            return _for_zsh(typed, list(offers))
        case Shell.FISH:  # which quotes by itself
            texts = [(f"{typed.before}{each.value}", each.help) for each in offers]
            return "\n".join(f"{value}\t{help}" if help else value for value, help in texts)
        case _:
            return "\n".join(f"{_for_powershell(each.value)}:::{each.help or ' '}" for each in offers)


def _for_bash(value: str, typed: Typed) -> str:
    """*value* as it is typed inside of the quote that is open: bash puts it on the line as it is."""
    left = re.sub(r"^--[\w-]+=", "", typed.before)  # of a value that bash has split
    value = value.removeprefix(left) if not typed.quote else value
    if typed.quote == "'":
        return value.replace("'", "'\\''")
    if typed.quote == '"':
        return re.sub(r'([$`"\\])', r"\\\1", value)
    return "".join(each if _PLAIN.match(each) or not each.isascii() else f"\\{each}" for each in value)


def _for_zsh(typed: Typed, offers: Sequence[Offer]) -> str:
    """A line for `eval`: zsh quotes what it inserts by itself, once it has read the values unharmed."""
    if not offers:
        return "_files"
    described = [
        each.value.replace("\\", "\\\\").replace(":", "\\:") + f":{each.help}" * bool(each.help) for each in offers
    ]
    before = "compset -P '--*='; " if typed.before else ""
    return f"{before}local -a _found; _found=({' '.join(map(_in_zsh, described))}); _describe -V '' _found"


def _in_zsh(text: str) -> str:
    r"""*text* without a sign that any reading of a line could mistake: `$'My\x20Store'`."""
    signs = (each if _PLAIN.match(each) or not each.isascii() else f"\\x{ord(each):02x}" for each in text)
    return f"$'{''.join(signs)}'"


def _for_powershell(value: str) -> str:
    return value if all(_PLAIN.match(each) for each in value) else "'" + value.replace("'", "''") + "'"
