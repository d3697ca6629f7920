"""The printed line, run as cron runs it: an empty environment, no terminal, no desktop, a plain shell."""

from __future__ import annotations

import io
import json
import os
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from mailserver import MailServer

from shopinf.desk import Desk, Setting
from shopinf.main import main
from shopinf.practice import PracticeStore, serve
from shopinf.stores import variable_stem

MONTHLY = ("orders", "attribute", "--all-stores", "--period", "last-month", "--output", "reports/{store}-{period}.xlsx")
HANDLES = ("maya-shop", "nordlicht", "sol-y-sal")


class Machine:
    """A machine of its own, without a keyring, and the agency that left a line to its cron."""

    def __init__(self, home: Path, stores: Mapping[str, PracticeStore]) -> None:
        self.home, self.work, self.stores = home, home / "agency's 100% work", stores
        self.work.mkdir(parents=True)
        self.environ = {
            "SHOPINF_HOME": str(home / "shopinf"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            **{variable_stem(name) + "_ACCESS_TOKEN": store.access_token for name, store in stores.items()},
        }

    def typed(self, *argv: str) -> str:
        """What a person at this machine types, in the shell that has the tokens."""
        out, err = io.StringIO(), io.StringIO()
        code = main(argv, Setting(self.environ, io.StringIO(), out, err, signals=False))
        assert code == 0, err.getvalue()
        return out.getvalue()

    def line(self, *command: str) -> str:
        """The command of a printed crontab, as cron hands it to the shell."""
        [line] = [text for text in self.typed("schedule", "print", "--", *command).splitlines() if text[0] != "#"]
        return line.split(maxsplit=5)[5].replace(r"\%", "%")

    def secrets_put_where_the_line_says(self) -> None:
        file = self.home / "shopinf" / "secrets.env"
        file.touch(0o600)
        ours = ("SHOPINF_REPORTS_", *(variable_stem(name) for name in HANDLES))
        given = {name: value for name, value in self.environ.items() if name.startswith(ours)}
        file.write_text("".join(f"{name}='{value}'\n" for name, value in given.items()))

    def cron(self, command: str, **exported: str) -> subprocess.CompletedProcess[str]:
        given = {"HOME": str(self.home), "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", "LOGNAME": "agency", **exported}
        words = ["env", "-i", *(f"{name}={value}" for name, value in given.items()), "/bin/sh", "-c", command]
        return subprocess.run(
            words, cwd=self.home, capture_output=True, text=True, stdin=subprocess.DEVNULL, start_new_session=True
        )

    def reports(self) -> list[str]:
        return sorted(path.name.split("-20")[0] for path in (self.work / "reports").glob("*.xlsx"))

    def desk(self) -> Desk:
        """A desk of another run at the same home."""
        nothing = io.StringIO()
        return Desk(Setting(self.environ, nothing, nothing, nothing, signals=False))


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    stores = {handle: PracticeStore(handle, seed=place, orders=5) for place, handle in enumerate(HANDLES)}
    machine = Machine(tmp_path / "someone", stores)
    monkeypatch.chdir(machine.work)
    with serve([*stores.values()]) as door:
        for handle, url in zip(stores, door.urls, strict=True):
            machine.typed("connect", handle, "--url", url)
        (machine.work / "reports").mkdir()
        machine.secrets_put_where_the_line_says()
        yield machine


def test_0_every_store_has_its_report_and_cron_has_nothing_to_mail(machine: Machine) -> None:
    ran = machine.cron(machine.line(*MONTHLY))
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert machine.reports() == [*HANDLES]
    log = [json.loads(line) for line in (machine.home / "shopinf" / "shopinf.log").read_text().splitlines()]
    assert log
    for store in machine.stores.values():
        assert store.access_token not in str(log)


def test_0_with_tokens_that_cron_itself_exports(machine: Machine) -> None:
    command = machine.line("orders", "attribute", "-s", "maya-shop", *MONTHLY[3:])
    (machine.home / "shopinf" / "secrets.env").unlink()
    token = machine.stores["maya-shop"].access_token
    assert machine.cron(command, SHOPINF_MAYA_SHOP_ACCESS_TOKEN=token).returncode == 0
    without = machine.cron(command)
    assert without.returncode == 4
    assert "SHOPINF_MAYA_SHOP_ACCESS_TOKEN" in without.stderr


def test_7_one_store_fails_and_the_reports_of_the_others_are_there(machine: Machine) -> None:
    command = machine.line(*MONTHLY)
    machine.stores["nordlicht"].faults.unauthorized = True
    ran = machine.cron(command)
    assert (ran.returncode, ran.stdout) == (7, "")
    assert machine.reports() == ["maya-shop", "sol-y-sal"]
    assert "nordlicht" in ran.stderr
    assert ran.stderr.splitlines()[-2].startswith("error: 1 of 3 stores failed")
    assert "maya-shop" not in ran.stderr
    # Mended, the same line brings what was missing.
    machine.stores["nordlicht"].faults.clear()
    assert machine.cron(command).returncode == 0
    assert machine.reports() == [*HANDLES]


def test_8_another_run_holds_the_lock_and_is_named(machine: Machine) -> None:
    command = machine.line("orders", "attribute", "-s", "maya-shop", *MONTHLY[3:], "--wait", "0")
    with closing(machine.desk()) as desk:
        desk.command = "shopinf orders sync"
        with desk.syncing(desk.book.find("maya-shop")):
            ran = machine.cron(command)
    assert (ran.returncode, ran.stdout) == (8, "")
    assert f"held by shopinf orders sync, process {os.getpid()}" in ran.stderr
    assert machine.reports() == []
    assert machine.cron(command).returncode == 0
    assert machine.reports() == ["maya-shop"]


def test_7_a_lock_on_one_of_several_stores_keeps_only_its_report_back(machine: Machine) -> None:
    command = machine.line(*MONTHLY, "--wait", "0")
    with closing(machine.desk()) as desk, desk.syncing(desk.book.find("sol-y-sal")):
        ran = machine.cron(command)
    assert ran.returncode == 7
    assert machine.reports() == ["maya-shop", "nordlicht"]
    assert "syncing sol-y-sal" in ran.stderr


def test_the_words_of_the_line_are_those_that_were_typed(machine: Machine) -> None:
    assert shlex.split(machine.line(*MONTHLY))[-len(MONTHLY) :] == [*MONTHLY]


def test_a_report_is_sent_once_it_is_written_and_only_then(machine: Machine) -> None:
    with MailServer(user="", starttls=False) as server:
        machine.environ |= {
            "SHOPINF_REPORTS_SMTP_HOST": server.host,
            "SHOPINF_REPORTS_SMTP_PORT": str(server.port),
            "SHOPINF_REPORTS_SMTP_FROM": "reports@agency.example",
        }
        machine.secrets_put_where_the_line_says()
        report = "reports/it's 100% {date}.html"
        sending = ("&&", "reports", "send", report, "--to", "ann@client.example", "-o", "sent.csv")
        command = machine.line("orders", "attribute", "--all-stores", "--period", "last-month", "-o", report, *sending)
        machine.stores["nordlicht"].faults.unauthorized = True
        ran = machine.cron(command)
        assert (ran.returncode, server.taken) == (7, [])  # half a report goes to nobody
        machine.stores["nordlicht"].faults.clear()
        written = []
        for _ in range(2):  # a cron that runs twice; the page tells the minute it was made in, so the two may differ
            ran = machine.cron(command)
            assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
            written.append({file.name: file.read_bytes() for file in (machine.work / "reports").iterdir()})
        [mail] = server.taken
        [name] = mail.files
        assert name.startswith("it's 100% 20")
        assert mail.files == written[0]
        server.refuse["leo@client.example"] = "550 5.1.1 nobody here of that name"
        ran = machine.cron(command.replace("ann@", "leo@"))
        assert ran.returncode == 7
        assert "550 5.1.1 nobody here of that name" in ran.stderr
    assert machine.cron(command.replace("ann@", "ida@")).returncode == 6  # nobody answers there any more
