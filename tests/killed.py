"""A machine that is killed while its request is on the way to the store, which gets it all the same."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from bench import PracticeWire, StillClock


class Killed(BaseException):
    """The machine is gone in this moment."""


class Road(PracticeWire):
    """The way from every machine to the stores, on which a request can outlive the machine that sent it."""

    def __init__(self, wire: PracticeWire, clock: StillClock) -> None:
        super().__init__()
        self.stores = wire.stores
        self._clock = clock
        self._deadly: tuple[str, str] | None = None
        self._left, self._late = 0, 0.0
        self._dead = False
        self._under_way: list[tuple[float, httpx.Request]] = []
        self._guard = threading.RLock()

    @contextmanager
    def killed_at(self, method: str, path: str, *, late: float, time: int = 1) -> Iterator[None]:
        """A block whose run is killed at its request for a *path* that ends so, the first time or a later one.

        The request arrives *late* seconds afterwards; what else the run sends is never heard of.
        """
        self._deadly, self._left, self._late = (method, path), time, late
        with pytest.raises(Killed):
            yield
        self._deadly, self._dead = None, False

    def send(self, request: httpx.Request) -> httpx.Response:
        with self._guard:
            self.arrive()
            if self._dead:
                raise Killed
            if self._deadly and self._deadly[0] == request.method and request.url.path.endswith(self._deadly[1]):
                self._left -= 1
                if not self._left:
                    self._dead = True
                    self._under_way.append((self._clock.monotonic() + self._late, request))
                    self.arrive()
                    raise Killed
        return super().send(request)

    def arrive(self) -> None:
        """Let the stores have what is due by now."""
        with self._guard:
            due = [each for each in self._under_way if each[0] <= self._clock.monotonic()]
            self._under_way = [each for each in self._under_way if each not in due]
            for _, request in due:
                super().send(request)
