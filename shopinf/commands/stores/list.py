"""`shopinf stores list`: the connected stores."""

from __future__ import annotations

from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.commands.stores.book import open_book
from shopinf.commands.stores.rows import listed_row
from shopinf.results import Result, columns

app = Noun()

COLUMNS = columns(
    order="store domain name plan currency timezone auth api_version group read_only disabled default shop_id "
    "connected_at",
    numbers="shop_id",
    times="connected_at",
    shown="store name plan currency timezone group default disabled read_only domain",
)


@app.command("list", columns=COLUMNS, epilog=examples("stores list", "stores list -f json"))
def list_(desk: DeskContext, form: FormChoice = FormChoice()) -> None:
    """List the connected stores."""
    book = open_book(desk)
    default = book.default
    rows = [listed_row(store, default) for store in book.all()]
    desk.show(Result("shopinf.stores.list/1", COLUMNS, rows), form)
    if not rows:
        desk.out.say("No store is connected yet.  Next: shopinf connect STORE")
