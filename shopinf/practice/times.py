"""Moments as the Admin API writes and reads them: ISO 8601 to the second, at the shop's offset."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo


def written(moment: datetime | float, zone: ZoneInfo) -> str:
    """Write a moment at the shop's offset, to the second."""
    if isinstance(moment, datetime):
        return moment.astimezone(zone).replace(microsecond=0).isoformat()
    return _written(int(moment), zone)


def _written(seconds: int, zone: ZoneInfo) -> str:
    quarter, rest = divmod(seconds, 900)
    hour, minute, offset = _quarter(quarter, zone)
    return f"{hour}{minute + rest // 60:02}:{rest % 60:02}{offset}"


@lru_cache(maxsize=1 << 17)
def _quarter(number: int, zone: ZoneInfo) -> tuple[str, int, str]:
    """Write how a quarter of an hour begins: up to its hour, its minute, its offset; clocks change only between two."""
    text = datetime.fromtimestamp(number * 900, zone).isoformat()
    return text[:14], int(text[14:16]), text[19:]


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
