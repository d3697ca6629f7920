"""What pause, resume and retire share: which codes are meant, the question, the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shopinf.commands.discounts.choice import CodeChoice, choose_codes, people_of
from shopinf.commands.discounts.rows import CODE_COLUMNS, code_row
from shopinf.commands.options import FormChoice
from shopinf.discounts.records import CodeRecord, Origin, standing
from shopinf.errors import BadInput, PartlyDone, ShopinfError
from shopinf.outcomes import Done
from shopinf.results import Cell, Failure, Result
from shopinf.words import agreeing, counted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Store
    from shopinf.work.codes.switch import Act, Switched


@dataclass(frozen=True)
class Meant:
    """The codes that a command line means, by store, and those of them for which there is something to do."""

    act: Act
    stores: Sequence[Store]
    chosen: Mapping[str, Sequence[CodeRecord]]

    @property
    def concerned(self) -> list[CodeRecord]:
        return [record for records in self.chosen.values() for record in records if self.act.concerns(record)]

    def ask(self, desk: Desk, *, again: str = "") -> None:
        """Ask, where several codes are meant or one is deleted; *again* says how a deleted one comes back."""
        deleted = [record for record in self.concerned if self.act.deletes(record)]
        what = f"{self.act.capitalize()} {counted(len(self.concerned), 'code')}?"
        if deleted:
            what += f" {len(deleted)} on shared price rules are deleted in the store{again}."
        if deleted or len(self.concerned) > 1:
            desk.out.confirm(what)


def find_meant(desk: Desk, stores: Sequence[Store], choice: CodeChoice, act: Act) -> Meant:
    """The codes of *choice*, which has to say something; codes that are only tracked are refused."""
    if choice.is_all:
        raise BadInput(
            f"It was not said which codes to {act}", hint="Give at least one of --campaign, --influencer and --code."
        )
    meant = Meant(act, stores, choose_codes(desk, stores, choice))
    tracked = [record.code for record in meant.concerned if record.origin is Origin.TRACKED]
    if tracked:
        are, them = agreeing(len(tracked), "is", "are"), agreeing(len(tracked), "it", "them")
        raise BadInput(
            f"{', '.join(tracked[:5])} {are} only tracked, so shopinf does not {act} {them}",
            hint="shopinf discounts import FILE --mode adopt lets shopinf manage such codes.",
        )
    return meant


def carry_out(desk: Desk, meant: Meant, form: FormChoice, *, dry_run: bool) -> int:
    """Do it and show the codes as they are then; returns how many changed, and says so itself where none did."""
    from shopinf.work.codes.switch import Switched, switch

    act = meant.act

    def work(store: Store) -> Switched:
        records = meant.chosen[store.name]
        if dry_run or not any(act.concerns(record) for record in records):
            return Switched()
        return switch(desk, store, [record.id for record in records], act)

    def answer(done: Done[Switched], lost: Sequence[Failure]) -> Result:
        rows = [row for store, one in done for row in _rows(desk, store, meant.chosen[store.name], one.failed)]
        failures = [
            Failure(store.name, code, error.message, error.code)
            for store, one in done
            for code, error in one.failed.items()
        ]
        notes = [note for _, one in done for note in one.notes]
        return Result(f"shopinf.discounts.{act}/1", CODE_COLUMNS, rows, notes=notes, failures=[*failures, *lost])

    outcomes = desk.each_store([store for store in meant.stores if meant.chosen[store.name]], work).or_raise()
    whole = desk.deliver(outcomes, answer, form)
    count = sum(len(records) for records in meant.chosen.values())
    if whole.failures:
        left = sum(len(one.failed) for _, one in outcomes.done)
        left += sum(len(meant.chosen[store.name]) for store in outcomes.lost)
        raise PartlyDone(
            f"{left} of {counted(count, 'code')} could not be {act.past}",
            hint="Run the same command again; it does only what is left.",
        )
    changed = sum(one.changed for _, one in outcomes.done)
    if dry_run:
        desk.out.say(f"{counted(len(meant.concerned), 'code')} would be {act.past}.")
    elif not changed:
        desk.out.say(f"Nothing to {act}: {counted(len(whole.rows), 'code')} looked at.")
    return changed


def _rows(
    desk: Desk, store: Store, records: Sequence[CodeRecord], failed: Mapping[str, ShopinfError]
) -> list[dict[str, Cell]]:
    """The codes as they are now, each with why nothing was done."""
    now = desk.clock.now()
    present = desk.ledger.codes.by_ids([record.id for record in records])
    people = people_of(desk, present)

    def row(record: CodeRecord) -> dict[str, Cell]:
        error = failed[record.code].message if record.code in failed else None
        return code_row(store, record, people.get(record.person), str(standing(record, now)), error=error)

    return [row(record) for record in present]
