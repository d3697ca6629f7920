"""One piece of work for several stores at the same time, in threads that nobody waits for when a run is stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from shopinf.errors import Interrupted
from shopinf.stores import Store
from shopinf.times import Clock

T = TypeVar("T")

AT_ONCE = 40  # stores: each has a few requests under way, and a page of each is in memory
_LAST_WORDS = 0.4  # seconds; a run ends within one after Ctrl-C


def for_each(stores: Sequence[Store], work: Callable[[Store], T], clock: Clock, done: Callable[[], None]) -> list[T]:
    """What *work* makes of each store, in the order of *stores*; *done* is called after each, from its thread.

    An error of one is the error of all: the others end what they have under way and begin nothing more.
    """
    found: dict[int, T] = {}
    broken: list[BaseException] = []
    waiting, taking = iter(enumerate(stores)), threading.Lock()

    def worker() -> None:
        try:
            while not broken and not clock.stop.is_set():
                with taking:
                    place, store = next(waiting, (-1, None))
                if store is None:
                    return
                found[place] = work(store)
                done()
        except BaseException as error:
            broken.append(error)

    threads = [threading.Thread(target=worker, daemon=True) for _ in stores[:AT_ONCE]]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            while thread.is_alive():
                thread.join(0.2)  # short, so that Ctrl-C is heard
    except KeyboardInterrupt:
        _wait_a_little(threads, clock)
        raise
    if broken:
        raise broken[0]
    if len(found) < len(stores):
        raise Interrupted
    return [found[place] for place in range(len(stores))]


def _wait_a_little(threads: Sequence[threading.Thread], clock: Clock) -> None:
    """Let stopped workers write down what they have, but nobody wait for it."""
    until = clock.monotonic() + _LAST_WORDS
    for thread in threads:
        if (left := until - clock.monotonic()) > 0:
            thread.join(left)
