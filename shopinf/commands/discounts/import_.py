"""`shopinf discounts import`: codes of a previous provider, each looked for in the store and tracked from now on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopinf.commands.discounts.rows import CODE_COLUMNS, bare_row, code_row
from shopinf.commands.discounts.sheet import Amounts, day_in_cell, percentage, uses
from shopinf.commands.options import DeskContext, FormChoice, MapOption, Noun, StoreChoice, examples
from shopinf.discounts.campaigns import read_campaign
from shopinf.discounts.codes import LONGEST
from shopinf.discounts.plan import State, standing
from shopinf.discounts.terms import Kind, Wish
from shopinf.errors import BadInput, NotFound, PartlyDone
from shopinf.orders import folded
from shopinf.outcomes import Done, Outcomes
from shopinf.results import Cell, Failure, Result
from shopinf.sheets.fields import Fields, read_mapping
from shopinf.sheets.persons import read_person
from shopinf.sheets.reading import Row
from shopinf.words import agreeing, counted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.people.influencers import Influencer
    from shopinf.shopify.discounts import Code
    from shopinf.stores import Store
    from shopinf.work.codes.survey import Found
    from shopinf.work.codes.track import Fates, Line

app = Noun()

FIELDS = Fields.of(
    "code influencer handle email first_name last_name name campaign slot commission percent amount value value_type "
    "starts ends usage_limit status note group",
    required="code",
)
GONE = "it is no longer in the store; old orders with it are attributed"
MOST_NOTES = 20


class Mode(StrEnum):
    """How far imported codes become ours."""

    TRACK = "track"
    ADOPT = "adopt"


@app.command(
    "import",
    columns=CODE_COLUMNS,
    asks=True,
    epilog=examples(
        "discounts import codes.csv --campaign upfluence",
        "discounts import codes.csv --mode adopt --map 'Promo=code'",
    ),
)
def import_(
    desk: DeskContext,
    file: Annotated[Path, typer.Argument(help="A sheet with a code a row; - is standard input.", metavar="FILE")],
    stores: StoreChoice,
    form: FormChoice,
    mode: Annotated[
        str, typer.Option("--mode", help="track: only attribute; adopt: also manage their price rules.", metavar="MODE")
    ] = "track",
    campaign: Annotated[
        str, typer.Option("--campaign", help="The campaign of rows that name none.", metavar="NAME")
    ] = "imported",
    map_: MapOption = None,
) -> None:
    """Take in codes from a previous provider, each checked in the store; nothing in the store changes."""
    from shopinf.work.codes.survey import survey
    from shopinf.work.codes.track import rules_with_codes, take_in

    if mode not in ("track", "adopt"):
        raise BadInput(f"There is no mode {mode!r}", hint="Choose --mode track or --mode adopt.")
    chosen, name = desk.stores(stores), read_campaign(campaign)
    sheet = desk.sheet(file, FIELDS, mapping=read_mapping(map_ or ()))
    lines = list(_lines(sheet, name, Amounts(chosen)))
    for note in sheet.notes:
        desk.out.note(note)
    wanted = [line.code for line in lines if not line.problem]
    found = desk.each_store(chosen, lambda store: survey(desk.shop(store), wanted)).or_raise()
    before: Outcomes[Any] = found
    there = dict(found.done)
    adopted: dict[Store, dict[int, list[Code]]] = {}
    if Mode(mode) is Mode.ADOPT:
        before = desk.each_store(list(there), lambda store: rules_with_codes(desk, store, there[store])).after(found)
        adopted = dict(before.or_raise().done)
        _ask(desk, adopted)
    people = iter(desk.ledger.people.enrol([line.named for line in lines if line.named]))
    owners = [next(people) if line.named else None for line in lines]

    def work(store: Store) -> TakenIn:
        fates = take_in(desk, store, lines, owners, there[store], adopted.get(store, {}))
        return TakenIn(_rows(desk, store, fates, owners), fates.existing, _notes(store, fates, there[store]))

    outcomes = desk.each_store([store for store, _ in before.done], work).after(before).or_raise()
    summary = _show(desk, outcomes, len(lines), form)
    desk.out.say(
        f"{counted(summary['tracked'], 'code')} tracked from now on, {summary['existing']} before.  "
        "Next: shopinf orders attribute"
    )


# reading the sheet


def _lines(sheet: Iterable[Row], campaign: str, money: Amounts) -> Iterator[Line]:
    from shopinf.work.codes.track import Line

    seen: dict[str, str] = {}
    for row in sheet:
        code, problem = row["code"], None
        if not code:
            raise row.problem("the row has no code", key="code")
        if folded(code) in seen:
            problem = f"{code} is in the sheet twice ({seen[folded(code)]})"
        elif len(code) > LONGEST or not code.isprintable():
            problem = f"a code that can be looked up has at most {LONGEST} printable characters"
        seen.setdefault(folded(code), row.place)
        commission, wish = row.read("commission", money.commission), _wish(row, money)
        campaign_of_it = row.read("campaign", read_campaign) or campaign
        yield Line(code, read_person(row), campaign_of_it, row["slot"], commission, wish, row.place, problem)


def _wish(row: Row, money: Amounts) -> Wish:
    """What a row says of the terms; other systems write them in many ways, so what cannot be read is left out."""
    percent, amount, kind = row["percent"], row["amount"], row["value_type"].casefold()
    if row["value"] and not percent and not amount:
        percent = row["value"] if "percent" in kind or "%" in kind + row["value"] else ""
        amount = row["value"] if not percent and ("fix" in kind or "amount" in kind) else ""
    wish = Wish()
    with suppress(BadInput):
        if percent:
            wish = Wish(Kind.PERCENTAGE, percentage(percent.lstrip("-")))
        elif amount:
            wish = Wish(Kind.FIXED_AMOUNT, money.read(amount.lstrip("-")))
    with suppress(BadInput):
        wish = Wish(ends=day_in_cell(row["ends"][:10])).over(wish) if row["ends"] else wish
    with suppress(BadInput):
        wish = Wish(usage_limit=uses(row["usage_limit"])).over(wish) if row["usage_limit"] else wish
    return wish


# adopting


def _ask(desk: Desk, adopted: Mapping[Store, Mapping[int, Sequence[Code]]]) -> None:
    count = 0
    for store, rules in adopted.items():
        for rule, codes in rules.items():
            count += 1
            listed = ", ".join(code.code for code in codes)
            desk.out.say(f"{store.name}: price rule {rule} has {counted(len(codes), 'code')}: {listed}")
    if count:
        desk.out.confirm(f"Let shopinf manage {counted(count, 'price rule')} with all of these codes?")


# telling


@dataclass(frozen=True)
class TakenIn:
    """What was taken in for one store."""

    rows: list[dict[str, Cell]]
    existing: int
    notes: list[str]


def _rows(desk: Desk, store: Store, fates: Fates, owners: Sequence[Influencer | None]) -> list[dict[str, Cell]]:
    records = {folded(each.code): each for each in desk.ledger.codes.of_shop(store.shop_id)}
    now = desk.clock.now()
    rows = []
    for (line, problem), owner in zip(fates.lines, owners, strict=True):
        record = records.get(folded(line.code))
        if problem or record is None:
            rows.append(bare_row(store, line.campaign, owner, line.slot, line.code, None, "failed", problem))
            continue
        status = str(standing(record, now))
        rows.append(code_row(store, record, owner, status, error=GONE if record.state is State.MISSING else None))
    return rows


def _notes(store: Store, fates: Fates, there: Mapping[str, Found]) -> list[str]:
    """Where the sheet says other terms than the store."""
    notes = []
    for line, problem in fates.lines:
        found = None if problem else there.get(folded(line.code))
        if found and (said := line.wish.differences(found.rule.terms, store.zone, store.currency)):
            sheet = "; ".join(said).replace("asked for", "the sheet says")
            notes.append(f"{line.code} in {store.name}: {sheet}. The store's terms hold.")
    return notes


def _show(desk: Desk, outcomes: Outcomes[TakenIn], asked: int, form: FormChoice) -> Mapping[str, int]:
    """Write the rows; the run ends as partly done when some codes are not in the store, or were not taken in."""
    whole = desk.deliver(outcomes, lambda done, failures: _answer(done, failures, asked), form)
    summary: Mapping[str, int] = (whole.body or {})["summary"]
    if whole.failures:
        raise PartlyDone(
            f"Of {counted(summary['asked'], 'code')} {summary['missing']} are no longer in the store, "
            f"{summary['failed']} could not be taken in",
            hint="The others are tracked; correct the sheet and import it again if need be.",
        )
    return summary


def _answer(done: Done[TakenIn], lost: Sequence[Failure], asked: int) -> Result:
    """The rows of these stores; *asked* for in each were so many codes."""
    rows = [row for _, one in done for row in one.rows]
    missing = [row for row in rows if row["status"] == "missing"]
    failed = [row for row in rows if row["status"] == "failed"]
    existing = sum(one.existing for _, one in done)
    summary = {
        "asked": asked * (len(done) + len(lost)),
        "tracked": len(rows) - len(failed) - existing,
        "existing": existing,
        "missing": len(missing),
        "failed": asked * (len(done) + len(lost)) - len(rows) + len(failed),
    }
    failures = [
        *(Failure(str(row["store"]), str(row["code"]), str(row["error"]), NotFound.code) for row in missing),
        *(Failure(str(row["store"]), str(row["code"]), str(row["error"]), BadInput.code) for row in failed),
        *lost,
    ]
    notes = [note for _, one in done for note in one.notes]
    if (more := len(notes) - MOST_NOTES) > 0:
        others = f"{counted(more, 'more code')} {agreeing(more, 'has', 'have')} other terms than the sheet says."
        notes = [*notes[:MOST_NOTES], others]
    listed = [{column.key: row.get(column.key) for column in CODE_COLUMNS} for row in rows]
    body = {"rows": listed, "summary": summary}
    return Result("shopinf.discounts.import/1", CODE_COLUMNS, rows, body=body, notes=notes, failures=failures)
