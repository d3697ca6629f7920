"""The ways by which reports leave, and what each of them is opened with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Via(StrEnum):
    """By mail, or into a channel."""

    SMTP = "smtp"
    SLACK = "slack"


@dataclass(frozen=True, slots=True)
class Way:
    """A way that reports go, as people should know it before anything is sent by it."""

    via: Via
    title: str
    fields: tuple[str, ...]  # without these it does not work
    more: tuple[str, ...]  # what may be said besides
    hidden: frozenset[str]  # of all these, what nobody may see while it is typed

    @property
    def every(self) -> tuple[str, ...]:
        return (*self.fields, *self.more)


WAYS = {
    Via.SMTP: Way(Via.SMTP, "mail", ("HOST",), ("PORT", "USER", "PASSWORD", "FROM"), frozenset({"PASSWORD"})),
    Via.SLACK: Way(Via.SLACK, "Slack", ("URL",), (), frozenset({"URL"})),
}


@dataclass(frozen=True, slots=True)
class Passage:
    """One mail or message and what came of it, as --verbose and the log may tell it: no key, nothing personal."""

    source: str
    method: str
    path: str
    status: int | None  # None when no answer came
    ms: int

    def __str__(self) -> str:
        return f"{self.source}: {self.method} {self.path} → {self.status or 'no answer'} in {self.ms} ms"
