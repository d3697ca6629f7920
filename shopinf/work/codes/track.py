"""Codes of another origin taken into the ledger; nothing in the store changes, and taking in again changes nothing.

Tracked codes are only attributed. Adopted ones are also paused, resumed and changed here, and since that is done to a
price rule as a whole, all of its codes are adopted with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shopinf.discounts.records import CodeRecord, Origin, State
from shopinf.discounts.rules import UNKNOWN, key_of_theirs
from shopinf.discounts.terms import Kind, Terms, Wish
from shopinf.ledger.coderows import Tracked
from shopinf.orders import folded
from shopinf.shell import quoted
from shopinf.shopify import discounts as remote

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.people.influencers import Influencer
    from shopinf.people.profiles import Known
    from shopinf.stores import Store
    from shopinf.work.codes.survey import Found


@dataclass(frozen=True)
class Line:
    """A code that is to be taken in; `wish` has what is said of its terms, as far as it can be read."""

    code: str
    known: Known | None
    campaign: str
    slot: str
    commission: str | None
    wish: Wish
    place: str
    problem: str | None = None


@dataclass
class Fates:
    """What became of the lines in one store."""

    lines: list[tuple[Line, str | None]] = field(default_factory=list)  # with why it failed
    existing: int = 0


def rules_with_codes(desk: Desk, store: Store, there: Mapping[str, Found]) -> dict[int, list[remote.Code]]:
    """The price rules of the codes that are *there*, each with all of its codes."""
    shop = desk.shop(store)
    rules = sorted({found.rule.id for found in there.values()})
    return {rule: list(remote.codes_of(shop, rule)) for rule in rules}


def take_in(
    desk: Desk,
    store: Store,
    lines: Sequence[Line],
    owners: Sequence[Influencer | None],
    there: Mapping[str, Found],
    adopted: Mapping[int, Sequence[remote.Code]],
) -> Fates:
    """Track the code of each line for its owner, as *there* in the store or missing; *adopted* rules become ours."""
    codes = desk.ledger.codes
    records = codes.of_shop(store.shop_id)
    known = {folded(each.code): each for each in records if each.state is not State.FAILED}
    slots = {(each.campaign, each.person, each.slot) for each in records}
    fates, new = Fates(), list[tuple[str, Tracked]]()
    for line, owner in zip(lines, owners, strict=True):
        problem = line.problem or _conflict(known.get(folded(line.code)), owner)
        fates.lines.append((line, problem))
        if problem:
            continue
        if folded(line.code) in known:
            fates.existing += 1
        else:
            new.append((line.campaign, _tracked(line, owner, there.get(folded(line.code)), slots)))
    taken = set(known) | {folded(tracked.code) for _, tracked in new}
    for rule, all_of_it in adopted.items():
        campaign, terms = _home(rule, lines, there)
        others = [code for code in all_of_it if folded(code.code) not in taken]
        new += [(campaign, _tracked_with(code, rule, terms)) for code in others]
    for campaign in dict.fromkeys(campaign for campaign, _ in new):
        codes.track(store.shop_id, campaign, [tracked for name, tracked in new if name == campaign])
    for rule, all_of_it in adopted.items():
        codes.adopt(store.shop_id, rule, own=len(all_of_it) == 1)
    return fates


def _conflict(record: CodeRecord | None, owner: Influencer | None) -> str | None:
    if record is None or owner is None or record.person == owner.id:
        return None
    assign = f"shopinf discounts assign {quoted(record.code)} {quoted(owner.influencer)}"
    whose = "another influencer's" if record.person else "nobody's so far"
    return f"{record.code} is known as {whose}: {assign}"


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
        rule_key=key_of_theirs(found.rule.id) if found else UNKNOWN,
        terms=found.rule.terms if found else Terms(Kind.TRACK_ONLY),
        title=found.rule.title if found else "",
        price_rule_id=found.rule.id if found else None,
        discount_code_id=found.code.id if found else None,
        commission=line.commission,
        made_at=found.rule.created_at if found else None,
    )


def _home(rule: int, lines: Sequence[Line], there: Mapping[str, Found]) -> tuple[str, Terms]:
    """The campaign and the terms of an adopted rule, for those of its codes that no line has."""
    for line in lines:
        found = there.get(folded(line.code))
        if found and found.rule.id == rule:
            return line.campaign, found.rule.terms
    raise AssertionError("a rule is adopted because of a line")


def _tracked_with(code: remote.Code, rule: int, terms: Terms) -> Tracked:
    key = key_of_theirs(rule)
    return Tracked("", folded(code.code), code.code, State.LIVE, Origin.TRACKED, key, terms, "", rule, code.id)
