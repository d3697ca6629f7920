"""Endpoints of customers, and their search."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from .api_orders import order_by
from .asked import Answer, Asked, errors, not_found, route
from .listing import Search, counted, one, page, time_bounds

Json = dict[str, Any]
TIMES = ("created_at", "updated_at")
_TERM = re.compile(r'(?:(?P<field>\w+):)?(?:"(?P<quoted>[^"]*)"|(?P<plain>\S+))')
_COMPARED = re.compile(r"^(>=|<=|>|<)?(.*)$")
COMPARE: dict[str | None, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    None: operator.eq,
}
NAMES = {
    "customer_first_name": "first_name",
    "customer_last_name": "last_name",
    "customer_id": "id",
    "customer_tag": "tags",
    "tag": "tags",
    "customer_date": "created_at",
}
TEXTS = ("email", "first_name", "last_name", "phone", "id", "state", "verified_email", "multipass_identifier")
PLACES = ("address1", "address2", "city", "company", "country", "province")
AMOUNTS = ("orders_count", "total_spent")
DATES = ("created_at", "updated_at")


def customers(asked: Asked) -> Search:
    """Read the parameters of a customer list: newest first."""
    found = Search(asked.shop.customers, order_by(asked, "id desc", ("id", "created_at", "updated_at")))
    found.since_id = asked.whole("since_id")
    if found.since_id is not None:
        found.order = "id asc"
    found.ids = asked.numbers("ids")
    found.bounds = time_bounds(asked, *TIMES)
    return found


def term(field: str | None, wanted: str) -> Callable[[Json], bool] | None:
    """Make one condition of a search; a field that is not supported gives None, which finds everybody."""
    field = NAMES.get(field or "", field)
    start = wanted.endswith("*") and not wanted.startswith("*")
    piece = wanted.strip("*").casefold()

    def like(text: Any) -> bool:
        text = str(text if text is not None else "").casefold()
        if wanted.startswith("*"):
            return bool(text.endswith(piece))
        return bool(text.startswith(piece)) if start else bool(text == piece)

    if field is None:
        return lambda c: any(
            piece in word.casefold() for word in (c["email"] or "", c["first_name"] or "", c["last_name"] or "")
        )
    if field == "phone":
        digits = re.sub(r"\D", "", wanted)
        return lambda c: re.sub(r"\D", "", c["phone"] or "") == digits
    if field in TEXTS:
        return lambda c: like(c[field] if not isinstance(c[field], bool) else str(c[field]).lower())
    if field == "tags":
        return lambda c: any(like(tag.strip()) for tag in c["tags"].split(","))
    if field in PLACES:
        return lambda c: any(like(a[field]) for a in c["addresses"])
    compared = _COMPARED.match(wanted)
    assert compared is not None
    sign, bare = compared.groups()
    compare = COMPARE[sign]
    if field in AMOUNTS:
        try:
            amount = float(bare)
        except ValueError:
            return None
        return lambda c: bool(compare(float(c[field]), amount))
    if field in DATES:
        return lambda c: bool(compare(c[field][: len(bare)], bare))
    return None


def found_by(asked: Asked) -> Search:
    """Read a search: ``field:value`` pairs, all of which must hold; an unsupported field is no condition at all.

    Who changed less than ``search_lag`` seconds ago is not found yet.
    """
    shop = asked.shop
    shelf = shop.customers
    found = Search(shelf, order_by(asked, "updated_at desc", ("id", "created_at", "updated_at")))
    conditions = []
    simple = True
    for match in _TERM.finditer(asked.args.get("query", "")):
        condition = term(match["field"], match["quoted"] if match["quoted"] is not None else match["plain"])
        simple = simple and match["field"] not in (*AMOUNTS, None)
        if condition:
            conditions.append(condition)
    if conditions:
        # purchase totals take long to add up, so they are looked at only when asked for
        look = shelf.glance if simple else shelf.peek
        found.keep.append(lambda key: all(condition(look(key)) for condition in conditions))
    if shop.search_lag:
        latest = shop.now().timestamp() - shop.search_lag
        found.keep.append(lambda key: shelf.stamp(key, "updated_at") <= latest)
    return found


def the_customer(asked: Asked) -> Json:
    """Give the customer of the path."""
    key = asked.id()
    if key not in asked.shop.customers:
        raise not_found()
    return asked.shop.customers.peek(key)


@route("GET", "customers.json", "read_customers", personal=True)
def list_customers(asked: Asked) -> Answer:
    return page(asked, "customers", customers, look(asked), personal=True)


def look(asked: Asked) -> Callable[[int], Json]:
    """Choose how records are made: without purchase totals when no such field is asked for."""
    fields = {f.strip() for f in asked.args.get("fields", "").split(",") if f.strip()}
    bought = {"orders_count", "total_spent", "last_order_id", "last_order_name"}
    shelf = asked.shop.customers
    return shelf.glance if fields and not fields & bought else shelf.peek


@route("GET", "customers/count.json", "read_customers", personal=True)
def count_customers(asked: Asked) -> Answer:
    return counted(customers(asked))


@route("GET", "customers/search.json", "read_customers", personal=True)
def search_customers(asked: Asked) -> Answer:
    return page(asked, "customers", found_by, look(asked), personal=True)


@route("GET", "customers/<id>.json", "read_customers", personal=True)
def get_customer(asked: Asked) -> Answer:
    return one(asked, "customer", the_customer(asked), personal=True)


@route("PUT", "customers/<id>.json", "write_customers", personal=True)
def update_customer(asked: Asked) -> Answer:
    """Change a customer; tags are replaced as a whole, at most 250 of 255 characters each."""
    shop = asked.shop
    the_customer(asked)
    sent = asked.root("customer")
    customer = shop.customers[asked.id()]
    wrong: dict[str, list[str]] = {}
    changes: Json = {k: sent[k] for k in ("first_name", "last_name", "note", "tax_exempt", "phone") if k in sent}
    if "tags" in sent:
        given = sent["tags"] if isinstance(sent["tags"], list) else str(sent["tags"] or "").split(",")
        tags = sorted({str(tag).strip() for tag in given if str(tag).strip()}, key=str.casefold)
        if len(tags) > 250:
            wrong["tags"] = ["cannot be more than 250 tags"]
        elif any(len(tag) > 255 for tag in tags):
            wrong["tags"] = ["is too long (maximum is 255 characters)"]
        changes["tags"] = ", ".join(tags)
    if "email" in sent and sent["email"] != customer["email"]:
        other = shop.customer_by_email(str(sent["email"]))
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", str(sent["email"])):
            wrong["email"] = ["is invalid"]
        elif other is not None and other["id"] != customer["id"]:
            wrong["email"] = ["has already been taken"]
        changes["email"] = sent["email"]
    if changes.get("phone") and not re.fullmatch(r"\+?[\d\s().-]{5,}", str(changes["phone"])):
        wrong["phone"] = ["is invalid"]
    if wrong:
        raise errors(422, wrong)
    customer |= changes
    customer["updated_at"] = shop.time()
    shop.customers.tell(customer["id"])
    return one(asked, "customer", customer, personal=True)
