"""Every command of the tree, loaded as it is when somebody asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from shopinf.commands.tree import app


def tree_of(name: str) -> Any:
    """The command *name* of the top, which may be a noun with verbs of its own."""
    tree: Any = typer.main.get_command(app)
    context = tree.make_context("shopinf", ["doctor"], resilient_parsing=True)
    return tree.get_command(context, name)


def leaves(name: str) -> Iterator[tuple[list[str], Any]]:
    """Every command of the noun *name* that does something, with the words that reach it."""
    found = tree_of(name)
    if hasattr(found, "list_commands"):
        yield from (([name, verb], found.get_command(None, verb)) for verb in found.list_commands(None))
    else:
        yield [name], found
