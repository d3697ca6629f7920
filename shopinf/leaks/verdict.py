"""Which code sells to strangers, and since when: from when its orders came, and from the visits before them.

Volume alone does not tell: after a post a code sells many times its usual day and fades within four days. What tells is
that those who buy saw nothing of the influencer. So `look` is volume: a day with at least ten orders and four times the
median of the fourteen days before, after dividing by what the whole store rose that day. `leak` is volume, or a level
that stays, *and* a sign in the visits: the cold share since then above the code's own before (exact binomial), coupon
hosts that were not there before, or another influencer's link before the order.

The bounds below are set so that ordinary seasons (posts, launches, Black Friday) give less than one false alarm in
fifty quarters of a code; `tests/benchmarks/leaks_season.py` measures it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import log
from statistics import median

from shopinf.leaks.odds import at_least, at_least_of
from shopinf.money import Money

USUAL_DAYS = 14  # before a day, for its median
LEAST, TIMES = 10, 4  # orders of a day that is out of the ordinary, and how many times the median
BACK = 14  # days in which a leak may have begun, where nobody says since when to look
LOOK_BACK = 7  # days in which a day out of the ordinary is worth a look
_PAST = 56  # days before, by which a code is known
_POSTS = 0.15  # of them are taken for days of a post, so that the usual level is without those
_FLOOR = 4  # cold orders, fewer say nothing
_SHARE = 5e-4  # the chance of such a cold share, at most
_STAYS = 0.1  # the chance of so many orders by the usual level, at most, where no day is out of the ordinary
_TOGETHER = 6e-7  # both chances multiplied; that of the volume counts as no less than _VOLUME, or any post would do
_VOLUME = 0.02
_COUPON_SHARE = 0.2  # the chance of such a cold share, at most, where two orders came from coupon hosts
_UNKNOWN = 6  # orders' worth of belief in an ordinary cold share, for a code that has sold little yet
_ORDINARY = 0.3


class Level(StrEnum):
    """How sure it is that a code got out."""

    QUIET = "quiet"
    LOOK = "look"
    LEAK = "leak"


@dataclass(frozen=True, slots=True)
class Use:
    """One order with the code, at the shop's own time."""

    at: datetime
    cold: bool | None = None  # None: nothing is known of the visits before it
    coupon_hosts: tuple[str, ...] = ()
    elsewhere: bool = False  # another influencer's link stood before it
    new: bool | None = None  # the customer's first order


@dataclass(frozen=True, slots=True)
class Around:
    """What surrounds a code: the store's other orders a day, and for a young code the orders a day of its campaign."""

    store: Mapping[date, int]
    campaign: Mapping[date, float] = field(default_factory=dict)  # the mean of the campaign's other codes


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a code. Shares are between 0 and 1, None where nothing is known; `since` is a full hour."""

    level: Level
    since: datetime | None
    orders_since: int | None
    usual_per_day: float
    per_day: float
    cold_before: float | None
    cold_since: float | None
    coupon_hosts: tuple[str, ...]
    new_since: float | None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suspect:
    """A code that is not quiet, as a report tells of it."""

    store: str
    code: str
    influencer: str
    verdict: Verdict
    at_stake: Money | None  # the commission of its orders since then


def judge(uses: Sequence[Use], around: Around, *, begun: date, now: datetime, since: date | None = None) -> Verdict:
    """The verdict over the orders of one code (oldest first), which exists since *begun*, as it is *now*.

    It is asked whether a leak began in the last fortnight, or on *since* or later. Times are in the shop's zone.
    """
    code = _Code(uses, around, begun, now.date())
    today = now.date()
    first = max(begun, since or today - timedelta(days=BACK - 1))
    signs = [sign for day in _days(first, today) if (sign := _leak(code, day)) is not None]
    if signs:
        return _told(code, Level.LEAK, max(signs, key=lambda each: each.weight), now)
    watched = max(first, since or today - timedelta(days=LOOK_BACK - 1))
    if loud := next((day for day in _days(watched, today) if code.is_loud(day)), None):
        return _told(code, Level.LOOK, _Sign(loud, 0.0, (code.loudness(loud),), cold=False), now)
    usual = code.usual_median(today)
    lately = code.count(max(begun, today - timedelta(days=LOOK_BACK - 1)), today)
    share = _share([use for use in uses if use.cold is not None], lambda use: bool(use.cold))
    days = min(LOOK_BACK, (today - begun).days + 1)
    return Verdict(Level.QUIET, None, None, usual, lately / max(1, days), share, None, (), None)


@dataclass(frozen=True, slots=True)
class _Sign:
    day: date
    weight: float  # how much likelier so many strangers since that day are than usually; of the days the one with most
    reasons: tuple[str, ...]
    cold: bool


class _Code:
    """A code's orders by day, beside what the store and the campaign sold."""

    def __init__(self, uses: Sequence[Use], around: Around, begun: date, today: date) -> None:
        self.uses, self.begun, self.today = uses, begun, today
        self.by_day = Counter(use.at.date() for use in uses)
        self._around = around
        self._rises: dict[date, float] = {}

    def count(self, first: date, last: date) -> int:
        return sum(self.by_day[day] for day in _days(first, last))

    def since(self, day: date) -> list[Use]:
        return [use for use in self.uses if use.at.date() >= day]

    def before(self, day: date) -> list[Use]:
        return [use for use in self.uses if day - timedelta(days=_PAST) <= use.at.date() < day]

    def rise(self, day: date) -> float:
        """How many times its usual day the rest of the store sold; on Black Friday everything rises."""
        if day not in self._rises:
            store = self._around.store
            usual = median([store.get(each, 0) for each in _days(day - timedelta(days=28), day - timedelta(days=1))])
            self._rises[day] = max(1.0, store.get(day, 0) / max(1.0, usual))
        return self._rises[day]

    def usual_median(self, day: date) -> float:
        """The median of the fourteen days before; of a younger code, what its campaign's others sold in these days."""
        days = _days(day - timedelta(days=USUAL_DAYS), day - timedelta(days=1))
        if (day - self.begun).days >= USUAL_DAYS:
            return float(median([self.by_day[each] for each in days]))
        return float(median([self._around.campaign.get(each, 0.0) for each in [*days, day]]))

    def is_loud(self, day: date) -> bool:
        """Did the code sell at least ten, and four times its median, beyond what the whole store rose by?"""
        return self.by_day[day] / self.rise(day) >= max(LEAST, TIMES * self.usual_median(day))

    def loudness(self, day: date) -> str:
        return f"{self.by_day[day]} orders on {day:%d %b}, usually {self.usual_median(day):g} a day"

    def level(self, day: date) -> float:
        """The mean of the days before, without those of posts; what the store rose by is taken off each."""
        first = max(self.begun, day - timedelta(days=_PAST))
        past = sorted(self.by_day[each] / self.rise(each) for each in _days(first, day - timedelta(days=1)))
        if len(past) < USUAL_DAYS:
            return self.usual_median(day)
        kept = past[: max(1, int(len(past) * (1 - _POSTS)))]
        return sum(kept) / len(kept) / (1 - _POSTS * 0.8) + 0.02

    def expected(self, day: date) -> float:
        """How many orders since *day* its usual level would make."""
        return self.level(day) * sum(self.rise(each) for each in _days(day, self.today))


def _leak(code: _Code, day: date) -> _Sign | None:
    """What speaks for a leak that began on *day*."""
    since, before = code.since(day), code.before(day)
    known = [use for use in since if use.cold is not None]
    if not known:
        return None
    loud = next((each for each in _days(day, code.today) if code.is_loud(each)), None)
    more = at_least(len(since), code.expected(day))
    if loud is None and more > _STAYS:
        return None
    was = [use for use in before if use.cold is not None]
    cold, cold_before = sum(bool(use.cold) for use in known), sum(bool(use.cold) for use in was)
    usual = (cold_before + _ORDINARY * _UNKNOWN) / (len(was) + _UNKNOWN)
    chance = at_least_of(cold, len(known), usual)
    together = chance * max(more, _VOLUME)
    reasons = [] if loud is None else [code.loudness(loud)]
    reasons += [f"{len(since)} orders since {day:%d %b}, usually {code.expected(day):.0f}"] if loud is None else []
    signs = []
    if cold >= _FLOOR and chance < _SHARE and together < _TOGETHER:
        signs.append(f"{cold} of {len(known)} buyers saw nothing of the influencer, usually {usual:.0%}")
    from_coupons = sum(bool(use.coupon_hosts) for use in since)
    if from_coupons >= 2 and chance < _COUPON_SHARE and _is_more(from_coupons, since, before, coupon=True):
        signs.append(f"{from_coupons} came from sites that collect codes")
    elsewhere = sum(use.elsewhere for use in since)
    if elsewhere >= _FLOOR and _is_more(elsewhere, since, before, coupon=False):
        signs.append(f"{elsewhere} came by another influencer's link")
    # What the whole store rose by is left out: it lies on the leak's own days, and would move its beginning.
    weight = _likelier(cold, code.level(day) * ((code.today - day).days + 1) * usual)
    return _Sign(day, weight, (*reasons, *signs), cold=True) if signs else None


def _likelier(count: int, usual: float) -> float:
    """The logarithm of how much likelier *count* is by a level of its own than by the usual one (Poisson)."""
    return count * log(count / usual) - (count - usual) if count > usual > 0 else 0.0


def _is_more(count: int, since: Sequence[Use], before: Sequence[Use], *, coupon: bool) -> bool:
    """Are so many of these orders more than chance makes by those before?"""
    former = sum(bool(use.coupon_hosts) if coupon else use.elsewhere for use in before)
    return at_least_of(count, len(since), (former + 0.05) / (len(before) + 1)) < (0.01 if coupon else _SHARE)


def _told(code: _Code, level: Level, sign: _Sign, now: datetime) -> Verdict:
    usual = code.usual_median(sign.day)
    start = _first_hour(code.since(sign.day), usual, cold=sign.cold)
    since = [use for use in code.uses if use.at >= start]
    days = max(1.0, (now - start).total_seconds() / 86400)
    known = [use for use in since if use.cold is not None]
    was = [use for use in code.before(sign.day) if use.cold is not None]
    hosts = Counter(host for use in since for host in use.coupon_hosts)
    return Verdict(
        level,
        start,
        len(since),
        usual,
        len(since) / days,
        _share(was, lambda use: bool(use.cold)),
        _share(known, lambda use: bool(use.cold)),
        tuple(host for host, _ in hosts.most_common()),
        _share([use for use in since if use.new is not None], lambda use: bool(use.new)),
        sign.reasons,
    )


def _first_hour(uses: Sequence[Use], usual: float, *, cold: bool) -> datetime:
    """The first full hour in which more was sold than usual; of a leak, to somebody who saw nothing."""
    hours = Counter(use.at.replace(minute=0, second=0, microsecond=0) for use in uses if not cold or use.cold)
    return next((hour for hour, count in sorted(hours.items()) if count > usual / 24), min(hours))


def _share(uses: Sequence[Use], is_one: Callable[[Use], bool]) -> float | None:
    return sum(map(is_one, uses)) / len(uses) if uses else None


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
