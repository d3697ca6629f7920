"""`shopinf gifts send`: what is asked for, the plan, the question, the sending, the rows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.commands.gifts.rows import SEND_COLUMNS, send_row
from shopinf.commands.gifts.sheet import LONGEST_NOTE, Wanted, asks_of, read_wanted
from shopinf.commands.options import DeskContext, DryRunOption, FormChoice, MapOption, Noun, StoreChoice, examples
from shopinf.commands.sheets import SheetOption, tell_other_names
from shopinf.discounts.campaigns import read_campaign
from shopinf.errors import BadInput, PartlyDone, ShopinfError
from shopinf.gifts.plan import LONGEST_TAG, Ask, Fate, GiftRecord, Shape, State, Step
from shopinf.outcomes import Done, Outcomes
from shopinf.results import Cell, Failure, Result
from shopinf.sheets.fields import read_mapping
from shopinf.shell import quoted
from shopinf.words import agreeing, counted

if TYPE_CHECKING:
    from shopinf.commands.gifts.prospect import Prospect
    from shopinf.desk import Desk
    from shopinf.stores import Store

app = Noun()

MAY_WRITE = (
    "Shopify may write to the recipients when their order is made; the store's admin says so under Settings, "
    "Notifications."
)
SHOWN = 10  # sentences about single rows before the question


@dataclass(frozen=True)
class GiftOptions:
    """What is sent to whom, and what goes with it."""

    campaign: Annotated[str, typer.Option("--campaign", help="The campaign the gifts belong to.", metavar="NAME")]
    file: SheetOption
    variant: Annotated[
        list[str] | None,
        typer.Option("--variant", help="What to send where a row names nothing; may be repeated.", metavar="ID|SKU"),
    ] = None
    message: Annotated[str | None, typer.Option("--message", help="Goes into the order's note.", metavar="TEXT")] = None
    tag: Annotated[
        list[str] | None, typer.Option("--tag", help="A further tag of the orders; may be repeated.", metavar="T")
    ] = None
    partial: Annotated[bool, typer.Option("--partial", help="Send what can be sent, leave out the rest.")] = False
    again: Annotated[bool, typer.Option("--again", help="Send a replacement.")] = False
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why a replacement; the same one is sent once.", metavar="TEXT")
    ] = None
    map_: MapOption = None

    def __post_init__(self) -> None:
        read_campaign(self.campaign)
        if self.again != bool(self.reason and self.reason.strip()):
            raise BadInput(
                "A replacement needs both --again and --reason", hint="Like --again --reason 'lost in the mail'."
            )
        if self.message and len(self.message) > LONGEST_NOTE:
            raise BadInput(f"The message is longer than {LONGEST_NOTE} signs", hint="Shorten --message.")
        for tag in self.tag or ():
            if not tag.strip() or "," in tag or len(tag.strip()) > LONGEST_TAG or not tag.isprintable():
                raise BadInput(f"{tag!r} cannot be a tag", hint=f"A tag has up to {LONGEST_TAG} signs and no comma.")
        read_mapping(self.map_ or ())

    @property
    def mapping(self) -> Mapping[str, str]:
        return read_mapping(self.map_ or ())

    @property
    def tags(self) -> list[str]:
        return [tag.strip() for tag in self.tag or ()]

    def shape(self, desk: Desk, store: Store) -> Shape:
        """What holds for all of the gifts in *store*; the campaign as it is written there already."""
        campaign = desk.ledger.gifts.spelled(store.shop_id, read_campaign(self.campaign))
        return Shape(campaign, desk.clock.now(), (self.reason or "").strip())


@app.command(
    "send",
    columns=SEND_COLUMNS,
    sheet=True,
    asks=True,
    epilog=examples(
        "gifts send --campaign spring --sheet people.csv --variant SER30 --dry-run",
        "gifts send --campaign spring --sheet people.csv --variant SER30 --message 'Enjoy!' --yes",
        "gifts send --campaign spring --sheet lost.csv --variant SER30 --again --reason 'lost in the mail'",
    ),
)
def send(
    desk: DeskContext,
    options: GiftOptions,
    stores: StoreChoice = StoreChoice(),
    dry_run: DryRunOption = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Send a gift to each influencer of a sheet; safe to run again, nobody gets two.

    Each gift is a draft order at 100 % discount with free shipping, checked to cost nothing and completed. Addresses
    come from the sheet, else from the store's customer with that e-mail; shopinf does not keep them.
    """
    from shopinf.commands.gifts.prospect import find_prospect

    chosen = desk.stores(stores)
    wanted = read_wanted(desk, options.file, options.mapping, options.variant or ())
    known = [each.known for each in wanted if each.known]
    people = desk.ledger.roster.recognise(known)
    tell_other_names(desk, zip([each.place for each in wanted if each.known], known, strict=True), people)
    asks = asks_of(wanted, people)
    prospects = desk.each_store(
        chosen, lambda store: find_prospect(desk, store, asks, options.shape(desk, store), options.variant or ())
    ).or_raise()
    if dry_run:
        _show_prospects(desk, prospects, form, partial=options.partial)
        return
    _refuse_problems(prospects, partial=options.partial)
    if any(one.sends for _, one in prospects.done):
        for note in _notes(prospects):
            desk.out.note(note)
        desk.out.confirm(_question(prospects))
        asks = asks_of(wanted, desk.ledger.roster.enrol(known))  # who is new is written down from here on
    found = dict(prospects.done)
    outcomes = desk.each_store(list(found), lambda store: _carry_out(desk, found[store], asks, options))
    _show_done(desk, outcomes.after(prospects).or_raise(), wanted, form, at=stores.typed)


# before


def _question(prospects: Outcomes[Prospect]) -> str:
    parts = [
        f"{counted(len(one.sends), 'gift')} worth {one.retail} {store.currency} from {store.name}"
        for store, one in prospects.done
        if one.sends
    ]
    return f"Send {'; '.join(parts)}?"


def _refuse_problems(prospects: Outcomes[Prospect], *, partial: bool) -> None:
    """Refuse the whole where the goods are not there for all, unless a part was asked for.

    A row that lacks something of its own, like an address, fails alone.
    """
    failing = [step for _, one in prospects.done for step in one.failing]
    whole = [step for _, one in prospects.done for step in one.steps]
    alone = partial or all(step.ask.problems for step in failing)
    if not failing or (alone and len(failing) < len(whole)):  # also where the others were sent by an earlier run
        return
    shown = "; ".join(f"{step.ask.place}: {step.error}" for step in failing[:SHOWN])
    more = f"; and {len(failing) - SHOWN} more" if len(failing) > SHOWN else ""
    if len(failing) < len(whole):
        hint = "Correct them, or send only the others with --partial; --dry-run shows the whole plan."
    else:
        hint = "Correct them; --dry-run shows the whole plan."
    raise BadInput(f"{len(failing)} of {counted(len(whole), 'gift')} cannot be sent: {shown}{more}", hint=hint)


def _notes(prospects: Outcomes[Prospect]) -> list[str]:
    """What a person should know before anything is sent."""
    told = [MAY_WRITE]
    for store, one in prospects.done:
        told += _stock(store, one)
        doubts = [f"{step.ask.place}: {note}" for step in one.sends for note in step.notes]
        told += doubts[:SHOWN]
        if len(doubts) > SHOWN:
            told.append(f"{len(doubts) - SHOWN} more remarks on single rows; --dry-run shows all")
        told += [f"{step.ask.place} is left out: {step.error}" for step in one.failing[:SHOWN]]
    return told


def _stock(store: Store, one: Prospect) -> list[str]:
    wanted = Counter[int]()
    for step in one.sends:
        for line in step.lines:
            wanted[line.variant_id] += line.quantity
    goods = {good.variant_id: good for good in one.goods.values()}
    return [
        f"{store.name}: {wanted[each]} × {good.name}, of which {good.left} are in stock"
        if good.left is not None
        else f"{store.name}: {wanted[each]} × {good.name}, whose stock is not limited"
        for each, good in goods.items()
        if wanted[each]
    ]


# the work and what came of it


@dataclass(frozen=True)
class Sent:
    """What was done in one store."""

    rows: list[dict[str, Cell]]
    failures: Sequence[Failure] = ()


def _carry_out(desk: Desk, one: Prospect, asks: Sequence[Ask], options: GiftOptions) -> Sent:
    """Send what is missing in one store, to the people of *asks* at the addresses that were found."""
    from shopinf.work.gifts.send import Parcelled, send_missing

    store, shape = one.store, options.shape(desk, one.store)
    asks = [replace(old, person=new.person, influencer=new.influencer) for old, new in zip(one.asks, asks, strict=True)]

    def parcelled(ask: Ask) -> Parcelled:
        parts = [part.strip() for part in (options.message, ask.note) if part and part.strip()]
        note = "\n".join(parts) or f"Gift for {ask.influencer.influencer}, campaign {shape.campaign}"
        return Parcelled(ask.recipient, note, options.tags)

    steps: Sequence[Step] = one.steps
    trouble: ShopinfError | None = None
    if one.sends:  # else nobody was asked whether to send
        found = zip(one.asks, asks, strict=True)
        asks = [replace(old, person=new.person, influencer=new.influencer) for old, new in found]
        steps, trouble = send_missing(desk, store, asks, one.goods, shape, parcelled)
    after = {
        (record.person, record.slot): record
        for record in desk.ledger.gifts.of_shop(store.shop_id, campaign=shape.campaign)
    }
    rows: list[dict[str, Cell]] = []
    failures = [Failure.of(trouble, store=store.name, what=shape.campaign)] if trouble else []
    for step in steps:
        record = after.get((step.ask.person, shape.slot)) if step.sends else step.record
        status, error = _came_to(step, record, trouble)
        rows.append(send_row(store, shape.campaign, replace(step, error=error), record, status))
        if status == "failed" and error != str(trouble):
            failures.append(Failure(store.name, step.ask.place, str(error), BadInput.code))
    if trouble and not any(row["status"] == "sent" for row in rows):
        raise trouble
    return Sent(rows, failures)


def _came_to(step: Step, record: GiftRecord | None, trouble: ShopinfError | None) -> tuple[str, str | None]:
    """What a step came to, and what kept it from more."""
    match step.fate:
        case Fate.EXISTS:
            return "exists", None
        case Fate.CANCELLED:
            return "cancelled", step.error
        case Fate.FAIL:
            return "failed", step.error
    if record is None:
        return "failed", "it was not written down"
    match record.state:
        case State.SENT:
            return "sent", None
        case State.CANCELLED:
            return "cancelled", record.error
        case State.FAILED:
            return "failed", record.error
    return "failed", str(trouble) if trouble else "another run of shopinf is sending it"


def _show_done(desk: Desk, outcomes: Outcomes[Sent], wanted: Sequence[Wanted], form: FormChoice, *, at: str) -> None:
    """Write the rows; partly done where some gifts are not sent. *at* names the stores for what is next."""

    def answer(done: Done[Sent], lost: Sequence[Failure]) -> Result:
        rows = [row for _, one in done for row in one.rows]
        back = sum(row["status"] == "cancelled" for row in rows)
        notes = [f"{back} were cancelled and are not sent again."] if back else []
        failures = [*(failure for _, one in done for failure in one.failures), *lost]
        return _result(rows, failures, notes, dry_run=False)

    whole = desk.deliver(outcomes, answer, form)
    rows, counts = whole.rows, Counter(str(row["status"]) for row in whole.rows)
    lost = len(wanted) * len(outcomes.lost)
    if counts["failed"] or whole.failures:
        raise PartlyDone(
            f"{counts['failed'] + lost} of {counted(len(rows) + lost, 'gift')} could not be sent",
            hint="Correct what is named above and run the same command again; what was sent stays.",
        )
    said = [f"{counts[word]} {text}" for word, text in (("sent", "sent"), ("exists", "sent before")) if counts[word]]
    if said:
        campaign = str(rows[0]["campaign"])
        desk.out.say(f"{campaign}: {', '.join(said)}.  Next: shopinf gifts status --campaign {quoted(campaign)}{at}")


def _result(rows: list[dict[str, Cell]], failures: Sequence[Failure], notes: Sequence[str], *, dry_run: bool) -> Result:
    counts = Counter(str(row["status"]) for row in rows)
    summary = {"asked": len(rows), "sent": counts["sent"], "existing": counts["exists"], "failed": counts["failed"]}
    listed = [{column.key: row.get(column.key) for column in SEND_COLUMNS} for row in rows]
    body = {"dry_run": dry_run, "rows": listed, "summary": summary}
    return Result("shopinf.gifts.send/1", SEND_COLUMNS, rows, body=body, notes=list(notes), failures=list(failures))


# the dry run

Planned = tuple[list[dict[str, Cell]], Sequence[str]]  # the rows, and what is to be said

_PLANNED = {
    Fate.SEND: "planned",
    Fate.RESUME: "planned",
    Fate.EXISTS: "exists",
    Fate.CANCELLED: "cancelled",
    Fate.FAIL: "failed",
}


def _show_prospects(desk: Desk, prospects: Outcomes[Prospect], form: FormChoice, *, partial: bool) -> None:
    """Show what would be done; nothing is written, neither in the store nor here."""
    found = dict(prospects.done)
    outcomes = desk.each_store(list(found), lambda store: _planned(desk, found[store])).after(prospects)

    def answer(done: Done[Planned], failures: Sequence[Failure]) -> Result:
        rows = [row for _, (rows, _) in done for row in rows]
        notes = [note for _, (_, notes) in done for note in notes]
        odd = [
            Failure(store.name, step.ask.place, str(step.error), BadInput.code)
            for store, _ in done
            for step in found[store].failing
        ]
        return _result(rows, [*odd, *failures], [*notes, MAY_WRITE] if notes else [], dry_run=True)

    whole = desk.deliver(outcomes.or_raise(), answer, form)
    failing = sum(row["status"] == "failed" for row in whole.rows)
    if failing or whole.failures:
        alone = partial or all(step.ask.problems for _, one in prospects.done for step in one.failing)
        others = "; the others are sent either way" if alone else ", or send only the others with --partial"
        raise PartlyDone(
            f"{failing} of {counted(len(whole.rows), 'gift')} cannot be sent",
            hint=f"Correct what is named above{others if failing < len(whole.rows) else ''}.",
        )


def _planned(desk: Desk, one: Prospect) -> Planned:
    from shopinf.commands.gifts.proof import prove

    rows = []
    dear, proof = prove(desk, one.store, one.steps)
    for step in one.steps:
        record = step.record if step.record and step.record.state is not State.FAILED else None
        status = _PLANNED[step.fate]
        if step.sends and (why := dear.get(step.ask.place)):
            step, status = replace(step, error=why), "failed"
        rows.append(send_row(one.store, one.shape.campaign, step, record, status))
    return rows, [*_stock(one.store, one), _forecast(desk, one), *proof] if one.sends else []


def _forecast(desk: Desk, one: Prospect) -> str:
    """How long the sending takes at the store's own pace."""
    from shopinf.shopify.drafts import some_newest_draft
    from shopinf.work.gifts.send import PER_MINUTE, is_trial

    store, shop, count = one.store, desk.shop(one.store), len(one.sends)
    some_newest_draft(shop)  # tells the store's rate limit, and whether its drafts may be read
    seconds = max(0.0, 2 * count - shop.bucket.room()) / shop.bucket.leak
    if is_trial(store):
        seconds = max(seconds, math.ceil(count / PER_MINUTE - 1) * 60.0)
    time = f"{max(1, round(seconds))} s" if seconds < 120 else f"{round(seconds / 60)} min"
    gifts = f"{counted(count, 'gift')} worth {one.retail} {store.currency}"
    return f"{store.name}: {gifts} {agreeing(count, 'takes', 'take')} about {time}."
