"""Endpoints of the shop itself: who it is, what the app may do, script tags, products."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .asked import Answer, Asked, errors, not_found, route
from .listing import Search, counted, one, page, time_bounds
from .times import written

Json = dict[str, Any]
COUNTRIES = {"USD": ("US", "United States"), "CAD": ("CA", "Canada"), "GBP": ("GB", "United Kingdom")}
COUNTRIES |= {"EUR": ("DE", "Germany"), "SEK": ("SE", "Sweden"), "JPY": ("JP", "Japan"), "AUD": ("AU", "Australia")}
COUNTRIES |= {"MXN": ("MX", "Mexico")}
# A currency of several countries leaves it to the clock.
COUNTRIES_OF_CLOCKS = {"Europe/Paris": ("FR", "France"), "Europe/Madrid": ("ES", "Spain")}
USUAL = {
    "province": None,
    "address1": "12 Practice Lane",
    "zip": "00000",
    "city": "Sampleton",
    "source": None,
    "phone": "",
    "latitude": None,
    "longitude": None,
    "primary_locale": "en",
    "address2": "",
    "shop_owner": "Robin Practice",
    "weight_unit": "kg",
    "province_code": None,
    "auto_configure_tax_inclusivity": None,
    "tax_shipping": None,
    "county_taxes": True,
    "has_gift_cards": True,
    "google_apps_domain": None,
    "google_apps_login_enabled": None,
    "money_in_emails_format": "{{amount}}",
    "eligible_for_payments": True,
    "requires_extra_payments_agreement": False,
    "has_storefront": True,
    "finances": True,
    "primary_location_id": 71_870_000_017,
    "checkout_api_supported": True,
    "multi_location_enabled": False,
    "setup_required": False,
    "pre_launch_enabled": False,
    "marketing_sms_consent_enabled_at_checkout": False,
    "transactional_sms_disabled": False,
}


@route("GET", "shop.json")
def get_shop(asked: Asked) -> Answer:
    from .store import PLAN_NAMES

    shop = asked.shop
    plan_name, plan_shown = PLAN_NAMES[shop.plan]
    usual = COUNTRIES.get(shop.currency, ("US", "United States"))
    country, country_name = COUNTRIES_OF_CLOCKS.get(shop.timezone, usual) if shop.currency == "EUR" else usual
    offset = datetime.fromisoformat(shop.time()).strftime("%z")
    opened = written(shop.opened, shop.zone)
    record = USUAL | {
        "id": shop.id,
        "name": shop.name,
        "email": f"ops@{shop.handle}.example",
        "domain": shop.primary_domain,
        "country": country,
        "created_at": opened,
        "updated_at": opened,
        "country_code": country,
        "country_name": country_name,
        "currency": shop.currency,
        "customer_email": f"hello@{shop.handle}.example",
        "timezone": f"(GMT{offset[:3]}:{offset[3:]}) {shop.timezone}",
        "iana_timezone": shop.timezone,
        "money_format": "${{amount}}" if shop.currency == "USD" else "{{amount}} " + shop.currency,
        "money_with_currency_format": "{{amount}} " + shop.currency,
        "money_with_currency_in_emails_format": "{{amount}} " + shop.currency,
        "taxes_included": True if shop.taxes_included else None,
        "plan_display_name": plan_shown,
        "plan_name": plan_name,
        "has_discounts": bool(len(shop.price_rules)),
        "myshopify_domain": shop.domain,
        "password_enabled": shop.password_page,
        "enabled_presentment_currencies": sorted({shop.currency, "CAD", "EUR", "GBP"}),
    }
    return one(asked, "shop", record)


def with_implied(scopes: set[str]) -> list[str]:
    """List scopes with the reads that writes imply."""
    return sorted(scopes | {"read_" + s.removeprefix("write_") for s in scopes if s.startswith("write_")})


@route("GET", "/admin/oauth/access_scopes.json", unversioned=True)
def list_scopes(asked: Asked) -> Answer:
    return Answer(200, {"access_scopes": [{"handle": scope} for scope in with_implied(asked.shop.scopes)]})


@route("DELETE", "/admin/api_permissions/current.json", unversioned=True)
def uninstall(asked: Asked) -> Answer:
    """Remove the app; its token is dead from then on."""
    asked.shop.uninstall()
    return Answer(200, {})


@route("GET", "deprecated_api_calls.json")
def deprecated_calls(asked: Asked) -> Answer:
    shop = asked.shop
    return Answer(
        200,
        {"data_updated_at": shop.time(), "deprecated_api_calls": [dict(row) for row in shop.faults.deprecated_calls]},
    )


# products


def products(asked: Asked) -> Search:
    """Read the parameters of a product list: by title unless since_id is given."""
    shop, args, shelf = asked.shop, asked.args, asked.shop.products
    found = Search(shelf, "title asc", sort_key=lambda key: shelf[key]["title"].casefold())
    found.since_id = asked.whole("since_id")
    if found.since_id is not None or args.get("order", "").startswith("id"):
        found.order, found.sort_key = "id asc", None
    elif args.get("order", "").split(" ")[0] in ("created_at", "updated_at"):
        found.order, found.sort_key = args["order"], None
    found.ids = asked.numbers("ids")
    found.bounds = time_bounds(asked, "created_at", "updated_at")
    for name in ("title", "vendor", "product_type"):
        if args.get(name):
            found.keep.append(lambda key, name=name: shelf[key][name] == args[name])  # type: ignore[misc]
    for name in ("status", "handle"):
        if args.get(name):
            words = [word.strip() for word in args[name].split(",")]
            if name == "status" and not set(words) <= {"active", "archived", "draft", "unlisted"}:
                raise errors(400, {"status": "Invalid value."})
            found.keep.append(lambda key, name=name, words=words: shelf[key][name] in words)  # type: ignore[misc]
    published = asked.choice("published_status", ("published", "unpublished", "any"), "any")
    if published != "any":
        found.keep.append(lambda key: (shelf[key]["published_at"] is not None) == (published == "published"))
    for edge, sign in (("published_at_min", 1), ("published_at_max", -1)):
        at = asked.moment(edge)
        if at is not None:
            found.keep.append(lambda key, at=at, sign=sign: published_beyond(shelf[key], at, sign))  # type: ignore[misc]
    collection = asked.whole("collection_id")
    if collection is not None:
        members = set(shop.collections.get(collection, {}).get("product_ids", ()))
        found.keep.append(lambda key: key in members)
    return found


def published_beyond(product: Json, at: int, sign: int) -> bool:
    """Tell whether a product was published at or after (sign 1), or at or before (sign -1), that time."""
    moment = product["published_at"]
    return moment is not None and (datetime.fromisoformat(moment).timestamp() - at) * sign >= 0


def cut(product: Json) -> Json:
    """Show a product as REST does: at most 100 of its variants."""
    return product if len(product["variants"]) <= 100 else product | {"variants": product["variants"][:100]}


@route("GET", "products.json", "read_products")
def list_products(asked: Asked) -> Answer:
    return page(asked, "products", products, lambda key: cut(asked.shop.products[key]))


@route("GET", "products/count.json", "read_products")
def count_products(asked: Asked) -> Answer:
    return counted(products(asked))


@route("GET", "products/<id>.json", "read_products")
def get_product(asked: Asked) -> Answer:
    key = asked.id()
    if key not in asked.shop.products:
        raise not_found()
    return one(asked, "product", cut(asked.shop.products[key]))


# script tags: since 2026-10-01 they can be read and deleted only ("Online store script tags deprecation")


def tags(asked: Asked) -> Search:
    """Read the parameters of a list of script tags."""
    shelf = asked.shop.script_tags
    found = Search(shelf, "id asc", since_id=asked.whole("since_id"))
    found.bounds = time_bounds(asked, "created_at", "updated_at")
    if asked.args.get("src"):
        found.keep.append(lambda key: shelf[key]["src"] == asked.args["src"])
    return found


@route("GET", "script_tags.json", "read_script_tags")
def list_tags(asked: Asked) -> Answer:
    return page(asked, "script_tags", tags)


@route("GET", "script_tags/count.json", "read_script_tags")
def count_tags(asked: Asked) -> Answer:
    return counted(tags(asked))


@route("GET", "script_tags/<id>.json", "read_script_tags")
def get_tag(asked: Asked) -> Answer:
    key = asked.id()
    if key not in asked.shop.script_tags:
        raise not_found()
    return one(asked, "script_tag", asked.shop.script_tags[key])


@route("DELETE", "script_tags/<id>.json", "write_script_tags")
def delete_tag(asked: Asked) -> Answer:
    key = asked.id()
    if key not in asked.shop.script_tags:
        raise not_found()
    del asked.shop.script_tags[key]
    return Answer(200, {})


CLOSED = "[API] ScriptTag creation and updates are no longer supported. Use theme app extensions or web pixels instead."


@route("POST", "script_tags.json", "write_script_tags")
def create_tag(asked: Asked) -> Answer:
    if asked.shop.faults.script_tags_closed:
        raise errors(403, CLOSED)
    sent = asked.root("script_tag")
    wrong: dict[str, list[str]] = {}
    if not str(sent.get("src") or "").startswith("https://"):
        wrong["src"] = ["is invalid"]
    if sent.get("event") != "onload":
        wrong["event"] = ["is not included in the list"]
    if wrong:
        raise errors(422, wrong)
    made = asked.shop.add_script_tag(sent["src"], sent.get("display_scope") or "online_store", bool(sent.get("cache")))
    return one(asked, "script_tag", made, status=201)


@route("PUT", "script_tags/<id>.json", "write_script_tags")
def update_tag(asked: Asked) -> Answer:
    if asked.shop.faults.script_tags_closed:
        raise errors(403, CLOSED)
    key = asked.id()
    if key not in asked.shop.script_tags:
        raise not_found()
    tag = asked.shop.script_tags[key]
    tag |= {k: v for k, v in asked.root("script_tag").items() if k in ("src", "display_scope", "cache")}
    tag["updated_at"] = asked.shop.time()
    return one(asked, "script_tag", tag)
