"""`--notify`: an address of the operator's own is told when a run does not end well, and what it is not told."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from bench import Bench, PracticeWire

from shopinf.practice import PracticeStore

ADDRESS = "https://chat.example/hooks/T0pSecret?key=hidden"


class Chat(PracticeWire):
    """The wire with an address at its other end that takes notices, or does not."""

    def __init__(self, wire: PracticeWire, answer: int | Exception = 200) -> None:
        super().__init__()
        self.stores, self.answer = wire.stores, answer
        self.told: list[httpx.Request] = []

    def send(self, request: httpx.Request) -> httpx.Response:
        if request.url.host != "chat.example":
            return super().send(request)
        self.told.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return httpx.Response(self.answer, request=request)


@pytest.fixture
def chat(run: Bench, shop: PracticeStore) -> Chat:
    wire = run.wire = Chat(run.wire)
    return wire


def body(chat: Chat) -> dict[str, object]:
    [request] = chat.told
    return dict(json.loads(request.content))


def test_a_run_that_fails_is_told_with_its_command_stores_code_and_kind(run: Bench, chat: Chat) -> None:
    run.keyring.entries.clear()
    ran = run("orders", "sync", "--notify", ADDRESS)
    assert ran.code == 4
    said = body(chat)
    assert (said.pop("run"), said.pop("ended_at")) != (None, None)
    assert said == {
        "schema": "shopinf.notice/1",
        "text": "shopinf orders sync ended with 4 (CredentialsMissing): maya-shop",
        "command": "shopinf orders sync",
        "stores": ["maya-shop"],
        "code": 4,
        "error": "CredentialsMissing",
    }
    assert chat.told[0].method == "POST"
    assert str(chat.told[0].url) == ADDRESS


def test_a_run_that_ends_well_tells_nobody(run: Bench, chat: Chat) -> None:
    run("orders", "sync", "--notify", ADDRESS).ok()
    assert chat.told == []


@pytest.mark.parametrize("place", ["before", "after", "in the environment"])
def test_the_address_is_given_anywhere(run: Bench, chat: Chat, place: str) -> None:
    line = ["orders", "explain", "#99999"]
    given = ["--notify", ADDRESS]
    environ = {"SHOPINF_NOTIFY_URL": ADDRESS} if place == "in the environment" else {}
    ran = run(*(given if place == "before" else []), *line, *(given if place == "after" else []), environ=environ)
    assert ran.code == 3
    assert body(chat)["code"] == 3


@pytest.mark.parametrize("line", ["orders sync --nonsense", "orders sink", "orders sync --wait soon"])
def test_a_line_that_cannot_be_read_is_told_too(run: Bench, chat: Chat, line: str) -> None:
    assert run(*line.split(), f"--notify={ADDRESS}").code == 2
    assert body(chat)["code"] == 2


def test_nothing_typed_and_nobody_s_name_is_in_it(run: Bench, chat: Chat, tmp_path: Path) -> None:
    sheet = tmp_path / "zoe-private.csv"
    sheet.write_text("colour,zoe-private\nzoe,zoe@post.example\n", encoding="utf-8")
    assert run("influencers", "import", str(sheet), "--notify", ADDRESS).code != 0
    sent = chat.told[0].content.decode()
    assert "zoe" not in sent
    assert "shpat" not in sent


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (404, "it answered 404"),
        (302, "it answered 302"),
        (httpx.ReadTimeout("slow"), "it did not answer in time"),
        (httpx.ConnectError(f"no way to {ADDRESS}"), "it cannot be reached"),
    ],
)
def test_a_notice_that_does_not_arrive_changes_no_exit_code_and_is_warned_about_by_its_host_alone(
    run: Bench, chat: Chat, answer: int | Exception, why: str
) -> None:
    chat.answer = answer
    ran = run("orders", "explain", "#99999", "--notify", ADDRESS, "-v")
    assert ran.code == 3
    assert len(chat.told) == 1
    assert f"warning: The notice to https://chat.example/… was not sent: {why}\n" in ran.err
    assert "T0pSecret" not in ran.err
    assert "hidden" not in ran.err


@pytest.mark.parametrize(
    "address",
    ["http://chat.example/x", "chat.example", "ftp://chat.example", "https://", "https://a b/", "http://[::1"],
)
def test_an_address_that_a_notice_may_not_go_to_is_refused_before_any_work(
    run: Bench, chat: Chat, address: str
) -> None:
    refused = run("orders", "sync", "--notify", address)
    assert (refused.code, refused.out) == (2, "")
    assert "The address after --notify cannot be used" in refused.err
    assert chat.sent == []


def test_this_machine_may_be_told_without_tls(run: Bench, shop: PracticeStore) -> None:
    ran = run("orders", "explain", "#99999", "--notify", "http://127.0.0.1:9/hook")
    assert (ran.code, "was not sent: it answered 404" in ran.err) == (3, True)


def test_a_timer_keeps_the_address_beside_the_keys(run: Bench, shop: PracticeStore) -> None:
    line = ("schedule", "print", "--", "orders", "sync")
    printed = run(*line, environ={"SHOPINF_NOTIFY_URL": ADDRESS}).ok().out
    assert "SHOPINF_NOTIFY_URL" in printed
    assert "T0pSecret" not in printed
    assert "SHOPINF_NOTIFY_URL" in run(*line, "--notify", ADDRESS).ok().err
