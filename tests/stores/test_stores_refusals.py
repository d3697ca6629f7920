"""What stops a connection: each cause by name, each with its exit code, and nothing saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from bench import Bench

from shopinf.practice import PracticeStore
from shopinf.practice.app import EXPIRING

Break = Callable[[PracticeStore], Any]


@pytest.fixture
def store(run: Bench) -> PracticeStore:
    return run.open(orders=20, customers=10)


def switch(name: str) -> Break:
    return lambda store: setattr(store.faults, name, True)


def answer(status: int, body: str | dict[str, Any], match: str = "GET shop.json") -> Break:
    return lambda store: store.faults.fail(match, status, body, times=None)


def said(text: str) -> dict[str, str]:
    return {"errors": text}


REFUSALS: list[tuple[str, Break, int, str, str]] = [
    ("401", switch("unauthorized"), 4, "does not accept the credentials", "shopinf connect maya-shop"),
    ("402", switch("frozen"), 5, "frozen or paused", "try again later"),
    ("423", switch("locked"), 5, "locked", "support"),
    ("430", switch("security"), 5, "security rejected", "wait"),
    ("403 plain", switch("forbidden"), 5, "does not allow", "IP allowlist"),
    ("403 shop", answer(403, said("Unavailable Shop")), 5, "Unavailable Shop", "shopinf"),
    ("403 rest", answer(403, said("[API] This app is not approved to use the REST Admin API")), 5, "REST", "--guide"),
    ("403 expiring", answer(403, said(EXPIRING)), 4, "never expire", "API secret key"),
    ("404 page", answer(404, "<html><h1>Not Found</h1></html>"), 3, "There is no shop at", "HANDLE"),
    ("404 json", answer(404, said("Not Found")), 3, "There is no shop at", "HANDLE"),
    ("500", answer(500, "<html>oops</html>"), 6, "no usable answer", "again"),
    ("503 empty", answer(503, ""), 6, "no usable answer", "again"),
    ("200 page", answer(200, "<html>login</html>"), 6, "a web page instead of data", "proxy"),
    ("200 list", answer(200, {"shops": []}), 6, "cannot be read", "again"),
    ("200 null", answer(200, {"shop": None}), 6, "cannot be read", "again"),
    (
        "scopes broken",
        answer(200, {"access_scopes": 1}, "GET /admin/oauth/access_scopes.json"),
        6,
        "cannot be",
        "again",
    ),
    ("endless 429", lambda s: s.faults.throttle("GET shop.json", times=None), 6, "throttling", "again"),
    ("dropped", lambda s: s.faults.drop_before("GET shop.json", times=None), 6, "the connection broke", "doctor"),
    ("orders 403", answer(403, said("Forbidden"), "GET orders.json"), 5, "does not allow", "shopinf"),
]


@pytest.mark.parametrize(("name", "fault", "code", "message", "hint"), REFUSALS, ids=[case[0] for case in REFUSALS])
def test_each_refusal_is_named_and_saves_nothing(
    run: Bench, store: PracticeStore, name: str, fault: Break, code: int, message: str, hint: str
) -> None:
    fault(store)
    ran = run.connect(store)
    assert (ran.code, ran.out) == (code, ""), ran.err
    errors = [line for line in ran.err.splitlines() if not line.startswith("note: ")]
    assert [line.split(":")[0] for line in errors] == ["error", "hint"]
    assert message in errors[0]
    assert hint in errors[1]
    assert run.keyring.entries == {}
    assert run("stores", "list", "-f", "json").json["rows"] == []


def test_a_failure_leaves_an_earlier_connection_as_it_was(run: Bench, store: PracticeStore) -> None:
    run.connect(store, "--as", "maya").ok()
    entries, listed = dict(run.keyring.entries), (run.home / "stores.toml").read_bytes()
    ran = run("connect", "maya", "--stdin", "--group", "other", stdin="ACCESS_TOKEN=shpat_" + "0" * 32)
    assert ran.code == 4
    assert (run.keyring.entries, (run.home / "stores.toml").read_bytes()) == (entries, listed)
    run("verify-scopes").ok()


def test_a_store_that_passes_trouble_on_the_way_is_connected_all_the_same(run: Bench, store: PracticeStore) -> None:
    store.faults.fail("GET shop.json", 502, times=2)
    store.faults.throttle("GET customers.json", retry_after="4.0")
    store.faults.drop_before("GET orders.json")
    run.connect(store).ok()


def test_nobody_answers_at_all(run: Bench, store: PracticeStore) -> None:
    def send(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectTimeout("timed out", request=request)

    run.wire.send = send  # type: ignore[method-assign]
    ran = run.connect(store)
    assert ran.code == 6
    assert "no connection within 10 seconds" in ran.err
    assert "shopinf doctor" in ran.err


OAUTH = [
    ("app_not_installed", "is not installed on maya-shop.myshopify.com", "Dev Dashboard"),
    ("shop_not_permitted", "different Shopify organizations", "shopinf connect --guide"),
    ("application_cannot_be_found", "knows no app with the API key (Client ID)", "Client ID"),
    ("invalid_client", "does not belong to its API key (Client ID)", "Copy both"),
    ("invalid_request", "could not read the API key and API secret key", "shopinf connect"),
    ("something_new", "something_new", "shopinf connect maya-shop"),
]


@pytest.mark.parametrize("as_json", [False, True], ids=["html", "json"])
@pytest.mark.parametrize(("code", "message", "hint"), OAUTH, ids=[case[0] for case in OAUTH])
def test_each_refusal_of_the_token_endpoint_is_named(
    run: Bench, store: PracticeStore, code: str, message: str, hint: str, as_json: bool
) -> None:
    store.faults.oauth, store.faults.oauth_as_json = code, as_json
    ran = run("connect", "maya-shop", "--stdin", stdin=app(store.api_key, store.api_secret_key))
    assert (ran.code, ran.out) == (4, "")
    assert message in ran.err
    assert hint in ran.err
    assert run.keyring.entries == {}


def app(key: str, secret: str) -> str:
    return f"API_KEY={key}\nAPI_SECRET_KEY={secret}\n"


def token(text: str) -> str:
    return f"ACCESS_TOKEN={text}\n"


MISTAKES: list[tuple[str, Callable[[PracticeStore], str], str]] = [
    (
        "secret as token",
        lambda s: token(s.api_secret_key),
        "given as Admin API access token looks like an API secret key (Client secret)",
    ),
    (
        "key as token",
        lambda s: token(s.api_key),
        "given as Admin API access token looks like an API key (Client ID)",
    ),
    (
        "token and secret swapped",
        lambda s: app(s.api_key, s.access_token) + token(s.api_secret_key),
        "given as API secret key (Client secret) looks like an Admin API access token",
    ),
    (
        "key and secret swapped",
        lambda s: app(s.api_secret_key, s.api_key),
        "given as API key (Client ID) looks like an API secret key (Client secret)",
    ),
    ("token cut off", lambda s: token(s.access_token[:-4]), "looks cut off (34 signs; Shopify's have 38)"),
    ("token twice", lambda s: token(s.access_token * 2), "is too long (76 signs; Shopify's have 38)"),
    ("token garbled", lambda s: token(s.access_token[:-1] + "%"), "has signs in it that Shopify's do not have"),
    ("key cut off", lambda s: app(s.api_key[:-2], s.api_secret_key), "looks cut off (30 signs; Shopify's have 32)"),
    ("secret cut off", lambda s: app(s.api_key, s.api_secret_key[:-2]), "looks cut off (36 signs; Shopify's have 38)"),
    (
        "one value in two fields",
        lambda s: app("k" * 32, "x" * 32) + token("x" * 32),
        "is the same as the API secret key (Client secret)",
    ),
]


@pytest.mark.parametrize(("name", "given", "guess"), MISTAKES, ids=[case[0] for case in MISTAKES])
def test_a_value_in_the_wrong_field_or_cut_off_is_named(
    run: Bench, store: PracticeStore, name: str, given: Callable[[PracticeStore], str], guess: str
) -> None:
    ran = run("connect", "maya-shop", "--stdin", stdin=given(store))
    assert (ran.code, ran.out) == (4, "")
    assert guess in ran.err
    assert not any(value in ran.err for value in (store.access_token, store.api_secret_key, store.api_key))
    assert run.keyring.entries == {}


def test_swapped_halves_of_an_app_are_not_waited_for(run: Bench, store: PracticeStore) -> None:
    run("connect", "maya-shop", "--stdin", stdin=app(store.api_secret_key, store.api_key))
    assert run.clock.monotonic() == 0


@pytest.mark.parametrize("value", ["tok", "0123456789abcdef" * 2, "custom-token_with.signs", "shpat_short"])
def test_a_format_never_refuses_by_itself(run: Bench, store: PracticeStore, value: str) -> None:
    store.access_token = value
    run("connect", "maya-shop", "--stdin", stdin=token(value)).ok()


def test_a_good_token_beside_a_misplaced_value_connects_and_says_so(run: Bench, store: PracticeStore) -> None:
    given = app(store.api_secret_key, store.api_key) + token(store.access_token)
    ran = run("connect", "maya-shop", "--stdin", stdin=given).ok()
    assert "but the value given as API key (Client ID) looks like an API secret key (Client secret)" in ran.err


URLS = [
    "http://example.com",
    "https://example.com",
    "http://127.0.0.1.example.com",
    "http://10.0.0.1:80",
    "http://0.0.0.0:8799",
    "http://maya-shop.myshopify.com",
    "https://maya-shop.myshopify.com",
    "http://user:word@127.0.0.1:8799",
    "http://127.0.0.1@example.com",
    "ftp://127.0.0.1",
    "file:///etc/passwd",
    "http://127.0.0.1:port",
    "http://",
    "not an address",
]


@pytest.mark.parametrize("url", URLS)
def test_credentials_go_to_no_other_address_than_this_machine(run: Bench, store: PracticeStore, url: str) -> None:
    ran = run("connect", "maya-shop", "--url", url, "--stdin", stdin=run.credentials(store))
    assert (ran.code, ran.out) == (2, "")
    assert "http://127.0.0.1:8799" in ran.err
    assert run.wire.sent == []


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8799", "http://127.0.0.1:8799/", "127.0.0.1:8799", "http://127.0.0.1:8799/admin"]
)
def test_the_practice_store_is_called_at_its_own_address_whatever_domain_it_names(
    run: Bench, store: PracticeStore, url: str
) -> None:
    run.wire.stores = {"127.0.0.1": store}
    found = run("connect", "maya-shop", "--url", url, "--stdin", "-f", "json", stdin=run.credentials(store)).ok().json
    assert found["domain"] == "maya-shop.myshopify.com"
    run("verify-scopes").ok()
    # Connecting again without --url is still about that practice store.
    again = run("connect", "maya-shop", "--stdin", stdin=run.credentials(store)).ok()
    assert "calls go to http://127.0.0.1:8799, as before" in again.err
    assert {request.url.netloc for request in run.wire.sent} == {b"127.0.0.1:8799"}


def test_a_full_address_means_the_real_store_and_not_the_practice_store_of_that_name(
    run: Bench, store: PracticeStore
) -> None:
    run.wire.stores = {"127.0.0.1": store}
    run("connect", "maya-shop", "--url", "http://127.0.0.1:8799", "--stdin", stdin=run.credentials(store)).ok()
    real = run.open(seed=5)
    ran = run("connect", "maya-shop.myshopify.com", "--stdin", stdin=run.credentials(real))
    assert (ran.code, ran.out) == (2, "")
    assert "already the name of" in ran.err
    found = run("connect", real.domain, "--as", "real", "--stdin", "-f", "json", stdin=run.credentials(real)).ok().json
    assert found["shop_id"] == real.id
    assert len(run("stores", "list", "-f", "json").json["rows"]) == 2


def test_a_practice_store_may_be_typed_by_its_own_domain(run: Bench, store: PracticeStore) -> None:
    run.wire.stores = {"127.0.0.1": store}
    given = ("connect", "www.maya.example", "--url", "http://127.0.0.1:8799", "--stdin", "-f", "json")
    found = run(*given, stdin=run.credentials(store)).ok().json
    assert (found["store"], found["domain"]) == ("maya-shop", "maya-shop.myshopify.com")
    assert "X-Shopify-Access-Token" not in run.wire.sent[0].headers
    assert run.wire.sent[0].url.path == "/meta.json"


def test_another_store_behind_the_same_address_is_not_taken_for_the_connected_one(
    run: Bench, store: PracticeStore
) -> None:
    run.wire.stores = {"127.0.0.1": store}
    run("connect", "maya-shop", "--url", "http://127.0.0.1:8799", "--stdin", stdin=run.credentials(store)).ok()
    other = run.open(handle="other-shop", seed=9)
    other.access_token = store.access_token
    run.wire.stores = {"127.0.0.1": other}
    ran = run("verify-scopes")
    assert (ran.code, ran.out) == (3, "")
    assert "Another shop than maya-shop answers at http://127.0.0.1:8799 now" in ran.err


def test_nothing_at_the_address_answers_as_a_shop(run: Bench, store: PracticeStore) -> None:
    run.wire.stores = {}
    ran = run("connect", "maya-shop", "--url", "http://127.0.0.1:8799", "--stdin", stdin=run.credentials(store))
    assert ran.code == 3
    assert "Nothing at http://127.0.0.1:8799 answers as the shop maya-shop" in ran.err


def test_a_practice_stores_address_in_the_place_of_the_store_is_recognised(run: Bench) -> None:
    ran = run("connect", "http://127.0.0.1:8799")
    assert (ran.code, ran.out) == (2, "")
    assert "shopinf connect maya-shop --url http://127.0.0.1:8799" in ran.err


def test_a_practice_store_that_is_closed_is_told_from_a_broken_network(run: Bench) -> None:
    def send(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("[Errno 111] Connection refused", request=request)

    run.wire.send = send  # type: ignore[method-assign]
    ran = run("connect", "maya-shop", "--url", "127.0.0.1:8799", "--stdin", stdin="ACCESS_TOKEN=shpat_x")
    assert ran.code == 6
    assert "127.0.0.1 gave no usable answer (no connection: Connection refused)" in ran.err
    assert "shopinf practice" in ran.err
