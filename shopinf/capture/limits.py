"""How many events one caller and one store may send: enough for people, too few for a flood."""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import date

_MOST_CALLERS = 20_000  # remembered at once; the one that was quiet longest is forgotten first
_HOUSEHOLD = 64  # bits of an IPv6 address that its owner does not choose: the rest is theirs, 2^64 addresses (RFC 6177)


def caller_of(address: str) -> str:
    """Who calls from *address*: an IPv4 address, the /64 of an IPv6 one, or what stands there where it is neither."""
    word = address.strip().removeprefix("[").partition("]")[0].partition("%")[0]
    try:
        found = ipaddress.ip_address(word)
    except ValueError:
        return word[:64]
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, _HOUSEHOLD), strict=False))


class RateLimit:
    """Each caller may send *burst* at once and *per_second* from then on; nothing but counts is kept of them."""

    def __init__(self, burst: float, per_second: float, monotonic: Callable[[], float]) -> None:
        self._burst, self._rate, self._now = burst, per_second, monotonic
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._guard = threading.Lock()

    def admits(self, caller: str) -> bool:
        """May this caller send one more now? Counts it if so."""
        now = self._now()
        with self._guard:
            left, at = self._left.pop(caller, (self._burst, now))
            left = min(self._burst, left + (now - at) * self._rate)
            admitted = left >= 1
            self._left[caller] = (left - 1 if admitted else left, now)
            if len(self._left) > _MOST_CALLERS:
                self._left.popitem(last=False)
            return admitted


class DayLimit:
    """Each store may send *most* events on one day (UTC); *so_far* are those of the present one already taken."""

    def __init__(self, most: int, today: Callable[[], date], so_far: Mapping[int, int]) -> None:
        self._most, self._today = most, today
        self._day, self._counts = today(), dict(so_far)
        self._guard = threading.Lock()

    def admits(self, shop_id: int) -> bool:
        """May this store send one more today? Counts it if so."""
        today = self._today()
        with self._guard:
            if today != self._day:
                self._day, self._counts = today, {}
            count = self._counts.get(shop_id, 0)
            if count >= self._most:
                return False
            self._counts[shop_id] = count + 1
            return True
