"""Moments and the clock, as the rest of the house sees them: aware, and waited on in one way."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """The run's clock. Every wait in shopinf goes through it, so Ctrl-C ends each of them and tests move it."""

    stop: threading.Event

    def now(self) -> datetime:
        """The present moment, in UTC."""

    def monotonic(self) -> float:
        """Seconds of a clock that never goes back."""

    def wait(self, seconds: float) -> None:
        """Let *seconds* pass; raises `Stopped` at once when the run is being stopped."""


def parse_time(text: str) -> datetime:
    """Read an ISO 8601 time with an offset or `Z`; one without is read as UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def in_zone(moment: datetime, zone: ZoneInfo) -> datetime:
    """The same moment on the shop's own wall clock."""
    return moment.astimezone(zone)


def iso(moment: datetime | None, zone: ZoneInfo | None = None) -> str | None:
    """ISO 8601 to the second with the shop's offset, as our outputs show times; None stays None."""
    if moment is None:
        return None
    return (moment.astimezone(zone) if zone else moment).isoformat(timespec="seconds")


def utc_z(moment: datetime) -> str:
    """ISO 8601 in UTC to the second with `Z`, which needs no escaping in a query; such texts compare as their times."""
    return moment.astimezone(UTC).isoformat()[:19] + "Z"


def as_utc_z(text: str) -> str:
    """The same of a time that is a text, as `parse_time` reads it; ValueError where it is none."""
    if len(text) == 25 and text.endswith(":00"):  # as most are, and few of their hours are different
        datetime.fromisoformat(text)
        return _hour_in_utc(text[:13], text[19:]) + text[13:19] + "Z"
    return utc_z(parse_time(text))


@lru_cache(maxsize=4096)
def _hour_in_utc(hour: str, offset: str) -> str:
    """`2026-11-22T23` and `-05:00` as `2026-11-23T04`."""
    return utc_z(datetime.fromisoformat(f"{hour}:00:00{offset}"))[:13]
