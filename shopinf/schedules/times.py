"""When a command runs that is left to a timer: its rhythm, and an hour at which its period is over in every store.

Nothing here says how a timer is written; `timers` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo

# Orders of the last minutes before midnight are paid, edited and indexed a little later.
MARGIN = timedelta(hours=2)
# Not the full hour, when everybody's timers call.
MINUTE = 10
# Two years of days: every clock change that the zones know, and how those of two zones lie to one another.
_DAYS = range(731)
_HOUR, _DAY = 60, 24 * 60
_CALENDAR_NAMES = frozenset({"this-week", "last-week", "this-month", "last-month"})


class Rhythm(StrEnum):
    """How often a command runs."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def rhythm_of(period: str | None) -> Rhythm:
    """How often a report on *period* is wanted: once the month or week is over, and else every day."""
    match (period or "").strip().lower():
        case "last-month":
            return Rhythm.MONTH
        case "last-week":
            return Rhythm.WEEK
        case _:
            return Rhythm.DAY


@dataclass(frozen=True, slots=True)
class When:
    """A time of the wall clock: at `hour`:`minute`, on the first day of the month or week or on the one after it."""

    rhythm: Rhythm
    hour: int = 0
    minute: int = MINUTE
    shift: int = 0  # 1 where the first day comes so late to the last store that it is the second one here

    def crontab(self) -> str:
        """The five fields of a crontab."""
        match self.rhythm:
            case Rhythm.HOUR:
                return f"{self.minute} * * * *"
            case Rhythm.DAY:
                return f"{self.minute} {self.hour} * * *"
            case Rhythm.WEEK:
                return f"{self.minute} {self.hour} * * {1 + self.shift}"
            case Rhythm.MONTH:
                return f"{self.minute} {self.hour} {1 + self.shift} * *"

    def on_calendar(self) -> str:
        """What systemd calls a calendar event, in UTC."""
        clock = f"{self.hour:02}:{self.minute:02}:00 UTC"
        match self.rhythm:
            case Rhythm.HOUR:
                return f"*-*-* *:{self.minute:02}:00 UTC"
            case Rhythm.DAY:
                return f"*-*-* {clock}"
            case Rhythm.WEEK:
                return f"{('Mon', 'Tue')[self.shift]} *-*-* {clock}"
            case Rhythm.MONTH:
                return f"*-*-{1 + self.shift:02} {clock}"

    def words(self) -> str:
        """`at 07:10 on the 1st of every month`."""
        clock = f"at {self.hour:02}:{self.minute:02}"
        match self.rhythm:
            case Rhythm.HOUR:
                return f"every hour, {self.minute} minutes past"
            case Rhythm.DAY:
                return f"every day {clock}"
            case Rhythm.WEEK:
                return f"every {('Monday', 'Tuesday')[self.shift]} {clock}"
            case Rhythm.MONTH:
                return f"on the {('1st', '2nd')[self.shift]} of every month {clock}"


def safe_time(rhythm: Rhythm, zones: Sequence[ZoneInfo], local: tzinfo, today: date) -> When:
    """The first time, on the wall clocks of *local*, at which the day, week or month before is over in all *zones*.

    Whatever the season, with a margin for late orders, and at no time that a clock change in *local* skips or repeats.
    """
    if rhythm is Rhythm.HOUR:
        return When(rhythm)
    days = [today + timedelta(days=count) for count in _DAYS]
    latest = max(
        _minutes(_midnight(day, zone) + MARGIN, day, local) for zone in _distinct(zones, local) for day in days
    )
    # A month that begins here after it began there is no reason to run before it begins here; a day has no beginning.
    first = latest % _DAY if rhythm is Rhythm.DAY else max(latest, 0)
    minute = first + (MINUTE - first) % _HOUR
    while any(_unsure(day, minute % _DAY, local) for day in days):
        minute += _HOUR
    if rhythm is Rhythm.DAY:
        minute %= _DAY
    return When(rhythm, minute % _DAY // _HOUR, minute % _HOUR, minute // _DAY)


def last_to_begin(zones: Sequence[ZoneInfo], today: date) -> ZoneInfo:
    """The zone of those to which a day comes last, at the time of the year when it comes latest there."""
    days = [today + timedelta(days=count) for count in _DAYS]
    return max(zones, key=lambda zone: max(_minutes(_midnight(day, zone), day, UTC) for day in days))


def disputed(period: str | None, when: When, zones: Sequence[ZoneInfo], local: tzinfo, today: date) -> bool:
    """Does the name *period*, of a week or month, mean different ones in these stores at some of the runs?

    It can where some of them have another date at that time. Once a month on its first days, or once a week, the change
    is over in all of them.
    """
    name = (period or "").strip().lower()
    if name not in _CALENDAR_NAMES or (when.rhythm is not Rhythm.DAY and when.rhythm is rhythm_of(name)):
        return False
    hours = range(24) if when.rhythm is Rhythm.HOUR else [when.hour]
    for count in _DAYS[:366]:
        for hour in hours:
            wall = datetime.combine(today + timedelta(days=count), time(hour, when.minute), local).astimezone(UTC)
            if len({wall.astimezone(zone).date() for zone in zones}) > 1:
                return True
    return False


def _distinct(zones: Sequence[ZoneInfo], local: tzinfo) -> list[tzinfo]:
    return [*dict.fromkeys(zones)] or [local]


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _minutes(moment: datetime, day: date, local: tzinfo) -> int:
    """Minutes from the midnight of *day* to *moment* as a wall clock of *local* shows them; negative before."""
    wall = moment.astimezone(local)
    return (wall.date() - day).days * _DAY + wall.hour * _HOUR + wall.minute


def _unsure(day: date, minute: int, local: tzinfo) -> bool:
    """Does a clock change skip or repeat that minute of *day*? Then the two readings of it have two offsets."""
    wall = datetime.combine(day, time(minute // _HOUR, minute % _HOUR), local)
    return wall.utcoffset() != wall.replace(fold=1).utcoffset()
