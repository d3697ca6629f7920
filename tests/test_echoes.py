"""A far side that says our own secrets back: at every door, in every disguise, none comes through.

What it was shown is put into one place of its answers; then every byte that was printed, logged or kept is searched for
any eight signs of a secret.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from bench import Bench
from mailserver import MailServer, Slack

from shopinf.network.masks import Mask
from shopinf.stores import Secret

Answer = tuple[int, dict[str, str], bytes]
Door = Callable[[str, str, Answer], Answer]  # path, what is echoed, the answer as it was


def _shop(**fields: str) -> Door:
    def door(path: str, said: str, answer: Answer) -> Answer:
        if not path.endswith("/shop.json"):
            return answer
        shop = json.loads(answer[2])
        shop["shop"] |= {name: text.format(said) for name, text in fields.items()}
        return answer[0], answer[1], _json(shop)

    return door


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).replace("\\\\u", "\\u").encode()


def _header(**headers: str) -> Door:
    def door(path: str, said: str, answer: Answer) -> Answer:
        told = {name.replace("_", "-"): text.format(said) for name, text in headers.items()}
        return answer[0], answer[1] | told, answer[2]

    return door


def _refusal(at: str, status: int, text: str, kind: str = "application/json") -> Door:
    def door(path: str, said: str, answer: Answer) -> Answer:
        if not path.endswith(at):
            return answer
        return status, {"Content-Type": kind}, text.replace("{}", said).replace("\\\\u", "\\u").encode()

    return door


def _redirect(target: str) -> Door:
    def door(path: str, said: str, answer: Answer) -> Answer:
        return (302, {"Location": target.replace("{}", said)}, b"") if path.endswith("/shop.json") else answer

    return door


def _scopes(path: str, said: str, answer: Answer) -> Answer:
    if not path.endswith("/access_scopes.json"):
        return answer
    found = json.loads(answer[2])
    found["access_scopes"].append({"handle": f"read_{said}"})
    return answer[0], answer[1], _json(found)


def _deprecations(path: str, said: str, answer: Answer) -> Answer:
    if not path.endswith("/deprecated_api_calls.json"):
        return answer
    return 200, answer[1], _json({"deprecated_api_calls": [{"endpoint": said, "description": f"of {said}"}]})


DOORS: dict[str, Door] = {
    "the id of the request": _header(X_Request_Id="{}"),
    "a reason of deprecation": _header(X_Shopify_API_Deprecated_Reason="https://example.com/{}"),
    "the version served": _header(X_Shopify_API_Version="{}"),
    "the name of the shop": _shop(name="Shop {}"),
    "its plan": _shop(plan_display_name="{}", plan_name="{}"),
    "its domain": _shop(domain="{}.example.com"),
    "its myshopify domain": _shop(myshopify_domain="{}.myshopify.com"),
    "its time zone": _shop(iana_timezone="Europe/{}"),
    "its currency": _shop(currency="{}"),
    "its scopes": _scopes,
    "its deprecated calls": _deprecations,
    "where it redirects to": _redirect("https://{}.example.com/login?{}"),
    "another shop it redirects to": _redirect("https://{}.myshopify.com/admin"),
    "a path it redirects to": _redirect("/admin/api/2026-07/{}.json"),
    "a refusal": _refusal("/shop.json", 403, '{"errors": "[API] {} may not"}'),
    "the fields of a refusal": _refusal("/shop.json", 422, '{"errors": {"{}": ["{}"]}}'),
    "a refusal that is cut": _refusal("/shop.json", 403, '{"errors": "' + "long words " * 25 + 'of {} and more"}'),
    "a page": _refusal("/shop.json", 430, "<title>No</title><b>{}</b>", "text/html"),
    "a page that is cut": _refusal("/shop.json", 503, "<p>" + "long words " * 25 + "{}", "text/html"),
    "a foreign refusal of a token": _refusal("/shop.json", 401, '{"errors": "no {}"}'),
    "a refusal of orders": _refusal("/orders.json", 403, '{"errors": "no {}"}'),
}
FORMS: dict[str, Callable[[str], str]] = {
    "whole": str,
    "in upper case": str.upper,
    "in lower case": str.lower,
    "its first half": lambda secret: secret[: len(secret) // 2],
    "its last twelve signs": lambda secret: secret[-12:],
    "in a URL": lambda secret: quote(secret, safe="").replace("_", "%5F"),
    "escaped": lambda secret: "".join(f"\\u{ord(sign):04x}" for sign in secret),
}


def _echoing(run: Bench, door: Door, said: str) -> Callable[[httpx.Request], httpx.Response]:
    plain = run.wire.send

    def send(request: httpx.Request) -> httpx.Response:
        real = plain(request)
        answer = real.status_code, dict(real.headers), real.read()
        status, headers, body = door(request.url.path, said, answer)
        headers = {name: value for name, value in headers.items() if name.lower() != "content-length"}
        return httpx.Response(status, headers=headers, content=body, request=request)

    return send


def parts(secret: str) -> set[str]:
    """Every eight signs of *secret* that are no plain word, in lower case."""
    found = {secret[at : at + 8].lower() for at in range(len(secret) - 7)}
    return {part for part in found if any(sign.isdigit() for sign in part) and not part.isdigit()}


@pytest.mark.slow
@pytest.mark.parametrize("name", DOORS)
def test_what_a_store_says_back_to_us_comes_through_no_door(
    name: str, run: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    store = run.open(orders=3, customers=2)
    run.connect(store).ok()
    plain = run.wire.send
    leaks = []
    echoes = [(form, disguise, store.access_token) for form, disguise in FORMS.items()]
    echoes += [("whole", str, store.api_secret_key), ("whole", str, store.api_key)]
    for form, disguise, secret in echoes:
        monkeypatch.setattr(run.wire, "send", _echoing(run, DOORS[name], disguise(secret)))
        ran = [
            run("-v", "connect", "maya-shop", "--stdin", "-f", "json", stdin=run.credentials(store)),
            run("-v", "verify-scopes", "-f", "json", environ={"SHOPINF_DEBUG": "1"}),
            run("-v", "orders", "sync"),
            run("stores", "list", "--wide"),
        ]
        if name != "its time zone":  # what is done about an unknown one is asked elsewhere
            assert all(each.code != 1 for each in ran), [each.err for each in ran]
        seen = "".join(each.out + each.err for each in ran) + caplog.text
        files = [path for path in run.home.rglob("*") if path.is_file()]
        kept = "".join(path.read_bytes().decode("latin-1") + str(path) for path in files)
        everything = (seen + kept).lower()
        leaks += [(form, part) for part in parts(secret) if part in everything]
        monkeypatch.setattr(run.wire, "send", plain)
    assert leaks == []


def test_a_provider_that_says_the_key_back_is_not_quoted_with_it(run: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "mk7f3a9b2c4d5e6f70"

    for form, disguise in FORMS.items():
        for status in (400, 401, 402, 403, 404, 409, 429, 500):

            def refuse(request: httpx.Request, said: str = disguise(key), status: int = status) -> httpx.Response:
                body = json.dumps({"code": said, "message": f"no {said} " * 20}).replace("\\\\u", "\\u")
                return httpx.Response(status, content=body.encode(), headers={"X-Key": said}, request=request)

            monkeypatch.setattr(run.wire, "send", refuse)
            ran = run("-v", "sources", "connect", "modash", "--stdin", "--consent", stdin=f"API_KEY={key}\n")
            assert ran.code in (4, 5, 6), ran.err
            seen = (ran.out + ran.err).lower()
            assert [part for part in parts(key) if part in seen] == [], form


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    with MailServer(password="mp7f3a9b2c4d5e6f70") as started:
        monkeypatch.setenv("SSL_CERT_FILE", started.certificate(tmp_path))
        monkeypatch.chdir(tmp_path)
        (tmp_path / "report.html").write_text("<title>October</title>", encoding="utf-8")
        yield started


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "."])
def test_a_mail_server_that_says_the_password_back_is_not_quoted_with_it(
    verb: str, run: Bench, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    run("reports", "connect", "smtp", "--stdin", stdin=server.values()).ok()
    told = f"\0{server.user}\0{server.password}"
    forms = [*(disguise(server.password) for disguise in FORMS.values()), base64.b64encode(told.encode()).decode()]
    for at, said in enumerate(forms):
        server.answers[verb] = f"554 5.7.1 no {said} here"
        send = ("reports", "send", "report.html", "--to", f"ann{at}@client.example")
        again = ("reports", "connect", "smtp", "--stdin")
        log = ("--log-file", "run.log")
        ran = [run("-v", *log, *send), run("-v", *again, stdin=server.values()), run("reports", "list", "-f", "json")]
        assert ran[0].code in (4, 6, 7), ran[0].err
        seen = "".join(each.out + each.err for each in ran) + caplog.text + Path("run.log").read_text() + run.kept()
        assert [part for part in parts(server.password) if part in seen.lower()] == []
        assert base64.b64encode(told.encode()).decode()[8:-4] not in seen


@pytest.mark.slow
def test_a_channel_that_says_its_webhook_back_is_not_quoted_with_it(
    run: Bench, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    slack, secret = Slack(), Slack.PATH.rpartition("/")[2]
    run.wire.stores["hooks.slack.com"] = slack  # type: ignore[assignment]
    connect = ("reports", "connect", "slack", "--stdin")
    run(*connect, stdin=f"URL={slack.URL}\n").ok()
    for disguise in FORMS.values():
        for status in (302, 400, 403, 404, 410, 500):
            for said in (disguise(secret), disguise(Slack.URL)):
                slack.status, slack.words = status, f"no {said}"
                ran = [
                    run("-v", "reports", "send", "report.html", "--via", "slack", "--again"),
                    run("-v", *connect, stdin=f"URL={slack.URL}\n"),
                    run("reports", "list", "-f", "json"),
                ]
                assert {each.code for each in ran[:2]} <= {4, 6, 7}, ran[0].err
                seen = ("".join(each.out + each.err for each in ran) + caplog.text + run.kept()).lower()
                assert [part for part in parts(secret) if part in seen] == []


MASK = Mask(Secret("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"), ours="maya-shop.myshopify.com")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("no 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, sorry", "no …, sorry"),
        ("SHPAT_0A1B2C3D4E5F60718293A4B5C6D7E8F9", "…"),
        ("begins with shpat_0a", "begins with …"),
        ("ends with c6d7e8f9 and more", "ends with … and more"),
        ("seven signs are told: 6d7e8f9", "seven signs are told: 6d7e8f9"),
        ("a word of ours: maya-shop", "a word of ours: maya-shop"),
        ("c2hwYXRfMGExYjJjM2Q0ZTVmNjA3MTgyOTNhNGI1YzZkN2U4Zjk=", "…Zjk="),
    ],
)
def test_a_mask_covers_what_tells_something(said: str, shown: str) -> None:
    assert MASK.text(said) == shown


def test_a_mask_leaves_records_and_words_as_they_are() -> None:
    wordy = Mask(Secret("maya-shop-secret-12345678901"), ours="maya-shop.myshopify.com")
    page = json.dumps({"orders": [{"id": 12345678901, "name": "#1", "host": "maya-shop.myshopify.com"}]}).encode()
    assert wordy.body(page, strictly=False) == page
    assert wordy.body(b'{"errors": "12345678901"}', strictly=True) == '{"errors": "…"}'.encode()


def test_a_mask_looks_through_a_page_of_records_too() -> None:
    page = b'{"orders": [' + b'{"note": "nothing to see"},' * 5000 + b'{"note": "%s"}]}'
    covered = MASK.body(page % b"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", strictly=False)
    assert json.loads(covered)["orders"][-1] == {"note": "…"}
