"""Shopify's refusals in our words: every status and body it answers with becomes one of `shopinf.errors`."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import httpx

from shopinf.errors import (
    CredentialsRefused,
    CustomerDataProtected,
    NoAnswer,
    NoSuchShop,
    NoSuchThing,
    Refused,
    RequestRejected,
    ScopeMissing,
    ShopinfError,
    StoreFrozen,
    StoreLocked,
)
from shopinf.shell import quoted

_LONGEST = 300
_SCOPE = re.compile(r"approval for (\w+) scope")
NO_SUCH_SHOP_HINT = (
    "Look at the address bar of the store's admin, admin.shopify.com/store/HANDLE, and give that HANDLE, "
    "or give the shop's own domain, like www.example.com."
)


def problem(response: httpx.Response, store_name: str, *, doing: str = "") -> ShopinfError:
    """What an unwelcome answer means, with Shopify's own words, the request id and a next step."""
    status = response.status_code
    words, fields = said(response)
    tail = _tail(response, words)
    to = f" to {doing}" if doing else ""
    if response.is_redirect or 300 <= status < 400:
        return redirected(response, store_name)
    if status == 403:
        return _forbidden(store_name, words, tail, to)
    match status:
        case 401:
            return CredentialsRefused(
                f"Shopify does not accept the credentials of {store_name}{tail}",
                hint="The token is not this store's, was revoked, or the app was uninstalled; with a good one: "
                f"shopinf connect {quoted(store_name)}",
            )
        case 402:
            return StoreFrozen(
                f"{store_name} is frozen or paused{tail}",
                hint="Its owner must settle the plan in the Shopify admin; nothing was changed here, try again later.",
            )
        case 404 | 410:
            return _missing(response, store_name, tail, to)
        case 423:
            return StoreLocked(
                f"Shopify has locked the API of {store_name}{tail}",
                hint="Stop other tools that use the same app, and ask Shopify's support to unlock it.",
            )
        case 429:
            return NoAnswer(
                f"{store_name} kept throttling our calls{tail}",
                hint="Another program uses the same app at the same time; run the command again when it is done.",
            )
        case 430:
            return RequestRejected(
                f"Shopify's security rejected the request{tail}",
                hint="Do not repeat it at once; wait some minutes, and try from another network if it happens again.",
            )
        case 540:
            return RequestRejected(
                f"Shopify has switched this part of its API off for a while{tail}", hint="Try again later."
            )
        case _ if 400 <= status < 500 and status != 408:
            return Refused(
                f"{store_name} refused{to}: {words}{_tail(response, '')}"
                if words
                else f"{store_name} refused{to} with status {status}{tail}",
                fields=fields,
                hint=_REFUSED_HINTS.get(status, "Correct what it names, and run the command again."),
            )
        case _:
            return NoAnswer(
                f"{store_name} gave no usable answer (status {status}){tail}",
                hint="Shopify may be out of order (www.shopifystatus.com); run the same command again later.",
            )


_REFUSED_HINTS = {
    406: "This request is not for this API version; choose another one with shopinf connect STORE --api-version.",
    413: "Send less at once.",
    415: "This request is not for this API version; choose another one with shopinf connect STORE --api-version.",
}


def _missing(response: httpx.Response, store_name: str, tail: str, to: str) -> ShopinfError:
    """A page for people in place of an answer says that there is not even a shop."""
    if _is_html(response):
        host = response.request.url.host
        return NoSuchShop(f"Shopify knows no shop at {host}{_tail(response, '')}", hint=NO_SUCH_SHOP_HINT)
    return NoSuchThing(
        f"{store_name} has no such thing{to and ', so it is not possible' + to}{tail}",
        hint="It may have been deleted in the Shopify admin.",
    )


def _forbidden(store_name: str, words: str, tail: str, to: str) -> ShopinfError:
    if found := _SCOPE.search(words):
        scope = found[1]
        return ScopeMissing(
            f"{store_name} has not granted {scope}", scope=scope, hint=f"shopinf verify-scopes {quoted(store_name)}"
        )
    lowered = words.lower()
    if "protected customer data" in lowered:
        return CustomerDataProtected(
            f"{store_name}'s app is not approved for protected customer data{tail}",
            hint="In the Dev Dashboard, under API access requests, the app's owner ticks Protected customer data: "
            "shopinf connect --guide shows where.",
        )
    if "non-expiring access tokens" in lowered:
        return CredentialsRefused(
            f"{store_name} no longer accepts access tokens that never expire",
            hint="Connect with API key and API secret key and leave the token empty, so that it renews itself: "
            f"shopinf connect {quoted(store_name)}",
        )
    if "rest admin api" in lowered:
        return RequestRejected(
            f"{store_name}'s app may not use the REST Admin API{tail}",
            hint="An app made in the merchant's own Dev Dashboard as a custom app may: shopinf connect --guide",
        )
    return RequestRejected(
        f"{store_name} does not allow us{to or ' this'}{tail}",
        hint="Neither a scope nor protected customer data is named, so the app may be limited to other addresses "
        "(Dev Dashboard, the app's Settings, IP allowlist): have this machine's put on it, then "
        f"shopinf verify-scopes {quoted(store_name)}",
    )


def redirected(response: httpx.Response, store_name: str) -> NoAnswer:
    """A redirect that is not followed, since credentials never leave the store's own host."""
    url = response.request.url
    try:
        target = url.join(response.headers.get("Location", ""))
    except (httpx.InvalidURL, ValueError):
        target = httpx.URL("")
    shown = clean(target.host, 100) or "nowhere"
    if target.host.endswith(".myshopify.com") and target.host != url.host:
        return NoAnswer(
            f"{store_name} has moved: the shop now answers at {shown}",
            hint=f"Connect again: shopinf connect {quoted(shown)}",
        )
    if (target.scheme, target.host, target.port) == (url.scheme, url.host, url.port):
        return NoAnswer(
            f"{shown} redirects us again and again instead of answering{_tail(response, '')}",
            hint="Run the same command again later.",
        )
    if target.host == url.host:
        shown = f"{target.scheme}://{shown}" + (f":{target.port}" if target.port else "")
    return NoAnswer(
        f"{url.host} sends us to {shown}, and credentials do not go there",
        hint=f"Check the address with shopinf stores show {quoted(store_name)}; "
        "a login page of a network may be in between.",
    )


def broken_answer(response: httpx.Response, store_name: str) -> NoAnswer:
    """A good status with a body that is no JSON, or cut off, or of another shape."""
    kind = "a web page instead of data" if _is_html(response) else "a broken answer"
    return NoAnswer(
        f"{store_name} sent {kind}{_tail(response, '')}",
        hint="A proxy or login page may be in between; check with shopinf doctor, and run the command again.",
    )


def said(response: httpx.Response) -> tuple[str, dict[str, list[str]]]:
    """Shopify's words, as one sentence and by field; all the shapes its bodies have are known here."""
    body = response.content[:200_000]
    try:
        data = json.loads(body) if body.strip() else None
    except (ValueError, RecursionError):
        return _text_of(body.decode("utf-8", "replace")), {}
    if not isinstance(data, dict):
        return clean(" ".join(_flat(data)), _LONGEST), {}
    errors = data.get("errors", data.get("error"))
    if isinstance(errors, dict):
        fields = {clean(str(name), 80): _flat(value) for name, value in errors.items()}
        sentences = [text if name == "base" else f"{name} {text}" for name, texts in fields.items() for text in texts]
        return clean("; ".join(sentences), _LONGEST), fields
    sentences = _flat(errors) + _flat(data.get("error_description"))
    return clean("; ".join(sentences).removeprefix("[API] "), _LONGEST), {}


def _flat(value: Any) -> list[str]:
    match value:
        case None | "" | True | False:
            return []
        case str() | int() | float():
            return [clean(str(value), _LONGEST)]
        case list():
            return [text for item in value for text in _flat(item)]
        case dict():
            return [f"{name} {text}" for name, item in value.items() for text in _flat(item)]
    return []


def _text_of(page: str) -> str:
    """The words of an HTML page: its title and text, capped."""
    page = re.sub(r"(?is)<(script|style)\b.*?(</\1\s*>|$)", " ", page[:50_000])
    return clean(html.unescape(re.sub(r"<[^>]*(>|$)", " ", page)), _LONGEST)


def _is_html(response: httpx.Response) -> bool:
    kind = response.headers.get("Content-Type", "").lower()
    return "html" in kind or response.content[:512].lstrip().lower().startswith((b"<!doctype html", b"<html"))


def _tail(response: httpx.Response, words: str) -> str:
    """What follows our own words: Shopify's, and the id its support asks for."""
    found = request_id(response)
    return (f": {words}" if words else "") + (f" (request {found})" if found else "")


def request_id(answer: httpx.Response) -> str | None:
    """Shopify's id of the request, which its support asks for."""
    found = answer.headers.get("X-Request-Id")
    return clean(found, 80) if found else None


def clean(text: str, longest: int) -> str:
    """Foreign text on one line, without control characters and what looks like a Shopify secret, cut at *longest*."""
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    text = re.sub(r"\b(shp[a-z]{2,3}_)\w+", r"\1…", text)
    return text if len(text) <= longest else text[: longest - 1] + "…"
