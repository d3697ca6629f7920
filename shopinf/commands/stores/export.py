"""`shopinf stores export`: the connected stores in a file, for a colleague or another machine."""

from __future__ import annotations

from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.commands.stores.book import open_book
from shopinf.commands.stores.exportfile import EXPORTED, SCHEMA, exported
from shopinf.results import Format, Result, columns

app = Noun()

COLUMNS = columns(order=" ".join(EXPORTED), numbers="shop_id", shown="name domain group read_only url")


@app.command("export", columns=COLUMNS, epilog=examples("stores export -o stores.json"))
def export(desk: DeskContext, form: FormChoice = FormChoice()) -> None:
    """Write the connected stores, without secrets, for a colleague or another machine.

    JSON unless --format or the file's name says otherwise; `stores import` reads JSON.
    """
    if form.format is None and desk.form(form).format is Format.TABLE:
        form = FormChoice("json", form.output)
    rows = [exported(store) for store in open_book(desk).all()]
    desk.show(Result(SCHEMA, COLUMNS, rows), form)
    if form.output is not None:
        desk.out.say("There are no secrets in it.")
