"""The credits that are kept, by store: a cache of what the facts and the rules come to.

A report may believe it where the state says the same rules and inputs and no change is noted; all that is read of one
report is read in one block. Writing goes by turns: who renews credits says which turn they had read, and where another
run was quicker nothing is written.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, func, literal, select

from shopinf.attribution.keeping import Cell, KeptCredit, Sum, month_ends, month_of, packed, unpacked
from shopinf.ledger.creditsums import summed
from shopinf.ledger.tables.credits import (
    CACHE,
    credit_cells,
    credit_changes,
    credit_inputs,
    credit_months,
    credit_states,
    credit_sums,
    credits,
)
from shopinf.ledger.tables.mirror import orders
from shopinf.ledger.upserts import insert, parts
from shopinf.periods import Step

if TYPE_CHECKING:
    from shopinf.ledger.journal import Journal

Inputs = Mapping[tuple[str, str], tuple[str, str]]  # (what, subject): (digest, texts)


@dataclass(frozen=True, slots=True)
class State:
    """How a store's credits stand."""

    rules: str
    inputs: str
    turn: int
    months: frozenset[int]  # of which all credits are there
    sold: frozenset[int]  # the months in which there may be orders at all

    @property
    def missing(self) -> frozenset[int]:
        """The months that are still to be worked out."""
        return self.sold - self.months


@dataclass(frozen=True, slots=True)
class Changed:
    """What changed since: the orders, and whose they were before or are now."""

    upto: int
    orders: frozenset[int]
    customers: frozenset[int]
    emails: frozenset[str]


@dataclass(frozen=True, slots=True)
class Kept:
    """What a report needs of the credits that are kept: the sums, and the orders whose facts it is to read."""

    sums: list[Sum]
    odd: frozenset[int]


class Credits:
    """The kept credits of every store, by store."""

    def __init__(self, ledger: Journal) -> None:
        self._database = ledger.database

    def state(self, shop_id: int) -> State | None:
        """How the credits of a store stand; None where none are kept."""
        with self._database.reading() as db:
            row = db.execute(select(credit_states).where(credit_states.c.shop_id == shop_id)).mappings().first()
            if row is None:
                return None
            at = orders.c.processed_at
            ends = [select(end(at)).where(orders.c.shop_id == shop_id) for end in (func.min, func.max)]
            first, last = [db.execute(each).scalar() for each in ends]  # apart: each is found in an index
            # A month more at each end: the months are those of the store's own calendar.
            sold = range(_month(first) - 1, _month(last) + 2) if first and last else ()
            return State(row["rules"], row["inputs"], row["turn"], _filled(db, shop_id), frozenset(sold))

    def changed(self, shop_id: int, at_most: int) -> Changed | None:
        """What changed since the credits of a store were renewed; None where that is more than *at_most* rows."""
        query = select(credit_changes).where(credit_changes.c.shop_id == shop_id).order_by(credit_changes.c.id)
        with self._database.reading() as db:
            rows = db.execute(query.limit(at_most + 1)).all()
        if len(rows) > at_most:
            return None
        return Changed(
            rows[-1].id if rows else 0,
            frozenset(row.order_id for row in rows),
            frozenset(row.customer_id for row in rows if row.customer_id),
            frozenset(row.email_key for row in rows if row.email_key),
        )

    def inputs(self, shop_id: int) -> Inputs:
        """By what the credits of a store were worked out, as far as that decides only some of them."""
        query = select(credit_inputs).where(credit_inputs.c.shop_id == shop_id)
        with self._database.reading() as db:
            return {(row.what, row.subject): (row.digest, row.texts) for row in db.execute(query)}

    def among(self, shop_id: int, order_ids: Collection[int]) -> set[int]:
        """Those of *order_ids* of which something is kept."""
        found: set[int] = set()
        with self._database.reading() as db:
            for part in parts(sorted(order_ids)):
                query = select(credits.c.order_id).where(credits.c.shop_id == shop_id, credits.c.order_id.in_(part))
                found.update(db.execute(query).scalars())
        return found

    # writing

    def begin(self, shop_id: int, rules: str, digest: str, inputs: Inputs) -> None:
        """Keep nothing of a store but by which rules its credits will be worked out; from now on changes are noted."""
        with self._database.writing_now() as db:
            for table in CACHE:
                db.execute(delete(table).where(table.c.shop_id == shop_id))
            state = {"shop_id": shop_id, "rules": rules, "inputs": digest, "turn": _turn()}
            db.execute(credit_states.insert().values(**state))
            insert(db, credit_inputs, _input_rows(shop_id, inputs))

    def let_go(self, shop_id: int) -> None:
        """Keep up with a store no more: nothing that changes is noted, and whoever reports next begins anew."""
        with self._database.writing() as db:
            for table in (credit_changes, credit_states):
                db.execute(delete(table).where(table.c.shop_id == shop_id))

    def fill(self, shop_id: int, turn: int, month: int, found: Iterable[KeptCredit]) -> bool:
        """Keep all credits of a month; False where they were renewed meanwhile, and nothing was written.

        What another run has filled meanwhile stays as it is.
        """
        with self._database.writing_now() as db:
            if not _is_turn(db, shop_id, turn):
                return False
            if month not in _filled(db, shop_id):
                self._add(db, shop_id, found)
                _sum_up(db, shop_id, {month: None})
                db.execute(credit_months.insert().values(shop_id=shop_id, month=month))
        return True

    def renew(
        self,
        shop_id: int,
        turn: int,
        renewed: Collection[int],
        found: Iterable[KeptCredit],
        *,
        upto: int = 0,
        inputs: tuple[str, Inputs] | None = None,
    ) -> bool:
        """Keep *found* as all that the orders *renewed* come to, after the changes *upto* and by the *inputs* of now.

        Those of months that nobody has filled are left out. False where another run was quicker, and nothing was
        written.
        """
        with self._database.writing_now() as db:
            if not _is_turn(db, shop_id, turn):
                return False
            touched: dict[int, set[int] | None] = {}
            for part in parts(sorted(renewed)):
                mine = credits.c.shop_id == shop_id, credits.c.order_id.in_(part)
                for month, cell in db.execute(select(credits.c.month, credits.c.cell).where(*mine).distinct()):
                    _touch(touched, month, cell)
                db.execute(delete(credits).where(*mine))
            filled = _filled(db, shop_id)  # another run may have filled more of them since these were worked out
            for month, cell in self._add(db, shop_id, (each for each in found if month_of(each.day) in filled)):
                _touch(touched, month, cell)
            _sum_up(db, shop_id, touched)
            db.execute(delete(credit_changes).where(credit_changes.c.shop_id == shop_id, credit_changes.c.id <= upto))
            state = credit_states.update().where(credit_states.c.shop_id == shop_id)
            if inputs is not None:
                db.execute(delete(credit_inputs).where(credit_inputs.c.shop_id == shop_id))
                insert(db, credit_inputs, _input_rows(shop_id, inputs[1]))
                state = state.values(inputs=inputs[0])
            db.execute(state.values(turn=_turn()))
        return True

    def _add(self, db: Connection, shop_id: int, found: Iterable[KeptCredit]) -> set[tuple[int, int]]:
        """Add credits; returns the months and cells that they are in."""
        cells = {cell: number for number, cell in _cells(db, shop_id).items()}
        rows, touched = [], set()
        for each in found:
            if (number := cells.get(each.cell)) is None:
                query = credit_cells.insert().values(shop_id=shop_id, **each.cell._asdict())
                number = cells[each.cell] = int(db.execute(query.returning(credit_cells.c.id)).scalar_one())
            values = each._asdict()
            values["cell"], values["shop_id"] = number, shop_id
            values["month"] = month = month_of(each.day)
            rows.append(values)
            touched.add((month, number))
        insert(db, credits, sorted(rows, key=_as_they_lie))
        return touched

    # reading

    def read(
        self,
        shop_id: int,
        turn: int,
        first: int,
        last: int,
        names: Mapping[str, str],
        *,
        by: Step | None,
        moved: bool,
        anybody: bool = False,
    ) -> Kept | None:
        """The sums of the days from *first* to *last*, so that they fit into *by*; None where the turn is another.

        Influencers are called by *names*, those that have none by their opaque id. With *moved*, orders to which
        something happened later are odd ones too, and in no sum. With *anybody*, sums of days may be of several
        influencers and codes, where it is known what all of these earn.
        """
        with self._database.reading() as db:
            if not _is_turn(db, shop_id, turn):
                return None
            cells = {
                number: cell._replace(influencer=names.get(cell.influencer, cell.influencer))
                for number, cell in _cells(db, shop_id).items()
            }
            found: list[Sum] = []
            months = range(month_of(first), month_of(last) + 1)
            by_day = by in (Step.DAY, Step.WEEK)
            whole = [] if by_day else [each for each in months if _inside(month_ends(each), first, last)]
            found += _from_sums(db, shop_id, cells, whole, apart=by is Step.MONTH, moved=moved)
            for month in sorted({*months} - {*whole}):
                days = (first, last)
                found_here = summed(db, shop_id, month, days=days, by_day=by_day, anybody=anybody and by_day)
                for cell, day, has_moved, figures in found_here:
                    if not (moved and has_moved):
                        found.append(Sum(cells[cell], day, *figures))
            query = select(credits.c.order_id).where(
                credits.c.shop_id == shop_id, credits.c.month.between(months[0], months[-1]), _days(first, last)
            )
            odd = {*db.execute(query.where(credits.c.odd.is_not(None))).scalars()}
            if moved:
                odd.update(db.execute(query.where(credits.c.moved.is_not(None))).scalars())
        return Kept(found, frozenset(odd))


def _from_sums(
    db: Connection, shop_id: int, cells: Mapping[int, Cell], months: Sequence[int], *, apart: bool, moved: bool
) -> Iterator[Sum]:
    """The sums of whole months that follow one another, each month's *apart* or all together."""
    if not months:
        return
    s = credit_sums.c
    mine = [s.shop_id == shop_id, s.month.between(months[0], months[-1]), *((s.moved == 0,) if moved else ())]
    place = (s.cell, s.month) if apart else (s.cell, literal(months[0]).label("month"))
    known: dict[tuple[int, int], tuple[list[bytes], list[bytes]]] = {}
    for cell, month, *found in db.execute(select(*place, s.newcomers, s.returners).where(*mine)).all():
        for people, each in zip(known.setdefault((cell, month), ([], [])), found, strict=True):
            people.append(each)
    added = [func.sum(s[name]) for name in _ADDED]
    query = select(*place, *added, func.min(s.first_at), func.max(s.last_at)).where(*mine)
    for cell, month, *figures, first, last in db.execute(query.group_by(*(place if apart else place[:1]))).all():
        newcomers, returners = map(unpacked, known[cell, month])
        amounts: list[Any] = [int(each) for each in figures]
        yield Sum(cells[cell], month_ends(month)[0], *[*amounts, first, last, newcomers, returners])


_ADDED = (
    "orders",
    "gross_sales",
    "discounts",
    "included_tax",
    "returns",
    "commission",
    "unrated",
    "lone_new",
    "lone_returning",
    "assumed",
)


def _inside(ends: tuple[int, int], first: int, last: int) -> bool:
    return first <= ends[0] and ends[1] <= last


def _days(first: int, last: int) -> Any:
    return credits.c.day.between(first, last)


def _sum_up(db: Connection, shop_id: int, touched: Mapping[int, set[int] | None]) -> None:
    """Add up the cells of months anew; None: all of a month."""
    rows = []
    for month, cells in touched.items():
        for each in sorted(cells) if cells is not None else (None,):
            s = credit_sums.c
            same = (s.shop_id == shop_id, s.month == month, *((s.cell == each,) if each is not None else ()))
            db.execute(delete(credit_sums).where(*same))
            for cell, _, moved, figures in summed(db, shop_id, month, cell=each):
                *plain, newcomers, returners = figures
                names = [column.name for column in credit_sums.columns][4:]
                values = dict(zip(names, (*plain, packed(newcomers), packed(returners)), strict=True))
                rows.append({"shop_id": shop_id, "month": month, "cell": cell, "moved": moved, **values})
    insert(db, credit_sums, rows)


def _touch(touched: dict[int, set[int] | None], month: int, cell: int) -> None:
    cells = touched.setdefault(month, set())
    if cells is not None:
        cells.add(cell)


def _cells(db: Connection, shop_id: int) -> dict[int, Cell]:
    c = credit_cells.c
    query = select(c.id, *(c[name] for name in Cell._fields)).where(c.shop_id == shop_id)
    return {number: Cell(*values) for number, *values in db.execute(query)}


def _input_rows(shop_id: int, inputs: Inputs) -> list[dict[str, Any]]:
    return [
        {"shop_id": shop_id, "what": what, "subject": subject, "digest": digest, "texts": texts}
        for (what, subject), (digest, texts) in inputs.items()
    ]


def _is_turn(db: Connection, shop_id: int, turn: int) -> bool:
    return db.execute(select(credit_states.c.turn).where(credit_states.c.shop_id == shop_id)).scalar() == turn


def _filled(db: Connection, shop_id: int) -> frozenset[int]:
    """The months of which all credits are kept."""
    return frozenset(db.execute(select(credit_months.c.month).where(credit_months.c.shop_id == shop_id)).scalars())


def _as_they_lie(row: Mapping[str, Any]) -> tuple[int, int, int, int]:
    return row["month"], row["cell"], row["day"], row["order_id"]


def _turn() -> int:
    return secrets.randbits(62)


def _month(at: datetime) -> int:
    return at.astimezone(UTC).year * 12 + at.astimezone(UTC).month - 1
