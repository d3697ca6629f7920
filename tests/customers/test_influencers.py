"""Those who are known are listed, renamed, merged, rated and forgotten."""

from __future__ import annotations

import shlex
from contextlib import closing
from pathlib import Path

import pytest
from bench import Bench
from customerbench import enrich, people, write

from shopinf.ledger.tables import meta, metadata
from shopinf.practice import PracticeStore

pytestmark = [pytest.mark.both_engines, pytest.mark.slow]


@pytest.fixture
def store(run: Bench) -> PracticeStore:
    shop = run.open(orders=120, customers=40, throttle=False)
    run.connect(shop).ok()
    return shop


@pytest.fixture
def known(run: Bench, store: PracticeStore, tmp_path: Path) -> list[str]:
    """Three influencers among the customers; their e-mails."""
    emails = [each["email"] for each in people(store)[:3]]
    rows = [
        {"email": email, "instagram": name, "instagram followers": 1000 * n}
        for n, (email, name) in enumerate(zip(emails, ("maya", "leo", "zoe"), strict=True), 1)
    ]
    enrich(run, "--source", f"csv:{write(tmp_path / 'i.csv', rows)}").ok()
    return emails


def names(run: Bench) -> list[str]:
    return [row["influencer"] for row in run("influencers", "list", "-f", "json").ok().json["rows"]]


def test_they_are_listed_and_shown_with_what_they_bought(run: Bench, known: list[str]) -> None:
    assert names(run) == ["zoe", "leo", "maya"]
    (row,) = run("influencers", "show", "maya", "-f", "json").ok().json["rows"]
    assert row["email"] == known[0]
    assert row["accounts"][0]["handle"] == "maya"
    assert row["customers"][0]["store"] == "maya-shop"
    assert run("influencers", "show", "nobody").code == 3


def test_a_renamed_one_is_found_by_both_names_and_stays_one_person(
    run: Bench, known: list[str], store: PracticeStore, tmp_path: Path
) -> None:
    run("influencers", "rename", "maya", "mayalind").ok()
    assert "mayalind" in names(run)
    (row,) = run("influencers", "show", "maya", "-f", "json").ok().json["rows"]
    assert row["influencer"] == "mayalind"
    sheet = write(tmp_path / "again.csv", [{"email": known[0], "instagram": "maya"}])
    again = enrich(run, "--source", f"csv:{sheet}", "--only-new").ok()
    assert [each["influencer"] for each in again.json["influencers"]] == ["mayalind"]
    assert run("influencers", "rename", "leo", "mayalind").code == 2


def test_merged_ones_are_one_person_with_everything(run: Bench, known: list[str], store: PracticeStore) -> None:
    run(
        "discounts", "create", "--campaign", "q4", "--influencer", "leo", "--code", "LEO10", "--percent", "10", "-y"
    ).ok()
    run(
        "discounts", "create", "--campaign", "q4", "--influencer", "maya", "--code", "MAYA9", "--percent", "9", "-y"
    ).ok()
    assert run("influencers", "merge", "leo", "maya").code == 2
    run("influencers", "merge", "leo", "maya", "--yes").ok()
    assert names(run) == ["zoe", "maya"]
    (row,) = run("influencers", "show", "leo", "-f", "json").ok().json["rows"]
    assert row["influencer"] == "maya"
    assert {each["handle"] for each in row["accounts"]} == {"maya", "leo"}
    assert {each["code"] for each in row["codes"]} == {"LEO10", "MAYA9"}
    assert len(row["customers"]) == 2
    listed = run("discounts", "list", "--influencer", "maya", "-f", "json").ok().json
    assert len(listed.get("codes") or listed["rows"]) == 2


def test_a_rate_holds_from_its_day_on_and_the_codes_own_goes_before_it(
    run: Bench, known: list[str], store: PracticeStore
) -> None:
    run(
        "discounts", "create", "--campaign", "q4", "--influencer", "leo", "--code", "LEO10", "--percent", "10", "-y"
    ).ok()
    run.clock.pass_(days=1)
    before = store.sell("LEO10")
    run.clock.pass_(days=10)
    after = store.sell("LEO10")
    run("influencers", "rate", "leo", "--commission", "12%", "--from", "2026-11-28").ok()
    report = ("orders", "attribute", "--from", "2026-11-01", "--to", "2026-12-31", "--by", "order", "-f", "json")
    rows = {row["order_id"]: row for row in run(*report).ok().json["rows"]}
    assert rows[before["id"]]["commission"] is None
    net = float(rows[after["id"]]["net_sales"])
    assert float(rows[after["id"]]["commission"]) == pytest.approx(net * 0.12, abs=0.006)
    run("influencers", "rate", "leo", "--commission", "none", "--from", "2026-11-29").ok()
    rows = {row["order_id"]: row for row in run(*report).ok().json["rows"]}
    assert rows[after["id"]]["commission"] is None
    assert run("influencers", "rate", "leo", "--commission", "12").code == 2


def test_a_code_with_a_rate_of_its_own_is_named_with_how_to_change_it(
    run: Bench, known: list[str], store: PracticeStore
) -> None:
    made = ("discounts", "create", "--campaign", "q4's", "--influencer", "leo", "--percent", "10", "-y")
    run(*made, "--code", "LEO10", "--commission", "10%").ok()
    run(*made, "--code", "LEO20", "--slot", "two").ok()
    ran = run("influencers", "rate", "leo", "--commission", "12%", "-f", "json").ok()
    [note] = ran.json["notes"]
    assert note.startswith("LEO10 in maya-shop goes on earning 10%: the code's own rate goes before this one. ")
    assert "leo earns 12% from 2026-11-22 on." in ran.err
    run(*shlex.split(note[note.index("shopinf ") :])[1:]).ok()
    assert run("influencers", "rate", "leo", "--commission", "12%", "-f", "json").ok().json["notes"] == [
        note.replace("10%", "12%", 1).replace("rate goes", "rate since 2026-11-22 goes")
    ]


def test_who_is_forgotten_leaves_no_trace_but_money(
    run: Bench, known: list[str], store: PracticeStore, tmp_path: Path
) -> None:
    run(
        "discounts", "create", "--campaign", "q4", "--influencer", "leo", "--code", "X7K9Q", "--percent", "10", "-y"
    ).ok()
    store.sell("X7K9Q")
    customer = people(store)[1]
    assert run("influencers", "forget", known[1]).code == 2
    ran = run("influencers", "forget", known[1].upper(), "--yes", "-f", "json").ok()
    removed = {row["what"]: row["count"] for row in ran.json["rows"]}
    assert removed["names and e-mail"] == 1
    assert removed["accounts"] == 1
    assert removed["matches with customers"] == 1
    kept = run.kept()
    assert known[1] not in kept
    assert customer["last_name"] not in kept
    assert "X7K9Q" in kept
    assert names(run) == ["zoe", "maya"]
    sheet = write(tmp_path / "again.csv", [{"email": known[1], "instagram": "leo"}])
    again = enrich(run, "--source", f"csv:{sheet}", "--all").ok()
    assert [each["influencer"] for each in again.json["influencers"]] == ["zoe", "maya"]
    assert names(run) == ["zoe", "maya"]
    assert run("influencers", "forget", known[1], "--yes").code == 0


def test_an_export_is_read_again_as_it_was(run: Bench, known: list[str], tmp_path: Path) -> None:
    run("influencers", "rate", "zoe", "--commission", "8%").ok()
    out = tmp_path / "all.csv"
    run("influencers", "export", "-o", str(out)).ok()
    listed = run("influencers", "list", "-f", "json").ok().json
    with closing(run.ledger()) as ledger, ledger.database.writing() as db:
        for table in reversed(metadata.sorted_tables):
            if table is not meta:
                db.execute(table.delete())
    ran = run("influencers", "import", str(out), "-f", "json").ok()
    assert {row["status"] for row in ran.json["rows"]} == {"created"}
    assert run("influencers", "list", "-f", "json").ok().json == listed
    again = run("influencers", "import", str(out), "-f", "json").ok()
    assert {row["status"] for row in again.json["rows"]} == {"known"}
    assert run("influencers", "list", "-f", "json").ok().json == listed


def test_a_bad_commission_in_a_sheet_is_named_by_its_place(run: Bench, tmp_path: Path) -> None:
    sheet = write(tmp_path / "i.csv", [{"influencer": "maya", "commission": "10"}])
    ran = run("influencers", "import", str(sheet))
    assert ran.code == 2
    assert "line 2" in ran.err
    assert "commission" in ran.err
    assert names(run) == []
