"""The collector: a WSGI app that takes the script's events, checks each, and has it written down.

It serves the script at `/capture.js` and takes events at `/events`. An event counts only with a store's public key,
from that store's own pages (a pixel's sandboxed frame has the origin `null`), small, rarely enough, well-formed and
with consent; 204 means that it is in the ledger, 202 that it waits on this machine's disk for a ledger that cannot be
written. The script is served whatever becomes of the ledger.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from shopinf.capture.files import script
from shopinf.capture.inbox import Inbox, Outcome
from shopinf.capture.limits import DayLimit, RateLimit, caller_of
from shopinf.errors import BadInput, ShopinfError
from shopinf.livecapture import EVENTS, SCRIPT, Arrived, Heard, Lead, read_event

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

KEPT, WAITS, DAY, FULL = "kept", "waits", "too many a day", "no room"
LARGEST = 4096  # bytes of an event; a whole one has some 600
_LATER = {429: 30, 503: 30, 507: 3600}  # seconds
_NULL = "null"  # what a browser calls the origin of a sandboxed frame
_KINDS = ("text/plain", "application/json")  # the first needs no preflight
_STATUS = {
    200: "200 OK",
    202: "202 Accepted",
    204: "204 No Content",
    400: "400 Bad Request",
    403: "403 Forbidden",
    404: "404 Not Found",
    405: "405 Method Not Allowed",
    413: "413 Content Too Large",
    415: "415 Unsupported Media Type",
    429: "429 Too Many Requests",
    503: "503 Service Unavailable",
    507: "507 Insufficient Storage",
}
_WORDS = {
    202: WAITS,
    204: KEPT,
    400: "malformed",
    403: "from elsewhere",
    413: "too large",
    415: "of another kind",
    429: "too many",
    503: "not written",
    507: FULL,
}


@dataclass(frozen=True, slots=True)
class Site:
    """A store that is listened to: its number and the origins of its pages."""

    shop_id: int
    origins: frozenset[str]


class Refusal(Exception):
    """An event that is not taken, by its status; *later* are the seconds after which it may be."""

    def __init__(self, status: int, word: str | None = None, later: int | None = None) -> None:
        super().__init__(_STATUS[status])
        self.status = status
        self.word = word or _WORDS[status]
        self.later = later or _LATER.get(status)


@dataclass(frozen=True)
class Limits:
    """How much one caller and one store may send, the store in a minute and on a day."""

    callers: RateLimit
    stores: RateLimit
    days: DayLimit


class Collector:
    """The WSGI callable; `tally` counts what came of the events, by day, store (0: of none) and word."""

    def __init__(self, inbox: Inbox, limits: Limits, now: Callable[[], datetime]) -> None:
        self._inbox, self._limits, self._now = inbox, limits, now
        self._sites: Mapping[str, Site] = {}
        self._origins: frozenset[str] = frozenset()
        self._known = False
        self._guard = threading.Lock()
        self.tally: Counter[tuple[date, int, str]] = Counter()

    def listen(self, sites: Mapping[str, Site], origins: Iterable[str], *, known: bool) -> None:
        """Listen to *sites*, by public key, and to pages at *origins*; not all keys may be *known* yet."""
        self._sites, self._origins, self._known = sites, frozenset(origins), known

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        match path.removeprefix("/"):
            case name if name == SCRIPT:
                status, headers, body = _script(method)
            case name if name == EVENTS:
                status, headers, body = self._event(method, environ)
            case _:
                status, headers, body = 404, {}, b""
        more = {"X-Content-Type-Options": "nosniff", "Content-Length": str(len(body)), **headers}
        if status == 204:  # has no body, and so none of a length
            del more["Content-Length"]
        start_response(_STATUS[status], list(more.items()))
        return [] if method == "HEAD" else [body]

    def _event(self, method: str, environ: WSGIEnvironment) -> tuple[int, dict[str, str], bytes]:
        headers = {"Vary": "Origin", "Cache-Control": "no-store"}
        origin = environ.get("HTTP_ORIGIN", "")
        if origin == _NULL or origin in self._origins:
            headers["Access-Control-Allow-Origin"] = origin
        if method == "OPTIONS":
            headers |= {"Access-Control-Allow-Methods": "POST", "Access-Control-Allow-Headers": "Content-Type"}
            return (204 if "Access-Control-Allow-Origin" in headers else 403), headers, b""
        if method != "POST":
            return 405, headers | {"Allow": "POST, OPTIONS"}, b""
        shop_id = 0
        try:
            heard, shop_id = self._heard(origin, environ)
            status = self._take(heard.lead, shop_id)
            word = _WORDS[status]
        except Refusal as refusal:
            status, word = refusal.status, refusal.word
            if refusal.later:
                headers["Retry-After"] = str(refusal.later)
        with self._guard:
            self.tally[self._now().date(), shop_id, word] += 1
        return status, headers, b""

    def _heard(self, origin: str, environ: WSGIEnvironment) -> tuple[Heard, int]:
        """The event of a request, and for which store it is."""
        if origin != _NULL and origin not in self._origins:
            raise Refusal(403)
        # The header is the proxy's on this machine; nobody else's comes so far.
        caller = caller_of(environ.get("HTTP_X_FORWARDED_FOR") or environ.get("REMOTE_ADDR", ""))
        if not self._limits.callers.admits(caller):
            raise Refusal(429)
        heard = _heard(environ)
        site = self._sites.get(heard.key)
        if site is None and not self._known:
            raise Refusal(503)
        if site is None or (origin != _NULL and origin not in site.origins):
            raise Refusal(403)
        return heard, site.shop_id

    def _take(self, lead: Lead, shop_id: int) -> int:
        """Have it written down; the status to answer with."""
        now = self._now()
        if not self._limits.stores.admits(str(shop_id)):
            raise Refusal(429)
        if not self._limits.days.admits(shop_id):
            midnight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
            raise Refusal(429, DAY, int((midnight - now).total_seconds()) + 1)
        try:
            outcome = self._inbox.bring(Arrived(shop_id, lead, now))
        except ShopinfError:
            raise Refusal(503) from None
        if outcome is Outcome.REFUSED:
            raise Refusal(507)
        return 204 if outcome is Outcome.TAKEN else 202


def _heard(environ: WSGIEnvironment) -> Heard:
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise Refusal(400) from None
    if length > LARGEST:
        raise Refusal(413)
    if environ.get("CONTENT_TYPE", "").split(";")[0].strip().lower() not in _KINDS:
        raise Refusal(415)
    body = environ["wsgi.input"].read(length)
    try:
        return read_event(json.loads(body, parse_constant=_no_number))
    except (BadInput, ValueError, RecursionError):
        raise Refusal(400) from None


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _script(method: str) -> tuple[int, dict[str, str], bytes]:
    if method not in ("GET", "HEAD"):
        return 405, {"Allow": "GET, HEAD"}, b""
    headers = {
        "Content-Type": "text/javascript; charset=utf-8",
        "Cache-Control": "public, max-age=3600",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return 200, headers, script()


def limits(monotonic: Callable[[], float], days: DayLimit, *, per_minute: int) -> Limits:
    """The limits of one caller, and of one store, which many people visit at once."""
    together = 200 * per_minute
    callers = RateLimit(per_minute, per_minute / 60, monotonic)
    return Limits(callers, RateLimit(together, together / 60, monotonic), days)
