"""Ctrl-C in the middle of long work: how far it came is said, it is recorded, and the same command goes on."""

from __future__ import annotations

import io
import os
import re
import signal
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from agency import Agency
from bench import Bench, PracticeWire, Ran

from shopinf.main import main
from shopinf.practice import PracticeStore

pytestmark = pytest.mark.slow

STOPPED = "Stopped; what was done until then is recorded\n"
GOES_ON = "hint: Run the same command again to go on.\n"


class Pressed(PracticeWire):
    """The wire while somebody presses Ctrl-C at a run's request for a *path* that ends so, the first or a later one."""

    def __init__(self, wire: PracticeWire, method: str, path: str, time: int = 1) -> None:
        super().__init__()
        self.stores = wire.stores
        self._wanted, self._left = (method, path), time

    def send(self, request: httpx.Request) -> httpx.Response:
        answer = super().send(request)
        if request.method == self._wanted[0] and request.url.path.endswith(self._wanted[1]):
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGINT)
        return answer


def stopped(run: Bench, *argv: str) -> Ran:
    """A run that listens to Ctrl-C, as the program does; afterwards the bench goes on."""
    out, err = io.StringIO(), io.StringIO()
    code = main(argv, replace(run.setting(io.StringIO(), out, err, None), signals=True))
    run.clock.stop.clear()
    return Ran(code, out.getvalue(), err.getvalue())


def so_far(ran: Ran) -> str:
    """How far it came, as it is said between the two sentences that every stopped run says."""
    assert (ran.code, ran.out) == (130, ""), ran.err
    before, _, after = ran.err.partition(STOPPED)
    assert after.endswith(GOES_ON), ran.err
    assert "error" not in before
    return after.removesuffix(GOES_ON).removeprefix("So far: ").removesuffix(".\n")


@pytest.fixture
def agency(run: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Agency:
    (tmp_path / "desk").mkdir()
    monkeypatch.chdir(tmp_path / "desk")
    return Agency(run, tmp_path / "desk")


def pressed(run: Bench, method: str, path: str, *line: str, time: int = 1) -> str:
    """What a run says of how far it came when Ctrl-C is pressed at that request; then it goes on to its end."""
    usual = run.wire
    run.wire = Pressed(usual, method, path, time)
    said = so_far(stopped(run, *line))
    run.wire = usual
    run(*line).ok()
    return said


def test_making_codes_says_how_many_are_made_and_the_next_run_makes_the_rest(
    run: Bench, shop: PracticeStore, tmp_path: Path
) -> None:
    sheet = tmp_path / "team.csv"
    sheet.write_text("influencer\n" + "".join(f"maya{n}\n" for n in range(30)))
    line = ("discounts", "create", "--campaign", "q4", "--sheet", str(sheet), "--percent", "15", "--yes")
    said = pressed(run, "POST", "/price_rules.json", *line, time=12)
    assert re.fullmatch(r"making codes in maya-shop, ([1-9]|1\d) of 30 codes", said)
    assert len(shop.codes) == 30


def test_reading_orders_says_how_many_are_read_and_of_which_store(agency: Agency) -> None:
    full = ("orders", "sync", "-s", "maya-shop", "--full")
    assert re.fullmatch(
        r"reading orders in maya-shop, \d+( of \d+)? orders", pressed(agency.run, "GET", "/orders.json", *full)
    )


def test_several_stores_say_how_many_are_done(agency: Agency) -> None:
    said = pressed(agency.run, "GET", "/orders.json", "orders", "sync", "--all-stores", "--full")
    begun = r"[01] of 2 stores done; reading orders in (maya-shop|nordlicht), .*"
    assert re.fullmatch(rf"{begun}|2 of 2 stores done", said), "the stores' own threads go on until they are told"


def test_looking_up_customers_says_how_many_were_read(agency: Agency) -> None:
    line = ("customers", "enrich", "-s", "maya-shop", "--all", "--source", "csv:creators.csv")
    assert pressed(agency.run, "GET", "/customers.json", *line).startswith("reading customers in maya-shop, ")


def test_sending_gifts_says_how_many_are_sent_and_the_next_run_sends_each_once(agency: Agency) -> None:
    line = ("gifts", "send", "-s", "maya-shop", "--campaign", "spring", "--sheet", "gifts.csv", "--yes")
    said = pressed(agency.run, "PUT", "/complete.json", *line)
    assert re.fullmatch(r"sending gifts in maya-shop, [0-2] of 3 gifts", said)
    sent = agency.run("gifts", "status", "-s", "maya-shop", "-f", "json").ok().json["rows"]
    assert sorted(row["campaign"] for row in sent) == ["autumn"] * 3 + ["spring"] * 3


def test_closing_says_what_of_the_orders_is_read_and_closes_nothing(agency: Agency) -> None:
    line = ("payouts", "close", "-s", "nordlicht", "--period", "2026-12")
    assert pressed(agency.run, "GET", "/orders.json", *line).startswith("reading orders in nordlicht, ")
    assert len(agency.run("payouts", "list", "-s", "nordlicht", "-f", "json").ok().json["statements"]) == 5


def test_paying_says_which_run_lacks_its_file_and_the_same_command_writes_it(
    agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    payees = agency.sheets()["payees.csv"] + "hugofairweather,Hugo Fair,person,hugo@pay.example,DE\n"
    Path("payees.csv").write_text(payees, encoding="utf-8")
    line = (
        "payouts",
        "pay",
        "-s",
        "maya-shop",
        "--rail",
        "paypal",
        "--payees",
        "payees.csv",
        "-o",
        "more.csv",
        "--yes",
    )

    def press(name: Path, content: object, *, private: bool) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    with monkeypatch.context() as patched:
        patched.setattr("shopinf.work.payouts.pay.write_atomically", press)
        said = so_far(stopped(agency.run, *line))
    assert re.fullmatch(r"writing run R-2027-01-06-\w{3}, 0 of 1 file", said)
    assert not Path("more.csv").exists()
    again = agency.run(*line).ok()
    assert "was stopped before its files were written; they are written now" in again.err
    assert "hugo@pay.example" in Path("more.csv").read_text()


def test_quiet_leaves_out_how_far_it_came(agency: Agency) -> None:
    usual = agency.run.wire
    agency.run.wire = Pressed(usual, "GET", "/orders.json")
    assert so_far(stopped(agency.run, "orders", "sync", "-s", "maya-shop", "--full", "-q")) == ""
