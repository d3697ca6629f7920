"""Gone is gone: from the file, also while somebody reads it; and whoever was forgotten stays so."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from bench import Bench

from shopinf.practice import PracticeStore

ADDRESS = "Zoë,Lind,1 Main St,Ottawa,ON,CA,K1A 0B1"


@pytest.fixture
def known(run: Bench, tmp_path: Path) -> str:
    sheet = tmp_path / "people.csv"
    sheet.write_text("influencer,email\nzoequinnell,zoe.quinnell@x.example\nmaya,maya@x.example\n")
    run("influencers", "import", str(sheet)).ok()
    return str(sheet)


def forget(run: Bench, *more: str) -> int:
    return run("influencers", "forget", "zoe.quinnell@x.example", "--yes", *more).code


def files(run: Bench) -> bytes:
    return b"".join(path.read_bytes() for path in run.home.glob("ledger.db*"))


@contextmanager
def reader(run: Bench) -> Iterator[None]:
    """Another program that is in the middle of reading the ledger."""
    with closing(sqlite3.connect(run.home / "ledger.db", isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM influencers").fetchone()
        yield


def test_forgetting_while_somebody_reads_is_not_said_to_be_done(run: Bench, known: str) -> None:
    with reader(run):
        assert forget(run, "--wait", "0") == 8
        assert b"zoequinnell" in files(run)
        run("influencers", "list").ok()
    run("influencers", "list").ok()
    assert b"quinnell" not in files(run)
    assert forget(run) == 0


def test_a_sheet_does_not_bring_somebody_back(run: Bench, known: str) -> None:
    forget(run)
    again = run("influencers", "import", known, "-f", "json")
    assert again.code == 7
    assert [row["influencer"] for row in again.json["rows"]] == ["maya"]
    [failure] = again.json["failures"]
    assert "asked to be forgotten on 2026-11-22" in failure["error"]
    assert "people.csv" in failure["what"] + failure["error"]
    run("influencers", "remember", "Zoe.Quinnell@x.example").ok()
    assert len(run("influencers", "import", known, "-f", "json").ok().json["rows"]) == 2
    assert run("influencers", "remember", "zoe.quinnell@x.example").code == 3


def test_no_code_is_made_for_whom_asked_to_be_forgotten(run: Bench, shop: PracticeStore, known: str) -> None:
    forget(run)
    create = ("discounts", "create", "--campaign", "q4", "--percent", "15", "--yes", "-f", "json")
    made = run(*create, "--from", known)
    assert made.code == 7
    assert list(shop.codes) == ["MAYA15"]
    assert "asked to be forgotten on 2026-11-22" in made.json["failures"][0]["error"]
    assert run(*create, "--influencer", "zoe.quinnell@x.example").code == 2
    assert not run.look("SELECT * FROM influencers WHERE folded LIKE 'zoe%'")


def test_no_gift_is_sent_to_whom_asked_to_be_forgotten(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    run("influencers", "forget", "zoe.quinnell@x.example", "--yes").ok()
    sheet = tmp_path / "gifts.csv"
    sheet.write_text(
        "influencer,email,first_name,last_name,address1,city,province,country,zip\n"
        f"zoequinnell,zoe.quinnell@x.example,{ADDRESS}\nmaya,maya@x.example,{ADDRESS}\n"
    )
    variant = next(iter(shop.products.values()))["variants"][0]
    variant["inventory_quantity"] = 10
    send = ("gifts", "send", "--campaign", "q4", "--from", str(sheet), "--variant", str(variant["id"]), "--yes")
    ran = run(*send)
    assert ran.code == 7
    assert "asked to be forgotten on 2026-11-22" in ran.err
    assert [draft["email"] for draft in shop.drafts.values()] == ["maya@x.example"]
    assert not run.look("SELECT * FROM influencers WHERE folded LIKE 'zoe%'")
