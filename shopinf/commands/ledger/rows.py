"""What was moved of a ledger, as rows."""

from __future__ import annotations

from collections.abc import Mapping

from shopinf.results import Cell, Result, columns

COLUMNS = columns("part", numbers="rows")


def moved(verb: str, found: Mapping[str, int]) -> Result:
    """The answer of *verb*: how many rows each part of the ledger has."""
    rows: list[Mapping[str, Cell]] = [{"part": name.replace("_", " "), "rows": count} for name, count in found.items()]
    return Result(f"shopinf.ledger.{verb}/1", COLUMNS, rows)
