"""What making codes takes: requests and time, and how likely random codes meet."""

from __future__ import annotations

import math
from dataclasses import dataclass

from shopinf.discounts.codes import Pattern, collision_chance
from shopinf.shopify import discounts as remote
from shopinf.words import counted

JOB_SECONDS = 5.0  # what a job of a hundred codes takes, as a guess


@dataclass(frozen=True)
class Forecast:
    """What making the codes of one store takes, with a rule for each and with shared ones."""

    store: str
    count: int
    explicit: int
    rules: int
    room: int
    leak: float

    @property
    def own(self) -> tuple[int, float]:
        """Requests and seconds with a price rule for each code."""
        requests = 2 * self.count + self.explicit + 1 if self.count else 0
        return requests, max(0.0, requests - self.room) / self.leak

    @property
    def shared(self) -> tuple[int, float]:
        """The same with one price rule for equal terms, filled by jobs."""
        jobs = math.ceil(self.count / remote.MOST_IN_JOB)
        requests = self.rules + 4 * jobs + 1 if self.count else 0
        return requests, max(jobs * JOB_SECONDS, max(0.0, requests - self.room) / self.leak)

    def facts(self) -> dict[str, object]:
        """As JSON has it."""
        kinds = (("own_rules", self.own), ("shared_rule", self.shared))
        return {"store": self.store} | {
            name: {"requests": requests, "seconds": round(seconds)} for name, (requests, seconds) in kinds
        }

    def sentences(self, pattern: Pattern, own_rules: bool) -> list[str]:
        """The same for a person, and how likely random codes meet."""
        chosen, other = (self.own, self.shared) if own_rules else (self.shared, self.own)
        ways = ("a price rule for each code", "a shared price rule")
        names = ways if own_rules else ways[::-1]
        sentences = [
            f"{self.store}: {counted(self.count, 'code')} with {names[0]} take {chosen[0]} requests and about "
            f"{_time(chosen[1])}; with {names[1]} it would be {other[0]} requests and about {_time(other[1])}."
        ]
        if pattern.signs and self.count > 1:
            chance = 100 * collision_chance(self.count, pattern.signs)
            sentences.append(
                f"{self.store}: with {pattern.signs} random signs two of {self.count} codes meet with a chance "
                f"of {chance:.2g} %; then one of them is drawn anew. The random signs shown are examples."
            )
        return sentences


def _time(seconds: float) -> str:
    return f"{max(1, round(seconds))} s" if seconds < 120 else f"{round(seconds / 60)} min"
