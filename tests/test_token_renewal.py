"""A token that ends in the middle of long work: one thread asks for the next while the others wait for it."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest
from bench import Bench

from shopinf.practice import PracticeStore

pytestmark = pytest.mark.slow

TOKEN = "/admin/oauth/access_token"


@pytest.fixture
def store(run: Bench) -> PracticeStore:
    """A big store, connected as a Dev Dashboard app."""
    found = run.open(orders=2500, customers=200, plan="plus")
    given = f"API_KEY={found.api_key}\nAPI_SECRET_KEY={found.api_secret_key}\n"
    assert run("connect", "maya-shop", "--stdin", "-f", "json", stdin=given).ok().json["auth"] == "client_credentials"
    found.requests.clear()
    return found


def asked(store: PracticeStore) -> Counter[int]:
    """How often the token endpoint answered what."""
    return Counter(status for _, path, status in store.requests if path == TOKEN)


def test_a_long_sync_goes_on_with_a_new_token(run: Bench, store: PracticeStore) -> None:
    send, guard, count = run.wire.send, threading.Lock(), [0]

    def expiring(request: Any) -> Any:
        with guard:
            count[0] += 1
            if count[0] in (5, 12):
                store.faults.expire_tokens()
        return send(request)

    run.wire.send = expiring  # type: ignore[method-assign]
    run("orders", "sync").ok()
    assert asked(store) == {200: 3}
    refused = [path for _, path, status in store.requests if status == 401]
    assert refused
    assert all("orders" in path or "shop" in path for path in refused)
    assert not any(call.query.count("access_token") for call in store.calls)


def test_a_token_that_lives_shortly_is_renewed_before_it_ends(run: Bench, store: PracticeStore) -> None:
    store.faults.token_life = 30
    send = run.wire.send

    def slow(request: Any) -> Any:
        run.clock.pass_(seconds=1)
        return send(request)

    run.wire.send = slow  # type: ignore[method-assign]
    run("orders", "sync").ok()
    assert asked(store)[200] > 1
    assert 401 not in {status for _, _, status in store.requests}


def test_many_threads_wait_for_one_new_token(run: Bench, store: PracticeStore) -> None:
    from shopinf.desk import Desk

    desk = Desk(run.setting(None, None, None, None))  # type: ignore[arg-type]
    (connected,) = desk.book.all()
    shop = desk.shop(connected)
    shop.get("shop.json")
    store.faults.expire_tokens()
    together = threading.Barrier(12)
    answers: list[Any] = []

    def work() -> None:
        together.wait()
        answers.append(shop.get("shop.json")["shop"]["id"])

    threads = [threading.Thread(target=work, daemon=True) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    desk.close()
    assert answers == [store.id] * 12
    assert asked(store) == {200: 2}


def test_when_the_app_is_uninstalled_in_the_middle_the_run_ends_with_its_reason(
    run: Bench, store: PracticeStore
) -> None:
    send, count = run.wire.send, [0]

    def uninstalling(request: Any) -> Any:
        count[0] += 1
        if count[0] == 6:
            store.uninstall()
        return send(request)

    run.wire.send = uninstalling  # type: ignore[method-assign]
    ran = run("orders", "sync")
    assert (ran.code, ran.out) == (4, "")
    assert "The app is not installed on maya-shop.myshopify.com" in ran.err
