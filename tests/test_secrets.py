"""No secret ever leaves its place: a whole story, and every byte that it printed, logged and wrote is searched."""

from __future__ import annotations

import base64
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from bench import Bench
from mailserver import MailServer, Slack

from shopinf.practice import PracticeStore, serve
from shopinf.stores import Credentials, Secret


def disguises(secret: str) -> set[bytes]:
    """*secret* as it may hide in text: plain, backwards in a URL, and base64 at each of its three offsets."""
    found = {secret.encode(), quote(secret, safe="").encode(), secret.encode("utf-16-le")}
    for before in range(3):
        encoded = base64.b64encode(b"x" * before + secret.encode())
        found.add(encoded[4 if before else 0 : -4])  # without what its neighbours would change
        found.add(base64.urlsafe_b64encode(b"x" * before + secret.encode())[4 if before else 0 : -4])
    return found


class Witness:
    """Collects every byte that gets out, and looks for secrets in it."""

    def __init__(self) -> None:
        self.secrets: set[str] = set()
        self.seen: list[tuple[str, bytes]] = []

    def saw(self, where: str, text: str | bytes) -> None:
        self.seen.append((where, text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")))

    def saw_files(self, folder: Path) -> None:
        for path in folder.rglob("*"):
            self.saw(f"the name of {path.name}", str(path))
            if path.is_file():
                self.saw(str(path), path.read_bytes())

    def leaks(self) -> list[str]:
        looked_for = [(secret, disguise) for secret in self.secrets for disguise in disguises(secret)]
        return sorted({f"{secret} in {where}" for where, text in self.seen for secret, d in looked_for if d in text})


@pytest.fixture
def witness(caplog: pytest.LogCaptureFixture) -> Iterator[Witness]:
    seen = Witness()
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "sqlalchemy", "keyring", "filelock"):
        caplog.set_level(logging.DEBUG, logger=name)
    yield seen
    seen.saw("the log", caplog.text)
    for record in caplog.records:
        seen.saw("a record of the log", repr(record.args))
    assert len(seen.seen) > 5
    assert seen.leaks() == []


def own(store: PracticeStore) -> set[str]:
    """The secrets of a practice store, and every token it gave out."""
    return {store.api_key, store.api_secret_key, store.access_token, *store.granted}


def test_a_witness_finds_what_is_hidden() -> None:
    seen = Witness()
    seen.secrets = {"shpat_0123456789abcdef"}
    for hidden in (
        b"x shpat_0123456789abcdef y",
        base64.b64encode(b'{"token": "shpat_0123456789abcdef"}'),
        base64.b64encode(b":shpat_0123456789abcdef"),
        base64.b64encode(b"me:shpat_0123456789abcdef and more"),
    ):
        seen.seen = [("here", b"something"), ("there", hidden)]
        assert seen.leaks() == ["shpat_0123456789abcdef in there"]


@pytest.mark.slow
def test_a_whole_story_shows_no_secret(run: Bench, witness: Witness) -> None:
    store = run.open(orders=30, customers=20)
    app = f"API_KEY={store.api_key}\nAPI_SECRET_KEY={store.api_secret_key}\n"

    def told(*argv: str, code: int = 0, stdin: str = "", **environ: str) -> None:
        for more in ({}, {"SHOPINF_DEBUG": "1"}):
            ran = run("-v", *argv, stdin=stdin, environ={**more, **environ})
            assert ran.code == code, ran.err
            witness.saw(" ".join(argv), ran.out + ran.err)
        witness.secrets |= own(store)
        witness.saw_files(run.home)

    def typed(*argv: str, lines: tuple[str, ...]) -> None:
        ran = run.at_a_terminal(*argv, lines=lines).ok()
        witness.saw(" ".join(argv), ran.out + ran.err)
        witness.secrets |= own(store)
        witness.saw_files(run.home)

    # Every way in.
    told("connect", "maya-shop", "--stdin", stdin=run.credentials(store))
    typed("connect", "maya-shop", lines=(store.api_key, store.api_secret_key, store.access_token))
    told("connect", "maya-shop", SHOPINF_MAYA_SHOP_ACCESS_TOKEN=store.access_token)
    told("connect", "maya-shop", "--stdin", "-f", "json", stdin=app)
    # Renewal, and every way to fail.
    store.faults.token_life = 1
    told("verify-scopes", "-f", "json")
    store.faults.expire_tokens()
    told("verify-scopes")
    for switch, code in (("unauthorized", 4), ("frozen", 5), ("security", 5), ("pcd", 5)):
        setattr(store.faults, switch, True)
        told("verify-scopes", code=code)
        told("doctor", code=0 if switch == "pcd" else 7)
        setattr(store.faults, switch, False)
    swapped = f"API_KEY={store.api_secret_key}\nAPI_SECRET_KEY={store.api_key}\nACCESS_TOKEN={store.api_secret_key}x\n"
    told("connect", "maya-shop", "--stdin", code=4, stdin=swapped)
    told("connect", "maya-shop", "--stdin", code=4, stdin=f"TOKEN={store.access_token}\n")
    told("connect", "maya-shop", "--stdin", code=4, stdin=f"ACCESS_TOKEN={store.access_token} {store.api_key}\n")
    told("connect", "maya-shop", "--stdin", code=4, stdin=f"{store.access_token}\n")
    for refused in ("application_cannot_be_found", "invalid_client", "shop_not_permitted", "odd"):
        store.faults.oauth = refused
        told("connect", "maya-shop", "--stdin", code=4, stdin=app)
    store.faults.oauth = None
    # A far side that says our own secrets back to us.
    echo = {"errors": f"[API] bad token {store.access_token} of {store.api_key}"}
    store.faults.fail("GET shop.json", 403, echo, times=None)
    told("connect", "maya-shop", "--stdin", code=5, stdin=run.credentials(store))
    store.faults.clear()
    # Looking after it, and out again.
    for argv in (["list"], ["show", "-f", "json"], ["export"], ["disable", "maya-shop"], ["enable", "maya-shop"]):
        told("stores", *argv)
    told("doctor")
    told("disconnect", "maya-shop", "--dry-run")
    ran = run("-v", "disconnect", "maya-shop", "-y").ok()
    witness.saw("disconnect", ran.out + ran.err)
    witness.saw_files(run.home)
    assert run.keyring.entries == {}


def test_what_reports_leave_by_shows_no_secret(
    run: Bench, witness: Witness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "report.html").write_text("<title>October</title>", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    slack = Slack()
    run.wire.stores["hooks.slack.com"] = slack  # type: ignore[assignment]
    with MailServer() as server:
        monkeypatch.setenv("SSL_CERT_FILE", server.certificate(tmp_path))
        witness.secrets = {server.password, Slack.PATH, Slack.PATH.rpartition("/")[2]}

        def told(*argv: str, code: int = 0, stdin: str = "", **environ: str) -> None:
            for more in ({}, {"SHOPINF_DEBUG": "1"}):
                ran = run("-v", "--log-file", "run.log", "reports", *argv, stdin=stdin, environ={**more, **environ})
                assert ran.code == code, ran.err
                witness.saw(" ".join(argv), ran.out + ran.err)
            witness.saw_files(run.home)
            witness.saw("the log", (tmp_path / "run.log").read_bytes())

        webhook, mail = ("send", "report.html", "--via", "slack"), ("send", "report.html", "--to", "ann@client.example")
        told("connect", "smtp", "--stdin", stdin=server.values())
        told("connect", "slack", "--stdin", stdin=f"URL={Slack.URL}\n")
        told("connect", "slack", "--stdin", code=4, stdin=f"URL=http://elsewhere.example{Slack.PATH}\n")
        told("connect", "slack", "--stdin", code=4, stdin=f"{Slack.URL}\n")
        told("connect", "smtp", "--stdin", code=4, stdin=server.values(PASSWORD=f"{server.password}\u202ex"))
        for argv in (
            [*mail, "--dry-run", "-f", "json"],
            mail,
            [*webhook, "--dry-run", "-f", "json"],
            webhook,
            ["list"],
        ):
            told(*argv)
        told("list", SHOPINF_REPORTS_SLACK_URL=Slack.URL, SHOPINF_REPORTS_SMTP_PASSWORD=server.password)
        server.user = "somebody@else.example"
        told(*mail, "--again", code=4)
        server.drop_at = "EHLO"
        told(*mail, "--again", code=6)
    told_by_schedule = run("schedule", "print", "--", "reports", *mail).ok()
    witness.saw("schedule print", told_by_schedule.out + told_by_schedule.err)
    for way in ("smtp", "slack"):
        run("reports", "disconnect", way).ok()
    assert run.keyring.entries == {}


def test_a_bug_in_the_middle_of_a_call_shows_no_secret(
    run: Bench, witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = run.open()
    witness.secrets |= own(store)

    def broken(request: httpx.Request) -> httpx.Response:
        raise ValueError(dict(request.headers))

    monkeypatch.setattr(run.wire, "send", broken)
    for environ in ({}, {"SHOPINF_DEBUG": "1"}):
        ran = run("-v", "connect", "maya-shop", "--stdin", stdin=run.credentials(store), environ=environ)
        assert ran.code == 1
        witness.saw("connect", ran.out + ran.err)
        assert ("in broken" in ran.err) == bool(environ)
    for number in range(5):
        witness.saw(f"run {number}", run("doctor").out)


def test_over_a_real_socket_secrets_are_in_the_keyrings_file_only(run: Bench, witness: Witness, tmp_path: Path) -> None:
    """The program in its own process, all of its libraries logging what they can, with a keyring that is a file."""
    store = PracticeStore("maya-shop", orders=10, customers=5)
    keyring = tmp_path / "keyring"
    code = (
        "import logging; logging.basicConfig(level=logging.DEBUG)\n"
        "for name in ('httpx', 'httpcore', 'urllib3'): logging.getLogger(name).setLevel(logging.DEBUG)\n"
        "from shopinf.main import run; run()"
    )
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path / "someone"),
        "XDG_DATA_HOME": str(keyring),
        "SHOPINF_HOME": str(run.home),
        "PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring",
        "SHOPINF_DEBUG": "1",
    }
    (tmp_path / "someone").mkdir()
    with serve([store]) as door:
        app = f"API_KEY={store.api_key}\nAPI_SECRET_KEY={store.api_secret_key}\n"
        for argv, given, expected in (
            (["connect", "maya-shop", "--url", door.urls[0], "--stdin"], app, 0),
            (["verify-scopes"], "", 0),
            (["connect", "maya-shop", "--stdin"], run.credentials(store), 0),
            (["verify-scopes", "-f", "json"], "", 0),
            (["connect", "maya-shop", "--stdin"], "ACCESS_TOKEN=" + store.api_secret_key, 4),
        ):
            done = subprocess.run(
                [sys.executable, "-c", code, "-v", *argv], input=given.encode(), env=environ, capture_output=True
            )
            assert done.returncode == expected, done.stderr.decode()
            assert b"DEBUG:httpcore" in done.stderr
            witness.saw(" ".join(argv), done.stdout + done.stderr)
            witness.secrets |= own(store)
            witness.saw_files(run.home)
            witness.saw_files(tmp_path / "someone")
    kept = b"".join(path.read_bytes() for path in keyring.rglob("*") if path.is_file())
    assert any(disguise in kept.replace(b"\n", b"").replace(b"\t", b"") for disguise in disguises(store.access_token))


def test_a_secret_shows_itself_to_nobody() -> None:
    secret = Secret("shpat_0123456789")
    credentials = Credentials(access_token=secret)
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret!r:>40}", repr(credentials), str([secret])):
        assert "0123456789" not in shown
    with pytest.raises(TypeError):
        secret.__reduce__()
