"""Which codes go on earning by something more particular than a rate that was just agreed, and how to change that."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from shopinf.discounts.records import CodeRecord, State
from shopinf.payouts.rates import Agreed, RateBook, Subject
from shopinf.shell import quoted
from shopinf.words import counted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Store

_MOST = 5  # codes named one by one


def particular_notes(desk: Desk, agreed: Subject, day: date, rate: str | None) -> list[str]:
    """A note for each code that *agreed*, an influencer's or a campaign's, does not reach from *day* on.

    *rate*: what was agreed; None: that there is none.
    """
    others = _going_before(desk, agreed, day)
    notes = [_said(desk, *each, rate) for each in others[:_MOST]]
    if len(others) > _MOST:
        person = desk.ledger.people.by_id([agreed.person]).get(agreed.person)
        look = f"shopinf influencers show {quoted(person.influencer)}" if person else "shopinf rates list --all-stores"
        notes.append(f"and so do {counted(len(others) - _MOST, 'more code')}: {look}")
    return notes


def _going_before(desk: Desk, agreed: Subject, day: date) -> list[tuple[Store, CodeRecord, Agreed]]:
    found = []
    for store in desk.book.all():
        codes = desk.ledger.codes.of_shop(store.shop_id, person=agreed.person or None)
        codes = [code for code in codes if code.state not in (State.FAILED, State.RETIRED)]
        people = {code.person: code.person for code in codes}
        book = RateBook(desk.ledger.rates.of_store(store.shop_id, store.currency, people))
        for code in codes:
            whole = Subject(store.shop_id, code.id, code.campaign, code.person)
            if agreed.concerns(whole) and (wins := book.winning(whole, day)) and wins.subject.rank() > agreed.rank():
                found.append((store, code, wins))
    return found


def _said(desk: Desk, store: Store, code: CodeRecord, wins: Agreed, rate: str | None) -> str:
    """Which rate a code goes by all the same, and how to give it the new one."""
    said = f"{code.code} in {store.name} goes on earning {wins.rate}: {wins.why} goes before this one."
    if not wins.subject.code or rate is None:
        return said
    person = desk.ledger.people.by_id([code.person]).get(code.person)
    if person is None:
        return (
            f"{said} To change it: shopinf rates set {quoted(rate)} --code {quoted(code.code)} -s {quoted(store.name)}"
        )
    slot = f" --slot {quoted(code.slot)}" if code.slot else ""
    return (
        f"{said} To change it: shopinf discounts create -s {quoted(store.name)} --campaign {quoted(code.campaign)} "
        f"--influencer {quoted(person.influencer)}{slot} --commission {quoted(rate)} --update-terms"
    )
