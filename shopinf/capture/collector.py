"""The collector: a WSGI app that takes the script's events, checks each, and has it written down.

It serves the script at `/capture.js` and takes events at `/events`. An event counts only with a store's public key,
from that store's own pages (a pixel's sandboxed frame has the origin `null`), small, rarely enough, well-formed and
with consent; 204 means that it is in the ledger.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shopinf.capture.files import script
from shopinf.capture.inbox import Inbox
from shopinf.capture.limits import RateLimit, caller_of
from shopinf.errors import BadInput, ShopinfError
from shopinf.livecapture import EVENTS, SCRIPT, Heard, read_event

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LARGEST = 4096  # bytes of an event; a whole one has some 600
_NULL = "null"  # what a browser calls the origin of a sandboxed frame
_KINDS = ("text/plain", "application/json")  # the first needs no preflight
_STATUS = {
    200: "200 OK",
    204: "204 No Content",
    400: "400 Bad Request",
    403: "403 Forbidden",
    404: "404 Not Found",
    405: "405 Method Not Allowed",
    413: "413 Content Too Large",
    415: "415 Unsupported Media Type",
    429: "429 Too Many Requests",
    503: "503 Service Unavailable",
}
_WORDS = {
    204: "kept",
    400: "malformed",
    403: "from elsewhere",
    413: "too large",
    415: "of another kind",
    429: "too many",
    503: "not written",
}


@dataclass(frozen=True, slots=True)
class Site:
    """A store that is listened to: its number and the origins of its pages."""

    shop_id: int
    origins: frozenset[str]


class Refusal(Exception):
    """An event that is not taken, by its status."""

    def __init__(self, status: int) -> None:
        super().__init__(_STATUS[status])
        self.status = status


class Collector:
    """The WSGI callable; *sites* are the stores by public key, `tally` counts what came of the events."""

    def __init__(self, sites: Mapping[str, Site], inbox: Inbox, callers: RateLimit, stores: RateLimit) -> None:
        self._sites, self._inbox = sites, inbox
        self._callers, self._stores = callers, stores
        self._origins = frozenset(origin for site in sites.values() for origin in site.origins)
        self._guard = threading.Lock()
        self.tally: Counter[str] = Counter()

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
        if status == 204:
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
        try:
            self._take(origin, environ)
            status = 204
        except Refusal as refusal:
            status = refusal.status
        if status in (429, 503):
            headers["Retry-After"] = "30"
        with self._guard:
            self.tally[_WORDS[status]] += 1
        return status, headers, b""

    def _take(self, origin: str, environ: WSGIEnvironment) -> None:
        if origin != _NULL and origin not in self._origins:
            raise Refusal(403)
        # The header is the proxy's on this machine; nobody else's comes so far.
        if not self._callers.admits(caller_of(environ.get("HTTP_X_FORWARDED_FOR") or environ.get("REMOTE_ADDR", ""))):
            raise Refusal(429)
        heard = _heard(environ)
        site = self._sites.get(heard.key)
        if site is None or (origin != _NULL and origin not in site.origins):
            raise Refusal(403)
        if not self._stores.admits(heard.key):
            raise Refusal(429)
        try:
            self._inbox.bring((site.shop_id, heard.lead))
        except ShopinfError:
            raise Refusal(503) from None


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


def limits(monotonic: Callable[[], float], *, per_minute: int) -> tuple[RateLimit, RateLimit]:
    """The limits of one address and of one store, which many people visit at once."""
    together = 200 * per_minute
    return RateLimit(per_minute, per_minute / 60, monotonic), RateLimit(together, together / 60, monotonic)
