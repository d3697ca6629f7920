"""Which codes go on earning by something more particular than a rate that was just agreed, and how to change that."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Reach:
    """A rate that was agreed, and from which day on it is asked what it reaches; None: that there is no rate."""

    subject: Subject
    day: date
    rate: str | None


def particular_notes(desk: Desk, agreed: Sequence[Reach], besides: Collection[Subject] = ()) -> list[str]:
    """A note for each code that one of *agreed*, an influencer's or a campaign's rate, does not reach.

    What was agreed *besides*, in the same sheet, is meant to go before, and no news.
    """
    general = [each for each in agreed if (each.subject.person or each.subject.campaign) and not each.subject.product]
    found = _going_before(desk, [each for each in general if not each.subject.code])
    others = [each for each in found if each[2].subject not in besides]
    notes = [_said(*each) for each in others[:_MOST]]
    if len(others) > _MOST:
        people = {each.subject.person for each in general}
        [person] = desk.ledger.people.by_id(people).values() if len(people) == 1 and "" not in people else [None]
        look = f"shopinf influencers show {quoted(person.influencer)}" if person else "shopinf rates list --all-stores"
        notes.append(f"and so do {counted(len(others) - _MOST, 'more code')}: {look}")
    return notes


def _going_before(desk: Desk, agreed: Sequence[Reach]) -> list[tuple[Store, CodeRecord, Agreed, Reach]]:
    """The codes that something more particular holds for, what that is, and what was agreed instead."""
    people = {each.subject.person for each in agreed}
    only = next(iter(people)) if len(people) == 1 else ""
    found = []
    for store in desk.book.all() if agreed else ():
        codes = desk.ledger.codes.of_shop(store.shop_id, person=only or None)
        codes = [code for code in codes if code.state not in (State.FAILED, State.RETIRED)]
        known = {code.person: code.person for code in codes}
        book = RateBook(desk.ledger.rates.of_store(store.shop_id, store.currency, known))
        for code in codes:
            if "" not in people and code.person not in people:
                continue
            whole = Subject(store.shop_id, code.id, code.campaign, code.person)
            for each in agreed:
                if not each.subject.concerns(whole) or (wins := book.winning(whole, each.day)) is None:
                    continue
                if wins.subject.rank() > each.subject.rank():
                    found.append((store, code, wins, each))
    return found


def _said(store: Store, code: CodeRecord, wins: Agreed, agreed: Reach) -> str:
    """Which rate a code goes by all the same, and how to give it the new one from the same day on."""
    said = f"{code.code} in {store.name} goes on earning {wins.rate}: {wins.why} goes before this one."
    if not wins.subject.code or agreed.rate is None:
        return said
    return (
        f"{said} To change it: shopinf rates set {quoted(agreed.rate)} --code {quoted(code.code)} --from {agreed.day} "
        f"-s {quoted(store.name)}"
    )
