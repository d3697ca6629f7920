"""Every failure we mean, drawn as a tree.

The first level below `ShopinfError` is one class per exit code, since each code asks the caller for a different
reaction; below it are the failures that deserve a name of their own. A message is one sentence on what happened, a
hint is one sentence or command on what to do next. Neither ever holds a secret.

    ShopinfError                1   a bug in shopinf
    ├── BadInput                2   wrong usage or bad input
    ├── NotFound                3   not connected, no such store, influencer, order, campaign
    ├── CredentialsProblem      4   refused, malformed, missing, or no keyring
    ├── NotAllowed              5   the store does not allow it
    ├── NoAnswer                6   no usable answer after all tries
    ├── PartlyDone              7   some stores or rows failed, the rest is delivered
    ├── Busy                    8   another shopinf run holds the lock
    ├── MachineProblem          9   this machine: disk, ledger
    └── Stopped               130   stopped by Ctrl-C
"""

from __future__ import annotations

import errno


class ShopinfError(Exception):
    """A failure that shopinf can name; `code` is the exit code it ends a run with."""

    code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message


class Bug(ShopinfError):
    """A mistake of shopinf's own."""


# 2: wrong usage or bad input


class BadInput(ShopinfError):
    """What was typed or handed over cannot be used as it is."""

    code = 2


class BadSheet(BadInput):
    """A sheet is wrong at a place that can be named."""

    def __init__(
        self, file: str, message: str, *, line: int | None = None, column: str | None = None, hint: str | None = None
    ) -> None:
        place = file if line is None else f"{file}, line {line}"
        if column is not None:
            place += f", column {column}"
        super().__init__(f"{place}: {message}", hint=hint)


class BrokenConfig(BadInput):
    """A file in the config folder cannot be read as it stands."""


# 3: not there


class NotFound(ShopinfError):
    """No such store, shop, influencer, order or campaign."""

    code = 3


class NotConnected(NotFound):
    """The store is not connected here."""


class NoSuchShop(NotFound):
    """Shopify knows no shop of that name."""


class NoSuchThing(NotFound):
    """Shopify answered 404: no such id, or it is gone."""


# 4: credentials


class CredentialsProblem(ShopinfError):
    """Credentials are refused, malformed, missing, or cannot be kept."""

    code = 4


class CredentialsRefused(CredentialsProblem):
    """Shopify answered 401, or the token endpoint an OAuth error."""


class CredentialsMissing(CredentialsProblem):
    """No source has credentials for the connection."""


class KeyringProblem(CredentialsProblem):
    """There is no keyring, or it is locked, or it does not keep what it is given."""


# 5: the store does not allow it


class NotAllowed(ShopinfError):
    """The store does not allow it, whoever asks again."""

    code = 5


class ScopeMissing(NotAllowed):
    """A scope was not granted; `scope` names it."""

    def __init__(self, message: str, *, scope: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.scope = scope


class CustomerDataProtected(NotAllowed):
    """The app is not approved for protected customer data."""


class StoreReadOnly(NotAllowed):
    """The store is connected with --read-only, so nothing is written to it."""


class StoreFrozen(NotAllowed):
    """402: the store is frozen or paused."""


class StoreLocked(NotAllowed):
    """423: Shopify locked the store's API."""


class RequestRejected(NotAllowed):
    """403 or 430 without a scope to name, or something that Shopify has closed."""


# 6: no usable answer


class NoAnswer(ShopinfError):
    """No usable answer from Shopify or a provider after all tries."""

    code = 6


class LostResponse(NoAnswer):
    """A write was sent and its answer never came: it may or may not have taken effect."""


# 7: partly done


class PartlyDone(ShopinfError):
    """Some stores or rows failed; the rest is delivered."""

    code = 7


class Refused(BadInput):
    """Shopify answered 4xx to what we sent: `fields` has its words by field."""

    def __init__(self, message: str, *, fields: dict[str, list[str]] | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.fields = fields or {}


# 8, 9, 130


class Busy(ShopinfError):
    """Another shopinf run holds the lock."""

    code = 8


class MachineProblem(ShopinfError):
    """This machine: disk full, ledger unreachable, or written by a newer shopinf."""

    code = 9


class Stopped(ShopinfError):
    """Stopped by Ctrl-C or SIGTERM; what is done is recorded."""

    code = 130


class Interrupted(Stopped):
    """Ctrl-C or SIGTERM in the middle of work: what is done is recorded, and the same command goes on."""

    def __init__(self) -> None:
        super().__init__("Stopped; what was done until then is recorded", hint="Run the same command again to go on.")


_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)


def named(error: BaseException) -> ShopinfError:
    """The error as one of ours: one sentence on what happened, one on what to do, and where it was raised."""
    match error:
        case ShopinfError():
            return error
        case KeyboardInterrupt():
            found: ShopinfError = Interrupted()
        case MemoryError():
            found = MachineProblem(
                "This machine has no memory left for it; what was done before is recorded",
                hint="Close other programs, or do less at once, then run it again.",
            )
        case OSError() if error.errno in _DISK:
            found = MachineProblem(
                f"this machine could not write: {error.strerror}", hint="Make room, then run it again."
            )
        case _:
            found = Bug(
                f"shopinf made a mistake of its own ({type(error).__name__}); what was done before is recorded",
                hint="Run it again with SHOPINF_DEBUG=1 and report where it happened.",
            )
    return found.with_traceback(error.__traceback__)
