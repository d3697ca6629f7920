"""The front door: the command line in, an exit code out; the one place where errors become words."""

from __future__ import annotations

import errno
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from shopinf import __version__

if TYPE_CHECKING:
    from shopinf.desk import Setting
    from shopinf.errors import ShopinfError


def run() -> None:
    """The `shopinf` program."""
    sys.exit(main(sys.argv[1:]))


def main(argv: Sequence[str], setting: Setting | None = None) -> int:
    """Carry out one command line and return its exit code; *setting* is what it may reach (tests bring their own)."""
    if list(argv) in (["--version"], ["-V"]):  # answered before anything is imported
        print(f"shopinf {__version__}", file=setting.stdout if setting else None)
        return 0
    from shopinf.commands import tree

    with tree.Door(setting) as door:
        try:
            return tree.carry_out(argv, door)
        except BrokenPipeError:  # whoever read our answer has enough of it
            return 0
        except (Exception, KeyboardInterrupt) as error:
            named = _named(error)
            door.desk.out.error(named)
            if door.desk.environ.get("SHOPINF_DEBUG") == "1":
                door.desk.out.say(_where(error))
            return named.code


def _named(error: BaseException) -> ShopinfError:
    """The error as one of ours: one sentence on what happened, one on what to do."""
    from shopinf.errors import Bug, MachineProblem, ShopinfError, Stopped

    match error:
        case ShopinfError():
            return error
        case KeyboardInterrupt():
            return Stopped("Stopped; what was done until then is recorded", hint="Run the same command again to go on.")
        case OSError() if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO):
            return MachineProblem(
                f"this machine could not write: {error.strerror}", hint="Make room, then run it again."
            )
        case _:
            return Bug(
                f"shopinf made a mistake of its own ({type(error).__name__}); what was done before is recorded",
                hint="Run it again with SHOPINF_DEBUG=1 and report where it happened.",
            )


def _where(error: BaseException) -> str:
    """Files, lines and functions of a traceback, without any value."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    return "\n".join([*(f"{f.filename}:{f.lineno} in {f.name}" for f in frames), type(error).__name__])
