"""Pausing, resuming and retiring codes.

On a rule of its own a code is paused by the rule's end date and resumed by the former dates, which the ledger keeps. On
a shared rule it is deleted and made again. A code that is paused tracks nothing, its link included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from shopinf.discounts.plan import CodeRecord, Origin, State, standing
from shopinf.errors import BadInput, NoSuchThing, PartlyDone, ShopinfError, Stopped
from shopinf.outcomes import Done
from shopinf.results import Cell, Failure, Result
from shopinf.shell import quoted
from shopinf.shopify import discounts as remote
from shopinf.times import utc_z
from shopinf.words import counted
from shopinf.work.codes.make import claim, said, taken
from shopinf.work.discounts.codechoice import CodeChoice, choose_codes, people_of
from shopinf.work.discounts.coderows import CODE_COLUMNS, code_row

if TYPE_CHECKING:
    from shopinf.desk import ChosenForm, Desk
    from shopinf.shopify.client import Shop
    from shopinf.stores import Store

SILENT = "A paused code tracks nothing, and neither do links with it."


class Act(StrEnum):
    """What is done with codes that exist."""

    PAUSE = "pause"
    RESUME = "resume"
    RETIRE = "retire"


_FROM = {
    Act.PAUSE: {State.LIVE},
    Act.RESUME: {State.PAUSED},
    Act.RETIRE: {State.LIVE, State.PAUSED, State.MISSING, State.INTENDED},
}
_TO = {Act.PAUSE: State.PAUSED, Act.RESUME: State.LIVE, Act.RETIRE: State.RETIRED}
_DOING = {Act.PAUSE: "pausing codes", Act.RESUME: "resuming codes", Act.RETIRE: "retiring codes"}
_PAST = {Act.PAUSE: "paused", Act.RESUME: "resumed", Act.RETIRE: "retired"}


@dataclass(frozen=True)
class Tended:
    """What was done in one store."""

    rows: list[dict[str, Cell]]
    failures: list[Failure]
    changed: int


def tend(desk: Desk, stores: Sequence[Store], choice: CodeChoice, act: Act, form: ChosenForm, *, dry_run: bool) -> None:
    """Pause, resume or retire the codes chosen; what is as it should be already stays untouched."""
    chosen = choose_codes(desk, stores, choice)
    meant = [record for records in chosen.values() for record in records if record.state in _FROM[act]]
    _refuse_tracked(meant, act)
    if meant and not dry_run:
        if act is not Act.RESUME:
            desk.out.note(SILENT if act is Act.PAUSE else "A retired code is never made again.")
        deleted = [record for record in meant if _is_deleted_by(record, act)]
        if deleted or len(meant) > 1:
            desk.out.confirm(_question(meant, deleted, act))

    def work(store: Store) -> Tended:
        records = chosen[store.name]
        if dry_run or not any(record.state in _FROM[act] for record in records):
            return _tended(desk, store, records, [], 0)
        with desk.writing(store):
            return _Tending(desk, store, act).tend([record.id for record in records])

    outcomes = desk.each_store([store for store in stores if chosen[store.name]], work).or_raise()

    def answer(done: Done[Tended], failures: Sequence[Failure]) -> Result:
        rows = [row for _, one in done for row in one.rows]
        lost = [*(failure for _, one in done for failure in one.failures), *failures]
        return Result(f"shopinf.discounts.{act}/1", CODE_COLUMNS, rows, failures=lost)

    whole = desk.deliver(outcomes, answer, form)
    if whole.failures:
        lost = sum(len(one.failures) for _, one in outcomes.done) + sum(len(chosen[s.name]) for s in outcomes.lost)
        count = sum(len(records) for records in chosen.values())
        raise PartlyDone(
            f"{lost} of {counted(count, 'code')} could not be {_PAST[act]}",
            hint="Run the same command again; it does only what is left.",
        )
    if dry_run:
        desk.out.say(f"{counted(len(meant), 'code')} would be {_PAST[act]}.")
    else:
        desk.out.say(_sentence(sum(one.changed for _, one in outcomes.done), len(whole.rows), act))


class _Tending:
    """The work in one store, with its writing lock held."""

    def __init__(self, desk: Desk, store: Store, act: Act) -> None:
        self._desk, self._store, self._act = desk, store, act
        self._shop: Shop = desk.shop(store)
        self._codes = desk.ledger.codes

    def tend(self, ids: Sequence[int]) -> Tended:
        records = self._codes.by_ids(ids)  # anew, for another run may have been quicker
        failures: list[Failure] = []
        changed = 0
        with self._desk.out.progress(_DOING[self._act], len(records), "codes", store=self._store.name) as progress:
            for record in records:
                try:
                    changed += self._one(record)
                except Stopped:
                    raise
                except ShopinfError as error:
                    if not changed and not isinstance(error, BadInput):
                        raise
                    failures.append(Failure(self._store.name, record.code, said(error), error.code))
                progress.advance()
        return _tended(self._desk, self._store, self._codes.by_ids(ids), failures, changed)

    def _one(self, record: CodeRecord) -> bool:
        if record.state not in _FROM[self._act]:
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
        self._codes.retell(self._store.shop_id, record, f"code.{_PAST[self._act]}", values)
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
        try:
            remote.change_rule(self._shop, rule.price_rule_id, **dates)
        except NoSuchThing:  # deleted in the admin: it could not be more paused
            return {}
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
                hint=f"shopinf discounts retire --code {quoted(record.code)}",
            ) from None
        return {}


def _refuse_tracked(records: Sequence[CodeRecord], act: Act) -> None:
    tracked = [record.code for record in records if record.origin is Origin.TRACKED]
    if tracked:
        raise BadInput(
            f"{', '.join(tracked[:5])} {'is' if len(tracked) == 1 else 'are'} only tracked, so shopinf does not {act} "
            f"{'it' if len(tracked) == 1 else 'them'}",
            hint="shopinf discounts import FILE --mode adopt lets shopinf manage such codes.",
        )


def _is_deleted_by(record: CodeRecord, act: Act) -> bool:
    return act is not Act.RESUME and not record.rule.own and record.state is State.LIVE


def _question(meant: Sequence[CodeRecord], deleted: Sequence[CodeRecord], act: Act) -> str:
    what = f"{act.capitalize()} {counted(len(meant), 'code')}"
    if not deleted:
        return f"{what}?"
    again = "; resume makes them again" if act is Act.PAUSE else ""
    return f"{what}? {len(deleted)} on shared price rules are deleted in the store{again}."


def _tended(desk: Desk, store: Store, records: Sequence[CodeRecord], failures: list[Failure], changed: int) -> Tended:
    people, now = people_of(desk, records), desk.clock.now()
    why = {failure.what: failure.error for failure in failures}
    rows = [
        code_row(store, record, people.get(record.person), str(standing(record, now)), error=why.get(record.code))
        for record in records
    ]
    return Tended(rows, failures, changed)


def _sentence(changed: int, count: int, act: Act) -> str:
    if not changed:
        return f"Nothing to {act}: {counted(count, 'code')} looked at."
    more = "  Next: shopinf discounts resume" if act is Act.PAUSE else ""
    return f"{counted(changed, 'code')} {_PAST[act]}.{more}"
