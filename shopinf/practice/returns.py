"""What happens to an order afterwards: refunds, cancellation, edits; each keeps the current_* fields right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .basket import Line, tax_of
from .money import Purse, minor, number, part_of, text
from .orderlines import line_id, line_item
from .orders import LOCATION, net_of, order_number, taxes_of, write_money

Json = dict[str, Any]

DISCREPANCY = "Refund discrepancy"
SETTLED = "Pending refund discrepancy"


def share(units: int, line: Json, before: int, quantity: int) -> int:
    """Give what *quantity* more units are of *units*, so that all the parts of a line add up to it exactly."""
    whole = line["quantity"]
    return part_of(units, before + quantity, whole) - part_of(units, before, whole)


@dataclass
class Taken:
    """What a refund takes back: its rows, and what they come to in minor units."""

    rows: list[Json] = field(default_factory=list)
    worth: int = 0  # with tax
    net: int = 0
    tax: int = 0
    off: int = 0


def take_back(
    order: Json, purse: Purse, lines: Sequence[tuple[int, int]], serial: int, row: Json, *, paid: bool, with_tax: bool
) -> Taken:
    """Lower the lines' current quantities and write the refund's rows; without money where it is not *paid*."""
    currency, both, included = purse.shop, purse.both, order["taxes_included"]
    n = order_number(order["id"]) or 0
    taken = Taken()
    for i, (wanted, quantity) in enumerate(lines):
        line = next((one for one in order["line_items"] if one["id"] == wanted), None)
        if line is None:
            raise ValueError(f"order {order['name']} has no line {wanted}")
        if not 0 < quantity <= line["current_quantity"]:
            raise ValueError(f"line {wanted} has {line['current_quantity']} left to refund, not {quantity}")
        gone = line["quantity"] - line["current_quantity"]
        net = share(net_of(line, currency), line, gone, quantity)
        tax = share(taxes_of(line, currency), line, gone, quantity)
        off = share(minor(line["price"], currency) * line["quantity"] - net_of(line, currency), line, gone, quantity)
        line["current_quantity"] -= quantity
        line["fulfillable_quantity"] = min(line["fulfillable_quantity"], line["current_quantity"])
        subtotal = net - tax if included and not with_tax else net
        told = {"subtotal": subtotal if paid else 0, "total_tax": tax if paid else 0}
        taken.rows.append(
            {
                "id": line_id(n, serial + i + 1),
                "line_item_id": wanted,
                "quantity": quantity,
                **row,
                **{name: number(units, currency) for name, units in told.items()},
                **{f"{name}_set": both(units) for name, units in told.items()},
                "line_item": dict(line),
            }
        )
        taken.worth += net + (0 if included else tax)
        taken.net, taken.tax, taken.off = taken.net + net, taken.tax + tax, taken.off + off
    return taken


@dataclass
class Slip:
    """A refund while it is written: its numbers, and what is booked beside its lines."""

    order: Json
    purse: Purse
    adjustments: list[Json] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.n, earlier = order_number(self.order["id"]) or 0, len(self.order["refunds"])
        self.serial = 64 + 16 * earlier
        self.key = 930_000_000_000 + self.n * 64 + earlier + 1

    def adjust(self, kind: str, reason: str, units: int, tax: int = 0) -> None:
        """Book an amount that is no line's."""
        key = line_id(self.n, self.serial + 12 + len(self.adjustments))
        self.adjustments.append(adjustment(self.order, self.purse, key, self.key, kind, reason, units, tax))

    def postage(self, shipping: int | bool) -> tuple[int, int, int]:
        """Book the shipping that is given back: its worth with tax, its tax, and what the order's own falls by."""
        order, currency, included = self.order, self.purse.shop, self.order["taxes_included"]
        charged = sum(minor(s["discounted_price"], currency) for s in order["shipping_lines"])
        back = charged if shipping is True else int(shipping)
        if not back:
            return 0, 0, 0
        tax = part_of(sum(taxes_of(s, currency) for s in order["shipping_lines"]), back, charged)
        net = back - tax if included else back
        self.adjust("shipping_refund", "Shipping refund", -net, -tax)
        return net + tax, tax, net + (tax if included else 0)

    def written(self, at: str, note: str | None, restock: bool, rows: list[Json], transfers: list[Json]) -> Json:
        """Write the refund."""
        return {
            "id": self.key,
            "admin_graphql_api_id": f"gid://shopify/Refund/{self.key}",
            "created_at": at,
            "note": note,
            "order_id": self.order["id"],
            "processed_at": at,
            "restock": restock,
            "total_duties_set": self.purse.both(0),
            "user_id": None,
            "order_adjustments": self.adjustments,
            "transactions": transfers,
            "refund_line_items": rows,
            "duties": [],
            "additional_fees": [],
        }


def refund(
    order: Json,
    purse: Purse,
    at: str,
    lines: Sequence[tuple[int, int]] = (),
    *,
    amount: int | None = None,
    discrepancy: int | None = None,
    shipping: int | bool = False,
    restock: bool = True,
    restock_type: str | None = None,
    note: str | None = None,
    includes_tax: bool = True,
    sent: str = "success",
    paid: bool = True,
) -> Json:
    """Refund lines, shipping, or just money, and return the refund.

    *amount* is what is really paid back; what differs from the lines' worth becomes a ``refund_discrepancy``, which is
    negative for a goodwill on top and positive for a part withheld. *discrepancy* gives that figure itself. Amounts are
    in minor units of the shop's currency. ``includes_tax``: a refund line's subtotal contains the tax where prices do.
    *sent* is what became of the money: ``success``, ``pending`` or ``failure`` of its transaction, or ``nothing``
    where none was made; until it has arrived its whole amount stands as a discrepancy too. Goods that are taken back
    without being *paid* for are only restocked.
    """
    slip = Slip(order, purse)
    kind = restock_type or ("return" if restock else "no_restock")
    row = {"location_id": LOCATION if restock else None, "restock_type": kind}
    taken = take_back(order, purse, lines, slip.serial, row, paid=paid, with_tax=includes_tax)
    worth = taken.worth if paid else 0
    postage = 0
    if shipping is not False:
        more, tax, postage = slip.postage(shipping)
        worth, taken.tax = worth + more, taken.tax + tax
    if amount is not None:
        discrepancy = (discrepancy or 0) + worth - amount
    if discrepancy:
        slip.adjust("refund_discrepancy", DISCREPANCY, discrepancy)
    paid_back = worth - (discrepancy or 0)
    if sent != "success" and paid_back > 0:
        slip.adjust("refund_discrepancy", DISCREPANCY, paid_back)
    transfers = []
    if paid_back and sent != "nothing":
        number = line_id(slip.n, slip.serial)
        transfers = [transaction(order, purse, paid_back, at, "refund", number, slip.key) | {"status": sent}]
    made = slip.written(at, note, restock, taken.rows, transfers)
    order["refunds"].append(made)
    lower(order, purse, taken.net, taken.tax, taken.off, postage)
    settle_status(order, purse.shop)
    order["updated_at"] = at
    return made


def settle(order: Json, purse: Purse, at: str) -> None:
    """Let the money of refunds on their way arrive: what stood for it is taken back under a name of its own."""
    n = order_number(order["id"]) or 0
    for place, one in enumerate(order["refunds"]):
        rows = one["order_adjustments"]
        for transfer in one["transactions"]:
            if transfer["status"] == "pending":
                transfer["status"] = "success"
                units = minor(transfer["amount_set"]["shop_money"]["amount"], purse.shop)
                serial = line_id(n, 64 + 16 * place + 12 + len(rows))
                rows.append(adjustment(order, purse, serial, one["id"], "refund_discrepancy", SETTLED, -units))
    settle_status(order, purse.shop)
    order["updated_at"] = at


def exchange(
    order: Json, purse: Purse, at: str, lines: Sequence[tuple[int, int]], add: Sequence[Line], tax_rate: Any = 0
) -> Json:
    """Take goods back for others: only what the new ones cost less is sent, and nothing when they cost more."""
    included = order["taxes_included"]
    cost = sum(one.total + (tax_of(one.total, tax_rate, included) if tax_rate and not included else 0) for one in add)
    worth = worth_of(order, purse.shop, lines)
    if worth > cost:
        made = refund(order, purse, at, lines, discrepancy=cost)
    else:
        made = refund(order, purse, at, lines, sent="nothing")
    edit(order, purse, at, add=add, tax_rate=tax_rate)
    return made


def worth_of(order: Json, currency: str, lines: Sequence[tuple[int, int]]) -> int:
    """Give what so many units of lines are worth, with tax."""
    known = {line["id"]: line for line in order["line_items"]}
    worth = 0
    for wanted, quantity in lines:
        line = known[wanted]
        gone = line["quantity"] - line["current_quantity"]
        tax = 0 if order["taxes_included"] else taxes_of(line, currency)
        worth += share(net_of(line, currency) + tax, line, gone, quantity)
    return worth


def adjustment(
    order: Json, purse: Purse, key: int, refund_id: int, kind: str, reason: str, units: int, tax: int = 0
) -> Json:
    """Write an order adjustment: money of a refund that belongs to no line."""
    return {
        "id": key,
        "amount": text(units, purse.shop),
        "amount_set": purse.both(units),
        "kind": kind,
        "order_id": order["id"],
        "reason": reason,
        "refund_id": refund_id,
        "tax_amount": text(tax, purse.shop),
        "tax_amount_set": purse.both(tax),
    }


def lower(order: Json, purse: Purse, net: int, tax: int, off: int, shipping: int = 0) -> None:
    """Take something off the order's current_* figures."""
    currency = purse.shop
    total = net + shipping + (0 if order["taxes_included"] else tax)
    for name, units in (("subtotal_price", net), ("total_tax", tax), ("total_discounts", off), ("total_price", total)):
        field = f"current_{name}"
        write_money(order, field, minor(order[field], currency) - units, purse)
    if shipping:
        now = minor(order["current_shipping_price_set"]["shop_money"]["amount"], currency)
        order["current_shipping_price_set"] = purse.both(now - shipping)


def settle_status(order: Json, currency: str) -> None:
    """Set financial_status by what was paid back, counted from the refunds in the shop's currency."""
    if order["financial_status"] in ("pending", "authorized", "voided") or not order["refunds"]:
        return
    back = 0
    for one in order["refunds"]:
        for row in one["refund_line_items"]:
            back += minor(row["subtotal"], currency)
            back += 0 if order["taxes_included"] else minor(row["total_tax"], currency)
        for adjustment in one["order_adjustments"]:
            back -= minor(adjustment["amount"], currency) + minor(adjustment["tax_amount"], currency)
    if back >= minor(order["total_price"], currency):
        order["financial_status"] = "refunded"
    elif back > 0:
        order["financial_status"] = "partially_refunded"


def cancel(
    order: Json, purse: Purse, at: str, reason: str = "customer", refund_all: bool = True, includes_tax: bool = True
) -> None:
    """Cancel an order: a paid one is refunded (unless *refund_all* is False), an unpaid one voided."""
    if order["cancelled_at"]:
        raise ValueError(f"order {order['name']} is cancelled already")
    open_lines = [(line["id"], line["current_quantity"]) for line in order["line_items"] if line["current_quantity"]]
    if order["financial_status"] in ("pending", "authorized"):
        order["financial_status"] = "voided"
        strip(order, purse)
    elif refund_all:
        back = minor(order["current_shipping_price_set"]["shop_money"]["amount"], purse.shop)
        refund(
            order,
            purse,
            at,
            open_lines,
            shipping=back if back else False,
            restock_type="cancel",
            note="Order canceled",
            includes_tax=includes_tax,
        )
    order["cancelled_at"] = order["closed_at"] = order["updated_at"] = at
    order["cancel_reason"] = reason
    order["total_outstanding"] = text(0, purse.shop)


def strip(order: Json, purse: Purse) -> None:
    """Bring an unpaid, cancelled order's current figures to nothing."""
    for line in order["line_items"]:
        line["current_quantity"] = line["fulfillable_quantity"] = 0
    for name in ("subtotal_price", "total_tax", "total_discounts", "total_price"):
        write_money(order, f"current_{name}", 0, purse)
    order["current_shipping_price_set"] = purse.both(0)


def edit(
    order: Json,
    purse: Purse,
    at: str,
    remove: Sequence[tuple[int, int]] = (),
    add: Sequence[Line] = (),
    tax_rate: Any = 0,
) -> None:
    """Edit an order as staff do: remove units without a refund, add lines without a discount.

    ``quantity`` and total_line_items_price stay as ordered; current_* and total_price follow.
    """
    currency, included = purse.shop, order["taxes_included"]
    change = 0
    n = order_number(order["id"]) or 0
    for wanted, quantity in remove:
        line = next((one for one in order["line_items"] if one["id"] == wanted), None)
        if line is None or not 0 < quantity <= line["current_quantity"]:
            raise ValueError(f"cannot remove {quantity} of line {wanted}")
        gone = line["quantity"] - line["current_quantity"]
        net = share(net_of(line, currency), line, gone, quantity)
        tax = share(taxes_of(line, currency), line, gone, quantity)
        off = share(minor(line["price"], currency) * line["quantity"] - net_of(line, currency), line, gone, quantity)
        line["current_quantity"] -= quantity
        line["fulfillable_quantity"] = min(line["fulfillable_quantity"], line["current_quantity"])
        lower(order, purse, net, tax, off)
        change -= net + (0 if included else tax)
    for one in add:
        tax = tax_of(one.total, tax_rate, included) if tax_rate else 0
        made = line_item(line_id(n, len(order["line_items"])), one, currency, purse.both)
        if tax:
            title = order["tax_lines"][0]["title"] if order["tax_lines"] else "Tax"
            made["tax_lines"] = [
                {"price": text(tax, currency), "rate": float(tax_rate), "title": title, "price_set": purse.both(tax)}
            ]
        order["line_items"].append(made)
        lower(order, purse, -one.total, -tax, 0)
        change += one.total + (0 if included else tax)
    total = minor(order["total_price"], currency) + change
    write_money(order, "total_price", total, purse)
    order["total_outstanding"] = text(minor(order["total_outstanding"], currency) + change, currency)
    order["updated_at"] = at


def transaction(
    order: Json, purse: Purse, units: int, at: str, kind: str, key: int, refund_id: int | None = None
) -> Json:
    """Write a transaction; its amount is in the presentment currency."""
    return {
        "id": key,
        "admin_graphql_api_id": f"gid://shopify/OrderTransaction/{key}",
        "amount": text(purse.convert(units), purse.buyer),
        "authorization": None,
        "created_at": at,
        "currency": purse.buyer,
        "device_id": None,
        "error_code": None,
        "gateway": order["payment_gateway_names"][0],
        "kind": kind,
        "location_id": None,
        "message": None,
        "order_id": order["id"],
        "parent_id": payment_id(order) if kind == "refund" else None,
        "payment_id": f"{order['name']}.1",
        "processed_at": at,
        "receipt": {},
        "source_name": "web",
        "status": "success",
        "test": order["test"],
        "user_id": None,
        "amount_set": purse.both(units),
        **({"refund_id": refund_id} if refund_id else {}),
    }


def payment_id(order: Json) -> int:
    """Give the id of the transaction that paid the order."""
    return line_id(order_number(order["id"]) or 0, 61)


def transactions(order: Json, purse: Purse, in_shop_currency: bool) -> list[Json]:
    """List the order's payment and refunds; amounts in the presentment currency unless asked otherwise."""
    paid = minor(order["total_price"], purse.shop) - min(0, minor(order["total_outstanding"], purse.shop))
    listed = []
    if order["financial_status"] not in ("pending",):
        kind = "authorization" if order["financial_status"] in ("authorized", "voided") else "sale"
        listed.append(transaction(order, purse, paid, order["processed_at"], kind, payment_id(order)))
    for one in order["refunds"]:
        listed += [dict(t) for t in one["transactions"]]
    if in_shop_currency:
        for t in listed:
            t["amount"], t["currency"] = t["amount_set"]["shop_money"]["amount"], purse.shop
    return [{k: v for k, v in t.items() if k != "amount_set"} for t in listed]
