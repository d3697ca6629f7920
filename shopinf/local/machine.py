"""This machine as its timers meet it: the zone they go by, and the program they are to start."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shopinf.local.oskeyring import Backend

LOCALTIME = Path("/etc/localtime")
_HALF_A_YEAR = timedelta(days=182)


def operator(environ: Mapping[str, str]) -> str:
    """Who runs this: `SHOPINF_USER`, which a team's timer may set, else the name of the login."""
    if named := environ.get("SHOPINF_USER", "").strip():
        return named
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's number without a name
        return "unknown"


def own_timer() -> str:
    """What runs commands by the clock on this machine, where nobody says otherwise."""
    return {"darwin": "launchd", "win32": "windows"}.get(sys.platform, "cron")


def lacks(timer: str) -> bool:
    """Is *timer* one that this machine's system does not have? macOS has a cron besides its own."""
    return timer in {"win32": ("cron", "systemd"), "darwin": ("systemd",)}.get(sys.platform, ())


class LocalZone(NamedTuple):
    """A zone, by the name it has here."""

    zone: tzinfo
    name: str


def local_zone(environ: Mapping[str, str], localtime: Path | None = None) -> LocalZone:
    """The zone of this machine's wall clocks: what TZ names, else the machine's own."""
    named = _named(environ.get("TZ", "").strip().removeprefix(":"))
    return named or machine_zone(localtime)


def machine_zone(localtime: Path | None = None) -> LocalZone:
    """The zone that the machine itself is set to, whatever TZ says in this shell."""
    localtime = localtime or LOCALTIME
    try:
        if found := _named(str(localtime.resolve(strict=True)).rpartition("/zoneinfo/")[2]):
            return found
        with localtime.open("rb") as file:  # a copy of the zone, which does not know its name
            return LocalZone(ZoneInfo.from_file(file, "local"), str(localtime))
    except (OSError, ValueError):
        return _asked_zone()


def _asked_zone() -> LocalZone:
    """The zone as the library knows to ask for it: of the registry on Windows, of other files elsewhere.

    Only what it cannot tell is a bare difference to UTC, which knows of no clock change.
    """
    import tzlocal

    try:
        if found := _named(tzlocal.get_localzone_name() or ""):
            return found
    except (OSError, ValueError, LookupError):
        pass
    fixed = datetime.now(UTC).astimezone().tzinfo or UTC
    return LocalZone(fixed, str(fixed))


def alike(one: tzinfo, other: tzinfo, now: datetime) -> bool:
    """Do the two show one time, now and half a year later?"""
    return all(
        moment.astimezone(one).utcoffset() == moment.astimezone(other).utcoffset()
        for moment in (now, now + _HALF_A_YEAR)
    )


def program(typed: str, python: str) -> tuple[str, ...]:
    """The absolute path of the program that runs as *typed*, or of its like beside *python*.

    Links are not followed: what they lead to moves when the program is renewed.
    """
    script = Path(typed)
    if script.stem == "shopinf" and script.is_file():
        return (str(script.absolute()),)
    beside = Path(python).with_name("shopinf.exe" if sys.platform == "win32" else "shopinf")
    return (str(beside),) if beside.is_file() else (python, "-m", "shopinf")


def session_bus(backend: Backend, user: int | None) -> str | None:
    """The address at which a run outside the desktop finds this keyring; None for one that needs none.

    That of the user's own bus, since the one of this session ends with it.
    """
    if not sys.platform.startswith("linux") or user is None or backend.name.startswith("keyrings.alt."):
        return None
    return f"unix:path=/run/user/{user}/bus"


def user_id() -> int | None:
    """The number of this user; None where users have none."""
    return os.getuid() if hasattr(os, "getuid") else None


def _named(key: str) -> LocalZone | None:
    try:
        return LocalZone(ZoneInfo(key), key) if key else None
    except (OSError, ValueError, KeyError):  # no such zone, or no name of one
        return None
