"""From what an operator typed to the myshopify host, by public pages read without any credentials."""

from __future__ import annotations

import json
import re

import httpx

from shopinf.errors import BadInput, Interrupted, NoAnswer, NotFound
from shopinf.loopback import is_loopback
from shopinf.network.wire import Wire
from shopinf.shopify.problems import NO_SUCH_SHOP_HINT, clean
from shopinf.stores import MYSHOPIFY, StoreName
from shopinf.times import Clock

_SECONDS = 10.0
_LARGEST = 1024 * 1024
_MOST_REDIRECTS = 5
_IN_PAGE = re.compile(
    r"""(?:Shopify\.shop\s*=|["'](?:myshopify_?domain|permanent_?domain|shop)["']\s*:)"""
    r"""\s*["']([a-z0-9][a-z0-9-]*\.myshopify\.com)["']""",
    re.IGNORECASE,
)


def resolve(name: StoreName, wire: Wire, clock: Clock, *, at: str | None = None) -> str:
    """The `*.myshopify.com` host of a store; a domain of its own is asked for it over https.

    *at* is the address of a practice store on this machine, which is asked instead.
    """
    if name.handle:
        return f"{name.handle}.myshopify.com"
    if not name.website:
        raise BadInput("That does not name a store", hint=NO_SUCH_SHOP_HINT)
    host, answered = None, False
    for path in ("/meta.json", "/"):
        page = public_page(f"{at or 'https://' + name.website}{path}", wire, clock)
        answered = answered or page is not None
        if page and (host := (_from_meta if path == "/meta.json" else _from_home)(page)):
            return host
    shown = clean(name.website, 100)
    if not answered:
        raise NotFound(f"{shown} cannot be reached, so its shop is not known", hint=NO_SUCH_SHOP_HINT)
    raise NotFound(
        f"{shown} does not say which Shopify shop it is",
        hint="Give the HANDLE in the address bar of its admin instead, admin.shopify.com/store/HANDLE.",
    )


def _from_meta(page: bytes) -> str | None:
    try:
        found = json.loads(page)["myshopify_domain"].strip().lower()
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return found if MYSHOPIFY.fullmatch(found) else None


def _from_home(page: bytes) -> str | None:
    found = _IN_PAGE.search(page.decode("utf-8", "replace"))
    return found[1].lower() if found else None


def public_page(address: str, wire: Wire, clock: Clock) -> bytes | None:
    """The first megabyte of a public page, or an empty one where it is refused; None where nobody answers."""
    try:
        url = httpx.URL(address)
        start = url
        for _ in range(_MOST_REDIRECTS + 1):
            local = is_loopback(start.host) and (url.scheme, url.netloc) == (start.scheme, start.netloc)
            if not (url.scheme == "https" or local) or url.userinfo:
                return b""
            status, target, body = _once(url, wire, clock)
            if not (300 <= status < 400 and target):
                return body if status == 200 else b""
            url = url.join(target)
    except httpx.InvalidURL:
        return b""
    except httpx.RequestError:
        if clock.stop.is_set():
            raise Interrupted from None
        return None
    return b""


def _once(url: httpx.URL, wire: Wire, clock: Clock) -> tuple[int, str | None, bytes]:
    request = httpx.Request(
        "GET",
        url,
        headers={"Accept": "application/json, text/html;q=0.9", "User-Agent": "shopinf"},
        extensions={"timeout": httpx.Timeout(_SECONDS).as_dict()},
    )
    deadline = clock.monotonic() + 2 * _SECONDS
    answer = wire.send(request)
    body = b""
    try:
        for chunk in answer.iter_bytes():
            body += chunk
            if len(body) >= _LARGEST:
                break
            if clock.monotonic() > deadline:
                raise NoAnswer(f"{url.host} does not come to an end", hint=NO_SUCH_SHOP_HINT)
    finally:
        answer.close()
    return answer.status_code, answer.headers.get("Location"), body[:_LARGEST]
