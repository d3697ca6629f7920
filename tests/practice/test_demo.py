"""`shopinf demo`: the whole story, in lines that are read without scrolling sideways."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import Bench

from shopinf.commands.demo import FOLDER, WIDTH, typed

FILES = {
    "attribution.json",
    "attribution.xlsx",
    "creators.csv",
    "for-the-client.html",
    "influencers.csv",
    "links.csv",
    "orders.csv",
    "statements",
}


def test_a_command_is_shown_as_it_can_be_typed_within_a_terminal() -> None:
    assert typed("influencers list") == "$ shopinf influencers list"
    shown = typed(
        "discounts create --campaign autumn --sheet shopinf-demo/influencers.csv --percent 15 --commission 10%"
    )
    assert max(map(len, shown.split("\n"))) <= WIDTH
    assert shown.replace("\\\n   ", "").replace("  ", " ").startswith("$ shopinf discounts create --campaign autumn")
    assert [line.endswith(" \\") for line in shown.split("\n")] == [True, False]


@pytest.mark.slow
def test_the_demonstration_tells_its_story_on_a_few_screens(
    run: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run("demo").ok()
    assert {file.name for file in (tmp_path / FOLDER).iterdir()} == FILES
    pages = sorted((tmp_path / FOLDER / "statements").iterdir())
    assert len(pages) > 2
    assert "statement, not an invoice" in pages[0].read_text().lower()
    lines = ran.out.splitlines()
    assert len(lines) < 155
    assert "of 20 sales with AVAWHITLOCK15 0 have the code" in " ".join(ran.out.split())
    assert "Of 20 more sales 20 have the code." in lines
    said = {line for line in lines if line.startswith(("note: ", "Next: ", "maya-shop "))}  # talk, which terminals wrap
    ours = [line for line in lines if line[:2].strip().rstrip(".").isdigit() or line.startswith(("$ ", "    "))]
    assert len(ours) > 15
    assert max(len(line) for line in ours if line not in said) <= WIDTH
    assert "commission" not in (tmp_path / FOLDER / "for-the-client.html").read_text().lower()
