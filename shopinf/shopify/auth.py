"""The token, shown to its own store only, and asked for anew before it expires."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Generator
from datetime import datetime, timedelta

import httpx

from shopinf.errors import (
    CredentialsMissing,
    CredentialsProblem,
    CredentialsRefused,
    Interrupted,
    NoSuchShop,
    ShopinfError,
)
from shopinf.network.masks import Mask
from shopinf.shell import quoted
from shopinf.shopify.problems import NO_SUCH_SHOP_HINT, broken_answer, clean, problem
from shopinf.shopify.transport import IDEMPOTENT
from shopinf.stores import Credentials, Secret
from shopinf.times import Clock

HEADER = "X-Shopify-Access-Token"
_OAUTH = re.compile(r"Oauth error ([a-z_]+)(?::\s*([^<\n]+))?", re.IGNORECASE)
_EARLY = timedelta(minutes=5)
_SETTLING = 5.0  # seconds between tries while a freshly made app becomes known everywhere
_SETTLING_TRIES = 3


class StoreToken(httpx.Auth):
    """Signs requests to the store's own scheme, host and port; all others go out without any credential.

    With an API key and secret the token comes by the client credentials grant, lives in memory, and is renewed five
    minutes before it expires and once on a 401, by one thread while the others wait; *mask* learns of each.
    """

    def __init__(
        self, base_url: str, store_name: str, credentials: Credentials, clock: Clock, mask: Mask | None = None
    ) -> None:
        self._base = httpx.URL(base_url)
        self._store_name = store_name
        self._credentials = credentials
        self._clock = clock
        self._mask = Mask() if mask is None else mask
        self._lock = threading.Lock()
        self._token: Secret | None = credentials.access_token
        self._renew_at: datetime | None = None

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if not self._is_own(request.url):
            yield request
            return
        token = yield from self._current()
        _sign(request, token, self._store_name)
        response = yield request
        if response.status_code == 401 and self._renews:
            token = yield from self._current(instead_of=token)
            _sign(request, token, self._store_name)
            yield request

    @property
    def _renews(self) -> bool:
        return self._credentials.access_token is None

    def _is_own(self, url: httpx.URL) -> bool:
        return (url.scheme, url.host, _port(url)) == (self._base.scheme, self._base.host, _port(self._base))

    def _current(self, instead_of: Secret | None = None) -> Generator[httpx.Request, httpx.Response, Secret]:
        """The token to use; asks for a new one when it is due, or when *instead_of* was refused."""
        while not self._lock.acquire(timeout=0.2):
            if self._clock.stop.is_set():
                raise Interrupted
        try:
            due = self._renew_at is not None and self._clock.now() >= self._renew_at
            refused = instead_of is not None and instead_of == self._token
            if self._token is None or due or refused:
                self._token = yield from self._ask()
            return self._token
        finally:
            self._lock.release()

    def _ask(self) -> Generator[httpx.Request, httpx.Response, Secret]:
        key, secret = self._credentials.api_key, self._credentials.api_secret_key
        if not key or not secret:
            raise CredentialsMissing(
                f"There are no credentials for {self._store_name}", hint=f"shopinf connect {quoted(self._store_name)}"
            )
        for attempt in range(_SETTLING_TRIES + 1):
            asked_at = self._clock.now()
            response = yield httpx.Request(
                "POST",
                self._base.copy_with(raw_path=b"/admin/oauth/access_token"),
                data={
                    "grant_type": "client_credentials",
                    "client_id": key.reveal(),
                    "client_secret": secret.reveal(),
                },
                headers={"Accept": "application/json"},
                extensions={IDEMPOTENT: True},
            )
            response.read()
            if response.status_code == 200:
                return self._keep(response, asked_at)
            code, words = oauth_error(response)
            if code != "application_cannot_be_found" or attempt == _SETTLING_TRIES:
                break
            if key.reveal().startswith("shp"):  # the secret, or a token, in the key's place: waiting does not help
                break
            self._clock.wait(_SETTLING)
        raise self._refusal(response, code, words)

    def _keep(self, response: httpx.Response, asked_at: datetime) -> Secret:
        try:
            answer = json.loads(response.content)
            token, lives = answer["access_token"], answer.get("expires_in")
            if not isinstance(token, str) or not token:
                raise ValueError
            seconds = timedelta(seconds=float(lives)) if lives is not None else None
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            # Without the cause: it may quote the answer, and the answer may hold the token.
            raise broken_answer(response, self._store_name) from None
        # A token that lives only minutes is renewed at half its life.
        self._renew_at = None if seconds is None else asked_at + max(seconds - _EARLY, seconds / 2)
        self._mask.add(Secret(token))
        return Secret(token)

    def _refusal(self, response: httpx.Response, code: str | None, words: str) -> ShopinfError:
        name, host = self._store_name, self._base.host
        connect = f"shopinf connect {quoted(name)}"
        match code:
            case "app_not_installed":
                return CredentialsRefused(
                    f"The app is not installed on {host}",
                    hint=f"Install it there from the Dev Dashboard, then: {connect}; an app made in the store's admin "
                    "before 2026 is connected with its Admin API access token instead.",
                )
            case "shop_not_permitted":
                return CredentialsRefused(
                    f"The app and {host} belong to different Shopify organizations, so it gets no token there",
                    hint="The app must be made in the merchant's own Dev Dashboard: shopinf connect --guide",
                )
            case "application_cannot_be_found":
                return CredentialsRefused(
                    f"Shopify knows no app with the API key (Client ID) given for {name}",
                    hint=f"Copy the Client ID from the app's Settings in the Dev Dashboard, then: {connect}",
                )
            case "invalid_client":
                return CredentialsRefused(
                    f"The API secret key (Client secret) of {name} does not belong to its API key (Client ID)",
                    hint=f"Copy both from the app's Settings in the Dev Dashboard, then: {connect}",
                )
            case "invalid_request":
                return CredentialsRefused(
                    f"Shopify could not read the API key and API secret key of {name}",
                    hint=f"One may be cut or in the wrong field; copy both again, then: {connect}",
                )
            case str():
                return CredentialsRefused(
                    f"Shopify refused a token for {name}: {code}{': ' + words if words else ''}", hint=connect
                )
        if response.status_code == 404:
            return NoSuchShop(f"Shopify knows no shop at {host}", hint=NO_SUCH_SHOP_HINT)
        if response.status_code == 400:
            return CredentialsRefused(f"Shopify refused a token for {name}", hint=connect)
        return problem(response, name, doing="ask for a token")


def oauth_error(response: httpx.Response) -> tuple[str | None, str]:
    """Code and description of an OAuth error, which comes as JSON or as an HTML page."""
    try:
        data = json.loads(response.content)
    except ValueError:
        data = None
    if isinstance(data, dict) and isinstance(data.get("error"), str) and re.fullmatch(r"[a-z_]+", data["error"]):
        return data["error"], clean(str(data.get("error_description") or ""), 200)
    # The description stands in the page's text; its title may carry the bare code before it.
    found = max(_OAUTH.finditer(response.text[:50_000]), key=lambda match: bool(match[2]), default=None)
    return (found[1].lower(), clean(found[2] or "", 200)) if found else (None, "")


def _sign(request: httpx.Request, token: Secret, store_name: str) -> None:
    text = token.reveal()
    if not text.isascii() or not text.isprintable() or " " in text:
        raise CredentialsProblem(
            f"The Admin API access token of {store_name} holds characters that no token has",
            hint=f"Copy it again, without spaces or line ends: shopinf connect {quoted(store_name)}",
        )
    request.headers[HEADER] = text


def _port(url: httpx.URL) -> int | None:
    return url.port or {"https": 443, "http": 80}.get(url.scheme)
