"""From what is asked for to codes in a store: planned, written down, made, and changed where that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shopinf.discounts.codes import drawn_for
from shopinf.discounts.plan import Ask, Fate, Shape, Step, plan
from shopinf.discounts.records import CodeRecord, State
from shopinf.errors import CredentialsProblem, NoAnswer
from shopinf.words import counted
from shopinf.work.codes.change import change
from shopinf.work.codes.combine import Failed, combine_steps
from shopinf.work.codes.fill import Filling
from shopinf.work.codes.found import TakingUp, all_intended
from shopinf.work.codes.make import Making

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.errors import ShopinfError
    from shopinf.stores import Store


def plan_codes(desk: Desk, store: Store, asks: Sequence[Ask], shape: Shape) -> list[Step]:
    """What is to be done in *store* for each of *asks*, by what the ledger has now."""
    codes = desk.ledger.codes
    records = codes.of_campaign(store.shop_id, shape.campaign)
    key, where = desk.ledger.database.key(), (str(store.shop_id), shape.campaign)
    return plan(
        asks,
        records,
        shape,
        lambda names: codes.taken(store.shop_id, names),
        # By name: a dry run does not keep whom it meets for the first time, so that their opaque ids are others then.
        lambda ask: drawn_for(
            key, *where, ask.influencer.influencer if ask.influencer else "", ask.slot, shape.pattern.text
        ),
    )


@dataclass(frozen=True)
class Created:
    """What came of making codes: the plan, what stopped it, and why rules do not combine as asked."""

    steps: Sequence[Step]
    trouble: ShopinfError | None
    uncombined: Failed


def create_missing(desk: Desk, store: Store, asks: Sequence[Ask], shape: Shape) -> Created:
    """Make what is missing in *store*, change what is to be changed, and have the codes combine as asked."""
    codes = desk.ledger.codes
    with desk.writing(store):
        shape = replace(shape, now=desk.clock.now())
        steps = plan_codes(desk, store, asks, shape)  # anew, for another run may have been quicker
        fresh = [step for step in steps if step.fate is Fate.MAKE and not _is_begun(step)]
        if fresh and (known := TakingUp(desk, store, shape).of(fresh)):
            desk.out.say(f"{store.name} has {counted(known, 'code')} that the ledger lacked; taken up")
            steps = plan_codes(desk, store, asks, shape)
            fresh = [step for step in steps if step.fate is Fate.MAKE and not _is_begun(step)]
        ids = codes.intend(store.shop_id, shape.campaign, all_intended(desk, store, shape, fresh))
        begun = [step.record.id for step in steps if step.record and _is_begun(step)]
        records = codes.by_ids(ids + begun)
        fresh_rules = frozenset(record.rule.id for record in records if not record.rule.live)
        trouble = _make(desk, store, records, frozenset(begun))
        if trouble is None:
            trouble = change(desk, store, [step for step in steps if step.fate is Fate.CHANGE])
        uncombined: Failed = {}
        if not isinstance(trouble, (NoAnswer, CredentialsProblem)):  # a code that exists gets what was asked for it
            uncombined = combine_steps(desk, store, steps, shape.campaign, fresh_rules)
    return Created(steps, trouble, uncombined)


def _make(desk: Desk, store: Store, records: Sequence[CodeRecord], begun: frozenset[int]) -> ShopinfError | None:
    if not records:
        return None
    with desk.out.progress("making codes", len(records), "codes", store=store.name) as progress:
        making = Making(desk, store, desk.shop(store), progress.advance)
        own = [record for record in records if record.rule.own]
        if own:
            making.own(own)
        shared: dict[int, list[CodeRecord]] = {}
        for record in records:
            if not record.rule.own:
                shared.setdefault(record.rule.id, []).append(record)
        for group in shared.values():
            if making.trouble is None:
                Filling(making, group, begun).fill()
    return making.trouble


def _is_begun(step: Step) -> bool:
    """Was it sent, or may it have been, by an earlier run? Then it is taken up as it was planned."""
    record = step.record
    if record is None or record.state is not State.INTENDED or step.fate not in (Fate.MAKE, Fate.CHANGE):
        return False
    return record.rule.live or record.rule.sent_at is not None or not record.rule.own
