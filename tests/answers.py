"""What a run of any test says and asks for is held against what `shopinf reference` prints.

Every JSON answer is as the schema of its command: nothing may be missing, and nothing may be there that no schema
names, since keys stay as they are within a version, and what is not known is null. With `--columns` an answer has what
was asked for, and is let by. Every exit code and every variable that was looked up is one of those that are listed.
"""

from __future__ import annotations

import itertools
import json
import re
from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import fastjsonschema

from shopinf.commands.reference.answers import Answer, every_answer
from shopinf.commands.reference.exit_codes import meanings
from shopinf.environment import VARIABLES

_LISTED = re.compile("|".join(re.sub(r"<[A-Z]+>", "[A-Z0-9_]+", name) + f"|{name.lower()}" for name in VARIABLES))


class Environment(dict[str, str]):
    """A run's environment, which notes what the run looked up in it."""

    def __init__(self, *given: Mapping[str, str]) -> None:
        super().__init__(ChainMap(*map(dict, reversed(given))))
        self.asked: set[str] = set()

    def get(self, name: str, otherwise: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, otherwise)

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return super().__contains__(name)


def hold(argv: Sequence[str], out: str, code: int = 0, environ: Mapping[str, str] | None = None) -> None:
    """Hold what a run answered with, here or into a file, and what it looked up, against what is listed of it."""
    assert code in meanings(), f"{argv} ended with {code}"
    if isinstance(environ, Environment):
        unlisted = [name for name in sorted(environ.asked) if not _LISTED.fullmatch(name)]
        assert not unlisted, f"{argv} looked up {', '.join(unlisted)}"
    texts = [out]
    for before, name in itertools.pairwise(argv):
        if before in ("-o", "--output") and name.endswith(".json") and Path(name).is_file():
            texts.append(Path(name).read_text(encoding="utf-8"))
    for text in texts:
        if text.startswith('{\n  "schema": "shopinf.'):
            _check(argv, json.loads(text))


def _check(argv: Sequence[str], answer: Any) -> None:
    command = _command(tuple(argv))
    if command is None or any(word.startswith("--columns") for word in argv):
        return
    try:
        _validator(command)(answer)
    except fastjsonschema.JsonSchemaValueException as error:
        said = f"shopinf {command}: {error.message} by its schema; it is {str(error.value)[:300]}"
        raise AssertionError(said) from None


def closed(schema: Any) -> Any:
    """*schema* with nothing allowed that it does not name."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    every = {key: closed(value) for key, value in schema.items()}
    return {**every, "additionalProperties": False} if every.get("properties") else every


@cache
def answers() -> dict[str, Answer]:
    return {each.command: each for each in every_answer()}


@cache
def _validator(command: str) -> Callable[[Any], Any]:
    schema = {key: value for key, value in answers()[command].schema().items() if key not in ("$schema", "$id")}
    compiled: Callable[[Any], Any] = fastjsonschema.compile(closed(schema))
    return compiled


@cache
def _command(argv: tuple[str, ...]) -> str | None:
    """The command that *argv* means: the first words of it that are one."""
    words = [word for word in argv if not word.startswith("-")]
    pairs = [" ".join(words[at : at + size]) for at in range(len(words)) for size in (2, 1)]
    return next((each for each in pairs if each in answers()), None)
