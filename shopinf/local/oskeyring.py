"""The operating system's keyring: three calls, and every way in which it refuses them as a sentence.

`keyring` takes 80 ms to import, so that waits until a secret is really asked for. What it raises can quote
what it was given, so only the kind of its errors is read, and none is chained.

A locked keyring may ask for its password on the desktop and answer when somebody has typed it, or never: under cron
nobody does. So it is asked in a thread of its own, which is left behind when it takes too long.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Any, Protocol, TypeVar

SERVICE = "shopinf"
BUS = "DBUS_SESSION_BUS_ADDRESS"
PATIENCE = 60.0  # seconds: time to read a question on the desktop and to type a password
_SLICE = 0.5  # Windows hears Ctrl-C only between two waits of the main thread

T = TypeVar("T")


class KeyringBackendLike(Protocol):
    """What a keyring can do for us; every backend of the library `keyring` can."""

    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Backend:
    """Which keyring there is, and what is to be said of it."""

    name: str  # its class, as PYTHON_KEYRING_BACKEND names it
    plain_text: bool  # it writes secrets to a file that anybody with the file can read
    usable: bool
    problem: str | None = None  # a sentence
    way_out: str | None = None  # what can be done about it, beginning with a capital


class Why(Enum):
    """Why the keyring refused."""

    NONE_THERE = auto()
    LOCKED = auto()
    NOT_SET_UP = auto()
    SILENT = auto()
    OTHER = auto()


class Refusal(Exception):
    """The keyring refused; its text is a sentence for people, without the full stop."""

    def __init__(self, why: Why, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why


class OSKeyring:
    """The keyring of the operating system, or *keyring* in its place."""

    def __init__(
        self, environ: Mapping[str, str], keyring: KeyringBackendLike | None, *, patience: float = PATIENCE
    ) -> None:
        self._environ = environ
        self._given = keyring
        self._patience = patience
        self._silent = False  # it did not answer in time once; it is not waited for again
        self._one_at_a_time = threading.RLock()  # stores are worked on at once; a person is asked one thing at a time

    def get(self, account: str) -> str | None:
        """The entry of *account*; None when there is none."""
        return self._ask(lambda keyring: keyring.get_password(SERVICE, account))

    def set(self, account: str, text: str) -> None:
        """Make *text* the entry of *account*."""
        self._ask(lambda keyring: keyring.set_password(SERVICE, account, text))

    def delete(self, account: str) -> None:
        """Take the entry of *account* away."""
        self._ask(lambda keyring: keyring.delete_password(SERVICE, account))

    def name(self) -> str:
        """The backend's name, for people."""
        try:
            return _name(self._serving())
        except Refusal:
            return "none"

    def look(self) -> Backend:
        """What keyring there is and whether it answers now."""
        try:
            keyring = self._serving()
        except Refusal as refusal:
            way_out = unlock_hint(self._environ, refusal)
            return Backend("none", plain_text=False, usable=False, problem=str(refusal), way_out=way_out)
        name, plain = _name(keyring), _keeps_plain_text(keyring)
        if _is(keyring, "keyring.backends.null"):
            return Backend(name, plain, usable=False, problem=f"The keyring {name} forgets everything it is given")
        try:
            self.get("doctor")
        except Refusal as refusal:
            way_out = unlock_hint(self._environ, refusal)
            return Backend(name, plain, usable=False, problem=str(refusal), way_out=way_out)
        return Backend(name, plain, usable=True)

    def _ask(self, call: Callable[[KeyringBackendLike], T]) -> T:
        with self._one_at_a_time:
            return self._in_time(lambda: self._answered(call))

    def _answered(self, call: Callable[[KeyringBackendLike], T]) -> T:
        keyring = self._open()
        try:
            return call(keyring)
        except Exception as problem:  # D-Bus, Windows and files all raise their own kinds
            refusal = _refusal(problem, _name(keyring))
        raise refusal

    def _in_time(self, work: Callable[[], T]) -> T:
        """What *work* comes to; a refusal when it takes longer than anybody needs to type a password."""
        answers: list[T] = []
        raised: list[BaseException] = []

        def worker() -> None:
            try:
                answers.append(work())
            except BaseException as error:
                raised.append(error)

        if not self._silent:
            asking = threading.Thread(target=worker, daemon=True)
            asking.start()
            left = self._patience
            while asking.is_alive() and left > 0:
                asking.join(min(left, _SLICE))
                left -= _SLICE
            if raised:
                raise raised[0]
            if answers:
                return answers[0]
            self._silent = True
        raise Refusal(Why.SILENT, "The keyring does not answer; it may be asking on the desktop for its password")

    def _open(self) -> KeyringBackendLike:
        if self._given is not None:
            return self._given
        try:
            import keyring

            found: Any = keyring.get_keyring()
        except Exception as problem:  # PYTHON_KEYRING_BACKEND may name anything
            refusal = _no_backend(problem, os.environ.get("PYTHON_KEYRING_BACKEND"))
        else:
            if found is not None:
                self._given = found
                return self._given
            refusal = Refusal(Why.NONE_THERE, "This machine has no keyring")
        raise refusal

    def _serving(self) -> KeyringBackendLike:
        """The backend that really does the work, behind a chain of them."""
        with self._one_at_a_time:
            keyring: Any = self._in_time(self._open)
        if _is(keyring, "keyring.backends.chainer"):
            chained = list(keyring.backends)
            if not chained:
                raise Refusal(Why.NONE_THERE, "This machine has no keyring")
            keyring = chained[0]
        if _is(keyring, "keyrings.alt.multi"):
            keyring = getattr(keyring, "_keyring", keyring)
        serving: KeyringBackendLike = keyring
        return serving


def unlock_hint(environ: Mapping[str, str], refusal: Refusal | None) -> str | None:
    """What to do about the keyring itself, beginning with a capital; None where nothing can be done."""
    match refusal.why if refusal else None:
        case Why.LOCKED:
            return "Unlock the keyring by logging in to the desktop with the password"
        case Why.SILENT:
            return "Unlock the keyring at the desktop first"
        case Why.NOT_SET_UP:
            return "Log in to the desktop once, so that it makes its keyring"
        case Why.NONE_THERE | Why.OTHER if not environ.get(BUS) and (bus := _user_bus()):
            return f"Set {BUS}=unix:path={bus}, where the desktop's keyring is"
        case _:
            return None


def _user_bus() -> Path | None:
    if not hasattr(os, "getuid"):
        return None
    bus = Path(f"/run/user/{os.getuid()}/bus")
    try:
        return bus if bus.exists() else None
    except OSError:
        return None


def _refusal(problem: Exception, name: str) -> Refusal:
    from keyring import errors

    match problem:
        case errors.NoKeyringError():
            return Refusal(Why.NONE_THERE, "No keyring is within reach of this run")
        case errors.KeyringLocked():
            return Refusal(Why.LOCKED, "The keyring is locked")
        case errors.InitError():
            return Refusal(Why.NOT_SET_UP, "The keyring is not set up yet, and nobody is there to do it")
        case errors.PasswordSetError():
            return Refusal(Why.OTHER, f"The keyring ({name}) did not take the entry")
        case errors.PasswordDeleteError():
            return Refusal(Why.OTHER, f"The keyring ({name}) did not delete the entry")
        # Of the Secret Service itself, raised between two steps of the library and not translated by it.
        case _ if type(problem).__name__ in ("LockedException", "PromptDismissedException"):
            return Refusal(Why.LOCKED, "The keyring is locked")
        case _ if type(problem).__name__ == "SecretServiceNotAvailableException":
            return Refusal(Why.NONE_THERE, "No keyring is within reach of this run")
        case RuntimeError():
            return Refusal(Why.OTHER, f"The keyring ({name}) cannot be reached")
        case _:
            return Refusal(Why.OTHER, f"The keyring ({name}) failed ({type(problem).__name__})")


def _no_backend(problem: Exception, chosen: str | None) -> Refusal:
    if chosen:
        return Refusal(Why.OTHER, f"The keyring that PYTHON_KEYRING_BACKEND names ({chosen[:80]}) cannot be used")
    return Refusal(Why.OTHER, f"The keyring cannot be opened ({type(problem).__name__})")


def _name(keyring: object) -> str:
    kind = type(keyring)
    return f"{kind.__module__}.{kind.__qualname__}"


def _is(keyring: object, module: str) -> bool:
    return type(keyring).__module__ == module


def _keeps_plain_text(keyring: object) -> bool:
    """Is this one of the backends that only encode? keyrings.alt has them, beside encrypting ones."""
    kind = type(keyring)
    if "plaintext" in kind.__name__.lower():
        return True
    safe = kind.__name__.startswith(("Encrypted", "Registry"))
    return kind.__module__.startswith("keyrings.alt") and not safe
