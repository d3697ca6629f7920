"""Patience, in one place: pacing, waiting and trying again, and an end to it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from shopinf.company import Company
from shopinf.errors import Interrupted, LostResponse, NoAnswer
from shopinf.loopback import is_loopback
from shopinf.network.masks import Mask
from shopinf.network.patience import BUDGET, NOT_CONNECTED, PASSING, TRIES, backoff, left_of, read_whole, retry_after
from shopinf.network.wire import Wire
from shopinf.shopify.bucket import Bucket
from shopinf.shopify.load import Load
from shopinf.shopify.problems import clean, request_id
from shopinf.times import Clock

LARGEST = 100 * 1024 * 1024  # bytes of one answer; a page of 250 full orders has 4 MB

IDEMPOTENT = "shopinf.idempotent"  # request extension: this write may be repeated
READING = "shopinf.reading"  # request extension: a POST that only asks, as GraphQL's queries do
OPERATION = "shopinf.operation"  # request extension: what a GraphQL request is called, for the log
GRAPHQL = "/graphql.json"

FEW_TRIES, FEW_SECONDS = 3, 10.0  # after which a store that never answered may be given up for the others' sake

_GLANCE = 0.25  # seconds between two looks at whether the others are done
_READS = frozenset({"GET", "HEAD"})
_LONGEST_RETRY_AFTER = 60.0
_LIMIT_HEADER = "X-Shopify-Shop-Api-Call-Limit"
_POINTS = re.compile(rb'"maximumAvailable":\s*(\d+)[.\d]*\s*,\s*"currentlyAvailable":\s*(\d+)')
_TOKEN_PATH = "/admin/oauth/access_token"
# Query values that say nothing about a person; of all others only the name is told.
_PLAIN_VALUES = frozenset({"limit", "status", "order", "since_id", "updated_at_min", "created_at_min"})


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came of it, told to `--verbose` and the log: no secret, no body, nothing personal."""

    store: str
    method: str
    path: str  # with the query's names, and its values only where they are plain
    status: int | None  # None when no answer came
    ms: int
    request_id: str | None
    bucket: str | None  # like `32/40`

    def __str__(self) -> str:
        known = [self.request_id and f"request {self.request_id}", self.bucket and f"bucket {self.bucket}"]
        told = "".join(f", {part}" for part in known if part)
        return f"{self.store}: {self.method} {self.path} → {self.status or 'no answer'} in {self.ms} ms{told}"


Talk = Callable[[Exchange], None]


class Notes(list[str]):
    """Sentences an operator should know, each said once, whichever thread comes upon it."""

    def __init__(self) -> None:
        super().__init__()
        self._said: set[str] = set()
        self._lock = threading.Lock()

    def once(self, key: str, sentence: str) -> None:
        with self._lock:
            if key not in self._said:
                self._said.add(key)
                self.append(sentence)


class PatientTransport(httpx.BaseTransport):
    """Sends through *wire* at the store's own pace, repeats what may be repeated, and ends.

    Reads are tried up to 5 times, within 120 s; fewer where the *company* has done all else and would only wait for a
    store that has not answered. A write is repeated only after a 429 or when surely no connection was made; where its
    answer is lost, `LostResponse` says so and the caller looks the store up. The answers that come out are read whole,
    and *mask* has covered in them what must not be said back. `close()` leaves the wire open: it is shared.
    """

    def __init__(
        self,
        wire: Wire,
        clock: Clock,
        bucket: Bucket,
        *,
        load: Load | None = None,
        store: str,
        host: str,
        notes: Notes | None = None,
        talk: Talk | None = None,
        before_write: Callable[[], None] | None = None,
        mask: Mask | None = None,
        company: Company | None = None,
    ) -> None:
        self._wire = wire
        self._clock = clock
        self._bucket = bucket
        self._load = Load() if load is None else load
        self._store = store
        self._host = host
        self._notes = Notes() if notes is None else notes
        self._talk = talk
        self._before_write = before_write
        self._mask = Mask() if mask is None else mask
        self._company = Company() if company is None else company
        self._served: set[str] = set()  # endpoints that answered something usable

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        paced = request.url.host == self._host and request.url.path.startswith("/admin/")
        paced = (
            paced and request.url.path != _TOKEN_PATH and not request.url.path.endswith(GRAPHQL)
        )  # points: graphql.py
        spent = 0.0
        for attempt in range(1, TRIES + 1):
            ticket = self._bucket.acquire() if paced else None
            begun = self._clock.monotonic()
            outcome = self._try(request, ticket, BUDGET - spent, attempt)
            spent += self._clock.monotonic() - begun
            if attempt == TRIES:
                break
            if isinstance(outcome, httpx.Response) and outcome.status_code == 429:
                self._wait_for_room(outcome, ticket, attempt)
                continue
            pause = _backoff(attempt, outcome)
            if not self._may_repeat(request, outcome) or spent + pause >= BUDGET:
                break
            spent += pause
            if not self._outwaits(request, pause, enough=attempt >= FEW_TRIES or spent > FEW_SECONDS):
                break
        return self._final(request, outcome)

    def _outwaits(self, request: httpx.Request, pause: float, *, enough: bool) -> bool:
        """Wait *pause* seconds before the next try; False when others' results would wait for it as well.

        Only an endpoint that has not answered at all is given up for them, and after it was tried *enough*.
        """
        if not self._company or _endpoint(request.url.path) in self._served:
            self._clock.wait(pause)
            return True
        self._company.trouble(self._store, True)
        while pause > 0:
            if enough and self._company.waits_for(self._store):
                return False
            self._clock.wait(min(pause, _GLANCE))
            pause -= _GLANCE
        return True

    def _try(
        self, request: httpx.Request, ticket: int | None, left: float, attempt: int
    ) -> httpx.Response | httpx.RequestError:
        """One exchange, reported to the bucket, the notes and the talk."""
        if self._clock.stop.is_set():
            raise Interrupted
        begun, among = self._clock.monotonic(), self._load.begun()
        left = max(left, 1.0)
        request.extensions = {**request.extensions, "timeout": left_of(BUDGET - left)}
        outcome: httpx.Response | httpx.RequestError
        told = False
        try:
            if self._before_write is not None and _writes(request):  # at each try: the wait for it may be a minute
                self._before_write()
            outcome = self._read(self._wire.send(request), request, begun + left)
            told = True
        except httpx.RequestError as error:
            if self._clock.stop.is_set():  # the wire was closed under us
                raise Interrupted from None
            outcome = error
        finally:
            self._load.ended(self._clock.monotonic() - begun, among)
            if ticket is not None and not told:
                self._bucket.unseen(ticket, answered=False)
        if isinstance(outcome, httpx.Response):
            if outcome.status_code not in PASSING:
                self._served.add(_endpoint(request.url.path))
                self._company.trouble(self._store, False)
            if ticket is not None:
                self._report(outcome, ticket, attempt)
            self._note(request, outcome)
        if self._talk is not None:
            self._talk(self._exchange(request, outcome, begun))
        return outcome

    def _read(self, answer: httpx.Response, request: httpx.Request, deadline: float) -> httpx.Response:
        """Read the whole body, or raise one of httpx's errors; an endless or huge one is given up."""
        body = read_whole(
            answer,
            request,
            most=LARGEST,
            monotonic=self._clock.monotonic,
            deadline=deadline,
            too_large=NoAnswer(
                f"{self._store} sent an answer of more than {LARGEST >> 20} MB",
                hint="Run the same command again; tell Shopify's support if it stays.",
            ),
        )
        whole = _looks_whole(body) or answer.status_code != 200 or request.method == "HEAD"
        if not whole and request.url.path.endswith(".json"):
            raise httpx.DecodingError("the answer was cut off", request=request)
        headers = [
            (name, value)
            for name, value in answer.headers.raw
            if name.lower() not in (b"content-encoding", b"content-length", b"transfer-encoding")
        ]
        if request.url.path != _TOKEN_PATH or answer.status_code != 200:  # a new token may be the one we have
            body = self._mask.body(body, strictly=answer.status_code >= 300)
        headers = self._mask.headers(headers)
        return httpx.Response(answer.status_code, headers=headers, content=body, request=request)

    def _report(self, answer: httpx.Response, ticket: int, attempt: int) -> None:
        level = _level(answer)
        match answer.status_code, level:
            case 429, None:
                self._bucket.throttled(_retry_after(answer) * _patience(attempt), ticket)
            case 429, (used, size) if used >= size - 1:
                self._bucket.throttled(_retry_after(answer) * _patience(attempt), ticket)
            case _, (used, size):
                self._bucket.seen(used, size, ticket)
            case _:
                self._bucket.unseen(ticket, answered=True)

    def _wait_for_room(self, answer: httpx.Response, ticket: int | None, attempt: int) -> None:
        """Wait after a 429 as told; where the bucket itself is full, `acquire` makes all threads wait."""
        level = _level(answer)
        if ticket is not None and (level is None or level[0] >= level[1] - 1):
            return
        pause = _retry_after(answer) * _patience(attempt)
        if level is not None and answer.request.method == "POST" and attempt > 1:
            # A limit of its own, such as five draft orders a minute on a trial store: outlast the minute.
            pause = max(pause, 5.0 * 3 ** (attempt - 2))
        self._clock.wait(pause)

    def _may_repeat(self, request: httpx.Request, outcome: httpx.Response | httpx.RequestError) -> bool:
        repeatable = request.method in _READS or bool(request.extensions.get(IDEMPOTENT))
        if isinstance(outcome, httpx.Response):
            return repeatable and outcome.status_code in PASSING
        if isinstance(outcome, httpx.UnsupportedProtocol) or _distrusted(outcome):
            return False
        return repeatable or isinstance(outcome, NOT_CONNECTED)

    def _final(self, request: httpx.Request, outcome: httpx.Response | httpx.RequestError) -> httpx.Response:
        """The answer, or what the last try failed with in our own words."""
        writes = _writes(request)
        if isinstance(outcome, httpx.Response):
            if writes and outcome.status_code in PASSING:
                raise LostResponse(
                    f"{self._store} answered {outcome.status_code}, so it is not known whether the change was made",
                    hint="Run the same command again: it looks at the store first and makes only what is missing.",
                )
            return outcome
        host = request.url.host
        if _distrusted(outcome):
            raise NoAnswer(
                f"The certificate of {host} is not trusted on this machine",
                hint="Is this machine's clock right? With a wrong day no certificate holds. Behind a proxy that opens "
                "TLS, point SSL_CERT_FILE at its certificate.",
            ) from outcome
        if writes and not isinstance(outcome, (*NOT_CONNECTED, httpx.UnsupportedProtocol)):
            raise LostResponse(
                f"The answer of {host} was lost, so it is not known whether the change was made ({_cause(outcome)})",
                hint="Run the same command again: it looks at the store first and makes only what is missing.",
            ) from outcome
        hint = "Check the network with shopinf doctor, and run the same command again."
        if isinstance(outcome, NOT_CONNECTED) and is_loopback(host):
            hint = "Is the practice store open? shopinf practice opens one."
        raise NoAnswer(f"{host} gave no usable answer ({_cause(outcome)})", hint=hint) from outcome

    def _note(self, request: httpx.Request, answer: httpx.Response) -> None:
        if reason := answer.headers.get("X-Shopify-API-Deprecated-Reason"):
            endpoint = _endpoint(request.url.path)
            self._notes.once(
                f"deprecated {request.method} {endpoint}",
                f"Shopify marks {request.method} {endpoint} as deprecated: {clean(reason, 200)}",
            )
        served = answer.headers.get("X-Shopify-API-Version")
        asked = re.match(r"/admin/api/([^/]+)/", request.url.path)
        if served and asked and served != asked[1]:
            self._notes.once(
                f"version {served}",
                f"{self._store} answered with API version {clean(served, 20)} instead of {asked[1]}",
            )

    def _exchange(self, request: httpx.Request, outcome: httpx.Response | httpx.RequestError, begun: float) -> Exchange:
        answer = outcome if isinstance(outcome, httpx.Response) else None
        level = answer and (_level(answer) or _points(answer))
        operation = request.extensions.get(OPERATION)
        return Exchange(
            store=self._store,
            method=request.method,
            path=shown_path(request.url) + (f"#{operation}" if operation else ""),
            status=answer.status_code if answer is not None else None,
            ms=round((self._clock.monotonic() - begun) * 1000),
            request_id=request_id(answer) if answer is not None else None,
            bucket=f"{level[0]}/{level[1]}" if level else None,
        )


def _writes(request: httpx.Request) -> bool:
    """Does it change the store? A new token does not, nor does a question that is posted."""
    asks = request.method in _READS or bool(request.extensions.get(READING))
    return not asks and request.url.path != _TOKEN_PATH


def shown_path(url: httpx.URL) -> str:
    """Path and query without values that may be personal or secret: `orders.json?limit=250&page_info=…`."""
    pairs = [f"{name}={value if name in _PLAIN_VALUES else '…'}" for name, value in url.params.multi_items()]
    return clean(url.path + ("?" + "&".join(pairs) if pairs else ""), 300)


def _endpoint(path: str) -> str:
    """`/admin/api/2026-07/orders/17.json` → `orders/{id}.json`."""
    return re.sub(r"\d+(?=/|\.json|$)", "{id}", re.sub(r"^/admin/(api/[^/]+/)?", "", path))


def _level(answer: httpx.Response) -> tuple[int, int] | None:
    found = re.fullmatch(r"\s*(\d{1,6})\s*/\s*(\d{1,6})\s*", answer.headers.get(_LIMIT_HEADER, ""))
    return (int(found[1]), int(found[2])) if found and int(found[2]) > 0 else None


def _points(answer: httpx.Response) -> tuple[int, int] | None:
    """Points taken and points in all, as an answer of GraphQL tells at its end."""
    found = _POINTS.search(answer.content[-400:]) if answer.request.url.path.endswith(GRAPHQL) else None
    return (int(found[1]) - int(found[2]), int(found[1])) if found else None


def _retry_after(answer: httpx.Response) -> float:
    """Seconds; what cannot be read counts as 2, and nothing above a minute."""
    return retry_after(answer, otherwise=2.0, longest=_LONGEST_RETRY_AFTER)


def _patience(attempt: int) -> int:
    """Early retries are throttled again, so a wait that did not help grows."""
    return 1 if attempt < 3 else 2 ** (attempt - 2)


def _backoff(attempt: int, outcome: httpx.Response | httpx.RequestError) -> float:
    pause = backoff(attempt)
    if isinstance(outcome, httpx.Response) and "Retry-After" in outcome.headers:
        pause = max(pause, _retry_after(outcome))
    return pause


def _looks_whole(body: bytes) -> bool:
    """JSON ends as it began; what is not JSON at all is judged elsewhere."""
    first, last = body[:64].lstrip()[:1], body[-64:].rstrip()[-1:]
    return {b"{": b"}", b"[": b"]"}.get(first, last) == last


def _distrusted(error: httpx.RequestError) -> bool:
    return isinstance(error, httpx.ConnectError) and "CERTIFICATE_VERIFY_FAILED" in str(error)


def _cause(error: httpx.RequestError) -> str:
    match error:
        case httpx.ConnectTimeout():
            return "no connection within 10 seconds"
        case httpx.TimeoutException():
            return "nothing came for 30 seconds"
        case httpx.ProxyError():
            return "the proxy refused"
        case httpx.ConnectError():
            return "no connection: " + clean(re.sub(r"\[Errno -?\d+\] ", "", str(error)), 120)
        case httpx.DecodingError():
            return "the answer was broken"
        case _:
            return "the connection broke"
