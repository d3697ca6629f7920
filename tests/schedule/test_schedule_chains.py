"""Several commands as one job: each waits for the one before, in every timer's own words."""

from __future__ import annotations

import plistlib
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from bench import Bench
from mailserver import MailServer

from shopinf.local.vault import DIRECTORY

REPORT = ("orders", "attribute", "--all-stores", "--period", "last-month", "-o", "{date}.html")
SEND = ("reports", "send", "{date}.html", "--to", "ann@client.example")
CHAIN = (*REPORT, "&&", "shopinf", *SEND)
NAME = "shopinf-orders-attribute-last-month-reports-send"


@pytest.fixture(autouse=True)
def mail(run: Bench, agency: object) -> None:
    """Stands connected, as far as the environment tells."""
    run.environ |= {
        "SHOPINF_REPORTS_SMTP_HOST": "smtp.agency.example",
        "SHOPINF_REPORTS_SMTP_PASSWORD": "hunter2-hunter2",
    }


def lines(run: Bench, *argv: str) -> list[str]:
    return run("schedule", "print", *argv).ok().out.splitlines()


def test_cron_gets_one_line_with_the_environment_once(run: Bench) -> None:
    printed = lines(run, "--", *CHAIN)
    [line] = [text for text in printed if not text.startswith("#")]
    assert line.startswith("10 8 1 * * ")
    words = shlex.split(line.split(maxsplit=5)[5])
    first, second = words.index("orders"), words.index("reports")
    assert words[first : first + len(REPORT)] == [*REPORT]
    assert words[second:] == [*SEND]
    assert "&&" in words[first:second]
    assert sum(word.startswith("SHOPINF_HOME=") for word in words) == 1
    assert words[words.index(next(word for word in words if word.startswith("SHOPINF_HOME="))) - 1] == "export"
    assert any("SHOPINF_REPORTS_SMTP_PASSWORD" in text for text in printed)
    assert "hunter2" not in "".join(printed)
    assert "# MAILTO=you@example.com" in printed


def test_the_chain_may_be_one_word(run: Bench) -> None:
    typed = " ".join([shlex.join(["shopinf", *REPORT]), "&&", shlex.join(["shopinf", *SEND])])
    assert lines(run, "--", typed) == lines(run, "--", *CHAIN)


def test_systemd_starts_one_after_the_other(run: Bench, tmp_path: Path) -> None:
    printed = lines(run, "--systemd", "--", *CHAIN)
    started = [text for text in printed if text.startswith("ExecStart=") and "/bin/sh -c" not in text]
    assert [text.rstrip().endswith(end) for text, end in zip(started, ("html", "example"), strict=True)] == [True, True]
    assert "Type=oneshot" in printed
    assert f"# ~/.config/systemd/user/{NAME}.service" in printed or f"# /etc/systemd/system/{NAME}.service" in printed
    if analyze := shutil.which("systemd-analyze"):
        text = "\n".join(printed)
        unit = text[text.index("[Unit]") : text.index(f"{NAME}.timer\n[Unit]")].rpartition("\n\n")[0]
        (tmp_path / f"{NAME}.service").write_text(unit)
        judged = subprocess.run([analyze, "verify", "--man=no", f"{tmp_path}/{NAME}.service"], capture_output=True)
        assert b"ExecStart" not in judged.stderr


def test_launchd_has_a_shell_put_them_together(run: Bench) -> None:
    facts = plistlib.loads(run("schedule", "print", "--launchd", "--", *CHAIN).ok().out.encode())
    assert facts["Label"] == NAME
    shell, flag, line = facts["ProgramArguments"]
    assert (shell, flag) == ("/bin/sh", "-c")
    assert subprocess.run([shell, "-n", "-c", line]).returncode == 0
    assert " && " in line[line.index(" attribute ") : line.index(" reports ")]


def test_windows_ends_with_the_code_of_the_first_that_fails(run: Bench) -> None:
    printed = lines(run, "--windows", "--", *CHAIN)
    report = next(at for at, text in enumerate(printed) if " attribute " in text and "rem" not in text)
    assert printed[report + 1] == "if %errorlevel% neq 0 exit /b %errorlevel%"
    assert " reports send " in printed[report + 2]
    assert printed[report + 3] == "exit /b %errorlevel%"


def test_names_are_quoted_for_every_step(run: Bench) -> None:
    odd = "it's 100% $HOME `x`; {date}.html"
    [line] = [
        text
        for text in lines(run, "--", *REPORT[:-1], odd, "&&", "reports", "send", odd, "--to", "ann@client.example")
        if not text.startswith("#")
    ]
    words = shlex.split(line.split(maxsplit=5)[5].replace("\\%", "%"))
    assert words.count(odd) == 2


def test_an_address_that_no_mail_can_go_to_is_refused_before_the_timer_has_it(run: Bench) -> None:
    ran = run("schedule", "print", "--", *REPORT, "&&", *SEND[:-1], "ann")
    assert (ran.code, ran.out) == (2, "")
    assert "error: --to: 'ann' is no e-mail address" in ran.err
    run("schedule", "print", "--", *REPORT, "&&", *SEND[:-1], "#reports", "--via", "slack").ok()


def test_files_that_are_for_nobody_are_refused_before_a_timer_has_them(run: Bench) -> None:
    for more, said in (((), "nothing says whom the files are for"), (("--via", "smtp"), "a mail needs an address")):
        ran = run("schedule", "print", "--", *REPORT, "&&", *SEND[:-2], *more)
        assert (ran.code, ran.out, f"error: --to is missing: {said}" in ran.err) == (2, "", True)
        assert "hint: Add --to ann@client.example" in ran.err
    run("schedule", "print", "--", *REPORT, "&&", *SEND[:-2], "--via", "slack").ok()


def test_what_a_chain_lacks_is_noted(run: Bench) -> None:
    said = (
        run("schedule", "print", "--", *REPORT, "&&", "reports", "send", "other.html", "--to", "a@b.example").ok().err
    )
    assert "note: other.html is written by no command before reports send, and is not there now." in said
    several = run("schedule", "print", "--", *REPORT, "&&", *SEND, "--to", "leo@client.example").ok().err
    assert "reports send can ask for a yes" in several
    assert "can ask for a yes" not in run("schedule", "print", "--", *CHAIN).ok().err
    named = (*CHAIN[:-1], '"Lee, Ann" <ann@client.example>')  # a comma in a name makes no second address
    assert "can ask for a yes" not in run("schedule", "print", "--", *named).ok().err
    for name in [name for name in run.environ if name.startswith("SHOPINF_REPORTS_")]:
        del run.environ[name]
    assert "Nothing has the keys of mail now." in run("schedule", "print", "--", *CHAIN).ok().err


def test_the_values_that_a_way_has_are_named_and_no_others(run: Bench, tmp_path: Path) -> None:
    printed = "\n".join(lines(run, "--systemd", "--", *CHAIN))
    assert "#     SHOPINF_REPORTS_SMTP_PASSWORD" in printed
    assert "SMTP_PORT" not in printed
    for name in [name for name in run.environ if name.startswith("SHOPINF_REPORTS_")]:
        (tmp_path / name.lower()).write_text(run.environ.pop(name), encoding="utf-8")
    run.environ[DIRECTORY] = str(tmp_path)
    printed = "\n".join(lines(run, "--systemd", "--", *CHAIN))
    assert f"\nLoadCredential=shopinf_reports_smtp_password:{tmp_path}/shopinf_reports_smtp_password\n" in printed
    assert "smtp_port" not in printed
    del run.environ[DIRECTORY]
    with MailServer(user="", starttls=False) as server:
        run("reports", "connect", "smtp", "--stdin", stdin=server.values(USER="", PASSWORD="")).ok()
    printed = " ".join(text.removeprefix("# ") for text in lines(run, "--", *CHAIN))
    assert "The keys of maya-shop, nordlicht and mail are in the keyring" in printed
    assert "SHOPINF_REPORTS_SMTP_FROM" in printed
    assert "SMTP_PASSWORD" not in printed


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("&&", *SEND), "Before and after && stands a command"),
        ((*REPORT, "&&"), "Before and after && stands a command"),
        ((*REPORT, "&&", "&&", *SEND), "Before and after && stands a command"),
        ((*REPORT, "&&", "reports", "sned"), "sned"),
        ((*REPORT, "&&", "reports", "send", "{period}.html", "--to", "a@b.example"), "{period} in FILE has no value"),
        ((*REPORT, "&&", "reports", "connect", "smtp"), "needs somebody there"),
        ((*REPORT, ";", *SEND), "Too much was typed"),
        (("orders attribute && 'reports",), "quotes"),
    ],
)
def test_a_chain_that_cannot_run_is_refused(typed: tuple[str, ...], said: str, run: Bench) -> None:
    ran = run("schedule", "print", "--", *typed)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
