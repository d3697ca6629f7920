"""The README and the examples are true: their sessions are replayed against the practice store.

After a change that was meant, `SHOPINF_TESTS_REWRITE=1 pytest tests/test_documents.py -n 0` puts what comes now into
the documents; read the difference before committing it.
"""

from __future__ import annotations

import io
import json
import os
import re
from contextlib import ExitStack, closing
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from bench import Bench
from mailserver import MailServer
from transcripts import Step, alike, arguments, steps

import shopinf.ledger.people
import shopinf.local.machine
import shopinf.payouts.runs
from shopinf.desk import Desk
from shopinf.discounts.codes import ALPHABET
from shopinf.practice import PracticeStore

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
REWRITE = os.environ.get("SHOPINF_TESTS_REWRITE") == "1"
REWRITTEN: dict[int, Any] = {}
DOCUMENTS = [path for path in [ROOT / "README.md", *sorted((ROOT / "examples").glob("*.md"))] if path.exists()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_documents_sessions_come_out_as_they_stand_there(
    document: Path, run: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    stand_in_berlin(run, tmp_path, monkeypatch)
    call_alike(monkeypatch)
    store = run.open(seed=7, customers=40)
    run.wire.stores["127.0.0.1"] = store
    run.environ["SHOPINF_MAYA_SHOP_ACCESS_TOKEN"] = store.access_token
    (tmp_path / "credentials.txt").write_text(run.credentials(store))
    nordlicht = run.open(
        handle="nordlicht", seed=8, customers=40, currency="EUR", timezone="Europe/Berlin", taxes_included=True
    )
    run.environ["SHOPINF_NORDLICHT_ACCESS_TOKEN"] = nordlicht.access_token
    REWRITTEN.clear()
    with ExitStack() as others:
        if "mail.txt" in document.read_text(encoding="utf-8"):
            server = others.enter_context(MailServer())
            monkeypatch.setenv("SSL_CERT_FILE", server.certificate(tmp_path))
            sender = {"FROM": "Nordlicht GmbH <reports@nordlicht.example>"}
            (tmp_path / "mail.txt").write_text(server.values(**sender), encoding="utf-8")
        for step in list(steps(document)):
            play(step, run, [store, nordlicht], document, others)
    if REWRITE:
        rewrite(document, REWRITTEN)


def test_the_readme_is_a_tour_that_fits_a_terminal() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 130
    assert [line for line in lines if len(line) > 110] == []


@pytest.mark.parametrize("document", [*DOCUMENTS, ROOT / "shopinf" / "README.md"], ids=lambda path: path.name)
def test_a_documents_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target


def test_the_map_names_every_room_and_nothing_that_is_not_there() -> None:
    house = ROOT / "shopinf"
    said = (house / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"`([\w./]+(?:/|\.py))`", said)
    elsewhere = {"rows.py", "sheet.py", "choice.py"}  # one in many nouns
    assert [
        name for name in named if name not in elsewhere and not any((at / name).exists() for at in (house, ROOT))
    ] == []
    rooms = {f"{path.parent.name}/" for path in house.glob("*/__init__.py")}
    assert rooms - set(named) == set()


def rewrite(document: Path, rewritten: dict[int, Any]) -> None:
    """Put what really came below the lines that were typed, where something else stood there."""
    lines = document.read_text(encoding="utf-8").splitlines()
    for line, ran in sorted(rewritten.items(), reverse=True):
        end = next(at for at in range(line, len(lines)) if lines[at].startswith(("$ ", "```")))
        code = [f"[{ran.code}]"] if ran.code else []
        shown = [*ran.out.rstrip("\n").split("\n"), *(f"! {said}" for said in ran.err.splitlines()), *code]
        gap = [""] if lines[end - 1] == "" else []
        lines[line:end] = [*(text.rstrip() for text in shown if text), *gap]
    document.write_text("\n".join(lines) + "\n", encoding="utf-8")


def stand_in_berlin(run: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have this machine's clock be Berlin's, for the hours of its cron."""
    zone = tmp_path / "zoneinfo" / "Europe" / "Berlin"
    zone.parent.mkdir(parents=True)
    zone.touch()
    monkeypatch.setattr(shopinf.local.machine, "LOCALTIME", zone)
    run.environ["TZ"] = "Europe/Berlin"


def call_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have people and runs go by the same ids each time, so that a document can type those of statements and runs."""
    people, runs = count(1), count(1)
    drawn = SimpleNamespace(token_hex=lambda size: f"{next(people):0{2 * size}x}")
    monkeypatch.setattr(shopinf.ledger.people, "secrets", drawn)
    monkeypatch.setattr(shopinf.payouts.runs, "draw", lambda _: f"7K{ALPHABET[next(runs)]}")


def send_back(store: PracticeStore, count: int = 4) -> None:
    """Let a piece of the oldest orders that were sold by a code come back."""
    sold = [each for each in store.orders.values() if each["discount_codes"] and not each["refunds"]]
    paid = [each for each in sold if each["financial_status"] == "paid" and each["total_line_items_price"] != "0.00"]
    for order in sorted(paid, key=lambda each: str(each["processed_at"]))[:count]:
        store.refund(order["id"], [(order["line_items"][0]["id"], 1)], note="Returned")


def leave_running(run: Bench, argv: list[str], others: ExitStack) -> None:
    """A run that is still reading its stores' orders when the next line is typed."""
    nothing = io.StringIO()
    desk = others.enter_context(closing(Desk(run.setting(nothing, nothing, nothing, None))))
    desk.command = " ".join(["shopinf", *argv[:2]])
    for store in desk.book.all():
        others.enter_context(desk.syncing(store))


def let_happen(store: PracticeStore, path: str, sent: str) -> None:
    """What the practice store's own switches do, sent as `curl -d` sends it; nobody sells without codes."""
    code = json.loads(sent).get("code")
    if (path == "/practice/sales" and not store.codes) or (code and store.codes.record(code) is None):
        return
    with httpx.Client(transport=httpx.WSGITransport(store.app), base_url=f"https://{store.domain}") as client:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        assert client.post(path, content=sent.encode(), headers=kind).status_code == 200, sent


def play(step: Step, run: Bench, stores: list[PracticeStore], document: Path, others: ExitStack) -> None:
    words, source, variables = arguments(step.typed)
    place = f"{document.name}:{step.line}: $ {step.typed}"
    match words:
        case ["cat", name] if not Path(name).exists():
            Path(name).write_text("\n".join(step.out).strip("\n") + "\n", encoding="utf-8")
        case ["cat", name]:
            assert alike(step.out, Path(name).read_text()), f"{place}\n{Path(name).read_text()}"
        case ["mkdir", name]:
            Path(name).mkdir()
        case ["sleep", days] if days.endswith("d"):
            run.clock.pass_(days=int(days[:-1]))
        case ["curl", *_, address, "-d", _] if address.endswith("/practice/returns"):
            for store in stores:
                send_back(store)
        case ["curl", *_, address, "-d", sent]:
            for store in stores:
                let_happen(store, urlsplit(address).path, sent)
        case ["shopinf", *argv, "&"]:
            leave_running(run, argv, others)
        case ["shopinf", *argv]:
            ran = run(*argv, stdin=Path(source).read_text() if source else "", environ=variables)
            shown = f"{place}\n[{ran.code}]\n{ran.out}\n! {ran.err}"
            assert ran.code == step.code, shown
            if REWRITE and not (alike(step.out, ran.out) and alike(step.err, ran.err)):
                REWRITTEN[step.line] = ran
                return
            assert alike(step.out, ran.out), shown
            assert alike(step.err, ran.err), shown
        case _:
            raise AssertionError(f"{place}: only shopinf, cat, mkdir and curl are replayed")
