"""`discounts import`: codes of a previous provider, tracked or adopted."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import Bench

from shopinf.practice import PracticeStore

pytestmark = pytest.mark.both_engines


@pytest.fixture
def sheet(tmp_path: Path) -> str:
    path = tmp_path / "codes.csv"
    path.write_text(
        "Discount Code,Email,First Name,Commission,Value,Type\n"
        "MIA10,mia@x.com,Mia,10%,10%,percentage\n"
        "LEO5,leo@x.com,Leo,5.00,5,percentage\n"
        "OLD1,old@x.com,Olga,,,\n"
    )
    return str(path)


@pytest.fixture
def old(shop: PracticeStore) -> PracticeStore:
    """A store with codes that another system made."""
    shop.add_rule("MIA10", rule_id=501)
    shop.codes["MIA10"] = 501
    shop.add_rule("Partners", rule_id=502, ends_at="2026-11-01T00:00:00-04:00", created_at="2025-01-01T00:00:00-05:00")
    for code in ("LEO5", "ZOE5"):
        shop.codes[code] = 502
    return shop


def test_codes_are_tracked_as_the_store_has_them(run: Bench, old: PracticeStore, sheet: str) -> None:
    done = run("discounts", "import", sheet, "--campaign", "old", "-f", "json")
    assert done.code == 7  # one is no longer there
    rows = {row["code"]: row for row in done.json["rows"]}
    assert {code: row["status"] for code, row in rows.items()} == {
        "MIA10": "active",
        "LEO5": "expired",
        "OLD1": "missing",
    }
    assert (rows["MIA10"]["influencer"], rows["MIA10"]["commission"]) == ("mia", "10%")
    assert (rows["MIA10"]["price_rule_id"], rows["MIA10"]["value"]) == (501, "10")
    assert rows["OLD1"]["value"] is None
    assert done.json["summary"] == {"asked": 3, "tracked": 3, "existing": 0, "missing": 1, "failed": 0}
    assert any("LEO5" in note and "the sheet says 5 %" in note for note in done.json["notes"])
    assert "Those are tracked all the same" in done.err
    assert not old.writes


def test_importing_again_changes_nothing(run: Bench, old: PracticeStore, sheet: str) -> None:
    run("discounts", "import", sheet)
    again = run("discounts", "import", sheet, "-f", "json")
    assert again.json["summary"] == {"asked": 3, "tracked": 0, "existing": 3, "missing": 1, "failed": 0}
    assert len(run("discounts", "list", "-f", "json").ok().json["rows"]) == 3


def test_tracked_codes_are_not_managed(run: Bench, old: PracticeStore, sheet: str) -> None:
    run("discounts", "import", sheet)
    for verb in ("pause", "retire"):
        refused = run("discounts", verb, "--code", "MIA10", "--yes")
        assert refused.code == 2
        assert "--mode adopt" in refused.err
    assert run("discounts", "rename", "MIA10", "MIA20").code == 2
    assert not old.writes


def test_an_adopted_rule_is_adopted_whole_after_its_codes_were_listed(
    run: Bench, old: PracticeStore, sheet: str
) -> None:
    run("discounts", "import", sheet)
    refused = run("discounts", "import", sheet, "--mode", "adopt")
    assert refused.code == 2
    assert "LEO5, ZOE5" in refused.err
    run("discounts", "import", sheet, "--mode", "adopt", "--yes")
    listed = {row["code"] for row in run("discounts", "list", "-f", "json").ok().json["rows"]}
    assert listed == {"MIA10", "LEO5", "OLD1", "ZOE5"}
    run("discounts", "pause", "--code", "MIA10").ok()
    assert old.price_rules[501]["ends_at"] is not None
    assert not [path for method, path, _ in old.writes if method == "DELETE"]
    run("discounts", "pause", "--code", "LEO5", "--yes").ok()  # it shares its rule
    assert "LEO5" not in old.codes
    assert "ZOE5" in old.codes


def test_a_code_of_somebody_else_is_not_given_away(run: Bench, old: PracticeStore, tmp_path: Path, sheet: str) -> None:
    run("discounts", "import", sheet)
    other = tmp_path / "other.csv"
    other.write_text("code,influencer\nMIA10,zoe\n")
    done = run("discounts", "import", str(other), "-f", "json")
    assert done.code == 7
    assert "assign MIA10 zoe" in done.json["rows"][0]["error"]
    assert "Correct the sheet and import it again." in done.err
    other.write_text("code,influencer\nMIA10,zoe\nZOE5,zoe\n")
    assert "The others are tracked; correct the sheet" in run("discounts", "import", str(other)).err


@pytest.mark.slow
def test_many_codes_are_read_from_lists(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    shop.add_rule("Partners", rule_id=502)
    for n in range(600):
        shop.codes[f"P{n}"] = 502
    path = tmp_path / "many.csv"
    path.write_text("code,influencer\n" + "".join(f"p{n},person{n}\n" for n in range(600)))
    before = len(shop.requests)
    done = run("discounts", "import", str(path), "-f", "json").ok()
    assert done.json["summary"]["tracked"] == 600
    assert len(shop.requests) - before <= 8


def test_few_codes_are_looked_up(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    shop.add_rule("Partners", rule_id=502)
    for n in range(600):
        shop.codes[f"P{n}"] = 502
    path = tmp_path / "few.csv"
    path.write_text("code,influencer\nP1,maya\nP2,leo\n")
    before = len(shop.requests)
    run("discounts", "import", str(path)).ok()
    assert len(shop.requests) - before == 4  # the last one: what they combine with


def test_codes_without_anybody_are_tracked_for_nobody(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    shop.codes["ONE"] = 1
    shop.codes["TWO"] = 1
    path = tmp_path / "codes.csv"
    path.write_text("code\nONE\nTWO\nONE\n")
    done = run("discounts", "import", str(path), "-f", "json")
    assert [row["status"] for row in done.json["rows"]] == ["active", "active", "failed"]
    assert [row["influencer"] for row in done.json["rows"]] == [None, None, None]


def test_a_sheet_without_codes_is_refused(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text("email\nmaya@x.com\n")
    assert run("discounts", "import", str(path)).code == 2
