"""Discount codes: what is asked for, and the plan that leads there from what the ledger knows of each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from shopinf.discounts.codes import Draw, Pattern, check_code, suffixed
from shopinf.discounts.combining import UNSAID, Combining
from shopinf.discounts.combining import changes as combining_changes
from shopinf.discounts.records import CodeRecord, Origin, State
from shopinf.discounts.terms import Change, Terms, Wish
from shopinf.errors import BadInput
from shopinf.orders import folded
from shopinf.people.influencers import Influencer
from shopinf.shell import quoted

MOST_TRIES = 200  # for one random code that nobody has


@dataclass(frozen=True, slots=True)
class Ask:
    """One code that was asked for."""

    person: str = ""  # the influencer's opaque id
    slot: str = ""
    influencer: Influencer | None = None
    username: str = ""
    number: int = 1
    code: str | None = None  # asked for by name
    wish: Wish = field(default_factory=Wish)
    commission: str | None = None
    redirect: str | None = None
    utm: Mapping[str, str] | None = None
    combining: Combining = UNSAID
    place: str | None = None  # the file and line it came from
    problem: str | None = None  # why it cannot be made, found before anything else

    @property
    def key(self) -> tuple[str, str]:
        return self.person, self.slot


class Fate(StrEnum):
    """What becomes of a code that was asked for."""

    MAKE = "make"
    EXISTS = "exists"
    CHANGE = "change"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done for one code."""

    ask: Ask
    fate: Fate
    code: str = ""
    terms: Terms | None = None  # for a change: the new ones
    record: CodeRecord | None = None  # what the ledger has of it
    error: str | None = None
    note: str | None = None
    changes: tuple[Change, ...] = ()  # what a change changes
    plain: str = ""  # what the code would be called, had it not to be told from another

    @property
    def bare(self) -> str:
        """The folded name that the pattern gives it, whatever it is called to be told from others."""
        return folded(self.plain or self.code)

    @property
    def resumes(self) -> bool:
        """Was it begun by an earlier run?"""
        return self.record is not None and self.record.state is State.INTENDED


@dataclass(frozen=True, slots=True)
class Shape:
    """What all codes of a run share in one store."""

    campaign: str
    zone: ZoneInfo
    currency: str
    now: datetime
    pattern: Pattern
    own_rules: bool
    update: bool = False


def plan(
    asks: Sequence[Ask],
    records: Iterable[CodeRecord],
    shape: Shape,
    taken: Callable[[Collection[str]], set[str]],
    drawn: Callable[[Ask], Draw],
) -> list[Step]:
    """What to do for each of *asks*, given the campaign's *records*.

    *taken* tells which folded names are used, *drawn* begins the random signs of one code.

    The key of a code is its campaign, influencer and slot: what exists stays. Existing codes whose terms differ from
    what was asked for are refused as a whole, unless they are to be updated.
    """
    known = {record.key: record for record in records}
    seen: dict[tuple[str, str], str | None] = {}
    steps: list[Step] = []
    for ask in asks:
        if ask.problem:
            steps.append(Step(ask, Fate.FAIL, code=ask.code or "", error=ask.problem))
        elif ask.key in seen:
            before = f" ({seen[ask.key]})" if seen[ask.key] else ""
            wrong = f"the sheet has this influencer twice{before}; a second code needs a slot of its own"
            steps.append(Step(ask, Fate.FAIL, code=ask.code or "", error=wrong))
        else:
            seen[ask.key] = ask.place
            steps.append(_step(ask, known.get(ask.key), shape))
    _refuse_differences(steps, shape)
    return _named(steps, shape, taken, drawn)


def changes(ask: Ask, record: CodeRecord, zone: ZoneInfo, currency: str) -> list[Change]:
    """What of *record* is otherwise than was asked for."""
    found = ask.wish.changes(record.rule.terms, zone, currency)
    if ask.code is not None and folded(ask.code) != folded(record.code):
        found.insert(0, Change("code", record.code, ask.code))
    for name, was, wanted in (
        ("commission", record.commission, ask.commission),
        ("redirect", record.redirect, ask.redirect),
        ("utm", dict(record.utm), None if ask.utm is None else dict(ask.utm)),
    ):
        if wanted is not None and was != wanted:
            found.append(Change(name, _shown(was), _shown(wanted)))
    if not record.rule.uncombined:  # what was asked for before and is not there gives way to what is asked for now
        found += combining_changes(record.rule.combining, ask.combining)
    return found


def _step(ask: Ask, record: CodeRecord | None, shape: Shape) -> Step:
    if record is None or record.state is State.FAILED:
        terms = ask.wish.terms(shape.zone)
        terms.check(shape.now)
        return Step(ask, Fate.MAKE, code=ask.code or "", terms=terms, record=record)
    if record.state is State.RETIRED:
        return Step(ask, Fate.EXISTS, record.code, record=record, note=f"{record.code} is retired and stays so")
    begun = record.state is State.INTENDED
    if begun and record.rule.own and record.rule.sent_at is None and not record.rule.live:
        # Nothing of it was ever sent, so what is asked for now holds.
        terms = ask.wish.terms(shape.zone, record.rule.terms)
        terms.check(shape.now)
        return Step(ask, Fate.MAKE, code=ask.code or record.code, terms=terms, record=record)
    different = changes(ask, record, shape.zone, shape.currency)
    if different:
        terms = ask.wish.terms(shape.zone, record.rule.terms)
        return Step(ask, Fate.CHANGE, record.code, terms=terms, record=record, changes=tuple(different))
    if begun:
        return Step(ask, Fate.MAKE, code=record.code, terms=record.rule.terms, record=record)
    note = f"{record.code} is paused and stays so" if record.state is State.PAUSED else None
    return Step(ask, Fate.EXISTS, record.code, record=record, note=note)


def _refuse_differences(steps: Iterable[Step], shape: Shape) -> None:
    changing = [step for step in steps if step.fate is Fate.CHANGE]
    renamed = [step for step in changing if any(each.name == "code" for each in step.changes)]
    if renamed:
        raise BadInput(
            f"{shape.campaign} has a code under another name: {_listed(renamed)}",
            hint=f"shopinf discounts rename {quoted(renamed[0].code)} NEW gives it another name.",
        )
    if changing and not shape.update:
        raise BadInput(
            f"{shape.campaign} has codes with other terms: {_listed(changing)}",
            hint="Add --update-terms to change them, or leave out what need not be the same.",
        )
    for step in changing:
        record = step.record
        assert record is not None
        assert step.terms is not None
        if record.origin is Origin.TRACKED and (record.rule.terms != step.terms or step.ask.combining):
            raise BadInput(
                f"{record.code} is only tracked, so its price rule is not changed",
                hint="shopinf discounts import FILE --mode adopt lets shopinf manage it.",
            )
        if record.rule.terms != step.terms:
            step.terms.check(shape.now)


def _listed(steps: Sequence[Step]) -> str:
    shown = "; ".join(f"{step.code}: {'; '.join(each.asked for each in step.changes)}" for step in steps[:5])
    return shown + (f"; and {len(steps) - 5} more" if len(steps) > 5 else "")


def _named(
    steps: list[Step],
    shape: Shape,
    taken: Callable[[Collection[str]], set[str]],
    drawn: Callable[[Ask], Draw],
) -> list[Step]:
    """The steps with a code for each: names asked for first, then those made by the pattern, each only once."""
    used = {folded(step.record.code) for step in steps if step.record and step.record.state is not State.FAILED}
    chosen: dict[int, Step] = {}
    draws: dict[int, Draw] = {}
    for place, step in enumerate(steps):
        named_before = step.record is not None and step.resumes and folded(step.record.code) == folded(step.code)
        if step.fate is Fate.MAKE and step.ask.code and not named_before:
            chosen[place] = _explicit(step, used)
    for place, step in enumerate(steps):
        if step.fate is Fate.MAKE and not step.code:
            draws[place] = drawn(step.ask)
            chosen[place] = _generated(step, shape, used, draws[place])
    made = {folded(step.code): place for place, step in chosen.items() if step.fate is Fate.MAKE}
    own = {place: folded(step.record.code) for place, step in chosen.items() if step.record}
    for name in taken(made.keys()):
        place = made[name]
        if own.get(place) == name:
            continue
        step = chosen[place]
        if step.ask.code:
            chosen[place] = replace(
                step, fate=Fate.FAIL, error=f"{step.code} is a code of another campaign or influencer"
            )
            continue
        code = step.code
        while folded(code) in used or taken([folded(code)]):
            code = suffixed(step.code, draws[place])
        used.add(folded(code))
        chosen[place] = replace(step, code=code, plain=step.plain or step.code)
    return [chosen.get(place, step) for place, step in enumerate(steps)]


def _explicit(step: Step, used: set[str]) -> Step:
    try:
        check_code(step.ask.code or "")
    except BadInput as wrong:
        return replace(step, fate=Fate.FAIL, error=f"{wrong.message}. {wrong.hint}")
    if folded(step.code) in used:
        return replace(step, fate=Fate.FAIL, error=f"{step.code} is asked for twice; the first one has it")
    used.add(folded(step.code))
    return step


def _generated(step: Step, shape: Shape, used: set[str], draw: Draw) -> Step:
    ask, who = step.ask, step.ask.influencer
    values = {
        "influencer": who.influencer if who else "",
        "username": ask.username or (who.influencer if who else ""),
        "first_name": (who.first_name if who else None) or "",
        "last_name": (who.last_name if who else None) or "",
        "value": _value_in_code(step.terms),
        "campaign": shape.campaign,
        "n": str(ask.number),
    }
    try:
        code = shape.pattern.fill(values, draw)
    except BadInput as wrong:
        return replace(step, fate=Fate.FAIL, error=f"{wrong.message}. {wrong.hint}")
    first, tries = code, 0
    while folded(code) in used:
        tries += 1
        if tries > MOST_TRIES:
            raise BadInput(
                f"The pattern {shape.pattern.text} has too few random signs for so many codes",
                hint="Use {random:8} in --pattern.",
            )
        code = shape.pattern.fill(values, draw) if shape.pattern.signs else suffixed(first, draw)
    used.add(folded(code))
    return replace(step, code=code, plain="" if shape.pattern.signs else first)


def _value_in_code(terms: Terms | None) -> str:
    match terms:
        case Terms(kind="free_shipping"):
            return "FREESHIP"
        case Terms(kind="track_only") | None:
            return ""
        case _:
            return terms.shown or ""


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name}={each}" for name, each in value.items()) or "none"
    return str(value or "none")
