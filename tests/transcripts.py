"""Sessions in documents, replayed: what was typed has to bring what stands below it.

In a ```console block `$` is typed (a line that ends with a backslash goes on in the next), `!` is standard error, `[3]`
the exit code, and the rest standard output. A session runs through the whole document, in one home, with practice
stores. `$ cat FILE` makes FILE hold what stands below it when it does not exist yet, and compares it otherwise. A line
that ends with `&` is a run that is still at it until the document ends: it holds the locks of every store. `…` at the
end of a line stands for any rest of it, alone on a line for any lines. Ids that the store gives (ten digits and more)
may differ: several requests are under way at once.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Step:
    """One typed line and what came back; *line* is where the typed ends."""

    line: int
    typed: str
    out: list[str] = field(default_factory=list)
    err: list[str] = field(default_factory=list)
    code: int = 0


def steps(document: Path) -> Iterator[Step]:
    """The steps of all console blocks of a document."""
    inside, step = False, None
    for number, line in enumerate(document.read_text(encoding="utf-8").splitlines(), 1):
        if step and step.typed.endswith("\\"):
            step.line, step.typed = number, step.typed[:-1] + line.strip()
        elif line.startswith("```"):
            if step:
                yield step
            inside, step = line.strip() == "```console", None
        elif not inside:
            continue
        elif line.startswith("$ "):
            if step:
                yield step
            step = Step(number, line[2:])
        elif step is None:
            raise AssertionError(f"{document}:{number}: output before anything was typed")
        elif line.startswith("!"):
            step.err.append(line[2:])
        elif found := re.fullmatch(r"\[(\d+)\]", line):
            step.code = int(found[1])
        else:
            step.out.append(line)


def arguments(typed: str) -> tuple[list[str], str | None, dict[str, str]]:
    """A typed line as arguments, the file after `<`, and variables set before it."""
    words = shlex.split(typed)
    source = None
    if "<" in words:
        place = words.index("<")
        source = words[place + 1]
        del words[place : place + 2]
    variables = {}
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        name, _, value = words.pop(0).partition("=")
        variables[name] = value
    return words, source, variables


def alike(expected: list[str], got: str) -> bool:
    """Do the lines say the same? `…` ends a line that goes on, and stands alone for lines left out."""
    pattern = "\n".join(_line(text) for text in _trimmed(expected))
    pattern = pattern.replace("\0\n", "(?:.*\n)*?").replace("\n\0", "(?:\n.*)*")
    return re.fullmatch(pattern, "\n".join(_trimmed(got.splitlines()))) is not None


def _line(text: str) -> str:
    if text.strip() == "…":
        return "\0"
    if text.rstrip().endswith("…"):
        return re.escape(text.rstrip()[:-1]) + ".*"
    return re.escape(text.rstrip())


def _trimmed(lines: list[str]) -> list[str]:
    text = re.sub(r"\d{10,}", lambda id: "#" * len(id[0]), "\n".join(line.rstrip() for line in lines).strip("\n"))
    return text.split("\n") if text else []
