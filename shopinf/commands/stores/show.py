"""`shopinf stores show`: what is known of a store."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from shopinf.commands.options import DeskContext, FormChoice, Noun, OptionalStoreArgument, StoreChoice, examples
from shopinf.commands.stores.book import open_book
from shopinf.commands.stores.rows import feature_rows, listed_row, store_row
from shopinf.errors import BadInput
from shopinf.results import Result, columns
from shopinf.scopes import FEATURES, readiness
from shopinf.shell import quoted
from shopinf.times import iso

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Store

app = Noun()

COLUMNS = columns("field value")


@app.command("show", columns=COLUMNS, epilog=examples("stores show", "stores show maya-shop -f json"))
def show(desk: DeskContext, store: OptionalStoreArgument = None, form: FormChoice = FormChoice()) -> None:
    """Show what is known of a store; nothing is asked of Shopify."""
    book = open_book(desk)
    found = book.find(store) if store else _meant(desk)
    features = feature_rows([readiness(feature, found.scopes, read_only=found.read_only) for feature in FEATURES])
    body = {**store_row(found), "scopes": sorted(found.scopes), "features": features}
    row = {**listed_row(found, book.default), "scopes": sorted(found.scopes)}
    lines = [{"field": key, "value": _text(value)} for key, value in row.items()]
    lines += [{"field": f"feature {one['feature']}", "value": one["status"]} for one in features]
    notes = []
    if found.disabled:
        notes.append(f"it is disabled; undo that with shopinf stores enable {quoted(found.name)}")
    if found.connected_at is None and not desk.vault.overshadowing(found):
        notes.append(f"it has no credentials here yet: shopinf connect {quoted(found.name)}")
    desk.show(Result("shopinf.store/1", COLUMNS, lines, body=body, notes=notes, card=True), form)


def _meant(desk: Desk) -> Store:
    """The store that is meant when none is named."""
    try:
        return desk.store(StoreChoice())
    except BadInput as unclear:
        unclear.hint = f"shopinf stores show {quoted(desk.book.all()[0].name)}"
        raise


def _text(value: Any) -> str | None:
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(value) or None
        case datetime():
            return iso(value)
        case None:
            return None
    return str(value)
