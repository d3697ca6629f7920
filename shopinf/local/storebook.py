"""The connected stores: `stores.toml`, written by shopinf, without any secret.

Every change reads the file anew under a lock and replaces it whole, so two runs never lose each other's store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from shopinf.errors import BadInput
from shopinf.local import choosing
from shopinf.local.choosing import same
from shopinf.local.locks import briefly
from shopinf.local.places import Places
from shopinf.local.storesfile import Book, Entry, read_book, written
from shopinf.local.storevalues import lacking
from shopinf.stores import Store


class StoreBook:
    """The stores connected on this machine, in the order they were connected."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def all(self) -> list[Store]:
        """Every connected store, disabled ones too."""
        return self._read().stores

    @property
    def default(self) -> str | None:
        """The name of the store that is meant when none is named."""
        store = _default(self._read())
        return store.name if store else None

    def find(self, word: str, *, otherwise: str | None = None) -> Store:
        """The store that *word* names in any form, disabled or not; `NotConnected` where there is none.

        That one's hint is the nearest name, then *otherwise*, or to connect it.
        """
        connected = self.all()
        if store := choosing.lookup(connected, word):
            return store
        raise choosing.not_connected(connected, word, otherwise)

    def by_shop_id(self, shop_id: int) -> Store | None:
        """The store with Shopify's number *shop_id*, whatever it is called now."""
        return next((store for store in self.all() if store.shop_id == shop_id), None)

    def choose(
        self, stores: Sequence[str], group: str | None, all_stores: bool, environ: Mapping[str, str]
    ) -> list[Store]:
        """The stores a command is for: those named, a group's, all; else SHOPINF_STORE's, the default, the only one.

        Disabled stores are left out of a group and of all (`skipped` has them); one that is named is refused.
        """
        book = self._read()
        return choosing.choose(
            book.stores, _default(book), stores=stores, group=group, all_stores=all_stores, environ=environ
        )

    def skipped(self, group: str | None, all_stores: bool) -> list[Store]:
        """The disabled stores that `choose` leaves out."""
        disabled = [store for store in self.all() if store.disabled]
        if all_stores:
            return disabled
        return [store for store in disabled if group and choosing.in_group(store, group)]

    def free_name(self, wanted: str, shop_id: int | None = None) -> str:
        """*wanted*, or with a number behind it where another shop than *shop_id* already answers to it."""
        others = [store for store in self.all() if store.shop_id != shop_id]
        name, number = wanted, 2
        while any(store.answers_to(name) for store in others):
            name, number = f"{wanted}-{number}", number + 1
        return name

    def save(self, store: Store, *, replacing: Store | None = None) -> Store | None:
        """Keep *store* in place of the same shop's entry, or of *replacing*'s; return the store it took the place of.

        That one may be newer than *replacing*, when another run connected meanwhile: its secret is the one to forget.
        """
        shops = {store.shop_id} | ({replacing.shop_id} if replacing else set())
        former: list[Entry] = []

        def put(book: Book) -> None:
            _check_free(book, store, shops)
            former.extend(entry for entry in book.entries if entry.store.shop_id in shops)
            if any(same(old.store.name, book.default) for old in former):
                book.default = store.name
            entry = Entry(store, former[0].table if former else {})
            if former:
                book.entries[book.entries.index(former[0])] = entry
            else:
                book.entries.append(entry)
            book.entries = [kept for kept in book.entries if kept is entry or kept not in former]

        self._change(put)
        return former[0].store if former else None

    def change(self, store: Store, **changes: object) -> Store:
        """Change only *changes* of what is kept of *store*, so what another run did to it stays; return the result."""
        changed: list[Store] = []

        def alter(book: Book) -> None:
            entry = _entry(book, store)
            former, entry.store = entry.store, entry.store.with_(**changes)
            if entry.store.name != former.name:
                _check_free(book, entry.store, {entry.store.shop_id})
            if same(former.name, book.default):
                book.default = entry.store.name
            changed.append(entry.store)

        self._change(alter)
        return changed[0]

    def remove(self, store: Store) -> None:
        """Forget *store*; one that is gone already is no error."""

        def drop(book: Book) -> None:
            book.entries = [entry for entry in book.entries if entry.store.shop_id != store.shop_id]
            if _default(book) is None:
                book.default = None

        self._change(drop)

    def set_default(self, store: Store | None) -> None:
        """Have *store* meant when none is named; None for no default."""

        def choose(book: Book) -> None:
            book.default = _entry(book, store).store.name if store else None

        self._change(choose)

    def _read(self) -> Book:
        return read_book(self._places.stores_file)

    def _change(self, how: Callable[[Book], None]) -> None:
        path = self._places.stores_file
        with briefly(path):
            book = read_book(path)
            how(book)
            self._places.write_private(path, written(book))


def check_name(name: str) -> None:
    """Refuse a name that a store cannot be called by on the command line."""
    if words := lacking("name", name):
        raise BadInput(f"{name[:80]!r} cannot be a store's name", hint=f"Use {words}.")


def _check_free(book: Book, store: Store, shops: set[int]) -> None:
    check_name(store.name)
    for other in book.stores:
        if other.shop_id not in shops and other.answers_to(store.name):
            raise BadInput(f"{store.name} already names {other.domain}", hint="Choose another name with --as NAME.")


def _default(book: Book) -> Store | None:
    return next((store for store in book.stores if same(store.name, book.default)), None)


def _entry(book: Book, store: Store) -> Entry:
    for entry in book.entries:
        if entry.store.shop_id == store.shop_id:
            return entry
    raise choosing.not_connected(book.stores, store.name)
