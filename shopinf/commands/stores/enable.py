"""`shopinf stores enable`: a disabled store taken in again."""

from __future__ import annotations

from shopinf.commands.options import DeskContext, Noun, StoreArgument, examples
from shopinf.commands.stores.book import open_book

app = Noun()


@app.command("enable", epilog=examples("stores enable maya-shop"))
def enable(desk: DeskContext, store: StoreArgument) -> None:
    """Take a disabled store in again."""
    book = open_book(desk)
    found = book.find(store)
    book.change(found, disabled=False)
    desk.out.say(f"{found.name} is enabled.")
