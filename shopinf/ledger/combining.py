"""What price rules combine with, in the ledger: what was asked for before it is sent, and what the store has of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select, update

from shopinf.discounts.combining import UNSAID, Combining
from shopinf.discounts.records import Origin
from shopinf.ledger.coderows import parts
from shopinf.ledger.tables.journal import journal, price_rules

if TYPE_CHECKING:
    from shopinf.ledger.journal import Journal


class CombiningShelf:
    """The combining of every store's price rules; each change is written together with its journal entry."""

    def __init__(self, ledger: Journal) -> None:
        self._ledger = ledger
        self._database = ledger.database

    def ask(self, shop_id: int, wanted: Mapping[int, Combining]) -> None:
        """Rules, by the ledger's ids, are about to be told what to combine with."""
        self._write(shop_id, wanted, "combining_asked", "rule.combining")

    def refused(self, shop_id: int, rule: int, wanted: Combining, why: str) -> None:
        """The store does not have a rule, by the ledger's id, combine as wanted."""
        facts = {**wanted.facts(), "refused": why}
        with self._database.writing() as db:
            db.execute(update(price_rules).where(price_rules.c.id == rule).values(combining_asked=facts))
            self._ledger.note(db, shop_id, "rule.combining_refused", f"rule:{rule}", facts)

    def noted(self, shop_id: int, rules: Iterable[int]) -> datetime | None:
        """When one of these rules was last about to be told what to combine with."""
        subjects = [f"rule:{rule}" for rule in sorted(rules)]
        query = select(func.max(journal.c.at)).where(journal.c.shop_id == shop_id, journal.c.kind == "rule.combining")
        with self._database.reading() as db:
            found = [db.execute(query.where(journal.c.subject.in_(part))).scalar() for part in parts(subjects)]
        return max((each for each in found if each is not None), default=None)

    def told(self, shop_id: int, found: Mapping[int, Combining]) -> None:
        """The store has rules, by the ledger's ids, combine so now."""
        self._write(shop_id, found, "combining", "rule.combined")

    def seen(self, shop_id: int, found: Mapping[int, Combining]) -> None:
        """The store said what its rules combine with, by its own ids.

        Of a rule that was made here and that nothing is known of, since the ledger was lost, it is what was asked for.
        """
        columns = price_rules.c
        query = select(columns.id, columns.price_rule_id, columns.origin, columns.combining).where(
            columns.shop_id == shop_id
        )
        known: dict[int, Combining] = {}
        asked: dict[int, Combining] = {}
        with self._database.reading() as db:
            for part in parts(sorted(found)):
                for row in db.execute(query.where(columns.price_rule_id.in_(part))):
                    there = found[row.price_rule_id]
                    as_made = row.combining is None and row.origin == Origin.MADE and there.is_plain
                    if row.combining != there.facts() and not as_made:
                        known[row.id] = there
                    if row.origin == Origin.MADE and row.combining == UNSAID.facts():
                        asked[row.id] = there
        self._write(shop_id, asked, "combining_asked", "rule.combining")
        self._write(shop_id, known, "combining", "rule.seen_combining")

    def _write(self, shop_id: int, values: Mapping[int, Combining], column: str, kind: str) -> None:
        query = update(price_rules).where(price_rules.c.id == bindparam("b_id"))
        query = query.values({column: bindparam("b_value", type_=price_rules.c[column].type)})
        for part in parts(sorted(values)):
            with self._database.writing() as db:
                db.execute(query, [{"b_id": rule, "b_value": values[rule].facts()} for rule in part])
                for rule in part:
                    self._ledger.note(db, shop_id, kind, f"rule:{rule}", values[rule].facts())
