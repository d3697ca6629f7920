"""`rates`: said, listed, imported; and which of several wins for a code."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
from bench import Bench
from orders.mirrored import make_code

from shopinf.practice import PracticeStore

pytestmark = pytest.mark.slow


@pytest.fixture
def codes(run: Bench, shop: PracticeStore) -> Bench:
    make_code(run, "MIA10", "mia", "--percent", "10")
    make_code(run, "LEO10", "leo", "--percent", "10", campaign="summer")
    return run


def listed(run: Bench, *more: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = run("rates", "list", *more, "-f", "json").ok().json["rows"]
    return rows


def winning(run: Bench) -> tuple[str | None, str]:
    row = next(row for row in listed(run, "--influencer", "mia") if not row["product"])
    return row["rate"], row["why"]


def test_what_is_more_particular_wins_and_why_is_said(codes: Bench) -> None:
    assert winning(codes) == (None, "nobody has said")
    for typed, why in (
        (("rates", "set", "1%"), "the default rate"),
        (("rates", "set", "2%", "--campaign", "Q4"), "the campaign's rate"),
        (("rates", "set", "3%", "--influencer", "mia"), "the influencer's rate"),
        (("rates", "set", "4%", "--influencer", "mia", "--campaign", "q4"), "the influencer's rate in the campaign"),
        (("rates", "set", "5%", "--code", "mia10"), "the code's own rate"),
    ):
        codes(*typed).ok()
        assert winning(codes) == (typed[2], why)
    codes("rates", "set", "0%", "--code", "MIA10", "--product", "SKU-9").ok()
    (product,) = [row for row in listed(codes, "--influencer", "mia") if row["product"]]
    assert (product["product"], product["rate"], product["why"]) == (
        "sku-9",
        "0%",
        "the code's own rate for this product",
    )
    assert len(listed(codes)) == 6


def test_a_rate_can_be_typed_as_an_option_and_lifted_again(codes: Bench) -> None:
    codes("rates", "set", "--influencer", "mia", "--commission", "12%").ok()
    codes("rates", "set", "--influencer", "mia", "--rate", "none", "--from", "2026-11-01").ok()
    assert winning(codes) == (None, "nobody has said")
    rows = [(row["rate"], row["since"]) for row in listed(codes)]
    assert rows == [("12%", None), ("none", "2026-11-01")]


def test_the_same_rate_is_written_once_and_a_new_one_counts_from_today(codes: Bench) -> None:
    for _ in range(2):
        codes("rates", "set", "10%", "--reason", "agreed in March").ok()
    codes("rates", "set", "12%").ok()
    assert [(row["rate"], row["since"], row["reason"]) for row in listed(codes)] == [
        ("10%", None, "agreed in March"),
        ("12%", "2026-11-22", None),
    ]


def test_a_codes_rate_is_what_its_terms_say_too(codes: Bench) -> None:
    codes("rates", "set", "15%", "--code", "MIA10").ok()
    rows = codes("discounts", "list", "--columns", "code,commission", "-f", "jsonl").ok().out
    assert '{"code":"MIA10","commission":"15%"}' in rows.replace(": ", ":").replace(", ", ",")
    codes("influencers", "rate", "mia", "--commission", "7%").ok()
    assert winning(codes) == ("15%", "the code's own rate")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("ten",), 2),
        (("10",), 2),
        ((), 2),
        (("10%", "--rate", "5%"), 2),
        (("5.00", "--code", "MIA10", "--product", "x"), 2),
        (("10%", "--code", "MIA10", "--influencer", "mia"), 2),
        (("10%", "--code", "NOPE"), 3),
        (("10%", "--influencer", "nobody"), 3),
        (("10%", "--campaign", "nowhere"), 3),
        (("10%", "--from", "soon"), 2),
    ],
)
def test_what_cannot_be_a_rate_is_refused(codes: Bench, words: tuple[str, ...], code: int) -> None:
    ran = codes("rates", "set", *words)
    assert (ran.code, ran.out) == (code, "")
    assert listed(codes) == []


def test_rates_come_from_a_sheet_and_a_wrong_row_fails_alone(codes: Bench, tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    file.write_text(
        "influencer,code,campaign,commission,from\n"
        "mia,,,12%,2026-10-01\n,LEO10,,5.00,\n,,q4,new 15% returning 5%,\nnobody,,,1%,\nmia,,,lots,\n,,,3%,\n",
        encoding="utf-8",
    )
    ran = codes("rates", "import", str(file), "-f", "json")
    assert ran.code == 7
    assert [
        (row["influencer"], row["code"], row["campaign"], row["rate"], row["since"]) for row in ran.json["rows"]
    ] == [
        ("mia", None, None, "12%", "2026-10-01"),
        (None, "LEO10", None, "5.00", None),
        (None, None, "q4", "new 15% returning 5%", None),
    ]
    assert len(ran.json["failures"]) == 3
    assert codes("rates", "import", str(file)).code == 7
    assert len(listed(codes)) == 3


def test_a_sheet_writes_rates_and_days_as_people_do(codes: Bench, tmp_path: Path) -> None:
    file = tmp_path / "sätze.csv"
    file.write_text(
        "Influencer;Code;Kampagne;Provision;seit\n"
        "mia;;;12,5 %;01.12.2026\n;LEO10;;5,00;\n;;q4;10%, from 1000 15%;\n;MIA10;;new 7.5% returning 5%;\n",
        encoding="utf-8",
    )
    rows = codes("rates", "import", str(file), "-f", "json").ok().json["rows"]
    assert [(row["influencer"] or row["code"] or row["campaign"], row["rate"], row["since"]) for row in rows] == [
        ("mia", "12.5%", "2026-12-01"),
        ("LEO10", "5.00", None),
        ("q4", "10%, from 1000 15%", None),
        ("MIA10", "new 7.5% returning 5%", None),
    ]
    file.write_text("influencer,rate\nmia,0.1\n", encoding="utf-8")
    refused = codes("rates", "import", str(file))
    assert (refused.code, "can be a share or an amount" in refused.err) == (2, True)


def test_nothing_agreed_is_said_with_how_to_begin(run: Bench, shop: PracticeStore) -> None:
    assert "Nothing is agreed yet" in run("rates", "list").ok().err


@pytest.mark.parametrize("of", [("--influencer", "mia"), ("--campaign", "q4")])
def test_a_code_that_goes_on_earning_its_own_is_named_with_how_to_change_it(codes: Bench, of: tuple[str, str]) -> None:
    assert "goes on earning" not in codes("rates", "set", "15%", *of).ok().err
    codes("rates", "set", "10%", "--code", "MIA10").ok()
    said = codes("rates", "set", "16%", *of, "--from", "2026-11-20").ok().err
    assert "shopinf rates set 16% --code MIA10 --from 2026-11-20 -s maya-shop" in said
    assert "MIA10 in maya-shop goes on earning 10%: the code's own rate goes before this one." in said
    assert "LEO10" not in said
    [mend] = [line for line in said.splitlines() if "To change it: " in line]
    codes(*shlex.split(mend.split("To change it: shopinf ")[1])).ok()
    assert winning(codes)[0] == "16%"


def test_a_sheet_of_rates_names_the_codes_that_go_on_earning_their_own(codes: Bench, tmp_path: Path) -> None:
    codes("rates", "set", "10%", "--code", "MIA10").ok()
    file = tmp_path / "rates.csv"
    file.write_text("influencer,code,rate\nmia,,new 16% returning 5%\nleo,,12%\n,LEO10,14%\n", encoding="utf-8")
    said = codes("rates", "import", str(file)).ok().err
    assert "MIA10 in maya-shop goes on earning 10%" in said
    assert "LEO10 in" not in said, "the same sheet says so"
    [mend] = [line for line in said.splitlines() if "To change it: " in line]
    codes(*shlex.split(mend.split("To change it: shopinf ")[1])).ok()
    assert winning(codes)[0] == "new 16% returning 5%"
