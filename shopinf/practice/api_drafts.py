"""Endpoints of draft orders."""

from __future__ import annotations

import math
from typing import Any

from . import drafts
from .asked import Answer, Asked, Refused, errors, not_found, route
from .listing import Search, counted, one, page, time_bounds

Json = dict[str, Any]
PER_MINUTE = 5  # new drafts on development stores
UNFINISHED = "This draft order has not finished calculating. Please try again."


def search(asked: Asked) -> Search:
    """Read the parameters of a list of drafts; ``status`` is open unless said otherwise."""
    shelf = asked.shop.drafts
    found = Search(shelf, "id desc", since_id=asked.whole("since_id"), ids=asked.numbers("ids"))
    if found.since_id is not None:
        found.order = "id asc"
    found.bounds = time_bounds(asked, "updated_at")
    status = asked.choice("status", ("open", "invoice_sent", "completed"), "open")
    found.keep.append(lambda key: shelf[key]["status"] == status)
    return found


def the_draft(asked: Asked) -> Json:
    """Give the draft of the path."""
    key = asked.id()
    if key not in asked.shop.drafts:
        raise not_found()
    return asked.shop.drafts[key]


def waiting(asked: Asked, draft: Json) -> float:
    """Give the seconds until a draft's totals are calculated."""
    return max(0.0, asked.shop.draft_ready.get(draft["id"], 0.0) - asked.shop.monotonic())


def calculated(asked: Asked, draft: Json, status: int) -> Answer:
    """Answer a draft: 202 with where to look again while its totals are being calculated."""
    answer = one(asked, "draft_order", draft, personal=True, status=status)
    wait = waiting(asked, draft)
    if wait > 0:
        where = {"Location": asked.link(f"draft_orders/{draft['id']}.json"), "Retry-After": str(math.ceil(wait))}
        return Answer(202, answer.body, where)
    return answer


def write(asked: Asked, former: Json | None) -> Json:
    """Create or change a draft."""
    shop = asked.shop
    made, wrong = drafts.draft_from(shop, asked.root("draft_order"), former)
    if wrong:
        raise errors(422, wrong)
    shop.drafts[made["id"]] = made
    if shop.draft_seconds:
        shop.draft_ready[made["id"]] = shop.monotonic() + shop.draft_seconds
    return made


@route("GET", "draft_orders.json", "read_draft_orders", personal=True)
def list_drafts(asked: Asked) -> Answer:
    return page(asked, "draft_orders", search, personal=True)


@route("GET", "draft_orders/count.json", "read_draft_orders", personal=True)
def count_drafts(asked: Asked) -> Answer:
    return counted(search(asked))


@route("POST", "draft_orders.json", "write_draft_orders", personal=True)
def create_draft(asked: Asked) -> Answer:
    shop = asked.shop
    if shop.plan == "development":
        now = shop.monotonic()
        shop.draft_times = [at for at in shop.draft_times if at > now - 60]
        if len(shop.draft_times) >= PER_MINUTE:
            wait = max(0.1, 60 - (now - shop.draft_times[0]))
            raise Refused(429, {"errors": "Exceeded 5 draft orders per minute"}, {"Retry-After": f"{wait:.1f}"})
        shop.draft_times.append(now)
    return calculated(asked, write(asked, None), 201)


@route("GET", "draft_orders/<id>.json", "read_draft_orders", personal=True)
def get_draft(asked: Asked) -> Answer:
    return calculated(asked, the_draft(asked), 200)


@route("PUT", "draft_orders/<id>.json", "write_draft_orders", personal=True)
def update_draft(asked: Asked) -> Answer:
    draft = the_draft(asked)
    if draft["status"] == "completed":
        raise errors(422, {"base": ["This draft order has already been completed and cannot be changed"]})
    return calculated(asked, write(asked, draft), 200)


@route("DELETE", "draft_orders/<id>.json", "write_draft_orders", personal=True)
def delete_draft(asked: Asked) -> Answer:
    draft = the_draft(asked)
    if draft["status"] == "completed":
        raise errors(422, {"base": ["This draft order has already been completed and cannot be deleted"]})
    del asked.shop.drafts[draft["id"]]
    asked.shop.drafts_deleted += 1
    return Answer(200, {})


@route("PUT", "draft_orders/<id>/complete.json", "write_draft_orders", personal=True)
def complete_draft(asked: Asked) -> Answer:
    """Make the order; too soon after creating it, the totals have not finished calculating."""
    draft, shop = the_draft(asked), asked.shop
    if draft["status"] == "completed":
        raise errors(422, {"base": ["This draft order has already been completed"]})
    if shop.draft_races > 0 or waiting(asked, draft) > 0:
        shop.draft_races = max(0, shop.draft_races - 1)
        raise errors(422, {"base": [UNFINISHED]})
    done = drafts.complete(shop, draft, asked.args.get("payment_pending") == "true")
    return one(asked, "draft_order", done, personal=True)


@route("POST", "draft_orders/<id>/send_invoice.json", "write_draft_orders", personal=True)
def send_invoice(asked: Asked) -> Answer:
    draft = the_draft(asked)
    sent = asked.root("draft_order_invoice")
    draft |= {"status": "invoice_sent", "invoice_sent_at": asked.shop.time(), "updated_at": asked.shop.time()}
    asked.shop.drafts.tell(draft["id"])
    invoice = {"to": draft["email"], "from": f"ops@{asked.shop.handle}.example", "subject": f"Invoice {draft['name']}"}
    return Answer(201, {"draft_order_invoice": invoice | {"custom_message": "", "bcc": []} | sent})
