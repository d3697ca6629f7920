"""A storefront in a browser: a practice store with the snippet pasted, and the forms that a visitor fills in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from bench import Bench

from shopinf.practice import PracticeStore

from .browser import Page

# What Shopify puts into a page: a banner's answer changes what the functions say and is announced on the document.
PRIVACY = """<script>
var answer = JSON.parse(localStorage.getItem("answer") || "{}");
Shopify.loadFeatures = function (wanted, done) {
  Shopify.customerPrivacy = {
    marketingAllowed: function () { return answer.marketing; },
    analyticsProcessingAllowed: function () { return answer.analytics; }
  };
  done();
};
function consent(marketing, analytics) {
  answer = { marketing: marketing, analytics: analytics };
  localStorage.setItem("answer", JSON.stringify(answer));
  document.dispatchEvent(new CustomEvent("visitorConsentCollected", {
    detail: { marketingAllowed: marketing, analyticsAllowed: analytics }
  }));
}
</script>"""
# The script is fetched once the page is loaded: this tells when it is there, or cannot be had.
WATCH = """<script>
var captured = new Promise(function (done) {
  new MutationObserver(function () {
    var found = document.querySelector('script[src*="/capture.js"]');
    ["load", "error"].forEach(function (name) { if (found) found.addEventListener(name, function () { done(1); }); });
  }).observe(document, { childList: true, subtree: true });
});
</script>"""
STAY = "document.addEventListener('submit', function (event) { event.preventDefault(); });"


def fill(form: str, **fields: str) -> str:
    """Code that types into a form and submits it as its button does."""
    values = json.dumps(fields)
    return (
        f"var form = document.getElementById({form!r}); "
        f"Object.entries({values}).forEach(([name, text]) => form.elements[name].value = text); form.requestSubmit(); 1"
    )


def newsletter(email: str) -> str:
    return fill("newsletter", **{"contact[email]": email})


@dataclass(frozen=True)
class Storefront:
    """A connected practice store, and where a browser visits it."""

    shop: PracticeStore
    url: str


def paste_snippet(run: Bench, store: Storefront, endpoint: str, folder: Path) -> None:
    """What an operator does: install, then paste the snippet into the theme."""
    run("livecapture", "install", "--method", "snippet", "--endpoint", endpoint, "--out", str(folder)).ok()
    store.shop.theme = PRIVACY + WATCH + (folder / "maya-shop-snippet.liquid").read_text()


def enter(page: Page, url: str) -> None:
    """Go there, and wait until the script is there too."""
    page.visit(url)
    assert page.run("captured") == 1
