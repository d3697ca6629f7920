"""A file goes to an address once: whoever runs it again, whatever broke in between, and whenever it was made."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest
from bench import Bench
from mailserver import MailServer

import shopinf.delivery.smtp
import shopinf.ledger.dispatches
from shopinf.ledger.dispatches import Wanted
from shopinf.practice import PracticeStore

pytestmark = pytest.mark.slow  # many commands, each with a server of its own

SEND = ("reports", "send", "report.html", "--to", "ann@client.example")


def test_the_second_run_sends_nothing_and_says_so(run: Bench, connected: MailServer, report: Path) -> None:
    run(*SEND).ok()
    run.clock.pass_(days=1)
    again = run(*SEND, "-f", "json").ok()
    assert len(connected.taken) == 1
    assert again.json["rows"][0]["status"] == "sent_before"
    assert "report.html went to ann@client.example on 2026-11-22" in again.err
    assert "--again" in again.err


def test_the_last_sentence_tells_what_went_to_whom(run: Bench, connected: MailServer, report: Path) -> None:
    run(*SEND).ok()
    Path("other.html").write_bytes(b"<p>other</p>")
    ran = run(*SEND, "other.html", "--to", "leo@client.example", "--yes")
    assert "other.html sent to ann@client.example." in ran.ok().err
    assert "report.html, other.html sent to leo@client.example." in ran.err


def test_another_name_or_case_is_no_other_file_and_no_other_address(
    run: Bench, connected: MailServer, report: Path
) -> None:
    run(*SEND).ok()
    Path("other.html").write_bytes(report.read_bytes())
    run("reports", "send", "other.html", "report.html", "--to", "ANN@Client.example").ok()
    assert len(connected.taken) == 1
    report.write_text("corrected", encoding="utf-8")
    run(*SEND).ok()
    assert len(connected.taken) == 2


def test_only_what_is_new_goes_to_whom_it_is_new(run: Bench, connected: MailServer, report: Path) -> None:
    run(*SEND).ok()
    Path("more.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    run(*SEND, "more.csv", "--to", "leo@client.example", "--yes").ok()
    assert [(mail.recipients, [*mail.files]) for mail in connected.taken[1:]] == [
        (["ann@client.example"], ["more.csv"]),
        (["leo@client.example"], ["report.html", "more.csv"]),
    ]


def test_again_sends_it_once_more_under_another_id(run: Bench, connected: MailServer, report: Path) -> None:
    for more in ((), ("--again",), ("--again",)):
        run(*SEND, *more).ok()
    assert len({str(mail.message["Message-ID"]) for mail in connected.taken}) == 3
    assert run.look("select times, state from dispatches") == [(3, "sent")]


@pytest.mark.parametrize("file", ["month.html", "month.xlsx", "month.json", "month.csv", "month.txt"])
def test_a_report_made_anew_is_the_same_report(
    file: str, run: Bench, connected: MailServer, shop: PracticeStore, report: Path
) -> None:
    run("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--percent", "15").ok()
    shop.simulate_sales(days=5, orders=8)
    run.clock.pass_(days=20)
    for _ in range(2):
        run("orders", "attribute", "--period", "2026-11", "--for", "client", "-o", file).ok()
        run("reports", "send", file, "--to", "ann@client.example").ok()
        run.clock.pass_(hours=5)
    assert len(connected.taken) == 1
    shop.simulate_sales(days=25, orders=8)
    run("orders", "attribute", "--period", "2026-11", "--for", "client", "-o", file).ok()
    run("reports", "send", file, "--to", "ann@client.example").ok()
    assert len(connected.taken) == 2


def test_an_answer_that_was_lost_is_doubt_and_nothing_is_sent_again(
    run: Bench, connected: MailServer, report: Path
) -> None:
    connected.drop_at = "."
    lost = run(*SEND, "-f", "json")
    assert lost.code == 6
    assert lost.json["rows"][0]["status"] == "in_doubt"
    assert "nobody knows whether it arrived" in lost.err
    connected.drop_at = ""
    again = run(*SEND, "-f", "json")
    assert (again.code, len(connected.taken)) == (6, 1)
    assert again.json["rows"][0]["status"] == "in_doubt"
    assert "--again" in again.err
    assert run("reports", "list", "-f", "json").ok().json["rows"][-1]["status"] == "in_doubt"
    run(*SEND, "--again").ok()
    assert len(connected.taken) == 2


@pytest.mark.parametrize("verb", ["EHLO", "AUTH", "MAIL", "RCPT", "DATA", "content"])
def test_what_breaks_off_before_the_content_went_out_whole_is_sent_by_the_next_run(
    verb: str, run: Bench, connected: MailServer, report: Path
) -> None:
    report.write_bytes(os.urandom(4_000_000 if verb == "content" else 4_000))  # more than waits in a socket
    connected.drop_at = verb
    broken = run(*SEND)
    assert (broken.code, broken.out, connected.taken) == (6, "", [])
    connected.drop_at = ""
    run(*SEND).ok()
    assert len(connected.taken) == 1


def test_a_run_that_ends_between_the_journal_and_the_wire_has_sent_nothing(
    run: Bench, connected: MailServer, report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(shopinf.delivery.smtp.Session, "send", killed)
        assert run(*SEND).code == 130
    assert run.look("select state from dispatches") == [("intended",)]
    run(*SEND).ok()
    assert len(connected.taken) == 1


def test_a_run_that_ends_after_the_content_went_out_leaves_doubt(
    run: Bench, connected: MailServer, report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(shopinf.ledger.dispatches.Dispatches, "settle", killed)
        assert run(*SEND).code == 130
    assert (len(connected.taken), run.look("select state from dispatches")) == (1, [("sending",)])
    assert run(*SEND).code == 6
    assert len(connected.taken) == 1


def killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_of_two_runs_of_a_team_without_a_lock_one_finds_it_as_it_was(
    run: Bench, connected: MailServer, report: Path
) -> None:
    run(*SEND).ok()
    wanted = Wanted("digest", "report.html", "ann@client.example", "a…@client.example", "smtp")
    with closing(run.ledger()) as one, closing(run.ledger()) as other:
        mine = one.dispatches.intend(wanted, None)
        assert mine is not None
        assert other.dispatches.intend(wanted, None) is None
        assert one.dispatches.sending([mine])
        again = other.dispatches.intend(wanted, other.dispatches.of(wanted))
        assert again is not None
        assert not one.dispatches.sending([mine])


def test_one_run_sends_at_a_time(run: Bench, connected: MailServer, report: Path) -> None:
    with run.locks() as locks, locks.hold(0, "sending", wait=0, command="shopinf reports send"):
        waiting = run(*SEND, "--wait", "3")
    assert (waiting.code, connected.taken) == (8, [])


def test_the_journal_has_what_went_when_and_no_address(run: Bench, connected: MailServer, report: Path) -> None:
    run(*SEND).ok()
    kinds = [kind for (kind,) in run.look("select kind from journal order by id")]
    assert [kind for kind in kinds if kind.startswith("report.")] == [
        "report.intended",
        "report.sending",
        "report.sent",
    ]
    kept = run.kept()
    assert "ann@client" not in kept
    [row] = [row for row in run("reports", "list", "-f", "json").ok().json["rows"] if row["file"]]
    assert (row["to"], row["status"], row["via"], row["times"]) == ("a…@client.example", "sent", "smtp", 1)
    assert row["at"].startswith("2026-11-22")


def test_who_is_forgotten_is_named_no_more_and_gets_nothing_twice_either(
    run: Bench, connected: MailServer, shop: PracticeStore, report: Path
) -> None:
    Path("team.csv").write_text("influencer,email\nmayalind,maya@maya-lind.example\n", encoding="utf-8")
    run("influencers", "import", "team.csv").ok()
    report.rename("mayalind-2026-10.html")
    send = ("reports", "send", "mayalind-2026-10.html", "--to", "maya@maya-lind.example", "--to", "ann@client.example")
    run(*send, "-y").ok()
    run("influencers", "forget", "mayalind", "--yes").ok()
    rows = [row for row in run("reports", "list", "-f", "json").ok().json["rows"] if row["status"] == "sent"]
    assert [(row["to"], row["file"]) for row in rows] == [(None, None), ("a…@client.example", None)]
    assert "lind" not in "".join(str(row) for row in run.look("select * from dispatches"))
    run(*send, "-y").ok()
    assert len(connected.taken) == 2
