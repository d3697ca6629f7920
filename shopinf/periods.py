"""Periods: what `last-month` means on a given day, and when it begins and ends in a shop's own time zone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from shopinf.errors import BadInput
from shopinf.nearest import did_you_mean

NAMES = (
    "today, yesterday, last-7-days, last-30-days, this-week, last-week, this-month, last-month, "
    "YYYY, YYYY-Qn, YYYY-MM, YYYY-MM-DD"
)
_HINT = f"Choose one of: {NAMES}; or give --from and --to as YYYY-MM-DD."
_ONE = timedelta(days=1)
_YEARS = range(1900, 9999)  # the calendar of Python ends with 9999, and every period here has a day after it
# A whole week or month is what these names promise; elsewhere stores may differ by their one day.
_CALENDAR_NAMES = frozenset({"this-week", "last-week", "this-month", "last-month"})


class Step(StrEnum):
    """The stretches that a report can be cut into."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included; whose days they are is decided by the zone it is used with."""

    first: date
    last: date
    name: str

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Its beginning and its end in UTC; the end itself belongs to the next period.

        A day has 23 or 25 hours where clocks change, and begins late where the change skips midnight. In UTC, since
        Python compares two times of one zone by their wall clocks.
        """
        start = datetime.combine(self.first, time(), zone).astimezone(UTC)
        return start, datetime.combine(self.last + _ONE, time(), zone).astimezone(UTC)

    def covers(self, moment: datetime, zone: ZoneInfo) -> bool:
        """Does *moment* fall on one of its days in *zone*?"""
        return self.first <= moment.astimezone(zone).date() <= self.last

    def provisional(self, now: datetime, zone: ZoneInfo) -> bool:
        """Is it not over yet in *zone*?"""
        return now < self.bounds(zone)[1]

    def previous(self) -> Period:
        """The one before it, to compare with: the month before a month, else as many days just before."""
        last = self.first - _ONE
        months = _whole_months(self)
        first = _month_back(self.first, months) if months else self.first - (self.last - self.first + _ONE)
        return _days(first, last)

    @property
    def dated(self) -> str:
        """Its dates, as part of a file's name: 2026, 2026-Q2, 2026-06, 2026-06-03, 2026-06-03_2026-06-09."""
        match _whole_months(self):
            case 12 if self.first.month == 1:
                return f"{self.first.year}"
            case 3 if self.first.month % 3 == 1:
                return f"{self.first.year}-Q{self.first.month // 3 + 1}"
            case 1:
                return f"{self.first:%Y-%m}"
            case _:
                return f"{self.first}" if self.first == self.last else f"{self.first}_{self.last}"

    def steps(self, step: Step) -> Iterator[Period]:
        """Its days, weeks or months in order; the outer ones are cut off at its own ends."""
        first = self.first
        while first <= self.last:
            name, last = label(first, step), min(_end(first, step), self.last)
            yield Period(first, last, name)
            first = last + _ONE


def together(periods: Iterable[Period]) -> Period:
    """From the first day of all to the last: stores around the world may differ by their one day."""
    found = list(periods)
    return _days(min(each.first for each in found), max(each.last for each in found))


def start(day: date, step: Step) -> date:
    """The first day of the day, week (Monday) or month that *day* is in."""
    match step:
        case Step.DAY:
            return day
        case Step.WEEK:
            return day - timedelta(days=day.weekday())
        case Step.MONTH:
            return day.replace(day=1)


def label(day: date, step: Step) -> str:
    """How that stretch is written: `2026-06-03`, its Monday for a week, `2026-06` for a month."""
    text = start(day, step).isoformat()
    return text[:7] if step is Step.MONTH else text


def read_period(text: str | None, since: str | None, until: str | None, *, today: date) -> Period:
    """Read a period by its name, or by inclusive days; *today* is the shop's own day.

    The last 7 days are today and the six before it. Days given from a day on without an end go up to today.
    """
    if text is not None:
        if since is not None or until is not None:
            raise BadInput("A period is given by --period or by --from and --to, not by both", hint=_HINT)
        return _named(text.strip().lower(), today)
    if since is None:
        missing = "No period was given" if until is None else "--to was given without --from"
        raise BadInput(missing, hint=_HINT)
    first = read_day(since)
    last = read_day(until) if until is not None else today
    if last < first:
        raise BadInput(f"The period ends on {last}, before it begins on {first}", hint="Exchange --from and --to.")
    return _days(first, last)


def read_periods(
    text: str | None, since: str | None, until: str | None, *, todays: Mapping[str, date]
) -> dict[str, Period]:
    """The period for each store by its own *today*; a week or month that is not the same one for all is refused."""
    periods = {store: read_period(text, since, until, today=today) for store, today in todays.items()}
    meant = {(period.first, period.last) for period in periods.values()}
    if len(meant) > 1 and text is not None and text.strip().lower() in _CALENDAR_NAMES:
        stores = ", ".join(f"{store} ({period.first} to {period.last})" for store, period in sorted(periods.items()))
        raise BadInput(
            f"{text} is not the same in all of these stores now: {stores}",
            hint="Name the period itself, like 2026-06, or give --from and --to.",
        )
    return periods


def read_day(text: str) -> date:
    """Read a day as YYYY-MM-DD."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip(), re.ASCII):
        with suppress(ValueError):
            day = date.fromisoformat(text.strip())
            if day.year in _YEARS:
                return day
    raise BadInput(f"{text!r} is not a day", hint="Write days as YYYY-MM-DD, like 2026-06-30.")


def _named(name: str, today: date) -> Period:
    monday, first = start(today, Step.WEEK), today.replace(day=1)
    match name:
        case "today":
            return Period(today, today, name)
        case "yesterday":
            return Period(today - _ONE, today - _ONE, name)
        case "last-7-days":
            return Period(today - 6 * _ONE, today, name)
        case "last-30-days":
            return Period(today - 29 * _ONE, today, name)
        case "this-week":
            return Period(monday, monday + 6 * _ONE, name)
        case "last-week":
            return Period(monday - 7 * _ONE, monday - _ONE, name)
        case "this-month":
            return Period(first, _end(first, Step.MONTH), name)
        case "last-month":
            return Period(_month_back(first, 1), first - _ONE, name)
        case _:
            return _written(name)


def _written(name: str) -> Period:
    """A year, quarter, month or day by its own name."""
    found = re.fullmatch(
        r"(?P<year>\d{4})(?:-q(?P<quarter>[1-4])|-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?", name, re.ASCII
    )
    try:
        if found is None or int(found["year"]) not in _YEARS:
            raise ValueError(name)
        year = int(found["year"])
        if found["day"]:
            day = date(year, int(found["month"]), int(found["day"]))
            return Period(day, day, name)
        if found["quarter"]:
            month, length = int(found["quarter"]) * 3 - 2, 3
        elif found["month"]:
            month, length = int(found["month"]), 1
        else:
            month, length = 1, 12
        first = date(year, month, 1)
        return Period(first, _end(date(year, month + length - 1, 1), Step.MONTH), name.upper())
    except ValueError:
        raise BadInput(f"{name!r} is not a period", hint=did_you_mean(name, NAMES.split(", "), _HINT)) from None


def _days(first: date, last: date) -> Period:
    return Period(first, last, first.isoformat() if first == last else f"{first} to {last}")


def _end(day: date, step: Step) -> date:
    """The last day of the stretch that *day* is in."""
    first = start(day, step)
    match step:
        case Step.DAY:
            return day
        case Step.WEEK:
            return first + 6 * _ONE
        case Step.MONTH:
            return (first + 31 * _ONE).replace(day=1) - _ONE


def _month_back(first: date, months: int) -> date:
    """The first of the month, *months* months before the first of this one."""
    count = first.year * 12 + first.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)


def _whole_months(period: Period) -> int:
    """How many whole months it is, 0 if its ends lie within months."""
    if period.first.day != 1 or (period.last + _ONE).day != 1:
        return 0
    after = period.last + _ONE
    return (after.year - period.first.year) * 12 + after.month - period.first.month
