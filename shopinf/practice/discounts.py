"""Price rules and discount codes: what may be written, and what it says then.

The rules of a price rule follow the PriceRule resource page; the wording of a refusal is Rails' usual one where no
page gives it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from .basket import Discount
from .times import aware, written

Json = dict[str, Any]
Errors = dict[str, list[str]]

TAKEN = "must be unique. Please try a different code."
CHOICES = {
    "target_type": ("line_item", "shipping_line"),
    "target_selection": ("all", "entitled"),
    "allocation_method": ("each", "across"),
    "value_type": ("fixed_amount", "percentage"),
    "customer_selection": ("all", "prerequisite"),
}
ID_LISTS = (
    "entitled_product_ids",
    "entitled_variant_ids",
    "entitled_collection_ids",
    "entitled_country_ids",
    "prerequisite_product_ids",
    "prerequisite_variant_ids",
    "prerequisite_collection_ids",
    "customer_segment_prerequisite_ids",
    "prerequisite_customer_ids",
)
RANGES = {
    "prerequisite_subtotal_range": "greater_than_or_equal_to",
    "prerequisite_quantity_range": "greater_than_or_equal_to",
    "prerequisite_shipping_price_range": "less_than_or_equal_to",
}
NO_RATIO = {"prerequisite_quantity": None, "entitled_quantity": None}
NO_PURCHASE = {"prerequisite_amount": None}
FIRST_RULE = 1_057_371_199
FIRST_CODE = 13_057_371_197
ID_LIMIT = 100


def blank_rule() -> Json:
    """Give a price rule with every field at its default."""
    return {
        "value_type": None,
        "value": None,
        "customer_selection": None,
        "target_type": None,
        "target_selection": None,
        "allocation_method": None,
        "allocation_limit": None,
        "once_per_customer": False,
        "usage_limit": None,
        "starts_at": None,
        "ends_at": None,
        **{name: [] for name in ID_LISTS},
        **dict.fromkeys(RANGES),
        "prerequisite_to_entitlement_quantity_ratio": dict(NO_RATIO),
        "prerequisite_to_entitlement_purchase": dict(NO_PURCHASE),
        "title": None,
    }


def rule_from(body: Json, former: Json | None, zone: ZoneInfo, products: Mapping[int, Json]) -> tuple[Json, Errors]:
    """Make a price rule of what was sent, over *former* when it is an update; with what is wrong with it."""
    rule = {k: v for k, v in (former or blank_rule()).items() if k in blank_rule()}
    errors: Errors = {}

    def wrong(name: str, message: str) -> None:
        errors.setdefault(name, []).append(message)

    for name, value in body.items():
        if name in rule:
            rule[name] = value
    for name, allowed in CHOICES.items():
        if rule[name] is None or rule[name] == "":
            wrong(name, "can't be blank")
        elif rule[name] not in allowed:
            wrong(name, "is not included in the list")
    if not isinstance(rule["title"], str) or not rule["title"].strip():
        wrong("title", "can't be blank")
    elif len(rule["title"]) > 255:
        wrong("title", "is too long (maximum is 255 characters)")
    value = number(rule["value"])
    if rule["value"] is None or rule["value"] == "":
        wrong("value", "can't be blank")
    elif value is None:
        wrong("value", "is not a number")
    elif value > 0:
        wrong("value", "must be less than or equal to 0")
    elif rule["value_type"] == "percentage" and value < -100:
        wrong("value", "must be between 0 and -100")
    if value is not None:
        rule["value"] = decimal_text(value)
    if rule["target_type"] == "shipping_line":
        if rule["allocation_method"] == "across":
            wrong("allocation_method", "must be each when target_type is shipping_line")
        if rule["value_type"] == "fixed_amount":
            wrong("value_type", "must be percentage when target_type is shipping_line")
        elif value is not None and value != -100:
            wrong("value", "must be -100 when target_type is shipping_line")
    check_dates(rule, zone, wrong)
    for name in ("usage_limit", "allocation_limit"):
        limit = rule[name]
        if limit is None:
            continue
        if isinstance(limit, str) and limit.isdigit():
            rule[name] = limit = int(limit)
        if isinstance(limit, bool) or not isinstance(limit, int):
            wrong(name, "is not a number")
        elif limit < 1:
            wrong(name, "must be greater than 0")
    rule["once_per_customer"] = rule["once_per_customer"] in (True, "true", 1, "1")
    check_lists(rule, wrong)
    check_own(rule, products, wrong)
    check_ranges(rule, wrong)
    check_ratio(rule, wrong)
    return rule, errors


def check_dates(rule: Json, zone: ZoneInfo, wrong: Any) -> None:
    """Read starts_at and ends_at and write them at the shop's offset; the end must be after the start."""
    read: dict[str, datetime] = {}
    for name in ("starts_at", "ends_at"):
        if rule[name] in (None, ""):
            rule[name] = None
            continue
        try:
            read[name] = aware(str(rule[name]), zone)
        except ValueError:
            wrong(name, "is invalid")
            continue
        rule[name] = written(read[name], zone)
    if rule["starts_at"] is None:
        wrong("starts_at", "can't be blank")
    if len(read) == 2 and read["ends_at"] <= read["starts_at"]:
        wrong("ends_at", "must be after starts_at")


def check_lists(rule: Json, wrong: Any) -> None:
    """Check the lists of ids: what may stand beside what, and how many."""
    for name in ID_LISTS:
        ids = rule[name]
        if ids is None:
            rule[name] = []
        elif not isinstance(ids, list) or any(isinstance(i, bool) or not isinstance(i, int) for i in ids):
            wrong(name, "must be an array of ids")
            rule[name] = []
        elif len(ids) > ID_LIMIT:
            wrong(name, f"is too long (maximum is {ID_LIMIT} items)")
    goods = [n for n in ("entitled_product_ids", "entitled_variant_ids", "entitled_collection_ids") if rule[n]]
    countries = bool(rule["entitled_country_ids"])
    selected, target = rule["target_selection"], rule["target_type"]
    for name in goods:
        if target == "shipping_line":
            wrong(name, "must be blank when target_type is shipping_line")
        elif selected == "all":
            wrong(name, "must be blank when target_selection is all")
    if countries and (target != "shipping_line" or selected == "all"):
        wrong("entitled_country_ids", "can only be used with target_type shipping_line and target_selection entitled")
    if selected == "entitled" and target == "line_item" and not goods:
        wrong("base", "entitled_product_ids, entitled_variant_ids or entitled_collection_ids can't all be blank")
    if selected == "entitled" and target == "shipping_line" and not countries:
        wrong("entitled_country_ids", "can't be blank")
    if "entitled_collection_ids" in goods and len(goods) > 1:
        wrong("entitled_collection_ids", "cannot be combined with entitled products or variants")
    customers, segments = rule["prerequisite_customer_ids"], rule["customer_segment_prerequisite_ids"]
    if customers and segments:
        wrong("customer_segment_prerequisite_ids", "cannot be combined with prerequisite_customer_ids")
    if rule["customer_selection"] == "all" and (customers or segments):
        wrong("customer_selection", "must be prerequisite when customers are given")
    if rule["customer_selection"] == "prerequisite" and not (customers or segments):
        wrong("prerequisite_customer_ids", "can't be blank")


def check_own(rule: Json, products: Mapping[int, Json], wrong: Any) -> None:
    """Check that no variant stands beside its own product."""
    for key in rule["entitled_product_ids"]:
        own = {variant["id"] for variant in products.get(key, {}).get("variants", ())}
        if own & set(rule["entitled_variant_ids"]):
            wrong("entitled_variant_ids", "cannot contain a variant of an entitled product")
            return


def check_ranges(rule: Json, wrong: Any) -> None:
    """Check the minimum subtotal, the minimum quantity and the highest shipping price."""
    for name, key in RANGES.items():
        given = rule[name]
        if given in (None, {}):
            rule[name] = None
            continue
        amount = number(given.get(key)) if isinstance(given, dict) else None
        if amount is None or amount < 0:
            wrong(name, "is invalid")
        elif name == "prerequisite_quantity_range":
            rule[name] = {key: int(amount)}
        else:
            rule[name] = {key: decimal_text(amount)}


def check_ratio(rule: Json, wrong: Any) -> None:
    """Check Buy X Get Y: a ratio needs a percentage off each entitled item, and no range beside it."""
    ratio = {**NO_RATIO, **(rule["prerequisite_to_entitlement_quantity_ratio"] or {})}
    purchase = {**NO_PURCHASE, **(rule["prerequisite_to_entitlement_purchase"] or {})}
    rule["prerequisite_to_entitlement_quantity_ratio"], rule["prerequisite_to_entitlement_purchase"] = ratio, purchase
    bought = [n for n in ID_LISTS if n.startswith("prerequisite_") and n != "prerequisite_customer_ids" and rule[n]]
    name = "prerequisite_to_entitlement_quantity_ratio"
    uses_ratio = any(v is not None for v in ratio.values())
    if not uses_ratio:
        if bought and purchase["prerequisite_amount"] is None:
            wrong(bought[0], "can only be used with a prerequisite to entitlement ratio")
        if rule["allocation_limit"] is not None and purchase["prerequisite_amount"] is None:
            wrong("allocation_limit", "can only be used with a prerequisite to entitlement ratio")
        return
    if not all(isinstance(v, int) and v > 0 for v in ratio.values()):
        wrong(name, "must have positive quantities")
    wanted = ("percentage", "line_item", "entitled", "each")
    if (rule["value_type"], rule["target_type"], rule["target_selection"], rule["allocation_method"]) != wanted:
        wrong(
            name,
            "needs value_type percentage, target_type line_item, target_selection entitled, allocation_method each",
        )
    if not bought:
        wrong(name, "needs prerequisite products, variants or collections")
    if any(rule[r] for r in RANGES):
        wrong(name, "cannot be combined with prerequisite ranges")


def number(value: Any) -> Decimal | None:
    """Read a decimal number sent as text or as a number; None when it is neither."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        return None
    try:
        read = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return read if read.is_finite() else None


def decimal_text(value: Decimal) -> str:
    """Write a decimal with at least one place, as Shopify does: ``-15.0``."""
    plain = format(value.normalize(), "f")
    return plain if "." in plain else f"{plain}.0"


def code_errors(code: Any, taken: bool) -> list[str]:
    """Say what is wrong with a code: blank, over 255 characters, with a newline, or used in the shop already."""
    if not isinstance(code, str) or not code.strip():
        return ["can't be blank"]
    if len(code) > 255:
        return ["is too long (maximum is 255 characters)"]
    if "\n" in code or "\r" in code:
        return ["is invalid"]
    return [TAKEN] if taken else []


def live_at(rule: Json, at: datetime) -> bool:
    """Tell whether a rule's codes work at that moment."""
    if datetime.fromisoformat(rule["starts_at"]) > at:
        return False
    return rule["ends_at"] is None or datetime.fromisoformat(rule["ends_at"]) > at


def is_bogo(rule: Json) -> bool:
    """Tell whether it is a Buy X Get Y rule."""
    ratio = rule.get("prerequisite_to_entitlement_quantity_ratio") or NO_RATIO
    return ratio["entitled_quantity"] is not None


def discount_of(rule: Json, code: str, collections: dict[int, Json]) -> Discount:
    """Make the discount that a code of the rule gives, the code spelled as the buyer typed it."""
    entitled: frozenset[int] | None = None
    if rule["target_selection"] == "entitled" and rule["target_type"] == "line_item":
        ids = set(rule["entitled_product_ids"]) | set(rule["entitled_variant_ids"])
        for key in rule["entitled_collection_ids"]:
            ids |= set(collections.get(key, {}).get("product_ids", ()))
        entitled = frozenset(ids)
    value = Decimal(rule["value"]).copy_abs()
    return Discount(
        kind="discount_code",
        name=code,
        value=decimal_text(value),
        value_type=rule["value_type"],
        target_type=rule["target_type"],
        target_selection=rule["target_selection"],
        allocation_method=rule["allocation_method"],
        entitled=entitled,
    )


def refusal(rule: Json, subtotal: Decimal, quantity: int, shipping: Decimal, customer_id: int | None) -> str | None:
    """Say why a code of this rule cannot be used on such a cart, or None."""
    least = rule["prerequisite_subtotal_range"]
    if least and subtotal < Decimal(least["greater_than_or_equal_to"]):
        return f"needs a subtotal of {least['greater_than_or_equal_to']}"
    items = rule["prerequisite_quantity_range"]
    if items and quantity < int(items["greater_than_or_equal_to"]):
        return f"needs {items['greater_than_or_equal_to']} items"
    most = rule["prerequisite_shipping_price_range"]
    if most and shipping > Decimal(most["less_than_or_equal_to"]):
        return f"is not for shipping above {most['less_than_or_equal_to']}"
    chosen = rule["prerequisite_customer_ids"]
    if chosen and customer_id not in chosen:
        return "is not for this customer"
    if is_bogo(rule):
        return "is a Buy X Get Y code, which the practice store does not sell by"
    return None
