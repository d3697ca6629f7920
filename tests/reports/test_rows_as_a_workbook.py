"""Any command's rows as a workbook: the columns of its CSV, with real numbers and times in them."""

from __future__ import annotations

import csv
import shlex
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from agency import Agency
from bench import Bench

from shopinf.errors import BadInput
from shopinf.money import Money
from shopinf.reports import rows as workbook
from shopinf.results import Failure, Result, columns

COLUMNS = columns("code note", numbers="orders share", money="net_sales", times="at")
ROW: dict[str, Any] = {
    "code": "MAYA15",
    "note": "=1+1",
    "orders": 3,
    "share": "12.5",
    "net_sales": Money.of("90", "USD"),
    "at": datetime(2026, 11, 22, 13, 5, tzinfo=UTC),
}
# Of each noun what answers without writing to a store.
LINES = [
    "stores list",
    "stores show maya-shop",
    "verify-scopes --all-stores",
    "doctor",
    "influencers list",
    "influencers export",
    "influencers show avawhitlock",
    "sources list",
    "discounts list -s maya-shop",
    "discounts links -s maya-shop",
    "discounts check --all-stores",
    "discounts watch --all-stores",
    "rates list -s maya-shop --influencer avawhitlock",
    "orders sync --all-stores",
    "orders review --all-stores",
    "orders reconcile -s maya-shop",
    "products import --all-stores",
    "products list -s maya-shop --search kit",
    "payouts list -s maya-shop",
    "payouts totals --year 2026",
    "gifts status -s maya-shop",
    "gifts report -s maya-shop",
    "livecapture status --all-stores",
    "livecapture leads -s maya-shop",
    "status",
    "reference columns discounts links",
    "reference exit-codes",
    "reference environment",
]


def book(content: bytes | Path) -> dict[str, list[tuple[Any, ...]]]:
    opened = openpyxl.load_workbook(BytesIO(content) if isinstance(content, bytes) else content)
    return {sheet.title: [tuple(cell.value for cell in row) for row in sheet.iter_rows()] for sheet in opened}


def test_numbers_money_and_times_are_cells_of_their_kind_and_the_zone_stands_beside_them() -> None:
    [header, row] = book(workbook.file(Result("shopinf.codes/1", COLUMNS, [ROW])))["Rows"]
    assert header == ("code", "note", "orders", "share", "net_sales", "at", "timezone")
    assert row == ("MAYA15", "=1+1", 3, 12.5, 90, ROW["at"].replace(tzinfo=None), "UTC")


def test_text_that_a_spreadsheet_would_run_stays_text() -> None:
    sheet = openpyxl.load_workbook(BytesIO(workbook.file(Result("shopinf.codes/1", COLUMNS, [ROW]))))["Rows"]
    assert (sheet["B2"].data_type, sheet["B2"].value) == ("s", "=1+1")


def test_what_is_not_known_is_an_empty_cell() -> None:
    unknown = {**dict.fromkeys(ROW), "code": "MAYA15"}
    row = book(workbook.file(Result("shopinf.codes/1", COLUMNS, [unknown])))["Rows"][1]
    assert row == ("MAYA15", *[None] * len(COLUMNS))


def test_notes_and_failures_stand_in_a_sheet_of_their_own() -> None:
    failures = [Failure("nordlicht", "nordlicht", "it is frozen", 5)]
    result = Result("shopinf.codes/1", COLUMNS, [ROW], notes=["Looked at 3 codes."], failures=failures)
    sheets = book(workbook.file(result))
    assert [*sheets] == ["Rows", "Notes"]
    assert sheets["Notes"] == [("Looked at 3 codes.",), ("nordlicht: it is frozen",)]


def test_what_has_a_zone_of_its_own_gets_no_second_one() -> None:
    shown = columns("store timezone", times="synced_at")
    row: dict[str, Any] = {
        "store": "maya-shop",
        "timezone": "Asia/Tokyo",
        "synced_at": datetime(2026, 11, 22, tzinfo=UTC),
    }
    assert book(workbook.file(Result("shopinf.stores/1", shown, [row])))["Rows"][0] == (
        "store",
        "timezone",
        "synced_at",
    )


def test_more_rows_than_a_sheet_holds_are_refused_with_the_way_that_takes_them() -> None:
    many = Result("shopinf.codes/1", COLUMNS, [ROW] * (1 << 20))
    with pytest.raises(BadInput) as refused:
        workbook.file(many)
    assert "-o rows.csv" in str(refused.value.hint)


def test_a_sum_of_any_length_keeps_its_decimals() -> None:
    row = {**ROW, "share": Decimal("0.0725")}
    assert book(workbook.file(Result("shopinf.codes/1", COLUMNS, [row])))["Rows"][1][3] == 0.0725


@pytest.fixture
def agency(run: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Agency:
    (tmp_path / "desk").mkdir()
    monkeypatch.chdir(tmp_path / "desk")
    return Agency(run, tmp_path / "desk")


@pytest.mark.slow
def test_every_noun_writes_its_rows_as_a_workbook_with_the_columns_of_its_csv(agency: Agency) -> None:
    agency.prepare("status")
    for line in LINES:
        for file in ("rows.csv", "rows.xlsx"):
            ran = agency.run(*map(agency.named, shlex.split(line)), "-o", file)
            assert f"written to {file}" in ran.err, (line, ran.err)
        with open("rows.csv", encoding="utf-8", newline="") as text:
            expected = list(csv.reader(text))
        found = next(iter(book(Path("rows.xlsx")).values()))
        header = [name for name in found[0] if name != "timezone" or name in expected[0]]
        assert header == expected[0], line
        assert len(found) == len(expected), line


@pytest.mark.slow
def test_a_sheet_that_was_written_as_a_workbook_is_read_again(agency: Agency) -> None:
    agency.prepare("influencers export")
    agency.run("influencers", "export", "-o", "team.xlsx").ok()
    before = agency.run("influencers", "list", "-f", "csv").ok().out
    read = agency.run("influencers", "import", "team.xlsx").ok()
    assert "not used" not in read.err
    assert agency.run("influencers", "list", "-f", "csv").ok().out == before
