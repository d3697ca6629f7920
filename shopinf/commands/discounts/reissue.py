"""`shopinf discounts reissue`: another code in place of one that got out, for the same influencer on the same terms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.commands.discounts.choice import CodeArgument, CodeChoice, choose_code, people_of
from shopinf.commands.discounts.combination import unmet
from shopinf.commands.discounts.rows import CODE_COLUMNS, bare_row, code_row
from shopinf.commands.discounts.switch import find_meant
from shopinf.commands.options import DeskContext, DryRunOption, FormChoice, Noun, StoreChoice, examples
from shopinf.discounts.codes import Pattern, check_code
from shopinf.discounts.plan import Ask, Shape
from shopinf.discounts.records import CodeRecord, State, standing
from shopinf.discounts.terms import Wish
from shopinf.errors import BadInput, PartlyDone
from shopinf.results import Result
from shopinf.shell import quoted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Store

app = Noun()

ANOTHER = "Give another name with --code NEW."


@app.command(
    "reissue",
    columns=CODE_COLUMNS,
    asks=True,
    epilog=examples("discounts reissue MAYA15 --yes", "discounts reissue MAYA15 --code MAYA-WINTER --yes"),
)
def reissue(
    desk: DeskContext,
    code: CodeArgument,
    new: Annotated[
        str | None, typer.Option("--code", help="The new one's name; else one that nobody can guess.", metavar="NEW")
    ] = None,
    stores: StoreChoice = StoreChoice(),
    form: FormChoice = FormChoice(),
    dry_run: DryRunOption = False,
) -> None:
    """Retire a code that got out and make another one for the same influencer on the same terms; safe to run again."""
    from shopinf.work.codes.create import create_missing
    from shopinf.work.codes.switch import Act, switch

    store = desk.store(stores)
    if new is not None:
        check_code(new.strip())
    former = choose_code(desk, store, code)
    find_meant(desk, [store], CodeChoice(code=[code]), Act.RETIRE)  # one that is only tracked is refused
    ask = _ask(desk, store, former, new)
    known = _made(desk, store, former, ask)
    if dry_run:
        _show_planned(desk, store, former, ask, known, form)
        return
    if known is None or former.state is not State.RETIRED:
        desk.out.confirm(f"Retire {former.code} and make another code in its place in {store.name}?")
    created = create_missing(desk, store, [ask], _shape(desk, store, former))
    made = _made(desk, store, former, ask)
    if created.trouble or made is None:
        wrong = next((step.error for step in created.steps if step.error), "it could not be made")
        raise created.trouble or BadInput(f"{former.code} stays as it is: {wrong}", hint=ANOTHER)
    failed = switch(desk, store, [former.id], Act.RETIRE).failed
    for error in failed.values():
        raise error
    now = desk.clock.now()
    both = desk.ledger.codes.by_ids([made.id, former.id])
    people = people_of(desk, both)
    errors = {made.id: unmet(both[0], created.uncombined)}
    rows = [
        code_row(store, each, people.get(each.person), str(standing(each, now)), error=errors.get(each.id))
        for each in both
    ]
    desk.show(Result("shopinf.discounts.reissue/1", CODE_COLUMNS, rows), form, store=store)
    if errors[made.id]:
        raise PartlyDone(
            f"{made.code} takes the place of {former.code}, and does not combine as that one did",
            hint=f"shopinf discounts combine --code {quoted(made.code)} {ask.combining.words}{stores.typed}",
        )
    desk.out.say(f"{made.code} takes the place of {former.code}, whose orders up to now stay attributed. Hand it out.")


def _show_planned(
    desk: Desk, store: Store, former: CodeRecord, ask: Ask, known: CodeRecord | None, form: FormChoice
) -> None:
    """Show what would be made in *former*'s place."""
    from shopinf.work.codes.create import plan_codes

    now, person = desk.clock.now(), ask.influencer
    [step] = plan_codes(desk, store, [ask], _shape(desk, store, former))
    if step.error:
        raise BadInput(f"{former.code} stays as it is: {step.error}", hint=ANOTHER)
    name = known.code if known else step.code
    row = bare_row(store, former.campaign, person, ask.slot, name, former.rule.terms, "planned")
    row = code_row(store, known, person, "exists") if known else row | {"commission": ask.commission}
    rows = [row, code_row(store, former, person, str(standing(former, now)))]
    desk.show(Result("shopinf.discounts.reissue/1", CODE_COLUMNS, rows), form, store=store)
    what = "stay" if known else "be made"
    desk.out.say(f"{former.code} would be retired, and {name} would {what} in its place; nothing was written.")


def _ask(desk: Desk, store: Store, former: CodeRecord, new: str | None) -> Ask:
    """The code that takes *former*'s place: a second run asks for the same one."""
    terms, now = former.rule.terms, desk.clock.now()
    wish = Wish(
        terms.kind,
        terms.value,
        starts=terms.starts.astimezone(store.zone).date() if terms.starts and terms.starts > now else None,
        ends=terms.ends.astimezone(store.zone).date() if terms.ends else None,
        once_per_customer=terms.once_per_customer,
        usage_limit=terms.usage_limit,
        min_subtotal=terms.min_subtotal,
        min_quantity=terms.min_quantity,
        goods=terms.goods,
    )
    if terms.ends and terms.ends <= now:
        raise BadInput(
            f"{former.code} has ended, so its terms are no terms for a new one",
            hint=f"shopinf discounts create --campaign {quoted(former.campaign)} --help",
        )
    return Ask(
        former.person,
        f"instead-of-{former.code}",
        people_of(desk, [former]).get(former.person),
        code=new.strip() if new else None,
        wish=wish,
        commission=former.commission,
        redirect=former.redirect,
        utm=former.utm,
        combining=former.rule.passed_on,
    )


def _shape(desk: Desk, store: Store, former: CodeRecord) -> Shape:
    pattern = Pattern(f"{former.code}-{{random:4}}")
    return Shape(former.campaign, store.zone, store.currency, desk.clock.now(), pattern, own_rules=True)


def _made(desk: Desk, store: Store, former: CodeRecord, ask: Ask) -> CodeRecord | None:
    records = desk.ledger.codes.of_campaign(store.shop_id, former.campaign)
    found = next((record for record in records if record.key == ask.key), None)
    return found if found is not None and found.state in (State.LIVE, State.PAUSED, State.RETIRED) else None
