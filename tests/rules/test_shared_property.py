"""What several stores' threads share is made once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from shopinf.sharedproperty import shared_property


class Shelf:
    def __init__(self) -> None:
        self.made = 0
        self.begun = threading.Barrier(8)

    @shared_property
    def book(self) -> object:
        """A book."""
        self.made += 1
        return object()


def test_whichever_thread_needs_it_first_all_get_the_same_one() -> None:
    shelf = Shelf()

    def take(_: int) -> object:
        shelf.begun.wait(10)
        return shelf.book

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(take, range(8)))) == 1
    assert shelf.made == 1
    assert "book" in vars(shelf), "it is known whether it was made"
