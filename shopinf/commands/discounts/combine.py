"""`shopinf discounts combine`: codes that exist are to work together with other discounts, or no longer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.commands.discounts.choice import CodeChoice, choose_codes, people_of
from shopinf.commands.discounts.combination import (
    AppliesOption,
    applies_notes,
    read_combining,
    scope_notes,
    unmet,
    unmet_failures,
)
from shopinf.commands.discounts.rows import CODE_COLUMNS, code_row
from shopinf.commands.options import DeskContext, DryRunOption, FormChoice, Noun, StoreChoice, examples
from shopinf.discounts.combining import Combining, changes
from shopinf.discounts.records import CodeRecord, Origin, State, standing
from shopinf.errors import BadInput, PartlyDone, ShopinfError
from shopinf.outcomes import Done
from shopinf.results import Cell, Failure, Result
from shopinf.words import agreeing, counted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Store

app = Noun()

MOST = 20  # codes told of one by one


@app.command(
    "combine",
    columns=CODE_COLUMNS,
    asks=True,
    epilog=examples(
        "discounts combine --code MAYA15 --with order",
        "discounts combine --campaign q4 --with product,order,shipping --yes",
        "discounts combine --influencer maya --with none --applies-to both",
    ),
)
def combine(
    desk: DeskContext,
    stores: StoreChoice,
    form: FormChoice,
    choice: CodeChoice,
    with_: Annotated[
        str | None,
        typer.Option(
            "--with",
            help="Which other discounts they combine with: product, order, shipping, or none.",
            metavar="product,order,shipping|none",
        ),
    ] = None,
    applies_to: AppliesOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Have codes that exist combine with other discounts, or choose which purchases they count for.

    Shopify asks it of both sides: the other discount has to allow codes as well.
    """
    wanted = read_combining(with_, applies_to)
    if not wanted:
        raise BadInput("It was not said what the codes combine with", hint="Give --with, --applies-to or both.")
    if choice.is_all:
        raise BadInput(
            "It was not said which codes are to combine",
            hint="Give at least one of --campaign, --influencer and --code.",
        )
    chosen_stores = desk.stores(stores)
    chosen = {store: records for store, records in _chosen(desk, chosen_stores, choice).items() if records}
    concerned = [record for records in chosen.values() for record in records if _concerns(record, wanted)]
    _refuse_tracked(concerned)
    _refuse_shared(desk, chosen, wanted)
    if dry_run:
        _show_plan(desk, chosen, wanted, form)
        return
    if len(concerned) > 1:
        count, what = counted(len(concerned), "code"), wanted.shown if wanted.combines else "nothing"
        desk.out.confirm(f"Change {count}?" if wanted.combines is None else f"Have {count} combine with {what}?")
    outcomes = desk.each_store(list(chosen), lambda store: _carry_out(desk, store, chosen[store], wanted)).or_raise()

    def answer(done: Done[Combined], lost: Sequence[Failure]) -> Result:
        rows = [row for _, one in done for row in one.rows]
        failures = [*(failure for _, one in done for failure in one.failures), *lost]
        notes = [note for _, one in done for note in one.notes]
        return Result("shopinf.discounts.combine/1", CODE_COLUMNS, rows, notes=notes, failures=failures)

    whole = desk.deliver(outcomes, answer, form)
    lost = sum(len(chosen[store]) for store in outcomes.lost)
    _conclude(desk, whole, lost, sum(one.changed for _, one in outcomes.done), at=stores.typed)


def _conclude(desk: Desk, whole: Result, lost: int, changed: int, *, at: str) -> None:
    """Say what came of it, or end as partly done; *lost* are codes of stores that failed."""
    if whole.failures:
        left = sum(row["error"] is not None for row in whole.rows) + lost
        raise PartlyDone(
            f"{counted(left, 'code')} {agreeing(left, 'does', 'do')} not combine as asked",
            hint=next((each.hint for each in whole.failures if each.hint), "Correct what is named, and run it again."),
        )
    if not whole.rows:
        desk.out.say(f"No such code is in a store.  Next: shopinf discounts list{at}")
    elif changed:
        desk.out.say(f"{counted(changed, 'code')} changed.  Next: shopinf discounts check{at}")
    else:
        desk.out.say(f"Nothing to change: {counted(len(whole.rows), 'code')} looked at.")


def _chosen(desk: Desk, stores: Sequence[Store], choice: CodeChoice) -> Mapping[Store, Sequence[CodeRecord]]:
    """The codes meant in each store, as far as there is a price rule in the store."""
    found = choose_codes(desk, stores, choice)
    return {
        store: [
            record
            for record in found[store.name]
            if record.state in (State.LIVE, State.PAUSED) and record.rule.price_rule_id is not None
        ]
        for store in stores
    }


def _concerns(record: CodeRecord, wanted: Combining) -> bool:
    """Is there something to do? What the store is known to have as wanted stays untouched."""
    return not record.rule.combining.meets(wanted) or record.rule.uncombined


def _refuse_tracked(concerned: Sequence[CodeRecord]) -> None:
    tracked = [record.code for record in concerned if record.origin is Origin.TRACKED]
    if tracked:
        are, them = agreeing(len(tracked), "is", "are"), agreeing(len(tracked), "it", "them")
        raise BadInput(
            f"{', '.join(tracked[:5])} {are} only tracked, so shopinf does not change {them}",
            hint="shopinf discounts import FILE --mode adopt lets shopinf manage such codes.",
        )


def _refuse_shared(desk: Desk, chosen: Mapping[Store, Sequence[CodeRecord]], wanted: Combining) -> None:
    """Refuse to change codes that were not meant, for they share a price rule with one that was."""
    from shopinf.work.codes.combine import Target, shares

    for records in chosen.values():
        meant = {record.id for record in records}
        first = {record.rule.id: record for record in records if _concerns(record, wanted)}
        for record in first.values():
            if (refused := shares(desk, Target(record.rule, record.code, wanted), meant)) is not None:
                raise refused


# the work


@dataclass(frozen=True)
class Combined:
    """What was done in one store."""

    rows: Sequence[Mapping[str, Cell]]
    changed: int = 0
    notes: Sequence[str] = field(default_factory=list)
    failures: Sequence[Failure] = field(default_factory=list)


def _carry_out(desk: Desk, store: Store, records: Sequence[CodeRecord], wanted: Combining) -> Combined:
    from shopinf.work.codes.combine import Target, combine_rules

    failed: Mapping[int, ShopinfError] = {}
    ids = [record.id for record in records]
    if any(_concerns(record, wanted) for record in records):
        with desk.writing(store):
            records = desk.ledger.codes.by_ids(ids)  # anew, for another run may have been quicker
            rules = {record.rule.id: record for record in records if _concerns(record, wanted)}
            targets = [Target(each.rule, each.code, wanted.over(each.rule.asked)) for each in rules.values()]
            failed = combine_rules(desk, store, targets)
    after = desk.ledger.codes.by_ids(ids)
    failures = unmet_failures(store, after, failed)
    before = {record.id: record.rule.combining for record in records}
    changed = sum(record.rule.combining != before[record.id] for record in after)
    rows = _rows(desk, store, after, {record.id: unmet(record, failed) for record in after})
    return Combined(rows, changed, applies_notes(store, after) if wanted.applies else [], failures)


def _rows(
    desk: Desk, store: Store, records: Sequence[CodeRecord], errors: Mapping[int, str | None]
) -> list[dict[str, Cell]]:
    now, people = desk.clock.now(), people_of(desk, records)
    return [
        code_row(store, record, people.get(record.person), str(standing(record, now)), error=errors.get(record.id))
        for record in records
    ]


# the dry run


def _show_plan(desk: Desk, chosen: Mapping[Store, Sequence[CodeRecord]], wanted: Combining, form: FormChoice) -> None:
    rows: list[dict[str, Cell]] = []
    notes: list[str] = []
    for store, records in chosen.items():
        concerned = [record for record in records if _concerns(record, wanted)]
        rows += _rows(desk, store, [_after(record, wanted) for record in records], {})
        said = [sentence for record in concerned for sentence in _planned(store, record, wanted)]
        notes += said[:MOST] + [f"and {counted(len(said) - MOST, 'more change')} likewise"] * (len(said) > MOST)
        notes += scope_notes([store]) if concerned else []
    desk.show(Result("shopinf.discounts.combine/1", CODE_COLUMNS, rows, notes=notes), form)
    count = sum(_concerns(record, wanted) for records in chosen.values() for record in records)
    desk.out.say(f"{counted(count, 'code')} would be changed.")


def _after(record: CodeRecord, wanted: Combining) -> CodeRecord:
    return replace(record, rule=replace(record.rule, combining=wanted.over(record.rule.combining)))


def _planned(store: Store, record: CodeRecord, wanted: Combining) -> list[str]:
    return [
        f"{record.code} in {store.name}: {each.name} is {each.was}, becomes {each.wanted}"
        for each in changes(record.rule.combining, wanted)
    ]
