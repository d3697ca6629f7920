"""Letting a store go: what goes and what stays, and in which order, so that a run that stopped can be repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shopinf.discounts.links import link_of
from shopinf.discounts.records import Origin, Standing, standing
from shopinf.errors import CredentialsProblem, NotAllowed, NotFound, StoreReadOnly
from shopinf.money import Money
from shopinf.shell import quoted
from shopinf.stores import Store
from shopinf.work.livecapture.taking import count_store, erase_store

if TYPE_CHECKING:
    from shopinf.desk import Desk


@dataclass(frozen=True)
class LiveCode:
    """A code that customers can use, or could until it is paused."""

    code: str
    campaign: str
    influencer: str | None
    link: str
    pausing: bool


@dataclass(frozen=True)
class Gone:
    """How much of each kind goes, or went."""

    paused: int = 0
    app: int = 0
    ledger: Mapping[str, int] = field(default_factory=dict)
    credentials: int = 0
    connection: int = 1
    keyring_problem: str | None = None  # why the keyring still has the credentials


@dataclass(frozen=True)
class Plan:
    """What will go, and what stays."""

    erase: bool
    money: bool  # with what was earned, stated and paid
    owed: Sequence[Money]
    uninstall: bool
    codes: list[LiveCode]
    planned: Gone
    captures: bool  # Live Capture was set up: something of it may stand in the storefront

    @property
    def pausing(self) -> list[str]:
        return [each.code for each in self.codes if each.pausing]

    @property
    def staying(self) -> list[str]:
        return [each.code for each in self.codes if not each.pausing]


def plan_leaving(desk: Desk, store: Store, *, erase: bool, money: bool, pause: bool, uninstall: bool) -> Plan:
    """What will go with *store*, and what stays; the history of money goes only with *money*.

    Whatever would hinder that is said before anything is removed.
    """
    codes = _live_codes(desk, store, pause=pause)
    planned = Gone(
        paused=sum(each.pausing for each in codes),
        app=int(uninstall),
        ledger={**desk.ledger.counts(store.shop_id, money=money), **_waiting(count_store(desk, store.shop_id))}
        if erase
        else {},
        credentials=int(desk.vault.holds(store)),
    )
    owed = desk.ledger.owed(store.shop_id)
    plan = Plan(erase, money, owed, uninstall, codes, planned, desk.ledger.leads.capture(store.shop_id) is not None)
    if plan.pausing or (uninstall and store.leaving_at is None):
        _check_writable(desk, store)
    return plan


def _live_codes(desk: Desk, store: Store, *, pause: bool) -> list[LiveCode]:
    now = desk.clock.now()
    live = (Standing.ACTIVE, Standing.SCHEDULED)
    records = [each for each in desk.ledger.codes.of_shop(store.shop_id) if standing(each, now) in live]
    people = desk.ledger.people.by_id(each.person for each in records)
    found = []
    for each in records:
        person = people.get(each.person)
        address = link_of(store, each.code, person, each.campaign, each.redirect, each.utm)
        pausing = pause and each.origin is not Origin.TRACKED
        found.append(LiveCode(each.code, each.campaign, person.influencer if person else None, address, pausing))
    return found


def _check_writable(desk: Desk, store: Store) -> None:
    """What writes to the store needs its leave and its credentials."""
    if store.read_only:
        raise StoreReadOnly(
            f"{store.name} is connected read-only, so nothing is written to it",
            hint=f"shopinf disconnect {quoted(store.name)} without --uninstall-app and --pause-codes.",
        )
    desk.shop(store)


def leave(desk: Desk, store: Store, plan: Plan) -> Gone:
    """Remove it all: what is at Shopify first, while there are credentials for it, and the connection last."""
    paused = 0
    if plan.pausing:
        from shopinf.work.codes.switch import pause_all

        paused = pause_all(desk, store)
    with desk.erasing(store):
        app = _uninstall(desk, store) if plan.uninstall else 0
        ledger = desk.ledger.erase_store(store.shop_id, money=plan.money) if plan.erase else {}
        if plan.erase:
            ledger = {**ledger, **_waiting(erase_store(desk, store.shop_id))}
        forgotten = desk.vault.forget(store)
        desk.book.remove(store)
    return Gone(paused, app, ledger, int(bool(forgotten)), keyring_problem=forgotten.problem)


def _waiting(events: int) -> dict[str, int]:
    """Events of Live Capture that are on this machine's disk and not in the ledger yet, as one kind of what goes."""
    return {"events_that_wait": events} if events else {}


def _uninstall(desk: Desk, store: Store) -> int:
    """Remove the app from the store, noted before it is sent.

    The token goes with the app, so the run after one that stopped here cannot ask: refused, it knows that it is done.
    """
    from shopinf.shopify.shop import uninstall_app

    earlier = store.leaving_at is not None
    try:
        shop = desk.shop(store)
        desk.book.change(store, leaving_at=desk.clock.now())
        uninstall_app(shop)
    except (CredentialsProblem, NotFound, NotAllowed) as refused:
        if earlier and not isinstance(refused, NotAllowed):
            return 0
        desk.book.change(store, leaving_at=store.leaving_at)
        refused.hint = (
            "If the app is gone already, or Shopify does not let itself be told: "
            f"shopinf disconnect {quoted(store.name)} without --uninstall-app"
        )
        raise
    return 1
