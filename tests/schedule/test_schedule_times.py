"""The safe hour: the period is over in every store's zone, whatever the season and wherever the machine stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shopinf.periods import Period, read_periods
from shopinf.schedules.times import MARGIN, Rhythm, When, disputed, last_to_begin, rhythm_of, safe_time

TODAY = date(2023, 11, 22)  # what clocks did in the two years from here on is history, which no new zone data changes
EVERYWHERE = ("Pacific/Kiritimati", "Europe/Berlin", "America/New_York", "Pacific/Pago_Pago")


def zones(*names: str) -> list[ZoneInfo]:
    return [ZoneInfo(name) for name in names]


def at(rhythm: Rhythm, stores: Sequence[str], machine: str) -> str:
    return safe_time(rhythm, zones(*stores), ZoneInfo(machine), TODAY).crontab()


@pytest.mark.parametrize(
    ("period", "rhythm"),
    [
        ("last-month", Rhythm.MONTH),
        ("LAST-MONTH", Rhythm.MONTH),
        ("last-week", Rhythm.WEEK),
        ("yesterday", Rhythm.DAY),
        ("this-month", Rhythm.DAY),
        ("2026-10", Rhythm.DAY),
        (None, Rhythm.DAY),
    ],
)
def test_the_period_says_how_often(period: str | None, rhythm: Rhythm) -> None:
    assert rhythm_of(period) is rhythm


@pytest.mark.parametrize(
    ("stores", "machine", "crontab"),
    [
        (["UTC"], "UTC", "10 2 1 * *"),
        (["America/New_York"], "UTC", "10 7 1 * *"),  # 05:00 in winter
        (["America/New_York"], "America/New_York", "10 3 1 * *"),  # 02:10 does not exist on a day in March
        (["Europe/Berlin"], "UTC", "10 1 1 * *"),  # 23:00 in winter
        (["Europe/Berlin", "America/New_York"], "Europe/Berlin", "10 8 1 * *"),
        (["Pacific/Kiritimati"], "UTC", "10 0 1 * *"),  # there since the day before
        (["Pacific/Pago_Pago"], "UTC", "10 13 1 * *"),
        (EVERYWHERE, "UTC", "10 13 1 * *"),
        (["Pacific/Pago_Pago"], "Pacific/Auckland", "10 3 2 * *"),  # 02:10 on the 2nd is skipped in September
        (["Pacific/Honolulu"], "Pacific/Auckland", "10 1 2 * *"),
        (["Pacific/Kiritimati"], "Pacific/Auckland", "10 1 1 * *"),
        (["Pacific/Auckland"], "Pacific/Honolulu", "10 0 1 * *"),
        (["Asia/Kolkata"], "Asia/Kolkata", "10 2 1 * *"),
        (["Asia/Kathmandu"], "America/St_Johns", "10 0 1 * *"),
    ],
)
def test_a_month_is_over_in_the_last_of_the_stores(stores: Sequence[str], machine: str, crontab: str) -> None:
    assert at(Rhythm.MONTH, stores, machine) == crontab


@pytest.mark.parametrize(
    ("rhythm", "stores", "machine", "crontab"),
    [
        (Rhythm.WEEK, ["America/New_York"], "UTC", "10 7 * * 1"),
        (Rhythm.WEEK, ["Pacific/Pago_Pago"], "Pacific/Auckland", "10 3 * * 2"),
        (Rhythm.DAY, ["America/New_York"], "UTC", "10 7 * * *"),
        (Rhythm.DAY, ["America/New_York"], "Pacific/Auckland", "10 20 * * *"),
        (Rhythm.DAY, ["Pacific/Pago_Pago"], "Pacific/Auckland", "10 3 * * *"),
        (Rhythm.DAY, [], "Europe/Berlin", "10 3 * * *"),
        (Rhythm.HOUR, EVERYWHERE, "Pacific/Auckland", "10 * * * *"),
    ],
)
def test_weeks_and_days(rhythm: Rhythm, stores: Sequence[str], machine: str, crontab: str) -> None:
    assert at(rhythm, stores, machine) == crontab


def first_runs(when: When, machine: ZoneInfo) -> list[datetime]:
    """When a monthly job runs in the coming two years, as the wall clock of *machine* says."""
    months = [date(2023 + (11 + count) // 12, (11 + count) % 12 + 1, 1 + when.shift) for count in range(24)]
    return [datetime(day.year, day.month, day.day, when.hour, when.minute, tzinfo=machine) for day in months]


@pytest.mark.parametrize("machine", [*EVERYWHERE, "UTC", "Pacific/Auckland", "Australia/Lord_Howe", "Asia/Beirut"])
@pytest.mark.parametrize(
    "stores", [*((zone,) for zone in EVERYWHERE), EVERYWHERE, ("America/Santiago", "Africa/Casablanca")], ids=str
)
def test_in_every_month_to_come_last_month_is_over_and_the_same_for_all(stores: Sequence[str], machine: str) -> None:
    here = ZoneInfo(machine)
    for local in first_runs(safe_time(Rhythm.MONTH, zones(*stores), here, TODAY), here):
        run = local.astimezone(UTC)
        assert run.astimezone(here).replace(tzinfo=None) == local.replace(tzinfo=None), "no clock shows this time"
        assert local.utcoffset() == local.replace(fold=1).utcoffset(), "clocks show this time twice"
        periods = read_periods(
            "last-month", None, None, todays={zone: run.astimezone(ZoneInfo(zone)).date() for zone in stores}
        )
        month = {(period.first, period.last) for period in periods.values()}
        expected = local.date().replace(day=1) - timedelta(days=1)
        assert month == {(expected.replace(day=1), expected)}
        for zone in zones(*stores):
            assert run >= Period(*month.copy().pop(), "last-month").bounds(zone)[1] + MARGIN


@pytest.mark.parametrize("machine", ["UTC", "Pacific/Auckland", "America/New_York"])
def test_every_day_yesterday_is_over_by_the_margin_in_every_store(machine: str) -> None:
    stores = zones("Europe/Berlin", "America/New_York", "America/Los_Angeles")
    here = ZoneInfo(machine)
    when = safe_time(Rhythm.DAY, stores, here, TODAY)
    for count in range(730):
        day = TODAY + timedelta(days=count)
        run = datetime(day.year, day.month, day.day, when.hour, when.minute, tzinfo=here).astimezone(UTC)
        assert len({run.astimezone(zone).date() for zone in stores}) == 1
        for zone in stores:
            yesterday = run.astimezone(zone).date() - timedelta(days=1)
            assert run >= Period(yesterday, yesterday, "yesterday").bounds(zone)[1] + MARGIN


@pytest.mark.parametrize(
    ("rhythm", "expected"),
    [
        (Rhythm.MONTH, ("*-*-02 03:10:00 UTC", "on the 2nd of every month at 03:10")),
        (Rhythm.WEEK, ("Tue *-*-* 03:10:00 UTC", "every Tuesday at 03:10")),
        (Rhythm.DAY, ("*-*-* 03:10:00 UTC", "every day at 03:10")),
        (Rhythm.HOUR, ("*-*-* *:10:00 UTC", "every hour, 10 minutes past")),
    ],
)
def test_a_time_is_written_for_systemd_and_in_words(rhythm: Rhythm, expected: tuple[str, str]) -> None:
    when = When(rhythm, 3, 10, shift=1)
    assert (when.on_calendar(), when.words()) == expected


def test_the_zone_that_a_day_comes_to_last() -> None:
    assert last_to_begin(zones(*EVERYWHERE), TODAY).key == "Pacific/Pago_Pago"
    assert last_to_begin(zones("Europe/Berlin", "Europe/London"), TODAY).key == "Europe/London"


@pytest.mark.parametrize(
    ("period", "rhythm", "stores", "expected"),
    [
        ("last-month", Rhythm.MONTH, EVERYWHERE, False),  # on the 1st or 2nd everywhere
        ("last-week", Rhythm.WEEK, EVERYWHERE, False),
        ("last-month", Rhythm.DAY, EVERYWHERE, True),  # it is the 1st in Kiritimati and the 31st in Pago Pago
        ("this-week", Rhythm.DAY, EVERYWHERE, True),
        ("yesterday", Rhythm.DAY, EVERYWHERE, False),  # each store's own
        ("this-month", Rhythm.DAY, ["Europe/Berlin", "America/New_York"], False),
        ("this-month", Rhythm.HOUR, ["Europe/Berlin", "America/New_York"], True),
        ("this-month", Rhythm.HOUR, ["Europe/Berlin", "Europe/Paris"], False),
    ],
)
def test_a_name_is_disputed_where_stores_have_different_dates(
    period: str, rhythm: Rhythm, stores: Sequence[str], expected: bool
) -> None:
    when = safe_time(rhythm, zones(*stores), ZoneInfo("UTC"), TODAY)
    assert disputed(period, when, zones(*stores), ZoneInfo("UTC"), TODAY) is expected
