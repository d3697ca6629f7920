"""Many rows by one of their columns, asked for in parts that fit into a query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Dialect, Select, bindparam

from shopinf.ledger.upserts import CHUNK, parts

_NAMES = [f"among_{place}" for place in range(CHUNK)]


class Among:
    """The rows of *query* in which *column* has one of many values; what else varies in it are named parameters.

    SQLAlchemy would write a query with hundreds of values anew each time, which takes longer than the answer. This one
    is written once, and rows come as the driver has them.
    """

    def __init__(self, query: Select[Any], column: ColumnElement[Any]) -> None:
        self._query = query.where(column.in_([bindparam(name) for name in _NAMES]))
        self._written: dict[Dialect, tuple[str, list[str] | None]] = {}

    def rows(self, db: Connection, values: Sequence[Any], **given: Any) -> Iterator[Sequence[Any]]:
        """The rows for *values*, in no order."""
        text, places = self._statement(db.dialect)
        for part in parts(values):
            # A shorter part is filled up with a value of its own, which finds nothing more.
            filled = given | dict(zip(_NAMES, [*part, *[part[0]] * (CHUNK - len(part))], strict=True))
            yield from db.exec_driver_sql(text, tuple([filled[name] for name in places]) if places else filled).all()

    def _statement(self, dialect: Dialect) -> tuple[str, list[str] | None]:
        """The query as the driver takes it, and the names of its values where these go by place."""
        if dialect not in self._written:
            compiled = self._query.compile(dialect=dialect)
            self._written[dialect] = str(compiled), compiled.positiontup
        return self._written[dialect]
