"""`shopinf doctor`: keyring, config, ledger, clock, network, and each store at a glance."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shopinf import __version__
from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.errors import BrokenConfig, CredentialsProblem, KeyringProblem, NoAnswer, PartlyDone, ShopinfError, Stopped
from shopinf.results import Failure, Format, Result, columns
from shopinf.shell import quoted
from shopinf.stores import Store
from shopinf.words import agreeing, counted, few

if TYPE_CHECKING:
    from shopinf.desk import Desk, Outcome

app = Noun()

COLUMNS = columns("check status detail next")
CLOCK_OFF = 120  # seconds; Shopify does not mind less, and neither do our watermarks


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: `ok`, a `warning`, or `failed`."""

    check: str
    status: str
    detail: str
    next: str | None = None
    code: int = 0

    def row(self) -> dict[str, str | None]:
        return {"check": self.check, "status": self.status, "detail": self.detail, "next": self.next}

    @classmethod
    def failed(cls, name: str, error: ShopinfError) -> Check:
        return cls(name, "failed", error.message, error.hint, error.code)


@dataclass(frozen=True)
class Sighting:
    """A store that answers: where its credentials are, and how far this machine's clock is from its own."""

    source: str
    clock_off: float | None


@app.command("doctor", columns=COLUMNS, epilog=examples("doctor", "doctor -f json"))
def doctor(desk: DeskContext, form: FormChoice = FormChoice()) -> None:
    """Look over this machine and every store.

    Keyring, config, ledger, clock, network, stores: what works, and what to do where something does not. Exit code 7
    when something does not work.
    """
    chosen = desk.form(form)
    config = _tried("config", lambda: _config(desk))
    stores, outcomes = _looked(desk)
    checks = [
        Check("shopinf", "ok", f"{__version__} on Python {platform.python_version()}, {sys.platform}"),
        config,
        _tried("keyring", lambda: _keyring(desk, outcomes)),
        _tried("ledger", lambda: _ledger(desk)) if config.status == "ok" else _not_looked_at("ledger"),
        _clock(outcomes),
        _network(desk, outcomes),
        *_ways(desk),
        *_pages(desk, config),
        *stores,
    ]
    failures = [
        Failure(None, check.check, check.detail, check.code or 1) for check in checks if check.status == "failed"
    ]
    rows = [check.row() for check in checks]
    told = failures if chosen.format is Format.JSON else ()  # a table has them in its rows
    desk.show(Result("shopinf.doctor/1", COLUMNS, rows, failures=told, card=True), form)
    if failures:
        names = ", ".join(failure.what for failure in failures)
        raise PartlyDone(
            f"{len(failures)} of {len(checks)} checks failed: {names}", hint="The column next says what to do."
        )


def _tried(name: str, look: Callable[[], Check]) -> Check:
    """The check, or what it ran into: a doctor does not stop at the first wound."""
    try:
        return look()
    except Stopped:
        raise
    except ShopinfError as error:
        return Check.failed(name, error)


def _not_looked_at(name: str) -> Check:
    return Check(name, "warning", "not looked at, since config.toml says where it is", "Correct config.toml first.")


def _config(desk: Desk) -> Check:
    return Check("config", "ok", f"{desk.places.config_file}; API version {desk.config.api_version}")


def _keyring(desk: Desk, outcomes: Sequence[Outcome[Sighting]]) -> Check:
    backend = desk.vault.backend()
    if backend.usable and backend.plain_text:
        return Check(
            "keyring", "warning", f"{backend.name} keeps secrets as plain text", "Install a real keyring service."
        )
    if backend.usable:
        return Check("keyring", "ok", backend.name)
    elsewhere = bool(outcomes) and all(o.value and not o.value.source.startswith("keyring") for o in outcomes)
    detail = backend.problem or "This machine has no keyring"
    if elsewhere:
        return Check("keyring", "ok", f"{detail}; no store needs it")
    otherwise = "Set SHOPINF_<HANDLE>_ACCESS_TOKEN for each store, or set up a keyring"
    return Check("keyring", "warning", detail, f"{backend.way_out or otherwise}; shopinf connect --help tells more.")


def _ledger(desk: Desk) -> Check:
    desk.ledger.database.key()
    return Check("ledger", "ok", desk.ledger.shown)


def _clock(outcomes: Sequence[Outcome[Sighting]]) -> Check:
    known = [(o.store, o.value.clock_off) for o in outcomes if o.value and o.value.clock_off is not None]
    if not known:
        return Check("clock", "ok", "not compared: no store told its time")
    store, off = max(known, key=lambda one: abs(one[1]))
    if abs(off) > CLOCK_OFF:
        way = "ahead of" if off > 0 else "behind"
        return Check("clock", "warning", f"{abs(off):.0f} seconds {way} that of {store.name}", "Set the clock (NTP).")
    return Check("clock", "ok", "agrees with Shopify's")


def _network(desk: Desk, outcomes: Sequence[Outcome[Sighting]]) -> Check:
    from shopinf.local.config import mask_url
    from shopinf.network.proxies import certificates_named, proxy_named

    proxy = proxy_named(desk.environ)
    by = f"through the proxy {mask_url(proxy)}" if proxy else "without a proxy"
    by += "".join(f", certificates from {name}" for name in certificates_named(desk.environ))
    silent = [o.store.name for o in outcomes if isinstance(o.error, NoAnswer)]
    asked = [o for o in outcomes if o.value or isinstance(o.error, NoAnswer)]
    if not asked:
        return Check("network", "ok", f"{by}; not tried, since no store could be asked")
    if silent:
        return Check(
            "network",
            "warning",
            f"{by}; {len(silent)} of {counted(len(asked), 'store')} gave no answer: {', '.join(silent)}",
            "Look at the proxy, the firewall and www.shopifystatus.com.",
        )
    return Check("network", "ok", f"{by}; {agreeing(len(asked), 'the store', 'every store')} answers")


def _pages(desk: Desk, config: Check) -> Iterator[Check]:
    """What pages are made with, where anything is set: found now, and not at the end of a month."""
    if config.status != "ok":
        return
    if desk.config.agency_logo:
        yield _tried("logo", lambda: Check("logo", "ok", _picture(desk)))
    with suppress(BrokenConfig):  # the check of the stores tells of a list that cannot be read
        if strangers := desk.languages_of_nobody():
            said = f"config.toml has a language for {few([*strangers])}: no store and no group is called that"
            near = next(filter(None, strangers.values()), None) if len(strangers) == 1 else None
            listed = "shopinf stores list"
            yield Check("languages", "warning", said, f"Did you mean {near}? Otherwise: {listed}" if near else listed)


def _picture(desk: Desk) -> str:
    logo = desk.letterhead().logo
    return f"{desk.config.agency_logo}, {logo.kind}, {len(logo.content):,} bytes" if logo else ""


def _ways(desk: Desk) -> Iterator[Check]:
    """How reports leave, where that is connected: by which server, and where its secret is; nothing is asked there."""
    from shopinf.delivery.ways import WAYS
    from shopinf.work.reports.keys import described, found

    for way in WAYS.values():
        try:
            if there := found(desk, way):
                server, sender = described(way.via, there.keys)
                whose = f" as {sender}" if sender else ""
                yield Check(way.title, "ok", f"reports leave by {server}{whose}; credentials from {there.where}")
        except CredentialsProblem as problem:
            # Without a keyring there is nothing in it, and the check of the keyring tells of one that is locked.
            if not isinstance(problem, KeyringProblem):
                yield Check.failed(way.title, problem)


def _looked(desk: Desk) -> tuple[list[Check], Sequence[Outcome[Sighting]]]:
    """A check for each store, and what came of asking those that are enabled."""
    try:
        stores = desk.book.all()
    except ShopinfError as error:
        return [Check.failed("stores", error)], []
    if not stores:
        return [Check("stores", "ok", "none connected yet", "shopinf connect STORE")], []
    enabled = [store for store in stores if not store.disabled]
    outcomes = desk.each_store(enabled, lambda store: _sighted(desk, store)).all
    found = {outcome.store.shop_id: outcome for outcome in outcomes}
    return [_store(store, found.get(store.shop_id)) for store in stores], outcomes


def _store(store: Store, outcome: Outcome[Sighting] | None) -> Check:
    if outcome is None:
        return Check(store.name, "ok", "disabled", f"shopinf stores enable {quoted(store.name)}")
    if outcome.error:
        return Check.failed(store.name, outcome.error)
    assert outcome.value
    return Check(store.name, "ok", f"answers; credentials from {outcome.value.source}")


def _sighted(desk: Desk, store: Store) -> Sighting:
    """The store answers, and is the one that was connected."""
    source = desk.vault.find(store).source
    shop = desk.shop(store)
    answer = shop.answer("GET", "shop.json", fields="id,name")
    found = answer.json.get("shop") if isinstance(answer.json, dict) else None
    if not isinstance(found, dict) or found.get("id") != store.shop_id:
        raise NoAnswer(
            f"What answers at {store.base_url} is not the shop that was connected as {store.name}",
            hint=f"shopinf disconnect {quoted(store.name)}, or look for a proxy or login page in between.",
        )
    return Sighting(source, _clock_off(desk, answer.headers.get("date")))


def _clock_off(desk: Desk, date: str | None) -> float | None:
    from email.utils import parsedate_to_datetime

    if not date:
        return None
    try:
        return (desk.clock.now() - parsedate_to_datetime(date)).total_seconds()
    except (ValueError, TypeError):
        return None
