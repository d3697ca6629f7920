"""What a period means: by name, by days, in the shop's own zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shopinf.errors import BadInput
from shopinf.periods import Period, Step, read_period, read_periods

TODAY = date(2026, 7, 1)  # a Wednesday


def named(text: str, today: date = TODAY) -> tuple[str, str]:
    period = read_period(text, None, None, today=today)
    return period.first.isoformat(), period.last.isoformat()


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("today", "2026-07-01", "2026-07-01"),
        ("yesterday", "2026-06-30", "2026-06-30"),
        ("last-7-days", "2026-06-25", "2026-07-01"),
        ("last-30-days", "2026-06-02", "2026-07-01"),
        ("this-week", "2026-06-29", "2026-07-05"),
        ("last-week", "2026-06-22", "2026-06-28"),
        ("this-month", "2026-07-01", "2026-07-31"),
        ("last-month", "2026-06-01", "2026-06-30"),
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-Q2", "2026-04-01", "2026-06-30"),
        ("2026-q4", "2026-10-01", "2026-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        (" 2026-06-03 ", "2026-06-03", "2026-06-03"),
    ],
)
def test_a_period_is_its_inclusive_days(text: str, first: str, last: str) -> None:
    assert named(text) == (first, last)


def test_january_looks_back_into_december() -> None:
    assert named("last-month", date(2026, 1, 1)) == ("2025-12-01", "2025-12-31")


@pytest.mark.parametrize("text", ["", "lastmonth", "2026-13", "2026-Q5", "2026-02-30", "26-01", "٢٠٢٦", "0000", "9999"])
def test_another_name_is_refused_with_the_names_there_are(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        named(text)
    assert "last-month" in str(caught.value.hint)


def test_days_are_inclusive_and_open_ends_end_today() -> None:
    given = read_period(None, "2026-06-01", "2026-06-01", today=TODAY)
    assert (given.first, given.last) == (date(2026, 6, 1), date(2026, 6, 1))
    assert read_period(None, "2026-06-01", None, today=TODAY).last == TODAY


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        (None, None, None),
        (None, None, "2026-06-01"),
        ("today", "2026-06-01", None),
        (None, "2026-06-02", "2026-06-01"),
        (None, "1.6.2026", None),
        (None, "2026-06-31", None),
        (None, "0001-01-01", None),
    ],
)
def test_a_period_is_given_in_one_way_and_forwards(text: str | None, since: str | None, until: str | None) -> None:
    with pytest.raises(BadInput):
        read_period(text, since, until, today=TODAY)


def test_a_month_that_is_not_the_same_everywhere_is_refused_with_the_stores() -> None:
    todays = {"tokyo": date(2026, 7, 1), "lima": date(2026, 6, 30)}
    with pytest.raises(BadInput, match=r"lima .2026-05-01.*tokyo .2026-06-01"):
        read_periods("last-month", None, None, todays=todays)
    days = read_periods("yesterday", None, None, todays=todays)
    assert (days["tokyo"].first, days["lima"].first) == (date(2026, 6, 30), date(2026, 6, 29))
    assert len({period.first for period in read_periods("2026-06", None, None, todays=todays).values()}) == 1


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2024-03-31", 23),  # what was, so that no new zone data changes it
        ("Europe/Berlin", "2024-10-27", 25),
        ("America/Sao_Paulo", "2018-11-04", 23),  # midnight is skipped
        ("America/Havana", "2024-11-03", 25),  # midnight comes twice
        ("Asia/Kathmandu", "2024-06-01", 24),
    ],
)
def test_a_day_is_as_long_as_it_is_there(zone: str, day: str, hours: int) -> None:
    start, end = read_period(day, None, None, today=TODAY).bounds(ZoneInfo(zone))
    assert end - start == timedelta(hours=hours)


def test_half_past_midnight_is_already_july_in_the_shops_zone() -> None:
    moment = datetime.fromisoformat("2026-07-01T00:30:00+02:00")
    june, july = (read_period(text, None, None, today=TODAY) for text in ("2026-06", "2026-07"))
    assert july.covers(moment, ZoneInfo("Europe/Berlin"))
    assert june.covers(moment, ZoneInfo("UTC"))
    start, end = july.bounds(ZoneInfo("Europe/Berlin"))
    assert start <= moment < end


def test_a_period_is_provisional_until_it_is_over_in_the_shops_zone() -> None:
    june = read_period("2026-06", None, None, today=TODAY)
    moment = datetime.fromisoformat("2026-06-30T23:00:00+00:00")
    assert june.provisional(moment, ZoneInfo("UTC"))
    assert not june.provisional(moment, ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("2026-03", ("2026-02-01", "2026-02-28")),
        ("2026-Q1", ("2025-10-01", "2025-12-31")),
        ("2026", ("2025-01-01", "2025-12-31")),
        ("last-week", ("2026-06-15", "2026-06-21")),
        ("today", ("2026-06-30", "2026-06-30")),
        ("last-7-days", ("2026-06-18", "2026-06-24")),
    ],
)
def test_the_previous_period_is_of_the_same_kind(text: str, before: tuple[str, str]) -> None:
    period = read_period(text, None, None, today=TODAY).previous()
    assert (period.first.isoformat(), period.last.isoformat()) == before


def test_steps_cover_the_period_and_do_not_leave_it() -> None:
    june = Period(date(2026, 6, 3), date(2026, 7, 2), "some days")
    assert [(step.name, step.first.day, step.last.day) for step in june.steps(Step.MONTH)] == [
        ("2026-06", 3, 30),
        ("2026-07", 1, 2),
    ]
    weeks = list(june.steps(Step.WEEK))
    assert (weeks[0].name, weeks[0].first, weeks[0].last) == ("2026-06-01", date(2026, 6, 3), date(2026, 6, 7))
    assert len(list(june.steps(Step.DAY))) == 30
