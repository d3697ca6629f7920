"""How often a leak is found, after how many days, and how often there is an alarm without one.

    python tests/benchmarks/leaks_season.py [--codes 200] [--leaks 40] [--seed 1]

Codes sell a quarter long, 0.3 to 30 orders a day, overdispersed, with posts of thirteen times the usual day that fade
in four days, and for half of them a Black Friday. Before any leak 10 to 40 % of a code's buyers saw nothing of the
influencer. A leak adds from two orders a day up to four times the usual ones (five times in all); nineteen of twenty of
its buyers are strangers, one of four comes from a site that collects codes. The verdict is asked for at each day's end:
with the visits before the orders, with what REST tells of the last visit, and with nothing but volume.
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from shopinf.leaks.verdict import Around, Level, Use, judge

BEGUN = date(2026, 7, 1)
NEVER = datetime.min.replace(tzinfo=UTC)
BEFORE, QUARTER = 30, 90
POST = (13.0, 6.0, 3.0, 1.5)
BLACK_FRIDAY = {0: 6.0, 1: 4.0, 2: 3.0, 3: 4.0}


@dataclass(frozen=True)
class Leak:
    """A leak: the day it begins, what it adds a day, and what the code sold before."""

    day: int
    more: float
    rate: float


class Season:
    """A code's orders and the store's, day by day."""

    def __init__(self, chance: random.Random, *, leaks: bool) -> None:
        rate = math.exp(chance.uniform(math.log(0.3), math.log(30)))
        day = chance.randrange(BEFORE + 10, BEFORE + QUARTER - 15)
        self.leak = (
            Leak(day, math.exp(chance.uniform(math.log(2), math.log(max(2.01, 4 * rate)))), rate) if leaks else None
        )
        friday = chance.choice([None, 75])
        cold = chance.uniform(0.1, 0.4)
        posts = dict(_posts(chance))
        self.days: list[list[Use]] = []
        self.store: dict[date, int] = {}
        for number in range(BEFORE + QUARTER):
            rise = BLACK_FRIDAY.get(number - friday, 1.0) if friday is not None else 1.0
            own = rate * chance.gammavariate(4, 0.25) * posts.get(number, 1.0) * rise
            kinds = [self._buyer(chance, cold) for _ in range(_count(chance, own))]
            if self.leak and number >= self.leak.day:
                kinds += [self._stranger(chance) for _ in range(_count(chance, self.leak.more))]
            start = datetime.combine(BEGUN + timedelta(days=number), time(), UTC)
            self.days.append([replace(each, at=start + timedelta(seconds=chance.randrange(86400))) for each in kinds])
            self.store[start.date()] = _count(chance, 60 * rise * chance.gammavariate(20, 0.05))

    @staticmethod
    def _buyer(chance: random.Random, cold: float) -> Use:
        first, last = chance.random() < cold, chance.random() < 0.25  # the last visit of every fourth follower is cold
        return Use(NEVER, first, elsewhere=first or last)

    @staticmethod
    def _stranger(chance: random.Random) -> Use:
        cold = chance.random() < 0.95
        return Use(NEVER, cold, ("coupons.com",) if cold and chance.random() < 0.25 else (), elsewhere=cold)


def seen(use: Use, way: str) -> Use:
    """The order as this way of looking sees it (`elsewhere` of what was generated is what REST calls cold)."""
    if way == "volume":
        return Use(use.at)
    return Use(use.at, use.elsewhere if way == "REST" else use.cold, use.coupon_hosts)


def main() -> None:
    """Print for each way of looking what was found, after how many days, and how many false alarms there were."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--codes", type=int, default=200)
    parser.add_argument("--leaks", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    for way in ("visits", "REST", "volume"):
        chance = random.Random(given.seed)
        seasons = [Season(chance, leaks=number < given.leaks) for number in range(given.codes)]
        level = Level.LOOK if way == "volume" else Level.LEAK
        told = [list(alarms(season, way, level)) for season in seasons]
        found = [
            (season.leak, hit(season.leak, days)) for season, days in zip(seasons, told, strict=True) if season.leak
        ]
        false = sum(false_alarms(season.leak, days) for season, days in zip(seasons, told, strict=True))
        quarters = sum(((season.leak.day - BEFORE) / QUARTER) if season.leak else 1.0 for season in seasons)
        print(f"{way}:")
        for name, those in {
            "3 orders a day and more": [each for each in found if each[0].rate >= 3],
            "and the leak half as much again": [e for e in found if e[0].rate >= 3 and e[0].more >= e[0].rate / 2],
            "all": found,
        }.items():
            days = sorted(after for _, after in those if after is not None)
            within = sum(after <= 4 for after in days)
            middle = days[len(days) // 2] if days else None
            print(f"  {name}: {within} of {len(those)} found within 4 days, {len(days)} in a week, median {middle}")
        print(f"  false alarms: {false} in {quarters:.0f} quarters of a code, {false / quarters:.4f}")


def alarms(season: Season, way: str, level: Level) -> Iterator[int]:
    """The days on which the verdict is *level*."""
    last = min(BEFORE + QUARTER, season.leak.day + 7) if season.leak else BEFORE + QUARTER
    uses: list[Use] = []
    for number in range(last):
        uses += sorted((seen(use, way) for use in season.days[number]), key=lambda use: use.at)
        now = datetime.combine(BEGUN + timedelta(days=number + 1), time(), UTC) - timedelta(seconds=1)
        if number >= BEFORE and judge(uses, Around(season.store), begun=BEGUN, now=now).level is level:
            yield number


def hit(leak: Leak, days: list[int]) -> int | None:
    """After how many days, the first one counted, the leak was told."""
    return next((day - leak.day + 1 for day in days if day >= leak.day), None)


def false_alarms(leak: Leak | None, days: list[int]) -> int:
    """How many alarms there were without a leak; one a week is the same one."""
    number, former = 0, -99
    for day in (day for day in days if leak is None or day < leak.day):
        if day - former > 7:
            number, former = number + 1, day
    return number


def _posts(chance: random.Random) -> Iterator[tuple[int, float]]:
    day = chance.randrange(1, 20)
    while day < BEFORE + QUARTER:
        yield from ((day + number, times) for number, times in enumerate(POST))
        day += chance.randrange(10, 35)


def _count(chance: random.Random, mean: float) -> int:
    if mean > 50:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    product, count, floor = chance.random(), 0, math.exp(-mean)
    while product > floor:
        product *= chance.random()
        count += 1
    return count


if __name__ == "__main__":
    main()
