"""What is outside the Admin API: the storefront, the token endpoint, and the practice store's own tools."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

from werkzeug.datastructures import MultiDict

from . import pages, practice_page
from .asked import Answer, Asked, Refused
from .tools import sent_to, tool_at, wish_for

Json = dict[str, Any]


def token(asked: Asked) -> Answer:
    """Give out a token for the client credentials grant ("Client credentials grant"): 24 hours, no refresh token."""
    shop, request = asked.shop, asked.request
    sent: Json
    if request.mimetype == "application/json":
        try:
            read = json.loads(request.get_data() or b"{}")
        except ValueError:
            read = {}
        sent = read if isinstance(read, dict) else {}
    else:
        sent = request.form.to_dict()
    key = str(sent.get("client_id") or "")
    refused = shop.faults.oauth
    if refused is None:
        if not key or not sent.get("client_secret") or sent.get("grant_type") != "client_credentials":
            refused = "invalid_request"
        elif key != shop.api_key:
            refused = "application_cannot_be_found"
        elif sent["client_secret"] != shop.api_secret_key:
            refused = "invalid_client"
        elif not shop.installed:
            refused = "app_not_installed"
    if refused:
        if shop.faults.oauth_as_json:
            raise Refused(400, {"error": refused, "error_description": pages.oauth_text(refused, key)})
        raise Refused(400, pages.oauth_error(refused, key))
    # a read that a write implies is left out of the scope
    hidden = {"read_" + s.removeprefix("write_") for s in shop.scopes if s.startswith("write_")}
    scope = ",".join(sorted(shop.scopes - hidden))
    return Answer(200, {"access_token": shop.new_token(), "scope": scope, "expires_in": shop.faults.token_life})


def storefront(asked: Asked) -> Answer:
    """Answer a visitor of the online store."""
    shop, path = asked.shop, asked.request.path
    if path == "/meta.json":
        if shop.password_page:
            raise Refused(404, pages.password(shop))
        return Answer(200, meta(asked))
    if path.startswith("/discount/"):
        return discount(asked, path.removeprefix("/discount/"))
    if path == "/":
        return Answer(200, pages.password(shop) if shop.password_page else pages.home(shop))
    if asked.request.method == "POST" and path in ("/contact", "/account"):
        return Answer(302, None, {"Location": "/?customer_posted=true"})
    if path == "/pages/contact":
        return Answer(200, pages.contact(shop))
    if path == "/account/register":
        return Answer(200, pages.register(shop))
    if path.startswith("/products/"):
        handle = path.removeprefix("/products/")
        if any(shop.products[k]["handle"] == handle and shop.products[k]["published_at"] for k in shop.products):
            return Answer(200, pages.home(shop))
    if path.startswith("/collections/"):
        return Answer(200, pages.home(shop))
    raise Refused(404, "<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>")


def meta(asked: Asked) -> Json:
    """Write the shop's public facts."""
    shop = asked.shop
    published = sum(1 for k in shop.products if shop.products[k]["published_at"])
    return {
        "id": shop.id,
        "name": shop.name,
        "city": "Sampleton",
        "province": "",
        "country": "US",
        "currency": shop.currency,
        "domain": shop.primary_domain,
        "url": f"https://{shop.primary_domain}",
        "myshopify_domain": shop.domain,
        "description": "A practice store.",
        "ships_to_countries": ["CA", "DE", "GB", "SE", "US"],
        "money_format": "${{amount}}" if shop.currency == "USD" else "{{amount}} " + shop.currency,
        "published_collections_count": len(shop.collections),
        "published_products_count": published,
        "shopify_pay_enabled_card_brands": ["visa", "master"],
        "offers_shop_pay_installments": False,
    }


def discount(asked: Asked, code: str) -> Answer:
    """Put a code on the visit and send the visitor on: to ``redirect`` within the shop, else to the home page.

    The other parameters go along. A code that does not work says nothing.
    """
    args = MultiDict(asked.request.args)
    target = args.pop("redirect", None) or "/"
    if not target.startswith("/") or target.startswith("//") or "\\" in target:
        target = "/"
    rest = urlencode(list(args.items(multi=True)))
    if rest:
        target += ("&" if "?" in target else "?") + rest
    cookie = f"discount_code={quote(code, safe='')}; path=/; SameSite=Lax"
    return Answer(303, None, {"Location": target, "Set-Cookie": cookie})


def own_tools(asked: Asked) -> Answer:
    """Answer below /practice: a page that explains, and what can be let happen. From this machine only."""
    request, shop = asked.request, asked.shop
    if not is_loopback(request.remote_addr):
        raise Refused(403, {"errors": "Forbidden"})
    if request.path == "/practice" and request.method == "GET":
        return Answer(200, practice_page.page(shop, asked.base))
    tool = tool_at(request.path)
    if tool is None or request.method != "POST":
        raise Refused(404, {"errors": "Not Found"})
    page = request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html"
    try:
        wish = wish_for(tool, shop, sent_to(asked))
    except ValueError as wrong:
        if page:
            shop.diary.append(f"Nothing happened: {wrong}.")
            return Answer(303, None, {"Location": "/practice"})
        raise Refused(400, {"errors": str(wrong)}) from None
    answer, told = tool.act(shop, wish)
    shop.diary.append(told)
    return Answer(303, None, {"Location": "/practice"}) if page else Answer(200, answer)


def is_loopback(address: str | None) -> bool:
    """Tell whether a request comes from this machine."""
    return address is None or address == "::1" or address.startswith("127.")
