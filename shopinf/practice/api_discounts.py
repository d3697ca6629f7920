"""Endpoints of price rules, discount codes and the jobs that make many."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from .asked import Answer, Asked, errors, not_found, route
from .codes import MOST_CODES, folded
from .discounts import FIRST_RULE, code_errors, rule_from
from .listing import Search, counted, one, page, time_bounds

Json = dict[str, Any]
READ, WRITE = "read_price_rules", "write_price_rules"
BUSY = {
    "base": [
        "Only one discount code creation job can run at a time for a shop. Please try again when it has completed."
    ]
}


def rules(asked: Asked) -> Search:
    """Read the parameters of a list of price rules."""
    found = Search(asked.shop.price_rules, "id desc")
    found.since_id = asked.whole("since_id")
    if found.since_id is not None:
        found.order = "id asc"
    found.bounds = time_bounds(asked, "created_at", "updated_at", "starts_at", "ends_at")
    if "ends_at" in found.bounds:
        found.keep.append(lambda key: asked.shop.price_rules[key]["ends_at"] is not None)
    used = asked.whole("times_used")
    if used is not None:
        shop = asked.shop
        found.keep.append(
            lambda key: sum(shop.discount_codes[c]["usage_count"] for c in shop.codes.of_rule(key)) == used
        )
    return found


def the_rule(asked: Asked, name: str = "rule") -> Json:
    """Give the price rule of the path."""
    key = asked.id(name)
    if key not in asked.shop.price_rules:
        raise not_found()
    return asked.shop.price_rules[key]


def the_code(asked: Asked) -> Json:
    """Give the discount code of the path; it must belong to the rule of the path."""
    rule, key = the_rule(asked), asked.id()
    record = asked.shop.discount_codes.get(key)
    if record is None or record["price_rule_id"] != rule["id"]:
        raise not_found()
    return record


@route("GET", "price_rules.json", READ)
def list_rules(asked: Asked) -> Answer:
    return page(asked, "price_rules", rules)


@route("GET", "price_rules/count.json", READ)
def count_rules(asked: Asked) -> Answer:
    return counted(Search(asked.shop.price_rules, "id desc"))


@route("POST", "price_rules.json", WRITE)
def create_rule(asked: Asked) -> Answer:
    shop = asked.shop
    made, wrong = rule_from(asked.root("price_rule"), None, shop.zone, shop.products)
    if wrong:
        raise errors(422, wrong)
    key = shop.price_rules.next_id(FIRST_RULE, 7)
    now = shop.time()
    record = {"id": key, **made, "created_at": now, "updated_at": now}
    record["admin_graphql_api_id"] = f"gid://shopify/PriceRule/{key}"
    shop.price_rules[key] = record
    return one(asked, "price_rule", record, status=201)


@route("GET", "price_rules/<rule>.json", READ)
def get_rule(asked: Asked) -> Answer:
    return one(asked, "price_rule", the_rule(asked))


@route("PUT", "price_rules/<rule>.json", WRITE)
def update_rule(asked: Asked) -> Answer:
    rule = the_rule(asked)
    made, wrong = rule_from(asked.root("price_rule"), rule, asked.shop.zone, asked.shop.products)
    if wrong:
        raise errors(422, wrong)
    rule |= made
    rule["updated_at"] = asked.shop.time()
    asked.shop.price_rules.tell(rule["id"])
    return one(asked, "price_rule", rule)


@route("DELETE", "price_rules/<rule>.json", WRITE)
def delete_rule(asked: Asked) -> Answer:
    rule = the_rule(asked)
    for key in asked.shop.codes.of_rule(rule["id"]):
        asked.shop.codes.drop(key)
    del asked.shop.price_rules[rule["id"]]
    return Answer(204)


@route("GET", "price_rules/<rule>/discount_codes.json", READ)
def list_codes(asked: Asked) -> Answer:
    rule, shop = the_rule(asked), asked.shop
    return page(
        asked, "discount_codes", lambda again: Search(shop.discount_codes, "id asc", ids=shop.codes.of_rule(rule["id"]))
    )


@route("POST", "price_rules/<rule>/discount_codes.json", WRITE)
def create_code(asked: Asked) -> Answer:
    rule, shop = the_rule(asked), asked.shop
    code: Any = asked.root("discount_code").get("code")
    wrong = code_errors(code, isinstance(code, str) and code in shop.codes)
    if wrong:
        raise errors(422, {"code": wrong})
    shop.own_codes.add(folded(code))
    return one(asked, "discount_code", shop.codes.make(code.strip(), rule["id"]), status=201)


@route("GET", "price_rules/<rule>/discount_codes/<id>.json", READ)
def get_code(asked: Asked) -> Answer:
    return one(asked, "discount_code", the_code(asked))


@route("PUT", "price_rules/<rule>/discount_codes/<id>.json", WRITE)
def update_code(asked: Asked) -> Answer:
    record, shop = the_code(asked), asked.shop
    code: Any = asked.root("discount_code").get("code", record["code"])
    known = shop.codes.record(code) if isinstance(code, str) else None
    wrong = code_errors(code, known is not None and known["id"] != record["id"])
    if wrong:
        raise errors(422, {"code": wrong})
    shop.codes.rename(record, code)
    shop.own_codes.add(folded(code))
    return one(asked, "discount_code", record)


@route("DELETE", "price_rules/<rule>/discount_codes/<id>.json", WRITE)
def delete_code(asked: Asked) -> Answer:
    asked.shop.codes.drop(the_code(asked)["id"])
    return Answer(204)


@route("GET", "discount_codes/lookup.json", READ)
def look_up(asked: Asked) -> Answer:
    """Answer with a redirect to the code's own address; the parameter takes at most 100 characters."""
    code = asked.args.get("code")
    if not code:
        raise errors(400, {"code": "Required parameter missing or invalid"})
    if len(code) > 100:
        raise errors(400, {"code": "is too long (maximum is 100 characters)"})
    record = asked.shop.codes.record(code)
    if record is None:
        raise not_found()
    where = asked.link(f"price_rules/{record['price_rule_id']}/discount_codes/{record['id']}.json")
    fields = asked.args.get("fields")
    if fields:
        where += "?" + urlencode({"fields": fields})
    return Answer(
        303, f'<html><body>You are being <a href="{where}">redirected</a>.</body></html>', {"Location": where}
    )


@route("GET", "discount_codes/count.json", READ)
def count_codes(asked: Asked) -> Answer:
    codes = asked.shop.discount_codes
    found = Search(codes, "id asc")
    exactly, least, most = asked.whole("times_used"), asked.whole("times_used_min"), asked.whole("times_used_max")
    if exactly is not None:
        found.keep.append(lambda key: codes[key]["usage_count"] == exactly)
    if least is not None:
        found.keep.append(lambda key: codes[key]["usage_count"] >= least)
    if most is not None:
        found.keep.append(lambda key: codes[key]["usage_count"] <= most)
    return counted(found)


@route("POST", "price_rules/<rule>/batch.json", WRITE)
def create_batch(asked: Asked) -> Answer:
    """Queue a job of 1 to 100 codes; while any job of the shop runs, another is refused."""
    rule, shop = the_rule(asked), asked.shop
    sent = asked.body().get("discount_codes")
    if sent is None:
        raise errors(400, {"discount_codes": "Required parameter missing or invalid"})
    if not isinstance(sent, list) or any(not isinstance(entry, dict) for entry in sent):
        raise errors(400, {"discount_codes": "expected Array of Hash"})
    if not sent:
        raise errors(422, {"discount_codes": ["can't be blank"]})
    if len(sent) > MOST_CODES:
        raise errors(422, {"discount_codes": [f"must not exceed {MOST_CODES} codes"]})
    if shop.faults.batch_busy > 0 or shop._batches.busy:
        raise errors(422, BUSY)
    codes = [entry.get("code") for entry in sent]
    shop.own_codes.update(folded(code) for code in codes if isinstance(code, str))
    return Answer(201, {"discount_code_creation": shop._batches.start(rule["id"], codes)})


def the_job(asked: Asked) -> Json:
    """Give the job of the path, as far as it has come."""
    rule, key = the_rule(asked), asked.id()
    job = asked.shop.batches.get(key)
    if job is None or job["price_rule_id"] != rule["id"]:
        raise not_found()
    return job


@route("GET", "price_rules/<rule>/batch/<id>.json", READ)
def get_batch(asked: Asked) -> Answer:
    return one(asked, "discount_code_creation", the_job(asked))


@route("GET", "price_rules/<rule>/batch/<id>/discount_codes.json", READ)
def list_batch(asked: Asked) -> Answer:
    return Answer(200, {"discount_codes": asked.shop._batches.rows(the_job(asked)["id"])})
