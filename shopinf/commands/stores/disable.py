"""`shopinf stores disable`: a store left out for a while."""

from __future__ import annotations

from shopinf.commands.options import DeskContext, Noun, StoreArgument, examples
from shopinf.commands.stores.book import open_book
from shopinf.shell import quoted

app = Noun()


@app.command("disable", epilog=examples("stores disable maya-shop"))
def disable(desk: DeskContext, store: StoreArgument) -> None:
    """Leave a store out of --all-stores and groups until it is enabled again."""
    book = open_book(desk)
    found = book.find(store)
    book.change(found, disabled=True)
    desk.out.say(f"{found.name} is disabled.  Undo: shopinf stores enable {quoted(found.name)}")
