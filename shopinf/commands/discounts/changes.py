"""What `--update-terms` changes: the row a code has afterwards, and its old and new terms in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from shopinf.commands.discounts.rows import code_row
from shopinf.discounts.plan import CodeRecord, Step, changes
from shopinf.results import Cell
from shopinf.words import counted

if TYPE_CHECKING:
    from shopinf.stores import Store

_MOST = 20  # codes told of one by one


def updated_row(store: Store, record: CodeRecord, step: Step) -> dict[str, Cell]:
    """The row of *record* with what *step* changes, whether that is done or is to be."""
    ask, terms = step.ask, step.terms or record.rule.terms
    after = replace(
        record,
        rule=replace(record.rule, terms=terms),
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
