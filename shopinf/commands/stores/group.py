"""`shopinf stores group`: which group a store belongs to."""

from __future__ import annotations

from typing import Annotated

import typer

from shopinf.commands.options import DeskContext, Noun, StoreArgument, examples
from shopinf.commands.stores.book import open_book

app = Noun()


@app.command("group", epilog=examples("stores group maya-shop skincare"))
def group(
    desk: DeskContext, store: StoreArgument, name: Annotated[str, typer.Argument(help='The group; "" takes it out.')]
) -> None:
    """Put a store into a group, for --group."""
    book = open_book(desk)
    found = book.find(store)
    book.change(found, group=name.strip() or None)
    desk.out.say(f"{found.name} is in group {name}." if name.strip() else f"{found.name} is in no group now.")
