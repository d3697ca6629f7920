"""`shopinf discounts rename`: a code goes by another name; orders with the old one stay attributed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.commands.discounts.choice import CodeArgument, choose_code, people_of
from shopinf.commands.discounts.rows import CODE_COLUMNS, code_row, one_code
from shopinf.commands.options import DeskContext, DryRunOption, FormChoice, Noun, StoreChoice, examples
from shopinf.discounts.codes import check_code
from shopinf.discounts.records import CodeRecord, Origin, State, standing
from shopinf.errors import BadInput
from shopinf.results import Result

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Store

app = Noun()


@app.command("rename", columns=CODE_COLUMNS, epilog=examples("discounts rename MAYA15 MAYA20"))
def rename(
    desk: DeskContext,
    code: CodeArgument,
    new: Annotated[str, typer.Argument(help="Its new name.", metavar="NEW")],
    stores: StoreChoice,
    form: FormChoice,
    dry_run: DryRunOption = False,
) -> None:
    """Give a code another name; orders with the old name stay attributed, links with it end."""
    from shopinf.work.codes.rename import check_free, rename_code

    store, new = desk.store(stores), new.strip()
    check_code(new)
    record = choose_code(desk, store, code)
    _refuse(desk, store, record, new)
    if dry_run:
        check_free(desk, store, record, new)
        person = people_of(desk, [record]).get(record.person)
        row = code_row(store, replace(record, code=new), person, "planned")
        desk.show(Result("shopinf.discounts.rename/1", CODE_COLUMNS, [row]), form, store=store)
        desk.out.say(f"{record.code} would be called {new}; nothing was written.")
        return
    former = rename_code(desk, store, record, new)
    desk.show(one_code(desk, store, record, "rename"), form, store=store)
    desk.out.warn(f"Links with {former} that are handed out no longer work; hand out the new ones.")
    desk.out.say(f"{former} is now {new}; orders with the old name stay attributed.")


def _refuse(desk: Desk, store: Store, record: CodeRecord, new: str) -> None:
    if record.origin is Origin.TRACKED:
        raise BadInput(
            f"{record.code} is only tracked, so it is not changed in the store",
            hint="shopinf discounts import FILE --mode adopt lets shopinf manage it.",
        )
    if record.state not in (State.LIVE, State.PAUSED):
        raise BadInput(
            f"{record.code} is {standing(record, desk.clock.now())}, so it keeps its name",
            hint="shopinf discounts list shows which codes are live or paused.",
        )
    other = desk.ledger.codes.named(store.shop_id, new)
    if other is not None and other.id != record.id:
        raise BadInput(f"{new} is another code of {other.campaign}", hint="Choose another name.")
