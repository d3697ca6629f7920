"""The pages that are not JSON: the storefront, OAuth errors, and what a proxy says."""

from __future__ import annotations

import json
import re
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .store import PracticeStore

SECURITY = "<html><head><title>Shopify Security Rejection</title></head><body><h1>Security Rejection</h1></body></html>"
OAUTH = {
    "app_not_installed": "The application is not installed on this shop.",
    "shop_not_permitted": "Client credentials cannot be performed on this shop.",
    "application_cannot_be_found": "Could not find Shopify API application with api_key {key}",
    "invalid_client": "The client secret is not valid.",
    "invalid_request": "The request is missing a required parameter or is malformed.",
}


def oauth_text(code: str, key: str) -> str:
    """Give the description of an OAuth error."""
    return OAUTH.get(code, "The request was refused.").format(key=key)


def oauth_error(code: str, key: str) -> str:
    """Write the page that the token endpoint answers with."""
    described = escape(oauth_text(code, key))
    return (
        f"<!DOCTYPE html><html><head><title>400 - Oauth error {code}</title></head>"
        f"<body><h1>400 - Oauth error</h1><p>Oauth error {code}: {described}</p></body></html>"
    )


def home(shop: PracticeStore) -> str:
    """Write the storefront's home page, with the few words by which a tool recognises the shop."""
    items = "".join(
        f'<li><a href="/products/{p["handle"]}">{escape(p["title"])}</a></li>'
        for p in (shop.products[k] for k in shop.products)
        if p["published_at"]
    )
    return storefront(shop, f"<ul>{items}</ul>")


def contact(shop: PracticeStore) -> str:
    """Write the page with the contact form."""
    return storefront(
        shop,
        '<form method="post" action="/contact#ContactForm" id="ContactForm">'
        '<input type="hidden" name="form_type" value="contact"><input type="hidden" name="utf8" value="✓">'
        '<input type="text" name="contact[Name]" autocomplete="name"><input type="email" name="contact[email]">'
        '<input type="tel" name="contact[Phone number]"><textarea name="contact[Comment]"></textarea>'
        "<button>Send</button></form>",
    )


def register(shop: PracticeStore) -> str:
    """Write the page with the form of a new account."""
    return storefront(
        shop,
        '<form method="post" action="/account" id="create_customer">'
        '<input type="hidden" name="form_type" value="create_customer"><input type="hidden" name="utf8" value="✓">'
        '<input type="text" name="customer[first_name]"><input type="text" name="customer[last_name]">'
        '<input type="email" name="customer[email]"><input type="password" name="customer[password]">'
        "<button>Create</button></form>",
    )


def storefront(shop: PracticeStore, content: str) -> str:
    """Write a page of the storefront: what the theme's layout has, script tags as Shopify injects them, and the footer.

    Script tags are loaded once the page is, with the shop's name added to their addresses.
    """
    added = [f"{tag['src']}{'&' if '?' in tag['src'] else '?'}shop={shop.domain}" for tag in _tags(shop)]
    urls = json.dumps(added).replace("/", "\\/").replace("&", "\\u0026")
    loading = (
        f"<script>(function() {{ function asyncLoad() {{ var urls = {urls};\n"
        "for (var i = 0; i < urls.length; i++) { var s = document.createElement('script'); s.async = true; "
        "s.src = urls[i]; document.head.appendChild(s); } }\nwindow.addEventListener('load', asyncLoad, false); })();"
        "</script>"
    )
    theme = re.sub(r"\{%-?\s*comment.*?endcomment\s*-?%\}", "", shop.theme, flags=re.DOTALL)
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(shop.name)}</title>'
        f'<script>var Shopify = Shopify || {{}};\nShopify.shop = "{shop.domain}";\n'
        f'Shopify.currency = {{"active":"{shop.currency}","rate":"1.0"}};</script>{loading if added else ""}'
        f"{theme}</head><body><h1>{escape(shop.name)}</h1>{content}"
        '<footer><form method="post" action="/contact#newsletter" id="newsletter">'
        '<input type="hidden" name="form_type" value="customer"><input type="hidden" name="utf8" value="✓">'
        '<input type="hidden" name="contact[tags]" value="newsletter">'
        '<input type="email" name="contact[email]"><button>Subscribe</button></form></footer></body></html>'
    )


def _tags(shop: PracticeStore) -> list[dict[str, Any]]:
    return [shop.script_tags[k] for k in shop.script_tags if shop.script_tags[k]["display_scope"] != "order_status"]


def password(shop: PracticeStore) -> str:
    """Write the page of a store that is closed to the public."""
    return (
        f"<!DOCTYPE html><html><head><title>{escape(shop.name)}</title></head><body><p>Opening soon</p></body></html>"
    )
