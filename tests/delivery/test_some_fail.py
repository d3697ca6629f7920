"""Some addresses fail: the others have their mails, and each failure is told in the server's words."""

from __future__ import annotations

import socket
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from bench import Bench
from mailserver import MailServer

from shopinf.delivery.addresses import Mailable
from shopinf.delivery.smtp import Session

pytestmark = pytest.mark.slow  # many commands, each with a server of its own

PEOPLE = ("ann@client.example", "leo@client.example", "ida@client.example")
SEND = ("reports", "send", "report.html", "--yes", *(word for who in PEOPLE for word in ("--to", who)))


def test_one_address_is_refused_and_the_others_have_their_mails(
    run: Bench, connected: MailServer, report: Path
) -> None:
    connected.refuse["leo@client.example"] = "550 5.1.1 <leo> no \x1b[31msuch\u202e mailbox"
    ran = run(*SEND, "-f", "json")
    assert ran.code == 7
    assert [mail.recipients[0] for mail in connected.taken] == ["ann@client.example", "ida@client.example"]
    assert {row["to"]: row["status"] for row in ran.json["rows"]} == {
        "ann@client.example": "sent",
        "leo@client.example": "failed",
        "ida@client.example": "sent",
    }
    [failure] = ran.json["failures"]
    assert failure["what"] == "leo@client.example"
    assert failure["error"].endswith("takes no mail for leo@client.example: 550 5.1.1 <leo> no such mailbox")
    assert "error: 1 of 3 addresses did not get its files" in ran.err
    assert "hint: Look at the address first. Run the same command again: what was sent is" in ran.err
    connected.refuse.clear()
    again = run(*SEND, "-f", "json").ok()
    assert [row["status"] for row in again.json["rows"]] == ["sent_before", "sent", "sent_before"]
    assert len(connected.taken) == 3


@pytest.mark.parametrize(("answer", "code"), [("550 5.1.1 no such mailbox", 2), ("450 4.2.1 busy", 6)])
def test_a_failure_tells_an_address_that_is_wrong_from_one_that_may_be_tried_later(
    answer: str, code: int, run: Bench, connected: MailServer, report: Path
) -> None:
    connected.refuse["leo@client.example"] = answer
    ran = run(*SEND, "-f", "json")
    assert (ran.code, [failure["code"] for failure in ran.json["failures"]]) == (7, [code])
    assert len(connected.taken) == 2


@pytest.mark.parametrize("answer", ["552 5.3.4 too large", "554 5.7.1 spam", "451 4.7.1 greylisted, come back"])
def test_a_mail_that_the_server_does_not_take_in_the_end_was_surely_not_sent(
    answer: str, run: Bench, connected: MailServer, report: Path
) -> None:
    connected.answers["."] = answer
    ran = run(*SEND[:4], "--to", "ann@client.example")
    assert ran.code == 7
    assert answer in ran.err
    assert ("Look at the address first." in ran.err) == answer.startswith("5")
    del connected.answers["."]
    run(*SEND[:4], "--to", "ann@client.example").ok()
    assert len(connected.taken) == 1


def test_a_connection_that_breaks_is_made_anew_for_those_who_are_left(
    run: Bench, connected: MailServer, report: Path
) -> None:
    connected.refuse["leo@client.example"] = "421 4.3.2 shutting down"
    ran = run(*SEND)
    assert ran.code == 7
    assert [mail.recipients[0] for mail in connected.taken] == ["ann@client.example", "ida@client.example"]
    assert sum(line.upper() == "STARTTLS" for line in connected.heard) == 3  # of connecting, and two sessions


def test_two_files_in_doubt_are_one_address(run: Bench, connected: MailServer, report: Path) -> None:
    Path("more.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    send = ("reports", "send", "report.html", "more.csv", "--to", "ann@client.example")
    connected.drop_at = "."
    assert run(*send).code == 6
    connected.drop_at = ""
    ran = run(*send, "-f", "json")
    assert (ran.code, [failure["code"] for failure in ran.json["failures"]]) == (6, [6, 6])
    assert "error: 1 of 1 address did not get its files, or nobody knows\nhint: Ask whether" in ran.err


def test_where_nobody_gets_in_it_is_tried_once(run: Bench, connected: MailServer, report: Path) -> None:
    connected.heard.clear()
    connected.password = "another-one-9"
    ran = run(*SEND)
    assert (ran.code, ran.out) == (4, "")
    assert sum(line.startswith("AUTH") for line in connected.heard) == 1
    assert ran.err.count("does not accept the login") == 1


def test_a_file_larger_than_the_server_takes_is_not_begun(run: Bench, connected: MailServer, report: Path) -> None:
    connected.size = 20_000
    report.write_bytes(b"x" * 30_000)
    ran = run(*SEND)
    assert (ran.code, connected.taken) == (7, [])
    assert "takes no mail larger than 20 KB, and this one has 4" in ran.err


def test_a_login_that_the_server_wants_after_all_is_told(run: Bench, server: MailServer, report: Path) -> None:
    values = server.values(USER="", PASSWORD="", FROM="reports@agency.example")
    run("reports", "connect", "smtp", "--stdin", stdin=values).ok()
    ran = run(*SEND)
    assert (ran.code, ran.out) == (4, "")
    assert "wants a login before it takes mail (5.7.0 Authentication required)" in ran.err


def test_an_address_among_the_files_is_told_from_a_file(run: Bench, connected: MailServer, report: Path) -> None:
    ran = run("reports", "send", "report.html", "--to", "ann@client.example", "leo@client.example")
    assert (ran.code, connected.taken) == (2, [])
    assert "Is it an address? --to leo@client.example" in ran.err


def test_a_run_that_is_stopped_says_how_far_it_came_and_the_next_goes_on(
    run: Bench, connected: MailServer, report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Session.send

    def stopped(session: Session, message: EmailMessage, recipient: Mailable, about_to: Callable[[], None]) -> None:
        if recipient.local == "leo":
            raise KeyboardInterrupt
        plain(session, message, recipient, about_to)

    with monkeypatch.context() as patched:
        patched.setattr(Session, "send", stopped)
        ran = run(*SEND)
    assert ran.code == 130
    assert "So far: sending files, 1 of 3 recipients." in ran.err
    run(*SEND).ok()
    assert [mail.recipients[0] for mail in connected.taken] == [*PEOPLE]


def test_a_server_that_says_nothing_is_not_waited_for_for_ever(
    run: Bench, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shopinf.delivery.smtp._CONNECT", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        values = server.values(PORT=str(silent.getsockname()[1]))
        ran = run("reports", "connect", "smtp", "--stdin", stdin=values)
    assert (ran.code, run.keyring.entries) == (6, {})
    assert "cannot be reached (no answer in time)" in ran.err


@pytest.mark.parametrize(("verb", "status"), [("RCPT", "failed"), (".", "in_doubt")])
def test_an_answer_that_does_not_come_in_time_is_doubt_only_once_the_mail_is_out(
    verb: str, status: str, run: Bench, connected: MailServer, report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Session.send

    def hurried(session: Session, message: EmailMessage, recipient: Mailable, about_to: Callable[[], None]) -> None:
        session._wait(0.1)
        plain(session, message, recipient, about_to)

    # Short is only the wait that is to end: what comes before it may take its time on a busy machine.
    with monkeypatch.context() as patched:
        if verb == ".":
            patched.setattr("shopinf.delivery.smtp._TAKING", 0.1)
        else:
            patched.setattr(Session, "send", hurried)
        connected.hold_at = verb
        ran = run(*SEND[:4], "--to", "ann@client.example")
    connected.go_on.set()
    assert ran.code == 6
    assert "no answer in time" in ran.err or "gave no answer" in ran.err
    [row] = [row for row in run("reports", "list", "-f", "json").ok().json["rows"] if row["file"]]
    assert row["status"] == status
