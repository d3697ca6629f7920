"""The watch over codes: their orders of the last weeks, the visits before them, and what that makes of each code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from shopinf.attribution.codebook import Codes, TrackedCode
from shopinf.attribution.credits import Credit, Rules
from shopinf.attribution.standing import Status
from shopinf.discounts.records import CodeRecord, State
from shopinf.leaks.verdict import BACK, Around, Level, Suspect, Use, Verdict, judge
from shopinf.leaks.visits import COUPON_HOSTS, Trail, coupon_hosts, is_cold, leads_to
from shopinf.money import Money
from shopinf.orders import folded
from shopinf.payouts.rates import read_rate
from shopinf.stores import Store
from shopinf.work.orders.attribute import check_read
from shopinf.work.orders.codebook import code_book
from shopinf.work.orders.crediting import Which, credit_orders
from shopinf.work.orders.seats import Seats
from shopinf.work.orders.sync import sync_orders
from shopinf.work.orders.visits import trails

if TYPE_CHECKING:
    from shopinf.desk import Desk

PAST = timedelta(days=56 + BACK)  # how far back a code is known by


@dataclass(frozen=True, slots=True)
class Watched:
    """A code, what is said of it, and the commission of its orders since then."""

    record: CodeRecord
    verdict: Verdict
    at_stake: Money | None


@dataclass(frozen=True, slots=True)
class Watch:
    """The codes of a store, and why their visits are not known, where they are not."""

    codes: Sequence[Watched]
    lacking: str | None


def watch_store(
    desk: Desk, store: Store, records: Sequence[CodeRecord], since: date | None, seats: Seats | None
) -> Watch:
    """What is to be said of *records* now; the orders are read first, with *seats*, else as they were read last."""
    if seats is not None:
        sync_orders(desk, store, seats=seats)
    check_read(desk, store)
    now = desk.clock.now().astimezone(store.zone)
    start = datetime.combine(now.date(), time(), store.zone) - PAST
    if since is not None:
        start = min(start, datetime.combine(since, time(), store.zone) - PAST + timedelta(days=BACK))
    codes = code_book(desk, store)
    rate = read_rate(desk.config.commission, store.currency) if desk.config.commission else None
    outcomes = credit_orders(desk, store, codes, Rules(default=rate), Which(start)).outcomes
    credits = [credit for outcome in outcomes if isinstance(outcome, list) for credit in outcome]
    known = trails(desk, store, [credit.order for credit in credits], live=seats is not None)
    days = _Days(desk, store, credits, start)
    hosts = (*COUPON_HOSTS, *desk.config.coupon_hosts)
    watched = []
    for record in records:
        if record.state in (State.FAILED, State.INTENDED):
            continue
        own = days.of(record.code)
        links = _Links(codes, record)
        uses = [links.use(credit, known.of(credit.order), hosts, store) for credit in own]
        around = Around(days.without(record.code), days.campaign(record, records))
        verdict = judge(uses, around, begun=days.begun(record, own, now.date()), now=now, since=since)
        watched.append(Watched(record, verdict, _at_stake(store, own, verdict.since)))
    return Watch(watched, known.lacking)


def suspects(desk: Desk, store: Store) -> list[Suspect]:
    """The codes of *store* that may have got out, by what was read of orders and visits up to now; leaks first."""
    records = desk.ledger.codes.of_shop(store.shop_id)
    people = desk.ledger.people.by_id({record.person for record in records})
    found = [
        Suspect(
            store.name,
            each.record.code,
            people[each.record.person].influencer if each.record.person in people else "",
            each.verdict,
            each.at_stake,
        )
        for each in watch_store(desk, store, records, None, None).codes
        if each.verdict.level is not Level.QUIET
    ]
    return sorted(found, key=lambda each: each.verdict.level is not Level.LEAK)


class _Days:
    """The orders of a store by code and day."""

    def __init__(self, desk: Desk, store: Store, credits: Sequence[Credit], start: datetime) -> None:
        self._zone = store.zone
        self._all = Counter(at.astimezone(store.zone).date() for at in desk.ledger.orders.moments(store.shop_id, start))
        self._credits: dict[str, list[Credit]] = {}
        for credit in sorted(credits, key=lambda each: each.order.processed_at):
            self._credits.setdefault(folded(credit.code), []).append(credit)
        self._by_code = {code: Counter(self._day(each) for each in those) for code, those in self._credits.items()}

    def of(self, code: str) -> list[Credit]:
        """The orders of *code*, oldest first."""
        return self._credits.get(folded(code), [])

    def without(self, code: str) -> Mapping[date, int]:
        """What the store sold a day besides what came by *code*."""
        own = self._by_code.get(folded(code), Counter())
        return {day: count - own[day] for day, count in self._all.items()}

    def campaign(self, record: CodeRecord, records: Sequence[CodeRecord]) -> Mapping[date, float]:
        """What the other codes of its campaign sold a day, in the mean."""
        others = [each for each in records if each.campaign == record.campaign and each.id != record.id]
        counts = [self._by_code.get(folded(each.code), Counter()) for each in others]
        days = {day for count in counts for day in count}
        return {day: sum(count[day] for count in counts) / len(counts) for day in days}

    def begun(self, record: CodeRecord, own: Sequence[Credit], today: date) -> date:
        """The day since which the code is used: it may be older than what is kept of it here."""
        made = record.made_at.astimezone(self._zone).date() if record.made_at else today
        return min([made, today, *(self._day(credit) for credit in own[:1])])

    def _day(self, credit: Credit) -> date:
        return credit.order.processed_at.astimezone(self._zone).date()


class _Links:
    """What the links of one code carry, and those of the other influencers' codes."""

    def __init__(self, codes: Codes, record: CodeRecord) -> None:
        mine = [each for each in codes.tracked if each.id == record.id]
        owners = {owner.value for each in mine for owner in each.owners}
        theirs = [each for each in codes.tracked if not owners & {owner.value for owner in each.owners}]
        self.mine, self.theirs = _carried(mine), _carried(theirs)

    def use(self, credit: Credit, trail: Trail | None, hosts: Sequence[str], store: Store) -> Use:
        """An order with the code, as far as it matters here."""
        return Use(
            credit.order.processed_at.astimezone(store.zone),
            is_cold(trail, *self.mine),
            coupon_hosts(trail, hosts),
            elsewhere=trail is not None and any(leads_to(visit, *self.theirs) for visit in trail.visits),
            new=credit.rank.new if credit.rank else None,
        )


def _carried(codes: Sequence[TrackedCode]) -> tuple[Collection[str], Collection[str]]:
    """The names and the marks of codes, folded."""
    names = {folded(name.value) for code in codes for name in code.names}
    return names, names | {folded(mark) for code in codes for mark in code.marks}  # a mark may be the code itself


def _at_stake(store: Store, credits: Sequence[Credit], since: datetime | None) -> Money | None:
    """The commission of the orders since then, as far as it is known."""
    if since is None:
        return None
    earned = [
        credit.commission
        for credit in credits
        if credit.order.processed_at >= since and credit.status is not Status.REVERSED and credit.commission is not None
    ]
    return Money(sum(earned, Decimal(0)), store.currency) if earned else None
