"""`discounts import`: codes of a previous provider, each looked for in the store and tracked from now on.

Nothing in the store changes. Tracked codes are only attributed. Adopted ones are also paused, resumed and changed here,
and since that is done to a price rule as a whole, all of its codes are adopted with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shopinf.discounts.campaigns import read_campaign
from shopinf.discounts.codes import LONGEST
from shopinf.discounts.plan import UNKNOWN_RULE, CodeRecord, Origin, State, standing
from shopinf.discounts.terms import Kind, Terms, Wish
from shopinf.errors import BadInput, NotFound, PartlyDone
from shopinf.ledger.coderows import Tracked
from shopinf.orders import folded
from shopinf.outcomes import Done, Outcomes
from shopinf.people.influencers import Influencer, Named
from shopinf.results import Cell, Failure, Result
from shopinf.sheets.fields import Fields
from shopinf.sheets.persons import read_person
from shopinf.sheets.reading import Row, read_sheet
from shopinf.shell import quoted
from shopinf.shopify import discounts as remote
from shopinf.words import counted
from shopinf.work.codes.survey import Found, survey
from shopinf.work.discounts.asking import Amounts, cell, day_in_cell, given_commission, percentage, uses
from shopinf.work.discounts.coderows import CODE_COLUMNS, bare_row, code_row

if TYPE_CHECKING:
    from shopinf.desk import ChosenForm, Desk
    from shopinf.stores import Store

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


@dataclass(frozen=True)
class Line:
    """One row of the sheet; `wish` has what it says of the terms, as far as it can be read."""

    code: str
    named: Named | None
    campaign: str
    slot: str
    commission: str | None
    wish: Wish
    place: str
    problem: str | None = None


@dataclass
class Fates:
    """What becomes of the rows in one store."""

    new: list[tuple[str, Tracked]] = field(default_factory=list)  # campaign, code
    lines: list[tuple[Line, str | None]] = field(default_factory=list)  # with why it failed
    notes: list[str] = field(default_factory=list)
    existing: int = 0


TakenIn = tuple[list[dict[str, Cell]], Fates]


def import_codes(
    desk: Desk,
    stores: Sequence[Store],
    file: Path,
    mode: Mode,
    campaign: str,
    mapping: Mapping[str, str],
    form: ChosenForm,
) -> None:
    """Track the codes of a sheet in each of *stores*; one that is not there any more is tracked as missing."""
    sheet = read_sheet(file, FIELDS, mapping=mapping, stdin=desk.setting.stdin)
    lines = list(_lines(sheet, campaign, Amounts(stores)))
    for note in sheet.notes:
        desk.out.note(note)
    found = desk.each_store(
        stores, lambda store: survey(desk.shop(store), [line.code for line in lines if not line.problem])
    ).or_raise()
    before: Outcomes[Any] = found
    there = dict(found.done)
    adopted: dict[Store, dict[int, list[remote.Code]]] = {}
    if mode is Mode.ADOPT:
        before = desk.each_store(list(there), lambda store: _rules_with_codes(desk, store, there[store])).after(found)
        adopted = dict(before.or_raise().done)
        _ask(desk, adopted)
    named = [line.named for line in lines if line.named]
    people = iter(desk.ledger.people.enrol(named))
    owners = [next(people) if line.named else None for line in lines]
    outcomes = desk.each_store(
        [store for store, _ in before.done],
        lambda store: _take_in(desk, store, lines, owners, there[store], adopted.get(store, {})),
    )
    _show(desk, outcomes.after(before).or_raise(), len(lines), form)


# reading the sheet


def _lines(sheet: Iterable[Row], campaign: str, money: Amounts) -> Iterator[Line]:
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
        commission = cell(row, "commission", lambda text: given_commission(text, money))
        wish = _wish(row, money)
        yield Line(
            code,
            read_person(row),
            cell(row, "campaign", read_campaign) or campaign,
            row["slot"],
            commission,
            wish,
            row.place,
            problem,
        )


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


def _rules_with_codes(desk: Desk, store: Store, there: Mapping[str, Found]) -> dict[int, list[remote.Code]]:
    """The price rules that would be adopted in *store*, each with all of its codes."""
    shop = desk.shop(store)
    rules = sorted({found.rule.id for found in there.values()})
    return {rule: list(remote.codes_of(shop, rule)) for rule in rules}


def _ask(desk: Desk, adopted: Mapping[Store, Mapping[int, Sequence[remote.Code]]]) -> None:
    count = 0
    for store, rules in adopted.items():
        for rule, codes in rules.items():
            count += 1
            listed = ", ".join(code.code for code in codes)
            desk.out.say(f"{store.name}: price rule {rule} has {len(codes)} codes: {listed}")
    if count:
        desk.out.confirm(f"Let shopinf manage {count} price rules with all of these codes?")


# taking in


def _take_in(
    desk: Desk,
    store: Store,
    lines: Sequence[Line],
    owners: Sequence[Influencer | None],
    there: Mapping[str, Found],
    adopted: Mapping[int, Sequence[remote.Code]],
) -> TakenIn:
    codes = desk.ledger.codes
    known = {folded(each.code): each for each in codes.of_shop(store.shop_id) if each.state is not State.FAILED}
    slots = {(each.campaign, each.person, each.slot) for each in codes.of_shop(store.shop_id)}
    fates = Fates()
    for line, owner in zip(lines, owners, strict=True):
        found = there.get(folded(line.code))
        problem = line.problem or _conflict(known.get(folded(line.code)), owner)
        fates.lines.append((line, problem))
        if problem:
            continue
        if found and (said := line.wish.differences(found.rule.terms, store.zone, store.currency)):
            sheet = "; ".join(said).replace("asked for", "the sheet says")
            fates.notes.append(f"{line.code} in {store.name}: {sheet}. The store's terms hold.")
        if folded(line.code) in known:
            fates.existing += 1
            continue
        fates.new.append((line.campaign, _tracked(line, owner, found, slots)))
    taken = set(known) | {folded(tracked.code) for _, tracked in fates.new}
    for rule, all_of_it in adopted.items():
        campaign, terms = _home(rule, lines, there)
        others = [code for code in all_of_it if folded(code.code) not in taken]
        fates.new += [(campaign, _tracked_with(code, rule, terms)) for code in others]
    for campaign in dict.fromkeys(campaign for campaign, _ in fates.new):
        codes.track(store.shop_id, campaign, [tracked for name, tracked in fates.new if name == campaign])
    for rule, all_of_it in adopted.items():
        codes.adopt(store.shop_id, rule, own=len(all_of_it) == 1)
    return _rows(desk, store, fates, owners), fates


def _conflict(record: CodeRecord | None, owner: Influencer | None) -> str | None:
    if record is None or owner is None or record.person == owner.id:
        return None
    assign = f"shopinf discounts assign {quoted(record.code)} {quoted(owner.influencer)}"
    return f"{record.code} is known as another influencer's: {assign}"


def _tracked(line: Line, owner: Influencer | None, found: Found | None, slots: set[tuple[str, str, str]]) -> Tracked:
    person = owner.id if owner else ""
    slot = line.slot
    if not person or (line.campaign, person, slot) in slots:
        slot = folded(line.code)
    slots.add((line.campaign, person, slot))
    return Tracked(
        person=person,
        slot=slot,
        code=found.code.code if found else line.code,
        state=State.LIVE if found else State.MISSING,
        origin=Origin.TRACKED,
        rule_key=f"rule/{found.rule.id}" if found else UNKNOWN_RULE,
        terms=found.rule.terms if found else Terms(Kind.TRACK_ONLY),
        title=found.rule.title if found else "",
        price_rule_id=found.rule.id if found else None,
        discount_code_id=found.code.id if found else None,
        commission=line.commission,
        made_at=found.rule.created_at if found else None,
    )


def _home(rule: int, lines: Sequence[Line], there: Mapping[str, Found]) -> tuple[str, Terms]:
    """The campaign and the terms of an adopted rule, for those of its codes that the sheet does not have."""
    for line in lines:
        found = there.get(folded(line.code))
        if found and found.rule.id == rule:
            return line.campaign, found.rule.terms
    raise AssertionError("a rule is adopted because of a line")


def _tracked_with(code: remote.Code, rule: int, terms: Terms) -> Tracked:
    key = f"rule/{rule}"
    return Tracked("", folded(code.code), code.code, State.LIVE, Origin.TRACKED, key, terms, "", rule, code.id)


# telling


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


def _show(desk: Desk, outcomes: Outcomes[TakenIn], asked: int, form: ChosenForm) -> None:
    whole = desk.deliver(outcomes, lambda done, failures: _answer(done, failures, asked), form)
    summary: Mapping[str, int] = (whole.body or {})["summary"]
    if whole.failures:
        raise PartlyDone(
            f"Of {counted(summary['asked'], 'code')} {summary['missing']} are no longer in the store, "
            f"{summary['failed']} could not be taken in",
            hint="The others are tracked; correct the sheet and import it again if need be.",
        )
    desk.out.say(
        f"{counted(summary['tracked'], 'code')} tracked from now on, {summary['existing']} before.  "
        "Next: shopinf orders attribute"
    )


def _answer(done: Done[TakenIn], lost: Sequence[Failure], asked: int) -> Result:
    """The rows of these stores; *asked* for in each were so many codes."""
    rows = [row for _, (rows, _) in done for row in rows]
    missing = [row for row in rows if row["status"] == "missing"]
    failed = [row for row in rows if row["status"] == "failed"]
    existing = sum(fates.existing for _, (_, fates) in done)
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
    notes = [note for _, (_, fates) in done for note in fates.notes]
    if len(notes) > MOST_NOTES:
        notes = [*notes[:MOST_NOTES], f"{len(notes) - MOST_NOTES} more codes have other terms than the sheet says."]
    listed = [{column.key: row.get(column.key) for column in CODE_COLUMNS} for row in rows]
    body = {"rows": listed, "summary": summary}
    return Result("shopinf.discounts.import/1", CODE_COLUMNS, rows, body=body, notes=notes, failures=failures)
