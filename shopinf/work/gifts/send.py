"""Sending gifts so that nobody gets two and nobody is asked to pay.

A gift is written down before its draft is sent, with the id of a draft that all later ones are above; and before the
draft is completed. When an answer is lost, or the run is killed, the draft is looked for by its reference, or looked
at by its id, and sent anew when doubt.py says that it will not appear any more. A draft that does not cost exactly
nothing is deleted, never completed.
"""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from shopinf.errors import LostResponse, NoAnswer, NoSuchThing, Refused, ShopinfError, Stopped
from shopinf.gifts.plan import Ask, GiftRecord, Good, Recipient, Shape, State, Step, plan
from shopinf.money import Money
from shopinf.shopify import drafts as remote
from shopinf.shopify.pages import at_once
from shopinf.words import counted
from shopinf.work.doubt import Doubt, Noted, looked_for, together
from shopinf.work.gifts.found import all_intended, take_up

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.shopify.client import Shop
    from shopinf.stores import Store

LOOKS = 3  # at a draft that seems to be gone
CALCULATED = 180.0  # seconds that a draft's totals are waited for
RACES = 12  # completions refused as too early
ROUNDS = 2  # of looking for lost answers and sending again, without a single gift getting further
_TRIAL = re.compile(r"develop|partner|affiliate|trial|sandbox", re.IGNORECASE)
PER_MINUTE = 5  # drafts that development and trial stores take
DELETED = "its draft was deleted in Shopify"


def is_trial(store: Store) -> bool:
    """Is it a store that takes but a few drafts a minute?"""
    return bool(_TRIAL.search(store.plan))


@dataclass(frozen=True, slots=True)
class Parcelled:
    """What goes into the draft of one gift besides its lines; kept nowhere."""

    recipient: Recipient
    note: str
    tags: Sequence[str] = ()


def send_missing(
    desk: Desk,
    store: Store,
    asks: Sequence[Ask],
    goods: Mapping[str, Good],
    shape: Shape,
    parcelled: Callable[[Ask], Parcelled],
) -> tuple[list[Step], ShopinfError | None]:
    """Send what is missing of *asks*; returns what was to be done for each, and what stopped the work.

    What came of each is in the ledger.
    """
    gifts = desk.ledger.gifts
    with desk.writing(store):
        steps = plan(asks, goods, gifts.of_shop(store.shop_id), shape)  # anew, for another run may have been quicker
        if fresh := [step for step in steps if _is_fresh(step)]:
            found = take_up(desk, store, desk.shop(store), shape, fresh)
            if found:
                desk.out.say(f"{store.name} has {counted(len(found), 'gift')} that the ledger lacked; taken up")
                steps = plan(asks, goods, gifts.of_shop(store.shop_id), shape)
        records = _written_down(desk, store, shape, [step for step in steps if step.sends])
        if not records:
            return steps, None
        parcels = {record.id: parcelled(step.ask) for step, record in records}
        with desk.out.progress("sending gifts", len(records), "gifts", store=store.name) as progress:
            sending = Sending(desk, store, desk.shop(store), progress.advance, parcels)
            sending.send([record for _, record in records])
    return steps, sending.trouble


def _written_down(desk: Desk, store: Store, shape: Shape, steps: Sequence[Step]) -> list[tuple[Step, GiftRecord]]:
    """The gifts of *steps* in the ledger; those that no run has sent are planned anew."""
    gifts = desk.ledger.gifts
    fresh = [step for step in steps if _is_fresh(step)]
    wanted = all_intended(desk, store, shape, fresh)
    made = gifts.intend(store.shop_id, shape.campaign, store.currency, wanted)
    ids = dict(zip([step.ask.person for step in fresh], made, strict=True))
    ids |= {step.ask.person: step.record.id for step in steps if step.record and step.ask.person not in ids}
    records = gifts.by_ids([ids[step.ask.person] for step in steps])
    return [(step, record) for step, record in zip(steps, records, strict=True) if record.is_open]


def _is_fresh(step: Step) -> bool:
    """Is it a gift that no run has sent, as far as is known here?"""
    return step.sends and not (step.is_drafted or (step.record is not None and step.record.in_doubt))


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of one gift this time."""

    record: GiftRecord
    error: ShopinfError | None = None
    lost: bool = False  # it is not known whether the store has it


class Sending:
    """Sends planned gifts of one store; the ledger says what came of each, `trouble` what stopped the rest."""

    def __init__(
        self,
        desk: Desk,
        store: Store,
        shop: Shop,
        tick: Callable[[int], None] = lambda count: None,
        parcels: Mapping[int, Parcelled] | None = None,
    ) -> None:
        self.store, self.shop, self.tick = store, shop, tick
        self.gifts = desk.ledger.gifts
        self.doubt = Doubt(desk, store, shop, self)
        self.trouble: ShopinfError | None = None
        self._parcels = parcels or {}
        self._newest: int | None = None
        self._trial = is_trial(store)
        self._pacing = threading.Lock()
        self._posted: deque[float] = deque(maxlen=PER_MINUTE)

    @property
    def workers(self) -> int:
        return 1 if self._trial else together(self.shop)

    def send(self, records: Sequence[GiftRecord]) -> None:
        """Send each of *records*; those that an earlier run may have sent are looked for last."""
        doubtful = [record for record in records if record.in_doubt]
        try:
            self._look_around()
            doubtful += self._carry_on([record for record in records if not record.in_doubt])
            self.doubt.see_through(doubtful, self._go_on, noun="gift", rounds=ROUNDS)
        except Stopped:
            raise
        except ShopinfError as trouble:
            self.trouble = trouble

    def _go_on(self, records: Sequence[GiftRecord]) -> list[GiftRecord]:
        """Send those of *records* that are open still; returns those that got lost on the way."""
        left = [record for record in records if record.is_open]
        self.tick(len(records) - len(left))
        return self._carry_on(left)

    # one gift

    def _carry_on(self, records: Sequence[GiftRecord]) -> list[GiftRecord]:
        """Take *records* as far as they go, several at a time; returns those that got lost on the way."""
        lost: list[GiftRecord] = []
        jobs: Iterator[Callable[[], Sent]] = (partial(self._one, record) for record in records)
        for sent in at_once(jobs, workers=self.workers, clock=self.shop.clock):
            if sent.lost:
                lost.append(sent.record)
            else:
                self.tick(1)
            self.doubt.watch(sent.error)
        return lost

    def _one(self, record: GiftRecord) -> Sent:
        draft: remote.Draft | None = None
        draft_id = record.draft_order_id
        try:
            if record.state is State.INTENDED:
                draft = self._drafted(record)
                if draft is None:
                    return Sent(record)
                draft_id = draft.id
            assert draft_id is not None
            return self._completed(record, draft_id, draft)
        except LostResponse as error:
            return Sent(record, error, lost=True)
        except Refused as error:
            if draft_id is not None:  # nobody should find it, least of all with a total
                remote.delete_draft(self.shop, draft_id)
            self.gifts.fail(self.store.shop_id, record, error.message)
            return Sent(record, error)

    def _drafted(self, record: GiftRecord) -> remote.Draft | None:
        """Make the draft of a gift; None when another run is at it."""
        parcel = self._parcels[record.id]
        wish = remote.Wish(record.reference, record.lines, parcel.recipient, parcel.note, parcel.tags, record.campaign)
        self._pace()
        noted = self.gifts.sending(self.store.shop_id, record, self._newest or 0)
        if noted is None:
            return None
        with self.doubt.in_time(noted):
            draft = remote.make_draft(self.shop, wish, record.currency)
        self.gifts.drafted(self.store.shop_id, record, draft.id, draft.retail)
        return draft

    def _completed(self, record: GiftRecord, draft_id: int, draft: remote.Draft | None) -> Sent:
        """Complete a draft once its total is known to be nothing."""
        draft = self._calculated(draft_id, draft, record.currency)
        if draft is None:
            self.gifts.cancel(self.store.shop_id, record, DELETED)
            return Sent(record)
        if draft.completed:
            return self.keep(record, draft)
        if draft.total != 0:
            total = Money(draft.total or Decimal(0), record.currency)
            raise Refused(
                f"the draft's total was {total} {record.currency} instead of nothing, so it was deleted",
                hint="Look for taxes or duties that Shopify adds to gifts there.",
            )
        former = record.completing_at
        for attempt in range(RACES):
            former = self.gifts.completing(self.store.shop_id, record, former)
            if former is None:
                return Sent(record)
            try:
                with self.doubt.in_time(former):
                    done = remote.complete_draft(self.shop, draft_id, record.currency)
            except NoSuchThing:
                self.gifts.cancel(self.store.shop_id, record, DELETED)
                return Sent(record)
            except Refused as refused:
                if remote.is_unfinished(refused):
                    self.shop.clock.wait(1.5 * 1.5**attempt)
                    continue
                done = self._look_at(draft_id, record.currency)
                if done is None or not done.completed:  # else somebody was quicker
                    self.gifts.not_completed(self.store.shop_id, record)
                    raise
            return self.keep(record, done or draft)
        self.gifts.not_completed(self.store.shop_id, record)
        raise NoAnswer(
            f"{self.store.name} does not finish calculating a draft order",
            hint="Run the same command again later: it goes on where it was.",
        )

    def keep(self, record: GiftRecord, draft: remote.Draft) -> Sent:
        """Write down the order of a completed draft; its id may come a moment later."""
        for _ in range(LOOKS):
            if draft.order_id is not None:
                self.gifts.completed(self.store.shop_id, record, draft.order_id, draft.completed_at)
                return Sent(record)
            self.shop.clock.wait(draft.wait or 1.5)
            draft = self._look_at(draft.id, record.currency) or draft
        raise LostResponse(f"{self.store.name} did not say which order a gift became")

    def _calculated(self, draft_id: int, draft: remote.Draft | None, currency: str) -> remote.Draft | None:
        """The draft with its totals, waited for as long as Shopify says; None when it is gone."""
        begun = self.shop.clock.monotonic()
        while True:
            if draft is not None:
                if draft.calculated or draft.completed:
                    return draft
                if self.shop.clock.monotonic() - begun > CALCULATED:
                    raise NoAnswer(
                        f"{self.store.name} has not calculated a draft order in {CALCULATED / 60:.0f} minutes",
                        hint="Run the same command again later: it goes on where it was.",
                    )
                self.shop.clock.wait(draft.wait or 1.5)
            draft = self._look_at(draft_id, currency)
            if draft is None:
                return None

    def _look_at(self, draft_id: int, currency: str) -> remote.Draft | None:
        """A draft as it stands; None when it is gone."""
        return looked_for(lambda: remote.find_draft(self.shop, draft_id, currency), clock=self.shop.clock, looks=LOOKS)

    def _pace(self) -> None:
        """Wait where the store takes but a few drafts a minute."""
        if not self._trial:
            return
        with self._pacing:
            if len(self._posted) == PER_MINUTE:
                left = self._posted[0] + 61 - self.shop.clock.monotonic()
                if left > 0:
                    self.shop.clock.wait(left)
            self._posted.append(self.shop.clock.monotonic())

    # finding what may be there

    def _look_around(self) -> None:
        """Learn an id that every draft made from now on is above."""
        if self._newest is None:
            known = self.gifts.newest_draft(self.store.shop_id)
            self._newest = max(known, remote.some_newest_draft(self.shop))

    def now(self, records: Sequence[GiftRecord]) -> list[GiftRecord]:
        return self.gifts.by_ids([record.id for record in records])

    def noted(self, record: GiftRecord) -> Noted:
        return Noted(record.completing_at or record.sent_at, record.run)

    def look(self, records: Sequence[GiftRecord], *, last: bool) -> list[GiftRecord]:
        """Take what is in the store for ours, the *last* time whatever became of it; returns what is not there."""
        sought = {record.reference.casefold(): record for record in records if record.state is State.INTENDED}
        left = []
        if sought:
            lowest = min(record.before_id or 0 for record in sought.values())
            found: dict[str, list[remote.Draft]] = {}
            for status in ("open", "invoice_sent", "completed") if last else ("open",):
                for draft in remote.drafts_since(self.shop, lowest, self.store.currency, status):
                    if draft.reference in sought:
                        found.setdefault(str(draft.reference), []).append(draft)
            for reference, drafts in found.items():
                self._adopt(sought[reference], drafts)
            left += [record for reference, record in sought.items() if reference not in found]
        for record in records:
            if record.state is State.DRAFTED and record.draft_order_id is not None:
                known = self._look_at(record.draft_order_id, record.currency)
                if known is None:
                    self.gifts.cancel(self.store.shop_id, record, DELETED)
                elif known.completed:
                    self.keep(record, known)
                else:
                    left.append(record)
        return left

    def _adopt(self, record: GiftRecord, drafts: Sequence[remote.Draft]) -> None:
        """Take a draft for ours; of two with our reference, which only a proxy can have made, one has to go."""
        ours = min(drafts, key=lambda draft: (not draft.completed, draft.id))
        self.gifts.drafted(self.store.shop_id, record, ours.id, ours.retail)
        if ours.completed:
            self.keep(record, ours)
        for draft in drafts:
            if draft.id != ours.id and not draft.completed:
                remote.delete_draft(self.shop, draft.id)
