"""What a campaign may be called, and which one is meant: the same in every command."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import Bench

from shopinf.practice import PracticeStore

LONG = "q" * 300
MAKE = ("discounts", "create", "--influencer", "maya", "--percent", "15")


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "sheet.csv"
    path.write_text("code,influencer,campaign,address1\nMAYA10,maya,,1 Main St\n")
    return path


@pytest.mark.parametrize("campaign", [" ", "", LONG, "q4\x07"], ids=["blank", "empty", "long", "unprintable"])
def test_every_command_that_makes_a_campaign_refuses_the_same_names(
    run: Bench, shop: PracticeStore, sheet: Path, campaign: str
) -> None:
    for command in (
        MAKE,
        ("discounts", "import", str(sheet)),
        ("gifts", "send", "--from", str(sheet), "--variant", "SER30"),
    ):
        refused = run(*command, "--campaign", campaign)
        assert (refused.code, refused.out) == (2, "")
        assert "The campaign's name is empty, not printable or longer than 100 signs" in refused.err
    assert run.look("SELECT count(*) FROM codes") == [(0,)]


def test_a_campaign_in_a_sheet_is_read_like_one_that_is_typed(run: Bench, shop: PracticeStore, sheet: Path) -> None:
    sheet.write_text(f"code,influencer,campaign\nMAYA10,maya,q4\nLEO10,leo,{LONG}\n")
    refused = run("discounts", "import", str(sheet))
    assert refused.code == 7
    assert "sheet.csv, line 3" in refused.err
    assert "longer than 100 signs" in refused.err


@pytest.mark.parametrize(
    "command", [("discounts", "list"), ("discounts", "check"), ("orders", "attribute")], ids=" ".join
)
def test_a_campaign_is_found_however_it_is_written(run: Bench, shop: PracticeStore, command: tuple[str, ...]) -> None:
    run(*MAKE, "--campaign", "Spring Sale").ok()
    more = ("--period", "2026-10") if command[0] == "orders" else ()
    assert run(*command, *more, "--campaign", " spring sale ").code == 0
    unknown = run(*command, *more, "--campaign", "autumn")
    assert (unknown.code, unknown.err.splitlines()[0]) == (3, "error: No campaign is called autumn")
    assert run(*command, *more, "--campaign", " ").code == 2


@pytest.mark.parametrize(
    ("typed", "meant"),
    [(("--campaign", "Sprng Sale"), "Spring Sale"), (("--code", "MAYA51"), "MAYA15")],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_slip_of_the_pen_is_told_with_what_may_have_been_meant(
    run: Bench, shop: PracticeStore, typed: tuple[str, str], meant: str
) -> None:
    run(*MAKE, "--campaign", "Spring Sale").ok()
    slip = run("discounts", "pause", *typed, "--yes")
    assert slip.code == 3
    assert f"Did you mean {meant}? Otherwise: shopinf discounts list" in slip.err
