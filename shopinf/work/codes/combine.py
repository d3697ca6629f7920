"""Codes that are to combine: set by GraphQL, noted before it is sent, and found out about where an answer was lost.

Setting it twice is the same as once, so what is not found set is simply sent again. What was asked for stands in the
ledger until the store has it; a run that was stopped is taken up by the next one, which looks first. Where that one
asks for something else, a change of the stopped run may still be on its way: its time is waited out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from shopinf.discounts.combining import Combining
from shopinf.discounts.plan import Fate, Step
from shopinf.discounts.records import CodeRecord, Origin, RuleRecord, State
from shopinf.errors import BadInput, LostResponse, NoSuchThing, Refused, ShopinfError, Stopped
from shopinf.scopes import lacking_to_combine
from shopinf.shell import quoted
from shopinf.shopify import combining as remote
from shopinf.shopify.pages import at_once
from shopinf.words import counted
from shopinf.work.doubt import IN_FLIGHT, SECOND_LOOK

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.shopify.client import Shop
    from shopinf.stores import Store

FEWEST, MOST = 8, 32  # changes at once; a second's points are ten of them on the standard plan, a hundred on Plus
KEPT = 10  # results written to the ledger at once
ROUNDS = 5  # of looking for lost ones and sending again

Failed = Mapping[int, ShopinfError]  # why a rule does not combine as asked, by the ledger's id


@dataclass(frozen=True, slots=True)
class Target:
    """A price rule, one of its codes, and what it is to combine with; *fresh*: it was made just now."""

    rule: RuleRecord
    code: str
    wanted: Combining
    fresh: bool = False

    @property
    def is_sure(self) -> bool:
        """Is it known what the store has? Then it is not looked at before it is changed, which would cost points."""
        rule = self.rule
        known = rule.origin is Origin.MADE and rule.combining.combines is not None and not rule.uncombined
        return self.fresh or (known and not rule.combining.meets(self.wanted))

    @property
    def is_doubtful(self) -> bool:
        """May another change than the one wanted now be on its way, from a run that was stopped?"""
        return self.rule.uncombined and self.rule.refused is None and self.wanted != self.rule.asked


def is_there(record: CodeRecord) -> bool:
    """Is there a rule in the store that is ours to change?"""
    there = record.state in (State.LIVE, State.PAUSED) and record.rule.price_rule_id is not None
    return there and record.origin is not Origin.TRACKED


def combine_steps(desk: Desk, store: Store, steps: Sequence[Step], campaign: str, made: frozenset[int]) -> Failed:
    """Have the codes of *steps* combine as each asks for; of one that asks for nothing only what REST may have undone.

    *made* are the rules that were made just now. The store's writing lock is held.
    """
    after = {record.key: record for record in desk.ledger.codes.of_campaign(store.shop_id, campaign)}
    targets: dict[int, Target] = {}
    meant: set[int] = set()
    for step in steps:
        record = after.get(step.ask.key)
        if step.fate is Fate.FAIL or record is None or not is_there(record):
            continue
        meant.add(record.id)
        rule, wanted = record.rule, step.ask.combining.over(record.rule.asked)
        rewritten = step.fate is Fate.CHANGE and bool(wanted)  # by REST, which knows nothing of it
        if rewritten or (step.ask.combining and not rule.combining.meets(wanted)):
            targets[rule.id] = Target(rule, record.code, wanted, rule.id in made)
    failed: dict[int, ShopinfError] = {}
    for target in list(targets.values()):
        if not target.fresh and target.wanted != target.rule.asked and (lone := shares(desk, target, meant)):
            failed[target.rule.id] = lone
            del targets[target.rule.id]
    return failed | dict(combine_rules(desk, store, list(targets.values())))


def shares(desk: Desk, target: Target, meant: Iterable[int]) -> BadInput | None:
    """Why a rule is not changed: other codes than those *meant* would change with it."""
    known = set(meant)
    others = [
        record
        for record in desk.ledger.codes.of_rule(target.rule.id)
        if record.id not in known and record.state in (State.LIVE, State.PAUSED)
    ]
    if not others:
        return None
    more = counted(len(others), "other code")
    return BadInput(
        f"{target.code} shares its price rule with {more}, which would combine too",
        hint=f"Choose all of them, as with --campaign {quoted(others[0].campaign)}, or make codes with --own-rules.",
    )


def combine_rules(desk: Desk, store: Store, targets: Sequence[Target]) -> Failed:
    """Have rules combine as wanted; returns why not. The store's writing lock is held."""
    if not targets:
        return {}
    shelf = desk.ledger.combining
    doubtful = [each for each in targets if each.is_doubtful]
    noted = shelf.noted(store.shop_id, [each.rule.id for each in doubtful]) if doubtful else None
    shelf.ask(store.shop_id, {target.rule.id: target.wanted for target in targets})
    with desk.out.progress("combining codes", len(targets), "price rules", store=store.name) as progress:
        work = _Combining(desk, store, desk.shop(store), progress.advance)
        work.bring(targets)
        if noted is not None:
            work.outlast([each for each in doubtful if each.rule.id in work.done], noted + IN_FLIGHT)
        return work.failed


def combine_again(desk: Desk, store: Store, records: Iterable[CodeRecord]) -> Failed:
    """See that rules which REST has changed still combine as they were asked to."""
    asked = {record.rule.id: record for record in records if record.rule.asked and is_there(record)}
    return combine_rules(desk, store, [Target(each.rule, each.code, each.rule.asked) for each in asked.values()])


def named(records: Iterable[CodeRecord], failed: Failed) -> Mapping[str, ShopinfError]:
    """Why codes do not combine as asked, by one code of each rule."""
    first = {record.rule.id: record.code for record in reversed(list(records))}
    return {first[rule]: error for rule, error in failed.items() if rule in first}


def see(desk: Desk, store: Store, codes: Mapping[int, str]) -> tuple[Mapping[int, Combining], str | None]:
    """What the store has rules combine with, kept as well; and why it is not known, where it is not.

    *codes* has one for each rule, by the store's ids. A store that does not let us ask loses nothing else by it.
    """
    if not codes:
        return {}, None
    lacks = f"what codes of {store.name} combine with was not looked at"
    if lacking_to_combine(store.scopes, read_only=True):
        return {}, f"{lacks}: read_discounts is not granted"
    try:
        found = {rule: node.combining for rule, node in remote.read_rules(desk.shop(store), codes).items()}
    except Stopped:
        raise
    except ShopinfError as error:
        return {}, f"{lacks}: {error.message}"
    desk.ledger.combining.seen(store.shop_id, found)
    return found, None


class _Combining:
    """The work in one store."""

    def __init__(self, desk: Desk, store: Store, shop: Shop, tick: Callable[[int], None]) -> None:
        self._store, self._shop, self._tick = store, shop, tick
        self._shelf = desk.ledger.combining
        self._sorts: dict[int, remote.Sort | None] = {}
        self._say = desk.out.say
        self.failed: dict[int, ShopinfError] = {}
        self.done: set[int] = set()

    def outlast(self, targets: Sequence[Target], over: datetime) -> None:
        """Look again, when no earlier change can take effect any more, and send what one has undone."""
        wait = (over - self._shop.clock.now()).total_seconds()
        if not targets or wait <= 0:
            return
        self._say(
            f"an earlier change of {counted(len(targets), 'price rule')} in {self._store.name} may still take "
            f"effect; looking again in {wait:.0f} s"
        )
        self._shop.clock.wait(wait)
        self._tick = lambda count: None  # they were counted
        self.bring(targets)

    def bring(self, targets: Sequence[Target]) -> None:
        left = list(targets)
        try:
            sure = [each for each in left if each.is_sure]
            left = self._look([each for each in left if not each.is_sure]) + sure
            lost = self._send(left)
            for _ in range(ROUNDS):
                if not lost:
                    break
                lost = self._send(self._settle(lost))
            for target in lost:
                self.failed[target.rule.id] = LostResponse(
                    f"{self._store.name} lost the answers about what {target.code} combines with again and again",
                    hint="Run the same command again later.",
                )
        except Stopped:
            raise
        except ShopinfError as trouble:  # of the store: it would be the same for all that are left
            for target in left:
                if target.rule.id not in self.done:
                    self.failed.setdefault(target.rule.id, trouble)

    def _send(self, targets: Sequence[Target]) -> list[Target]:
        """Send the changes, several at a time; returns those whose answer was lost."""
        lost: list[Target] = []
        done: dict[int, Combining] = {}
        try:
            jobs = (partial(self._one, target) for target in targets)
            for target, error in at_once(jobs, workers=self._together, clock=self._shop.clock):
                if isinstance(error, LostResponse):
                    lost.append(target)
                elif error is not None:
                    self.failed[target.rule.id] = error
                    self._shelf.refused(self._store.shop_id, target.rule.id, target.wanted, error.message)
                    self._tick(1)
                else:
                    done[target.rule.id] = target.wanted.over(target.rule.combining)
                if len(done) >= KEPT:
                    self._keep(done)
                    done = {}
        finally:  # also when the run is stopped: what was changed is written down
            self._keep(done)
        return lost

    def _together(self) -> int:
        """How many changes at once use up the points, once an answer told how many there are."""
        return min(max(FEWEST, int(self._shop.points.size / 250)), MOST)

    def _one(self, target: Target) -> tuple[Target, ShopinfError | None]:
        rule_id = target.rule.price_rule_id
        assert rule_id is not None
        sort = self._sorts.get(rule_id) or (remote.Sort.FREE_SHIPPING if _ships_free(target) else None)
        try:
            remote.combine(self._shop, rule_id, target.code, target.wanted, sort)
        except (BadInput, LostResponse, NoSuchThing) as error:
            if isinstance(error, Refused) and not error.fields:
                raise  # of the request and not of this code: it would be the same for all
            return target, error
        return target, None

    def _settle(self, lost: Sequence[Target]) -> list[Target]:
        """Find out about changes whose answers were lost; returns those that were not made."""
        left = self._look(lost)
        if left:
            self._shop.clock.wait(SECOND_LOOK)  # a store's answers may lag behind its changes
            left = self._look(left)
        return left

    def _look(self, targets: Sequence[Target]) -> list[Target]:
        """Those of *targets* that do not combine as wanted; the others are done."""
        codes = {each.rule.price_rule_id: each.code for each in targets if each.rule.price_rule_id is not None}
        nodes = remote.read_rules(self._shop, codes)
        self._sorts |= {rule_id: node.sort for rule_id, node in nodes.items()}
        left, done = [], {}
        for target in targets:
            node = nodes.get(target.rule.price_rule_id or 0)
            if node is not None and node.combining.meets(target.wanted):
                done[target.rule.id] = node.combining
            else:
                left.append(target)
        self._keep(done)
        return left

    def _keep(self, done: Mapping[int, Combining]) -> None:
        if done:
            self._shelf.told(self._store.shop_id, done)
            self.done.update(done)
            self._tick(len(done))


def _ships_free(target: Target) -> bool:
    return target.rule.terms.kind == "free_shipping"
