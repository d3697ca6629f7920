"""Moments as the Admin API writes and reads them: ISO 8601 to the second, at the shop's offset."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo


def written(moment: datetime | float, zone: ZoneInfo) -> str:
    """Write a moment at the shop's offset, to the second."""
    if isinstance(moment, datetime):
        return moment.astimezone(zone).replace(microsecond=0).isoformat()
    return _written(int(moment), zone)


def _written(seconds: int, zone: ZoneInfo) -> str:
    """Write seconds since 1970; a past has millions of times, but few days, and few seconds in a day."""
    offset = _offset(seconds // 86400, zone)
    if offset is None:
        return datetime.fromtimestamp(seconds, zone).isoformat()
    day, rest = divmod(seconds + offset[0], 86400)
    return f"{_date(day)}T{_clock(rest)}{offset[1]}"


@lru_cache(maxsize=1 << 16)
def _offset(day: int, zone: ZoneInfo) -> tuple[int, str] | None:
    """Give the offset of a day (of UTC) in seconds and as it is written; None where clocks change in it."""
    first, last = (datetime.fromtimestamp(day * 86400 + second, zone) for second in (0, 86399))
    offset = first.utcoffset()
    if offset is None or offset != last.utcoffset():
        return None
    return int(offset.total_seconds()), first.isoformat()[19:]


@lru_cache(maxsize=1 << 14)
def _date(day: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()


@lru_cache(maxsize=1 << 17)
def _clock(second: int) -> str:
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"


def epoch(text: str, zone: ZoneInfo | None = None) -> int:
    """Read an ISO 8601 time as whole seconds since 1970; without an offset it is taken in *zone*, else in UTC.

    ValueError when it is not a time.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone or UTC)
    return int(moment.timestamp())


def aware(moment: datetime | str, zone: ZoneInfo) -> datetime:
    """Make a moment of what a caller gave: an aware datetime, or ISO text; without an offset in the shop's zone."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
