"""The script and the pixel in a real browser: nothing before consent, never a password, and no page ever breaks."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest
from bench import Bench

from .browser import BROWSER, Browser
from .capturing import Arrivals, Collecting, collecting, event, key_of
from .storefront import PRIVACY, STAY, WATCH, Storefront, enter, fill, newsletter, paste_snippet

pytestmark = pytest.mark.skipif(BROWSER is None, reason="chromium is not installed")


def test_before_consent_nothing_is_sent_and_after_it_a_sign_up_is_in_the_ledger(
    run: Bench, store: Storefront, collector: Collecting, arrivals: Arrivals, browser: Browser, tmp_path: Path
) -> None:
    paste_snippet(run, store, collector.url, tmp_path)
    page = browser.page()
    enter(page, f"{store.url}/?utm_source=instagram&utm_campaign=autumn&utm_content=a@b.example&discount=MAYA15")
    page.run(STAY)
    page.run(newsletter("early@lind.example"))
    assert page.run("sessionStorage.length") == 0
    page.run("consent(false, true)")
    page.run(newsletter("refused@lind.example"))
    assert page.sent("/events") == []
    page.run("consent(true, true)")
    page.run(newsletter("maya@lind.example"))
    page.run(newsletter("maya@lind.example"))
    page.run(newsletter("last@lind.example"))
    assert [arrivals.next().email, arrivals.next().email] == ["maya@lind.example", "last@lind.example"]
    assert arrivals.none
    assert page.broken() == []
    rows = run("livecapture", "leads", "-f", "json").ok().json["rows"]
    lead = next(row for row in rows if row["email"] == "maya@lind.example")
    assert (lead["form"], lead["consent"], lead["events"]) == ("newsletter", ["marketing", "analytics"], 1)
    assert (lead["landing_page"], lead["utm_source"], lead["utm_campaign"]) == ("/", "instagram", "autumn")
    assert (lead["utm_content"], lead["discount_code"]) == (None, "MAYA15")


def test_a_new_account_brings_the_name_but_never_the_password_and_the_page_goes_on(
    run: Bench, store: Storefront, collector: Collecting, arrivals: Arrivals, browser: Browser, tmp_path: Path
) -> None:
    paste_snippet(run, store, collector.url, tmp_path)
    page = browser.page()
    enter(page, f"{store.url}/?utm_source=tiktok")
    page.run("consent(true, true)")
    enter(page, f"{store.url}/account/register")
    person = {"first_name": "Maya", "last_name": "Lind", "email": "maya@lind.example", "password": "correct-horse"}
    page.run(fill("create_customer", **{f"customer[{name}]": value for name, value in person.items()}))
    page.loaded()
    assert page.run("location.search") == "?customer_posted=true"
    lead = arrivals.next()
    assert (lead.form, lead.first_name, lead.last_name) == ("account", "Maya", "Lind")
    assert (lead.landing, dict(lead.utm)) == ("/", {"source": "tiktok"})
    assert b"correct-horse" not in b"".join(path.read_bytes() for path in run.home.glob("*.db*"))


def test_without_leave_for_analytics_only_the_person_is_sent(
    run: Bench, store: Storefront, collector: Collecting, arrivals: Arrivals, browser: Browser, tmp_path: Path
) -> None:
    paste_snippet(run, store, collector.url, tmp_path)
    page = browser.page()
    enter(page, f"{store.url}/pages/contact?utm_source=instagram")
    page.run(STAY + "consent(true, false)")
    page.run(fill("ContactForm", **{"contact[Name]": "Leo F.", "contact[email]": "leo@ferrari.example"}))
    lead = arrivals.next()
    assert (lead.form, lead.first_name, lead.landing, lead.utm) == ("contact", "Leo F.", None, ())
    assert page.run("sessionStorage.length") == 0


def test_a_form_with_payment_fields_or_a_login_is_left_alone(
    run: Bench, store: Storefront, collector: Collecting, arrivals: Arrivals, browser: Browser, tmp_path: Path
) -> None:
    paste_snippet(run, store, collector.url, tmp_path)
    page = browser.page()
    enter(page, f"{store.url}/")
    page.run(STAY + "consent(true, true)")
    forms = (
        '<form id="newsletter-pay"><input type=email name=email><input name=number autocomplete=cc-number></form>'
        '<form id="customer_login"><input name=form_type value=customer_login>'
        "<input type=email name=customer[email]><input type=password name=customer[password]></form>"
        '<form id="cart"><input type=email name=email></form>'
    )
    page.run(f"document.body.insertAdjacentHTML('beforeend', {forms!r})")
    page.run(fill("newsletter-pay", email="a@pay.example", number="4111"))
    page.run(fill("customer_login", **{"customer[email]": "b@login.example", "customer[password]": "x"}))
    page.run(fill("cart", email="c@cart.example"))
    page.run(newsletter("maya@lind.example"))
    assert arrivals.next().email == "maya@lind.example"
    assert arrivals.none


@pytest.mark.parametrize("loaded", [False, True], ids=["before the script is loaded", "after it"])
def test_a_shop_works_when_the_collector_is_down(
    run: Bench, store: Storefront, browser: Browser, tmp_path: Path, loaded: bool
) -> None:
    page = browser.page()
    with collecting(run) as gone:
        paste_snippet(run, store, gone.url, tmp_path)
        if loaded:
            enter(page, f"{store.url}/")
    if not loaded:
        enter(page, f"{store.url}/")
    page.run("consent(true, true)")
    page.run(newsletter("maya@lind.example"))
    page.loaded()
    assert page.run("location.search") == "?customer_posted=true"
    assert page.broken() == []


def test_where_shopify_says_nothing_of_consent_it_is_a_no(
    run: Bench, store: Storefront, collector: Collecting, browser: Browser, tmp_path: Path
) -> None:
    paste_snippet(run, store, collector.url, tmp_path)
    store.shop.theme = store.shop.theme.removeprefix(PRIVACY)
    page = browser.page()
    enter(page, f"{store.url}/")
    assert len(page.sent("/capture.js")) == 1
    page.run(STAY)
    page.run(newsletter("maya@lind.example"))
    assert page.sent("/events") == []
    assert page.broken() == []


def test_the_script_leaves_no_name_behind(
    run: Bench, store: Storefront, collector: Collecting, browser: Browser, tmp_path: Path
) -> None:
    paste_snippet(run, store, collector.url, tmp_path)
    names = "Object.getOwnPropertyNames(window).filter((name) => name !== 'event').sort()"
    page = browser.page()
    enter(page, f"{store.url}/")
    with_it = page.run(names)
    store.shop.theme = PRIVACY + WATCH
    page.visit(f"{store.url}/")
    assert with_it == page.run(names)


def test_the_script_runs_under_a_strict_policy_of_the_page(
    run: Bench, store: Storefront, collector: Collecting, arrivals: Arrivals, browser: Browser, tmp_path: Path
) -> None:
    paste_snippet(run, store, collector.url, tmp_path)
    snippet = re.search(r"<script>\n\(function.*</script>", store.shop.theme, re.DOTALL)
    assert snippet
    # Only this page's own scripts by hash of nothing: what is inline runs by nonce, ours by its address, no eval.
    policy = f"script-src 'nonce-own' {collector.url}; connect-src {collector.url}; style-src 'none'"
    theme = (
        (PRIVACY + WATCH + snippet[0])
        .replace("<script>", '<script nonce="own">')
        .replace("Shopify.load", "var Shopify = {}; Shopify.load", 1)
    )
    store.shop.theme = f'<meta http-equiv="Content-Security-Policy" content="{policy}">{theme}'
    page = browser.page()
    enter(page, f"{store.url}/")
    page.call("Runtime.evaluate", expression=STAY + "consent(true, true)")
    page.call("Runtime.evaluate", expression=newsletter("maya@lind.example"))
    assert arrivals.next().email == "maya@lind.example"


# The sandbox of a custom pixel: a frame without an origin, with the Web Pixels API and nothing of the page.
SANDBOX = """<script>
var heard = {}, kept = {};
function subscribe(name, work) { (heard[name] = heard[name] || []).push(work); }
var analytics = { subscribe: subscribe };
var api = { customerPrivacy: { subscribe: subscribe } };
var browser = {
  sessionStorage: {
    getItem: async (name) => name in kept ? kept[name] : null,
    setItem: async (name, text) => { kept[name] = text; },
    removeItem: async (name) => { delete kept[name]; }
  },
  cookie: { get: async (name) => name === "discount_code" ? "MAYA15" : "" }
};
var init = { context: { document: {
  location: { pathname: "/products/linen", search: "?utm_source=instagram", host: "www.maya-shop.example" },
  referrer: "https://www.instagram.com/maya"
} } };
addEventListener("message", (said) => {
  (heard[said.data.name] || []).forEach((work) => work({ context: init.context, ...said.data }));
  parent.postMessage(Object.keys(kept).length, "*");
});
</script>"""


def test_the_pixel_sends_nothing_before_consent_and_never_a_password(
    run: Bench, store: Storefront, collector: Collecting, arrivals: Arrivals, browser: Browser, tmp_path: Path
) -> None:
    run("livecapture", "install", "--method", "pixel", "--endpoint", collector.url, "--out", str(tmp_path)).ok()
    pixel = (tmp_path / "maya-shop-pixel.js").read_text()
    frame = html.escape(f"{SANDBOX}<script>{pixel}</script>")
    store.shop.theme = f'</head><body><iframe sandbox="allow-scripts allow-forms" srcdoc="{frame}"></iframe>'
    page = browser.page()
    page.visit(f"{store.url}/")

    def publish(name: str, **event: object) -> int:
        """Publish an event in the pixel's sandbox; how much it remembered until then."""
        said = json.dumps({"name": name, **event})
        return int(
            page.run(
                "new Promise((done) => { addEventListener('message', (said) => done(said.data), { once: true }); "
                f"frames[0].postMessage({said}, '*'); }})"
            )
        )

    def submit(kind: str, **fields: str) -> None:
        elements = [{"name": name, "value": value, "type": "text"} for name, value in fields.items()]
        elements += [{"name": "form_type", "value": kind, "type": "hidden"}]
        elements += [{"name": "customer[password]", "value": "correct-horse", "type": "password"}]
        publish("form_submitted", data={"element": {"id": "f", "action": "/account", "elements": elements}})

    publish("page_viewed")
    submit("customer", **{"contact[email]": "early@lind.example"})
    publish("checkout_contact_info_submitted", data={"checkout": {"email": "early@lind.example"}})
    no = {"marketingAllowed": False, "analyticsProcessingAllowed": True}
    publish("visitorConsentCollected", customerPrivacy=no)
    submit("customer", **{"contact[email]": "refused@lind.example"})
    assert publish("page_viewed") == 0
    assert page.sent("/events") == []
    yes = {"marketingAllowed": True, "analyticsProcessingAllowed": True}
    publish("visitorConsentCollected", customerPrivacy=yes)
    submit("customer_login", **{"customer[email]": "login@lind.example"})
    submit("create_customer", **{"customer[email]": "maya@lind.example", "customer[first_name]": "Maya"})
    lead = arrivals.next()
    assert (lead.email, lead.form, lead.first_name) == ("maya@lind.example", "account", "Maya")
    assert (lead.landing, lead.code, lead.referrer) == ("/products/linen", "MAYA15", "www.instagram.com")
    assert dict(lead.utm) == {"source": "instagram"}
    submit("create_customer", **{"customer[email]": "maya@lind.example"})
    address = {"firstName": "Leo", "lastName": "Ferrari"}
    publish(
        "checkout_contact_info_submitted",
        data={"checkout": {"email": "leo@ferrari.example", "shippingAddress": address}},
    )
    lead = arrivals.next()
    assert (lead.email, lead.form, lead.last_name) == ("leo@ferrari.example", "checkout", "Ferrari")
    submit("constructor", **{"contact[email]": "inherited@lind.example"})
    submit("customer", **{"contact[email]": "card@lind.example", "contact[note]": "4111 1111-1111 1111"})
    submit("customer", **{"contact[email]": "number@lind.example", "number": "1"})
    here = {"location": {"pathname": "/ACCOUNT/Reset/7/abc", "search": "", "host": "x.example"}, "referrer": ""}
    fields = [{"name": "form_type", "value": "customer"}, {"name": "contact[email]", "value": "reset@lind.example"}]
    publish("form_submitted", context={"document": here}, data={"element": {"elements": fields}})
    submit("customer", **{"contact[email]": "last@lind.example", "contact[first_name]": "a%2540b.example"})
    lead = arrivals.next()
    assert (lead.email, lead.first_name) == ("last@lind.example", None)
    assert arrivals.none
    assert b"correct-horse" not in b"".join(path.read_bytes() for path in run.home.glob("*.db*"))


def test_this_browser_would_send_and_the_collector_would_refuse_a_password(
    run: Bench, store: Storefront, collector: Collecting, arrivals: Arrivals, browser: Browser
) -> None:
    page = browser.page()
    page.visit(f"{store.url}/")
    body = json.dumps(json.dumps(event(key_of(run), password="correct-horse")))
    answer = page.run(
        f"fetch('{collector.url}/events', {{ method: 'POST', body: {body} }}).then((said) => said.status)"
    )
    assert answer == 400
    assert page.sent("/events") == [f"{collector.url}/events"]
    assert arrivals.none
