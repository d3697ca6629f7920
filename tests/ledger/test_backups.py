"""A backup is where it was said to be, and holds what it was made of; a killed one leaves nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from bench import Bench

from shopinf.ledger import copying
from shopinf.ledger.engine import Database
from shopinf.local.copies import Copies
from shopinf.practice import PracticeStore


@pytest.mark.parametrize("name", ["b%41k.db", "q?x.db", "a#b&c=d.db", "späth 100%.db"])
def test_a_backup_has_the_name_that_was_said(run: Bench, shop: PracticeStore, tmp_path: Path, name: str) -> None:
    run("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--percent", "15").ok()
    folder = tmp_path / "backups"
    folder.mkdir()
    run("ledger", "export", str(folder / name)).ok()
    assert [each.name for each in folder.iterdir()] == [name]
    with closing(sqlite3.connect(folder / name)) as file:
        assert file.execute("SELECT count(*) FROM codes").fetchone() == (1,)
    other = Bench(tmp_path / "100% q?", clock=run.clock, wire=run.wire)
    other("ledger", "import", str(folder / name)).ok()
    assert (other.home / "ledger.db").stat().st_size > 10_000
    assert sorted(each.name for each in tmp_path.iterdir() if each.name.startswith("100")) == ["100% q?"]


def test_a_copy_that_cannot_be_read_back_is_not_reported(
    run: Bench, shop: PracticeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = copying.copy

    def short(source: Database, target: Database) -> dict[str, int]:
        return whole(source, target) | {"codes": 7}

    monkeypatch.setattr(copying, "copy", short)
    failed = run("ledger", "export", str(tmp_path / "backup.db"))
    assert failed.code == 9
    assert "could not be read back" in failed.err
    assert not list(tmp_path.glob("*backup*"))


def test_working_copies_of_killed_runs_are_removed_by_the_next(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    data = run.home / "copies"
    left, held = tmp_path / ".left.tmp", tmp_path / ".held.tmp"
    with Copies(run.home).noted(tmp_path / "never-made"):  # whose note the killed run leaves with another place in it
        [note] = data.glob("*.path")
        killed = data / "0000000000000000.path"
        killed.write_bytes(str(left).encode())
    for path in (left, Path(f"{left}-wal"), held):
        path.write_text("names and e-mails")
    with Copies(run.home).noted(held):
        run("influencers", "list").ok()
        assert held.exists()
    assert not note.exists()
    assert not list(tmp_path.glob(".*.tmp*"))
    assert not list(data.iterdir())
