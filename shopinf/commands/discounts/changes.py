"""What `--update-terms` changes: the row a code has afterwards, its old and new terms in words, and other notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from shopinf.commands.discounts.rows import code_row
from shopinf.discounts.plan import Fate, Step, changes
from shopinf.discounts.records import CodeRecord
from shopinf.results import Cell
from shopinf.times import iso
from shopinf.words import agreeing, counted

if TYPE_CHECKING:
    from shopinf.stores import Store

_MOST = 20  # codes told of one by one


def updated_row(store: Store, record: CodeRecord, step: Step, *, planned: bool = False) -> dict[str, Cell]:
    """The row of *record* with what *step* changes, whether that is done or is *planned*."""
    ask, rule = step.ask, replace(record.rule, terms=step.terms or record.rule.terms)
    if planned:  # what is done was seen, and may not have come to what was asked for
        rule = replace(rule, combining=ask.combining.over(rule.combining))
    after = replace(
        record,
        rule=rule,
        commission=ask.commission or record.commission,
        redirect=ask.redirect or record.redirect,
        utm=record.utm if ask.utm is None else ask.utm,
    )
    return code_row(store, after, ask.influencer, "updated")


def is_updated(store: Store, record: CodeRecord, step: Step) -> bool:
    """Is the code as it was asked for, now that it was to be changed?"""
    return not changes(step.ask, record, store.zone, store.currency)


def update_notes(store: Store, steps: Sequence[Step], day: date, *, done: bool) -> list[str]:
    """What changed, or is to change, from what to what; a commission from which day on."""
    verb = ("was", "is now") if done else ("is", "becomes")
    notes = [f"{step.code} in {store.name}: {'; '.join(_words(step, verb, day))}" for step in steps]
    if len(notes) > _MOST:
        return [*notes[:_MOST], f"and {counted(len(notes) - _MOST, 'more code')} in {store.name} likewise"]
    return notes


def _words(step: Step, verb: tuple[str, str], day: date) -> list[str]:
    since: Mapping[str, str] = {"commission": f" for orders from {day} on"}
    return [f"{e.name} {verb[0]} {e.was}, {verb[1]} {e.wanted}{since.get(e.name, '')}" for e in step.changes]


def asleep_notes(store: Store, steps: Sequence[Step]) -> list[str]:
    """Which codes were asked for and are not made again."""
    notes = [step.note for step in steps if step.note and step.fate is Fate.EXISTS]
    if len(notes) <= 5:
        return notes
    return [f"{len(notes)} codes in {store.name} are paused or retired and stay so"]


def later_notes(store: Store, rows: Sequence[Mapping[str, Cell]], now: datetime) -> list[str]:
    """Which codes begin later, and that they track nothing until then."""
    begins = [row["starts_at"] for row in rows if row["status"] != "failed" and isinstance(row["starts_at"], datetime)]
    later = [begin for begin in begins if begin > now]
    if not later:
        return []
    many = len(later)
    begin = (
        f"{counted(many, 'code')} in {store.name} {agreeing(many, 'begins', 'begin')} at {iso(min(later), store.zone)}"
    )
    until = agreeing(many, "it and its link track", "they and their links track")
    return [f"{begin}; until then {until} nothing."]
