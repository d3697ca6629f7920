"""What a run may reach for, each made when it is first needed: its settings, stores, secrets, ledger and network."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from shopinf.console.log import RunLog
from shopinf.console.out import Out
from shopinf.errors import MachineProblem
from shopinf.letterhead import Language, Letterhead
from shopinf.local.clock import SystemClock
from shopinf.local.disk import write_atomically
from shopinf.local.places import Places, find_places
from shopinf.sharedproperty import shared_property
from shopinf.times import Clock

if TYPE_CHECKING:
    from shopinf.ledger.ledger import Ledger
    from shopinf.local.config import Config
    from shopinf.local.locks import Locks
    from shopinf.local.oskeyring import KeyringBackendLike
    from shopinf.local.storebook import StoreBook
    from shopinf.local.vault import Vault
    from shopinf.network.wire import Wire
    from shopinf.shopify.pagereaders import Readers


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


class Reach:
    """What a run may reach for."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.clock = setting.clock
        self.environ = setting.environ
        streams = (setting.stdout, setting.stderr, setting.stdin)
        self.out = Out(*streams, setting.environ, clock=setting.clock, replace=write_atomically)
        self.log = RunLog(setting.clock, self.out.warn)
        self.command = "shopinf"  # the command that runs, without its arguments

    def close(self) -> None:
        """Let go of what was reached for."""
        if "readers" in self.__dict__:
            self.readers.close()
        if "ledger" in self.__dict__:
            self.ledger.close()
        if "wire" in self.__dict__:
            self.wire.close()

    @shared_property
    def places(self) -> Places:
        return find_places(self.environ)

    @shared_property
    def config(self) -> Config:
        from shopinf.local.config import load_config

        return load_config(self.places, self.environ)

    def letterhead(self, language: Language | None = None) -> Letterhead:
        """Whose pages these are and how they look, in *language* or the one of the configuration.

        A logo that is missing or no picture is wrong usage: ask before the work begins that a page is made of.
        """
        from shopinf.local.logo import read_logo

        config = self.config
        logo = config.agency_logo and read_logo(self.places.config / Path(config.agency_logo).expanduser())
        return Letterhead(language or config.language, config.agency or "", logo or None, config.agency_accent)

    def language_of(self, names: Iterable[str]) -> Language:
        """What those speak who read of the stores *names*: their own or their group's language, where it is one."""
        own, usual = self.config.languages, self.config.language
        groups = {store.name: store.group or "" for store in self.book.all()} if own else {}
        spoken = {own.get(name.casefold()) or own.get(groups.get(name, "").casefold()) or usual for name in names}
        return spoken.pop() if len(spoken) == 1 else usual

    def languages_of_nobody(self) -> dict[str, str | None]:
        """The names in `languages` that no store and no group has, each with the nearest one that there is."""
        from shopinf.nearest import nearest

        if not self.config.languages:
            return {}
        here = {name.casefold(): name for store in self.book.all() for name in (store.name, store.group) if name}
        strangers = (name for name in self.config.languages if name not in here)
        return {name: here[near] if (near := nearest(name, here)) else None for name in strangers}

    @shared_property
    def book(self) -> StoreBook:
        from shopinf.local.storebook import StoreBook

        return StoreBook(self.places)

    @shared_property
    def vault(self) -> Vault:
        from shopinf.local.vault import Vault

        return Vault(self.environ, self.setting.keyring)

    @shared_property
    def ledger(self) -> Ledger:
        from shopinf.ledger.ledger import Ledger
        from shopinf.local.config import ledger_named
        from shopinf.local.copies import Copies
        from shopinf.local.machine import operator

        Copies(self.places.data).clear()
        if url := self.config.ledger_url:
            with ledger_named(self.places, self.environ, url) as shown:
                ledger = Ledger.at(url.reveal(), shown=shown, clock=self.clock)
        else:
            if self.command != "shopinf ledger import":
                self._refuse_emptied(self.places.ledger_file)
            ledger = Ledger.in_file(self.places.ledger_file, clock=self.clock)
        ledger.run = self.log.run  # the journal and the log name a run alike
        ledger.by = operator(self.environ)
        return ledger

    def let_go_of_ledger(self) -> None:
        """Close the ledger: whoever reaches for it next opens what stands in its place then."""
        if ledger := self.__dict__.pop("ledger", None):
            ledger.close()

    def _refuse_emptied(self, file: Path) -> None:
        """A ledger of 0 bytes never was one: with stores connected, what was in it is missed."""
        if self.book.all() and file.is_file() and not file.stat().st_size:
            raise MachineProblem(
                f"The ledger {file} is empty (0 bytes), although stores are connected",
                hint="Put back a copy with shopinf ledger import FILE. Without one, remove the empty file: what the "
                "stores carry is taken up before anything is made.",
            )

    @shared_property
    def locks(self) -> Locks:
        from shopinf.local.locks import Locks

        if self.ledger.shared:
            return Locks(self.ledger.locks, self.clock)
        return Locks.in_folder(self.places.locks, self.clock)

    @shared_property
    def wire(self) -> Wire:
        from shopinf.network.wire import NetworkWire

        return self.setting.wire or NetworkWire()

    @shared_property
    def readers(self) -> Readers:
        from shopinf.shopify.pagereaders import Readers

        return Readers()
