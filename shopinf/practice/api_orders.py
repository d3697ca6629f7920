"""Endpoints of orders, their refunds and transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import returns
from .asked import Answer, Asked, errors, not_found, route
from .listing import Search, counted, one, page, time_bounds
from .orders import order_id

if TYPE_CHECKING:
    from .store import PracticeStore

Json = dict[str, Any]

WINDOW = 60 * 86400  # seconds of orders an app sees without read_all_orders
STATUSES = ("open", "closed", "cancelled", "any")
PAID = ("authorized", "pending", "paid", "partially_paid", "refunded", "voided", "partially_refunded", "unpaid", "any")
SENT = ("shipped", "partial", "unshipped", "unfulfilled", "fulfilled", "any")
SENT_AS = {"shipped": ("fulfilled",), "partial": ("partial",), "unshipped": ("",), "unfulfilled": ("", "partial")}
SENT_AS["fulfilled"] = ("fulfilled",)
ORDERS = ("id", "created_at", "updated_at", "processed_at")


def order_by(asked: Asked, default: str, columns: tuple[str, ...] = ORDERS) -> str:
    """Read ``order=created_at asc``; what is not understood is left aside."""
    words = (asked.args.get("order") or default).replace("+", " ").lower().split()
    if words and words[0] in columns:
        return f"{words[0]} {words[1] if len(words) > 1 and words[1] in ('asc', 'desc') else 'asc'}"
    return default


def window_start(shop: PracticeStore) -> int | None:
    """Give the time before which orders are hidden, or None."""
    return None if "read_all_orders" in shop.scopes else int(shop.now().timestamp()) - WINDOW


def search(asked: Asked, ids: list[int] | None = None) -> Search:
    """Read the parameters of an order list; ``status`` is open unless said otherwise."""
    shop, orders = asked.shop, asked.shop.orders
    found = Search(orders, order_by(asked, "created_at desc"))
    found.since_id = asked.whole("since_id")
    if found.since_id is not None:
        found.order = "id asc"
    wanted = asked.numbers("ids")
    found.ids = wanted if ids is None else [key for key in ids if wanted is None or key in wanted]
    found.bounds = time_bounds(asked, "created_at", "updated_at", "processed_at")
    start = window_start(shop)
    if start is not None:
        low, high = found.bounds.get("created_at", (None, None))
        found.bounds["created_at"] = (start if low is None else max(low, start), high)
    status = asked.choice("status", STATUSES, "open")
    paid = asked.choice("financial_status", PAID, "any")
    sent = asked.choice("fulfillment_status", SENT, "any")
    if status != "any":
        found.keep.append(lambda key: orders.facet(key)[0] == status)
    if paid != "any":
        allowed = ("authorized", "partially_paid") if paid == "unpaid" else (paid,)
        found.keep.append(lambda key: orders.facet(key)[1] in allowed)
    if sent != "any":
        shipped = SENT_AS[sent]
        found.keep.append(lambda key: orders.facet(key)[2] in shipped)
    name = asked.args.get("name")
    if name:
        digits = name.lstrip("#")
        found.ids = [order_id(int(digits) - 1001)] if digits.isdigit() and int(digits) > 1000 else []
    app = asked.args.get("attribution_app_id")
    if app and app != "current":
        found.keep.append(lambda key: str(orders.peek(key)["app_id"]) == app)
    return found


def visible(asked: Asked) -> Json:
    """Give the order of the path, if this app may see it."""
    shop, key = asked.shop, asked.id()
    if key not in shop.orders:
        raise not_found()
    order = shop.orders.peek(key)
    shop.orders.settle()
    start = window_start(shop)
    if start is not None and shop.orders.stamp(key, "created_at") < start:
        if shop.old_order_status == 403:
            raise errors(403, "[API] This action requires merchant approval for read_all_orders scope.")
        raise not_found()
    return order


@route("GET", "orders.json", "read_orders", personal=True)
def list_orders(asked: Asked) -> Answer:
    return page(asked, "orders", search, personal=True)


@route("GET", "orders/count.json", "read_orders", personal=True)
def count_orders(asked: Asked) -> Answer:
    return counted(search(asked))


@route("GET", "orders/<id>.json", "read_orders", personal=True)
def get_order(asked: Asked) -> Answer:
    return one(asked, "order", visible(asked), personal=True)


@route("GET", "orders/<id>/refunds.json", "read_orders", personal=True)
def list_refunds(asked: Asked) -> Answer:
    order = visible(asked)
    rows = [dict(refund) for refund in order["refunds"]]
    if asked.args.get("in_shop_currency") == "true":
        for row in rows:
            row["transactions"] = [
                t | {"amount": t["amount_set"]["shop_money"]["amount"], "currency": order["currency"]}
                for t in row["transactions"]
            ]
    return Answer(200, {"refunds": [asked.trim(row) for row in rows]})


@route("GET", "orders/<id>/refunds/<refund_id>.json", "read_orders", personal=True)
def get_refund(asked: Asked) -> Answer:
    wanted = asked.id("refund_id")
    for refund in visible(asked)["refunds"]:
        if refund["id"] == wanted:
            return one(asked, "refund", refund)
    raise not_found()


@route("GET", "orders/<id>/transactions.json", "read_orders", personal=True)
def list_transactions(asked: Asked) -> Answer:
    order = visible(asked)
    rows = returns.transactions(order, asked.shop.purse(order), asked.args.get("in_shop_currency") == "true")
    return Answer(200, {"transactions": [asked.trim(row) for row in rows]})


@route("GET", "orders/<id>/fulfillments.json", "read_orders", personal=True)
def list_fulfillments(asked: Asked) -> Answer:
    return Answer(200, {"fulfillments": [asked.trim(row) for row in visible(asked)["fulfillments"]]})


@route("GET", "orders/<id>/fulfillments/<fulfillment_id>/events.json", "read_orders", personal=True)
def list_events(asked: Asked) -> Answer:
    wanted = asked.id("fulfillment_id")
    for shipment in visible(asked)["fulfillments"]:
        if shipment["id"] == wanted:
            event = {"id": wanted + 1, "fulfillment_id": wanted, "status": shipment["shipment_status"] or "in_transit"}
            event |= {"message": None, "happened_at": shipment["updated_at"], "estimated_delivery_at": None}
            return Answer(200, {"fulfillment_events": [event]})
    raise not_found()


@route("GET", "customers/<id>/orders.json", "read_orders", personal=True)
def list_customer_orders(asked: Asked) -> Answer:
    key = asked.id()
    if key not in asked.shop.customers:
        raise not_found()
    return page(asked, "orders", lambda again: search(again, asked.shop.orders_of(key)), personal=True)
