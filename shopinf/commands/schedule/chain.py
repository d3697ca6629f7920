"""What a timer is to run: a command, or several of which each waits for the one before; read by their own parser."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from shopinf.commands.options import Manners, StoreChoice, manners_of
from shopinf.errors import BadInput

if TYPE_CHECKING:
    from shopinf.desk import Desk

THEN = "&&"
SENDING = ("reports", "send")


@dataclass(frozen=True, slots=True)
class Asked:
    """A command line of shopinf, read but not carried out."""

    path: tuple[str, ...]  # `("orders", "attribute")`
    words: tuple[str, ...]  # as they were typed, from the command on
    given: Mapping[str, Any]  # what its options and arguments came to
    stores: StoreChoice | None  # None: it is not about stores
    manners: Manners  # what it says of itself

    @property
    def name(self) -> str:
        return " ".join(self.path)

    @property
    def period(self) -> str | None:
        named = self.given.get("period")
        return str(named).strip().lower() if named else None


def read_chain(typed: Sequence[str]) -> list[Asked]:
    """The commands in *typed*, with `&&` between them; the whole may be one word, as a shell has it between quotes."""
    words = [*typed]
    if len(words) == 1 and THEN in words[0]:
        try:
            words = shlex.split(words[0])
        except ValueError:
            raise BadInput("The quotes in the command do not match", hint="shopinf schedule print --help") from None
    parts: list[list[str]] = [[]]
    for word in words:
        if word == THEN:
            parts.append([])
        else:
            parts[-1].append(word)
    if not all(parts):
        raise BadInput(f"Before and after {THEN} stands a command", hint="shopinf schedule print --help")
    return [_read(part) for part in parts]


class _Nobody:
    """Stands where the desk is found: a command that is only read must not reach for it."""

    @property
    def desk(self) -> Desk:
        raise BadInput("--version is nothing to leave to a timer", hint="shopinf schedule print --help")


def _read(typed: Sequence[str]) -> Asked:
    """What *typed* asks of shopinf, read by the parser that will carry it out, which also tells what is wrong."""
    from shopinf.commands.tree import app as everything

    words = [*typed[1:]] if Path(typed[0]).stem == "shopinf" else [*typed]
    command: Any = typer.main.get_command(everything)
    # Without names for the help option: help that is printed every month is no use.
    context = command.make_context("shopinf", [*words], obj=_Nobody(), help_option_names=[])
    path: list[str] = []
    given, rest = dict(context.params), words
    while isinstance(command, TyperGroup):
        _, rest, _ = command.make_parser(context).parse_args([*rest])
        if not rest:
            raise BadInput(f"{context.command_path} needs a command", hint=f"{context.command_path} --help")
        name, command, rest = command.resolve_command(context, rest)
        path.append(str(name))
        if isinstance(command, TyperGroup) and not rest:
            raise BadInput(f"shopinf {' '.join(path)} needs a command", hint=f"shopinf {' '.join(path)} --help")
        context = command.make_context(name, [*rest], parent=context)
        given |= {key: value for key, value in context.params.items() if value or key not in given}
    manners = manners_of(command)
    if manners.attended:
        raise BadInput(
            f"{context.command_path} needs somebody there, or runs until it is stopped, so it is nothing for a timer",
            hint="shopinf schedule print --help",
        )
    return Asked(tuple(path), tuple(words), given, _choice(command, context.params), manners)


def _choice(command: Any, given: Mapping[str, Any]) -> StoreChoice | None:
    """The stores that a command line names, as options or as arguments; None for a command that is not about stores."""
    named = [given[each.name] for each in command.params if each.metavar == "STORE" and each.name in given]
    if not named:
        return None
    names = [name for value in named for name in ([value] if isinstance(value, str) else value or ())]
    if "all_stores" not in given:
        return StoreChoice(names or None)
    return StoreChoice(names or None, given["group"], given["all_stores"])
