"""What the tests of customers share: sheets, customers of the practice store, and one way to run."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import Bench, Ran

from shopinf.practice import PracticeStore


def people(shop: PracticeStore) -> list[dict[str, Any]]:
    """The store's customers as it has them, oldest first."""
    return [shop.customers.peek(key) for key in sorted(shop.customers)]


def write(path: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    """A sheet of *rows*, the columns being those of the first."""
    with path.open("w", newline="", encoding="utf-8") as file:
        sheet = csv.DictWriter(file, list(rows[0]))
        sheet.writeheader()
        sheet.writerows(rows)
    return path


def enrich(run: Bench, *more: str) -> Ran:
    """`customers enrich` as JSON."""
    return run("customers", "enrich", "-f", "json", *more)


def found(ran: Ran) -> dict[str, dict[str, Any]]:
    """The influencers of a run by e-mail."""
    return {each["email"]: each for each in ran.json["influencers"]}
