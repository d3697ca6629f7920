"""Rows of codes and price rules: how they are written in bulk, and read as values of the agency's world."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Select, select, update

from shopinf.discounts.codes import ALPHABET
from shopinf.discounts.combining import UNSAID, UNTOUCHED, Combining
from shopinf.discounts.records import CodeRecord, Origin, RuleRecord, State
from shopinf.discounts.rules import is_own
from shopinf.discounts.terms import Terms
from shopinf.ledger.tables.journal import codes, price_rules

T = TypeVar("T")

CHUNK = 400  # values in one query, rows in one transaction


@dataclass(frozen=True, slots=True)
class Intended:
    """A code about to be made, and the price rule it needs."""

    person: str
    slot: str
    code: str
    explicit: bool
    rule_key: str
    terms: Terms
    title: str  # without the reference, which is added
    reference: str
    commission: str | None = None
    redirect: str | None = None
    utm: Mapping[str, str] = field(default_factory=dict)
    price_rule_id: int | None = None  # where the store has its rule already
    asked: Combining = UNSAID  # what it is to combine with


@dataclass(frozen=True, slots=True)
class Tracked:
    """A code of another origin, with the price rule it has in the store, if it is still there."""

    person: str
    slot: str
    code: str
    state: State
    origin: Origin
    rule_key: str
    terms: Terms
    title: str
    price_rule_id: int | None
    discount_code_id: int | None
    commission: str | None = None
    made_at: datetime | None = None  # None: not known, so as old as its entry here


def joined() -> Select[Any]:
    """Codes beside their price rules."""
    return select(codes, *(column.label(f"rule_{column.name}") for column in price_rules.c)).join(
        price_rules, codes.c.rule == price_rules.c.id
    )


def read_record(row: Row[Any], rules: dict[int, RuleRecord]) -> CodeRecord:
    """One row of `joined`; codes of one rule share its record in *rules*."""
    one = row._mapping
    if one["rule"] not in rules:
        rules[one["rule"]] = RuleRecord(
            id=one["rule"],
            key=one["rule_terms_key"],
            terms=Terms.from_facts(one["rule_terms"]),
            reference=one["rule_reference"],
            title=one["rule_title"],
            origin=Origin(one["rule_origin"]),
            live=one["rule_state"] == "live",
            price_rule_id=one["rule_price_rule_id"],
            before_id=one["rule_before_id"],
            sent_at=one["rule_sent_at"],
            run=one["rule_run"],
            combining=_combining(one["rule_combining"], Origin(one["rule_origin"])),
            asked=Combining.from_facts(one["rule_combining_asked"]),
            refused=(one["rule_combining_asked"] or {}).get("refused"),
        )
    return CodeRecord(
        id=one["id"],
        campaign=one["campaign"],
        person=one["influencer"],
        slot=one["slot"],
        code=one["code"],
        rule=rules[one["rule"]],
        origin=Origin(one["origin"]),
        state=State(one["state"]),
        discount_code_id=one["discount_code_id"],
        commission=one["commission"],
        redirect=one["redirect"],
        utm=one["utm"] or {},
        explicit=one["explicit"],
        error=one["error"],
        made_at=one["made_at"],
    )


def _combining(facts: Mapping[str, Any] | None, origin: Origin) -> Combining:
    """What a rule is known to combine with: as REST makes it, or nothing is known where it came from elsewhere."""
    if facts is None:
        return UNTOUCHED if origin is Origin.MADE else UNSAID
    return Combining.from_facts(facts)


def rule_ids(db: Connection, shop_id: int, campaign: str, keys: Collection[str]) -> dict[str, int]:
    """The campaign's rules by key."""
    query = select(price_rules.c.terms_key, price_rules.c.id).where(
        price_rules.c.shop_id == shop_id, price_rules.c.campaign == campaign
    )
    found: dict[str, int] = {}
    for part in parts(sorted(keys)):
        found |= {row.terms_key: row.id for row in db.execute(query.where(price_rules.c.terms_key.in_(part)))}
    return found


def code_ids(
    db: Connection, shop_id: int, campaign: str, keys: Collection[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """The campaign's codes by influencer and slot."""
    query = select(codes.c.influencer, codes.c.slot, codes.c.id).where(
        codes.c.shop_id == shop_id, codes.c.campaign == campaign
    )
    found: dict[tuple[str, str], int] = {}
    for part in parts(sorted(keys)):
        people, slots = {person for person, _ in part}, {slot for _, slot in part}
        rows = db.execute(query.where(codes.c.influencer.in_(people), codes.c.slot.in_(slots)))
        found |= {(row.influencer, row.slot): row.id for row in rows if (row.influencer, row.slot) in keys}
    return found


def ensure_rules(
    db: Connection, shop_id: int, campaign: str, wanted: Mapping[str, Intended] | Mapping[str, Tracked]
) -> dict[str, int]:
    """A row for each rule of *wanted*, by key; a rule of one code that was never sent takes the terms of now."""
    known = rule_ids(db, shop_id, campaign, wanted.keys())
    missing = [_rule_row(shop_id, campaign, each) for key, each in wanted.items() if key not in known]
    for key, rule in known.items():
        each = wanted[key]
        if isinstance(each, Intended) and (is_own(key) or each.price_rule_id):
            _renew_rule(db, rule, each)
    if missing:
        db.execute(price_rules.insert(), missing)
        known |= rule_ids(db, shop_id, campaign, [row["terms_key"] for row in missing])
    return known


def _rule_row(shop_id: int, campaign: str, wanted: Intended | Tracked) -> dict[str, Any]:
    row = {"shop_id": shop_id, "campaign": campaign, "terms_key": wanted.rule_key, "terms": wanted.terms.facts()}
    match wanted:
        case Intended():
            return row | _titled(wanted) | {"origin": Origin.MADE} | _standing(wanted)
        case Tracked():
            state = "live" if wanted.price_rule_id else "gone"
            row |= {"title": wanted.title, "reference": _reference(), "price_rule_id": wanted.price_rule_id}
            return row | {"origin": wanted.origin, "state": state}


def _standing(wanted: Intended) -> dict[str, Any]:
    known = UNSAID.facts() if wanted.price_rule_id else None  # what the store has may have been asked for before
    return {
        "state": "live" if wanted.price_rule_id else "intended",
        "price_rule_id": wanted.price_rule_id,
        "combining": known,
        "combining_asked": wanted.asked.facts() if wanted.asked else None,
    }


def _titled(wanted: Intended) -> dict[str, str]:
    return {"reference": wanted.reference, "title": f"{wanted.title[:200]} {wanted.reference}"}


def _reference() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(10))


def _renew_rule(db: Connection, rule: int, wanted: Intended) -> None:
    never_sent = (price_rules.c.id == rule, price_rules.c.state == "intended", price_rules.c.sent_at.is_(None))
    values = {"terms": wanted.terms.facts(), **_titled(wanted), **_standing(wanted)}
    db.execute(update(price_rules).where(*never_sent).values(values))


def forget_rule(db: Connection, rule: int) -> None:
    """The rule is gone from the store; its row may be used for another try."""
    values = {"state": "intended", "price_rule_id": None, "sent_at": None, "before_id": None, "run": None}
    db.execute(update(price_rules).where(price_rules.c.id == rule).values(values))


def hand_over_rule(db: Connection, shop_id: int, record: CodeRecord, key: str) -> None:
    """Know the price rule of *record* by another *key*, unless another rule of the campaign is known by it."""
    if not rule_ids(db, shop_id, record.campaign, [key]):
        db.execute(update(price_rules).where(price_rules.c.id == record.rule.id).values(terms_key=key))


def parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """*items* in parts that fit into a query or a transaction."""
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))
