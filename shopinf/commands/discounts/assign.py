"""`shopinf discounts assign`: a code goes to another influencer; earlier orders stay where they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.commands.discounts.choice import CodeArgument, choose_code
from shopinf.commands.discounts.rows import CODE_COLUMNS, one_code
from shopinf.commands.influencers.choice import influencer_names
from shopinf.commands.options import DeskContext, FormChoice, Noun, StoreChoice, examples
from shopinf.commands.rates.rows import entered_notes
from shopinf.errors import NotFound
from shopinf.orders import folded
from shopinf.payouts.rates import Subject
from shopinf.people.persons import read_typed
from shopinf.periods import read_day

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.people.influencers import Influencer

app = Noun()


@app.command(
    "assign", columns=CODE_COLUMNS, asks=True, epilog=examples("discounts assign MAYA15 leo --from 2026-11-01")
)
def assign(
    desk: DeskContext,
    code: CodeArgument,
    influencer: Annotated[
        str, typer.Argument(help="Whose it is to be.", metavar="INFLUENCER", autocompletion=influencer_names)
    ],
    stores: StoreChoice,
    form: FormChoice,
    since: Annotated[
        str | None, typer.Option("--from", help="The first day, in the shop's zone; today by default.", metavar="D")
    ] = None,
    new: Annotated[bool, typer.Option("--new", help="The influencer is not known yet, and meant so.")] = False,
) -> None:
    """Give a code to another influencer; earlier orders stay with the former one."""
    store, day = desk.store(stores), read_day(since) if since else None
    record, people, codes = choose_code(desk, store, code), desk.ledger.people, desk.ledger.codes
    known = people.find(influencer)
    person = known or _somebody_new(desk, influencer, meant=new)
    former = people.by_id([record.person]).get(record.person)
    day = day or desk.today(store)
    if person.id != record.person:
        theirs = codes.of_shop(store.shop_id, person=person.id)
        slots = {each.slot for each in theirs if each.campaign == record.campaign}
        slot = record.slot if record.slot not in slots else folded(record.code)
        codes.assign(store.shop_id, record, person.id, slot, day)
    desk.show(one_code(desk, store, record, "assign"), form, store=store)
    if known is None:
        desk.out.note(f"{person.influencer} is a new influencer here.")
    for note in entered_notes(desk, [Subject(store.shop_id, record.id)], day, "owner"):
        desk.out.note(note)
    before = f"; before it was {former.influencer}'s" if former and former.id != person.id else ""
    desk.out.say(f"{record.code} is {person.influencer}'s from {day}{before}.")


def _somebody_new(desk: Desk, name: str, *, meant: bool) -> Influencer:
    """A new influencer, where that is meant: a slip of the pen must not take a code away."""
    if not meant:
        unknown = desk.ledger.people.unknown(name)
        if desk.ledger.people.is_slip(name):
            raise unknown
        if not (desk.out.yes or desk.out.attended):
            raise NotFound(unknown.message, hint=f"{unknown.hint} For somebody new: --new.")
        desk.out.confirm(f"Nobody is known as {name}. Make a new influencer of that name?")
    desk.ledger.forgetting.refuse(read_typed(name).email)
    [person] = desk.ledger.people.enrol([read_typed(name).named])
    return person
