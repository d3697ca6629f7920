"""The recipes for other programs come to the same cents as the report, whatever the currencies and offsets are."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest
from bench import Bench

from shopinf.practice import PracticeStore

PAGE = Path(__file__).parents[1] / "examples" / "answers.md"
SHOPS: list[dict[str, Any]] = [
    {"handle": "maya-shop", "seed": 7},
    {"handle": "nordlicht", "seed": 8, "currency": "EUR", "timezone": "Europe/Berlin", "taxes_included": True},
    {"handle": "tokyo", "seed": 9, "currency": "JPY", "timezone": "Asia/Tokyo"},
]


def block(language: str, number: int = 0) -> str:
    """A fenced block of the page."""
    fenced = re.compile(rf"^```{language}\n(.+?)^```", re.DOTALL | re.MULTILINE)
    return [found[1] for found in fenced.finditer(PAGE.read_text(encoding="utf-8"))][number]


@pytest.fixture
def rows(run: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The orders of three stores in three currencies and zones, in the files that the recipes read."""
    monkeypatch.chdir(tmp_path)

    def sold() -> None:
        for each in SHOPS:
            shop = run.open(customers=20, **each)
            run.connect(shop).ok()
            run("discounts", "create", "-s", each["handle"], "--campaign", "q4", "--influencer", "maya", "--percent",
                "15", "--commission", "10%", "-y").ok()  # fmt: skip
            sell(shop)

    run.once("recipes", sold)
    for line in block("sh").splitlines():
        run(*line.split()[1:]).ok()
    found: list[dict[str, Any]] = json.loads(Path("orders.json").read_text())["rows"]
    assert len({row["currency"] for row in found}) == len(SHOPS)
    assert len({row["processed_at"][-6:] for row in found}) == len(SHOPS)
    return found


def sell(shop: PracticeStore) -> None:
    with httpx.Client(transport=httpx.WSGITransport(shop.app), base_url=f"https://{shop.domain}") as client:
        assert client.post("/practice/sales", json={"days": 20, "orders": 25}).status_code == 200


def sums(rows: list[dict[str, Any]]) -> dict[str, Decimal]:
    found: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        found[row["currency"]] += Decimal(row["net_sales"])
    return dict(found)


def latest(rows: list[dict[str, Any]]) -> set[str]:
    instant = max(datetime.fromisoformat(row["processed_at"]) for row in rows)
    return {str(row["order_id"]) for row in rows if datetime.fromisoformat(row["processed_at"]) == instant}


def said(text: str) -> dict[str, Decimal]:
    """`EUR  12.30` in each line."""
    return {line.split()[0]: Decimal(line.split()[-1]) for line in text.splitlines()}


@pytest.mark.skipif(shutil.which("jq") is None, reason="there is no jq (on Debian: apt-get install jq)")
def test_jq_adds_up_to_the_cent_and_finds_the_latest_order(rows: list[dict[str, Any]]) -> None:
    totals, last = (
        subprocess.run(["sh", "-c", block("sh", number)], capture_output=True, text=True, check=True, timeout=60).stdout
        for number in (1, 2)
    )
    assert said(totals) == sums(rows)
    assert {row.split("\t")[0]: row.split("\t")[1] for row in totals.splitlines()} == {
        currency: str(amount) for currency, amount in sums(rows).items()
    }
    assert last.strip() in latest(rows)


@pytest.mark.skipif(find_spec("pandas") is None, reason="there is no pandas (pip install pandas)")
def test_pandas_adds_up_to_the_cent_and_finds_the_latest_order(rows: list[dict[str, Any]]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", block("python")], capture_output=True, text=True, check=True, timeout=120
    )
    *totals, last = done.stdout.splitlines()
    assert said("\n".join(totals)) == sums(rows)
    assert last in latest(rows)


@pytest.mark.skipif(find_spec("duckdb") is None, reason="there is no DuckDB (pip install duckdb)")
def test_duckdb_adds_up_to_the_cent_and_finds_the_latest_order(rows: list[dict[str, Any]]) -> None:
    duckdb: Any = __import__("duckdb")
    view, totals, last = (part for part in block("sql").split(";") if part.strip())
    with duckdb.connect() as db:
        db.execute(view)
        assert dict(db.execute(totals).fetchall()) == sums(rows)
        assert db.execute(last).fetchone()[0] in latest(rows)


def test_power_query_asks_for_columns_that_are_there(rows: list[dict[str, Any]]) -> None:
    named = set(re.findall(r'"([a-z_]+)"', block("m")))
    assert named <= set(Path("orders.csv").read_text().splitlines()[0].split(","))
    assert named <= set(rows[0])
