"""Codes that a store has and the ledger lacks, taken up before they would be made a second time.

A price rule of one code says by its reference whose it is. On a rule that many share, a code is known by its name, or,
where it is nobody's, is as good as any other of them. Rules of an earlier shopinf, whose references were random, are
known by the code and the campaign in their titles.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from shopinf.discounts.campaigns import same_campaign
from shopinf.discounts.codes import SUFFIX, Pattern
from shopinf.discounts.plan import Ask, Fate, Shape, Step
from shopinf.discounts.records import CodeRecord
from shopinf.discounts.rules import key_of_own, key_of_shared
from shopinf.discounts.terms import Kind, Terms
from shopinf.errors import BadInput
from shopinf.ledger.coderows import Intended
from shopinf.ledger.sightings import Carrier, Sighting
from shopinf.orders import folded
from shopinf.references import TURNS, first_free, rule_references, shared_references
from shopinf.shopify import discounts as remote
from shopinf.shopify.pages import at_once
from shopinf.work.doubt import together
from shopinf.work.sightings import look_for_rules

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Store

Names = Mapping[str, Sequence[str]]  # the folded ids by which each person was known, the present one first


@dataclass(frozen=True, slots=True)
class There:
    """A price rule of ours in a store, with its codes by rising id."""

    sighting: Sighting
    rule: remote.Rule
    codes: Sequence[remote.Code]


@dataclass(frozen=True, slots=True)
class Lacked:
    """A price rule of ours that the store has and the ledger lacked; `record` once it was taken up."""

    sighting: Sighting
    code: str
    campaign: str
    record: CodeRecord | None = None


def take_up_known(desk: Desk, store: Store, campaign: str | None) -> list[Lacked]:
    """Take up what *store* has of codes for people who are known here, and say what the ledger lacked.

    A rule that codes share, or that is of somebody unknown, stays for `discounts create`, which knows who is meant.
    """
    shop = desk.shop(store)
    if not look_for_rules(desk, store, shop):
        return []
    with nullcontext() if store.read_only else desk.writing(store):  # what another run is making is not lacking
        lacking = look_for_rules(desk, store, shop)
        known = _Known(desk, store)
        found: list[tuple[Lacked, Step | None]] = []
        for sighting in (each for several in lacking.values() for each in several):
            code, _, of = sighting.label.partition(" - ")
            code, of = (code, of) if of else ("", code)
            if campaign is None or same_campaign(campaign, of):
                found.append((Lacked(sighting, code, of), known.step(sighting, code, of) if code else None))
        for of in {lacked.campaign for lacked, step in found if step}:
            steps = [step for lacked, step in found if step and lacked.campaign == of]
            TakingUp(desk, store, known.shape(of)).own(steps, lacking)
        records = {record.rule.price_rule_id: record for record in desk.ledger.codes.of_shop(store.shop_id)}
        return [replace(lacked, record=records.get(lacked.sighting.theirs)) for lacked, _ in found]


class _Known:
    """Whom the ledger knows, to tell whose a sign in a store is."""

    def __init__(self, desk: Desk, store: Store) -> None:
        self._desk, self._store = desk, store
        self._people = {one.id: one for one in desk.ledger.roster.everybody()}
        self._names = desk.ledger.people.names(self._people)
        records = desk.ledger.codes.of_shop(store.shop_id)
        self._slots = sorted({"", *(record.slot for record in records if record.person)})

    def shape(self, campaign: str) -> Shape:
        store = self._store
        spelled = self._desk.ledger.codes.spelled(store.shop_id, campaign)
        now = self._desk.clock.now()
        return Shape(spelled, store.zone, store.currency, now, Pattern("{influencer}"), own_rules=True)

    def step(self, sighting: Sighting, code: str, campaign: str) -> Step | None:
        """What would have been done for it, where somebody who is known would have it."""
        for person, called in self._names.items():
            for slot in self._slots:
                for name in called:
                    references = rule_references(self._store.shop_id, campaign, name, slot)
                    if sighting.reference in islice(references, TURNS):
                        ask = Ask(person=person, slot=slot, influencer=self._people[person])
                        return Step(ask, Fate.MAKE, code=code, terms=Terms(Kind.TRACK_ONLY))
        return None


def all_intended(desk: Desk, store: Store, shape: Shape, steps: Sequence[Step]) -> list[Intended]:
    """The codes of *steps* as they are written down, each with the reference that its price rule will carry."""
    seen = desk.ledger.sightings
    used, known = set(seen.references(store.shop_id)), seen.rules(store.shop_id, shape.campaign)
    names = names_of(desk, steps)
    chosen: dict[str, str] = {}
    for step in steps:
        key = _key(step, shape)
        if key not in chosen:
            chosen[key] = first_free(
                rule_references(store.shop_id, shape.campaign, names[step.ask.person][0], step.ask.slot)
                if shape.own_rules
                else shared_references(store.shop_id, shape.campaign, key),
                used - ({known[key][0]} if key in known else set()),
            )
            used.add(chosen[key])
    return [_intended(step, shape, chosen[_key(step, shape)]) for step in steps]


def names_of(desk: Desk, steps: Sequence[Step]) -> Names:
    """Under which ids the people of *steps* are known; a code by number is nobody's."""
    return {"": [""], **desk.ledger.people.names(step.ask.person for step in steps)}


def _key(step: Step, shape: Shape) -> str:
    assert step.terms is not None
    return key_of_own(*step.ask.key) if shape.own_rules else key_of_shared(step.terms, step.ask.combining)


def _intended(step: Step, shape: Shape, reference: str) -> Intended:
    ask, terms = step.ask, step.terms
    assert terms is not None
    return Intended(
        person=ask.person,
        slot=ask.slot,
        code=step.code,
        explicit=ask.code is not None,
        rule_key=_key(step, shape),
        # From now on it is known when the rule begins, and it stays so when it has to be sent again.
        terms=terms if terms.starts else replace(terms, starts=shape.now.replace(microsecond=0)),
        title=f"{step.code} - {shape.campaign} -" if shape.own_rules else f"{shape.campaign} -",
        reference=reference,
        commission=ask.commission,
        redirect=ask.redirect,
        utm=ask.utm or {},
        asked=ask.combining,
    )


class TakingUp:
    """Takes up what a store has of codes that are about to be made; its writing lock is held."""

    def __init__(self, desk: Desk, store: Store, shape: Shape) -> None:
        self._desk, self._store, self._shape = desk, store, shape
        self._shop = desk.shop(store)
        self._codes = desk.ledger.codes
        self._known = desk.ledger.sightings.rules(store.shop_id, shape.campaign)
        self._used = desk.ledger.sightings.references(store.shop_id)
        self._lacking: dict[str, list[Sighting]] = {}

    def of(self, steps: Sequence[Step]) -> int:
        """Take up what is there of *steps*; returns how many codes that were."""
        self._lacking = look_for_rules(self._desk, self._store, self._shop)
        found = self.own(steps, self._lacking) if self._lacking else {}
        left = [step for place, step in enumerate(steps) if place not in found]
        return len(found) + self._shared(left)

    # rules of one code

    def own(self, steps: Sequence[Step], lacking: dict[str, list[Sighting]]) -> dict[int, There]:
        """Take up those of *steps* that have a rule of their own among what is *lacking*, and say which of them."""
        self._lacking = lacking
        names = names_of(self._desk, steps)
        sighted: dict[int, Sighting] = {}
        unclear = _unclear(steps)
        for place, step in enumerate(steps):
            if sighting := self._sighted(step, names) or self._titled(step, unclear):
                sighted[place] = sighting
        found = self._read(sighted)
        clashing = self._codes.taken(
            self._store.shop_id, {folded(there.codes[0].code) for there in found.values() if there.codes}
        )
        for place, there in list(found.items()):
            record = steps[place].record
            name = folded(there.codes[0].code) if there.codes else ""
            if name in clashing and not (record and folded(record.code) == name):
                del found[place]  # known here as another's: that is left as it was decided
        self._write(
            [
                (steps[place], there, there.codes[0] if there.codes else None, key_of_own(*steps[place].ask.key))
                for place, there in found.items()
            ]
        )
        return found

    def _sighted(self, step: Step, names: Names) -> Sighting | None:
        """What was seen of *step* by its reference."""
        mine = self._known.get(key_of_own(*step.ask.key), ("", None))[0]
        for name in names[step.ask.person]:
            all_of_it = rule_references(self._store.shop_id, self._shape.campaign, name, step.ask.slot)
            for reference in islice(all_of_it, TURNS):
                if reference in self._lacking and (reference == mine or reference not in self._used):
                    return self._lacking[reference][0]
        return None

    def _titled(self, step: Step, unclear: Collection[str]) -> Sighting | None:
        """What was seen of *step* by its code and campaign, which the titles have."""
        bare = frozenset() if step.ask.code or step.bare in unclear else frozenset({step.bare})
        for sightings in self._lacking.values():
            for sighting in sightings:
                code, _, campaign = sighting.label.partition(" - ")
                if not same_campaign(campaign, self._shape.campaign):
                    continue
                if folded(code) == folded(step.code) or _is_any(folded(code), bare):
                    return sighting
        return None

    # rules that are shared

    def _shared(self, steps: Sequence[Step]) -> int:
        """Take up what is under shared rules for *steps*; returns how many codes."""
        groups: dict[str, list[Step]] = defaultdict(list)
        for step in steps:
            assert step.terms is not None
            groups[key_of_shared(step.terms, step.ask.combining)].append(step)
        return sum(self._filled(key, group) for key, group in groups.items())

    def _filled(self, key: str, group: Sequence[Step]) -> int:
        there = self._shared_rule(key, group[0])
        if there is None:
            return 0
        taken = self._codes.taken(self._store.shop_id, {folded(code.code) for code in there.codes})
        left = {folded(code.code): code for code in there.codes if folded(code.code) not in taken}
        found: list[tuple[Step, There, remote.Code | None, str]] = []
        lost = []
        unclear = _unclear(group)
        for step in group:
            meant = step.ask.person or step.ask.code
            code = _named(left, step, unclear) if meant else next(iter(left.values()), None)
            if code is None:
                lost.append(step)
                continue
            del left[folded(code.code)]
            found.append((step, there, code, key))
        if any(step.ask.person for step in lost):
            self._refuse([code for name, code in left.items() if self._shape.pattern.signs or _is_any(name, unclear)])
        if not found and key not in self._known:
            found, unmade = [(group[0], there, None, key)], 1  # the rule is there, and none of its codes
        else:
            unmade = 0
        self._write(found)
        return len(found) - unmade

    def _refuse(self, unclear: Sequence[remote.Code]) -> None:
        """Refuse to go on beside codes that may be of those for whom codes would be made."""
        if unclear:
            raise BadInput(
                f"{self._store.name} has codes of {self._shape.campaign} that the ledger does not know, and their "
                f"names do not say whose they are: {', '.join(code.code for code in unclear[:5])}",
                hint="Put back a newer copy of the ledger, or say in a sheet whose they are: "
                "shopinf discounts import FILE --mode adopt",
            )

    def _shared_rule(self, key: str, step: Step) -> There | None:
        """The rule that codes of these terms share, with its codes."""
        _, theirs = self._known.get(key, ("", None))
        if theirs is not None:
            if self._shape.own_rules:
                return None
            return self._there(Sighting(theirs, self._known[key][0], self._shape.campaign))
        references = shared_references(self._store.shop_id, self._shape.campaign, key)
        for reference in islice(references, TURNS):
            if reference in self._lacking:
                return self._there(self._lacking[reference][0])
        for sightings in self._lacking.values():
            for sighting in sightings:
                if not same_campaign(sighting.label, self._shape.campaign):
                    continue
                begins = step.terms.starts if step.terms else None
                there = self._there(sighting)
                if there is not None and replace(there.rule.terms, starts=begins) == step.terms:
                    return there
        return None

    # the store and the ledger

    def _read(self, sighted: Mapping[int, Sighting]) -> dict[int, There]:
        """The rules that were seen, as far as they are still there, several at a time."""

        def one(place: int, sighting: Sighting) -> tuple[int, There | None]:
            return place, self._there(sighting)

        jobs = (partial(one, place, sighting) for place, sighting in sighted.items())
        read = at_once(jobs, workers=together(self._shop), clock=self._shop.clock)
        return {place: there for place, there in read if there is not None}

    def _there(self, sighting: Sighting) -> There | None:
        rule = remote.find_rule(self._shop, sighting.theirs)
        if rule is None:
            self._desk.ledger.sightings.drop(self._store.shop_id, Carrier.RULE, [sighting.theirs])
            return None
        codes = sorted(remote.codes_of(self._shop, rule.id), key=lambda code: code.id)
        return There(sighting, rule, codes)

    def _write(self, found: Sequence[tuple[Step, There, remote.Code | None, str]]) -> None:
        """Keep codes with their rules as they are in the store, with the person and the campaign of each."""
        if not found:
            return
        wanted = [_taken_up(self._shape, *each) for each in found]
        shop_id = self._store.shop_id
        records = self._codes.by_ids(self._codes.intend(shop_id, self._shape.campaign, wanted))
        live = [
            (record, code.code, there.rule.id, code.id)
            for record, (_, there, code, _) in zip(records, found, strict=True)
            if code is not None
        ]
        self._codes.codes_live(shop_id, live)


def _taken_up(shape: Shape, step: Step, there: There, code: remote.Code | None, key: str) -> Intended:
    sighting = there.sighting
    return replace(
        _intended(step, shape, sighting.reference),
        code=code.code if code else step.code,
        rule_key=key,
        terms=there.rule.terms,
        title=there.rule.title.removesuffix(sighting.reference).rstrip(),
        price_rule_id=there.rule.id,
    )


def _unclear(steps: Sequence[Step]) -> frozenset[str]:
    """The names that the pattern gives several people: which of the codes called alike is whose, nothing says."""
    people = Counter(bare for bare, _ in {(step.bare, step.ask.person) for step in steps if step.ask.code is None})
    return frozenset(bare for bare, count in people.items() if count > 1)


def _named(left: Mapping[str, remote.Code], step: Step, unclear: Collection[str]) -> remote.Code | None:
    """The code of *step* by its name, also where it had to be told from one that was taken."""
    if step.ask.code:
        return left.get(folded(step.code))
    if step.bare in unclear:
        return None
    return left.get(step.bare) or next((code for name, code in left.items() if _is_suffixed(name, step.bare)), None)


def _is_any(name: str, bare: Collection[str]) -> bool:
    return any(name == each or _is_suffixed(name, each) for each in bare)


def _is_suffixed(other: str, name: str) -> bool:
    return other.startswith(f"{name}-") and len(other) == len(name) + 1 + SUFFIX
