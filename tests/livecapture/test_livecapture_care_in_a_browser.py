"""What the script must never take along, and what it must never hold up, in a real browser."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from bench import Bench

from .browser import BROWSER, Browser, Page
from .capturing import Arrivals, Collecting
from .storefront import STAY, Storefront, enter, fill, newsletter, paste_snippet
from .test_livecapture_values import CARDS, EMAILS, HARMLESS

pytestmark = pytest.mark.skipif(BROWSER is None, reason="chromium is not installed")


@pytest.fixture
def page(run: Bench, store: Storefront, collector: Collecting, browser: Browser, tmp_path: Path) -> Page:
    """A page whose theme has the snippet; nobody was there yet."""
    paste_snippet(run, store, collector.url, tmp_path)
    return browser.page()


@pytest.fixture
def hanging() -> Iterator[str]:
    """The address of a collector that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def agreed(page: Page, url: str) -> None:
    """A visitor who agrees to everything."""
    enter(page, url)
    page.run(STAY + "consent(true, true)")


def add(page: Page, form: str) -> None:
    page.run(f"document.body.insertAdjacentHTML('beforeend', {json.dumps(form)})")


def test_a_collector_that_hangs_does_not_hold_up_the_shop(
    run: Bench, store: Storefront, browser: Browser, tmp_path: Path, hanging: str
) -> None:
    paste_snippet(run, store, hanging, tmp_path)
    page = browser.page()
    page.visit(f"{store.url}/")  # until its load event
    page.run("new Promise((done) => setTimeout(done, 1))")
    assert page.run("performance.timing.loadEventEnd > 0")
    asked = "document.querySelectorAll('script[src*=\"capture.js\"]').length"
    assert page.run(f"new Promise((done) => setTimeout(() => done({asked}), 1))") == 1


@pytest.mark.parametrize("text", ["maya%40lind.example", "maya\uff20lind.example", "4111 1111 1111 1111"])
def test_who_somebody_is_does_not_come_along_in_the_address(
    store: Storefront, page: Page, arrivals: Arrivals, text: str
) -> None:
    agreed(page, f"{store.url}/?utm_source={quote(quote(text))}&utm_term=linen&discount={quote(text)}")
    page.run(newsletter("maya@lind.example"))
    lead = arrivals.next()
    assert (dict(lead.utm), lead.code, lead.landing) == ({"term": "linen"}, None, "/")
    assert page.run("sessionStorage.getItem('shopinf-visit')") == '{"landing":"/","utm":{"term":"linen"}}'


def test_script_and_collector_agree_on_what_tells_of_somebody(browser: Browser) -> None:
    from shopinf.capture import files

    page = browser.page()
    page.run(files.careful() + "; window.short = short; 1")
    tried = [*EMAILS, *CARDS, *HARMLESS]
    found = page.run(f"{json.dumps(tried)}.map((text) => short(text, 300) || null)")
    assert found == [None] * len([*EMAILS, *CARDS]) + HARMLESS


@pytest.mark.parametrize("path", ["/ACCOUNT/Reset/7/abc", "/%61ccount/login", "/de/Account"])
def test_nothing_is_captured_on_the_page_of_an_account_or_a_reset_password_in_whatever_case(
    store: Storefront, page: Page, arrivals: Arrivals, path: str
) -> None:
    agreed(page, f"{store.url}/")
    page.run(f"history.pushState(null, '', {json.dumps(path)})")
    page.run(newsletter("secret@lind.example"))
    page.run("history.pushState(null, '', '/products')")
    page.run(newsletter("maya@lind.example"))
    assert arrivals.next().email == "maya@lind.example"
    assert arrivals.none


@pytest.mark.parametrize(
    "field",
    [
        '<input name=note value="4111 1111-1111 1111">',
        "<textarea name=note>My card is 378282246310005.</textarea>",
        "<input name=number>",
        '<input name="payment[number]">',
        "<input name=cc>",
        "<input name=x autocomplete=cc-exp>",
    ],
)
def test_a_form_with_a_card_in_it_is_left_alone_whatever_its_fields_are_called(
    store: Storefront, page: Page, arrivals: Arrivals, field: str
) -> None:
    agreed(page, f"{store.url}/")
    add(page, f'<form id="newsletter-2"><input type=email name=email>{field}</form>')
    add(page, '<form id="newsletter-3"><input type=email name=email><input name=phone_number value=030123></form>')
    page.run(fill("newsletter-2", email="card@lind.example"))
    page.run(fill("newsletter-3", email="maya@lind.example"))
    assert arrivals.next().email == "maya@lind.example"
    assert arrivals.none


def test_a_field_about_a_number_is_never_read_as_a_name(store: Storefront, page: Page, arrivals: Arrivals) -> None:
    agreed(page, f"{store.url}/")
    add(page, '<form id="newsletter-2"><input type=email name=email><input name=number_name value=123></form>')
    page.run(fill("newsletter-2", email="maya@lind.example"))
    assert arrivals.next().first_name is None


def test_what_somebody_gave_to_every_object_is_no_consent(store: Storefront, page: Page, arrivals: Arrivals) -> None:
    enter(page, f"{store.url}/")
    page.run(STAY + "delete Shopify.customerPrivacy")
    page.run("Object.prototype.marketingAllowed = true; Object.prototype.analyticsAllowed = true; 1")
    page.run("document.dispatchEvent(new CustomEvent('visitorConsentCollected', { detail: {} })); 1")
    page.run(newsletter("early@lind.example"))
    page.run("Object.prototype.marketingAllowed = function () { return true; }; Shopify.customerPrivacy = {}; 1")
    page.run(newsletter("early@lind.example"))
    assert page.sent("/events") == []


def test_what_somebody_gave_to_every_object_does_not_come_along(
    store: Storefront, page: Page, arrivals: Arrivals
) -> None:
    agreed(page, f"{store.url}/?utm_term=linen")
    page.run("Object.prototype.first_name = 'Stolen'; Object.prototype.code = 'STOLEN'; 1")
    page.run("Object.prototype.create_account = 'account'; Object.prototype.source = 'stolen'; 1")
    page.run(newsletter("maya@lind.example"))
    lead = arrivals.next()
    assert (lead.first_name, lead.code, dict(lead.utm)) == (None, None, {"term": "linen"})


def test_a_form_whose_kind_is_the_name_of_something_inherited_is_none(
    store: Storefront, page: Page, arrivals: Arrivals
) -> None:
    agreed(page, f"{store.url}/")
    for place, kind in enumerate(("constructor", "toString", "__proto__")):
        hidden = f"<input type=hidden name=form_type value={kind}>"
        add(page, f'<form id="newsletter-{place}">{hidden}<input type=email name=email></form>')
        page.run(fill(f"newsletter-{place}", email="inherited@lind.example"))
    page.run(newsletter("maya@lind.example"))
    assert arrivals.next().email == "maya@lind.example"
    assert len(page.sent("/events")) == 1
    assert page.broken() == []


def test_fields_that_are_called_like_what_a_form_can_do_do_not_hide_a_card(
    store: Storefront, page: Page, arrivals: Arrivals
) -> None:
    agreed(page, f"{store.url}/")
    fields = "<input name=elements><input name=getAttribute><input name=querySelector>"
    add(page, f'<form id="newsletter-2">{fields}<input type=email name=email value="maya@lind.example"></form>')
    page.run("document.getElementById('newsletter-2').requestSubmit()")
    assert arrivals.next().email == "maya@lind.example"
    assert page.broken() == []


def test_what_others_wrote_where_a_visit_is_remembered_does_not_come_along(
    store: Storefront, page: Page, arrivals: Arrivals
) -> None:
    agreed(page, f"{store.url}/")
    forged = {"landing": "/a", "utm": {"source": "x", "password": "p"}, "password": "p", "code": "maya@lind.example"}
    page.run(f"sessionStorage.setItem('shopinf-visit', {json.dumps(json.dumps(forged))})")
    page.run(newsletter("maya@lind.example"))
    lead = arrivals.next()
    assert (lead.landing, dict(lead.utm), lead.code) == ("/a", {"source": "x"}, None)


def test_the_address_of_the_page_goes_nowhere_even_where_the_page_gives_it_to_everybody(
    store: Storefront, page: Page, collector: Collecting, arrivals: Arrivals
) -> None:
    store.shop.theme = '<meta name="referrer" content="unsafe-url">' + store.shop.theme
    agreed(page, f"{store.url}/?token=secret")
    page.run(newsletter("maya@lind.example"))
    assert arrivals.next().email == "maya@lind.example"
    referrers = page.referrers(urlsplit(collector.url).netloc)
    assert referrers == [f"{store.url}/"] * 2
