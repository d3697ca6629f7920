"""Runs and payments: what is claimed, by one run at a time on any machine, and what came of it.

What a payment pays is the sum of the entries that it claims, taken in the statement that claims them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, and_, delete, exists, func, insert, literal, select, update

from shopinf.errors import Busy
from shopinf.ledger.accountrows import entry_row, read_statement
from shopinf.ledger.dues import IS_LIVE, latest_statements, read_dues, read_marks
from shopinf.ledger.merging import merged_into, next_step, of_whom_now
from shopinf.ledger.tables.payouts import claims, entries, payments, runs, statements
from shopinf.ledger.upserts import parts
from shopinf.money import Money
from shopinf.payouts.entries import Account, Entry, Kind
from shopinf.payouts.runs import LIVE, Rail, State
from shopinf.payouts.statements import Payable, Statement, payable

if TYPE_CHECKING:
    from shopinf.ledger.journal import Journal


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account's last statement, and what of the account can be paid now."""

    statement: Statement
    now: Payable
    payment: State | None = None  # how its own payment stands, where it has one


@dataclass(frozen=True, slots=True)
class Run:
    """A run as the ledger keeps it."""

    id: int
    name: str
    rail: Rail
    at: datetime
    by: str
    written_at: datetime | None


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment as the ledger keeps it, beside its run and its statement's name."""

    id: int
    run: Run
    statement: str
    statement_id: int
    account: Account
    amount: Decimal
    state: State
    destination: str
    paid_on: date | None
    reference: str
    reason: str
    at: datetime
    by: str


class Payments:
    """What is paid to whom, by which run."""

    def __init__(self, ledger: Journal) -> None:
        self._ledger = ledger
        self._database = ledger.database

    # what can be paid

    def candidates(self, payer: str, minimum: Decimal, people: Collection[str] | None = None) -> list[Candidate]:
        """The last statement of each of a payer's accounts, with what can be paid now."""
        with self._database.reading() as db:
            return _candidates(db, payer, minimum, self._ledger.clock.now(), people)

    # runs

    def claim(
        self, name: str, rail: Rail, wanted: Mapping[int, str], minimums: Mapping[str, Decimal]
    ) -> tuple[Run, list[Paid]] | None:
        """Claim all that can be paid now of the accounts of *wanted* statements (id: where the money goes).

        One run, in one writing block; None where nothing is left to be claimed. *minimums* are the payers'.
        """
        now = self._ledger.clock.now()
        with self._database.writing() as db:
            row = {"name": name, "rail": str(rail), "at": now, "by": self._ledger.by}
            run = int(db.execute(runs.insert().values(row)).inserted_primary_key[0])  # type: ignore[index]
            claimed, people = 0, _people(db, wanted)
            for payer, minimum in sorted(minimums.items()):
                for each in _candidates(db, payer, minimum, now, people):
                    if each.statement.id in wanted and each.payment is None and each.now.entries:
                        claimed += self._claim(db, run, each, wanted[each.statement.id], now)
            if not claimed:
                db.execute(delete(runs).where(runs.c.id == run))
                return None
            return _runs(db, runs.c.id == run)[0], _payments(db, payments.c.run == run)

    def _claim(self, db: Connection, run: int, each: Candidate, destination: str, now: datetime) -> int:
        """Claim the entries of one payment and sum them up, if none of them is claimed already; returns how many."""
        statement, account = each.statement, each.statement.account
        free = and_(entries.c.id.in_(each.now.entries), ~exists().where(claims.c.entry == entries.c.id))
        alive = exists().where(payments.c.statement == statement.id, IS_LIVE)
        fields: dict[str, Any] = {
            "run": run,
            "statement": statement.id,
            "payer": account.payer,
            "person": account.person,
            "currency": account.currency,
            "state": str(State.CLAIMED),
            "destination": destination,
            "reference": "",
            "reason": "",
            "by": self._ledger.by,
        }
        summed = (
            select(
                *(literal(value) for value in fields.values()),
                literal(now, payments.c.at.type),
                func.sum(entries.c.amount),
            )
            .where(free, ~alive)
            .having(func.count() == len(each.now.entries), func.sum(entries.c.amount) > 0)
        )
        if not db.execute(insert(payments).from_select([*fields, "at", "amount"], summed)).rowcount:
            return 0
        mine = select(payments.c.id).where(payments.c.statement == statement.id, IS_LIVE)
        payment = int(db.execute(mine).scalar_one())
        db.execute(claims.insert(), [{"entry": entry, "payment": payment} for entry in each.now.entries])
        return 1

    def written(self, run: str) -> None:
        """The files of a run are written."""
        with self._database.writing() as db:
            db.execute(update(runs).where(runs.c.name == run).values(written_at=self._ledger.clock.now()))

    def unwritten(self) -> list[Run]:
        """Runs that claimed something and whose files were never written."""
        live = exists().where(payments.c.run == runs.c.id, payments.c.state == State.CLAIMED)
        with self._database.reading() as db:
            return _runs(db, runs.c.written_at.is_(None), runs.c.rail != Rail.HAND, live)

    def run(self, name: str) -> Run | None:
        with self._database.reading() as db:
            found = _runs(db, func.lower(runs.c.name) == name.strip().lower())
        return found[0] if found else None

    def names(self) -> list[str]:
        """The names of all runs."""
        with self._database.reading() as db:
            return list(db.execute(select(runs.c.name)).scalars())

    def of_run(self, run: Run) -> list[Paid]:
        """The payments of a run."""
        return self.where(payments.c.run == run.id)

    def where(self, *conditions: Any) -> list[Paid]:
        """Payments in the order they were made."""
        with self._database.reading() as db:
            return _payments(db, *conditions)

    def by_ids(self, ids: Collection[int]) -> list[Paid]:
        """Payments by their ids, in the order they were made."""
        return [each for part in parts(sorted(ids)) for each in self.where(payments.c.id.in_(part))]

    def of_statements(self, ids: Collection[int]) -> dict[int, Paid]:
        """The live payment of each of these statements, else its last one."""
        found: dict[int, Paid] = {}
        for part in parts(sorted(ids)):
            for each in self.where(payments.c.statement.in_(part)):
                if (known := found.get(each.statement_id)) is None or known.state not in LIVE:
                    found[each.statement_id] = each
        return found

    # what came of it

    def pay(self, paid: Iterable[Paid], day: date, at: datetime, reference: str = "") -> list[int]:
        """These payments went out on *day*: each becomes an entry; returns those that were still claimed."""
        return [each.id for each in paid if self._move(each, State.PAID, at, day=day, reference=reference)]

    def fail(self, each: Paid, at: datetime, reason: str) -> bool:
        """A payment did not arrive: what it claimed is payable again, and one that was paid came back."""
        return self._move(each, State.FAILED, at, reason=reason)

    def drop(self, run: Run, reason: str) -> int:
        """Give up a run of which nothing was paid; returns how many payments were claimed by it."""
        at = self._ledger.clock.now()
        with self._database.writing() as db:
            found = _payments(db, payments.c.run == run.id)
            if any(each.state is State.PAID for each in found):
                raise Busy(
                    f"Something of run {run.name} was paid meanwhile", hint=f"shopinf payouts list --run {run.name}"
                )
            claimed = [each for each in found if each.state is State.CLAIMED]
            for each in claimed:
                self._move_in(db, each, State.DROPPED, at, reason=reason)
        return len(claimed)

    def _move(self, each: Paid, then: State, at: datetime, **news: Any) -> bool:
        with self._database.writing() as db:
            return self._move_in(db, each, then, at, **news)

    def _move_in(
        self,
        db: Connection,
        each: Paid,
        then: State,
        at: datetime,
        *,
        day: date | None = None,
        reference: str = "",
        reason: str = "",
    ) -> bool:
        """Bring a payment into another state, once: whoever comes second finds it moved."""
        values: dict[str, Any] = {"state": str(then), "at": self._ledger.clock.now(), "by": self._ledger.by}
        values |= {"paid_on": day.isoformat()} if day else {}
        values |= {"reference": reference} if reference else {}
        values |= {"reason": reason} if reason else {}
        same = (payments.c.id == each.id, payments.c.state == str(each.state))
        if not db.execute(update(payments).where(*same).values(values)).rowcount:
            return False
        if then is State.PAID:
            self._enter(db, Kind.PAY, each, -each.amount, at, reference or each.run.name)
        else:
            db.execute(delete(claims).where(claims.c.payment == each.id))
            if each.state is State.PAID:
                self._enter(db, Kind.PAY_FAILED, each, each.amount, at, reason)
        return True

    def _enter(self, db: Connection, kind: Kind, each: Paid, amount: Decimal, at: datetime, reason: str) -> None:
        account = of_whom_now(db, each.account)
        entry = Entry(kind, account, amount, at, reason=reason, step=next_step(db, account.person))
        row = entry_row(entry, at=self._ledger.clock.now(), by=self._ledger.by, payment=each.id)
        db.execute(entries.insert().values(row))

    # by order

    def of_orders(self, shop_id: int, orders: Collection[int]) -> dict[tuple[int, str], tuple[int, int]]:
        """For each order and influencer what was paid of it, and what is still owed, in minor units."""
        found: dict[tuple[int, str], tuple[int, int]] = {}
        query = (
            select(entries.c.order_id, entries.c.person, entries.c.amount, payments.c.state)
            .outerjoin(claims, claims.c.entry == entries.c.id)
            .outerjoin(payments, payments.c.id == claims.c.payment)
            .where(entries.c.shop_id == shop_id)
        )
        with self._database.reading() as db:
            for part in parts(sorted(orders)):
                for order, person, amount, state in db.execute(query.where(entries.c.order_id.in_(part))):
                    paid, open = found.get((order, person), (0, 0))
                    more = (paid + amount, open) if state == State.PAID else (paid, open + amount)
                    found[order, person] = more
        return found

    def totals(self, year: int) -> list[tuple[str, str, str, Decimal, int]]:
        """Per influencer, currency and rail what was paid in a calendar year, and by how many payments."""
        query = (
            select(payments.c.person, payments.c.currency, runs.c.rail, func.sum(payments.c.amount), func.count())
            .join(runs, runs.c.id == payments.c.run)
            .where(payments.c.state == State.PAID, payments.c.paid_on.between(f"{year}-01-01", f"{year}-12-31"))
            .group_by(payments.c.person, payments.c.currency, runs.c.rail)
        )
        with self._database.reading() as db:
            return [
                (person, currency, rail, Money.from_minor(int(amount), currency).amount, count)
                for person, currency, rail, amount, count in db.execute(query)
            ]


def _people(db: Connection, wanted: Collection[int]) -> set[str]:
    """Whose these statements are now."""
    kept, found = merged_into(db), set[str]()
    for part in parts(sorted(wanted)):
        query = select(statements.c.person).where(statements.c.id.in_(part)).distinct()
        found |= {kept.get(person, person) for person in db.execute(query).scalars()}
    return found


def _candidates(
    db: Connection, payer: str, minimum: Decimal, now: datetime, people: Collection[str] | None = None
) -> list[Candidate]:
    dues, marks = read_dues(db, payer, people), read_marks(db)
    found = []
    for account, row in latest_statements(db, payer).items():
        if people is None or account.person in people:
            state = State(row["state"]) if row["state"] else None
            found.append(
                Candidate(
                    read_statement(row, account.person), payable(dues.get(account, ()), marks, now, minimum), state
                )
            )
    return found


def _runs(db: Connection, *conditions: Any) -> list[Run]:
    rows: Sequence[Mapping[Any, Any]] = db.execute(select(runs).where(*conditions).order_by(runs.c.id)).mappings().all()
    return [Run(r["id"], r["name"], Rail(r["rail"]), r["at"], r["by"], r["written_at"]) for r in rows]


def _payments(db: Connection, *conditions: Any) -> list[Paid]:
    query = (
        select(payments, statements.c.name, *(column.label(f"run_{column.name}") for column in runs.c))
        .join(statements, statements.c.id == payments.c.statement)
        .join(runs, runs.c.id == payments.c.run)
        .where(*conditions)
        .order_by(payments.c.id)
    )
    return [_paid(row) for row in db.execute(query).mappings()]


def _paid(row: Mapping[Any, Any]) -> Paid:
    account = Account(row["payer"], row["person"], row["currency"])
    run = Run(
        row["run_id"], row["run_name"], Rail(row["run_rail"]), row["run_at"], row["run_by"], row["run_written_at"]
    )
    return Paid(
        row["id"],
        run,
        row["name"],
        row["statement"],
        account,
        Money.from_minor(row["amount"], account.currency).amount,
        State(row["state"]),
        row["destination"],
        date.fromisoformat(row["paid_on"]) if row["paid_on"] else None,
        row["reference"],
        row["reason"],
        row["at"],
        row["by"],
    )
