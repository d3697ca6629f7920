"""The token: who sees it, when it is asked for anew, and what each refusal means."""

from __future__ import annotations

import threading
from urllib.parse import parse_qs

import httpx
import pytest

from shopinf.errors import (
    BadInput,
    CredentialsMissing,
    CredentialsProblem,
    CredentialsRefused,
    NoAnswer,
    NoSuchShop,
    ShopinfError,
)
from shopinf.shopify.auth import StoreToken
from shopinf.stores import Credentials, Secret

from .farside import BASE, TOKEN, ScriptedWire, StillClock, in_threads, page, reply, shop_on

APP = Credentials(api_key=Secret("c11ent1d"), api_secret_key=Secret("shpss_5ecret"))
ASK = f"POST {BASE}/admin/oauth/access_token"


class Far:
    """A store that hands out numbered tokens and accepts the newest of them."""

    def __init__(self, *, lives: float | None = 86399) -> None:
        self.handed = 0
        self.lives = lives
        self.requests: list[str] = []
        self._lock = threading.Lock()

    def send(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self.requests.append(f"{request.method} {request.url}")
            if request.url.path == "/admin/oauth/access_token":
                self.handed += 1
                expiry = {} if self.lives is None else {"expires_in": self.lives}
                return reply({"access_token": f"t-{self.handed}", "scope": "read_orders", **expiry})
            if request.headers.get("X-Shopify-Access-Token") != f"t-{self.handed}":
                return reply({"errors": "[API] Invalid API key or access token"}, 401)
            return reply({"shop": {"id": self.handed}})

    def close(self) -> None:
        pass


def test_an_admin_token_signs_each_call_to_the_store() -> None:
    wire = ScriptedWire(reply({}))
    shop_on(wire).get("shop.json")
    assert wire.sent[0].headers["X-Shopify-Access-Token"] == TOKEN
    assert wire.lines == [f"GET {BASE}/admin/api/2026-07/shop.json"]


@pytest.mark.parametrize(
    "url",
    [
        "https://other-shop.myshopify.com/admin/api/2026-07/shop.json",
        "http://maya-shop.myshopify.com/admin/api/2026-07/shop.json",
        "https://maya-shop.myshopify.com:8443/admin/api/2026-07/shop.json",
        "https://maya-shop.myshopify.com.evil.example/",
    ],
)
def test_no_other_scheme_host_or_port_sees_the_token(url: str) -> None:
    auth = StoreToken(BASE, "maya", Credentials(access_token=Secret(TOKEN)), StillClock())
    request = httpx.Request("GET", url)
    assert next(auth.sync_auth_flow(request)) is request
    assert TOKEN not in str(request.headers.raw)


def test_an_explicit_default_port_is_the_stores_own() -> None:
    auth = StoreToken(BASE, "maya", Credentials(access_token=Secret(TOKEN)), StillClock())
    request = next(auth.sync_auth_flow(httpx.Request("GET", f"{BASE}:443/admin/x.json")))
    assert request.headers["X-Shopify-Access-Token"] == TOKEN


@pytest.mark.parametrize(
    "base",
    [
        "http://maya-shop.myshopify.com",
        "https://www.maya-shop.com",
        "https://maya-shop.myshopify.com.evil.example",
        "https://myshopify.com",
        "http://192.168.1.2:8000",
        "https://user:pass@maya-shop.myshopify.com",
        "ftp://127.0.0.1",
    ],
)
def test_credentials_have_no_way_to_any_other_kind_of_address(base: str) -> None:
    with pytest.raises(BadInput):
        shop_on(ScriptedWire(reply({})), base=base)


@pytest.mark.parametrize("base", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"])
def test_a_practice_store_on_loopback_is_fine(base: str) -> None:
    wire = ScriptedWire(reply({}))
    shop_on(wire, base=base).get("shop.json")
    assert wire.sent[0].headers["X-Shopify-Access-Token"] == TOKEN


def test_a_refused_admin_token_is_said_at_once() -> None:
    wire = ScriptedWire(reply({"errors": "[API] Invalid API key or access token"}, 401))
    with pytest.raises(CredentialsRefused):
        shop_on(wire).get("shop.json")
    assert len(wire.sent) == 1


def test_an_app_asks_for_its_token_once_and_keeps_it() -> None:
    far = Far()
    shop = shop_on(far, credentials=APP)
    assert [shop.get("shop.json")["shop"]["id"] for _ in range(3)] == [1, 1, 1]
    assert far.requests[0] == ASK
    assert far.handed == 1


def test_the_grant_is_asked_for_as_a_form() -> None:
    wire = ScriptedWire(reply({"access_token": "t"}), reply({}))
    shop_on(wire, credentials=APP).get("shop.json")
    asked = wire.sent[0]
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert asked.headers["Accept"] == "application/json"
    assert "X-Shopify-Access-Token" not in asked.headers
    assert parse_qs(asked.content.decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["c11ent1d"],
        "client_secret": ["shpss_5ecret"],
    }


@pytest.mark.parametrize(("passed", "asked"), [(86399 - 301, 1), (86399 - 300, 2)])
def test_a_token_is_renewed_five_minutes_before_it_expires(passed: float, asked: int) -> None:
    clock, far = StillClock(), Far()
    shop = shop_on(far, clock, credentials=APP)
    shop.get("shop.json")
    clock.pass_(passed)
    shop.get("shop.json")
    assert far.handed == asked


def test_a_token_that_lives_a_minute_is_not_asked_for_before_every_call() -> None:
    clock, far = StillClock(), Far(lives=60)
    shop = shop_on(far, clock, credentials=APP)
    for _ in range(5):
        shop.get("shop.json")
    assert far.handed == 1
    clock.pass_(31)
    shop.get("shop.json")
    assert far.handed == 2


def test_a_token_that_dies_in_the_middle_of_a_job_is_renewed_and_the_call_repeated() -> None:
    far = Far()
    shop = shop_on(far, credentials=APP)
    shop.get("shop.json")
    far.handed += 1  # another token was handed out, and ours is void
    assert shop.post("price_rules.json", {}) == {"shop": {"id": 3}}
    assert far.requests[-3:] == [
        f"POST {BASE}/admin/api/2026-07/price_rules.json",
        ASK,
        f"POST {BASE}/admin/api/2026-07/price_rules.json",
    ]


def test_a_second_401_is_the_end() -> None:
    def far(request: httpx.Request) -> httpx.Response:
        return reply({"access_token": "t"}) if request.url.path.endswith("access_token") else reply({}, 401)

    wire = ScriptedWire(far)
    with pytest.raises(CredentialsRefused):
        shop_on(wire, credentials=APP).get("shop.json")
    assert len([line for line in wire.lines if line == ASK]) == 2


def test_of_many_threads_one_renews_while_the_others_wait() -> None:
    far = Far()
    shop = shop_on(far, credentials=APP)
    shop.get("shop.json")
    far.handed += 1
    start = threading.Barrier(8)

    def work() -> None:
        start.wait(10)
        assert shop.get("shop.json")["shop"]["id"] == 3

    assert in_threads([work] * 8) == []
    assert far.handed == 3  # the first, the one that voided it, and one renewal


@pytest.mark.parametrize("shape", ["html", "json"])
@pytest.mark.parametrize(
    ("code", "text", "words", "hint"),
    [
        ("app_not_installed", "The application is not installed on this shop.", "not installed", "Install it"),
        ("shop_not_permitted", "Client credentials cannot be performed on this shop.", "organizations", "--guide"),
        ("invalid_client", "", "API secret key", "Copy both"),
        ("invalid_request", "", "could not read", "copy both again"),
        ("access_denied", "No.", "access_denied", "shopinf connect maya"),
    ],
)
def test_each_oauth_error_has_its_own_sentence_and_next_step(
    shape: str, code: str, text: str, words: str, hint: str
) -> None:
    answer = (
        reply({"error": code, "error_description": text}, 400)
        if shape == "json"
        else page(
            f"<html><head><title>400 - Oauth error {code}</title></head>"
            f"<body><h1>Oauth error {code}{': ' + text if text else ''}</h1></body></html>",
            400,
        )
    )
    wire = ScriptedWire(answer)
    with pytest.raises(CredentialsRefused, match=words) as caught:
        shop_on(wire, credentials=APP).get("shop.json")
    assert hint in str(caught.value.hint)
    assert len(wire.sent) == 1


def test_a_freshly_made_app_gets_some_seconds_to_become_known() -> None:
    unknown = page("<title>400 - Oauth error application_cannot_be_found</title>", 400)
    clock, wire = StillClock(), ScriptedWire(unknown, unknown, reply({"access_token": "t"}), reply({}))
    shop_on(wire, clock, credentials=APP).get("shop.json")
    assert clock.waits == [5.0, 5.0]


def test_an_app_that_stays_unknown_has_a_wrong_client_id() -> None:
    clock = StillClock()
    wire = ScriptedWire(page("Oauth error application_cannot_be_found: Could not find api_key c11ent1d", 400))
    with pytest.raises(CredentialsRefused, match="Client ID") as caught:
        shop_on(wire, clock, credentials=APP).get("shop.json")
    assert clock.waits == [5.0, 5.0, 5.0]
    assert "c11ent1d" not in caught.value.message + str(caught.value.hint)


def test_credentials_that_a_refusal_quotes_are_not_handed_on() -> None:
    wire = ScriptedWire(reply({"error": "odd_error", "error_description": "c11ent1d and shpss_5ecret are odd"}, 400))
    with pytest.raises(CredentialsRefused) as caught:
        shop_on(wire, credentials=APP).get("shop.json")
    assert caught.value.message == "Shopify refused a token for maya: odd_error: … and … are odd"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (page("<h1>404 not found</h1>", 404), NoSuchShop),
        (page("<h1>400</h1>", 400), CredentialsRefused),
        (reply({"error": "x"}, 401), CredentialsRefused),
        (page("down", 503), NoAnswer),
        (page("<html>login</html>", 200), NoAnswer),
        (reply({"token": "none"}), NoAnswer),
        (reply({"access_token": ""}), NoAnswer),
        (reply(["access_token"]), NoAnswer),
    ],
)
def test_what_else_the_token_endpoint_answers(answer: httpx.Response, kind: type[ShopinfError]) -> None:
    with pytest.raises(kind):
        shop_on(ScriptedWire(answer), credentials=APP).get("shop.json")


def test_asking_for_a_token_is_repeated_like_a_read() -> None:
    wire = ScriptedWire(httpx.ReadTimeout("slow"), page("down", 502), reply({"access_token": "t"}), reply({"ok": 1}))
    assert shop_on(wire, credentials=APP).get("shop.json") == {"ok": 1}


def test_a_failed_renewal_leaves_the_way_free_for_the_next_one() -> None:
    wire = ScriptedWire(page("Oauth error invalid_client", 400), reply({"access_token": "t"}), reply({"ok": 1}))
    shop = shop_on(wire, credentials=APP)
    with pytest.raises(CredentialsRefused):
        shop.get("shop.json")
    assert shop.get("shop.json") == {"ok": 1}


def test_without_any_credentials_nothing_is_sent() -> None:
    wire = ScriptedWire(reply({}))
    with pytest.raises(CredentialsMissing):
        shop_on(wire, credentials=Credentials(api_key=Secret("only this"))).get("shop.json")
    assert wire.sent == []


@pytest.mark.parametrize("text", ["shpat_a\nX-Evil: 1", "shpat_ä", "shpat a", "shpat_\u200b1"])
def test_a_token_that_cannot_be_one_is_named_without_being_shown(text: str) -> None:
    wire = ScriptedWire(reply({}))
    with pytest.raises(CredentialsProblem) as caught:
        shop_on(wire, credentials=Credentials(access_token=Secret(text))).get("shop.json")
    assert wire.sent == []
    assert text not in caught.value.message + str(caught.value.hint)
