"""Killed in the middle of a paid run, run again: nobody is paid for twice, and nobody is missing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from bench import Bench
from customerbench import people
from werkzeug.serving import make_server

from shopinf.practice import PracticeStore, serve

from .providers import Answer, Call, FakeInfluencersClub, FakeModash, Provider, user

CUSTOMERS = 16


@contextmanager
def listening(fake: Provider) -> Iterator[str]:
    """A fake on loopback."""
    server = make_server("127.0.0.1", 0, fake.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


class Deadly(FakeInfluencersClub):
    """Sends *what* to whoever asks the call that is due, before anything is charged for it."""

    def __init__(self) -> None:
        super().__init__()
        self.due: int | None = None
        self.what = signal.SIGKILL
        self.victim: subprocess.Popen[str] | None = None

    def answer(self, call: Call) -> Answer:
        if call.path.endswith("/email/") and self.due is not None and self.victim is not None:
            self.due -= 1
            if self.due == 0:
                os.kill(self.victim.pid, self.what)
                self.due = None
                return 503, "{}"
        return super().answer(call)


@pytest.fixture
def started(run: Bench, tmp_path: Path) -> Iterator[Any]:
    """A way to start the real program against a store and a provider on loopback."""
    shop = PracticeStore("maya-shop", orders=20, customers=CUSTOMERS, throttle=False)
    fake = Deadly()
    for number, each in enumerate(people(shop)[:10]):
        fake.users[each["email"]] = {"platform": "tiktok", "username": f"t{number}", "followers": 100}
    with serve([shop]) as served, listening(fake) as address:
        environ = {
            "PATH": os.environ["PATH"],
            "SHOPINF_HOME": str(run.home),
            "HOME": str(tmp_path),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "SHOPINF_MAYA_SHOP_ACCESS_TOKEN": shop.access_token,
            "SHOPINF_SOURCE_INFLUENCERSCLUB_API_KEY": "club-key",
            "SHOPINF_SOURCE_INFLUENCERSCLUB_URL": address,
        }

        def start(*argv: str) -> subprocess.Popen[str]:
            command = [sys.executable, "-m", "shopinf", *argv]
            pipe = subprocess.PIPE
            fake.victim = subprocess.Popen(
                command, env=environ, text=True, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe
            )
            return fake.victim

        for argv in (
            ("connect", "maya-shop", "--url", served.urls[0]),
            ("sources", "connect", "influencersclub", "--consent"),
        ):
            _, err = (process := start(*argv)).communicate(timeout=60)
            assert process.returncode == 0, err
        yield start, fake


ENRICH = ("customers", "enrich", "--source", "influencersclub", "--max-credits", "9", "--yes", "-f", "json")


def test_what_was_paid_for_before_a_kill_is_not_paid_for_again(started: Any) -> None:
    start, fake = started
    for due in (3, 5):
        fake.due = due
        process = start(*ENRICH)
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
    out, err = (process := start(*ENRICH)).communicate(timeout=60)
    assert process.returncode == 0, err
    assert json.loads(out)["summary"]["matched"] == 10
    assert float(fake.used) == pytest.approx(1.0)
    emails = [call.json["email"] for call in fake.asked("/public/v1/creators/enrich/email/")]
    assert len(set(emails)) == CUSTOMERS
    assert len(emails) <= CUSTOMERS + 2  # the two that were under way


def test_ctrl_c_in_the_middle_leaves_what_was_found(started: Any) -> None:
    start, fake = started
    fake.due, fake.what = 6, signal.SIGINT
    _, err = (process := start(*ENRICH)).communicate(timeout=60)
    assert process.returncode == 130, err
    out, err = (process := start(*ENRICH)).communicate(timeout=60)
    assert process.returncode == 0, err
    assert json.loads(out)["summary"]["matched"] == 10
    assert float(fake.used) == pytest.approx(1.0)


def test_a_lost_answer_of_a_paid_call_is_not_asked_for_again_by_itself(run: Bench) -> None:
    class Silent(FakeModash):
        def answer(self, call: Call) -> Answer:
            status, body = super().answer(call)
            return status, json.dumps(body, default=float)[:20] if call.path.endswith("/email-search") else body

    shop = run.open(orders=10, customers=8)
    run.connect(shop).ok()
    fake = Silent()
    fake.stand(run)
    fake.users[people(shop)[0]["email"]] = [user("tiktok", "maya", 5)]
    run("sources", "connect", "modash", "--stdin", "--consent", stdin="API_KEY=modash-key\n").ok()
    ran = run("customers", "enrich", "--source", "modash", "--max-credits", "5", "--yes")
    assert (ran.code, ran.out) == (6, "")
    assert len(fake.asked("/v1/email-search")) == 1
