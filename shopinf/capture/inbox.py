"""Between many requests and one ledger: an event is first on this machine's disk, then in the ledger.

Events that arrive together are written in one transaction, on the disk as in the ledger. A request waits for the disk,
and for the ledger only while that is quick: it may be locked, gone or out of reach, and is then left to the thread that
takes events in, which tries again until it can.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from enum import Enum
from types import TracebackType

from shopinf.capture.waiting import Waiting
from shopinf.errors import MachineProblem, ShopinfError
from shopinf.livecapture import Arrived, Taken

Take = Callable[[], Taken]  # takes in what waits, as much as is taken at once, and says how far it came

AT_ONCE = 500
PATIENCE = 2.0  # seconds in which a ledger that is well has written an event
MOST_WAITING = 16  # requests that wait for the ledger at once; the others leave the event on the disk
_ENDING = 0.5  # seconds for the last events to get into the ledger; what does not waits on the disk for the next run
_AGAIN = 1.0  # seconds between two tries
_IDLE = 60.0  # seconds without an event after which the ledger is looked after all the same


class Outcome(Enum):
    """What came of an event that was brought."""

    TAKEN = "taken"  # it is in the ledger
    WAITS = "waits"  # it is on the disk
    REFUSED = "refused"  # its store has no room


class _Ticket:
    """One event on its way."""

    def __init__(self, arrived: Arrived) -> None:
        self.arrived = arrived
        self.written = threading.Event()
        self.settled = threading.Event()
        self.outcome = Outcome.WAITS
        self.error: ShopinfError | None = None


class Inbox:
    """Threads for the disk and for the ledger; use it as a context manager, and all that was brought is written."""

    def __init__(
        self,
        waiting: Waiting,
        take: Take,
        *,
        lost: Callable[[ShopinfError], None],
        away: Callable[[ShopinfError], None],
        relieved: Callable[[int], None],
    ) -> None:
        """*lost* hears why events are not even on the disk, *away* why they wait there, *relieved* how many did."""
        self._waiting, self._take = waiting, take
        self._lost, self._gone_away, self._relieved = lost, away, relieved
        self._arrived: list[_Ticket] = []
        self._queued: dict[int, _Ticket] = {}  # by number, those whose request still waits
        self._change = threading.Condition()
        self._news = self._closed = self._ending = False
        self._away = True  # until the ledger was asked for the first time
        self._late = waiting.total  # how many were left on the disk since then
        self.tried = threading.Event()  # the ledger was asked once, whatever it said
        self._threads = [
            threading.Thread(target=work, name=name, daemon=True)
            for name, work in (("queue", self._write), ("leads", self._take_in))
        ]

    def bring(self, arrived: Arrived) -> Outcome:
        """Returns when it is in the ledger, or on the disk where that is slow; raises when it is on neither."""
        ticket = _Ticket(arrived)
        with self._change:
            if self._closed:
                raise MachineProblem("the collector is being closed")
            self._arrived.append(ticket)
            self._change.notify_all()
        ticket.written.wait()
        if ticket.error is not None:
            raise ticket.error
        if not ticket.settled.wait(PATIENCE):
            with self._change:
                self._set_away()
        return ticket.outcome

    def __enter__(self) -> Inbox:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._change:
            self._closed = True
            self._change.notify_all()
        self._threads[0].join()
        with self._change:
            self._ending = True
            self._change.notify_all()
        self._threads[1].join(_ENDING)

    # onto the disk

    def _write(self) -> None:
        while True:
            with self._change:
                while not self._arrived and not self._closed:
                    self._change.wait()
                batch, self._arrived = self._arrived[:AT_ONCE], self._arrived[AT_ONCE:]
            if not batch:
                return
            self._queue(batch)

    def _queue(self, batch: Sequence[_Ticket]) -> None:
        try:
            # Under the guard, so that the other thread does not come upon a number before its request is known by it.
            with self._change:
                numbers = self._waiting.put([ticket.arrived for ticket in batch])
                for seq, ticket in zip(numbers, batch, strict=True):
                    if self._away or len(self._queued) >= MOST_WAITING:
                        self._late += self._away
                        ticket.settled.set()
                    else:
                        self._queued[seq] = ticket
                self._news = True
                self._change.notify_all()
        except ShopinfError as error:
            self._fail(batch, error)
        except Exception as error:  # whatever it was, those who wait must hear of it, and the next batch be tried
            self._fail(batch, MachineProblem(f"events could not be written ({type(error).__name__})"))
        for ticket in batch:
            ticket.written.set()

    def _fail(self, batch: Sequence[_Ticket], error: ShopinfError) -> None:
        self._lost(error)
        for ticket in batch:
            ticket.error = error

    # into the ledger

    def _take_in(self) -> None:
        pause = 0.0
        while True:
            with self._change:
                if pause:
                    self._change.wait_for(lambda: self._ending, pause)
                elif not self._news and not self._ending and self.tried.is_set():
                    self._change.wait_for(lambda: self._news or self._ending, _IDLE)
                ending, self._news = self._ending, False
            pause = 0.0 if self._took() else _AGAIN
            self.tried.set()
            if ending:
                return

    def _took(self) -> bool:
        """Take in all that waits; False where the ledger did not let itself be written."""
        try:
            while (taken := self._take()).count:
                self._settle(taken)
            self._settle(taken)
        except Exception as error:
            problem = error if isinstance(error, ShopinfError) else None
            self._gone_away(problem or MachineProblem(f"leads could not be written ({type(error).__name__})"))
            with self._change:
                self._set_away()
            return False
        return True

    def _settle(self, taken: Taken) -> None:
        with self._change:
            for seq in [seq for seq in self._queued if seq <= taken.mark]:
                ticket = self._queued.pop(seq)
                ticket.outcome = Outcome.REFUSED if seq in taken.refused else Outcome.TAKEN
                ticket.settled.set()
            late, self._late = (self._late, 0) if self._away and not taken.count else (0, self._late)
            if not taken.count:
                self._away = False
        if late:
            self._relieved(late)

    def _set_away(self) -> None:
        """Have nobody wait for the ledger until it has been written again; under the guard."""
        self._away = True
        self._late += len(self._queued)
        for ticket in self._queued.values():
            ticket.settled.set()
        self._queued.clear()
