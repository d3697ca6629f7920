"""What can happen to an order once it is there: goods and money come back, something is edited, a parcel leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import money, returns
from .basket import Line
from .orders import fulfillment
from .premises import Moment, Premises
from .regulars import Regulars
from .times import aware

Json = dict[str, Any]
LineWish = tuple[int, int] | tuple[int, int, str]


def lines_of(shop: Premises, wishes: Sequence[LineWish]) -> list[Line]:
    """Make lines of (variant id, quantity) or (variant id, quantity, unit price)."""
    made = []
    for wish in wishes:
        found = shop.variant(wish[0])
        if found is None:
            raise ValueError(f"{shop.handle} sells no variant {wish[0]}")
        price = wish[2] if len(wish) == 3 else found[1]["price"]
        made.append(Line(found[0], found[1], wish[1], money.minor(price, shop.currency)))
    return made


class Counter(Regulars):
    """A store that takes back, exchanges and ships."""

    def refund(
        self,
        order_id: int,
        lines: Sequence[tuple[int, int]] = (),
        amount: money.Amount | None = None,
        discrepancy: money.Amount | None = None,
        shipping: bool | money.Amount = False,
        at: Moment | None = None,
        restock: bool = True,
        note: str | None = None,
        sent: str = "success",
        paid: bool = True,
    ) -> Json:
        """Refund part of an order and return the refund.

        *lines* are (line item id, quantity). *amount* is what is paid back in all, in the shop's currency; the
        difference to what was returned becomes a ``refund_discrepancy`` (negative: goodwill on
        top; positive: withheld). *sent* is what became of the money (success, pending, failure, nothing); goods that
        are not *paid* for are only restocked.
        """
        with self.lock:
            order = self.orders[order_id]
            made = returns.refund(
                order,
                self.purse(order),
                self.time(at),
                lines,
                amount=None if amount is None else money.minor(amount, self.currency),
                discrepancy=None if discrepancy is None else money.minor(discrepancy, self.currency),
                shipping=shipping if isinstance(shipping, bool) else money.minor(shipping, self.currency),
                restock=restock,
                note=note,
                includes_tax=self.refund_includes_tax,
                sent=sent,
                paid=paid,
            )
            self._changed(order, at)
            return made

    def settle_refunds(self, order_id: int, at: Moment | None = None) -> Json:
        """Let the money of an order's refunds on their way arrive."""
        with self.lock:
            order = self.orders[order_id]
            returns.settle(order, self.purse(order), self.time(at))
            self._changed(order, at)
            return order

    def exchange(
        self,
        order_id: int,
        lines: Sequence[tuple[int, int]],
        add: Sequence[LineWish],
        at: Moment | None = None,
    ) -> Json:
        """Exchange goods: *lines* are (line item id, quantity), *add* is (variant id, quantity, unit price)."""
        with self.lock:
            order = self.orders[order_id]
            new = lines_of(self, add)
            made = returns.exchange(order, self.purse(order), self.time(at), lines, new, self.tax_rate)
            self._changed(order, at)
            return made

    def cancel(self, order_id: int, at: Moment | None = None, reason: str = "customer", refund: bool = True) -> Json:
        """Cancel an order; a paid one is refunded unless *refund* is False."""
        with self.lock:
            order = self.orders[order_id]
            returns.cancel(order, self.purse(order), self.time(at), reason, refund, self.refund_includes_tax)
            self._changed(order, at)
            return order

    def edit(
        self,
        order_id: int,
        remove: Sequence[tuple[int, int]] = (),
        add: Sequence[tuple[int, int]] = (),
        at: Moment | None = None,
    ) -> Json:
        """Edit an order: *remove* is (line item id, quantity), *add* is (variant id, quantity)."""
        with self.lock:
            order = self.orders[order_id]
            returns.edit(order, self.purse(order), self.time(at), remove, lines_of(self, add), self.tax_rate)
            self._changed(order, at)
            return order

    def touch(self, order_id: int, at: Moment | None = None) -> Json:
        """Change nothing but updated_at."""
        with self.lock:
            order = self.orders[order_id]
            order["updated_at"] = self.time(at)
            self._changed(order, at)
            return order

    def pay(self, order_id: int, at: Moment | None = None) -> Json:
        """Mark a pending order as paid."""
        with self.lock:
            order = self.orders[order_id]
            order["financial_status"] = "paid"
            order["total_outstanding"] = money.text(0, self.currency)
            self._changed(order, at)
            return order

    def ship(self, order_id: int, at: Moment | None = None, shipment_status: str | None = "delivered") -> Json:
        """Fulfil an order; *shipment_status* None is a carrier that cannot be tracked."""
        with self.lock:
            order = self.orders[order_id]
            for line in order["line_items"]:
                line["fulfillment_status"], line["fulfillable_quantity"] = "fulfilled", 0
            order["fulfillment_status"] = "fulfilled"
            order["fulfillments"].append(fulfillment(order, self.time(at)) | {"shipment_status": shipment_status})
            self._changed(order, at)
            return order

    def _changed(self, order: Json, at: Moment | None) -> None:
        """Note a change: whatever day it is said to have happened, the order was updated now at the earliest."""
        moment = max(self.now(), aware(at, self.zone)) if at is not None else self.now()
        order["updated_at"] = self.time(moment)
        self.orders.tell(order["id"])
        self.settle_customer(order)
