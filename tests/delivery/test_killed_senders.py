"""A run that is killed with SIGKILL while a mail is on its way: the next one sends it, or says that nobody knows."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from mailserver import MailServer

SEND = ("reports", "send", "report.html", "--to", "ann@client.example")
LONG = 120  # seconds; ends a test that would never end


def started(server: MailServer, folder: Path) -> subprocess.Popen[str]:
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "SHOPINF_HOME": str(folder / "home"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "SSL_CERT_FILE": server.certificate(folder),
    }
    for line in server.values().splitlines():
        name, _, value = line.partition("=")
        environ[f"SHOPINF_REPORTS_SMTP_{name}"] = value
    program = [sys.executable, "-m", "shopinf", *SEND]
    return subprocess.Popen(program, env=environ, cwd=folder, stdout=-1, stderr=-1, text=True)


@pytest.mark.parametrize(
    ("verb", "code", "mails"),
    [("EHLO", 0, 1), ("MAIL", 0, 1), ("RCPT", 0, 1), (".", 6, 1)],
    ids=["between the journal and the wire", "at the sender", "at the recipient", "after the content went out"],
)
def test_no_mail_goes_out_twice_wherever_a_run_is_killed(verb: str, code: int, mails: int, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("<title>October</title>", encoding="utf-8")
    with MailServer(hold_at=verb) as server:
        killed = started(server, tmp_path)
        assert server.held.wait(LONG), killed.communicate(timeout=LONG)
        killed.send_signal(signal.SIGKILL)
        killed.communicate(timeout=LONG)
        server.go_on.set()
        again = started(server, tmp_path)
        _, said = again.communicate(timeout=LONG)
        assert (again.returncode, len(server.taken)) == (code, mails), said
        third = started(server, tmp_path)
        third.communicate(timeout=LONG)
        assert (third.returncode, len(server.taken)) == (code, mails)


def test_two_runs_at_once_send_one_mail(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("<title>October</title>", encoding="utf-8")
    with MailServer(hold_at="DATA") as server:
        one = started(server, tmp_path)
        assert server.held.wait(LONG)
        other = started(server, tmp_path)
        assert "Another shopinf run is sending files" in str(other.stderr and other.stderr.readline())
        server.go_on.set()
        assert [each.wait(LONG) for each in (one, other)] == [0, 0]
        one.communicate()
        assert "is not sent again" in other.communicate()[1]
        assert len(server.taken) == 1


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_waits_for_a_server_ends_within_a_second(sign: signal.Signals, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("<title>October</title>", encoding="utf-8")
    with MailServer(hold_at="RCPT") as server:
        waiting = started(server, tmp_path)
        assert server.held.wait(LONG)
        waiting.send_signal(sign)
        begun = time.monotonic()
        waiting.communicate(timeout=LONG)
        server.go_on.set()
        assert waiting.returncode == 130
        assert time.monotonic() - begun < 3  # a second, and what a busy machine adds to it
        assert server.taken == []
