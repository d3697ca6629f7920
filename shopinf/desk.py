"""The desk: what a command may reach for, each thing made when it is first needed.

`out` speaks, `book` knows the stores, `vault` their secrets, `ledger` the past, `clock` the time, and `shop(store)`
calls a store. `each_store` runs work for several stores at the same time.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TextIO, TypeVar

from shopinf.choices import FormChoice, ReportForm, StoreChoice
from shopinf.console.out import Out
from shopinf.errors import BadInput, PartlyDone, ShopinfError, Stopped, StoreReadOnly
from shopinf.local.clock import SystemClock
from shopinf.local.disk import write_atomically
from shopinf.local.places import Places, find_places
from shopinf.local.signals import stopping
from shopinf.results import Failure, Form, Result
from shopinf.stores import Credentials, Store
from shopinf.times import Clock, in_zone

if TYPE_CHECKING:
    from shopinf.ledger.ledger import Ledger
    from shopinf.local.config import Config
    from shopinf.local.locks import Locks
    from shopinf.local.oskeyring import KeyringBackendLike
    from shopinf.local.storebook import StoreBook
    from shopinf.local.vault import Vault
    from shopinf.locking import What
    from shopinf.shopify.client import Shop
    from shopinf.shopify.transport import Exchange
    from shopinf.shopify.wire import Wire

T = TypeVar("T")


@dataclass
class Setting:
    """What a run may reach; tests bring their own wire, clock, streams and keyring."""

    environ: Mapping[str, str]
    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    clock: Clock = field(default_factory=SystemClock)
    wire: Wire | None = None  # None: the network
    keyring: KeyringBackendLike | None = None  # None: the keyring of the operating system
    signals: bool = True

    @classmethod
    def of_this_process(cls) -> Setting:
        import os

        return cls(os.environ, sys.stdin, sys.stdout, sys.stderr)


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What came of the work for one store: a value or a failure."""

    store: Store
    value: T | None = None
    error: ShopinfError | None = None


@dataclass(frozen=True)
class Outcomes(Generic[T]):
    """What came of the work for several stores."""

    all: Sequence[Outcome[T]]

    @property
    def done(self) -> list[tuple[Store, T]]:
        return [(o.store, o.value) for o in self.all if o.error is None and o.value is not None]

    @property
    def failures(self) -> list[Failure]:
        return [Failure.of(o.error, store=o.store.name, what=o.store.name) for o in self.all if o.error]

    def or_raise(self) -> Outcomes[T]:
        """The same; but one store's failure alone, or failures of all stores alike, are the run's own."""
        errors = [o.error for o in self.all if o.error]
        if not errors or len(errors) < len(self.all) or len({e.code for e in errors}) > 1:
            return self
        if len(errors) == 1:
            raise errors[0]
        raise self._all_failed(errors[0].code, errors[0].hint)

    def or_nothing(self) -> Outcomes[T]:
        """The same for work whose answer needs at least one store."""
        if self.or_raise().done:
            return self
        raise self._all_failed(PartlyDone.code, "Each store's failure has its own cause; see above.")

    def _all_failed(self, code: int, hint: str | None) -> ShopinfError:
        failed = "; ".join(
            f"{o.store.name}: {str(o.error).removeprefix(o.store.name).strip()}" for o in self.all if o.error
        )
        error = ShopinfError(f"all {len(self.all)} stores failed: {failed}", hint=hint)
        error.code = code
        return error

    def settle(self) -> None:
        """End the run as partly done when some stores failed; called after the rest was shown."""
        failed = [o.store.name for o in self.all if o.error]
        if failed:
            raise PartlyDone(
                f"{len(failed)} of {len(self.all)} stores failed: {', '.join(failed)}",
                hint="Run the same command again for these stores; the others are done.",
            )


class Desk:
    """What a command may reach for."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.clock = setting.clock
        self.environ = setting.environ
        streams = (setting.stdout, setting.stderr, setting.stdin)
        self.out = Out(*streams, setting.environ, clock=setting.clock, replace=write_atomically)
        self.command = "shopinf"  # the command that runs, without its arguments
        self._wait: float | None = None
        self._shops: dict[str, Shop] = {}
        self._guard = threading.Lock()

    # The run

    def stopping(self) -> AbstractContextManager[None]:
        """A block in which Ctrl-C and SIGTERM stop the run's waits."""
        return stopping(self.clock) if self.setting.signals else _nothing()

    def heed(self, *, quiet: bool, verbose: bool, yes: bool, wait: float | None) -> None:
        """Take the options that work everywhere, before the command or after it."""
        self.out.quiet = self.out.quiet or quiet
        self.out.verbose = self.out.verbose or verbose
        self.out.yes = self.out.yes or yes
        self._wait = wait if wait is not None else self._wait

    def close(self) -> None:
        for shop in self._shops.values():
            shop.close()
        if "ledger" in self.__dict__:
            self.ledger.close()
        if "wire" in self.__dict__:
            self.wire.close()

    # Reach

    @cached_property
    def places(self) -> Places:
        return find_places(self.environ)

    @cached_property
    def config(self) -> Config:
        from shopinf.local.config import load_config

        return load_config(self.places, self.environ)

    @cached_property
    def book(self) -> StoreBook:
        from shopinf.local.storebook import StoreBook

        return StoreBook(self.places)

    @cached_property
    def vault(self) -> Vault:
        from shopinf.local.vault import Vault

        return Vault(self.environ, self.setting.keyring)

    @cached_property
    def ledger(self) -> Ledger:
        from shopinf.ledger.ledger import Ledger
        from shopinf.local.config import mask_url

        if url := self.config.ledger_url:
            return Ledger.at(url.reveal(), shown=mask_url(url.reveal()), clock=self.clock)
        return Ledger.in_file(self.places.ledger_file, clock=self.clock)

    @cached_property
    def locks(self) -> Locks:
        from shopinf.local.locks import Locks

        if self.ledger.shared:
            return Locks(self.ledger.locks, self.clock)
        return Locks.in_folder(self.places.locks, self.clock)

    @cached_property
    def wire(self) -> Wire:
        from shopinf.shopify.wire import NetworkWire

        return self.setting.wire or NetworkWire()

    # Stores

    def stores(self, choice: StoreChoice) -> list[Store]:
        """The stores that a command line means; disabled ones of a group are skipped and named."""
        chosen = self.book.choose(choice.names, choice.group, choice.all_stores, self.environ)
        for store in self.book.skipped(choice.group, choice.all_stores):
            self.out.note(f"{store.name} is disabled and was skipped")
        return chosen

    def store(self, choice: StoreChoice) -> Store:
        """The one store that a command line means."""
        stores = self.stores(choice)
        if len(stores) != 1:
            raise BadInput(
                f"{self.command} works on one store at a time; {len(stores)} were chosen",
                hint=f"Name one with --store: {', '.join(s.name for s in stores)}",
            )
        return stores[0]

    def shop(self, store: Store) -> Shop:
        """The client of a connected store, the same one all through the run."""
        with self._guard:
            if store.connection not in self._shops:
                self._shops[store.connection] = self.client(store, self.vault.find(store).credentials)
            return self._shops[store.connection]

    def client(self, store: Store, credentials: Credentials) -> Shop:
        """A client for *store* with *credentials* that may not be kept yet."""
        from shopinf.shopify.client import Access, Shop

        access = Access(store.name, store.base_url, store.domain, store.api_version, credentials)
        return Shop(
            access,
            self.wire,
            self.clock,
            read_only=store.read_only,
            talk=self._trace,
            before_write=lambda: self.locks.check(store.shop_id),
        )

    def _trace(self, exchange: Exchange) -> None:
        if self.out.verbose:
            self.out.trace(str(exchange))

    @contextmanager
    def writing(self, store: Store) -> Iterator[None]:
        """A block that writes to *store*: one run at a time, and never on a store connected to be read."""
        if store.read_only:
            raise StoreReadOnly(
                f"{store.name} is connected read-only, so nothing is written to it",
                hint=f"shopinf connect {store.name} without --read-only allows writing.",
            )
        with self._held(store, "writing"):
            yield

    @contextmanager
    def syncing(self, store: Store) -> Iterator[None]:
        """A block that brings the mirror of *store* up to date: one run at a time."""
        with self._held(store, "syncing"):
            yield

    @contextmanager
    def erasing(self, store: Store) -> Iterator[None]:
        """A block that removes what is kept here of *store*, while no other run writes or syncs it."""
        with self._held(store, "writing"), self._held(store, "syncing"):
            yield

    def paying(self) -> AbstractContextManager[None]:
        """A block that asks paid providers: one run at a time, so that nothing is asked and paid for twice."""
        wait = self._wait if self._wait is not None else self.config.wait
        return self.locks.hold(
            0, "syncing", wait=wait, command=self.command, store="with paid sources", waiting=self.out.note
        )

    def _held(self, store: Store, what: What) -> AbstractContextManager[None]:
        wait = self._wait if self._wait is not None else self.config.wait
        return self.locks.hold(
            store.shop_id, what, wait=wait, command=self.command, store=store.name, waiting=self.out.note
        )

    def each_store(self, stores: Sequence[Store], work: Callable[[Store], T]) -> Outcomes[T]:
        """Run *work* for every store, several at the same time; one store's failure never stops another."""
        if len(stores) == 1:
            return Outcomes([self._outcome(stores[0], work)])
        found: dict[int, Outcome[T]] = {}
        broken: list[BaseException] = []

        def worker(place: int, store: Store) -> None:
            try:
                found[place] = self._outcome(store, work)
            except BaseException as error:
                broken.append(error)

        threads = [threading.Thread(target=worker, args=item, daemon=True) for item in enumerate(stores)]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(0.2)  # short, so that Ctrl-C is heard
        if broken:
            raise broken[0]
        return Outcomes([found[place] for place in range(len(stores))])

    def _outcome(self, store: Store, work: Callable[[Store], T]) -> Outcome[T]:
        try:
            return Outcome(store, value=work(store))
        except Stopped:
            raise
        except ShopinfError as error:
            return Outcome(store, error=error)

    # Time and answers

    def today(self, store: Store) -> date:
        """The present day in the shop's zone."""
        return in_zone(self.clock.now(), store.zone).date()

    def show(
        self,
        result: Result,
        form: FormChoice | ReportForm,
        *,
        stem: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> None:
        """Write a command's answer in the form that was asked for; *content* is the file of a report."""
        self.out.show(result, self.form(form), stem=stem, content=content)

    def form(self, form: FormChoice | ReportForm) -> Form:
        """What `--format` and `--output` mean together; wrong ones are refused before any work is done."""
        from shopinf.console.forms import read_form

        return read_form(form.format, form.output, reports=isinstance(form, ReportForm))


def connected_names() -> list[str]:
    """The names of the connected stores, for shell completion; none when they cannot be read."""
    import os

    from shopinf.local.storebook import StoreBook

    try:
        return [store.name for store in StoreBook(find_places(os.environ)).all()]
    except ShopinfError:
        return []


@contextmanager
def _nothing() -> Iterator[None]:
    yield
