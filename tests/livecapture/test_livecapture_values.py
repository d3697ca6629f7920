"""What an event may hold, and the small rules around it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from shopinf.capture import files
from shopinf.capture.limits import RateLimit
from shopinf.errors import BadInput
from shopinf.livecapture import (
    Lead,
    ScriptTag,
    Where,
    is_loaded_by,
    origins,
    read_endpoint,
    read_event,
    read_src,
    script_src,
)

from .capturing import event

KEY = "0123456789abcdef"


def lead(**more: Any) -> Lead:
    return read_event(event(KEY, **more)).lead


def test_an_event_is_read_with_all_it_may_hold() -> None:
    found = lead(
        form="account",
        first_name=" Maya ",
        last_name="Lind",
        landing="/products/linen",
        utm={"source": "instagram", "campaign": ""},
        code="MAYA15",
        referrer="www.Instagram.com",
    )
    assert (found.form, found.first_name, found.last_name) == (Where.ACCOUNT, "Maya", "Lind")
    assert (found.landing, found.utm) == ("/products/linen", (("source", "instagram"),))
    assert (found.code, found.referrer) == ("MAYA15", "www.instagram.com")


@pytest.mark.parametrize(
    "more",
    [
        {"password": "x"},
        {"v": 2},
        {"key": 7},
        {"key": "short"},
        {"form": "login"},
        {"form": None},
        {"email": "maya"},
        {"email": None},
        {"email": ["a@b.example"]},
        {"email": "a" * 250 + "@b.example"},
        {"consent": None},
        {"consent": True},
        {"consent": {"marketing": "yes", "analytics": True}},
        {"consent": {"analytics": True}},
        {"first_name": {"a": 1}},
        {"first_name": "x" * 101},
        {"landing": "https://www.example.com/"},
        {"landing": "/" + "x" * 300},
        {"referrer": "https://www.instagram.com/maya"},
        {"utm": {"source": "a", "email": "b"}},
        {"utm": {"source": 5}},
        {"utm": []},
    ],
    ids=str,
)
def test_anything_unknown_too_long_or_without_a_clear_yes_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        lead(**more)


@pytest.mark.parametrize("data", [None, [], "x", 5, {}])
def test_what_is_no_event_is_refused(data: Any) -> None:
    with pytest.raises(BadInput):
        read_event(data)


def test_without_leave_for_analytics_the_visit_is_dropped_even_when_it_was_sent() -> None:
    found = lead(consent={"marketing": True}, landing="/a", utm={"source": "x"}, code="MAYA15", referrer="a.example")
    assert (found.landing, found.utm, found.code, found.referrer) == (None, (), None, None)


EMAILS = [
    "maya@lind.example",
    "maya%40lind.example",
    "maya%2540lind.example",
    "maya%25252540lind.example",
    "maya+shop%40lind.example",
    "from+maya+@+lind",
    "maya\uff20lind.example",
    "maya%EF%BC%A0lind.example",
    "maya\\u0040lind.example",
    "maya%u0040lind.example",
    "maya&#64;lind.example",
    "maya&#x40;lind.example",
    "maya(at)lind.example",
    "m%FFaya%40lind.example",
    "bWF5YUBsaW5kLmV4YW1wbGU=",
    "bWF5YUBsaW5kLmV4YW1wbGU",
]
CARDS = ["4111111111111111", "4111 1111 1111 1111", "3782-822463-10005", "%34111111111111111", "pay 5555555555554444!"]
HARMLESS = ["instagram", "@maya", "autumn 50%", "120210000000000000", "4111111111111112", "spring_sale-2026", "a+b"]


@pytest.mark.parametrize("text", [*EMAILS, *CARDS])
def test_an_e_mail_or_a_card_number_where_none_belongs_is_left_out_however_it_is_encoded(text: str) -> None:
    found = lead(first_name=text, last_name="Lind", landing=f"/u/{text}", utm={"source": text, "term": "x"}, code=text)
    assert (found.first_name, found.last_name, found.landing) == (None, "Lind", None)
    assert (found.utm, found.code) == ((("term", "x"),), None)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_tells_of_nobody_stays(text: str) -> None:
    assert lead(utm={"campaign": text}, landing=f"/pages/{text}").landing == f"/pages/{text}"
    assert dict(lead(utm={"campaign": text}).utm) == {"campaign": text}


@pytest.mark.parametrize(
    "path",
    ["/account/reset/7/abc", "/ACCOUNT/Login", "/de/%61ccount/x", "/%2561ccount", "/Orders/9", "/password-reset"],
)
def test_the_address_of_an_account_is_no_landing_page_in_whatever_case(path: str) -> None:
    assert lead(landing=path).landing is None


def test_a_card_number_is_no_e_mail() -> None:
    with pytest.raises(BadInput):
        lead(email="4111111111111111@lind.example")


def test_terminal_escapes_and_bidi_signs_are_taken_out_at_the_door() -> None:
    assert lead(first_name="Ma\x1b[31mya\u202e").first_name == "Maya"


def test_the_script_is_small_and_asks_nobody_to_trust_it() -> None:
    script = files.script().decode()
    assert len(script.encode()) < 10_000
    for word in ("eval(", "new Function", "innerHTML", "document.write", "import(", "onclick", "http://", "https://"):
        assert word not in script
    assert script.isascii()


def test_what_is_handed_over_cannot_break_out_of_its_quotes() -> None:
    src = "https://a.example/x.js?a=1&b=</script>"
    with pytest.raises(BadInput):
        read_src(src)
    assert 'src = "https://a.example/x.js?a=1&b=2";' in files.foreign_snippet("https://a.example/x.js?a=1&b=2")
    assert '"https://a.example/\\u003c/script>"' in files.foreign_snippet("https://a.example/</script>")
    assert '"https://a.example/\\u003c"' in files.loading_pixel("https://a.example/<")
    for text in (files.pixel("https://c.example", KEY), files.snippet("https://c.example", KEY)):
        assert not re.search("%[A-Z]+%", text)


@pytest.mark.parametrize(
    "address", ["capture.example.com", "http://capture.example.com", "ftp://a.example", "https://"]
)
def test_a_storefront_calls_https_addresses_only(address: str) -> None:
    with pytest.raises(BadInput):
        read_endpoint(address)


@pytest.mark.parametrize(
    "address", ["https://u:p@a.example", "https://a.example/?x=1", "https://a.example/#x", "https://["]
)
def test_an_endpoint_has_no_more_than_a_place(address: str) -> None:
    with pytest.raises(BadInput):
        read_endpoint(address)


def test_an_endpoint_is_read_with_or_without_its_end() -> None:
    for text in ("https://a.example/live", "https://a.example/live/", "https://a.example/live/events"):
        assert read_endpoint(text) == "https://a.example/live"
    assert read_endpoint("http://127.0.0.1:8788") == "http://127.0.0.1:8788"


def test_a_script_is_found_in_a_page_however_it_is_written_there() -> None:
    src = script_src("https://c.example", KEY)
    other = f"https://c.example/x.js?a=1&key={KEY}"
    injected = (
        '<script>var urls = ["https:\\/\\/c.example\\/x.js?a=1\\u0026key=0123456789abcdef\\u0026shop=m"]</script>'
    )
    assert is_loaded_by(f'<script async src="{src}"></script>', src)
    assert is_loaded_by(files.snippet("https://c.example", KEY), src)
    assert is_loaded_by(injected, other)
    assert is_loaded_by(f'<script src="//c.example/x.js?a=1&amp;key={KEY}">', other)
    assert not is_loaded_by("<html>", src)


def test_tags_are_loaded_until_shopify_ends_them() -> None:
    online, status = ScriptTag(1, "https://a.example/x.js"), ScriptTag(2, "https://a.example/x.js", "order_status")
    assert online.is_loaded(date(2027, 2, 28))
    assert not online.is_loaded(date(2027, 3, 1))
    assert not status.is_loaded(date(2026, 11, 22))


def test_origins_are_as_a_browser_names_them() -> None:
    found = origins(["www.a.example", "https://b.example:443/x", "http://127.0.0.1:8799", "http://[::1]:80/"])
    assert found == {"https://www.a.example", "https://b.example", "http://127.0.0.1:8799", "http://[::1]"}


def test_a_caller_may_send_a_burst_and_then_slowly() -> None:
    now = 0.0
    limit = RateLimit(3, 0.5, lambda: now)
    assert [limit.admits("a") for _ in range(5)] == [True, True, True, False, False]
    assert limit.admits("b")
    now = 2.0
    assert [limit.admits("a"), limit.admits("a")] == [True, False]
