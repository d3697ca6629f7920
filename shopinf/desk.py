"""The desk: what a command works with.

Of what it reaches for (`reach.py`) `out` speaks, `book` knows the stores, `vault` their secrets, `ledger` the past and
`clock` the time. Here `stores` reads which ones are meant, `shop(store)` calls one, `each_store` runs work for several
at the same time, `writing` and its like keep other runs out, and `deliver` gives the answer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from shopinf.chosen import ChosenForm, ChosenStores
from shopinf.company import Company
from shopinf.console import files
from shopinf.console.out import Part
from shopinf.crew import for_each
from shopinf.errors import BadInput, PartlyDone, ShopinfError, Stopped, StoreReadOnly, named
from shopinf.local.places import find_places
from shopinf.local.signals import stopping
from shopinf.locking import NO_STORE, What
from shopinf.notices import VARIABLE as NOTIFY
from shopinf.notices import Notice
from shopinf.outcomes import Done as Done
from shopinf.outcomes import Outcome as Outcome
from shopinf.outcomes import Outcomes as Outcomes
from shopinf.periods import Period, together
from shopinf.reach import Reach
from shopinf.reach import Setting as Setting
from shopinf.results import Column, Failure, Form, Result, chosen_columns
from shopinf.shell import quoted
from shopinf.stores import Credentials, Store
from shopinf.times import in_zone
from shopinf.words import counted

if TYPE_CHECKING:
    from shopinf.delivery.ways import Passage
    from shopinf.sheets.fields import Fields
    from shopinf.sheets.reading import Only, Sheet
    from shopinf.shopify.client import Shop
    from shopinf.shopify.transport import Exchange
    from shopinf.sources.calls import Call

T = TypeVar("T")


class Desk(Reach):
    """What a command works with."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.notice = Notice()
        self.output: Path | None = None  # what --output says
        self.columns: Sequence[Column] = ()  # what the command says it answers with
        self.fills: Collection[str] = ("date",)  # what the command knows a value of, for a file's name
        self.encoding: str | None = None  # that of the sheets it reads, where --encoding says it
        self._skipped: list[str] = []
        self._wait: float | None = None
        self._shops: dict[str, Shop] = {}
        self._company = Company()
        self._guard = threading.Lock()
        self._open = ExitStack()

    # The run

    def stopping(self) -> AbstractContextManager[None]:
        """A block in which Ctrl-C and SIGTERM stop the run's waits."""
        return stopping(self.clock) if self.setting.signals else _nothing()

    def heed(
        self,
        *,
        quiet: bool,
        verbose: bool,
        yes: bool,
        wait: float | None,
        log_file: Path | None,
        notify: str | None,
        no_color: bool,
        no_input: bool,
    ) -> None:
        """Take the options that work everywhere, before the command or after it."""
        self.out.plain = self.out.plain or no_color
        self.out.alone = self.out.alone or no_input
        self.out.quiet = self.out.quiet or quiet
        self.out.verbose = self.out.verbose or verbose
        self.out.yes = self.out.yes or yes
        self._wait = wait if wait is not None else self._wait
        self.log_to(log_file)
        self.notice.send_to(notify or self.environ.get(NOTIFY))

    def log_to(self, file: Path | None) -> None:
        """Have the run's log go to *file*, else where it went, else where `SHOPINF_LOG_FILE` says."""
        if found := file or self.log.file or self.environ.get("SHOPINF_LOG_FILE"):
            self.log.file = Path(found).expanduser()

    def ended(self, code: int, error: ShopinfError | None = None) -> None:
        """Tell the log how the run ended, and where it did not end well whoever asked for a notice."""
        self.log.ended(code)
        if not code or self.notice.address is None:
            return
        from shopinf.network import notices

        kind = type(error).__name__ if error else None
        body = self.notice.body(self.command, code, kind, run=self.log.run, now=self.clock.now())
        # Who stopped the run means it.
        patience = 1.0 if code == Stopped.code else notices.PATIENCE
        if why := notices.send(self.wire, self.notice.address, body, patience=patience):
            self.out.warn(f"The notice to {self.notice.shown} was not sent: {why}")

    def close(self) -> None:
        self._open.close()
        self.out.close()
        for shop in self._shops.values():
            shop.close()
        super().close()

    # Sheets

    def sheet(
        self,
        file: str | Path,
        fields: Fields,
        *,
        mapping: Mapping[str, str] | None = None,
        only: Only | None = None,
    ) -> Sheet:
        """The sheet *file* (`-`: standard input), open for as long as the command runs."""
        from shopinf.sheets.reading import read_sheet

        stdin = self.setting.stdin
        sheet = read_sheet(file, fields, mapping=mapping, stdin=stdin, only=only, encoding=self.encoding)
        self._open.callback(sheet.close)
        return sheet

    def encoded_as(self, name: str | None) -> None:
        """Have sheets be read in the encoding *name*; None: as it is found out."""
        if name is not None:
            from shopinf.sheets.texts import read_encoding

            self.encoding = read_encoding(name)

    # Stores

    def stores(self, choice: ChosenStores) -> list[Store]:
        """The stores that a command line means; disabled ones of a group are skipped and named."""
        chosen = self.book.choose(choice.store or (), choice.group, choice.all_stores, self.environ)
        if self.output is not None and files.is_apart(self.output):
            files.check_apart(self.output, [store.name for store in chosen])
        if skipped := [store.name for store in self.book.skipped(choice.group, choice.all_stores)]:
            verbs = ("are", "were") if len(skipped) > 1 else ("is", "was")
            self._skipped = [f"{', '.join(skipped)} {verbs[0]} disabled and {verbs[1]} skipped"]
            self.out.note(self._skipped[0])
        self.notice.about(store.name for store in chosen)
        return chosen

    def store(self, choice: ChosenStores) -> Store:
        """The one store that a command line means."""
        stores = self.stores(choice)
        if len(stores) != 1:
            raise BadInput(
                f"{self.command} works on one store at a time; {len(stores)} were chosen",
                hint=f"Name one, like --store {quoted(stores[0].name)}",
            )
        return stores[0]

    def pointing_at(self, store: Store) -> str:
        """What names *store* in a command that we print, ` -s maya`; nothing where it is meant without a word."""
        try:
            meant = self.book.choose((), None, False, self.environ)
        except ShopinfError:
            meant = []
        return "" if [each.shop_id for each in meant] == [store.shop_id] else f" -s {quoted(store.name)}"

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
            talk=self.trace,
            before_write=lambda: self.locks.check(store.shop_id),
            company=self._company,
            readers=self.readers,
        )

    def trace(self, exchange: Exchange | Call | Passage) -> None:
        """Tell of a request: the person, with `--verbose`, and the log."""
        self.out.trace(str(exchange))
        self.log.request(**asdict(exchange))

    @contextmanager
    def writing(self, store: Store) -> Iterator[None]:
        """A block that writes to *store*: one run at a time, and never on a store connected to be read."""
        if store.read_only:
            raise StoreReadOnly(
                f"{store.name} is connected read-only, so nothing is written to it",
                hint=f"shopinf connect {quoted(store.name)} without --read-only allows writing.",
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
        return self._held(None, "paying")

    def claiming(self) -> AbstractContextManager[None]:
        """A block that makes a run of payments and its files: one at a time, so that none is left half written."""
        return self._held(None, "payouts")

    def sending(self) -> AbstractContextManager[None]:
        """A block that sends files to people: one run at a time, so that none goes out twice."""
        return self._held(None, "sending")

    @property
    def patience(self) -> float:
        """How many seconds others are waited for: `--wait`, else as configured."""
        return self._wait if self._wait is not None else self.config.wait

    def _held(self, store: Store | None, what: What) -> AbstractContextManager[None]:
        shop_id, name = (store.shop_id, store.name) if store else (NO_STORE, None)
        wait = self.patience
        return self.locks.hold(shop_id, what, wait=wait, command=self.command, store=name, waiting=self.out.note)

    def each_store(self, stores: Sequence[Store], work: Callable[[Store], T]) -> Outcomes[T]:
        """Run *work* for every store, several at the same time; one store's failure never stops another."""
        if len(stores) == 1:
            return Outcomes([self._outcome(stores[0], work)])
        if not stores:
            return Outcomes([])
        self._company.begin(store.name for store in stores)
        with self.out.several(len(stores)) as crew:
            return Outcomes(for_each(stores, lambda store: self._outcome(store, work), self.clock, crew.advance))

    def _outcome(self, store: Store, work: Callable[[Store], T]) -> Outcome[T]:
        try:
            value = work(store)
        except Stopped:
            raise
        except Exception as error:
            if not isinstance(error, ShopinfError) and self.environ.get("SHOPINF_DEBUG") == "1":
                raise
            failure = named(error)  # a mistake of our own with one store's data costs the others nothing either
            self.log.store_failed(store.name, failure)
            return Outcome(store, error=failure)
        finally:
            self._company.leave(store.name)
        self.log.store_done(store.name)
        return Outcome(store, value=value)

    # Time and answers

    def today(self, store: Store) -> date:
        """The present day in the shop's zone."""
        return in_zone(self.clock.now(), store.shown_zone).date()

    def show(self, result: Result, form: ChosenForm, *, store: Store | None = None) -> None:
        """Write a command's answer in the form that was asked for; *store* is the one that it is about."""
        self.out.show(result, self.form(form), stem={"store": store.name} if store else None)
        self.log.answer(result)

    def deliver(
        self,
        outcomes: Outcomes[T],
        build: Callable[[Done[T], Sequence[Failure]], Result],
        form: ChosenForm,
        *,
        periods: Mapping[str, Period] | None = None,
        pieces: Callable[[Done[T]], Iterable[tuple[Mapping[str, str], Result]]] | None = None,
    ) -> Result:
        """Write what came of several stores: together, or with `{store}` in `--output` in a file for each of them.

        *build* makes the answer of what was done and what failed; of one store alone it is the answer that a run for
        this store alone gives. *periods* are the stores' own, for `{period}`. *pieces* makes answers that go into a
        file each, with what else stands in its name. Returns the answer of all together.
        """
        whole = build(outcomes.done, outcomes.failures)
        whole = replace(whole, said=[*self._skipped, *whole.said])
        meant = self.form(form)
        left: list[Failure] = []
        by_store = files.is_apart(meant.output) and len(outcomes.all) != 1
        if by_store or pieces:
            groups = [[each] for each in outcomes.done] if by_store else [list(outcomes.done)]
            done = (
                Part(", ".join(s.name for s, _ in group), {**_stem([s for s, _ in group], periods), **more}, result)
                for group in groups
                for more, result in (pieces(group) if pieces else [({}, build(group, []))])
            )
            lost = (Part(s.name, _stem([s], periods), None) for s in outcomes.lost if not pieces)
            left = self.out.show_apart(whole, chain(done, lost), meant)
        else:
            self.out.show(whole, meant, stem=_stem([o.store for o in outcomes.all], periods))
        self.log.answer(whole)
        if left:
            error = PartlyDone(
                f"{len(left)} of {counted(len(outcomes.done), 'file')} could not be written", hint=left[0].hint
            )
            error.code = left[0].code if len(left) == len(outcomes.all) else PartlyDone.code
            raise error
        return whole

    def form(self, form: ChosenForm) -> Form:
        """What `--format` and `--output` mean together; wrong ones are refused before any work is done."""
        from shopinf.console.forms import read_form

        meant = read_form(form.format, form.output, reports=form.reports, columns=form.columns, wide=form.wide)
        if meant.columns and self.columns:
            chosen_columns(self.columns, meant.columns)
        if meant.output is not None:
            files.check_fillable(meant.output, self.fills)
        return meant


def _stem(stores: Sequence[Store], periods: Mapping[str, Period] | None) -> dict[str, str]:
    """What `{store}` and `{period}` stand for in the name of a file about *stores*."""
    stem = {"store": stores[0].name} if len(stores) == 1 else {}
    if periods and stores:
        stem["period"] = together(periods[store.name] for store in stores).dated
    return stem


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
