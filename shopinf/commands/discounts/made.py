"""What `discounts create` did in a store: what was missing is made, and each code is a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shopinf.commands.discounts.changes import asleep_notes, is_updated, later_notes, update_notes, updated_row
from shopinf.commands.discounts.combination import applies_notes, unmet, unmet_failures
from shopinf.commands.discounts.prospect import Prospect
from shopinf.commands.discounts.rows import Summary, bare_row, code_row
from shopinf.discounts.plan import Ask, Fate, Step
from shopinf.discounts.records import CodeRecord, State
from shopinf.errors import BadInput, ShopinfError
from shopinf.results import Cell, Failure

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Store


@dataclass(frozen=True)
class Made:
    """What was done in one store."""

    rows: list[dict[str, Cell]]
    summary: Summary
    notes: Sequence[str] = ()
    failures: Sequence[Failure] = ()


def carry_out(desk: Desk, one: Prospect, asks: Sequence[Ask]) -> Made:
    """Make what is missing in one store."""
    from shopinf.work.codes.combine import is_there
    from shopinf.work.codes.create import create_missing

    store, campaign = one.store, one.shape.campaign
    made = create_missing(desk, store, one.of_its_goods(asks), one.shape)
    steps, trouble = made.steps, made.trouble
    after = {record.key: record for record in desk.ledger.codes.of_campaign(store.shop_id, campaign)}
    rows: list[dict[str, Cell]] = []
    failures = [Failure.of(trouble, store=store.name, what=campaign)] if trouble else []
    updated: list[Step] = []
    there: list[CodeRecord] = []
    for step in steps:
        record = after.get(step.ask.key)
        row = _row(store, campaign, step, record, trouble)
        rows.append(row)
        if record and step.ask.combining and row["status"] != "failed" and is_there(record):
            there.append(record)
            row["error"] = unmet(record, made.uncombined)
        updated += [step] * (row["status"] == "updated")
        if row["status"] == "failed" and row["error"] != str(trouble):
            what = str(row["code"] or row["influencer"] or step.ask.slot or step.ask.place)
            failures.append(Failure(store.name, what, str(row["error"]), BadInput.code))
    summary = Summary.of(rows)
    if trouble and not summary.created and not summary.updated:
        raise trouble
    failures += unmet_failures(store, there, made.uncombined)
    notes = update_notes(store, updated, desk.today(store), done=True) + asleep_notes(store, steps)
    if any(step.ask.combining.applies for step in steps):
        notes += applies_notes(store, there)
    return Made(rows, summary, [*notes, *later_notes(store, rows, desk.clock.now())], failures)


def _row(
    store: Store, campaign: str, step: Step, record: CodeRecord | None, trouble: ShopinfError | None
) -> dict[str, Cell]:
    who = step.ask.influencer
    if step.fate is Fate.FAIL or record is None:
        row = bare_row(store, campaign, who, step.ask.slot, step.code, step.terms, "failed", step.error)
        return row if who else row | {"influencer": step.ask.username or None}
    match step.fate, record.state:
        case Fate.EXISTS, _:
            return code_row(store, record, who, "exists")
        case Fate.CHANGE, _ if is_updated(store, record, step):
            return updated_row(store, record, step)
        case Fate.CHANGE, _:
            return code_row(store, record, who, "failed", error=str(trouble) if trouble else "it was not changed")
        case _, State.LIVE:
            return code_row(store, record, who, "created")
        case _, State.FAILED:
            return bare_row(store, campaign, who, record.slot, record.code, step.terms, "failed", record.error)
    error = str(trouble) if trouble else "it was not made"
    return bare_row(store, campaign, who, record.slot, record.code, record.rule.terms, "failed", error)
