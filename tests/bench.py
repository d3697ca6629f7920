"""The bench that tests work at: the real program, with the practice store behind its wire.

`run("discounts", "create", …)` calls the real `main`; the wire ends in the practice store, the clock stands still until
it is waited on, the home is temporary and the keyring is in memory. It returns code, out and err.
What it answers with as JSON is held against the schema of its command.
"""

from __future__ import annotations

import atexit
import copyreg
import io
import json
import os
import pickle
import shutil
import tempfile
import termios
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

import answers
import httpx

from shopinf.desk import Setting
from shopinf.errors import Interrupted
from shopinf.ledger.ledger import Ledger
from shopinf.ledger.tables import metadata
from shopinf.local.locks import Locks
from shopinf.main import main
from shopinf.practice import ConnectionDropped, PracticeStore

# A copy of a bench has locks of its own; nobody holds one while it is copied.
copyreg.pickle(type(threading.Lock()), lambda lock: (threading.Lock, ()))
copyreg.pickle(type(threading.RLock()), lambda lock: (threading.RLock, ()))

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class StillClock:
    """Stands still until it is waited on; then it moves at once."""

    def __init__(self, start: datetime = START) -> None:
        self.stop = threading.Event()
        self._start, self._passed = start, 0.0
        self._guard = threading.Lock()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        return self._passed

    def wait(self, seconds: float) -> None:
        if self.stop.is_set():
            raise Interrupted
        until = self._passed + max(seconds, 0.0)
        with self._guard:
            self._passed = max(self._passed, until)

    def pass_(self, **time: float) -> None:
        """Let time pass: `clock.pass_(days=2)`."""
        self._passed += timedelta(**time).total_seconds()


class PracticeWire:
    """The wire of tests: each host leads to a practice store in memory, all others to nobody."""

    def __init__(self) -> None:
        self.stores: dict[str, PracticeStore] = {}
        self.sent: list[httpx.Request] = []

    def send(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        store = self.stores.get(request.url.host)
        if store is None:
            return httpx.Response(404, html="<h1>Not found</h1>", request=request)
        transport = httpx.WSGITransport(app=store.app, raise_app_exceptions=True)
        try:
            response = transport.handle_request(request)
        except ConnectionDropped as dropped:
            raise httpx.ReadError(str(dropped), request=request) from None
        response.request = request
        return response

    def close(self) -> None:
        pass


class MemoryKeyring:
    """A keyring that keeps its entries as long as the test."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


@dataclass
class Ran:
    """What a run came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def ok(self) -> Ran:
        """This run, which has to have gone well."""
        assert self.code == 0, self.err or self.out
        return self


@dataclass
class Bench:
    """Everything a run can reach, kept from one run to the next."""

    home: Path
    clock: StillClock = field(default_factory=StillClock)
    wire: PracticeWire = field(default_factory=PracticeWire)
    keyring: MemoryKeyring = field(default_factory=MemoryKeyring)
    environ: dict[str, str] = field(default_factory=dict)
    _stands: str = ""  # what it was prepared as
    _used: bool = False  # whether anything was done at it since

    def __call__(self, *argv: str, stdin: str = "", environ: Mapping[str, str] | None = None) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        at = self.setting(io.StringIO(stdin), out, err, environ)
        ran = Ran(main(argv, at), out.getvalue(), err.getvalue())
        answers.hold(argv, ran.out, ran.code, at.environ)
        return ran

    def at_a_terminal(self, *argv: str, lines: Sequence[str], environ: Mapping[str, str] | None = None) -> Ran:
        """The same with a person at the terminal who types *lines*; `err` is what the terminal showed."""
        ours, theirs = os.openpty()
        settings = termios.tcgetattr(theirs)
        # Typed ahead, so the terminal itself must not echo it; what the program hides is put back by it as it was.
        settings[3] &= ~termios.ECHO
        termios.tcsetattr(theirs, termios.TCSANOW, settings)
        os.write(ours, "".join(f"{line}\n" for line in lines).encode())
        out = io.StringIO()
        with (
            open(ours, "rb", buffering=0) as shown,
            open(os.dup(theirs), encoding="utf-8") as stdin,
            open(theirs, "w", encoding="utf-8") as stderr,
        ):
            code = main(argv, self.setting(stdin, out, stderr, environ))
            assert termios.tcgetattr(stdin.fileno()) == settings, "the terminal was left changed"
            os.set_blocking(shown.fileno(), False)
            said = b"".join(iter(lambda: shown.read(65536) or b"", b""))
        return Ran(code, out.getvalue(), said.decode().replace("\r\n", "\n"))

    def setting(self, stdin: TextIO, stdout: TextIO, stderr: TextIO, environ: Mapping[str, str] | None) -> Setting:
        """What a run at this bench may reach."""
        self._used = True
        return Setting(
            answers.Environment({"SHOPINF_HOME": str(self.home)}, self.environ, environ or {}),
            stdin,
            stdout,
            stderr,
            clock=self.clock,
            wire=self.wire,
            keyring=self.keyring,
            signals=False,
        )

    def open(self, **settings: Any) -> PracticeStore:
        """A practice store at the other end of the wire, on the bench's clock."""
        given = {"handle": "maya-shop", "now": self.clock.now, "monotonic": self.clock.monotonic, **settings}
        store = PracticeStore(**given, sleep=self.clock.wait)
        self._used = True
        self.wire.stores[store.domain] = store
        return store

    def connect(self, store: PracticeStore, *more: str) -> Ran:
        """Connect a practice store with its own token."""
        handle = store.domain.removesuffix(".myshopify.com")
        return self("connect", handle, "--stdin", *more, stdin=self.credentials(store))

    def once(self, name: str, prepare: Callable[[], object]) -> None:
        """Stand as *prepare* leaves this bench: done once for all benches that ask by this *name*, copied after that.

        Each copy is a bench of its own: what one test does to its stores, home, keyring and clock no other sees. It may
        build upon a former `once`. Where the bench was used since, or its ledger is on PostgreSQL, which is not in the
        home, all is done each time.
        """
        name = self._stands = f"{self._stands} > {name}"
        if self._used or "SHOPINF_LEDGER_URL" in self.environ:
            prepare()
        elif kept := _KEPT.get(name):
            kept.copy_to(self)
        else:
            prepare()
            self._used = False
            _KEPT[name] = Kept(self)

    def ledger(self) -> Ledger:
        """The ledger, opened beside the program as another run would; close it."""
        if url := self.environ.get("SHOPINF_LEDGER_URL"):
            return Ledger.at(url, shown="the shared ledger", clock=self.clock)
        return Ledger.in_file(self.home / "ledger.db", clock=self.clock)

    @contextmanager
    def locks(self) -> Iterator[Locks]:
        """The locks of the stores, as another run would take them."""
        with closing(self.ledger()) as ledger:
            yield Locks(ledger.locks, self.clock) if ledger.shared else Locks.in_folder(self.home / "locks", self.clock)

    def look(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query on the ledger."""
        with closing(self.ledger()) as ledger, ledger.database.reading() as db:
            return [tuple(row) for row in db.exec_driver_sql(query)]

    def kept(self) -> str:
        """Everything that the ledger keeps, as text; of a file its erased pages too."""
        with closing(self.ledger()) as ledger, ledger.database.reading() as db:
            rows = [repr(tuple(row)) for table in metadata.sorted_tables for row in db.execute(table.select())]
        files = [path.read_bytes().decode("latin-1") for path in self.home.glob("ledger.db*")]
        return "\n".join([*rows, *files])

    @staticmethod
    def credentials(store: PracticeStore) -> str:
        """The three values of a practice store as `--stdin` reads them."""
        values = {"API_KEY": store.api_key, "API_SECRET_KEY": store.api_secret_key, "ACCESS_TOKEN": store.access_token}
        return "".join(f"{name}={value}\n" for name, value in values.items())


class Naming(pickle.Pickler):
    """Writes the parts of a bench by their names, wherever one of them refers to another."""

    def __init__(self, file: io.BytesIO, names: Mapping[int, str]) -> None:
        super().__init__(file)
        self._names = names

    def persistent_id(self, thing: Any) -> str | None:
        return self._names.get(id(thing))


class Named(pickle.Unpickler):
    """Reads them as the parts of another bench."""

    def __init__(self, file: io.BytesIO, parts: Mapping[str, Any]) -> None:
        super().__init__(file)
        self._parts = parts

    def persistent_load(self, name: str) -> Any:
        return self._parts[name]


class Kept:
    """A bench as it stood at one time: its home, and its clock, wire, keyring and stores in Python's own bytes.

    These four refer to one another by name, so that a copy may put them into the ones that a test holds already.
    """

    def __init__(self, bench: Bench) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="shopinf-kept-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT")))
        atexit.register(shutil.rmtree, self._home, ignore_errors=True)
        shutil.copytree(bench.home, self._home, dirs_exist_ok=True)
        parts = _parts(bench)
        self._kinds = {name: type(part) for name, part in parts.items()}
        self._environ = dict(bench.environ)
        # A store's app is a closure over the store that it was made for; it is made anew when it is asked for.
        states = {
            name: {**vars(part), **({"_app": None} if "_app" in vars(part) else {})} for name, part in parts.items()
        }
        names = {id(part): name for name, part in parts.items()}
        written = io.BytesIO()
        Naming(written, names).dump(states)
        self._states = written.getvalue()

    def copy_to(self, bench: Bench) -> None:
        """Have *bench* stand like this; its clock, wire and stores stay the ones that a test may hold already."""
        held = _parts(bench)
        parts = {name: held.get(name) or object.__new__(kind) for name, kind in self._kinds.items()}
        for name, state in Named(io.BytesIO(self._states), parts).load().items():
            vars(parts[name]).update(state)
        bench.environ.update(self._environ)
        shutil.copytree(self._home, bench.home, dirs_exist_ok=True)


def _parts(bench: Bench) -> dict[str, Any]:
    """What a bench has that is looked at from more than one side."""
    return {"a clock": bench.clock, "a wire": bench.wire, "a keyring": bench.keyring, **bench.wire.stores}


_KEPT: dict[str, Kept] = {}
