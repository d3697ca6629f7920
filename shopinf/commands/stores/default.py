"""`shopinf stores default`: the store that is meant when none is named."""

from __future__ import annotations

from shopinf.commands.options import DeskContext, Noun, StoreArgument, examples
from shopinf.commands.stores.book import open_book

app = Noun()


@app.command("default", epilog=examples("stores default maya-shop"))
def default(desk: DeskContext, store: StoreArgument) -> None:
    """Make a store the one that is meant when none is named."""
    book = open_book(desk)
    found = book.find(store)
    book.set_default(found)
    desk.out.say(f"{found.name} is the default store.")
