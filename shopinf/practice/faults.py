"""What can go wrong on purpose: switches and one-shot plans, read by the app at each request."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Match = str | Callable[[str, str], bool]
Kind = Literal["fail", "throttle", "drop_before", "drop_after", "hang"]

BAD_GATEWAY = (
    "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"
)
_SWITCHES = {"frozen", "locked", "security", "unauthorized", "forbidden", "pcd", "non_expiring_refused"}


class ConnectionDropped(ConnectionError):
    """The connection died; in memory this is raised, over a socket the socket is closed too."""


@dataclass
class Plan:
    """One thing that will happen to the next *times* requests that match; *times* None is for good."""

    kind: Kind
    match: Match
    times: int | None = 1
    status: int = 502
    body: str | dict[str, Any] = BAD_GATEWAY
    seconds: float = 0.0
    retry_after: str = "2.0"
    with_header: bool = False

    def meets(self, method: str, path: str) -> bool:
        """Tell whether this plan is for that request.

        Text is ``"GET orders.json"``: a method (or none, for any) and the beginning of the path, either below the
        version or from the root.
        """
        if callable(self.match):
            return self.match(method, path)
        wanted, _, start = self.match.rpartition(" ")
        if wanted and wanted != method:
            return False
        return path.startswith(start) if start.startswith("/") else below_version(path).startswith(start)


def below_version(path: str) -> str:
    """Give the path below ``/admin/api/{version}/``, or below the root."""
    parts = path.split("/", 4)
    return parts[4] if len(parts) == 5 and parts[1:3] == ["admin", "api"] else path.lstrip("/")


class Faults:
    """The store's troubles. A switch set to True stands until it is set to False; :meth:`once` makes it one-shot.

    * ``frozen`` 402, ``locked`` 423, ``security`` 430 (HTML), ``unauthorized`` 401, ``forbidden`` 403
    * ``pcd``: orders, customers and drafts are refused for protected customer data
    * ``redact``: "null" or "missing": personal fields are emptied or left out
    * ``fall_forward``: another version answers than was asked for; products are then called deprecated
    * ``deprecated_calls``: the rows of deprecated_api_calls.json
    * ``non_expiring_refused``: 403 for tokens that do not expire
    * ``oauth``: the token endpoint refuses with this code; ``oauth_as_json`` writes it as JSON
    * ``token_life``: seconds a client-credentials token lives
    * ``batch_busy``: for so many seconds from now another app's code job is running
    * ``batch_fail``: codes that a job fails to make; ``script_tags_closed``: creating a tag is refused
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._plans: list[Plan] = []
        self._left: dict[str, int] = {}
        self._random: tuple[float, random.Random, Sequence[int]] | None = None
        self._busy_until: float | None = None
        self._expire: Callable[[], None] = lambda: None
        self.frozen = False
        self.locked = False
        self.security = False
        self.unauthorized = False
        self.forbidden = False
        self.pcd = False
        self.non_expiring_refused = False
        self.redact: Literal["null", "missing"] | None = None
        self.fall_forward: str | None = None
        self.deprecated_calls: list[dict[str, Any]] = []
        self.oauth: str | None = None
        self.oauth_as_json = False
        self.token_life = 86399
        self.batch_fail: set[str] = set()
        self.script_tags_closed = True

    def once(self, switch: str, times: int = 1) -> None:
        """Turn a switch on for the next *times* requests that meet it."""
        if switch not in _SWITCHES:
            raise ValueError(f"{switch} is not a switch; one of {', '.join(sorted(_SWITCHES))}")
        self._left[switch] = times

    def meets(self, switch: str) -> bool:
        """Tell whether a switch is on, and use up one of its shots."""
        if getattr(self, switch):
            return True
        left = self._left.get(switch, 0)
        if left:
            self._left[switch] = left - 1
        return left > 0

    @property
    def batch_busy(self) -> float:
        """Seconds for which another app's job keeps the shop's only place."""
        return max(0.0, (self._busy_until or 0.0) - self._monotonic()) if self._busy_until is not None else 0.0

    @batch_busy.setter
    def batch_busy(self, seconds: float) -> None:
        self._busy_until = self._monotonic() + seconds

    def fail(
        self, match: Match, status: int = 502, body: str | dict[str, Any] = BAD_GATEWAY, times: int | None = 1
    ) -> None:
        """Answer *status* instead of carrying the request out; a dict is sent as JSON, text as HTML."""
        self._plans.append(Plan("fail", match, times, status=status, body=body))

    def throttle(
        self, match: Match, retry_after: str = "2.0", times: int | None = 1, with_header: bool = False
    ) -> None:
        """Answer 429; *with_header* adds the call-limit header, not full, as resource throttles do."""
        self._plans.append(Plan("throttle", match, times, retry_after=retry_after, with_header=with_header))

    def drop_before(self, match: Match, times: int | None = 1) -> None:
        """Let the connection die before the request is carried out."""
        self._plans.append(Plan("drop_before", match, times))

    def drop_after(self, match: Match, times: int | None = 1) -> None:
        """Let the connection die after the request took effect, before the answer."""
        self._plans.append(Plan("drop_after", match, times))

    def hang(self, match: Match, seconds: float, times: int | None = 1) -> None:
        """Be silent for *seconds* before going on."""
        self._plans.append(Plan("hang", match, times, seconds=seconds))

    def random(
        self, rate: float, rng: random.Random | None = None, statuses: Sequence[int] = (500, 502, 503, 504)
    ) -> None:
        """Fail any request at *rate* (0 to 1) before it is carried out; 0 ends it."""
        self._random = (rate, rng or random.Random(0), tuple(statuses)) if rate else None

    def expire_tokens(self) -> None:
        """Let every client-credentials token expire now."""
        self._expire()

    def clear(self) -> None:
        """Forget all plans, switches and random trouble."""
        expire = self._expire
        self.__init__(self._monotonic)  # type: ignore[misc]
        self._expire = expire

    def next(self, kind: Kind, method: str, path: str) -> Plan | None:
        """Take the first plan of *kind* for that request, using up one of its times."""
        for plan in self._plans:
            if plan.kind == kind and plan.meets(method, path):
                if plan.times is not None:
                    plan.times -= 1
                    if plan.times <= 0:
                        self._plans.remove(plan)
                return plan
        return None

    def roll(self) -> int | None:
        """Give the status of a random failure, or None when this request is spared."""
        if self._random is None:
            return None
        rate, rng, statuses = self._random
        return rng.choice(statuses) if rng.random() < rate else None
