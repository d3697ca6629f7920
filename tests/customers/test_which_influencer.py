"""The influencer that was typed is the same one in every command, by whatever they are known."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from bench import Bench
from customerbench import write

from shopinf.practice import PracticeStore

pytestmark = [pytest.mark.both_engines, pytest.mark.slow]

MEANT = [
    "maya",
    "@Maya",
    "mayatok",
    "ann@intranet",
    "ANN@INTRANET",
    "Maya Lind <ann@intranet>",
    "https://www.tiktok.com/@mayatok?lang=en",
    "instagram.com/maya.ig/",
]


@pytest.fixture
def store(run: Bench, tmp_path: Path) -> PracticeStore:
    """A store with codes and gifts of one influencer, known by an id, two accounts and an e-mail."""
    shop = run.open(orders=5, customers=5, throttle=False)
    run.once("an influencer known by all their names", lambda: _known_by_all(run, shop, tmp_path))
    return shop


def _known_by_all(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    run.connect(shop).ok()
    row = {"influencer": "maya", "first_name": "Maya", "email": "ann@intranet", "code": "MAYA15"}
    codes = write(tmp_path / "codes.csv", [row])
    run("discounts", "create", "--campaign", "q4", "--from", str(codes), "--percent", "15", "-y").ok()
    accounts = write(tmp_path / "i.csv", [{"influencer": "maya", "instagram": "maya.ig", "tiktok": "mayatok"}])
    run("influencers", "import", str(accounts)).ok()


@pytest.mark.slow
@pytest.mark.parametrize("typed", MEANT)
def test_every_command_means_the_same_influencer(run: Bench, store: PracticeStore, typed: str) -> None:
    (row,) = run("influencers", "show", typed, "-f", "json").ok().json["rows"]
    assert row["influencer"] == "maya"
    listed = run("discounts", "list", "--influencer", typed, "-f", "json").ok().json
    assert [each["code"] for each in listed["rows"]] == ["MAYA15"]
    run("gifts", "status", "--influencer", typed, "-f", "json").ok()
    run("orders", "attribute", "--period", "this-month", "--influencer", typed, "-f", "json").ok()
    run("influencers", "rate", typed, "--commission", "12%").ok()
    assigned = run("discounts", "assign", "MAYA15", typed, "-f", "json").ok()
    assert "new influencer" not in assigned.err
    made = run(
        "discounts", "create", "--campaign", "q5", "--influencer", typed, "--percent", "5", "-f", "json", "--yes"
    )
    assert [each["influencer"] for each in made.ok().json["codes"]] == ["maya"]
    (one,) = run("influencers", "list", "-f", "json").ok().json["rows"]
    assert one["influencer"] == "maya"


@pytest.mark.parametrize("typed", MEANT)
def test_whoever_a_sheet_took_can_be_forgotten(run: Bench, store: PracticeStore, typed: str) -> None:
    run("influencers", "forget", typed, "--yes").ok()
    assert "ann@intranet" not in run.kept()
    assert "mayatok" not in run.kept()


@pytest.mark.parametrize(
    "command",
    [
        ("influencers", "show"),
        ("influencers", "rate", "--commission", "5%"),
        ("influencers", "forget", "--yes"),
        ("influencers", "merge", "maya", "--yes"),
        ("influencers", "rename", "maya"),
        ("discounts", "list", "--influencer"),
        ("discounts", "pause", "--yes", "--influencer"),
        ("discounts", "assign", "MAYA15"),
        ("gifts", "status", "--influencer"),
        ("orders", "attribute", "--period", "this-month", "--influencer"),
    ],
    ids=" ".join,
)
def test_a_slip_of_the_pen_is_told_in_one_way_everywhere(
    run: Bench, store: PracticeStore, command: tuple[str, ...]
) -> None:
    place = 2 if command[1] in ("merge", "rename") else len(command)
    ran = run(*command[:place], "mayaa", *command[place:])
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.splitlines()[-2:] == [
        "error: No influencer is called mayaa",
        "hint: Did you mean maya? Otherwise: shopinf influencers list shows who is known.",
    ]


def test_what_is_no_profile_names_nobody(run: Bench, store: PracticeStore) -> None:
    reel = "https://www.instagram.com/reel/C0ffee/"
    shown = run("influencers", "show", reel)
    assert shown.code == 3
    assert "is not the link of a profile" in shown.err
    made = run("discounts", "create", "--campaign", "q5", "--influencer", reel, "--percent", "5", "--yes")
    assert made.code == 2
    assert "is not the link of a profile" in made.err
    assert [row["influencer"] for row in run("influencers", "list", "-f", "json").json["rows"]] == ["maya"]


def test_a_handle_that_two_people_have_is_asked_back(run: Bench, store: PracticeStore, tmp_path: Path) -> None:
    rows = [{"influencer": "zoe", "youtube": "twins"}, {"influencer": "leo", "instagram": "twins"}]
    for row in rows:
        run("influencers", "import", str(write(tmp_path / "more.csv", [row]))).ok()
    both = run("influencers", "show", "@twins")
    assert both.code == 2
    assert "leo and zoe" in both.err
    for typed, meant in (("youtube.com/@twins", "zoe"), ("instagram.com/twins", "leo")):
        assert run("influencers", "show", typed, "-f", "json").ok().json["rows"][0]["influencer"] == meant
    assert run("influencers", "show", "x.com/twins").code == 3


def test_a_link_is_somebody_elses_where_they_have_another_account_there(run: Bench, store: PracticeStore) -> None:
    assert run("influencers", "show", "x.com/maya").code == 0  # nothing speaks against it
    assert run("influencers", "show", "instagram.com/maya").code == 3


def test_somebody_new_is_called_by_what_was_typed(run: Bench, store: PracticeStore) -> None:
    for typed, meant in (("leo.ek@post.example", "leo.ek"), ("https://www.snapchat.com/add/zoe", "zoe")):
        ran = run(
            "discounts", "create", "--campaign", "q5", "--influencer", typed, "--percent", "5", "-f", "json", "--yes"
        )
        assert [each["influencer"] for each in ran.ok().json["codes"]] == [meant]
    assert run("influencers", "show", "leo.ek@post.example").code == 0


def test_links_in_a_sheet_make_two_people_of_two_and_nobody_of_none(
    run: Bench, store: PracticeStore, tmp_path: Path
) -> None:
    links = ["https://www.instagram.com/_u/mia.lind", "https://www.instagram.com/_u/leo.ek"]
    sheet = write(tmp_path / "links.csv", [{"influencer": link, "email": ""} for link in links])
    made = run("discounts", "create", "--campaign", "q5", "--from", str(sheet), "--percent", "5", "-f", "json", "-y")
    assert [each["influencer"] for each in made.ok().json["codes"]] == ["mia.lind", "leo.ek"]
    imported = run("influencers", "import", str(sheet), "-f", "json").ok()
    assert [(each["influencer"], each["status"]) for each in imported.json["rows"]] == [
        ("mia.lind", "known"),
        ("leo.ek", "known"),
    ]
    video = write(tmp_path / "video.csv", [{"influencer": "https://youtu.be/dQw4", "email": ""}])
    refused = run("discounts", "create", "--campaign", "q5", "--from", str(video), "--percent", "5", "-y")
    assert refused.code == 2
    assert "line 2, column influencer: https://youtu.be/dQw4 is not the address of a profile" in refused.err


def test_completion_offers_those_who_are_known(run: Bench, store: PracticeStore) -> None:
    def completed(*words: str) -> list[str]:
        environ = {
            **os.environ,
            "SHOPINF_HOME": str(run.home),
            **run.environ,
            "_SHOPINF_COMPLETE": "complete_bash",
            "COMP_WORDS": " ".join(["shopinf", *words]),
            "COMP_CWORD": str(len(words)),
        }
        code = "import sys; sys.argv = ['shopinf']; from shopinf.main import run; run()"
        done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, timeout=60)
        return done.stdout.split()

    assert completed("influencers", "show", "ma") == ["maya"]
    assert completed("influencers", "show", "x") == []
    assert completed("discounts", "list", "--influencer", "m") == ["maya"]
    assert completed("gifts", "status", "--influencer", "m") == ["maya"]
