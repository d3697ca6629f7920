"""Between many requests and one ledger: events that arrive together are written in one transaction.

A request is answered when its event is committed, not before; so an event that was acknowledged is never lost.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from types import TracebackType

from shopinf.errors import MachineProblem, ShopinfError
from shopinf.livecapture import Lead

Arrived = tuple[int, Lead]  # the store's number and who was heard of
Keep = Callable[[Sequence[Arrived]], object]  # writes all of them down, or none, and raises

_AT_ONCE = 500


class _Ticket:
    """One event on its way into the ledger."""

    def __init__(self, arrived: Arrived) -> None:
        self.arrived = arrived
        self.settled = threading.Event()
        self.error: ShopinfError | None = None


class Inbox:
    """One thread writes what the others bring; use it as a context manager, and all that was brought is written."""

    def __init__(self, keep: Keep, *, complain: Callable[[ShopinfError], None]) -> None:
        self._keep, self._complain = keep, complain
        self._waiting: list[_Ticket] = []
        self._change = threading.Condition()
        self._closed = False
        self._writer = threading.Thread(target=self._write, name="leads", daemon=True)

    def bring(self, arrived: Arrived) -> None:
        """Returns when it is committed; raises when it could not be."""
        ticket = _Ticket(arrived)
        with self._change:
            if self._closed:
                raise MachineProblem("the collector is being closed")
            self._waiting.append(ticket)
            self._change.notify()
        ticket.settled.wait()
        if ticket.error is not None:
            raise ticket.error

    def __enter__(self) -> Inbox:
        self._writer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._change:
            self._closed = True
            self._change.notify()
        self._writer.join()

    def _write(self) -> None:
        while True:
            with self._change:
                while not self._waiting and not self._closed:
                    self._change.wait()
                batch, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
            if not batch:
                return
            error = self._written([ticket.arrived for ticket in batch])
            for ticket in batch:
                ticket.error = error
                ticket.settled.set()

    def _written(self, batch: Sequence[Arrived]) -> ShopinfError | None:
        try:
            self._keep(batch)
        except ShopinfError as error:
            self._complain(error)
            return error
        except Exception as error:  # whatever it was, those who wait must hear of it, and the next batch be tried
            problem = MachineProblem(f"leads could not be written ({type(error).__name__})")
            self._complain(problem)
            return problem
        return None
