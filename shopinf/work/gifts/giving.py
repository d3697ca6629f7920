"""`gifts send` from top to bottom: what is asked for, the plan, the question, the sending, the rows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shopinf.desk import ChosenForm
from shopinf.errors import BadInput, PartlyDone, ShopinfError
from shopinf.gifts.plan import Ask, Fate, GiftRecord, Good, Shape, State, Step, fate_of, plan, worth
from shopinf.ledger.gifts import Intended
from shopinf.money import Money
from shopinf.outcomes import Done, Outcomes
from shopinf.results import Cell, Failure, Result
from shopinf.shell import quoted
from shopinf.shopify import drafts as remote
from shopinf.words import counted
from shopinf.work.gifts.asking import Options, Wanted, asks_of, read_wanted, with_homes
from shopinf.work.gifts.goods import find_goods
from shopinf.work.gifts.rows import SEND_COLUMNS, send_row
from shopinf.work.gifts.sending import PER_MINUTE, Parcelled, Sending, is_trial

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.people.influencers import Influencer
    from shopinf.stores import Store

MAY_WRITE = (
    "Shopify may write to the recipients when their order is made; the store's admin says so under Settings, "
    "Notifications."
)
SHOWN = 10  # sentences about single rows before the question


@dataclass(frozen=True)
class Prospect:
    """What would be done in one store."""

    store: Store
    asks: Sequence[Ask]
    goods: Mapping[str, Good]
    steps: Sequence[Step]

    @property
    def sends(self) -> list[Step]:
        return [step for step in self.steps if step.sends]

    @property
    def failing(self) -> list[Step]:
        return [step for step in self.steps if step.fate is Fate.FAIL]

    @property
    def retail(self) -> Money:
        return worth((line for step in self.sends for line in step.lines), self.store.currency)


@dataclass(frozen=True)
class Sent:
    """What was done in one store."""

    rows: list[dict[str, Cell]]
    failures: Sequence[Failure] = ()


Planned = tuple[list[dict[str, Cell]], Sequence[str]]  # the rows of a dry run, and what is to be said


def send(desk: Desk, stores: Sequence[Store], options: Options, form: ChosenForm) -> None:
    """Send the gifts asked for in each of *stores*, so that running it again sends only what is missing."""
    desk.form(form)  # a wrong one is refused before anything is sent
    giving = Giving(desk, options, read_wanted(desk, options))
    people = giving.recognise()
    prospects = desk.each_store(stores, lambda store: giving.prospect(store, people)).or_raise()
    if options.dry_run:
        giving.show_prospects(prospects, form)
        return
    giving.refuse_problems(prospects)
    if any(one.sends for _, one in prospects.done):
        for note in giving.notes(prospects):
            desk.out.note(note)
        desk.out.confirm(_question(prospects))
        people = giving.enrol()
    found = dict(prospects.done)
    outcomes = desk.each_store(list(found), lambda store: giving.carry_out(found[store], people))
    giving.show_done(outcomes.after(prospects).or_raise(), form)


def _question(prospects: Outcomes[Prospect]) -> str:
    parts = [
        f"{counted(len(one.sends), 'gift')} worth {one.retail} {store.currency} from {store.name}"
        for store, one in prospects.done
        if one.sends
    ]
    return f"Send {'; '.join(parts)}?"


class Giving:
    """One run of `gifts send`."""

    def __init__(self, desk: Desk, options: Options, wanted: Sequence[Wanted]) -> None:
        self.desk, self.options = desk, options
        self.wanted = wanted

    def recognise(self) -> list[Influencer]:
        """Who each row is about; nothing is written."""
        return self.desk.ledger.people.recognise([each.named for each in self.wanted])

    def enrol(self) -> list[Influencer]:
        """The same, with those who are new written down."""
        return self.desk.ledger.people.enrol([each.named for each in self.wanted])

    def _campaign(self, store: Store) -> str:
        return self.desk.ledger.gifts.spelled(store.shop_id, self.options.campaign)

    def _shape(self, store: Store) -> Shape:
        return Shape(self._campaign(store), self.desk.clock.now(), self.options.reason)

    # before

    def prospect(self, store: Store, people: Sequence[Influencer]) -> Prospect:
        """What would be done in *store*: reads the ledger, the stock, and customers' addresses where none are given."""
        shop, shape = self.desk.shop(store), self._shape(store)
        records = self.desk.ledger.gifts.of_shop(store.shop_id)
        known: dict[str, list[GiftRecord]] = {}
        for record in records:
            known.setdefault(record.person, []).append(record)

        def is_to_be_made(ask: Ask) -> bool:
            step = fate_of(ask, known.get(ask.person, ()), shape)
            return step.sends and not step.is_drafted

        asks = asks_of(self.wanted, people)
        goods = find_goods(self.desk, store, {item.word for ask in asks for item in ask.items})
        for word in self.options.variants:
            if word.strip() not in goods:
                raise BadInput(
                    f"{store.name} has no variant or SKU {word}",
                    hint="shopinf products import, then shopinf products list --search TEXT shows them.",
                )
        asks = with_homes(shop, asks, is_to_be_made, max(2, shop.bucket.size // 10))
        return Prospect(store, asks, goods, plan(asks, goods, records, shape))

    def refuse_problems(self, prospects: Outcomes[Prospect]) -> None:
        """Refuse the whole when a part cannot be sent, unless a part was asked for."""
        failing = [step for _, one in prospects.done for step in one.failing]
        if not failing or (self.options.partial and any(one.sends for _, one in prospects.done)):
            return
        shown = "; ".join(f"{step.ask.place}: {step.error}" for step in failing[:SHOWN])
        more = f"; and {len(failing) - SHOWN} more" if len(failing) > SHOWN else ""
        count = sum(len(one.steps) for _, one in prospects.done)
        if any(step.fate is not Fate.FAIL for _, one in prospects.done for step in one.steps):
            hint = "Correct them, or send only the others with --partial; --dry-run shows the whole plan."
        else:
            hint = "Correct them; --dry-run shows the whole plan."
        raise BadInput(f"{len(failing)} of {counted(count, 'gift')} cannot be sent: {shown}{more}", hint=hint)

    def notes(self, prospects: Outcomes[Prospect]) -> list[str]:
        """What a person should know before anything is sent."""
        told = [MAY_WRITE]
        for store, one in prospects.done:
            told += self._stock(store, one)
            doubts = [f"{step.ask.place}: {note}" for step in one.sends for note in step.notes]
            told += doubts[:SHOWN]
            if len(doubts) > SHOWN:
                told.append(f"{len(doubts) - SHOWN} more remarks on single rows; --dry-run shows all")
            told += [f"{step.ask.place} is left out: {step.error}" for step in one.failing[:SHOWN]]
        return told

    def _stock(self, store: Store, one: Prospect) -> list[str]:
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

    # the work

    def carry_out(self, prospect: Prospect, people: Sequence[Influencer]) -> Sent:
        """Send what is missing in one store."""
        store, gifts = prospect.store, self.desk.ledger.gifts
        shape = self._shape(store)
        named = {old.person: new for old, new in zip(prospect.asks, asks_of(self.wanted, people), strict=True)}
        asks = [
            replace(ask, person=named[ask.person].person, influencer=named[ask.person].influencer)
            for ask in prospect.asks
        ]
        trouble: ShopinfError | None = None
        if not prospect.sends:
            steps = plan(asks, prospect.goods, gifts.of_shop(store.shop_id), shape)
            return self._done(store, shape.campaign, steps, None)
        with self.desk.writing(store):
            # Anew, for another run may have been quicker.
            steps = plan(asks, prospect.goods, gifts.of_shop(store.shop_id), shape)
            records = self._written_down(store, shape, [step for step in steps if step.sends])
            if records:
                parcels = {record.id: self._parcelled(step, shape.campaign) for step, record in records}
                with self.desk.out.progress("sending gifts", len(records), "gifts", store=store.name) as progress:
                    sending = Sending(self.desk, store, self.desk.shop(store), progress.advance, parcels)
                    sending.send([record for _, record in records])
                trouble = sending.trouble
        return self._done(store, shape.campaign, steps, trouble)

    def _written_down(self, store: Store, shape: Shape, steps: Sequence[Step]) -> list[tuple[Step, GiftRecord]]:
        """The gifts of *steps* in the ledger; those that no run has sent are planned anew."""
        gifts = self.desk.ledger.gifts
        fresh = [step for step in steps if not (step.is_drafted or (step.record and step.record.in_doubt))]
        wanted = [Intended(step.ask.person, shape.slot, step.lines) for step in fresh]
        ids = dict(
            zip(
                [step.ask.person for step in fresh],
                gifts.intend(store.shop_id, shape.campaign, store.currency, wanted),
                strict=True,
            )
        )
        ids |= {step.ask.person: step.record.id for step in steps if step.record and step.ask.person not in ids}
        records = gifts.by_ids([ids[step.ask.person] for step in steps])
        return [(step, record) for step, record in zip(steps, records, strict=True) if record.is_open]

    def _parcelled(self, step: Step, campaign: str) -> Parcelled:
        ask = step.ask
        parts = [part.strip() for part in (self.options.message, ask.note) if part and part.strip()]
        note = "\n".join(parts) or f"Gift for {ask.influencer.influencer}, campaign {campaign}"
        return Parcelled(ask.recipient, note, self.options.tags)

    # after

    def _done(self, store: Store, campaign: str, steps: Sequence[Step], trouble: ShopinfError | None) -> Sent:
        after = {
            (record.person, record.slot): record
            for record in self.desk.ledger.gifts.of_shop(store.shop_id, campaign=campaign)
        }
        slot = self._shape(store).slot
        rows: list[dict[str, Cell]] = []
        failures = [Failure.of(trouble, store=store.name, what=campaign)] if trouble else []
        for step in steps:
            record = after.get((step.ask.person, slot)) if step.sends else step.record
            status, error = _came_to(step, record, trouble)
            rows.append(send_row(store, campaign, replace(step, error=error), record, status))
            if status == "failed" and error != str(trouble):
                failures.append(Failure(store.name, step.ask.place, str(error), BadInput.code))
        if trouble and not any(row["status"] == "sent" for row in rows):
            raise trouble
        return Sent(rows, failures)

    def show_done(self, outcomes: Outcomes[Sent], form: ChosenForm) -> None:
        """Write the rows; the run ends as partly done when some gifts are not sent."""

        def answer(done: Done[Sent], lost: Sequence[Failure]) -> Result:
            rows = [row for _, one in done for row in one.rows]
            back = sum(row["status"] == "cancelled" for row in rows)
            notes = [f"{back} were cancelled and are not sent again."] if back else []
            failures = [*(failure for _, one in done for failure in one.failures), *lost]
            return _result(rows, failures, notes, dry_run=False)

        whole = self.desk.deliver(outcomes, answer, form)
        rows, counts = whole.rows, Counter(str(row["status"]) for row in whole.rows)
        lost = len(self.wanted) * len(outcomes.lost)
        if counts["failed"] or whole.failures:
            raise PartlyDone(
                f"{counts['failed'] + lost} of {counted(len(rows) + lost, 'gift')} could not be sent",
                hint="Correct what is named above and run the same command again; what was sent stays.",
            )
        said = [
            f"{counts[word]} {text}" for word, text in (("sent", "sent"), ("exists", "sent before")) if counts[word]
        ]
        if said:
            campaign = rows[0]["campaign"]
            self.desk.out.say(
                f"{campaign}: {', '.join(said)}.  Next: shopinf gifts status --campaign {quoted(str(campaign))}"
            )

    # the dry run

    def show_prospects(self, prospects: Outcomes[Prospect], form: ChosenForm) -> None:
        """Show what would be done; nothing is written, neither in the store nor here."""
        found = dict(prospects.done)
        outcomes = self.desk.each_store(list(found), lambda store: self._planned(store, found[store])).after(prospects)

        def answer(done: Done[Planned], failures: Sequence[Failure]) -> Result:
            rows = [row for _, (rows, _) in done for row in rows]
            notes = [note for _, (_, notes) in done for note in notes]
            return _result(rows, failures, [*notes, MAY_WRITE] if notes else [], dry_run=True)

        whole = self.desk.deliver(outcomes.or_raise(), answer, form)
        failing = sum(row["status"] == "failed" for row in whole.rows)
        if failing or whole.failures:
            raise PartlyDone(
                f"{failing} of {counted(len(whole.rows), 'gift')} could not be sent",
                hint="Correct them, or send only the others with --partial.",
            )

    def _planned(self, store: Store, one: Prospect) -> Planned:
        rows = []
        for step in one.steps:
            record = step.record if step.record and step.record.state is not State.FAILED else None
            rows.append(send_row(store, self._campaign(store), step, record, _PLANNED[step.fate]))
        return rows, [*self._stock(store, one), self._forecast(store, one)] if one.sends else []

    def _forecast(self, store: Store, one: Prospect) -> str:
        shop, count = self.desk.shop(store), len(one.sends)
        remote.some_newest_draft(shop)  # tells the store's rate limit, and whether its drafts may be read
        seconds = max(0.0, 2 * count - shop.bucket.room()) / shop.bucket.leak
        if is_trial(store):
            seconds = max(seconds, math.ceil(count / PER_MINUTE - 1) * 60.0)
        time = f"{max(1, round(seconds))} s" if seconds < 120 else f"{round(seconds / 60)} min"
        return f"{store.name}: {counted(count, 'gift')} worth {one.retail} {store.currency} take about {time}."


_PLANNED = {
    Fate.SEND: "planned",
    Fate.RESUME: "planned",
    Fate.EXISTS: "exists",
    Fate.CANCELLED: "cancelled",
    Fate.FAIL: "failed",
}


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


def _result(rows: list[dict[str, Cell]], failures: Sequence[Failure], notes: Sequence[str], *, dry_run: bool) -> Result:
    counts = Counter(str(row["status"]) for row in rows)
    summary = {"asked": len(rows), "sent": counts["sent"], "existing": counts["exists"], "failed": counts["failed"]}
    listed = [{column.key: row.get(column.key) for column in SEND_COLUMNS} for row in rows]
    body = {"dry_run": dry_run, "rows": listed, "summary": summary}
    return Result("shopinf.gifts.send/1", SEND_COLUMNS, rows, body=body, notes=list(notes), failures=list(failures))
