"""Mails as they arrive: whom they are for, what they say, and what is attached, in every script."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from bench import Bench
from mailserver import MailServer

from shopinf.delivery.addresses import read_address
from shopinf.errors import BadInput
from shopinf.practice import PracticeStore

pytestmark = pytest.mark.slow  # many commands, each with a server of its own


def settings(run: Bench, text: str) -> None:
    run.home.mkdir(exist_ok=True)
    (run.home / "config.toml").write_text(text, encoding="utf-8")


def test_a_file_arrives_as_it_is_in_the_agencys_name(run: Bench, connected: MailServer, report: Path) -> None:
    settings(run, 'agency = "Nordlicht GmbH"\n')
    ran = run("reports", "send", "report.html", "--to", "ann@client.example", "-f", "json").ok()
    [mail] = connected.taken
    assert (mail.sender, mail.recipients) == ("reports@agency.example", ["ann@client.example"])
    assert mail.files == {"report.html": report.read_bytes()}
    assert mail.message["From"] == "Nordlicht GmbH <reports@agency.example>"
    assert mail.message["Subject"] == "report.html"
    assert mail.message["Date"].datetime == run.clock.now()
    assert "report.html (50 B)" in mail.text
    [row] = ran.json["rows"]
    assert (ran.json["schema"], row["status"], row["to"]) == ("shopinf.reports.send/1", "sent", "ann@client.example")
    assert "STARTTLS" in connected.heard
    assert "report.html sent to ann@client.example" in ran.err


NAMES = {
    "Größenübersicht März – 2026.html": "Größenübersicht",
    "отчёт за октябрь.html": "отчёт",
    "十月の報告書.xlsx": "十月",
    "تقرير أكتوبر.csv": "تقرير",
    "דו״ח אוקטובר.html": "דו״ח",
    "अक्टूबर रिपोर्ट.html": "अक्टूबर",
    "έκθεση 😀 'x' \"y\".html": "έκθεση",
    "a long name of many words, " * 6 + "und Ümlauts.html": "long",
}


@pytest.mark.parametrize("name", NAMES)
def test_names_of_every_script_arrive_as_they_are(name: str, run: Bench, connected: MailServer, report: Path) -> None:
    settings(run, f"agency = 'Agentur {NAMES[name]}, Söhne'\n")
    report.rename(name)
    subject = f"{name[:50].strip()} für Ann"
    run("reports", "send", name, "--to", "ann@client.example", "--subject", subject).ok()
    [mail] = connected.taken
    assert mail.content.isascii()
    assert max(map(len, mail.content.split(b"\r\n"))) <= 998
    assert not re.search(rb"(?m)^\w+:\s*$", mail.content.partition(b"\r\n\r\n")[0])
    assert [*mail.files] == [name]
    assert mail.message["Subject"] == subject
    assert mail.message["From"].addresses[0].display_name == f"Agentur {NAMES[name]}, Söhne"
    assert name in mail.text


def test_domains_of_every_script_are_told_in_ascii_and_shown_as_they_are_written(
    run: Bench, connected: MailServer, report: Path
) -> None:
    ran = run(
        "reports", "send", "report.html", "--to", "Zoë <zoe@bücher.example>", "--to", "ken@例え.テスト", "-y"
    ).ok()
    assert [mail.recipients for mail in connected.taken] == [
        ["zoe@xn--bcher-kva.example"],
        ["ken@xn--r8jz45g.xn--zckzah"],
    ]
    assert "zoe@bücher.example" in ran.out


def test_letters_before_the_at_need_a_server_that_takes_them(run: Bench, connected: MailServer, report: Path) -> None:
    run("reports", "send", "report.html", "--to", "zoë@client.example").ok()
    assert connected.taken[0].recipients == ["zoë@client.example"]
    assert "SMTPUTF8" in connected.taken[0].options
    connected.utf8 = False
    ran = run("reports", "send", "report.html", "--to", "renée@client.example")
    assert ran.code == 7
    assert "takes no address with such letters before the @ as renée@client.example" in ran.err


@pytest.mark.parametrize(
    "typed",
    [
        "ann@client.example\nBcc: all@client.example",
        "ann@client.example\r\nSubject: other",
        "ann@client.example\u2028Bcc: x@y.example",
        "Ann\nBcc: x@y.example <ann@client.example>",
        "ann@cli ent.example",
        "ann",
        "@client.example",
        "ann@-.example",
        "a..b@client.example",
        "#reports",
        '"a b"@client.example',
        f"{'a' * 65}@client.example",
    ],
)
def test_what_is_no_address_is_refused_and_brings_no_header(
    typed: str, run: Bench, connected: MailServer, report: Path
) -> None:
    ran = run("reports", "send", "report.html", f"--to={typed}")
    assert (ran.code, ran.out, connected.taken) == (2, "", [])
    with pytest.raises(BadInput):
        read_address(typed)


def test_a_subject_is_one_line(run: Bench, connected: MailServer, report: Path) -> None:
    for typed in ("October\nBcc: all@client.example", "October\r\n\r\nHello", " ", "x" * 300, "a\x1b[31mb", "a\u202eb"):
        assert run("reports", "send", "report.html", "--to", "ann@client.example", "--subject", typed).code == 2
    assert connected.taken == []


def test_one_option_may_name_several_and_each_gets_a_mail_of_its_own(
    run: Bench, connected: MailServer, report: Path
) -> None:
    to = '"Lee, Ann" <ann@client.example>; leo@client.example, ANN@client.example'
    asked = run("reports", "send", "report.html", "--to", to)
    assert (asked.code, connected.taken) == (2, [])
    assert "Send report.html to ann@client.example, leo@client.example?" in asked.err
    run("reports", "send", "report.html", "--to", to, "--yes").ok()
    assert [mail.recipients for mail in connected.taken] == [["ann@client.example"], ["leo@client.example"]]
    assert "leo@client.example" not in connected.taken[0].content.decode()


def test_a_report_of_ours_says_what_it_is(run: Bench, connected: MailServer, shop: PracticeStore, report: Path) -> None:
    run("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--percent", "15").ok()
    shop.simulate_sales(days=5, orders=8)
    for file in ("oct.html", "oct.xlsx"):
        run("orders", "attribute", "--period", "this-month", "--for", "client", "-o", file).ok()
    run("reports", "send", "oct.html", "oct.xlsx", "--to", "ann@client.example").ok()
    [mail] = connected.taken
    title = "Northlight Outdoor · influencer sales 1–30 November 2026"
    assert mail.message["Subject"] == f"{title} (+1)"
    assert mail.text.count(title) == 2
    assert "USD: Net sales " in mail.text
    assert [*mail.files] == ["oct.html", "oct.xlsx"]


def test_the_agencys_own_report_is_warned_of(
    run: Bench, connected: MailServer, shop: PracticeStore, report: Path
) -> None:
    run("orders", "attribute", "--period", "this-month", "-o", "own.xlsx").ok()
    ran = run("reports", "send", "own.xlsx", "--to", "ann@client.example", "--dry-run").ok()
    assert "warning: own.xlsx is the agency's own report" in ran.err


def test_a_dry_run_shows_the_mail_and_sends_nothing(run: Bench, connected: MailServer, report: Path) -> None:
    connected.heard.clear()
    ran = run("reports", "send", "report.html", "--to", "ann@client.example", "--subject", "October", "--dry-run").ok()
    for line in ("From: reports@agency.example", "To: ann@client.example", "Subject: October"):
        assert f"  {line}\n" in ran.err
    assert "  Attached: report.html (50 B)\n" in ran.err
    assert "Nothing was sent." in ran.err
    shown = run("reports", "send", "report.html", "--to", "ann@client.example", "--dry-run", "-f", "json").ok().json
    [mail] = shown["mails"]
    assert mail["attachments"] == [{"file": "report.html", "bytes": 50, "type": "text/html"}]
    assert shown["rows"][0]["status"] == "to_send"
    assert (connected.heard, connected.taken) == ([], [])
    assert run.look("select count(*) from dispatches") == [(0,)]


def test_a_line_that_begins_with_a_dot_arrives(run: Bench, connected: MailServer, report: Path) -> None:
    Path("dots.txt").write_text(".\n..\n.x\nFrom me\n" + "long " * 400, encoding="utf-8")
    run("reports", "send", "dots.txt", "--to", "ann@client.example", "--subject", "...").ok()
    assert connected.taken[0].files["dots.txt"].decode().replace("\r\n", "\n") == Path("dots.txt").read_text()


def workbook(core: str = "<a/>") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as book:
        book.writestr("docProps/core.xml", core)
        book.writestr("xl/é.xml", "x")
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("name.xlsx", workbook().replace("é".encode(), b"\xff\xff")),
        ("place.xlsx", workbook()[:-4] + b"\xff\xff\0\0"),
        ("method.xlsx", workbook().replace(b"\x14\x00\x00\x00\x00\x00", b"\x14\x00\x00\x00\x63\x00")),
        ("locked.xlsx", workbook().replace(b"\x14\x00\x00\x00\x00\x00", b"\x14\x00\x01\x00\x00\x00")),
        ("half.xlsx", workbook()[:60]),
        ("encoding.xlsx", workbook('<?xml version="1.0" encoding="no-such"?><a/>')),
        ("section.html", b"<![x[ y ]]><title>October</title>"),
        ("deep.json", b'{"schema": "shopinf.x/1", "v": ' + b"[" * 900 + b"]" * 900 + b"}"),
        ("half-a-sign.json", b'{"schema": "shopinf.x/1", "stores": ["\\ud800"]}'),
    ],
)
def test_a_file_that_cannot_be_looked_into_is_sent_as_it_is(
    name: str, content: bytes, run: Bench, connected: MailServer, report: Path
) -> None:
    Path(name).write_bytes(content)
    run("reports", "send", name, "--to", "ann@client.example").ok()
    assert connected.taken[0].files == {name: content}
    assert f"{name} went to" in run("reports", "send", name, "--to", "ann@client.example").ok().err


@pytest.mark.parametrize(
    ("files", "said"), [(["no.html"], "There is no file"), (["."], "is a folder"), (["-"], "name")]
)
def test_what_is_no_file_is_refused(
    files: list[str], said: str, run: Bench, connected: MailServer, report: Path
) -> None:
    ran = run("reports", "send", *files, "--to", "ann@client.example")
    assert (ran.code, connected.taken) == (2, [])
    assert said in ran.err


def test_today_may_stand_in_a_files_name(run: Bench, connected: MailServer, report: Path) -> None:
    report.rename("report-2026-11-22.html")
    run("reports", "send", "report-{date}.html", "--to", "ann@client.example").ok()
    assert [*connected.taken[0].files] == ["report-2026-11-22.html"]
    assert "{period}" in run("reports", "send", "{period}.html", "--to", "ann@client.example").err


@pytest.mark.parametrize(
    ("language", "hello", "attached"),
    [
        ("de", "Guten Tag,", "im Anhang finden Sie:"),
        ("fr", "Bonjour,", "vous trouverez ci-joint\N{NO-BREAK SPACE}:"),
        ("es", "Buenos días:", "Adjunto encontrará:"),
        ("it", "Buongiorno,", "in allegato trova:"),
        ("nl", "Goedendag,", "in de bijlage vindt u:"),
    ],
)
def test_a_mail_speaks_the_language_of_its_report(
    language: str, hello: str, attached: str, run: Bench, connected: MailServer, shop: PracticeStore, report: Path
) -> None:
    for file in ("oct.html", "oct.xlsx"):
        made = ("orders", "attribute", "--period", "this-month", "--language", language, "--for", "client", "-o", file)
        run(*made).ok()
        run("reports", "send", file, "--to", "ann@client.example").ok()
    settings(run, f'language = "{language}"\n')
    run("reports", "send", "report.html", "--to", "ann@client.example").ok()
    assert [mail.text.splitlines()[:3] for mail in connected.taken] == [[hello, "", attached]] * 3
    run("reports", "send", "report.html", "--to", "ann@client.example", "--language", "en", "--again").ok()
    assert connected.taken[-1].text.startswith("Hello,")
