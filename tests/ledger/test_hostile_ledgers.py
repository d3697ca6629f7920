"""Files to import that are made to look like ledgers."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from bench import Bench


@pytest.mark.parametrize(
    "made",
    [
        "CREATE VIEW odd AS SELECT 1",
        "CREATE TRIGGER odd AFTER UPDATE ON meta BEGIN DELETE FROM meta; END",
        "DELETE FROM meta",
        "DROP TABLE meta; CREATE VIEW meta AS SELECT 'version' AS key, '1' AS value",
    ],
)
def test_a_file_with_more_than_tables_is_no_ledger(run: Bench, tmp_path: Path, made: str) -> None:
    backup = tmp_path / "backup.db"
    run("ledger", "export", str(backup)).ok()
    with closing(sqlite3.connect(backup)) as file:
        file.executescript(made)
    ran = run("ledger", "import", str(backup), "--yes", "--replace")
    assert (ran.code, ran.out) == (2, "")
    assert f"{backup} is not a ledger" in ran.err
