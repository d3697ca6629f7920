"""What somebody meets who tries things out: sentences that are true, and a refusal instead of a crash."""

from __future__ import annotations

import csv
import io
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from bench import Bench, StillClock
from payouts.paying import close, october, pay

from shopinf.console.progress import Task
from shopinf.practice import PracticeStore

pytestmark = pytest.mark.slow

ONE = ("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--percent", "15")


def test_a_folder_after_output_is_called_a_folder(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    refused = run("discounts", "list", "-o", str(tmp_path))
    assert (refused.code, f"error: {tmp_path} is a folder" in refused.err) == (2, True)


def test_a_file_that_will_not_hold_what_its_name_says_is_warned_of_once(
    run: Bench, shop: PracticeStore, tmp_path: Path
) -> None:
    said = run("orders", "attribute", "--period", "2026-11", "-f", "csv", "-o", str(tmp_path / "x.xlsx")).ok().err
    assert said.count("warning: x.xlsx will hold csv, as -f says, although its name ends like xlsx") == 1


@pytest.mark.parametrize("name", ["foo", "influencer"])
def test_a_name_that_a_command_cannot_fill_is_refused_by_its_name(
    run: Bench, shop: PracticeStore, tmp_path: Path, name: str
) -> None:
    refused = run("discounts", "list", "-o", str(tmp_path / f"{{{name}}}.csv"))
    assert (refused.code, f"{{{name}}} in --output has no value for this command" in refused.err) == (2, True)


def test_influencer_and_campaign_in_output_make_a_file_for_each(
    run: Bench, shop: PracticeStore, tmp_path: Path
) -> None:
    for code, who, campaign in (("MAYA15", "maya", "q4"), ("LEO15", "leo", "q4"), ("MAYA20", "maya", "spring")):
        made = ("discounts", "create", "--campaign", campaign, "--influencer", who, "--code", code, "--percent", "15")
        run(*made, "--commission", "10%").ok()
    run.clock.pass_(hours=1)
    for code in ("MAYA15", "LEO15", "MAYA20"):
        shop.sell(code)
    line = ("orders", "attribute", "--period", "2026-11", "--by", "order")
    said = run(*line, "-o", str(tmp_path / "{influencer}-{period}.csv")).ok().err
    assert f"2 rows written to {tmp_path / 'maya-2026-11.csv'}" in said
    assert [row["code"] for row in rows(tmp_path / "leo-2026-11.csv")] == ["LEO15"]
    assert {row["code"] for row in rows(tmp_path / "maya-2026-11.csv")} == {"MAYA15", "MAYA20"}
    run(*line, "--influencer", "maya", "-o", str(tmp_path / "{campaign}" / "{influencer}.csv")).ok()
    assert [row["code"] for row in rows(tmp_path / "spring" / "maya.csv")] == ["MAYA20"]
    assert not (tmp_path / "q4" / "leo.csv").exists()
    assert len(list(tmp_path.glob("{*"))) == 0


def rows(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))


def test_a_period_that_has_not_begun_is_not_called_unfinished(run: Bench, shop: PracticeStore) -> None:
    said = run("orders", "attribute", "--period", "2026-12").ok().err
    assert "The period has not begun yet in maya-shop: there is nothing to count." in said
    assert "is not over yet" not in said
    assert "The period is not over yet in maya-shop" in run("orders", "attribute", "--period", "2026-11").ok().err


def test_a_comparison_without_a_counterpart_is_said(run: Bench, shop: PracticeStore) -> None:
    said = run("orders", "attribute", "--period", "2026-11", "--by", "order", "--compare", "previous").ok().err
    assert "Rows by order have no counterpart in the period before; only totals are compared." in said


def test_twelve_stores_without_credentials_are_told_once_with_the_ways_out(run: Bench) -> None:
    for place in range(12):
        run.connect(run.open(handle=f"shop-{place}")).ok()
    run.keyring.entries.clear()
    refused = run("orders", "sync", "--all-stores")
    assert refused.code == 4
    assert refused.err.count("There are no credentials") == 1
    [hint] = [line for line in refused.err.splitlines() if line.startswith("hint: ")]
    assert "SHOPINF_<STORE>_ACCESS_TOKEN" in hint
    assert "$CREDENTIALS_DIRECTORY" in hint


def test_a_gift_is_not_credited_with_what_was_sold_before_it(
    run: Bench, shop: PracticeStore, clock: StillClock, tmp_path: Path
) -> None:
    run(*ONE, "--code", "MAYA15").ok()
    clock.pass_(days=1)
    shop.sell("MAYA15")
    clock.pass_(days=1)
    variant = next(iter(shop.products.peek(key) for key in shop.products))["variants"][0]
    sheet = tmp_path / "gifts.csv"
    sheet.write_text(
        "influencer,email,first_name,last_name,address1,city,zip,country\n"
        "maya,maya@example.com,Maya,Lind,Main St 1,Berlin,10115,DE\n"
    )
    give = ("gifts", "send", "--campaign", "q4", "--from", str(sheet), "--variant", str(variant["id"]), "--yes")
    run(*give).ok()
    [row] = run("gifts", "report", "-f", "json").ok().json["rows"]
    assert (row["orders"], row["net_sales"], row["all_orders"]) == (0, "0.00", 0)
    clock.pass_(days=1)
    shop.sell("MAYA15")
    [row] = run("gifts", "report", "-f", "json").ok().json["rows"]
    assert (row["orders"], row["all_orders"]) == (1, 1)


def test_qr_codes_go_into_a_folder_as_svg_and_png(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    run(*ONE).ok()
    (tmp_path / "taken").write_text("a file")
    refused = run("discounts", "links", "--qr", str(tmp_path / "taken"))
    assert (refused.code, "is a file, and --qr takes a folder" in refused.err) == (2, True)
    said = run("discounts", "links", "--qr", str(tmp_path / "codes")).ok().err
    assert "1 QR code written to" in said
    assert sorted(path.name for path in (tmp_path / "codes").iterdir()) == ["MAYA15.png", "MAYA15.svg"]
    assert (tmp_path / "codes" / "MAYA15.png").read_bytes().startswith(b"\x89PNG")


def test_links_have_what_a_letter_needs(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    sheet = tmp_path / "people.csv"
    sheet.write_text("influencer,first_name\nmaya,Maya\n")
    terms = ("--percent", "15", "--ends", "2026-12-24", "--commission", "10%", "--yes")
    run("discounts", "create", "--campaign", "q4", "--from", str(sheet), *terms).ok()
    [row] = run("discounts", "links", "-f", "json").ok().json["rows"]
    assert (row["first_name"], row["value"], row["commission"]) == ("Maya", "15", "10%")
    assert row["ends_at"].startswith("2026-12-24T23:59:59")


def completed(run: Bench, *words: str) -> list[str]:
    """What a shell offers for the last of *words*."""
    environ = {"SHOPINF_HOME": str(run.home), "_SHOPINF_COMPLETE": "complete_bash"}
    environ |= {"COMP_WORDS": " ".join(["shopinf", *words]), "COMP_CWORD": str(len(words))}
    done = subprocess.run(
        [sys.executable, "-c", "import sys; sys.argv = ['shopinf']; from shopinf.main import run; run()"],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.split()


def test_a_shell_completes_campaigns_codes_and_periods(run: Bench, shop: PracticeStore) -> None:
    run(*ONE).ok()
    assert completed(run, "discounts", "list", "--campaign", "q") == ["q4"]
    assert completed(run, "discounts", "pause", "--code", "MAY") == ["MAYA15"]
    assert completed(run, "orders", "attribute", "--period", "last-m") == ["last-month"]
    run("stores", "group", "maya-shop", "northlight").ok()
    assert completed(run, "rates", "set", "5%", "--campaign", "q") == ["q4"]
    assert completed(run, "status", "--group", "north") == ["northlight"]
    assert completed(run, "reference", "sheets", "pa") == ["payees"]
    assert completed(run, "help", "pay") == ["payouts"]


def test_a_shell_completes_statements_runs_and_payers(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    october(run, shop)
    statements = close(run)
    assert completed(run, "payouts", "show", "S-2026-10-m") == [statements["mia"]["statement"]]
    assert completed(run, "payouts", "paid", statements["leo"]["statement"][:12]) == [statements["leo"]["statement"]]
    made = pay(run, tmp_path).ok().json["run"]
    assert completed(run, "payouts", "drop", "R-") == [made]
    assert completed(run, "payouts", "paid", "--run", "R-2026") == [made]
    assert completed(run, "payouts", "pay", "--payer", "ma") == ["maya-shop"]


def test_one_code_that_is_gone_is_one(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    (tmp_path / "codes.csv").write_text("code,influencer\nGONE15,maya\n")
    partly = run("discounts", "import", str(tmp_path / "codes.csv"), "--yes")
    assert (partly.code, "error: Of 1 code 1 is no longer in the store\n" in partly.err) == (7, True)


def test_a_port_that_does_not_exist_is_wrong_usage(run: Bench) -> None:
    assert run("practice", "--port", "99999").code == 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("influencers list", "Nobody is known yet.  Next: shopinf influencers import FILE"),
        ("gifts status", "No gift was sent in maya-shop yet."),
        ("gifts report", "No gift was sent in maya-shop, so there is nothing to report."),
        ("payouts list", "No month was closed yet.  Next: shopinf payouts close --period last-month"),
        ("payouts list --status paid", "No statement is like that."),
        ("products list --search zzz", "The products of maya-shop were not read yet"),
    ],
)
def test_nothing_found_is_said(run: Bench, shop: PracticeStore, typed: str, said: str) -> None:
    ran = run(*typed.split()).ok()
    assert said in ran.err


def test_nothing_found_is_said_with_how_many_were_looked_through(run: Bench, shop: PracticeStore) -> None:
    run(*ONE).ok()
    run("products", "import").ok()
    assert (
        "1 influencer looked through: zoe is in no row of theirs." in run("influencers", "list", "--search", "zoe").err
    )
    assert "variants looked through: none is like that." in run("products", "list", "--search", "zzz").ok().err


def test_a_dry_run_of_gifts_names_each_row_that_cannot_be_sent(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    sheet = tmp_path / "gifts.csv"
    head = "influencer,email,first_name,last_name,address1,city,zip,country,sku\n"
    sheet.write_text(head + "maya,maya@x.example,Maya,Lind,Main St 1,Berlin,10115,DE,NOPE\n")
    ran = run("gifts", "send", "--campaign", "q4", "--sheet", str(sheet), "--partial", "--dry-run")
    assert ran.code == 7
    assert f"error: maya-shop: {sheet}, line 2: the store has no variant or SKU NOPE" in ran.err
    assert ran.err.endswith("error: 1 of 1 gift cannot be sent\nhint: Correct what is named above.\n")


def test_a_bar_counts_one_thing_as_one() -> None:
    assert Task("closing", "payers", 1, 0.0).reached == "closing, 0 of 1 payer"
    assert Task("asking Modash", "people", 1, 0.0, done=1).reached == "asking Modash, 1 of 1 person"
    assert Task("matching a.csv", "rows that may fit", None, 0.0, done=1).reached.endswith(", 1 row that may fit")
    assert Task("reading orders", "orders", 12, 0.0, done=1).reached == "reading orders, 1 of 12 orders"


def test_options_that_exclude_each_other_say_which_to_leave_out(run: Bench, shop: PracticeStore) -> None:
    refused = run(*ONE, "--amount", "5")
    assert refused.code == 2
    assert refused.err.endswith("hint: Leave out --percent or --amount.\n")


def test_the_end_of_what_is_typed_answers_a_question_with_no(run: Bench, shop: PracticeStore) -> None:
    run(*ONE).ok()
    ran = run.at_a_terminal("influencers", "forget", "maya", lines=["\x04"])
    assert ran.code == 130
    assert "Stopped at the question; nothing was written\n" in ran.err
    assert "Answer y, or add --yes." in ran.err


def test_one_row_that_was_left_out_was(run: Bench, shop: PracticeStore, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text('influencer,email\nmaya,\n,""\n,leo\n')
    assert "1 of 2 rows was left out" in run("influencers", "import", str(tmp_path / "people.csv")).err


def test_two_stores_that_fail_for_one_reason_say_it_once(run: Bench) -> None:
    for name in ("nord", "sued"):
        run.connect(run.open(handle=name)).ok()
    run.keyring.entries.clear()
    said = run("orders", "sync", "--all-stores").err
    assert said.startswith("error: both stores failed: nord, sued: There are no credentials for the store")
    assert said.count("There are no credentials") == 1


def test_what_is_paused_is_resumed_by_the_line_that_is_said(run: Bench, shop: PracticeStore) -> None:
    run(*ONE).ok()
    said = run("discounts", "pause", "--campaign", "q4", "--influencer", "maya").ok().err
    assert said.endswith("1 code paused.  Next: shopinf discounts resume --campaign q4 --influencer maya\n")
    assert "1 code looked at: none is active." in run("discounts", "list", "--status", "active").ok().err


def test_a_chance_that_is_next_to_none_is_no_power_of_ten(run: Bench, shop: PracticeStore) -> None:
    line = ("discounts", "create", "--campaign", "q7", "--percent", "10", "--dry-run", "--count")
    assert "a chance of less than 0.01 %" in run(*line, "2").ok().err
    assert "a chance of 5.5 %" in run(*line, "10000").ok().err


def test_a_row_that_cannot_be_read_is_named_once_and_by_whom_it_names(
    run: Bench, shop: PracticeStore, tmp_path: Path
) -> None:
    sheet = tmp_path / "team.csv"
    sheet.write_text("influencer,percent\nmaya,15\nzoe,150\n")
    ran = run("discounts", "create", "--campaign", "q4", "--sheet", str(sheet), "--yes", "-f", "json")
    assert ran.code == 7
    assert [row["influencer"] for row in ran.json["codes"]] == ["maya", "zoe"]
    [error] = [line for line in ran.err.splitlines() if line.startswith("error: maya-shop")]
    assert ("zoe: " in error, error.count("line 3")) == (True, 1)


def test_one_practice_store_is_open_by_itself(run: Bench) -> None:
    stop = run.clock.stop
    stop.set()
    try:
        said = run("practice", "--port", "0").err
    finally:
        stop.clear()
    assert "The store is open until Ctrl-C. It sells with every code you make." in said


def test_a_dry_run_of_another_name_and_of_another_code_writes_nothing(run: Bench, shop: PracticeStore) -> None:
    run(*ONE).ok()
    run("discounts", "create", "--campaign", "q4", "--influencer", "leo", "--percent", "15").ok()
    written, kept = len(shop.writes), run.look("SELECT count(*) FROM journal")
    renamed = run("discounts", "rename", "MAYA15", "MAYA-NEW", "--dry-run", "-f", "json").ok()
    assert [(row["code"], row["status"]) for row in renamed.json["rows"]] == [("MAYA-NEW", "planned")]
    assert "MAYA15 would be called MAYA-NEW; nothing was written." in renamed.err
    assert run("discounts", "rename", "MAYA15", "LEO15", "--dry-run").code == 2
    again = run("discounts", "reissue", "MAYA15", "--dry-run", "-f", "json").ok()
    name = again.json["rows"][0]["code"]
    assert re.fullmatch(r"MAYA15-[A-Z2-9]{4}", name)
    assert [(row["code"], row["status"]) for row in again.json["rows"]] == [(name, "planned"), ("MAYA15", "active")]
    assert f"MAYA15 would be retired, and {name} would be made in its place; nothing was written." in again.err
    assert (len(shop.writes), run.look("SELECT count(*) FROM journal")) == (written, kept)
    assert run("discounts", "reissue", "MAYA15", "--yes", "-f", "json").ok().json["rows"][0]["code"] == name


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("orders explain ''", "maya-shop has no order '' that we can see"),
        ("influencers show ''", "No influencer is called ''"),
    ],
)
def test_nothing_typed_is_shown_as_nothing(run: Bench, shop: PracticeStore, typed: str, said: str) -> None:
    assert run(*shlex.split(typed)).err.startswith(f"error: {said}\n")
