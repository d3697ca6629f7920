"""The influencers' accounts: closings, statements and entries, and what was said of orders.

A closing is one writing block: its entries, its statements, and what it looked at, all or nothing. It is refused where
another was quicker with the same one, and worked out again where anything of its stores was entered meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError

from shopinf.ledger.accountrows import (
    Closed,
    Draft,
    Entered,
    Made,
    Payer,
    entry_row,
    read_closing,
    read_entry,
    read_payer,
    read_statement,
)
from shopinf.ledger.dues import latest_statements, read_marks
from shopinf.ledger.merging import former_ids, merged_into, next_step, of_whom_now
from shopinf.ledger.recordings import Look, put_together, read_look, read_moved_elsewhere, read_pool, read_version
from shopinf.ledger.statementing import make_statements
from shopinf.ledger.tables.payouts import closings, entries, marks, payers, payments, statements
from shopinf.ledger.unnaming import formerly
from shopinf.ledger.upserts import insert, parts, upsert
from shopinf.money import Money
from shopinf.payouts.entries import Account, Entry, Kind, OrderKey, Recorded
from shopinf.payouts.statements import Mark, Statement
from shopinf.periods import Period

if TYPE_CHECKING:
    from shopinf.ledger.journal import Journal


class Outdated(Exception):
    """Something was entered while a closing was worked out; it has to be worked out again."""


class Accounts:
    """What is owed to whom, and why."""

    def __init__(self, ledger: Journal) -> None:
        self._ledger = ledger
        self._database = ledger.database

    # payers and closings

    def payers(self) -> list[Payer]:
        with self._database.reading() as db:
            return [read_payer(row) for row in db.execute(select(payers).order_by(payers.c.payer)).mappings()]

    def payer(self, key: str) -> Payer | None:
        return next((each for each in self.payers() if each.key == key), None)

    def stores_of_payers(self) -> dict[str, frozenset[int]]:
        """The stores that each payer's closings were made over."""
        found: dict[str, frozenset[int]] = {}
        with self._database.reading() as db:
            for payer, stores in db.execute(select(closings.c.payer, closings.c.stores)):
                found[payer] = found.get(payer, frozenset()) | {int(shop) for shop in stores}
        return found

    def closings(self, payer: str) -> list[Closed]:
        """The closings of a payer in the order they were made."""
        query = select(closings).where(closings.c.payer == payer).order_by(closings.c.id)
        with self._database.reading() as db:
            return [read_closing(row) for row in db.execute(query).mappings()]

    def last_look(self, shop_id: int) -> Look | None:
        """How a store was looked at by the last closing that it was part of."""
        with self._database.reading() as db:
            return read_look(db, shop_id)

    def version(self, shops: Collection[int]) -> int:
        """A number that grows with every entry of these stores, and of those that were closed together with them."""
        with self._database.reading() as db:
            return read_version(db, shops)

    def close(self, draft: Draft, *, rehearsal: bool = False) -> Made | None:
        """Write a closing and make its statements; None where this payer's period is closed already.

        A *rehearsal* shows them, and nothing is written. Raises `Outdated` where an entry of its stores was made since
        it was worked out.
        """
        try:
            with self._database.writing() as db:
                made = self._close(db, draft)
                if rehearsal and made is not None:
                    made = Made(made.statements, _entries_of(db, [each.id for each in made.statements]))
                    db.rollback()
                return made
        except IntegrityError:  # the fence: another closing was quicker with one of these orders
            raise Outdated from None

    def _close(self, db: Connection, draft: Draft) -> Made | None:
        same = (closings.c.payer == draft.payer, *_days(draft.period))
        if db.execute(select(closings.c.id).where(*same)).first():
            return None
        if read_version(db, draft.stores) != draft.version:
            raise Outdated
        self._keep_payer(db, draft)
        at = self._ledger.clock.now()
        row = {
            "payer": draft.payer,
            "period_from": draft.period.first.isoformat(),
            "period_to": draft.period.last.isoformat(),
            "stores": {str(shop): seen.isoformat() for shop, seen in draft.stores.items()},
            "at": at,
            "by": self._ledger.by,
        }
        made = db.execute(closings.insert().values(row)).inserted_primary_key
        number = int(made[0])  # type: ignore[index]
        self._write(db, draft.entries)
        return Made(make_statements(db, number, draft, at))

    def _keep_payer(self, db: Connection, draft: Draft) -> None:
        known = db.execute(select(payers.c.began).where(payers.c.payer == draft.payer)).scalar()
        first = draft.period.first.isoformat()
        row = {
            "payer": draft.payer,
            "name": draft.name,
            "hold_days": draft.terms.hold_days,
            "hold_from": str(draft.terms.hold_from),
            "minimum": f"{draft.terms.minimum:f}",
            "began": min(known, first) if known else first,
        }
        upsert(db, payers, [row])

    # entries

    def add(self, made: Iterable[Entry]) -> list[int]:
        """Record entries that belong to no closing, in the next step of their order or account; returns their ids.

        A manual entry with a reference that its account has already is not made again: its id is 0.
        """
        with self._database.writing() as db:
            ids = []
            for entry in (replace(each, account=of_whom_now(db, each.account)) for each in made):
                if entry.reference and _has_reference(db, entry):
                    ids.append(0)
                    continue
                step = entry.step if entry.order else next_step(db, entry.account.person)
                row = self._row(entry) | {"step": step}
                ids.append(int(db.execute(entries.insert().values(row)).inserted_primary_key[0]))  # type: ignore[index]
            return ids

    def referenced(self, account: Account, reference: str) -> Decimal:
        """What manual entries of an account come to whose reference begins so."""
        query = select(func.sum(entries.c.amount)).where(
            entries.c.shop_id == 0,
            entries.c.payer == account.payer,
            entries.c.person == account.person,
            entries.c.currency == account.currency,
            entries.c.reference.startswith(reference, autoescape=True),
        )
        with self._database.reading() as db:
            return Money.from_minor(int(db.execute(query).scalar() or 0), account.currency).amount

    def _write(self, db: Connection, made: Sequence[Entry]) -> None:
        if made:
            kept = merged_into(db)
            rows = [self._row(each) for each in made]
            insert(db, entries, [row | {"person": kept.get(row["person"], row["person"])} for row in rows])

    def _row(self, entry: Entry, payment: int | None = None) -> dict[str, Any]:
        return entry_row(entry, at=self._ledger.clock.now(), by=self._ledger.by, payment=payment)

    def entered(self, shop_id: int) -> set[int]:
        """The orders of a store that have entries, whoever they belong to."""
        with self._database.reading() as db:
            query = select(entries.c.order_id).where(entries.c.shop_id == shop_id, entries.c.step == 0)
            return set(db.execute(query).scalars().all())

    def recorded(self, shop_id: int, orders: Collection[int]) -> list[tuple[Recorded, int | None]]:
        """What is recorded of *orders*, for each influencer, with the statement that each was entered in."""
        found: list[tuple[Recorded, int | None]] = []
        with self._database.reading() as db:
            for part in parts(sorted(orders)):
                query = select(entries).where(entries.c.shop_id == shop_id, entries.c.order_id.in_(part))
                found += put_together(db, query)
        return found

    def pool(self, statement: int, people: Collection[str]) -> list[Recorded]:
        """What is recorded of *people*'s orders that were entered in *statement* and earn by tiers."""
        with self._database.reading() as db:
            return read_pool(db, statement, people)

    def moved_elsewhere(self, shop_id: int, look: Look) -> set[tuple[int, str]]:
        """The statements and influencers in whose tiers closings of other stores moved something since *look*."""
        with self._database.reading() as db:
            return read_moved_elsewhere(db, shop_id, look.closing) if look.shared else set()

    def just_restored(self, shop_id: int) -> set[int]:
        """The orders of a store restored since the last closing: what happened to them meanwhile was not entered."""
        query = select(entries.c.order_id).where(
            entries.c.shop_id == shop_id, entries.c.kind == Kind.RESTORE, entries.c.statement.is_(None)
        )
        with self._database.reading() as db:
            return set(db.execute(query).scalars())

    def written_at(self) -> datetime | None:
        """When the last closing was made, or the last payment moved, by the clock of whoever did it."""
        with self._database.reading() as db:
            found = [db.execute(select(func.max(at))).scalar() for at in (closings.c.at, payments.c.at)]
        return max((each for each in found if each), default=None)

    def of_statements(self, statements: Collection[int]) -> dict[int, list[Entered]]:
        """The entries of statements, as they happened."""
        with self._database.reading() as db:
            return _entries_of(db, statements)

    def unstated(self, person: str) -> list[Entered]:
        """The entries of an influencer that are in no statement yet."""
        query = select(entries).where(entries.c.statement.is_(None), entries.c.person == person)
        with self._database.reading() as db:
            rows = db.execute(query.order_by(entries.c.happened_at, entries.c.id)).mappings()
            return [read_entry(row) for row in rows]

    # statements

    def statements(self, *conditions: Any) -> list[Statement]:
        """Statements in the order they were made."""
        query = select(statements).where(*conditions).order_by(statements.c.id)
        with self._database.reading() as db:
            kept = merged_into(db)
            return [read_statement(row, kept.get(row["person"])) for row in db.execute(query).mappings()]

    def listed(
        self,
        payers: Collection[str],
        *,
        people: Collection[str] = (),
        first: date | None = None,
        last: date | None = None,
    ) -> list[Statement]:
        """The statements of *payers*: of *people*, and of periods between two days, where these are given."""
        conditions: list[Any] = [statements.c.payer.in_(sorted(payers))]
        if people:
            conditions.append(statements.c.person.in_(sorted(self._formers(people))))
        if first and last:
            conditions += [statements.c.period_from >= first.isoformat(), statements.c.period_to <= last.isoformat()]
        return self.statements(*conditions)

    def of_person(self, person: str) -> list[Statement]:
        """An influencer's statements, with those of whoever was merged into them."""
        return self.statements(statements.c.person.in_(sorted(self._formers([person]))))

    def _formers(self, people: Collection[str]) -> set[str]:
        with self._database.reading() as db:
            return former_ids(db, people)

    def balances(self, person: str | None = None) -> list[tuple[str, str, Decimal]]:
        """What is owed by payer and currency, to one influencer or all, whether closed or not."""
        query = select(entries.c.payer, entries.c.currency, func.sum(entries.c.amount)).group_by(
            entries.c.payer, entries.c.currency
        )
        query = query if person is None else query.where(entries.c.person == person)
        with self._database.reading() as db:
            return [
                (payer, currency, Money.from_minor(int(amount), currency).amount)
                for payer, currency, amount in db.execute(query.order_by(entries.c.payer, entries.c.currency))
            ]

    def names(self) -> list[str]:
        with self._database.reading() as db:
            return list(db.execute(select(statements.c.name)).scalars())

    def latest(self, payers: Collection[str]) -> dict[Account, int]:
        """The last statement of each account of these payers, by its id."""
        with self._database.reading() as db:
            return {
                account: int(row["id"])
                for payer in sorted(payers)
                for account, row in latest_statements(db, payer).items()
            }

    def named(self, name: str) -> Statement | None:
        """The statement with that name, whatever its case; also one that was called so before somebody was erased."""
        found = self.statements(func.lower(statements.c.name) == name.strip().lower())
        if not found and (former := formerly(self._ledger, name)) is not None:
            found = self.statements(statements.c.id == former)
        return found[0] if found else None

    def of_period(self, payer: str, period: Period) -> list[Statement]:
        """The statements that a payer's closing of just that period made."""
        same = select(closings.c.id).where(closings.c.payer == payer, *_days(period))
        return self.statements(statements.c.closing_id.in_(same))

    # what was said

    def marks(self) -> list[Mark]:
        with self._database.reading() as db:
            return read_marks(db)

    def judge(self, mark: Mark, made: Sequence[Entry] = ()) -> None:
        """Write down what somebody said of orders, with the entries that follow from it, all or nothing.

        Raises `Outdated` where one of these orders was entered anew meanwhile.
        """
        row = {
            "action": str(mark.action),
            "shop_id": mark.order.shop_id or mark.shop_id,
            "order_id": mark.order.order_id,
            "code": mark.code,
            "person": mark.person,
            "since": mark.since,
            "reason": mark.reason,
            "at": mark.at,
            "by": self._ledger.by,
        }
        try:
            with self._database.writing() as db:
                row["person"] = merged_into(db).get(mark.person, mark.person)
                db.execute(marks.insert().values(row))
                self._write(db, made)
        except IntegrityError:
            raise Outdated from None

    def people_of(self, payer: str) -> set[str]:
        """Everybody who has an account with a payer, by opaque id."""
        with self._database.reading() as db:
            return set(db.execute(select(entries.c.person).where(entries.c.payer == payer).distinct()).scalars())

    def orders_of(
        self, *, shops: Collection[int] = (), code: str = "", person: str = "", since: datetime | None = None
    ) -> list[OrderKey]:
        """The entered orders of a code or an influencer, of stores, from a moment on."""
        conditions: list[Any] = [entries.c.step == 0, entries.c.order_id != 0]
        if shops:
            conditions.append(entries.c.shop_id.in_(sorted(shops)))
        if code:
            conditions.append(func.lower(entries.c.code) == code.lower())
        if person:
            conditions.append(entries.c.person == person)
        if since:
            conditions.append(entries.c.happened_at >= since)
        with self._database.reading() as db:
            rows = db.execute(select(entries.c.shop_id, entries.c.order_id).where(*conditions).distinct())
            return [OrderKey(shop, order) for shop, order in rows]


def _entries_of(db: Connection, statements: Collection[int]) -> dict[int, list[Entered]]:
    found: dict[int, list[Entered]] = {each: [] for each in statements}
    for part in parts(sorted(found)):
        query = select(entries).where(entries.c.statement.in_(part))
        for each in db.execute(query.order_by(entries.c.happened_at, entries.c.id)).mappings():
            found[each["statement"]].append(read_entry(each))
    return found


def _days(period: Period) -> tuple[Any, Any]:
    return closings.c.period_from == period.first.isoformat(), closings.c.period_to == period.last.isoformat()


def _has_reference(db: Connection, entry: Entry) -> bool:
    query = select(entries.c.id).where(
        entries.c.shop_id == 0,
        entries.c.payer == entry.account.payer,
        entries.c.person == entry.account.person,
        entries.c.currency == entry.account.currency,
        entries.c.reference == entry.reference,
    )
    return db.execute(query).first() is not None
