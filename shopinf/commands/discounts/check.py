"""`shopinf discounts check`: the ledger against the store, each difference with what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shopinf.commands.discounts.choice import CodeChoice, choose_codes, people_of
from shopinf.commands.options import DeskContext, FormChoice, Noun, StoreChoice, examples
from shopinf.discounts.campaigns import same_campaign
from shopinf.discounts.combining import Combining, changes
from shopinf.discounts.records import CodeRecord, Origin, State
from shopinf.discounts.terms import differences
from shopinf.errors import PartlyDone
from shopinf.orders import folded
from shopinf.outcomes import Done
from shopinf.results import Cell, Failure, Result, columns
from shopinf.shell import quoted
from shopinf.words import counted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Store
    from shopinf.unread import Unread
    from shopinf.work.codes.survey import Found

app = Noun()

CHECK_COLUMNS = columns(
    "store campaign influencer slot code problem fix",
    numbers="price_rule_id discount_code_id",
    shown="code problem fix influencer campaign store",
)


@app.command("check", columns=CHECK_COLUMNS, epilog=examples("discounts check --campaign q4"))
def check(desk: DeskContext, stores: StoreChoice, form: FormChoice, choice: CodeChoice) -> None:
    """Compare the codes with what the stores have, each difference with its fix; exit 7 if there are any."""
    asked = desk.stores(stores)
    looked = desk.each_store(asked, lambda store: _lacked(desk, store, choice)).or_raise()
    lacked = dict(looked.done)
    if not any(lacked.values()) or not choice.campaign or _has_any(desk, lacked, choice.campaign):
        chosen = choose_codes(desk, asked, choice)
    else:  # all that there is of the campaign is what the ledger lacks
        chosen = {store.name: [] for store in asked}
    outcomes = desk.each_store(
        list(lacked), lambda store: _check_store(desk, store, chosen[store.name], lacked[store])
    ).after(looked)

    def answer(done: Done[Checked], failures: Sequence[Failure]) -> Result:
        rows = [row for _, found in done for row in found.rows]
        notes = [note for _, found in done for note in found.notes]
        return Result("shopinf.discounts.check/1", CHECK_COLUMNS, rows, notes=notes, failures=failures)

    rows = desk.deliver(outcomes, answer, form).rows
    checked = sum(len(chosen[store.name]) for store, _ in outcomes.done)
    if not rows:
        outcomes.settle()
    if rows:
        failed = len(outcomes.lost)
        raise PartlyDone(
            f"{counted(len(rows), 'difference')} in {counted(checked, 'code')}"
            + (f"; {counted(failed, 'store')} failed" if failed else ""),
            hint="Do what stands in the column fix.",
        )
    desk.out.say(f"{counted(checked, 'code')} looked at: in the stores as here.")


def _has_any(desk: Desk, stores: Iterable[Store], campaign: str) -> bool:
    """Has the ledger a code of the campaign?"""
    return any(same_campaign(name, campaign) for store in stores for name in desk.ledger.codes.campaigns(store.shop_id))


def _lacked(desk: Desk, store: Store, choice: CodeChoice) -> list[dict[str, Cell]]:
    """What the store carries of ours and the ledger did not know: taken up where it is known whose it is."""
    from shopinf.work.codes.found import take_up_known

    if choice.influencer or choice.codes:
        return []
    rows: list[dict[str, Cell]] = []
    found = take_up_known(desk, store, choice.campaign)
    people = people_of(desk, [each.record for each in found if each.record])
    for each in found:
        record = each.record
        again = f"run discounts create --campaign {quoted(each.campaign)} again with whom it was for: it is taken up"
        rows.append(
            {
                "store": store.name,
                "campaign": each.campaign,
                "influencer": people[record.person].influencer if record and record.person in people else None,
                "slot": record.slot or None if record else None,
                "code": each.code or None,
                "problem": "the store had it and the ledger did not" if record else "the ledger does not know it",
                "fix": "nothing: it was taken up" if record else again,
                "price_rule_id": each.sighting.theirs,
                "discount_code_id": record.discount_code_id if record else None,
            }
        )
    return rows


@dataclass(frozen=True)
class Checked:
    """The differences in one store, and what could not be compared there."""

    rows: Sequence[Mapping[str, Cell]]
    notes: Sequence[str]


def _check_store(desk: Desk, store: Store, records: Sequence[CodeRecord], lacked: Sequence[dict[str, Cell]]) -> Checked:
    from shopinf.work.codes.combine import see
    from shopinf.work.codes.survey import survey

    looked_at = [record for record in records if record.state not in (State.FAILED, State.RETIRED)]
    unread: dict[str, Unread] = {}
    found = survey(desk.shop(store), [record.code for record in looked_at], unread)
    people = people_of(desk, looked_at)
    rows = list(lacked)
    there_too = _comparable(looked_at, found)
    combining, why = see(desk, store, {record.rule.price_rule_id or 0: record.code for record in there_too})
    for record in looked_at:
        there = found.get(folded(record.code))
        if (odd := unread.get(folded(record.code))) is None:
            _note_sight(desk, store, record, there)
            problems = list(_problems(desk, store, record, there))
            problems += _combining_problems(record, combining, desk.pointing_at(store)) if there else []
        else:  # it is there, and nobody can say on which terms
            problems = [(f"{odd.called} {odd.problem}", "look at it in Shopify's admin")]
        for problem, fix in problems:
            person = people.get(record.person)
            rows.append(
                {
                    "store": store.name,
                    "campaign": record.campaign,
                    "influencer": person.influencer if person else None,
                    "slot": record.slot or None,
                    "code": record.code,
                    "problem": problem,
                    "fix": fix,
                    "price_rule_id": record.rule.price_rule_id,
                    "discount_code_id": record.discount_code_id,
                }
            )
    # Where nothing was ever asked for, a store that does not tell lacks nothing.
    matters = why is not None and any(record.rule.asked for record in looked_at)
    return Checked(rows, [why] if why and matters else [])


def _comparable(records: Iterable[CodeRecord], found: Mapping[str, Found]) -> list[CodeRecord]:
    """The codes whose price rule is in the store, as the ledger knows it."""
    there = ((record, found.get(folded(record.code))) for record in records)
    return [record for record, each in there if each is not None and each.rule.id == record.rule.price_rule_id]


def _combining_problems(record: CodeRecord, seen: Mapping[int, Combining], at: str) -> list[tuple[str, str]]:
    """How a code combines otherwise in the store than it is meant to, with what to do about it."""
    rule = record.rule
    there = seen.get(rule.price_rule_id or 0)
    different = changes(there, rule.meant) if there else []
    if not different or record.state is State.INTENDED:
        return []
    word = "asked for" if rule.asked else "here"
    names = {each.name for each in different}
    back = Combining(
        rule.meant.combines if "combines with" in names else None, rule.meant.applies if "applies to" in names else None
    )
    fix = f"shopinf discounts combine --code {quoted(record.code)} {back.words}{at}"
    if rule.refused and there:
        kept = replace(back, combines=there.combines) if back.combines is not None else there
        fix = f"the store refused it, so: shopinf discounts combine --code {quoted(record.code)} {kept.words}{at}"
    if record.origin is Origin.TRACKED:
        fix = "nothing: it is only tracked, and taken as the store has it"
    return [(f"in the store it {each.name} {each.was}, {word} {each.wanted}", fix) for each in different]


def _note_sight(desk: Desk, store: Store, record: CodeRecord, there: Found | None) -> None:
    """Keep that a code is gone from the store, or back in it."""
    if record.state is State.LIVE and there is None:
        desk.ledger.codes.retell(store.shop_id, record, "code.missing", {"state": State.MISSING})
    elif record.state is State.MISSING and there is not None and there.rule.id == record.rule.price_rule_id:
        desk.ledger.codes.retell(store.shop_id, record, "code.found", {"state": State.LIVE})


def _problems(desk: Desk, store: Store, record: CodeRecord, there: Found | None) -> Iterator[tuple[str, str]]:
    code, at = record.code, desk.pointing_at(store)
    if record.state is State.INTENDED:
        yield "its making was not finished", f"run discounts create --campaign {quoted(record.campaign)} again"
        return
    if there is None:
        if record.state is State.PAUSED and not record.rule.own:
            return  # which is how a code of a shared rule is paused
        yield (
            "it is not in the store",
            f"shopinf discounts retire --code {quoted(code)}{at}, and make another one if it is needed",
        )
        return
    if there.rule.id != record.rule.price_rule_id:
        yield (
            f"it belongs to price rule {there.rule.id} now",
            f"shopinf discounts retire --code {quoted(code)}{at}, for it is somebody else's",
        )
        return
    if record.state is State.PAUSED:
        now = desk.clock.now()
        if not record.rule.own or there.rule.terms.ends is None or there.rule.terms.ends > now:
            yield (
                "it is paused here and active in the store",
                f"shopinf discounts resume --code {quoted(code)}{at}, then pause it",
            )
        return
    terms = there.rule.terms if record.rule.terms.starts else replace(there.rule.terms, starts=None)
    for difference in differences(terms, record.rule.terms, store.zone, store.currency, "here"):
        if record.origin is Origin.TRACKED:
            yield f"in the store its {difference}", "nothing: the store's terms hold, and it is only tracked"
        else:
            yield f"in the store its {difference}", "discounts create --update-terms with the terms that are right"
