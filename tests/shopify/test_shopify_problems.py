"""Every status and body Shopify answers with, in our words and under the right exit code."""

from __future__ import annotations

import httpx
import pytest

from shopinf import errors
from shopinf.shopify.problems import problem, said

from .farside import API, page, reply

PCD = (
    "[API] This app is not approved to access REST endpoints with protected customer data. "
    "See https://shopify.dev/docs/apps/launch/protected-customer-data for more details."
)
EXPIRING = (
    "[API] Non-expiring access tokens are no longer accepted for the Admin API. Start using expiring offline tokens: …"
)
UNKNOWN_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"


def of(answer: httpx.Response, doing: str = "") -> errors.ShopinfError:
    answer.request = httpx.Request("GET", f"{API}/orders.json?query=email:ann@example.com")
    return problem(answer, "maya", doing=doing)


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (reply({"errors": UNKNOWN_TOKEN}, 401), errors.CredentialsRefused, 4),
        (reply({"errors": "Unavailable Shop"}, 402), errors.StoreFrozen, 5),
        (reply({"errors": PCD}, 403), errors.CustomerDataProtected, 5),
        (reply({"errors": EXPIRING}, 403), errors.CredentialsRefused, 4),
        (reply({"errors": "[API] not approved to use the REST Admin API."}, 403), errors.RequestRejected, 5),
        (reply({"errors": "Unavailable Shop"}, 403), errors.RequestRejected, 5),
        (page("Forbidden", 403), errors.RequestRejected, 5),
        (reply(None, 403), errors.RequestRejected, 5),
        (reply({"errors": "Not Found"}, 404), errors.NoSuchThing, 3),
        (reply(None, 404), errors.NoSuchThing, 3),
        (page("<html><title>Shop not found</title></html>", 404), errors.NoSuchShop, 3),
        (reply({"errors": {"order": "Required parameter missing or invalid"}}, 400), errors.Refused, 2),
        (reply(None, 406), errors.Refused, 2),
        (reply(None, 409), errors.Refused, 2),
        (reply(None, 413), errors.Refused, 2),
        (reply(None, 414), errors.Refused, 2),
        (reply(None, 415), errors.Refused, 2),
        (reply({"errors": {"code": ["must be unique"]}}, 422), errors.Refused, 2),
        (reply({"errors": "Locked"}, 423), errors.StoreLocked, 5),
        (reply({"errors": "Exceeded"}, 429), errors.NoAnswer, 6),
        (page("<h1>Shopify Security Rejection</h1>", 430), errors.RequestRejected, 5),
        (page("Bad gateway", 502), errors.NoAnswer, 6),
        (reply(None, 504), errors.NoAnswer, 6),
        (page("origin is down", 521), errors.NoAnswer, 6),
        (reply(None, 540), errors.RequestRejected, 5),
        (reply(None, 783), errors.NoAnswer, 6),
        (reply(None, 408), errors.NoAnswer, 6),
    ],
)
def test_each_status_has_its_class_its_exit_code_and_a_next_step(
    answer: httpx.Response, kind: type[errors.ShopinfError], code: int
) -> None:
    found = of(answer)
    assert type(found) is kind
    assert found.code == code
    assert found.hint
    assert "\n" not in found.message


def test_a_missing_scope_is_named_with_the_command_that_shows_it() -> None:
    found = of(reply({"errors": "[API] This action requires merchant approval for read_orders scope."}, 403))
    assert isinstance(found, errors.ScopeMissing)
    assert found.scope == "read_orders"
    assert found.message == "maya has not granted read_orders"
    assert found.hint == "shopinf verify-scopes maya"


def test_refused_fields_come_in_shopifys_own_words() -> None:
    found = of(reply({"errors": {"code": ["must be unique. Please try a different code."], "base": ["no"]}}, 422))
    assert isinstance(found, errors.Refused)
    assert found.fields == {"code": ["must be unique. Please try a different code."], "base": ["no"]}
    assert found.message == "maya refused: code must be unique. Please try a different code.; no"


def test_what_was_being_done_and_the_request_id_are_said() -> None:
    found = of(reply({"errors": "Exceeded"}, 502, X_Request_Id="7f3a-1"), doing="make a gift")
    assert found.message == "maya gave no usable answer (status 502): Exceeded (request 7f3a-1)"
    assert "refused to make a gift: " in of(reply({"errors": "x"}, 422), doing="make a gift").message


@pytest.mark.parametrize(
    ("data", "words", "fields"),
    [
        ({"errors": "Not Found"}, "Not Found", {}),
        ({"errors": "[API] Invalid"}, "Invalid", {}),
        ({"errors": {"title": ["can't be blank", "is odd"]}}, "title can't be blank; title is odd", {"title": 2}),
        ({"errors": {"order": "Required"}}, "order Required", {"order": 1}),
        ({"errors": {"base": ["Whole thing"]}}, "Whole thing", {"base": 1}),
        ({"errors": ["one", "two"]}, "one; two", {}),
        ({"error": "822: unexpected token"}, "822: unexpected token", {}),
        ({"error": "invalid_request", "error_description": "Bad"}, "invalid_request; Bad", {}),
        ({"errors": {"lines": {"0": ["bad"]}}}, "lines 0 bad", {"lines": 1}),
        ({"errors": None}, "", {}),
        (["odd"], "odd", {}),
        ("text", "text", {}),
        (7, "7", {}),
    ],
)
def test_every_shape_of_body_is_read(data: object, words: str, fields: dict[str, int]) -> None:
    text, by_field = said(reply(data, 422))
    assert text == words
    assert {name: len(texts) for name, texts in by_field.items()} == fields


def test_a_web_page_is_stripped_and_capped() -> None:
    markup = "<html><style>p{}</style><script>alert(1)</script><h1>Oops &amp; sorry</h1>" + "<p>word</p>" * 9999
    text, _ = said(page(markup, 502))
    assert text.startswith("Oops & sorry word")
    assert len(text) <= 300
    assert "alert" not in text


def test_control_characters_of_a_foreign_body_do_not_reach_a_terminal() -> None:
    text, _ = said(reply({"errors": "a\x1b[31mred\u202e\nline\x9b"}, 422))
    assert text == "a [31mred line"


def test_bytes_that_are_no_text_are_survived() -> None:
    text, fields = said(httpx.Response(500, content=b"\xff\xfe{broken"))
    assert fields == {}
    assert "broken" in text


def test_a_refusal_for_no_known_reason_may_be_an_allowlist_of_addresses() -> None:
    refused = of(reply({"errors": "Forbidden"}, 403))
    assert "IP allowlist" in (refused.hint or "")
    assert "IP allowlist" not in (of(reply({"errors": PCD}, 403)).hint or "")
