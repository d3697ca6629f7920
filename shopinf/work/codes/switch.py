"""Codes switched off and on: paused, resumed, retired; noted before it is sent, so that a stopped run is taken up.

On a rule of its own a code is paused by the rule's end date and resumed by the former dates, which the ledger keeps. On
a shared rule it is deleted and made again. A code that is paused tracks nothing, its link included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from shopinf.discounts.records import CodeRecord, Origin, State
from shopinf.errors import BadInput, NoSuchThing, PartlyDone, ShopinfError, Stopped
from shopinf.shell import quoted
from shopinf.shopify import discounts as remote
from shopinf.times import utc_z
from shopinf.work.codes.combine import combine_again, named
from shopinf.work.codes.make import claim, taken

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.shopify.client import Shop
    from shopinf.stores import Store


class Act(StrEnum):
    """What is done with codes that exist."""

    PAUSE = "pause"
    RESUME = "resume"
    RETIRE = "retire"

    @property
    def past(self) -> str:
        return {Act.PAUSE: "paused", Act.RESUME: "resumed", Act.RETIRE: "retired"}[self]

    def concerns(self, record: CodeRecord) -> bool:
        """Is there something to do? What is as it should be already stays untouched."""
        return record.state in _FROM[self]

    def deletes(self, record: CodeRecord) -> bool:
        """Does the code go from the store? On a shared rule there is no other way to end it alone."""
        return self is not Act.RESUME and not record.rule.own and record.state is State.LIVE


_FROM = {
    Act.PAUSE: {State.LIVE},
    Act.RESUME: {State.PAUSED},
    Act.RETIRE: {State.LIVE, State.PAUSED, State.MISSING, State.INTENDED},
}
_TO = {Act.PAUSE: State.PAUSED, Act.RESUME: State.LIVE, Act.RETIRE: State.RETIRED}
_DOING = {Act.PAUSE: "pausing codes", Act.RESUME: "resuming codes", Act.RETIRE: "retiring codes"}


@dataclass
class Switched:
    """What was done in one store: how many codes changed, and why others did not, by code."""

    changed: int = 0
    failed: dict[str, ShopinfError] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def switch(desk: Desk, store: Store, ids: Sequence[int], act: Act) -> Switched:
    """Pause, resume or retire the codes with these *ids* of the ledger's."""
    done = Switched()
    with desk.writing(store):
        switching = _Switching(desk, store, act)
        records = desk.ledger.codes.by_ids(ids)  # anew, for another run may have been quicker
        with desk.out.progress(_DOING[act], len(records), "codes", store=store.name) as progress:
            for record in records:
                try:
                    done.changed += switching.one(record)
                except Stopped:
                    raise
                except ShopinfError as error:
                    if not done.changed and not isinstance(error, BadInput):
                        raise
                    done.failed[record.code] = error
                progress.advance()
        if act is Act.RESUME and done.changed:
            resumed = desk.ledger.codes.by_ids(ids)
            uncombined = combine_again(desk, store, [record for record in resumed if record.state is State.LIVE])
            done.notes = [f"{code} is resumed; {why.message}" for code, why in named(resumed, uncombined).items()]
    return done


def pause_all(desk: Desk, store: Store) -> int:
    """Pause every live code of *store* that shopinf manages, before it is let go; returns how many were paused.

    `PartlyDone` when some could not be, so that nothing is forgotten which is still needed to pause them.
    """
    codes = desk.ledger.codes.of_shop(store.shop_id)
    live = [code.id for code in codes if code.state is State.LIVE and code.origin is not Origin.TRACKED]
    done = switch(desk, store, live, Act.PAUSE)
    if done.failed:
        raise PartlyDone(
            f"{store.name} stays connected, since not all of its codes could be paused: {', '.join(done.failed)}",
            hint="Run the same command again, or without --pause-codes.",
        )
    return done.changed


class _Switching:
    """The work in one store, with its writing lock held."""

    def __init__(self, desk: Desk, store: Store, act: Act) -> None:
        self._desk, self._store, self._act = desk, store, act
        self._shop: Shop = desk.shop(store)
        self._codes = desk.ledger.codes

    def one(self, record: CodeRecord) -> bool:
        """Do it for one code, if there is something to do."""
        if not self._act.concerns(record):
            return False
        self._codes.note(self._store.shop_id, record, f"code.{self._act}.intended", code=record.code)
        values: dict[str, Any] = {"state": _TO[self._act]}
        match self._act:
            case Act.RESUME:
                values |= self._resume(record)
            case Act.PAUSE | Act.RETIRE if record.state is State.LIVE:
                values |= self._stop(record)
            case _:
                pass  # it is not in the store as an active code, so nothing has to go there
        self._codes.retell(self._store.shop_id, record, f"code.{self._act.past}", values)
        return True

    def _stop(self, record: CodeRecord) -> Mapping[str, Any]:
        rule = record.rule
        if rule.price_rule_id is None:
            return {}
        if not rule.own:
            if record.discount_code_id is not None:
                remote.delete_code(self._shop, rule.price_rule_id, record.discount_code_id)
            return {"discount_code_id": None}
        now = self._desk.clock.now()
        if rule.terms.ends is not None and rule.terms.ends <= now:
            return {}
        dates = {"ends_at": utc_z(now)}
        if rule.terms.starts is None or utc_z(rule.terms.starts) >= dates["ends_at"]:
            dates["starts_at"] = utc_z(now - timedelta(seconds=1))  # a rule cannot end before it starts
        with suppress(NoSuchThing):  # deleted in the admin: it could not be more paused
            remote.change_rule(self._shop, rule.price_rule_id, **dates)
        return {}

    def _resume(self, record: CodeRecord) -> Mapping[str, Any]:
        rule = record.rule
        if rule.price_rule_id is None:
            raise BadInput(f"The price rule of {record.code} is gone", hint="Make another code for its influencer.")
        try:
            if not rule.own:
                made = claim(self._shop, rule.price_rule_id, record.code)
                if made is None:
                    raise taken(record.code)
                return {"discount_code_id": made}
            dates: dict[str, Any] = {"ends_at": utc_z(rule.terms.ends) if rule.terms.ends else None}
            if rule.terms.starts is not None:
                dates["starts_at"] = utc_z(rule.terms.starts)
            remote.change_rule(self._shop, rule.price_rule_id, **dates)
        except NoSuchThing:
            raise BadInput(
                f"{record.code} was deleted in the Shopify admin, so it cannot be resumed",
                hint=f"shopinf discounts retire --code {quoted(record.code)}{self._desk.pointing_at(self._store)}",
            ) from None
        return {}
