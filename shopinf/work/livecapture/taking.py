"""Events that wait on this machine's disk, into the ledger: each of them once, and into the ledger that is there now.

Who asked to be forgotten, and a store that was left, are erased from what waits as well.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from shopinf.capture.collector import FULL, Site
from shopinf.capture.inbox import AT_ONCE
from shopinf.capture.waiting import Waiting
from shopinf.errors import MachineProblem
from shopinf.livecapture import Arrived, Bounds, Taken, origins
from shopinf.stores import Store

if TYPE_CHECKING:
    from shopinf.desk import Desk

_ASK = 60.0  # seconds
_PURGE = timedelta(hours=1).total_seconds()

Sites = dict[str, Site]


@contextmanager
def waiting_at(desk: Desk, *, make: bool = False) -> Iterator[Waiting | None]:
    """What waits on this machine, while the block runs; None where no collector ever ran, unless it is to be made."""
    file = desk.places.waiting_file
    if not make and not file.exists():
        yield None
        return
    if make:
        desk.places.make()
    with closing(Waiting(file, desk.clock.now)) as waiting:
        yield waiting


class Taking:
    """Takes in what waits, when it is called; from one thread.

    It has *known* ask first which keys the stores have. The ledger is let go of when it fails, and when there is
    another file in its place: what is written to one that was moved away is lost.
    """

    def __init__(self, desk: Desk, waiting: Waiting, bounds: Bounds, known: Callable[[], None] = lambda: None) -> None:
        self._desk, self._waiting, self._bounds, self._known = desk, waiting, bounds, known
        self._file: tuple[int, int] | None = None  # what identifies the ledger's file
        self._batch: Sequence[tuple[int, Arrived]] = ()
        self._taken: Taken | None = None
        self._asked: float | None = None
        self._purged = -_PURGE

    def __call__(self) -> Taken:
        self._let_go()
        try:
            self._look_at_file()
            self._ask()
            self._purge()
            taken = self._desk.ledger.leads.take(self._waiting.id, self._fetch, self._bounds)
        except Exception:
            self._desk.let_go_of_ledger()
            raise
        if self._file is None:  # it was made by this
            self._look_at_file()
        if taken.count or self._waiting.total:  # also what a run that was killed in between had taken in
            self._taken = taken
        if not taken.count:
            self._let_go()
        return taken

    def _fetch(self, mark: int) -> Sequence[tuple[int, Arrived]]:
        self._batch = self._waiting.after(mark, AT_ONCE)
        return self._batch

    def _let_go(self) -> None:
        """Remove what the last call took in; not in that call, since whoever brought it waits for that."""
        if taken := self._taken:
            full = Counter((each.at.date(), each.shop_id, FULL) for seq, each in self._batch if seq in taken.refused)
            self._waiting.remove(taken.mark, full)
            self._taken = None

    def _look_at_file(self) -> None:
        if self._desk.config.ledger_url:
            return
        file = self._desk.places.ledger_file
        try:
            found = os.stat(file)
        except FileNotFoundError:
            if self._file is not None:
                raise MachineProblem(
                    f"The ledger {file} is gone",
                    hint="Put back a copy with shopinf ledger import FILE; events wait until then. Without a copy, any "
                    "other command begins a new one.",
                ) from None
        except OSError as error:
            raise MachineProblem(
                f"The ledger {file} cannot be opened: {error.strerror or error}", hint="shopinf doctor tells more."
            ) from None
        else:
            if self._file not in (None, (found.st_dev, found.st_ino)):
                self._desk.let_go_of_ledger()
                self._asked = None
            self._file = (found.st_dev, found.st_ino)

    def _ask(self) -> None:
        """Have the keys asked for, now and then: another ledger may come into the place of this one."""
        now = self._desk.clock.monotonic()
        if self._asked is None or now - self._asked >= _ASK:
            self._known()
            self._asked = now

    def _purge(self) -> None:
        """Erase what is too old to be kept, now and then."""
        now = self._desk.clock.monotonic()
        if now - self._purged >= _PURGE:
            self._waiting.expire(self._bounds.days)
            self._desk.ledger.leads.purge()
            self._purged = now


def sites_of(desk: Desk, stores: Sequence[Store], waiting: Waiting, more: Sequence[str] = ()) -> Sites:
    """The stores by public key, asked of the ledger, and remembered; former keys go on being listened to.

    A ledger that is new has no keys, while the scripts in the storefronts have one: it is given that.
    """
    former = {shop_id: key for key, shop_id in waiting.remembered().items()}
    leads, ids = desk.ledger.leads, [store.shop_id for store in stores]
    # Reading comes first: a ledger that another program writes to can be read.
    found = {(leads.capture(each) or leads.open(each, key=former.get(each))).key: each for each in ids}
    waiting.remember(found)
    return remembered_sites(stores, waiting, more)


def remembered_sites(stores: Sequence[Store], waiting: Waiting, more: Sequence[str] = ()) -> Sites:
    """The stores by those public keys that were heard of on this machine, each with the origins of its own pages."""
    pages = {store.shop_id: origins_of(store, more) for store in stores}
    return {key: Site(shop_id, pages[shop_id]) for key, shop_id in waiting.remembered().items() if shop_id in pages}


def origins_of(store: Store, more: Sequence[str] = ()) -> frozenset[str]:
    """The origins of a store's own pages."""
    domain = store.storefront
    other = domain.removeprefix("www.") if domain.startswith("www.") else f"www.{domain}"
    return origins([*(each for each in (store.domain, domain, domain and other, store.url) if each), *more])


def take_what_waits(desk: Desk) -> int:
    """Take in what a collector that ended, or was killed, left on this machine; returns how many events that were."""
    with waiting_at(desk) as waiting:
        if waiting is None or not waiting.total:
            return 0
        taking = Taking(desk, waiting, waiting.bounds)
        count = 0
        while taken := taking().count:
            count += taken
        return count


def erase_forgotten(desk: Desk) -> int:
    """Erase those who asked to be forgotten from what waits; returns how many events that were."""
    with waiting_at(desk) as waiting:
        return 0 if waiting is None else waiting.erase_emails(desk.ledger.leads.forgotten_among(waiting.emails()))


def count_store(desk: Desk, shop_id: int) -> int:
    """How many events of a store wait."""
    with waiting_at(desk) as waiting:
        return 0 if waiting is None else waiting.queued(shop_id).count


def erase_store(desk: Desk, shop_id: int) -> int:
    """Erase what waits of a store; returns how many events that were."""
    with waiting_at(desk) as waiting:
        return 0 if waiting is None else waiting.erase_store(shop_id)
