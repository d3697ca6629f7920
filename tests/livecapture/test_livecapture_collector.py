"""The collector over loopback: what it takes is in the ledger, and what it should not take never is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from bench import START, Bench

from shopinf.errors import MachineProblem
from shopinf.ledger.leads import Leads
from shopinf.livecapture import Kept, read_event
from shopinf.practice import PracticeStore

from .capturing import PAGE, Collecting, collecting, collecting_apart, desk_of, event, keep, key_of

pytestmark = pytest.mark.slow

HANDLE = "maya-shop.myshopify.com"


@pytest.fixture
def served(run: Bench, shop: PracticeStore) -> Iterator[Collecting]:
    with collecting(run) as collector:
        yield collector


@pytest.fixture
def key(run: Bench, shop: PracticeStore) -> str:
    return key_of(run)


def leads(run: Bench) -> list[Kept]:
    with desk_of(run) as desk:
        return desk.ledger.leads.of_shops(store.shop_id for store in desk.book.all())


def test_what_is_answered_with_204_stands_in_the_ledger(run: Bench, served: Collecting, key: str) -> None:
    assert served.post(event(key, first_name="Maya", utm={"source": "instagram"})) == 204
    assert served.post(event(key, email="leo@ferrari.example"), origin=f"https://{HANDLE}") == 204
    assert served.post(event(key, email="pixel@lind.example"), origin="null") == 204
    assert served.post(event(key, email="json@lind.example"), kind="application/json") == 204
    found = {each.lead.email: each.lead for each in leads(run)}
    assert set(found) == {"maya@lind.example", "leo@ferrari.example", "pixel@lind.example", "json@lind.example"}
    assert found["maya@lind.example"].utm == (("source", "instagram"),)


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://evil.example", 403),
        ("http://www.maya-shop.example", 403),
        ("https://www.maya-shop.example:8443", 403),
        ("https://maya-shop.example", 204),
        (None, 403),
    ],
)
def test_only_the_stores_own_pages_are_listened_to(
    run: Bench, served: Collecting, key: str, origin: str | None, status: int
) -> None:
    assert served.post(event(key), origin=origin) == status
    assert len(leads(run)) == (status == 204)


def test_a_further_domain_can_be_named(run: Bench, shop: PracticeStore, key: str) -> None:
    with collecting(run, "--origin", "https://fr.maya-shop.example") as served:
        assert served.post(event(key), origin="https://fr.maya-shop.example") == 204


def test_a_store_is_known_by_its_own_key_from_its_own_pages(run: Bench, shop: PracticeStore, key: str) -> None:
    other = run.open(handle="nordlicht")
    run.connect(other).ok()
    with collecting(run, "--all-stores") as served:
        assert served.post(event("0" * 24)) == 403
        assert served.post(event(key), origin="https://www.nordlicht.example") == 403
        assert served.post(event(key)) == 204
    assert [each.shop_id for each in leads(run)] == [shop.id]


def test_the_malformed_the_large_and_the_strange_are_refused(run: Bench, served: Collecting, key: str) -> None:
    whole = event(key)
    assert served.post(b"{") == 400
    assert served.post(b"\xff\xfe") == 400
    assert served.post(b"[" * 3000) == 400
    assert served.post(b'{"v": NaN}') == 400
    assert served.post({**whole, "password": "correct-horse"}) == 400
    assert served.post({**whole, "consent": {"marketing": False}}) == 400
    assert served.post({**whole, "first_name": "x" * 5000}) == 413
    assert served.post(b"x" * 200_000) == 413
    assert served.post(whole, kind="application/x-www-form-urlencoded") == 415
    assert httpx.get(f"{served.url}/events", trust_env=False).status_code == 405
    assert httpx.get(f"{served.url}/", trust_env=False).status_code == 404
    assert httpx.get(f"{served.url}/../ledger.db", trust_env=False).status_code == 404
    assert leads(run) == []
    assert served.post(whole) == 204


@pytest.mark.slow
def test_one_visitor_may_not_flood_it_while_others_are_heard(run: Bench, shop: PracticeStore, key: str) -> None:
    with collecting(run, "--per-minute", "5") as served:
        answers = [served.post(event(key, email=f"a{n}@flood.example"), caller="203.0.113.9") for n in range(20)]
        assert answers[:5] == [204] * 5
        assert answers.count(429) >= 13
        assert served.post(event(key), caller="203.0.113.10") == 204
    assert len(leads(run)) == answers.count(204) + 1


@pytest.mark.parametrize("address", ["2001:db8:1:2::{}", "2001:db8:1:2:a:{}:c:d"])
def test_one_customer_of_a_provider_may_not_flood_it_with_an_address_for_each_event(
    run: Bench, shop: PracticeStore, key: str, address: str
) -> None:
    with collecting(run, "--per-minute", "5") as served:
        answers = [served.post(event(key), caller=address.format(place)) for place in range(12)]
        assert answers[:5] == [204] * 5
        assert answers.count(429) >= 5
        assert served.post(event(key), caller="2001:db8:1:3::1") == 204


def test_a_browser_may_ask_first_and_only_the_stores_pages_may_read_the_answer(served: Collecting, key: str) -> None:
    def ask(origin: str) -> httpx.Response:
        headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        return httpx.options(f"{served.url}/events", headers=headers, trust_env=False)

    assert ask(PAGE).status_code == 204
    assert ask(PAGE).headers["Access-Control-Allow-Origin"] == PAGE
    assert "Access-Control-Allow-Credentials" not in ask(PAGE).headers
    assert ask("https://evil.example").status_code == 403
    assert "Access-Control-Allow-Origin" not in ask("https://evil.example").headers


def test_it_serves_the_script(served: Collecting) -> None:
    answer = httpx.get(f"{served.url}/capture.js?key=x", trust_env=False)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert "visitorConsentCollected" in answer.text
    assert httpx.head(f"{served.url}/capture.js", trust_env=False).content == b""


def test_several_events_of_one_e_mail_are_one_lead_and_how_they_first_came_stays(
    run: Bench, served: Collecting, key: str
) -> None:
    served.post(event(key, landing="/first", utm={"source": "instagram"}))
    served.post(event(key, email="Maya@Lind.example", form="account", first_name="Maya", landing="/later"))
    [one] = leads(run)
    assert (one.events, one.lead.landing, dict(one.lead.utm)) == (2, "/first", {"source": "instagram"})
    assert (one.lead.first_name, one.lead.form) == ("Maya", "account")


@pytest.mark.slow
def test_many_at_once_are_all_kept(run: Bench, served: Collecting, key: str) -> None:
    def post(number: int) -> int:
        return served.post(event(key, email=f"a{number}@many.example"), caller=f"203.0.113.{number}")

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(post, range(120))) == {204}
    assert len(leads(run)) == 120


def test_a_ledger_that_cannot_be_written_is_told_of_once_and_then_it_goes_on(
    run: Bench, served: Collecting, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:

        def full(*_: object, **__: object) -> int:
            raise MachineProblem("the disk is full")

        broken.setattr(Leads, "take", full)
        assert [served.post(event(key)) for _ in range(3)] == [202] * 3
    served.err.wait_for("the ledger is written again; 3 events that waited are in it")
    assert served.post(event(key)) == 204
    assert [each.events for each in leads(run)] == [4]
    assert served.err.getvalue().count("the disk is full") == 1


def test_it_ends_cleanly_and_says_what_came(run: Bench, shop: PracticeStore, key: str) -> None:
    with collecting(run) as served:
        served.post(event(key))
        served.post(b"{")
    assert served.code == 130
    assert "1 event kept; refused: 1 malformed" in served.err.getvalue()


def test_a_kill_loses_nothing_that_was_acknowledged(run: Bench, shop: PracticeStore, key: str) -> None:
    with collecting_apart(run) as (process, url):
        headers = {"Origin": PAGE, "Content-Type": "text/plain"}
        told = [
            httpx.post(
                f"{url}/events",
                content=json.dumps(event(key, email=f"a{number}@kill.example")),
                headers=headers | {"X-Forwarded-For": f"203.0.113.{number}"},
                trust_env=False,
            ).status_code
            for number in range(20)
        ]
        process.kill()
    assert told == [204] * 20
    assert len(leads(run)) == 20


def test_a_port_that_is_taken_is_named(run: Bench, served: Collecting) -> None:
    port = served.url.rpartition(":")[2]
    ran = run("livecapture", "serve", "--port", port)
    assert ran.code == 9
    assert f"127.0.0.1, port {port} cannot be listened to" in ran.err


def test_whoever_asked_to_be_forgotten_is_erased_and_not_written_down_again(
    run: Bench, served: Collecting, key: str
) -> None:
    served.post(event(key, first_name="Unmistakable"))
    served.post(event(key, email="leo@ferrari.example"))
    ran = run("influencers", "forget", "maya+shop@lind.example", "--yes", "-f", "json").ok()
    assert {"what": "leads", "count": 1} in ran.json["rows"]
    assert b"Unmistakable" not in b"".join(path.read_bytes() for path in run.home.glob("*.db*"))
    assert served.post(event(key, first_name="Unmistakable")) == 204
    assert [each.lead.email for each in leads(run)] == ["leo@ferrari.example"]
    served.stop()
    assert b"Unmistakable" not in b"".join(path.read_bytes() for path in run.home.glob("*.db*"))


def test_leads_are_erased_when_their_days_are_over(run: Bench, shop: PracticeStore, key: str) -> None:
    with desk_of(run) as desk:
        for email, days in (("short@lind.example", 1), ("long@lind.example", 90)):
            keep(desk, shop.id, read_event(event(key, email=email)).lead, days=days)
    assert leads(run)[0].first_seen_at == START
    run.clock.pass_(days=2)
    rows = run("livecapture", "leads", "-f", "json").ok().json["rows"]
    assert [row["email"] for row in rows] == ["long@lind.example"]
    assert b"short@lind" not in b"".join(path.read_bytes() for path in run.home.glob("*.db*"))


def test_disconnecting_the_store_takes_its_leads_along(run: Bench, served: Collecting, key: str) -> None:
    served.post(event(key))
    ran = run("disconnect", "maya-shop", "--yes", "-f", "json").ok()
    assert {row["what"]: row["count"] for row in json.loads(ran.out)["rows"]}["leads"] == 1
