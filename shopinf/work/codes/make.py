"""Making codes so that none is made twice: planned in the ledger, sent, found again when an answer was lost.

A price rule is written down before it is sent, with the highest rule id known then. When its answer is lost, or the run
is killed, the next look goes through the rules above that id for its reference, and it is sent anew when doubt.py says
that it will not appear any more. A code needs less care: its name is unique in the shop, so a second one is refused,
and the name under our own rule is ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from shopinf.discounts.codes import suffixed
from shopinf.discounts.records import CodeRecord
from shopinf.errors import BadInput, LostResponse, Refused, ShopinfError, Stopped
from shopinf.orders import folded
from shopinf.shopify import discounts as remote
from shopinf.shopify.pages import at_once
from shopinf.work.doubt import Doubt, Noted, looked_for, together

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.shopify.client import Shop
    from shopinf.stores import Store

ROUNDS = 5  # of looking for lost rules and sending again, without a single code getting further
TOGETHER = 10  # results written to the ledger at once
TRIES = 6  # for one code


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
    """Makes planned codes of one store; the ledger says what came of each, `trouble` what stopped the rest."""

    def __init__(self, desk: Desk, store: Store, shop: Shop, tick: Callable[[int], None]) -> None:
        self.desk, self.store, self.shop, self.tick = desk, store, shop, tick
        self.codes = desk.ledger.codes
        self.doubt = Doubt(desk, store, shop, self)
        self.trouble: ShopinfError | None = None
        self._newest: int | None = None

    def own(self, records: Sequence[CodeRecord]) -> None:
        """Make a price rule and a code for each of *records*; those of earlier runs are looked for last."""
        try:
            self._look_around()
            lost = self._make([record for record in records if not record.rule.in_doubt])
            doubtful = [record for record in records if record.rule.in_doubt]
            self.doubt.see_through(doubtful + lost, self._make, noun="code", rounds=ROUNDS)
        except Stopped:
            raise
        except ShopinfError as trouble:
            self.trouble = trouble

    def rule(self, record: CodeRecord) -> int:
        """The id of the price rule that *record* belongs to, made if it is not there yet."""
        self._look_around()
        records = self.now([record])
        lost = records if records[0].rule.in_doubt else self._make_rule(records)
        self.doubt.see_through(lost, self._make_rule, noun="price rule", rounds=ROUNDS)
        [record] = self.now([record])
        assert record.rule.price_rule_id is not None
        return record.rule.price_rule_id

    def _make_rule(self, records: Sequence[CodeRecord]) -> list[CodeRecord]:
        """Make the one rule of *records* unless it is there; returns them when it may or may not be."""
        rule = records[0].rule
        if rule.live:
            return []
        noted = self._announce(records)
        try:
            with self.doubt.in_time(noted):
                made = remote.make_rule(self.shop, rule.title, rule.terms)
        except LostResponse:
            return list(records)
        self.codes.rules_live(self.store.shop_id, {rule.id: made})
        return []

    # own rules

    def _make(self, records: Sequence[CodeRecord]) -> list[CodeRecord]:
        """Make *records*, several at a time; returns those whose rule may or may not be there."""
        lost: list[CodeRecord] = []
        done: list[Made] = []
        try:
            for made in at_once(self._announced(records), workers=together(self.shop), clock=self.shop.clock):
                if made.rule_id:
                    self._newest = max(self._newest or 0, made.rule_id)
                if made.lost:
                    lost.append(made.record)
                if not made.lost or made.rule_id:
                    done.append(made)
                if len(done) >= TOGETHER:
                    self._keep(done)
                    done = []
                # A name that is taken says nothing of the store's health.
                self.doubt.watch(None if isinstance(made.error, _Taken) else made.error)
        finally:  # also when the run is stopped: what was made is written down
            self._keep(done)
        return lost

    def _announced(self, records: Sequence[CodeRecord]) -> Iterator[Callable[[], Made]]:
        """The work for each record, noted in the ledger as sent just before it begins."""
        many = together(self.shop)
        for start in range(0, len(records), many):
            part = records[start : start + many]
            noted = self._announce(part)
            yield from (partial(self._one, record, noted) for record in part)

    def _announce(self, records: Sequence[CodeRecord]) -> datetime:
        """Note the rules that are about to be sent; returns when that was."""
        rules = {record.rule.id: record.rule for record in records if not record.rule.live}
        if not rules:
            return self.shop.clock.now()
        return self.codes.sending(self.store.shop_id, list(rules.values()), self._newest or 0)

    def _one(self, record: CodeRecord, noted: datetime) -> Made:
        """Make one code, and the rule for it unless it is there."""
        rule_id = record.rule.price_rule_id if record.rule.live else None
        try:
            if rule_id is None:
                if record.explicit and remote.look_up(self.shop, record.code):
                    return Made(record, record.code, error=taken(record.code))
                with self.doubt.in_time(noted):
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
        named, dash, rest = record.rule.title.partition(" - ")
        if record.rule.own and folded(named) != folded(code):  # also of a rule that was found without its code
            remote.change_rule(self.shop, rule_id, title=f"{code}{dash}{rest}")
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

    # finding what may be there

    def _look_around(self) -> None:
        """Learn an id that every rule made from now on is above."""
        if self._newest is None:
            known = self.codes.newest_rule(self.store.shop_id)
            self._newest = max(known, remote.some_newest_rule(self.shop))

    def now(self, records: Sequence[CodeRecord]) -> list[CodeRecord]:
        return self.codes.by_ids([record.id for record in records])

    def noted(self, record: CodeRecord) -> Noted:
        return Noted(record.rule.sent_at, record.rule.run)

    def look(self, records: Sequence[CodeRecord], *, last: bool) -> list[CodeRecord]:
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
        # Refused, and yet not to be found: it may be our own, by a request of an earlier run.
        found = looked_for(partial(remote.look_up, shop, code), shop.clock)
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
