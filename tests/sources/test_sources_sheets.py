"""The exports of other systems are recognised as they come, one account a row or several platforms side by side."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from bench import Bench
from customerbench import enrich, found, people, write

from shopinf.people.profiles import Account, Tier, read_followers, tier, together
from shopinf.practice import PracticeStore
from shopinf.sheets.persons import read_profile
from shopinf.sheets.reading import read_sheet
from shopinf.work.customers.sheet import FIELDS

Facts = list[tuple[str | None, str, int | None, Decimal | None]]

EXPORTS: dict[str, tuple[str, str, Facts]] = {
    "Upfluence": (
        "influencer_id,media_url,profile_name,first_name,last_name,phone_number,email,"
        "shipping_address.line1,shipping_address.country_code",
        "991,https://www.instagram.com/mayalind/,mayalind,Maya,Lind,+4915112345678,maya@post.example,Weg 1,DE",
        [("instagram", "mayalind", None, None)],
    ),
    "Modash": (
        "Platform,Username,Full name,URL,Followers,Engagement rate,Email",
        "TikTok,mayalind,Maya Lind,https://www.tiktok.com/@mayalind,1.2M,2.35%,maya@post.example",
        [("tiktok", "mayalind", 1_200_000, Decimal("2.35"))],
    ),
    "influencers.club": (
        "email,instagram_username,instagram_followers,instagram_engagement_percent,tiktok_username,tiktok_followers,"
        "youtube_url,youtube_subscribers",
        "maya@post.example,mayalind,12000,1.5,maya.tok,45000,https://www.youtube.com/@mayavlogs,800",
        [
            ("tiktok", "maya.tok", 45_000, None),
            ("instagram", "mayalind", 12_000, Decimal("1.5")),
            ("youtube", "mayavlogs", 800, None),
        ],
    ),
    "a plain sheet": (
        "Name,E-Mail,Instagram,Abonnenten,Telefon",
        "Maya Lind,maya@post.example,@mayalind,12.500,0151 1234567",
        [("instagram", "mayalind", 12_500, None)],
    ),
    "followers of a platform and a rate without one": (
        "E-Mail,Instagram-Handle,Follower Instagram,Interaktionsrate",
        "maya@post.example,@mayalind,12500,3.4 %",
        [("instagram", "mayalind", 12_500, Decimal("3.4"))],
    ),
    "followers of two platforms and a rate without one": (
        "email,instagram_username,tiktok_username,tiktok_followers,engagement rate",
        "maya@post.example,mayalind,maya.tok,45000,3.1%",
        [("tiktok", "maya.tok", 45_000, Decimal("3.1")), ("instagram", "mayalind", None, None)],
    ),
    "links only": (
        "mail,link",
        "maya@post.example,www.tiktok.com/@mayalind?lang=en",
        [("tiktok", "mayalind", None, None)],
    ),
    "a list without any account": ("email,first name", "maya@post.example,Maya", []),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_recognised(name: str, tmp_path: Path) -> None:
    head, row, accounts = EXPORTS[name]
    path = tmp_path / "export.csv"
    path.write_text(f"{head}\n{row}\n", encoding="utf-8")
    (found,) = [read_profile(each.values) for each in read_sheet(path, FIELDS)]
    assert found.emails == ("maya@post.example",)
    facts = [(a.platform, a.handle, a.followers, a.engagement_rate_pct) for a in found.accounts]
    assert facts == accounts
    assert found.influencer is None


def test_the_influencer_column_is_our_id(tmp_path: Path) -> None:
    path = tmp_path / "ours.tsv"
    path.write_text("influencer\temail\tinstagram\nmaya\tmaya@post.example\tmayalind\n", encoding="utf-8")
    (found,) = [read_profile(each.values) for each in read_sheet(path, FIELDS)]
    assert found.influencer == "maya"
    assert found.accounts[0].handle == "mayalind"


def test_several_emails_in_a_cell_all_count(tmp_path: Path) -> None:
    path = tmp_path / "i.jsonl"
    path.write_text('{"email": "a@post.example; b@post.example", "business email": "c@post.example", "tiktok": "x"}\n')
    (found,) = [read_profile(each.values) for each in read_sheet(path, FIELDS)]
    assert found.emails == ("a@post.example", "b@post.example", "c@post.example")


@pytest.mark.parametrize(
    ("text", "followers"),
    [("12500", 12500), ("12,500", 12500), ("12 500", 12500), ("12.5k", 12500), ("1.2M", 1_200_000),
     ("1,234,567", 1_234_567), ("12500.0", 12500), ("3 Mio", 3_000_000), ("", None), ("many", None), ("-5", None)],
)  # fmt: skip
def test_followers_are_read_however_they_are_written(text: str, followers: int | None) -> None:
    assert read_followers(text) == followers


@pytest.mark.parametrize(
    ("followers", "expected"),
    [(0, Tier.NANO), (9_999, Tier.NANO), (10_000, Tier.MICRO), (99_999, Tier.MICRO), (100_000, Tier.MID),
     (500_000, Tier.MACRO), (999_999, Tier.MACRO), (1_000_000, Tier.MEGA)],
)  # fmt: skip
def test_tiers_have_sharp_edges(followers: int, expected: Tier) -> None:
    assert tier(followers) is expected


def test_an_account_known_twice_is_one_with_all_that_is_known() -> None:
    one = Account("instagram", "Maya", followers=5)
    other = Account("instagram", "maya", profile_url="https://www.instagram.com/maya", source="x")
    (only,) = together([one, other])
    assert (only.followers, only.profile_url) == (5, "https://www.instagram.com/maya")


def test_an_account_is_known_by_its_handle_where_the_link_is_a_post(tmp_path: Path) -> None:
    path = tmp_path / "i.csv"
    path.write_text(
        "handle,link\nmaya,https://www.instagram.com/reel/C0ffee/\n,https://youtu.be/dQw4\n", encoding="utf-8"
    )
    maya, nobody = [read_profile(each.values) for each in read_sheet(path, FIELDS)]
    (account,) = maya.accounts
    assert (account.platform, account.handle) == ("instagram", "maya")
    assert account.profile_url == "https://www.instagram.com/maya"
    assert nobody.accounts == ()


def test_emails_are_matched_whatever_stands_around_them(run: Bench, tmp_path: Path) -> None:
    shop = run.open(orders=5, customers=3, throttle=False)
    run.connect(shop).ok()
    one, two, three = (each["email"] for each in people(shop))
    cells = [f"Maya Lind <{one}>; mgmt@agency.example", f"mailto:{two}", f"info@agency.example / {three}"]
    sheet = write(tmp_path / "i.csv", [{"handle": f"h{n}", "email": cell} for n, cell in enumerate(cells)])
    assert {*found(enrich(run, "--source", f"csv:{sheet}").ok())} == {one, two, three}


def test_what_is_said_of_a_sheet_is_said_once(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_bytes("E-Mail;Name\nann@x.example;Zoë Müller\n".encode("cp1252"))
    ran = run("customers", "enrich", "--source", f"csv:{path}", "--dry-run", "-f", "json").ok()
    assert ran.err.count("is not in UTF-8") == 1
    assert [note for note in ran.json["notes"] if "is not in UTF-8" in note]
    assert "Nothing was written." in ran.err
