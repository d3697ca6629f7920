"""Commissions by tiers in a report: the orders of one influencer rise through them together, over its period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from shopinf.attribution.credits import Credit, Event, Excluded, Status
from shopinf.attribution.earning import pooled
from shopinf.money import rounded
from shopinf.payouts.rates import Tiers

Outcome = list[Credit] | Excluded


def in_tiers(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The same, with what orders earn by tiers; those that are not due yet come after the others."""
    found = [each for outcome in outcomes if isinstance(outcome, list) for each in outcome if rises(each)]
    if not found:
        return list(outcomes)
    found.sort(key=_turn)
    commissions: dict[int, Decimal] = {}
    for currency in {each.order.currency for each in found}:
        group = [each for each in found if each.order.currency == currency]
        earned = pooled([(each.influencer, each.earned) for each in group], currency)
        commissions |= {id(each): amount for each, amount in zip(group, earned, strict=True)}
    return [
        [_earning(each, commissions[id(each)]) if id(each) in commissions else each for each in outcome]
        if isinstance(outcome, list)
        else outcome
        for outcome in outcomes
    ]


def rises(credit: Credit) -> bool:
    """Does what it earns depend on the others of its period?"""
    counts = credit.status in (Status.APPROVED, Status.PENDING)
    return counts and any(isinstance(part.rate, Tiers) for part in credit.parts)


def _turn(credit: Credit) -> tuple[bool, datetime, int]:
    return credit.status is Status.PENDING, credit.order.processed_at, credit.order.order_id


def _earning(credit: Credit, commission: Decimal) -> Credit:
    """The credit with what it earns; its events share that by what each changed of the net sales."""
    net = credit.amounts.net_sales
    if not net:
        return replace(credit, commission=commission)
    share, taken, left = commission / net, Decimal(0), Decimal(0)
    events: list[Event] = []
    for event in credit.events:
        left += event.amounts.net_sales
        total = rounded(left * share, credit.order.currency)
        events.append(replace(event, commission=total - taken))
        taken = total
    return replace(credit, commission=commission, events=tuple(events))
