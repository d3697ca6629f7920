"""What the writers to a store know of doubt, so that none of them makes a thing twice.

A request is noted in the ledger, with when and by which run, before it goes out; and it does not go out long after
that. When its answer is lost, or the run is killed, it may still take effect. What is found in the store is ours. What
is not found may be under way, so it is looked for again once its time is over, and then once more, before anything is
sent anew.

Its time depends on who sent it. This run noticed when the answer was lost. Another run of this machine has ended, for
its lock is ours now. But where a team shares the ledger, a run on another machine may have lost its lock and not know
it yet: then its request is given all the time that it can have.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from shopinf.errors import NoAnswer, ShopinfError
from shopinf.words import counted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.shopify.client import Shop
    from shopinf.stores import Store
    from shopinf.times import Clock

# How long a request can take effect after the run that sent it noticed that its answer is lost, or was ended: 30 s for
# the call, and the way there.
IN_FLIGHT = timedelta(seconds=40)
# How long after it was noted it can take effect at all; it may have waited for the rate limit first.
LATEST = timedelta(minutes=5)
SECOND_LOOK = 4.0  # seconds; a store's answers may lag behind its writes
IN_A_ROW = 8  # failures without one success: the store has a trouble that going on would not help

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Noted:
    """What the ledger says of a request that is in doubt: when it was noted, and by which run."""

    at: datetime | None
    run: str | None  # None where an earlier shopinf noted it


class Writer(Protocol[T]):
    """Who writes things of one kind to a store, and knows how to find them there."""

    def now(self, things: Sequence[T]) -> list[T]:
        """*things* as the ledger has them now."""

    def noted(self, thing: T) -> Noted:
        """When its last request was noted, and by whom."""

    def look(self, things: Sequence[T], *, last: bool) -> list[T]:
        """Take what is in the store for ours; returns those of which it has nothing new, looked for well if *last*."""


class Doubt(Generic[T]):
    """The doubt about one writer's requests to one store; made when the store's writing lock is held."""

    def __init__(self, desk: Desk, store: Store, shop: Shop, writer: Writer[T]) -> None:
        self._desk, self._store, self._shop, self._writer = desk, store, shop, writer
        self._clock = shop.clock
        self._begun = shop.clock.now()
        self._row = 0

    def see_through(
        self, lost: Sequence[T], go_on: Callable[[Sequence[T]], list[T]], *, noun: str, rounds: int
    ) -> None:
        """Find out about *lost*, things whose answers were lost, and *go_on* with them until none is lost any more.

        *go_on* returns those whose answers are lost again. It ends after so many *rounds* without one less of them.
        """
        idle = 0
        while lost and idle < rounds:
            before = len(lost)
            self.settle(self._writer.now(lost))
            lost = go_on(self._writer.now(lost))
            idle = idle + 1 if len(lost) == before else 0
        if lost:
            raise NoAnswer(
                f"{self._store.name} lost the answers to {counted(len(lost), noun)} again and again",
                hint="Run the same command again later: it does only what is missing.",
            )

    def settle(self, things: Sequence[T]) -> None:
        """Find out what the store has of *things*, which are in doubt; the rest can be sent anew afterwards."""
        noticed = self._clock.now()
        left = self._writer.look(things, last=False) if things else []
        if not left:
            return
        over = max(self._over(self._writer.noted(thing), noticed) for thing in left)
        wait = (over - self._clock.now()).total_seconds()
        if wait > 0:
            self._desk.out.say(
                f"{counted(len(left), 'request')} to {self._store.name} had no answer and may still take effect; "
                f"looking again in {wait:.0f} s"
            )
            self._clock.wait(wait)
            left = self._writer.look(left, last=False)
        if left:
            self._clock.wait(SECOND_LOOK)
            self._writer.look(left, last=True)

    def in_time(self, noted: datetime) -> AbstractContextManager[None]:
        """A block in which a request that was *noted* then goes out in time, or not at all and counts as lost."""
        return self._shop.until(noted + LATEST - IN_FLIGHT)

    def watch(self, error: ShopinfError | None) -> None:
        """Hear what came of one thing; of failures one after another the last is raised: something else is wrong."""
        self._row = self._row + 1 if error is not None else 0
        if error is not None and self._row >= IN_A_ROW:
            raise error

    def _over(self, noted: Noted, noticed: datetime) -> datetime:
        """From when on a request that has not taken effect never will."""
        sent = noted.at or noticed
        if noted.run == self._desk.ledger.run:
            return min(sent + LATEST, noticed + IN_FLIGHT)
        if not self._desk.ledger.shared:
            return min(sent + LATEST, self._begun + IN_FLIGHT)
        # It held the lock when it last asked, which was before we took it, whatever its clock said. And if its clock is
        # ahead of ours, it was noted when we began at the latest.
        return max(min(sent, self._begun) + LATEST, self._begun + IN_FLIGHT)


def together(shop: Shop) -> int:
    """How many requests at once keep the store's bucket busy, yet so few that none waits long for its turn."""
    return max(2, shop.bucket.size // 10)


def looked_for(find: Callable[[], T | None], clock: Clock, *, looks: int = 2) -> T | None:
    """What *find* finds; what seems not to be there is looked for again, for an answer may lag behind a write."""
    for look in range(looks):
        if look:
            clock.wait(SECOND_LOOK)
        if (found := find()) is not None:
            return found
    return None
