"""Making codes so that none is made twice: planned in the ledger, sent, found again when an answer was lost.

A price rule is written down before it is sent, with the highest rule id known then. When its answer is lost, or the run
is killed, the next look goes through the rules above that id for its reference. What is found is ours. What is not
found may still be under way, so it is looked for again once the call's time is over, and then once more, before it is
sent anew. A code needs less care: its name is unique in the shop, so a second one is refused, and the name under our
own rule is ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from shopinf.discounts.codes import suffixed
from shopinf.discounts.plan import CodeRecord
from shopinf.errors import BadInput, LostResponse, NoAnswer, Refused, ShopinfError, Stopped
from shopinf.orders import folded
from shopinf.shopify import discounts as remote
from shopinf.shopify.pages import at_once

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.shopify.client import Shop
    from shopinf.stores import Store

# How long after it was noted a request can take effect: 30 s for the call, and what it waited for the rate limit.
IN_FLIGHT = timedelta(seconds=40)
SECOND_LOOK = 4.0  # seconds; a store's answers may lag behind its writes
TOGETHER = 10  # results written to the ledger at once
ROUNDS = 5  # of looking for lost rules and sending again
TRIES = 6  # for one code
IN_A_ROW = 8  # failures without one success: the store has a trouble that going on would not help


@dataclass(frozen=True, slots=True)
class Made:
    """What came of one code."""

    record: CodeRecord
    code: str
    rule_id: int | None = None
    code_id: int | None = None
    error: ShopinfError | None = None
    lost: bool = False  # it is not known whether the store has it
    rule_gone: bool = False


class Making:
    """Makes planned codes of one store; `failed` says why some were not made, `trouble` what stopped the rest."""

    def __init__(self, desk: Desk, store: Store, shop: Shop, tick: Callable[[int], None]) -> None:
        self.desk, self.store, self.shop, self.tick = desk, store, shop, tick
        self.codes = desk.ledger.codes
        self.trouble: ShopinfError | None = None
        self._newest: int | None = None
        self._row = 0

    @property
    def workers(self) -> int:
        """As many as keep the store's bucket busy, yet few enough that none waits long for its turn."""
        return max(2, self.shop.bucket.size // 10)

    def own(self, records: Sequence[CodeRecord]) -> None:
        """Make a price rule and a code for each of *records*; those of earlier runs are looked for last."""
        sure = [record for record in records if record.rule.live or record.rule.sent_at is None]
        doubtful = [record for record in records if not record.rule.live and record.rule.sent_at is not None]
        try:
            self._look_around()
            doubtful += self._make(sure)
            for _ in range(ROUNDS):
                if not doubtful:
                    return
                ids = [record.id for record in doubtful]
                self._settle(self.codes.by_ids(ids))  # as the ledger has them now: when they were sent, and above what
                doubtful = self._make(self.codes.by_ids(ids))
            if doubtful:
                raise NoAnswer(
                    f"{self.store.name} lost the answers to {len(doubtful)} codes again and again",
                    hint="Run the same command again later: it makes only what is missing.",
                )
        except Stopped:
            raise
        except ShopinfError as trouble:
            self.trouble = trouble

    def rule(self, record: CodeRecord) -> int:
        """The id of the price rule that *record* belongs to, made if it is not there yet."""
        self._look_around()
        for _ in range(ROUNDS):
            [record] = self.codes.by_ids([record.id])
            if not record.rule.live and record.rule.sent_at is not None:
                self._settle([record])
                [record] = self.codes.by_ids([record.id])
            if record.rule.live and record.rule.price_rule_id is not None:
                return record.rule.price_rule_id
            self._announce([record])
            try:
                found = remote.make_rule(self.shop, record.rule.title, record.rule.terms)
                self.codes.rules_live(self.store.shop_id, {record.rule.id: found})
                return found
            except LostResponse:
                continue
        raise NoAnswer(
            f"{self.store.name} lost the answer to a price rule again and again",
            hint="Run the same command again later: it makes only what is missing.",
        )

    # own rules

    def _make(self, records: Sequence[CodeRecord]) -> list[CodeRecord]:
        """Make *records*, several at a time; returns those whose rule may or may not be there."""
        lost: list[CodeRecord] = []
        done: list[Made] = []
        try:
            for made in at_once(self._announced(records), workers=self.workers, clock=self.shop.clock):
                if made.rule_id:
                    self._newest = max(self._newest or 0, made.rule_id)
                if made.lost:
                    lost.append(made.record)
                if not made.lost or made.rule_id:
                    done.append(made)
                if len(done) >= TOGETHER:
                    self._keep(done)
                    done = []
                self._watch(made)
        finally:  # also when the run is stopped: what was made is written down
            self._keep(done)
        return lost

    def _announced(self, records: Sequence[CodeRecord]) -> Iterator[Callable[[], Made]]:
        """The work for each record, noted in the ledger as sent just before it begins."""
        for start in range(0, len(records), self.workers):
            part = records[start : start + self.workers]
            self._announce(part)
            yield from (partial(self._one, record) for record in part)

    def _announce(self, records: Sequence[CodeRecord]) -> None:
        rules = {record.rule.id: record.rule for record in records if not record.rule.live}
        if rules:
            self.codes.sending(self.store.shop_id, list(rules.values()), self._newest or 0)

    def _one(self, record: CodeRecord) -> Made:
        """Make one code, and the rule for it unless it is there."""
        rule_id = record.rule.price_rule_id if record.rule.live else None
        try:
            if rule_id is None:
                if record.explicit and remote.look_up(self.shop, record.code):
                    return Made(record, record.code, error=taken(record.code))
                rule_id = remote.make_rule(self.shop, record.rule.title, record.rule.terms)
        except LostResponse as error:
            return Made(record, record.code, error=error, lost=True)
        except Refused as error:
            return Made(record, record.code, error=error)
        try:
            code, code_id = self._code(record, rule_id)
        except LostResponse as error:
            return Made(record, record.code, rule_id, error=error, lost=True)
        except BadInput as error:
            if record.rule.own:  # nobody can use a rule without a code
                remote.delete_rule(self.shop, rule_id)
            return Made(record, record.code, rule_id, error=error, rule_gone=record.rule.own)
        return Made(record, code, rule_id, code_id)

    def _code(self, record: CodeRecord, rule_id: int) -> tuple[str, int]:
        """The name and id of the code under our rule; a generated name that is taken gets a suffix."""
        code = record.code
        for _ in range(TRIES):
            if (made := claim(self.shop, rule_id, code)) is not None:
                break
            if record.explicit:
                raise taken(code)
            code = self._another_name(record)
        else:
            raise taken(code)
        if code != record.code and record.rule.own:
            title = f"{code}{record.rule.title.removeprefix(record.code)}"
            remote.change_rule(self.shop, rule_id, title=title)
        return code, made

    def _another_name(self, record: CodeRecord) -> str:
        """A new name for a code whose name is taken, written down before it is tried."""
        code = suffixed(record.code)
        while self.codes.taken(self.store.shop_id, [folded(code)]):
            code = suffixed(record.code)
        self.codes.call(self.store.shop_id, record, code)
        return code

    def _keep(self, done: Sequence[Made]) -> None:
        """Write down what was made and what was refused."""
        shop_id = self.store.shop_id
        live = [(made.record, made.code, made.rule_id, made.code_id) for made in done if made.error is None]
        self.codes.codes_live(shop_id, live)
        for made in done:
            if made.lost and made.rule_id:
                self.codes.rules_live(shop_id, {made.record.rule.id: made.rule_id})
            elif made.error is not None and not made.lost:
                self.codes.fail(shop_id, made.record, said(made.error), rule_gone=made.rule_gone or not made.rule_id)
        self.tick(sum(1 for made in done if not made.lost))

    def _watch(self, made: Made) -> None:
        """Stop when one code after another fails: something else is wrong."""
        refused_by_name = isinstance(made.error, _Taken)
        self._row = self._row + 1 if made.error is not None and not refused_by_name else 0
        if self._row >= IN_A_ROW and made.error is not None:
            raise made.error

    # finding what may be there

    def _look_around(self) -> None:
        """Learn an id that every rule made from now on is above."""
        if self._newest is None:
            known = self.codes.newest_rule(self.store.shop_id)
            self._newest = max(known, remote.some_newest_rule(self.shop))

    def _settle(self, records: Sequence[CodeRecord]) -> None:
        """Find out which of *records* have their rule in the store, so that the others can be sent again."""
        absent = self._adopt(records)
        sent = [record.rule.sent_at for record in absent if record.rule.sent_at is not None]
        if not sent:
            return
        left = (max(sent) + IN_FLIGHT - self.shop.clock.now()).total_seconds()
        if left > 0:
            self.desk.out.say(
                f"{len(absent)} requests to {self.store.name} had no answer and may still take effect; "
                f"looking again in {left:.0f} s"
            )
            self.shop.clock.wait(left)
            absent = self._adopt(absent)
        if absent:
            self.shop.clock.wait(SECOND_LOOK)
            self._adopt(absent)

    def _adopt(self, records: Sequence[CodeRecord]) -> list[CodeRecord]:
        """Take the rules that are in the store for ours; returns the records whose rule is not."""
        wanted = {record.rule.reference: record for record in records if not record.rule.live}
        lowest = min((record.rule.before_id or 0 for record in wanted.values()), default=None)
        if lowest is None:
            return []
        found: dict[int, int] = {}
        for rule_id, title in remote.titles_since(self.shop, lowest):
            record = wanted.get(title.rpartition(" ")[2])
            if record is not None:
                found[record.rule.id] = min(rule_id, found.get(record.rule.id, rule_id))
        self.codes.rules_live(self.store.shop_id, found)
        return [record for record in wanted.values() if record.rule.id not in found]


def claim(shop: Shop, rule_id: int, code: str) -> int | None:
    """The id of *code* under the rule, made unless it is there; None when somebody else's rule has the name."""
    lost: LostResponse | None = None
    for _ in range(TRIES):
        refused = False
        try:
            return remote.make_code(shop, rule_id, code)
        except LostResponse as error:
            lost = error
        except Refused as error:
            if not remote.is_taken(error):
                raise
            refused = True
        found = remote.look_up(shop, code)
        if found is None and lost is not None:
            shop.clock.wait(SECOND_LOOK)  # the look-up may lag behind what we ourselves wrote
            found = remote.look_up(shop, code)
        if found is not None and found.price_rule_id == rule_id:
            return found.id
        if found is not None or refused:
            return None
    raise lost or taken(code)


class _Taken(BadInput):
    """The name is used by a code that is not ours."""


def taken(code: str) -> BadInput:
    """The refusal of a name that somebody else's price rule has."""
    return _Taken(
        f"{code} is taken by a code that shopinf did not make",
        hint="Choose another code, or take this one over: shopinf discounts import FILE --mode adopt",
    )


def said(error: ShopinfError) -> str:
    """An error as one text for a row."""
    return error.message
