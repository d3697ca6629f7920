"""What every command answers with: its columns, as it declares them, and the name of its JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import typer

from shopinf.commands.options import manners_of
from shopinf.commands.reference.bodies import optional_cells, own_cells
from shopinf.commands.tree import app
from shopinf.errors import NotFound
from shopinf.nearest import did_you_mean
from shopinf.results import Column

# The answers that are not called after their command, and the key that their rows stand under.
_NAMES = {
    "connect": "store",
    "stores show": "store",
    "verify-scopes": "scopes",
    "discounts create": "codes",
    "customers enrich": "influencers",
    "livecapture run": "influencers",
    "orders attribute": "attribution",
    "gifts status": "gifts",
    "payouts close": "statements",
    "payouts list": "statements",
    "payouts show": "statements",
    "payouts pay": "payments",
}


_FAILURE = {
    "type": "object",
    "properties": {
        "store": {"type": ["string", "null"]},
        "what": {"type": "string"},
        "error": {"type": "string"},
        "code": {"type": "integer"},
    },
    "required": ["store", "what", "error", "code"],
}


@dataclass(frozen=True)
class Answer:
    """A command that answers with data."""

    command: str
    columns: Sequence[Column]

    @property
    def name(self) -> str:
        return f"shopinf.{_NAMES.get(self.command, self.command.replace(' ', '.').replace('-', '_'))}/1"

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of its answer without `--columns`; keys that it does not name may be added to the answer."""
        texts = {"type": "array", "items": {"type": "string"}}
        own, optional = own_cells(self.command, self.columns), optional_cells(self.command)
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": self.name,
            "title": f"What shopinf {self.command} answers with",
            "type": "object",
            "properties": {
                "schema": {"const": self.name},
                **own,
                "notes": texts,
                "failures": {"type": "array", "items": _FAILURE},
            },
            "required": ["schema", *(key for key in own if key not in optional), "notes", "failures"],
        }


def every_answer() -> Iterator[Answer]:
    """Every command that answers with data, in the order of the help."""
    tree: Any = typer.main.get_command(app)
    context = tree.make_context("shopinf", ["version"], resilient_parsing=True)
    for name in tree.list_commands(context):
        command = tree.get_command(context, name)
        verbs = command.list_commands(context) if hasattr(command, "list_commands") else [""]
        for verb in verbs:
            leaf = command.get_command(context, verb) if verb else command
            if declared := manners_of(leaf).columns:
                yield Answer(f"{name} {verb}".strip(), declared)


def chosen_answers(words: Sequence[str]) -> list[Answer]:
    """The answers that *words* mean: of a command, of all verbs of a noun, by the name of their JSON, or all."""
    every = list(every_answer())
    said = " ".join(words).removeprefix("shopinf ").strip()
    found = [
        each
        for each in every
        if not said or each.command == said or each.command.startswith(f"{said} ") or said in _called(each)
    ]
    if not found:
        raise NotFound(
            f"No command {said} answers with data",
            hint=did_you_mean(said, [each.command for each in every], "shopinf reference columns shows all of them."),
        )
    return found


def _called(answer: Answer) -> set[str]:
    bare = answer.name.removesuffix("/1")
    return {answer.name, bare, bare.removeprefix("shopinf.")}
