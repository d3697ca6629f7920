"""Codes and their price rules in the ledger: planned before the call, live after it, with their history.

Each change of state is written together with its journal entry. What is read comes as values of the agency's world.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, bindparam, func, select, update
from sqlalchemy.exc import IntegrityError

from shopinf.attribution.codebook import Since
from shopinf.discounts.campaigns import same_campaign
from shopinf.discounts.records import CodeRecord, Origin, RuleRecord, State
from shopinf.discounts.rules import key_of_own, key_of_theirs
from shopinf.discounts.terms import Terms
from shopinf.errors import Busy
from shopinf.ledger.coderows import (
    Intended,
    Tracked,
    code_ids,
    ensure_rules,
    forget_rule,
    hand_over_rule,
    joined,
    parts,
    read_record,
)
from shopinf.ledger.rates import add_rates
from shopinf.ledger.tables.journal import codes, journal, price_rules
from shopinf.ledger.tables.payouts import rates
from shopinf.orders import folded
from shopinf.payouts.rates import Subject

if TYPE_CHECKING:
    from shopinf.ledger.journal import Journal


@dataclass(frozen=True, slots=True)
class History:
    """A code with all that old orders need to know of it."""

    record: CodeRecord
    names: tuple[Since[str], ...]
    owners: tuple[Since[str], ...]  # opaque ids


class Codes:
    """The codes of every store, by store."""

    def __init__(self, ledger: Journal) -> None:
        self._ledger = ledger
        self._database = ledger.database

    # reading

    def of_campaign(self, shop_id: int, campaign: str) -> list[CodeRecord]:
        """The codes of a campaign, in the order they were planned."""
        return self._records(joined().where(codes.c.shop_id == shop_id, codes.c.campaign == campaign))

    def of_shop(self, shop_id: int, *, person: str | None = None) -> list[CodeRecord]:
        """The codes of a store, or those of one influencer in it."""
        query = joined().where(codes.c.shop_id == shop_id)
        return self._records(query if person is None else query.where(codes.c.influencer == person))

    def of_rule(self, rule: int) -> list[CodeRecord]:
        """The codes of a price rule, by the ledger's id."""
        return self._records(joined().where(codes.c.rule == rule))

    def by_ids(self, ids: Sequence[int]) -> list[CodeRecord]:
        """Codes by the ledger's ids, in that order."""
        found: dict[int, CodeRecord] = {}
        for part in parts(ids):
            found |= {record.id: record for record in self._records(joined().where(codes.c.id.in_(part)))}
        return [found[each] for each in ids if each in found]

    def named(self, shop_id: int, code: str) -> CodeRecord | None:
        """The code of that name, whatever its case."""
        found = self._records(joined().where(codes.c.shop_id == shop_id, codes.c.folded == folded(code)))
        return found[0] if found else None

    def taken(self, shop_id: int, names: Collection[str]) -> set[str]:
        """Which of these folded names are codes of this store already."""
        used: set[str] = set()
        with self._database.reading() as db:
            for part in parts(sorted(names)):
                query = select(codes.c.folded).where(codes.c.shop_id == shop_id, codes.c.folded.in_(part))
                used |= {name for (name,) in db.execute(query) if name}
        return used

    def campaigns(self, shop_id: int) -> list[str]:
        """The campaigns of a store."""
        query = select(codes.c.campaign).where(codes.c.shop_id == shop_id).distinct().order_by(codes.c.campaign)
        with self._database.reading() as db:
            return [name for (name,) in db.execute(query)]

    def spelled(self, shop_id: int, campaign: str) -> str:
        """The campaign as it is written already in this store; upper and lower case make no difference."""
        same = [name for name in self.campaigns(shop_id) if same_campaign(name, campaign)]
        return campaign if campaign in same or not same else same[0]

    def newest_rule(self, shop_id: int) -> int:
        """The highest price rule id known here; 0 if none is."""
        query = select(func.max(price_rules.c.price_rule_id)).where(price_rules.c.shop_id == shop_id)
        with self._database.reading() as db:
            return int(db.execute(query).scalar() or 0)

    # making

    def intend(self, shop_id: int, campaign: str, wanted: Sequence[Intended]) -> list[int]:
        """Write down what is about to be made; returns the ledger's ids, in the order asked."""
        ids: list[int] = []
        try:
            for part in parts(wanted):
                with self._database.writing() as db:
                    ids += self._intend(db, shop_id, campaign, part)
        except IntegrityError:  # the fence: somebody else on this ledger was quicker with the same key or name
            raise _busy() from None
        return ids

    def _intend(self, db: Connection, shop_id: int, campaign: str, wanted: Sequence[Intended]) -> list[int]:
        rules = ensure_rules(db, shop_id, campaign, {each.rule_key: each for each in wanted})
        keys = {(each.person, each.slot) for each in wanted}
        before = code_ids(db, shop_id, campaign, keys)
        fresh = []
        for each in wanted:
            row: dict[str, Any] = {
                "code": each.code,
                "folded": folded(each.code),
                "rule": rules[each.rule_key],
                "origin": Origin.MADE,
                "state": State.INTENDED,
                "commission": each.commission,
                "redirect": each.redirect,
                "utm": dict(each.utm),
                "explicit": each.explicit,
                "error": None,
            }
            if (each.person, each.slot) in before:
                db.execute(update(codes).where(codes.c.id == before[each.person, each.slot]).values(row))
            else:
                row |= {"shop_id": shop_id, "campaign": campaign, "influencer": each.person, "slot": each.slot}
                fresh.append(row | {"made_at": self._ledger.clock.now()})
        if fresh:
            db.execute(codes.insert(), fresh)
        present = code_ids(db, shop_id, campaign, keys)
        ids = [present[each.person, each.slot] for each in wanted]
        self._rate_from_ever(db, shop_id, dict(zip(ids, (each.commission for each in wanted), strict=True)))
        entries = [
            (id, {"code": each.code, "campaign": campaign, "influencer": each.person, "slot": each.slot})
            for id, each in zip(ids, wanted, strict=True)
        ]
        self._note_all(db, shop_id, "code.intended", entries)
        return ids

    def sending(self, shop_id: int, rules: Collection[RuleRecord], before_id: int) -> datetime:
        """Price rules are about to be sent, and when that was: a lost one is looked for among ids above *before_id*.

        A rule that another machine of the team has sent since *rules* were read is left to it: `Busy`.
        """
        expected = {rule.id: (rule.sent_at, rule.run) for rule in rules}
        now, run = self._ledger.clock.now().replace(microsecond=0), self._ledger.run
        with self._database.writing() as db:
            for part in parts(sorted(expected)):
                query = select(price_rules.c.id, price_rules.c.sent_at, price_rules.c.run, price_rules.c.state)
                for row in db.execute(query.where(price_rules.c.id.in_(part)).with_for_update()):
                    if row.state == "live" or (row.sent_at, row.run) != expected[row.id]:
                        raise _busy()
                values = {"before_id": before_id, "sent_at": now, "run": run}
                db.execute(update(price_rules).where(price_rules.c.id.in_(part)).values(values))
            data = {"rules": sorted(expected), "before_id": before_id}
            self._ledger.note(db, shop_id, "rules.sent", "rules", data)
        return now

    def rules_live(self, shop_id: int, found: Mapping[int, int]) -> None:
        """Price rules exist in the store: ledger's id → Shopify's."""
        if not found:
            return
        with self._database.writing() as db:
            self._rules_live(db, shop_id, found)

    def _rules_live(self, db: Connection, shop_id: int, found: Mapping[int, int]) -> None:
        query = update(price_rules).where(price_rules.c.id == bindparam("b_id"))
        rows = [{"b_id": rule, "b_theirs": theirs} for rule, theirs in found.items()]
        db.execute(query.values(state="live", price_rule_id=bindparam("b_theirs")), rows)
        for rule, theirs in found.items():
            self._ledger.note(db, shop_id, "rule.live", f"rule:{rule}", {"price_rule_id": theirs})

    def codes_live(self, shop_id: int, made: Sequence[tuple[CodeRecord, str, int | None, int | None]]) -> None:
        """Codes exist in the store: (record, the name it got, its rule's id there, its own id there)."""
        if not made:
            return
        with self._database.writing() as db:
            rules = {
                record.rule.id: theirs
                for record, _, theirs, _ in made
                if theirs is not None and (not record.rule.live or record.rule.price_rule_id != theirs)
            }
            if rules:
                self._rules_live(db, shop_id, rules)
            rows = [
                {"b_id": each.id, "b_code": code, "b_folded": folded(code), "b_theirs": theirs}
                for each, code, _, theirs in made
            ]
            live = update(codes).where(codes.c.id == bindparam("b_id")).values(state=State.LIVE, error=None)
            live = live.values(
                code=bindparam("b_code"), folded=bindparam("b_folded"), discount_code_id=bindparam("b_theirs")
            )
            db.execute(live, rows)
            entries = [(each.id, {"code": code, "discount_code_id": theirs}) for each, code, _, theirs in made]
            self._note_all(db, shop_id, "code.live", entries)

    def fail(self, shop_id: int, record: CodeRecord, error: str, *, rule_gone: bool = False) -> None:
        """The store has no place for this code: its key is free again, and so is its name."""
        with self._database.writing() as db:
            values = {"state": State.FAILED, "folded": None, "error": error}
            db.execute(update(codes).where(codes.c.id == record.id).values(values))
            if rule_gone:
                forget_rule(db, record.rule.id)
            self._note(db, shop_id, "code.failed", record.id, {"code": record.code, "error": error})

    def call(self, shop_id: int, record: CodeRecord, code: str) -> None:
        """A code not made yet is to be called otherwise, since its name is taken."""
        with self._database.writing() as db:
            db.execute(update(codes).where(codes.c.id == record.id).values(code=code, folded=folded(code)))
            self._note(db, shop_id, "code.intended", record.id, {"code": code, "instead_of": record.code})

    # later

    def retell(self, shop_id: int, record: CodeRecord, kind: str, values: Mapping[str, Any], **more: Any) -> None:
        """Change columns of a code's row and say so in the journal, as *kind*, with *more*."""
        columns = dict(values)
        if "code" in columns:
            columns["folded"] = folded(columns["code"])
        with self._database.writing() as db:
            if columns:
                db.execute(update(codes).where(codes.c.id == record.id).values(columns))
            if "commission" in columns and "day" in more:
                self._rate(db, shop_id, {record.id: columns["commission"]}, date.fromisoformat(more["day"]))
            self._note(db, shop_id, kind, record.id, {**values, **more})

    def assign(self, shop_id: int, record: CodeRecord, person: str, slot: str, day: date) -> None:
        """Give a code to *person* from *day* on.

        A rule of its own goes along: by its former owner's key it would be taken for the rule of their next code.
        """
        values = {"influencer": person, "slot": slot}
        with self._database.writing() as db:
            db.execute(update(codes).where(codes.c.id == record.id).values(values))
            if record.rule.own and record.origin is Origin.MADE:
                hand_over_rule(db, shop_id, record, key_of_own(person, slot))
            data = {**values, "former_influencer": record.person, "day": day.isoformat()}
            self._note(db, shop_id, "code.assigned", record.id, data)

    def tell_commission(self, shop_id: int, record: CodeRecord, commission: str | None) -> None:
        """What the code's terms say of its commission, once its rate was agreed."""
        with self._database.writing() as db:
            db.execute(update(codes).where(codes.c.id == record.id).values(commission=commission))
            self._note(db, shop_id, "code.rated", record.id, {"commission": commission})

    def note(self, shop_id: int, record: CodeRecord, kind: str, **data: Any) -> None:
        """Say in the journal what is about to be done with a code."""
        with self._database.writing() as db:
            self._note(db, shop_id, kind, record.id, data)

    def changed_rule(self, shop_id: int, rule: RuleRecord, terms: Terms, key: str) -> None:
        """The price rule has other terms now."""
        with self._database.writing() as db:
            values = {"terms": terms.facts(), "terms_key": key}
            db.execute(update(price_rules).where(price_rules.c.id == rule.id).values(values))
            data = {"from": rule.terms.facts(), "to": terms.facts()}
            self._ledger.note(db, shop_id, "rule.changed", f"rule:{rule.id}", data)

    def changing_rule(self, shop_id: int, rule: RuleRecord, terms: Terms) -> None:
        """The price rule is about to be changed."""
        with self._database.writing() as db:
            self._ledger.note(db, shop_id, "rule.changing", f"rule:{rule.id}", {"to": terms.facts()})

    def track(self, shop_id: int, campaign: str, found: Sequence[Tracked]) -> None:
        """Keep codes that shopinf did not make."""
        for part in parts(found):
            with self._database.writing() as db:
                self._track(db, shop_id, campaign, part)

    def _track(self, db: Connection, shop_id: int, campaign: str, found: Sequence[Tracked]) -> None:
        known = ensure_rules(db, shop_id, campaign, {each.rule_key: each for each in found})
        now = self._ledger.clock.now()
        for each in found:
            row = {
                "shop_id": shop_id,
                "campaign": campaign,
                "influencer": each.person,
                "slot": each.slot,
                "code": each.code,
                "folded": folded(each.code),
                "rule": known[each.rule_key],
                "origin": each.origin,
                "state": each.state,
                "discount_code_id": each.discount_code_id,
                "commission": each.commission,
                "utm": {},
                "explicit": True,
                "made_at": each.made_at or now,
            }
            made = db.execute(codes.insert().values(row)).inserted_primary_key
            if each.commission:
                self._rate(db, shop_id, {int(made[0]): each.commission})  # type: ignore[index]
            data = {"code": each.code, "campaign": campaign, "influencer": each.person, "state": each.state}
            self._note(db, shop_id, f"code.{each.origin}", int(made[0]), data)  # type: ignore[index]

    def adopt(self, shop_id: int, price_rule_id: int, *, own: bool) -> None:
        """Manage a price rule of another origin, and all of its codes, from now on; *own*: it has but one."""
        key = key_of_theirs(price_rule_id, alone=own)
        theirs = (price_rules.c.shop_id == shop_id, price_rules.c.price_rule_id == price_rule_id)
        with self._database.writing() as db:
            found = [row.id for row in db.execute(select(price_rules.c.id).where(*theirs))]
            tracked = (price_rules.c.id.in_(found), price_rules.c.origin == Origin.TRACKED)
            db.execute(update(price_rules).where(*tracked).values(origin=Origin.ADOPTED, terms_key=key))
            of_them = (codes.c.rule.in_(found), codes.c.origin == Origin.TRACKED)
            db.execute(update(codes).where(*of_them).values(origin=Origin.ADOPTED))
            for rule in found:
                self._ledger.note(db, shop_id, "rule.adopted", f"rule:{rule}", {"price_rule_id": price_rule_id})

    def known(self, shop_id: int) -> list[History]:
        """Every code of a store that orders may name, with what it was called and whose it was.

        Days are the shop's own; people go by their opaque id, and nobody is "".
        """
        told: dict[str, dict[str, list[Mapping[str, Any]]]] = {}
        for kind in ("code.assigned", "code.renamed"):
            for entry in self._ledger.entries(shop_id, kind=kind):
                told.setdefault(entry["subject"], {}).setdefault(kind, []).append(entry["data"])
        records = self._records(joined().where(codes.c.shop_id == shop_id, codes.c.state != State.FAILED))
        return [_history(record, told.get(f"code:{record.id}", {})) for record in records]

    # below

    def _rate(self, db: Connection, shop_id: int, agreed: Mapping[int, str | None], since: date | None = None) -> None:
        add_rates(db, self._ledger, {Subject(shop_id, code): rate for code, rate in agreed.items()}, since)

    def _rate_from_ever(self, db: Connection, shop_id: int, agreed: Mapping[int, str | None]) -> None:
        """What codes earn that are about to be made; one that is tried again may have been given another rate."""
        known: dict[int, str | None] = {}
        for part in parts(sorted(agreed)):
            query = select(rates.c.code, rates.c.rate).where(rates.c.code.in_(part), rates.c.product == "")
            known |= dict(map(tuple, db.execute(query.order_by(rates.c.id))))
        self._rate(db, shop_id, {code: rate for code, rate in agreed.items() if rate != known.get(code)})

    def _note(self, db: Connection, shop_id: int, kind: str, code: int, data: Mapping[str, Any]) -> None:
        self._ledger.note(db, shop_id, kind, f"code:{code}", data)

    def _note_all(
        self, db: Connection, shop_id: int, kind: str, entries: Iterable[tuple[int, Mapping[str, Any]]]
    ) -> None:
        at, run = self._ledger.clock.now(), self._ledger.run
        rows = [
            {"at": at, "run": run, "shop_id": shop_id, "kind": kind, "subject": f"code:{code}", "data": dict(data)}
            for code, data in entries
        ]
        if rows:
            db.execute(journal.insert(), rows)

    def _records(self, query: Select[Any]) -> list[CodeRecord]:
        rules: dict[int, RuleRecord] = {}
        with self._database.reading() as db:
            return [read_record(row, rules) for row in db.execute(query.order_by(codes.c.id))]


def _busy() -> Busy:
    return Busy(
        "Another machine of the team is making the same codes at this moment",
        hint="Run the same command again when it is done; it makes only what is missing.",
    )


def _history(record: CodeRecord, told: Mapping[str, Sequence[Mapping[str, Any]]]) -> History:
    def since(kind: str, key: str, former: str, now: Any) -> tuple[Since[Any], ...]:
        entries = [data for data in told.get(kind, ()) if key in data]
        told_so_far: list[Since[Any]] = []
        for data in entries:
            day = date.fromisoformat(data["day"])
            # What is said later holds from its day on, whatever was said of these days before.
            told_so_far = [each for each in told_so_far if each.day is None or each.day < day]
            told_so_far.append(Since(data[key], day))
        return (Since(entries[0][former] if entries else now), *told_so_far)

    return History(
        record,
        names=since("code.renamed", "code", "former_code", record.code),
        owners=since("code.assigned", "influencer", "former_influencer", record.person),
    )
