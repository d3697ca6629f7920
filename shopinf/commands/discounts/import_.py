"""`shopinf discounts import`: codes of a previous provider, each looked for in the store and tracked from now on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopinf.commands.discounts.rows import CODE_COLUMNS, bare_row, code_row
from shopinf.commands.discounts.sheet import Amounts, codes_in, day_in_cell, gives, uses
from shopinf.commands.options import DeskContext, FormChoice, MapOption, Noun, StoreChoice, examples
from shopinf.commands.sheets import rate_in, refuse_forgotten, tell_other_names, tell_sheet
from shopinf.discounts.campaigns import read_campaign
from shopinf.discounts.codes import LONGEST, no_code
from shopinf.discounts.records import State, standing
from shopinf.discounts.terms import Wish
from shopinf.errors import BadInput, BadSheet, NotFound, PartlyDone
from shopinf.orders import folded
from shopinf.outcomes import Done, Outcomes
from shopinf.people.identity import known_of, one_each
from shopinf.results import Cell, Failure, Result
from shopinf.scopes import lacking_to_combine
from shopinf.sheets.fields import Fields, read_mapping
from shopinf.sheets.headers import DISCOUNTS
from shopinf.sheets.names import PERSON
from shopinf.sheets.persons import read_profile
from shopinf.sheets.reading import Row, Sheet, each_row
from shopinf.sheets.telling import in_a_line
from shopinf.shell import quoted
from shopinf.words import agreeing, counted, few

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.people.influencers import Influencer
    from shopinf.people.profiles import Profile
    from shopinf.shopify.discounts import Code
    from shopinf.stores import Store
    from shopinf.unread import Unread
    from shopinf.work.codes.survey import Found
    from shopinf.work.codes.track import Fates, Line

app = Noun()

FIELDS = Fields.of(
    f"code {PERSON} campaign slot commission commission_type percent amount value value_type starts ends usage_limit "
    "status note group",
    required="code",
    takes=[DISCOUNTS],
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
    sheet=True,
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
    from shopinf.work.codes.combine import see
    from shopinf.work.codes.survey import survey
    from shopinf.work.codes.track import rules_with_codes, take_in

    if mode not in ("track", "adopt"):
        raise BadInput(f"There is no mode {mode!r}", hint="Choose --mode track or --mode adopt.")
    chosen, name = desk.stores(stores), read_campaign(campaign)
    sheet = desk.sheet(file, FIELDS, mapping=read_mapping(map_ or ()))
    lines = _lines(desk, sheet, name, Amounts(chosen))
    wanted = [line.code for line in lines if not line.problem]
    unread: dict[Store, dict[str, Unread]] = {store: {} for store in chosen}
    found = desk.each_store(chosen, lambda store: survey(desk.shop(store), wanted, unread[store])).or_raise()
    before: Outcomes[Any] = found
    there = dict(found.done)
    adopted: dict[Store, dict[int, list[Code]]] = {}
    if Mode(mode) is Mode.ADOPT:
        before = desk.each_store(list(there), lambda store: rules_with_codes(desk, store, there[store])).after(found)
        adopted = dict(before.or_raise().done)
        _ask(desk, adopted)
    known = one_each([line.known for line in lines if line.known])
    people = desk.ledger.roster.enrol(known)
    tell_other_names(desk, zip([line.place for line in lines if line.known], known, strict=True), people)
    persons = iter(people)
    owners = [next(persons) if line.known else None for line in lines]

    def work(store: Store) -> TakenIn:
        fates = take_in(desk, store, _readable(lines, unread[store]), owners, there[store], adopted.get(store, {}))
        _, why = see(desk, store, {found.rule.id: found.code.code for found in there[store].values()})
        asked = lacking_to_combine(store.scopes, read_only=True) is None  # else verify-scopes says what it costs
        notes = _notes(store, fates, there[store]) + ([f"{why}."] if why and asked else [])
        return TakenIn(_rows(desk, store, fates, owners), fates.existing, notes)

    outcomes = desk.each_store([store for store, _ in before.done], work).after(before).or_raise()
    for sentence in _of_nobody([line for line in lines if not line.known and not line.problem]):
        desk.out.note(sentence)
    summary = _show(desk, outcomes, len(lines), form)
    desk.out.say(
        f"{counted(summary['tracked'], 'code')} tracked from now on, {summary['existing']} before.  "
        "Next: shopinf orders attribute"
    )


def _readable(lines: Sequence[Line], unread: Mapping[str, Unread]) -> list[Line]:
    """*lines*, those with their problem whose price rule in the store cannot be read."""
    if not unread:
        return list(lines)
    odd = {line.code: unread[folded(line.code)] for line in lines if not line.problem and folded(line.code) in unread}
    return [
        replace(line, problem=f"{odd[line.code].called} {odd[line.code].problem}") if line.code in odd else line
        for line in lines
    ]


# reading the sheet


def _lines(desk: Desk, sheet: Sheet, campaign: str, money: Amounts) -> list[Line]:
    """A line a code; a row without one is passed over, and what is none fails alone."""
    from shopinf.work.codes.track import Line

    now, lines = desk.clock.now(), list[Line]()

    def read(row: Row) -> list[Line]:
        found = _of_row(row, campaign, money, now, sheet.known)
        for line in found:
            if line.known:
                refuse_forgotten(desk, row, line.known)
        return found

    for row, found in each_row(sheet, read):
        if isinstance(found, BadSheet):
            problem = in_a_line(found)
            lines.append(Line(row["code"], None, campaign, "", None, Wish(), row.place, problem))
        elif found:
            lines += found
        else:
            sheet.told.passed["the row has no code"] += 1
    tell_sheet(desk, sheet, len(lines))
    if not lines:
        raise BadInput(f"{sheet.file} has no codes", hint="It needs a code a row below the column names.")
    seen: dict[str, str] = {}
    whole = []
    for line in lines:
        first = seen.setdefault(folded(line.code), line.place) if line.code and not line.problem else None
        twice = f"{line.code} is in the sheet twice ({first})" if first and first != line.place else None
        whole.append(replace(line, problem=line.problem or twice))
    return whole


def _of_row(row: Row, campaign: str, money: Amounts, now: datetime, file: str | None) -> list[Line]:
    """The codes of a row, none where it has none; raises BadSheet for what is no code."""
    from shopinf.work.codes.track import Line

    row.check()
    codes = codes_in(row["code"])
    if not codes:
        return []
    money.check(row, "commission")
    commission, wish = rate_in(row, money.commission), _wish(row, money, of_shopify=file is not None)
    campaign_of_it = row.read("campaign", read_campaign) or campaign
    profile = read_profile({} if file else row.values, now)
    known = known_of(profile, None) if _somebody(profile) else None
    slot, place = row["slot"], row.place
    return [Line(code, known, campaign_of_it, slot, commission, wish, place, _unfit(code)) for code in codes]


def _unfit(code: str) -> str | None:
    """Why a text is no code that could be looked up, with the one that was meant."""
    if (other := no_code(code)) is not None:
        reason, meant = other
        return f"{reason}. {f'Write it as {meant}.' if meant else 'Write the code itself.'}"
    if len(code) > LONGEST or not code.isprintable():
        return f"a code that can be looked up has at most {LONGEST} printable characters"
    return None


def _somebody(profile: Profile) -> bool:
    return bool(profile.influencer or profile.accounts or profile.emails or profile.full_name)


def _wish(row: Row, money: Amounts, *, of_shopify: bool) -> Wish:
    """What a row says of the terms; other systems write them in many ways, so what cannot be read is left out."""
    wish = Wish()
    with suppress(BadInput):
        kind, value = gives(row, money, None)
        wish = Wish(kind, value)
    with suppress(BadInput):
        ends = row.read("ends", lambda text: _last_day(text, of_shopify=of_shopify))
        wish = Wish(ends=ends).over(wish) if ends else wish
    with suppress(BadInput):
        limit = row.read("usage_limit", uses)
        wish = Wish(usage_limit=limit).over(wish) if limit else wish
    return wish


def _last_day(text: str, *, of_shopify: bool) -> date:
    """The last day that is meant; Shopify ends a discount at the midnight after it."""
    day = day_in_cell(text[:10])
    return day - timedelta(days=1) if of_shopify and text[10:].strip().startswith("00:00:00") else day


def _of_nobody(lines: Sequence[Line]) -> list[str]:
    """Which codes are nobody's, and how they become somebody's."""
    if not lines:
        return []
    shown = few([line.code for line in lines], MOST_NOTES)
    are = agreeing(len(lines), "is nobody's, so its sales count", "are nobody's, so their sales count")
    return [
        f"{counted(len(lines), 'code')} {are} for no influencer: {shown}.  "
        f"Next: shopinf discounts assign {quoted(lines[0].code)} INFLUENCER"
    ]


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


def _way_on(summary: Mapping[str, int]) -> str:
    """What is to be done where not every code of a sheet was found and taken in."""
    if summary["missing"] and not summary["failed"]:
        return "Those are tracked all the same, for the orders that used them; shopinf discounts list shows them."
    again = "correct the sheet and import it again."
    if summary["failed"] < summary["asked"]:
        return f"The others are tracked; {again}"
    return again.capitalize()


def _show(desk: Desk, outcomes: Outcomes[TakenIn], asked: int, form: FormChoice) -> Mapping[str, int]:
    """Write the rows; the run ends as partly done when some codes are not in the store, or were not taken in."""
    whole = desk.deliver(outcomes, lambda done, failures: _answer(done, failures, asked), form)
    summary: Mapping[str, int] = (whole.body or {})["summary"]
    if whole.failures:
        missing, failed = summary["missing"], summary["failed"]
        parts = [f"{missing} {agreeing(missing, 'is', 'are')} no longer in the store"] * bool(missing)
        parts += [f"{failed} could not be taken in"] * bool(failed)
        raise PartlyDone(
            f"Of {counted(summary['asked'], 'code')} {', '.join(parts) or 'not all were read'}",
            hint=_way_on(summary),
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
