"""A code that goes to another influencer, or by another name; earlier orders stay where they were."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from shopinf.discounts.codes import check_code
from shopinf.discounts.plan import CodeRecord, Origin, State, standing
from shopinf.errors import BadInput, NotFound, Refused
from shopinf.orders import folded
from shopinf.people.influencers import Influencer
from shopinf.people.persons import read_typed
from shopinf.results import Result
from shopinf.shopify import discounts as remote
from shopinf.work.codes.make import taken
from shopinf.work.discounts.codechoice import CodeChoice, choose_codes
from shopinf.work.discounts.coderows import CODE_COLUMNS, code_row

if TYPE_CHECKING:
    from shopinf.desk import ChosenForm, Desk
    from shopinf.stores import Store


def assign(desk: Desk, store: Store, code: str, name: str, since: date | None, form: ChosenForm) -> None:
    """Give *code* to another influencer from a day on."""
    record, people, codes = _the_code(desk, store, code), desk.ledger.people, desk.ledger.codes
    known = people.find(name)
    person = known or _somebody_new(desk, name)
    former = people.by_id([record.person]).get(record.person)
    day = since or desk.today(store)
    if person.id != record.person:
        slots = {
            each.slot for each in codes.of_shop(store.shop_id, person=person.id) if each.campaign == record.campaign
        }
        slot = record.slot if record.slot not in slots else folded(record.code)
        values = {"influencer": person.id, "slot": slot}
        more = {"former_influencer": record.person, "day": day.isoformat()}
        codes.retell(store.shop_id, record, "code.assigned", values, **more)
    _show(desk, store, record, person, "assign", form)
    if known is None:
        desk.out.note(f"{person.influencer} is a new influencer here.")
    before = f"; before it was {former.influencer}'s" if former and former.id != person.id else ""
    desk.out.say(f"{record.code} is {person.influencer}'s from {day}{before}.")


def _somebody_new(desk: Desk, name: str) -> Influencer:
    """A new influencer; a slip of the pen in a known one's name must not take a code away."""
    if desk.ledger.people.is_slip(name):
        raise desk.ledger.people.unknown(name)
    [person] = desk.ledger.people.enrol([read_typed(name).named])
    return person


def rename(desk: Desk, store: Store, code: str, new: str, form: ChosenForm) -> None:
    """Give *code* another name in the store; the old name keeps attributing old orders."""
    check_code(new)
    record, codes = _the_code(desk, store, code), desk.ledger.codes
    _refuse(desk, store, record, new)
    with desk.writing(store):
        [record] = codes.by_ids([record.id])
        if record.code != new:
            codes.note(store.shop_id, record, "code.renaming", code=new)
            _rename_there(desk, store, record, new)
            day = desk.today(store).isoformat()
            codes.retell(store.shop_id, record, "code.renamed", {"code": new}, former_code=record.code, day=day)
    person = desk.ledger.people.by_id([record.person]).get(record.person)
    _show(desk, store, record, person, "rename", form)
    desk.out.warn(f"Links with {record.code} that are handed out no longer work; hand out the new ones.")
    desk.out.say(f"{record.code} is now {new}; orders with the old name stay attributed.")


def _rename_there(desk: Desk, store: Store, record: CodeRecord, new: str) -> None:
    """Rename it in the store; one that has the new name already was renamed by a run that did not end."""
    shop, rule_id, code_id = desk.shop(store), record.rule.price_rule_id, record.discount_code_id
    if rule_id is None or code_id is None:
        return  # a paused code of a shared rule is made anew when it is resumed
    found = remote.look_up(shop, new)
    if found is not None and found.id != code_id:
        raise taken(new)
    if found is None or folded(record.code) == folded(new):
        try:
            remote.rename_code(shop, rule_id, code_id, new)
        except Refused as refused:
            raise taken(new) if remote.is_taken(refused) else refused from None
    if record.rule.own and record.origin is Origin.MADE:
        remote.change_rule(shop, rule_id, title=f"{new}{record.rule.title.removeprefix(record.code)}")


def _refuse(desk: Desk, store: Store, record: CodeRecord, new: str) -> None:
    if record.origin is Origin.TRACKED:
        raise BadInput(
            f"{record.code} is only tracked, so it is not changed in the store",
            hint="shopinf discounts import FILE --mode adopt lets shopinf manage it.",
        )
    if record.state not in (State.LIVE, State.PAUSED):
        raise BadInput(f"{record.code} is {standing(record, desk.clock.now())}, so it keeps its name")
    other = desk.ledger.codes.named(store.shop_id, new)
    if other is not None and other.id != record.id:
        raise BadInput(f"{new} is another code of {other.campaign}", hint="Choose another name.")


def _the_code(desk: Desk, store: Store, code: str) -> CodeRecord:
    found = choose_codes(desk, [store], CodeChoice(codes=[code]))[store.name]
    if not found:
        raise NotFound(f"No code is called {code} here", hint="shopinf discounts list")
    return found[0]


def _show(desk: Desk, store: Store, record: CodeRecord, person: Influencer | None, verb: str, form: ChosenForm) -> None:
    [now] = desk.ledger.codes.by_ids([record.id])
    row = code_row(store, now, person, str(standing(now, desk.clock.now())))
    desk.show(Result(f"shopinf.discounts.{verb}/1", CODE_COLUMNS, [row]), form, store=store)
