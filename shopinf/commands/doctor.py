"""`shopinf doctor`: keyring, config, ledger, clock, network, and each store at a glance."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shopinf import __version__
from shopinf.choices import FormChoice
from shopinf.commands.options import DeskContext, Noun, examples
from shopinf.errors import PartlyDone, ShopinfError
from shopinf.results import Result, columns
from shopinf.stores import Store

if TYPE_CHECKING:
    from shopinf.desk import Desk

app = Noun(help="Look everything over.")

CHECK_COLUMNS = columns("check status detail next")


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: `ok`, something to look at, or something that does not work."""

    check: str
    status: str
    detail: str
    next: str | None = None
    code: int = 0

    def row(self) -> dict[str, str | None]:
        return {"check": self.check, "status": self.status, "detail": self.detail, "next": self.next}


@app.command("doctor", epilog=examples("doctor", "doctor -f json"))
def doctor(desk: DeskContext, form: FormChoice = FormChoice()) -> None:
    """Look over this machine and every store.

    Keyring, config, ledger, clock, network, stores: what works, and what to do where something does not.
    """
    desk.form(form)
    checks = [
        Check("shopinf", "ok", f"{__version__} on Python {platform.python_version()}, {sys.platform}"),
        _tried("config", lambda: _config(desk)),
        _tried("keyring", lambda: _keyring(desk)),
        _tried("ledger", lambda: _ledger(desk)),
        *_stores(desk),
    ]
    desk.show(Result("shopinf.doctor/1", CHECK_COLUMNS, [check.row() for check in checks]), form)
    failed = [check for check in checks if check.status == "failed"]
    if failed:
        verdict = PartlyDone(f"{len(failed)} of {len(checks)} checks failed", hint="See the next column of each.")
        verdict.code = failed[0].code if len({check.code for check in failed}) == 1 else verdict.code
        raise verdict


def _tried(name: str, look: Callable[[], Check]) -> Check:
    """The check, or what it ran into: a doctor does not stop at the first wound."""
    try:
        return look()
    except ShopinfError as error:
        return Check(name, "failed", error.message, error.hint, error.code)


def _config(desk: Desk) -> Check:
    return Check("config", "ok", f"{desk.places.config_file}; API version {desk.config.api_version}")


def _keyring(desk: Desk) -> Check:
    backend = desk.vault.backend()
    if not backend.usable:
        return Check(
            "keyring",
            "warning",
            backend.problem or "no keyring",
            "Keep credentials in the environment, or set up a keyring.",
        )
    if backend.plain_text:
        return Check(
            "keyring", "warning", f"{backend.name} keeps secrets as plain text", "Install a real keyring service."
        )
    return Check("keyring", "ok", backend.name)


def _ledger(desk: Desk) -> Check:
    desk.ledger.database.key()
    return Check("ledger", "ok", desk.ledger.shown)


def _stores(desk: Desk) -> list[Check]:
    try:
        stores = desk.book.all()
    except ShopinfError as error:
        return [Check("stores", "failed", error.message, error.hint, error.code)]
    if not stores:
        return [Check("stores", "ok", "none connected yet", "shopinf connect STORE")]
    enabled = [store for store in stores if not store.disabled]
    looked = desk.each_store(enabled, lambda store: _store(desk, store)) if enabled else None
    found = {o.store.name: o for o in looked.all} if looked else {}
    checks = []
    for store in stores:
        if store.disabled:
            checks.append(Check(store.name, "ok", "disabled", f"shopinf stores enable {store.name}"))
        elif wrong := found[store.name].error:
            checks.append(Check(store.name, "failed", wrong.message, wrong.hint, wrong.code))
        else:
            checks.append(found[store.name].value or Check(store.name, "ok", ""))
    return checks


def _store(desk: Desk, store: Store) -> Check:
    """The store answers, with credentials from a source that is named, at a time that agrees with ours."""
    source = desk.vault.find(store).source
    answer = desk.shop(store).answer("GET", "shop.json", fields="id,name")
    shown = f"answers; credentials from {source}"
    off = _clock_off(desk, answer.headers.get("date"))
    if off is not None and abs(off) > 120:
        return Check(
            store.name, "warning", f"{shown}; this machine's clock is {off:+.0f} s off", "Set the clock (NTP)."
        )
    return Check(store.name, "ok", shown)


def _clock_off(desk: Desk, date: str | None) -> float | None:
    from email.utils import parsedate_to_datetime

    if not date:
        return None
    try:
        return (desk.clock.now() - parsedate_to_datetime(date)).total_seconds()
    except (ValueError, TypeError):
        return None
