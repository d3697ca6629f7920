"""How a provider is called: to its own host alone, patiently, and with its refusals in our words.

A call that costs nothing is repeated when its answer is lost. One that may cost is not: what was charged for an answer
that never came would be charged again.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

from shopinf import __version__
from shopinf.errors import BadInput, CredentialsRefused, Interrupted, NoAnswer, NotAllowed
from shopinf.loopback import is_safe
from shopinf.network.masks import Mask
from shopinf.network.patience import BUDGET, NOT_CONNECTED, PASSING, TRIES, backoff, left_of, read_whole, retry_after
from shopinf.network.wire import Wire
from shopinf.plain import harmless
from shopinf.stores import Secret
from shopinf.times import Clock
from shopinf.words import counted

_LARGEST = 200 * 1024 * 1024
_LONGEST_WAIT = 3700.0  # an hourly limit ends within the hour


class OutOfCredits(NotAllowed):
    """The provider's account has no credits left."""


class LostAnswer(NoAnswer):
    """A call that may have cost something was sent, and its answer never came or cannot be read."""

    def at(self, credits: Decimal) -> LostAnswer:
        """The same, with what it may have cost."""
        words = f"{self.message}; up to {counted(credits, 'credit')} may have been charged for it"
        return LostAnswer(words, hint=self.hint)


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a provider and what came of it, told to `--verbose` and the log: no key, nothing personal."""

    source: str
    method: str
    path: str  # without what names a person
    status: int | None  # None when no answer came
    ms: int

    def __str__(self) -> str:
        return f"{self.source}: {self.method} {self.path} → {self.status or 'no answer'} in {self.ms} ms"


@dataclass(frozen=True)
class Reach:
    """What a source may reach: the wire, the clock, and where it tells of its requests."""

    wire: Wire
    clock: Clock
    trace: Callable[[Call], None]
    environ: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """A good answer, or one whose status its caller asked for."""

    status: int
    json: Any
    headers: httpx.Headers


def may_carry_keys(address: str) -> bool:
    """May a key, or what was paid for, go over *address*?"""
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        return False
    return not url.userinfo and is_safe(url.scheme, url.host)


def base_url(name: str, documented: str, environ: Mapping[str, str]) -> str:
    """Where a source answers: as its documentation says, or as SHOPINF_SOURCE_<NAME>_URL says."""
    variable = f"SHOPINF_SOURCE_{name.upper()}_URL"
    given = environ.get(variable, "").strip()
    if not given:
        return documented
    if not may_carry_keys(given):
        raise BadInput(f"{variable} is not an address that keys may be sent to", hint="Use https://, or unset it.")
    return given.rstrip("/")


class Api:
    """One provider's API at *base*; what its *headers* sign with, and *secrets*, are covered in its answers."""

    def __init__(
        self,
        title: str,
        name: str,
        base: str,
        reach: Reach,
        headers: Callable[[], Mapping[str, str]],
        *,
        every: float = 0.0,
        secrets: tuple[Secret, ...] = (),
    ) -> None:
        """*every* is the least time between two requests, in seconds, where the provider's limit is known."""
        self.title, self.name = title, name
        self._every, self._next = every, 0.0
        self._pacing = threading.Lock()
        self._base, self._reach, self._headers = base.rstrip("/"), reach, headers
        self._mask = Mask(*secrets, ours=f"{title} {self._base}")

    @property
    def clock(self) -> Clock:
        return self._reach.clock

    def call(
        self,
        method: str,
        path: str,
        *,
        shown: str | None = None,
        costs: bool = False,
        accept: tuple[int, ...] = (),
        plain: bool = False,
        **body: Any,
    ) -> Reply:
        """The answer at *path*; *shown* is what --verbose and the log may say of it.

        What is *plain* need not be JSON. What *costs* is repeated only where it surely was not carried out.
        """
        url = path if path.startswith("http") else self._base + path
        spent = 0.0
        for attempt in range(1, TRIES + 1):
            begun = self.clock.monotonic()
            outcome = self._try(method, url, shown or path, body, spent)
            spent += self.clock.monotonic() - begun
            reply = self._reply(outcome, accept, plain=plain)
            if reply is not None:
                return reply
            if attempt == TRIES or spent >= BUDGET or not _may_repeat(outcome, costs=costs):
                raise self._end(outcome, costs=costs)
            spent += self._rest(outcome, attempt)
        raise AssertionError("unreachable")

    def _try(
        self, method: str, url: str, shown: str, body: Mapping[str, Any], spent: float
    ) -> httpx.Response | httpx.RequestError:
        if self.clock.stop.is_set():
            raise Interrupted
        self._pace()
        signed = self._headers()
        self._mask.add(*(Secret(value.rpartition(" ")[2]) for value in signed.values()))
        headers = {"Accept": "application/json", "User-Agent": f"shopinf/{__version__}", **signed}
        request = httpx.Request(method, url, headers=headers, extensions={"timeout": left_of(spent)}, **body)
        begun = self.clock.monotonic()
        outcome: httpx.Response | httpx.RequestError
        try:
            answer = self._reach.wire.send(request)
            content = read_whole(
                answer,
                request,
                most=_LARGEST,
                monotonic=self.clock.monotonic,
                deadline=begun + max(BUDGET - spent, 1.0),
                too_large=NoAnswer(
                    f"{self.title} sent an answer of more than {_LARGEST >> 20} MB",
                    hint="Run the same command again later.",
                ),
            )
            kept = [pair for pair in answer.headers.raw if pair[0].lower() != b"content-encoding"]
            content = self._mask.body(content, strictly=answer.status_code >= 300)
            kept = self._mask.headers(kept)
            outcome = httpx.Response(answer.status_code, headers=kept, content=content, request=request)
        except httpx.RequestError as error:
            if self.clock.stop.is_set():
                raise Interrupted from None
            outcome = error
        status = outcome.status_code if isinstance(outcome, httpx.Response) else None
        ms = round((self.clock.monotonic() - begun) * 1000)
        self._reach.trace(Call(self.name, method, harmless(shown), status, ms))
        return outcome

    def _pace(self) -> None:
        """Wait for this request's turn, so that the provider need not refuse it."""
        if not self._every:
            return
        with self._pacing:
            now = self.clock.monotonic()
            turn = max(self._next, now)
            self._next = turn + self._every
        if turn > now:
            self.clock.wait(turn - now)

    def _rest(self, outcome: httpx.Response | httpx.RequestError, attempt: int) -> float:
        """Wait, after a 429 as long as the provider says, else longer each time; returns what that takes of the budget.

        Waiting for a provider's limit takes nothing of it.
        """
        if not isinstance(outcome, httpx.Response) or outcome.status_code != 429:
            pause = backoff(attempt)
            self.clock.wait(pause)
            return pause
        pause = 2.0 ** (attempt - 1)
        if told := retry_after(outcome, otherwise=0.0, longest=_LONGEST_WAIT):
            pause = max(pause, told)
        elif reset := _seconds(outcome.headers.get("X-RateLimit-Reset")):
            left = reset - self.clock.now().timestamp() if reset > 1e9 else reset
            pause = max(pause, left + 1.0)
        self.clock.wait(min(pause, _LONGEST_WAIT))
        return 0.0

    def _reply(
        self, outcome: httpx.Response | httpx.RequestError, accept: tuple[int, ...], *, plain: bool
    ) -> Reply | None:
        """A good answer; None for any other."""
        if not isinstance(outcome, httpx.Response):
            return None
        asked_for = outcome.status_code in accept
        if not (asked_for or 200 <= outcome.status_code < 300):
            return None
        try:
            parsed = json.loads(outcome.content, parse_float=Decimal)
        except (ValueError, RecursionError):
            return Reply(outcome.status_code, outcome.text, outcome.headers) if plain or asked_for else None
        if not isinstance(parsed, (dict, list)) and not (plain or asked_for):
            return None
        return Reply(outcome.status_code, parsed, outcome.headers)

    def _end(self, outcome: httpx.Response | httpx.RequestError, *, costs: bool) -> Exception:
        if isinstance(outcome, httpx.RequestError):
            return self._unreached(outcome, costs=costs and not isinstance(outcome, NOT_CONNECTED))
        if outcome.status_code < 300:
            kind = LostAnswer if costs else NoAnswer
            return kind(f"{self.title} sent an answer that cannot be read", hint="Run the same command again later.")
        return self.problem(outcome)

    def problem(self, answer: httpx.Response) -> Exception:
        """What a refusal means, as one of our errors; the provider's own words are quoted, never ours to it."""
        code, words = _words(answer)
        said = f" ({words})" if words else ""
        match answer.status_code:
            case 402:
                return self.out_of_credits()
            case _ if "credit" in code or code == "limit exceeded":
                return self.out_of_credits()
            case 401:
                return self.refused(said)
            case _ if code == "feature_not_available":
                return NotAllowed(
                    f"The {self.title} account may not use this{said}", hint=f"Ask {self.title} what the plan includes."
                )
            case 403:
                return self.refused(said)
            case 429:
                return NoAnswer(
                    f"{self.title} goes on saying that it was asked too often",
                    hint="Run the same command again later; what was found is kept.",
                )
            case status if 300 <= status < 400:
                return NoAnswer(
                    f"{self.title} sends us to another address, and keys do not go there",
                    hint="Look whether a proxy is in between: shopinf doctor",
                )
            case status if status >= 500:
                return NoAnswer(
                    f"{self.title} answered {status} after {TRIES} tries",
                    hint="Run the same command again later; what was found is kept.",
                )
            case status:
                return NoAnswer(
                    f"{self.title} answered {status}{said}",
                    hint="Run the same command again; tell us if it stays.",
                )

    def out_of_credits(self) -> OutOfCredits:
        return OutOfCredits(
            f"The {self.title} account has no credits left",
            hint=f"Top it up at {self.title}, then run the same command again: what was paid for is kept.",
        )

    def refused(self, said: str = "") -> CredentialsRefused:
        return CredentialsRefused(
            f"{self.title} does not accept the key{said}", hint=f"shopinf sources connect {self.name}"
        )

    def _unreached(self, error: httpx.RequestError, *, costs: bool) -> NoAnswer:
        kind = LostAnswer if costs else NoAnswer
        what = "did not answer in time" if isinstance(error, httpx.TimeoutException) else "cannot be reached"
        return kind(f"{self.title} {what}", hint="Check the network: shopinf doctor. Then run the same command again.")


def _may_repeat(outcome: httpx.Response | httpx.RequestError, *, costs: bool) -> bool:
    if isinstance(outcome, httpx.Response):
        refused = outcome.status_code == 429 or outcome.status_code in PASSING
        return refused or (outcome.status_code < 300 and not costs) or _words(outcome)[0] == "retry_later"
    return not costs or isinstance(outcome, NOT_CONNECTED)


def _seconds(text: str | None) -> float:
    try:
        return max(float(text or 0), 0.0)
    except ValueError:
        return 0.0


def _words(answer: httpx.Response) -> tuple[str, str]:
    """The provider's code, and its sentence without anything that looks like an address or a key."""
    try:
        body = json.loads(answer.content)
    except (ValueError, RecursionError):
        return "", ""
    if not isinstance(body, dict):
        return "", ""
    code = str(body.get("code") or body.get("error") or "").casefold()
    detail = body.get("message") or body.get("detail") or body.get("error_description") or ""
    if isinstance(detail, list):
        detail = "; ".join(str(each.get("msg", "")) for each in detail if isinstance(each, dict))
    text = harmless(str(detail))[:200].strip().rstrip(".")
    return code, re.sub(r"\S+@\S+|[\w-]{20,}", "…", text)


def credits_in(body: Any) -> Decimal | None:
    """The credits that are left, wherever an account's facts have them."""
    if isinstance(body, dict):
        for key, value in body.items():
            name = str(key).casefold()
            number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
            if number and "credit" in name and "used" not in name and "spent" not in name:
                return Decimal(str(value))
        return next((found for value in body.values() if (found := credits_in(value)) is not None), None)
    return None


def text_of(body: Any, *keys: str) -> str | None:
    """The first of *keys* that holds something, as text."""
    for key in keys:
        value = body.get(key) if isinstance(body, dict) else None
        if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
            return harmless(str(value)).strip()
    return None


def count_of(body: Any, *keys: str) -> int | None:
    """The first of *keys* that is a number, whole."""
    for key in keys:
        value = body.get(key) if isinstance(body, dict) else None
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool) and value >= 0:
            return int(value)
    return None
