"""Kept credits added up by the database: those of a month, or of some days of it, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, case, func, select

from shopinf.ledger.tables.credits import credit_cells, credits

# Cell, day, whether something happened to its orders later, and the figures as `keeping.Sum` has them after the day.
Added = tuple[int, int, int, tuple[Any, ...]]

_MOVED = func.coalesce(credits.c.moved, 0)


def summed(
    db: Connection,
    shop_id: int,
    month: int,
    *,
    cell: int | None = None,
    days: tuple[int, int] = (0, 9_999_999),
    by_day: bool = False,
    anybody: bool = False,
) -> Iterator[Added]:
    """Add up a month's plain credits, or those of one *cell* of it, or of some *days*, day by day where *by_day*.

    With *anybody* it does not matter whose they are: cells of one currency and status, with a rate or without, are one,
    told by the first of them. Credits without a commission stay apart, since it is said whose they are.
    """
    given = {"shop": shop_id, "month": month, "first": days[0], "last": days[1]}
    if cell is not None:
        given["cell"] = cell
    sums, people = _queries(cell is not None, by_day, anybody)
    known: dict[tuple[int, int, int], tuple[set[int], set[int]]] = {}
    for number, day, moved, newcomer, person in db.execute(people, given).all():
        mine = known.setdefault((number, day if by_day else 0, moved), (set(), set()))
        mine[0 if newcomer else 1].add(person)
    for number, day, moved, *figures, first, last in db.execute(sums, given).all():
        newcomers, returners = known.get((number, day if by_day else 0, moved), (set(), set()))
        amounts = tuple([int(each) for each in figures])
        yield number, day, moved, (*amounts, _moment(first), _moment(last), [*newcomers], [*returners])


def _moment(at: datetime | str) -> datetime:
    return datetime.fromisoformat(at) if isinstance(at, str) else at


@lru_cache(maxsize=8)
def _queries(of_cell: bool, by_day: bool, anybody: bool) -> tuple[Any, Any]:
    c = credits.c
    first = _first_alike()
    whose: ColumnElement[Any] = case((c.commission.is_(None), c.cell), else_=first.c.first) if anybody else c.cell
    source = credits.join(first, first.c.id == c.cell) if anybody else credits
    mine: list[ColumnElement[bool]] = [
        c.shop_id == bindparam("shop"),
        c.month == bindparam("month"),
        c.day.between(bindparam("first"), bindparam("last")),
        c.odd.is_(None),
    ]
    if of_cell:
        mine.append(c.cell == bindparam("cell"))

    def count(condition: ColumnElement[bool]) -> ColumnElement[Any]:
        return func.sum(case((condition, 1), else_=0))

    sums = select(
        whose,
        func.min(c.day),
        _MOVED,
        func.count(),
        func.sum(c.gross_sales),
        func.sum(c.discounts),
        func.sum(c.included_tax),
        func.sum(c.returns),
        func.coalesce(func.sum(c.commission), 0),
        count(c.commission.is_(None)),
        count(c.lone.is_not(None) & (c.newcomer == 1)),
        count(c.lone.is_not(None) & (c.newcomer == 0)),
        count(c.assumed.is_not(None)),
        func.min(c.at),
        func.max(c.at),
    )
    groups = (whose, c.day, _MOVED) if by_day else (whose, _MOVED)
    people = select(whose, c.day, _MOVED, c.newcomer, c.person)
    listed = people.select_from(source).where(*mine, c.lone.is_(None), c.person.is_not(None))
    return sums.select_from(source).where(*mine).group_by(*groups), listed


def _first_alike() -> Any:
    """Each cell of a store, and the first of those that are like it but for whose credits they are."""
    cells = credit_cells.c
    alike = [cells.currency, cells.status, cells.rate.is_not(None)]
    first = func.min(cells.id).over(partition_by=alike).label("first")
    return select(cells.id, first).where(cells.shop_id == bindparam("shop")).subquery()
