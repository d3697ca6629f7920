"""Records that a store sent and that cannot be read: each is named, and costs none of the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from shopinf.errors import NoAnswer, PartlyDone
from shopinf.results import Failure
from shopinf.words import agreeing, counted, few


@dataclass(frozen=True, slots=True)
class Unread:
    """A record that cannot be read: what it is called, and where it is odd."""

    kind: str  # orders, customers, …
    record_id: int | None
    name: str | None
    place: str  # "line_items.0.quantity"; never what stands there
    created_at: datetime | None = None
    index: int = 0  # on its page

    @property
    def called(self) -> str:
        """As a person would look for it: `order #1001 (id 4711)`."""
        kind = self.kind.removesuffix("s").replace("_", " ")
        id = f"id {self.record_id}" if self.record_id else "without an id"
        return f"{kind} {self.name} ({id})" if self.name else f"{kind} {id}"

    @property
    def problem(self) -> str:
        return f"cannot be read (at {self.place})"


def failures(store_name: str, unread: Iterable[Unread]) -> list[Failure]:
    """What is said of *unread* beside an answer."""
    return [Failure(store_name, each.called, each.problem, NoAnswer.code) for each in unread]


def settle(unread: Iterable[Unread], hint: str) -> None:
    """End the run as partly done when some records could not be read; called after the rest was shown."""
    if found := list(unread):
        named = few([each.called for each in found], 3)
        what = f"{counted(len(found), 'record')} {agreeing(len(found), 'was', 'were')} set aside"
        raise PartlyDone(f"{what}: {named} cannot be read", hint=hint)
