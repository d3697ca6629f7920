"""One store's Admin API: paths and parameters in, parsed answers out, errors in our words."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, overload

import httpx
from pydantic import BaseModel

from shopinf import __version__
from shopinf.company import Company
from shopinf.errors import BadInput, LostResponse, NoAnswer, NoSuchThing, StoreReadOnly
from shopinf.loopback import is_loopback
from shopinf.network.masks import Mask
from shopinf.network.wire import Wire
from shopinf.shell import quoted
from shopinf.shopify.auth import StoreToken
from shopinf.shopify.bucket import Bucket
from shopinf.shopify.load import Load
from shopinf.shopify.pagereaders import Readers
from shopinf.shopify.pages import next_link, page_of, resumed
from shopinf.shopify.points import Points
from shopinf.shopify.problems import broken_answer, problem, redirected
from shopinf.shopify.transport import IDEMPOTENT, OPERATION, READING, Notes, PatientTransport, Talk
from shopinf.shopify.values import parsed, shown
from shopinf.stores import MYSHOPIFY, Credentials
from shopinf.times import Clock
from shopinf.unread import Unread

Model = TypeVar("Model", bound=BaseModel)

PAGE = 250  # the most that Shopify gives at once
_FOLLOWED = frozenset({301, 302, 307, 308})
_MOST_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class Access:
    """Where a store answers and what opens it."""

    name: str  # what the operator calls it, for messages
    base_url: str
    domain: str
    api_version: str
    credentials: Credentials


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its status: 202 and 303 mean something to those who ask with `Shop.answer`."""

    status: int
    headers: httpx.Headers
    json: Any  # None when the body is empty or no JSON


@dataclass(frozen=True, slots=True)
class Raw:
    """An answer not parsed yet, for pydantic's own JSON parser."""

    status: int
    headers: httpx.Headers
    content: bytes


class Shop:
    """A store's Admin REST API, paced and patient; threads may share it.

    A *path* like `orders.json` is below `/admin/api/{version}/`, one with a leading slash starts at the root.
    Parameters may be text, numbers, booleans, aware datetimes (sent as UTC with `Z`) and lists (sent with commas);
    those that are None are left out. Numbers with a decimal point in answers become exact Decimals. With *read_only*
    nothing that writes reaches the wire; *before_write* is called before each write that does, and may raise.
    """

    def __init__(
        self,
        access: Access,
        wire: Wire,
        clock: Clock,
        *,
        read_only: bool = False,
        talk: Talk | None = None,
        before_write: Callable[[], None] | None = None,
        company: Company | None = None,
        readers: Readers | None = None,
    ) -> None:
        self.access = access
        self.readers = readers or Readers(0)
        self.clock = clock
        self.read_only = read_only
        self.bucket = Bucket(clock)
        self.load = Load()
        self.points = Points(clock)  # GraphQL's own limit
        self._notes = Notes()
        self._base = _safe_base(access.base_url)
        known = access.credentials
        mask = Mask(known.access_token, known.api_secret_key, known.api_key, ours=f"{self._base.host} {access.domain}")
        transport = PatientTransport(
            wire,
            clock,
            self.bucket,
            load=self.load,
            store=access.name,
            host=self._base.host,
            notes=self._notes,
            talk=talk,
            before_write=self._before_write,
            mask=mask,
            company=company,
        )
        self._check = before_write
        self._latest = threading.local()
        self._token = StoreToken(access.base_url, access.name, access.credentials, clock, mask)
        self._client = httpx.Client(
            transport=transport,
            auth=self._token,
            trust_env=False,
            follow_redirects=False,
        )
        # Not the client's: cookies of earlier answers must not go out with later requests.
        self._headers = {
            "Accept": "application/json",
            "Accept-Encoding": self._client.headers.get("Accept-Encoding", "gzip"),
            "User-Agent": f"shopinf/{__version__}",
        }

    def __repr__(self) -> str:
        return f"Shop({self.access.name!r}, {self.access.base_url!r})"

    @property
    def notes(self) -> Notes:
        """What an operator should know of the answers so far: deprecated calls, a version fallen forward."""
        return self._notes

    def close(self) -> None:
        """Let go of this store; the wire stays open for the others."""
        self._client.close()

    # reading

    def get(self, path: str, /, **params: Any) -> Any:
        """The parsed JSON at *path*."""
        for last in (False, True):  # an answer that is broken inside deserves one more look
            response = self._read(self._url(path, params))
            try:
                return parsed(response.content)
            except ValueError:
                if last:
                    raise broken_answer(response, self.access.name) from None
        raise AssertionError("unreachable")

    def graphql(self, path: str, body: Any, /, *, name: str, writes: bool) -> httpx.Response:
        """The good answer to a GraphQL request, whatever it says; whoever calls it waits for the points: graphql.py."""
        return self._write("POST", path, body, idempotent=not writes, reading=not writes, operation=name)

    def get_raw(self, path: str, /, **params: Any) -> Raw:
        """The answer's bytes, looked at only from outside."""
        return self._raw(self._url(path, params))

    def raw_pages(self, path: str, /, **params: Any) -> Iterator[Raw]:
        """The pages of a listing, one after another, unparsed."""
        params = {"limit": PAGE} | params
        url: httpx.URL | None = self._url(path, params)
        first, seen = url, set[str]()
        while url is not None:
            if str(url) in seen:
                raise NoAnswer(
                    f"{self.access.name} repeats a page of {path} without end",
                    hint="Run the same command again later; tell Shopify's support if it stays.",
                )
            seen.add(str(url))
            page = [self._raw(url)]
            headers = page[0].headers
            yield page.pop()  # not kept here: many listings wait for their turn, each page being a megabyte
            link = next_link(headers, self._base, self.access.name, self.access.domain)
            # With a cursor only limit and fields may be sent, and the link need not carry them.
            url = resumed(link, first) if link and first else None

    @overload
    def pages(
        self,
        path: str,
        key: str,
        /,
        *,
        params: Mapping[str, Any] | None = None,
        model: type[Model],
        odd: Callable[[Unread], None] | None = None,
    ) -> Iterator[Model]: ...
    @overload
    def pages(
        self, path: str, key: str, /, *, params: Mapping[str, Any] | None = None, model: None = None
    ) -> Iterator[Any]: ...
    def pages(
        self,
        path: str,
        key: str,
        /,
        *,
        params: Mapping[str, Any] | None = None,
        model: type[Model] | None = None,
        odd: Callable[[Unread], None] | None = None,
    ) -> Iterator[Any]:
        """The items under *key* of every page of a listing, as *model* where one is given.

        Ends with the last link, not with a short page. `limit` is 250 unless told. *odd* hears of each item that cannot
        be read as its model; without it such a page is a broken answer.
        """
        for page in self.raw_pages(path, **(params or {})):
            yield from page_of(page.content, key, model, self.access.name, parsed, odd)

    # writing

    def post(self, path: str, body: Any, /) -> Any:
        """The parsed answer; a lost one raises `LostResponse`, since the write may have taken effect."""
        return self._written(self._write("POST", path, body))

    def put(self, path: str, body: Any = None, /, *, idempotent: bool = False) -> Any:
        """The parsed answer; an *idempotent* write is repeated when its answer is lost."""
        return self._written(self._write("PUT", path, body, idempotent=idempotent))

    def delete(self, path: str, /, *, missing_ok: bool = True) -> Any:
        """Delete what is at *path*; what is gone already counts as deleted, unless *missing_ok* is false."""
        try:
            return self._written(self._write("DELETE", path, None, idempotent=missing_ok))
        except NoSuchThing:
            if not missing_ok:
                raise
            return None

    def answer(
        self,
        method: str,
        path: str,
        /,
        body: Any = None,
        *,
        params: Mapping[str, Any] | None = None,
        accept: tuple[int, ...] = (),
        idempotent: bool = False,
        **more: Any,
    ) -> Answer:
        """The answer with its status and headers, redirects not followed; raises from 400 on, but for *accept*."""
        url = self._url(path, {**(params or {}), **more})
        if method in ("GET", "HEAD"):
            response = self._send(method, url)
        else:
            response = self._write(method, url, body, idempotent=idempotent, accept=accept)
        if response.status_code >= 400 and response.status_code not in accept:
            raise problem(response, self.access.name)
        try:
            found = parsed(response.content) if response.content.strip() else None
        except ValueError:
            if 200 <= response.status_code < 300:
                raise self._unreadable(method, response) from None
            found = None
        return Answer(response.status_code, response.headers, found)

    @contextmanager
    def until(self, at: datetime) -> Iterator[None]:
        """A block whose writes, in this thread, go out before *at*; one that waited longer for its turn never does."""
        self._latest.at = at
        try:
            yield
        finally:
            self._latest.at = None

    # below

    def _before_write(self) -> None:
        latest: datetime | None = getattr(self._latest, "at", None)
        if latest is not None and self.clock.now() > latest:
            raise LostResponse(
                f"{self.access.name} left no room for a change for minutes, so it was not sent",
                hint="Run the same command again later: it looks at the store first and makes only what is missing.",
            )
        if self._check is not None:
            self._check()

    def _url(self, path: str, params: Mapping[str, Any]) -> httpx.URL:
        full = path if path.startswith("/") else f"/admin/api/{self.access.api_version}/{path}"
        url = self._base.join(full)
        if url.host != self._base.host:  # a path like //elsewhere/
            raise BadInput(f"{path!r} is not a path of {self.access.name}", hint="shopinf doctor looks the store over.")
        given = {name: shown(value) for name, value in params.items() if value is not None}
        return url.copy_merge_params(given) if given else url

    def _send(self, method: str, url: httpx.URL, content: bytes | None = None, **extensions: Any) -> httpx.Response:
        headers = self._headers if content is None else {**self._headers, "Content-Type": "application/json"}
        request = httpx.Request(method, url, headers=headers, content=content, extensions=extensions or None)
        try:
            response = self._client.send(request)
            # It is read. httpx ties an answer and its stream in a ring, which would keep each page of a long listing
            # until Python looks for rings.
            response.stream = httpx.ByteStream(b"")
            return response
        except httpx.RemoteProtocolError as error:  # httpx reads the address of a redirect, followed or not
            raise NoAnswer(
                f"{self.access.name} sends us to an address that is none", hint="Run the same command again later."
            ) from error

    def _read(self, url: httpx.URL) -> httpx.Response:
        """A GET's good answer; redirects within the store's own host are followed by hand, five at most."""
        for _ in range(_MOST_REDIRECTS + 1):
            response = self._send("GET", url)
            if response.status_code == 200:
                return response
            target = response.headers.get("Location")
            if response.status_code not in _FOLLOWED or not target:
                raise problem(response, self.access.name)
            try:
                url = url.join(target)
            except (httpx.InvalidURL, ValueError):
                raise redirected(response, self.access.name) from None
            if not _same_origin(url, self._base):
                raise redirected(response, self.access.name)
        raise redirected(response, self.access.name)

    def _raw(self, url: httpx.URL) -> Raw:
        response = self._read(url)
        if response.content.lstrip()[:1] not in (b"{", b"["):
            raise broken_answer(response, self.access.name)
        return Raw(response.status_code, response.headers, response.content)

    def _write(
        self,
        method: str,
        path: str | httpx.URL,
        body: Any,
        *,
        idempotent: bool = False,
        accept: tuple[int, ...] = (),
        reading: bool = False,
        operation: str | None = None,
    ) -> httpx.Response:
        if self.read_only and not reading:
            raise StoreReadOnly(
                f"{self.access.name} is connected with --read-only, so nothing is written to it",
                hint=f"shopinf connect {quoted(self.access.name)} without --read-only allows it.",
            )
        url = path if isinstance(path, httpx.URL) else self._url(path, {})
        content = None if body is None else json.dumps(body, ensure_ascii=False, default=shown).encode()
        told = {IDEMPOTENT: idempotent, READING: reading, OPERATION: operation}
        response = self._send(method, url, content, **told)
        if response.status_code >= 300 and response.status_code not in accept:
            raise problem(response, self.access.name)
        return response

    def _written(self, response: httpx.Response) -> Any:
        if not response.content.strip():
            return None
        try:
            return parsed(response.content)
        except ValueError:
            raise self._unreadable(response.request.method, response) from None

    def _unreadable(self, method: str, response: httpx.Response) -> NoAnswer:
        if method in ("GET", "HEAD"):
            return broken_answer(response, self.access.name)
        return LostResponse(
            f"{self.access.name} took a change, but its answer cannot be read",
            hint="Run the same command again: it looks at the store first and makes only what is missing.",
        )


def _safe_base(base_url: str) -> httpx.URL:
    """The store's address; anything but https://*.myshopify.com and loopback is refused, for credentials go there."""
    url = httpx.URL(base_url)
    known = url.scheme == "https" and MYSHOPIFY.fullmatch(url.host)
    if not (known or (url.scheme in ("http", "https") and is_loopback(url.host))) or url.userinfo:
        raise BadInput(
            f"Credentials are not sent to {url.scheme}://{url.host}",
            hint="A store's address ends in .myshopify.com; --url is for a practice store on this machine.",
        )
    return url.copy_with(path="/", query=None, fragment=None)


def _same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    return (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port)
