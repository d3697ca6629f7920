"""Discount codes as the ledger knows them: where each stands, which price rule it has, and whether it works now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shopinf.discounts.combining import UNSAID, UNTOUCHED, Combining
from shopinf.discounts.rules import UNKNOWN, is_own
from shopinf.discounts.terms import Terms


class State(StrEnum):
    """Where a code stands in the ledger."""

    INTENDED = "intended"  # planned, perhaps sent; the store may have it
    LIVE = "live"
    FAILED = "failed"  # could not be made; its key is free to be tried again
    PAUSED = "paused"
    MISSING = "missing"  # tracked for old orders, no longer in the store
    RETIRED = "retired"  # never made again


class Origin(StrEnum):
    """How a code came to us, which decides what we may do with its price rule."""

    MADE = "made"
    TRACKED = "tracked"  # only attributed
    ADOPTED = "adopted"  # managed as if made here


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """A price rule as the ledger knows it; `id` is the ledger's, `price_rule_id` Shopify's."""

    id: int
    key: str
    terms: Terms
    reference: str  # short and unique, part of the title
    title: str
    origin: Origin
    live: bool
    price_rule_id: int | None = None
    before_id: int | None = None
    sent_at: datetime | None = None
    run: str | None = None  # that sent it
    combining: Combining = UNTOUCHED  # as the store is known to have it
    asked: Combining = UNSAID  # what it is to combine with, as far as that was said
    refused: str | None = None  # why the store does not have it so

    @property
    def in_doubt(self) -> bool:
        """May the store have it, although that is not known here? Then it is looked for before it is sent again."""
        return not self.live and self.sent_at is not None

    @property
    def own(self) -> bool:
        """Is it the rule of one code alone?"""
        return is_own(self.key)

    @property
    def known(self) -> bool:
        """Is it known what it says? It is not where a tracked code was no longer in the store."""
        return self.key != UNKNOWN

    @property
    def meant(self) -> Combining:
        """What the store is expected to have it combine with; of others' rules that is what was seen last."""
        if self.origin is Origin.MADE and self.combining.combines is not None:
            return self.asked.over(Combining(()))
        return self.asked.over(self.combining)

    @property
    def passed_on(self) -> Combining:
        """What a code that takes the place of one of this rule's is to combine with."""
        known = UNSAID if self.origin is Origin.MADE or self.combining.is_plain else self.combining
        return self.asked.over(known)

    @property
    def uncombined(self) -> bool:
        """Was it asked to combine in a way that the store is not known to have?"""
        return not self.combining.meets(self.asked)


@dataclass(frozen=True, slots=True)
class CodeRecord:
    """A code as the ledger knows it; `person` is the influencer's opaque id, empty for a code made by number."""

    id: int
    campaign: str
    person: str
    slot: str
    code: str
    rule: RuleRecord
    origin: Origin
    state: State
    discount_code_id: int | None
    commission: str | None
    redirect: str | None
    utm: Mapping[str, str]
    explicit: bool
    error: str | None
    made_at: datetime

    @property
    def key(self) -> tuple[str, str]:
        return self.person, self.slot


class Standing(StrEnum):
    """What an operator sees of a code."""

    ACTIVE = "active"
    SCHEDULED = "scheduled"
    PAUSED = "paused"
    EXPIRED = "expired"
    MISSING = "missing"
    RETIRED = "retired"
    FAILED = "failed"
    UNFINISHED = "unfinished"


def standing(record: CodeRecord, now: datetime) -> Standing:
    """Does the code work *now*, and if not, why?"""
    match record.state:
        case State.PAUSED:
            return Standing.PAUSED
        case State.MISSING:
            return Standing.MISSING
        case State.RETIRED:
            return Standing.RETIRED
        case State.FAILED:
            return Standing.FAILED
        case State.INTENDED:
            return Standing.UNFINISHED
        case State.LIVE:
            terms = record.rule.terms
            if terms.ends is not None and terms.ends <= now:
                return Standing.EXPIRED
            return Standing.SCHEDULED if terms.starts is not None and terms.starts > now else Standing.ACTIVE
