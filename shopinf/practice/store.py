"""One pretend store: everything it holds, and what can be done to it."""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from . import catalogue, money, returns
from .basket import Discount
from .bucket import LeakyBucket
from .codes import Batches, Codes
from .discounts import FIRST_RULE, blank_rule
from .faults import Faults
from .money import Purse
from .orders import fulfillment, purse_of
from .past import PastOrders, past_discounts
from .people import FIRST_CUSTOMER, STEP, PastCustomers, person, record
from .records import Records
from .times import aware, written

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

Json = dict[str, Any]
Moment = datetime | str

ALL_SCOPES = (
    "read_products",
    "write_products",
    "read_customers",
    "write_customers",
    "read_orders",
    "write_orders",
    "read_all_orders",
    "read_price_rules",
    "write_price_rules",
    "read_discounts",
    "write_discounts",
    "read_draft_orders",
    "write_draft_orders",
    "read_script_tags",
    "write_script_tags",
)
PLAN_NAMES = {
    "standard": ("professional", "Grow"),
    "development": ("partner_test", "Development"),
    "advanced": ("unlimited", "Advanced"),
    "plus": ("shopify_plus", "Shopify Plus"),
}


@dataclass(frozen=True)
class Call:
    """One request as the store saw it; *status* 0 when the connection was dropped."""

    method: str
    path: str
    status: int
    query: str = ""
    body: bytes = b""
    request_id: str = ""
    took_effect: bool = False


class PracticeStore:
    """A store that behaves like the REST Admin API of Shopify, with a past of its own.

    ``app`` is the WSGI callable. ``price_rules``, ``discount_codes``, ``orders``, ``customers``, ``products``,
    ``drafts``, ``script_tags`` and ``batches`` are dicts of plain JSON-like dicts by id; they may be changed in place.
    Two stores made alike on the same day hold the same data, ids included.

    Some things about the real API are not known for certain; these attributes choose: ``old_order_status`` (404 or 403
    for an order beyond 60 days), ``naive_times`` ("shop" or "utc"), ``refund_includes_tax``,
    ``discounts_scope_opens_price_rules``, ``search_lag`` (seconds until search knows a changed customer),
    ``usage_lag`` (True: usage_count never catches up). ``draft_seconds`` is how long a draft's totals are calculated,
    ``draft_races`` how many completions come too soon all the same, ``password_page`` closes the storefront.
    The plan "development" is "standard" with 5 drafts a minute.
    """

    def __init__(
        self,
        handle: str,
        *,
        seed: int = 1,
        name: str | None = None,
        currency: str = "USD",
        timezone: str = "America/New_York",
        plan: str = "standard",
        orders: int = 0,
        customers: int = 0,
        products: int = 12,
        taxes_included: bool = False,
        tax_rate: Decimal | str | None = None,
        scopes: Iterable[str] = ALL_SCOPES,
        now: Callable[[], datetime] | None = None,
        monotonic: Callable[[], float] | None = None,
        sleep: Callable[[float], object] | None = None,
        throttle: bool = True,
        latency: float = 0.0,
        job_seconds: float = 0.0,
        version: str = "2026-07",
    ) -> None:
        self.handle, self.seed, self.currency, self.plan = handle, seed, currency, plan
        self.timezone, self.zone = timezone, ZoneInfo(timezone)
        self.taxes_included, self.version = taxes_included, version
        self.tax_rate = (
            Decimal(str(tax_rate)) if tax_rate is not None else Decimal("0.2" if taxes_included else "0.072")
        )
        self.tax_title = "VAT" if taxes_included else "State tax"
        self.throttle, self.latency = throttle, latency
        self.scopes: set[str] = set(scopes)
        self.lock = threading.RLock()
        self.closing = threading.Event()
        self._now = now or (lambda: datetime.now(UTC))
        self.monotonic = monotonic or time.monotonic
        self.sleep: Callable[[float], object] = sleep or self.closing.wait
        self.faults = Faults(self.monotonic)
        self.faults._expire = self._expire_tokens
        self.bucket = LeakyBucket(plan, self.monotonic)
        self.rng = random.Random(seed * 65_537 + 5)

        digest = hashlib.sha256(f"{handle} {seed}".encode()).hexdigest()
        self.id = 60_000_000_000 + int(digest[:8], 16)
        self.domain = f"{handle}.myshopify.com"
        self.primary_domain = f"www.{handle}.example"
        self.name = name or catalogue.brand_of(seed).name
        self.api_key = hashlib.md5(f"key {handle} {seed}".encode()).hexdigest()
        self.api_secret_key = "shpss_" + hashlib.md5(f"secret {handle} {seed}".encode()).hexdigest()
        self.access_token = "shpat_" + hashlib.md5(f"token {handle} {seed}".encode()).hexdigest()
        self.installed = True
        self.granted: dict[str, datetime] = {}
        self._token_serial = 0

        self.old_order_status = 404
        self.naive_times = "shop"
        self.refund_includes_tax = True
        self.discounts_scope_opens_price_rules = False
        self.search_lag = 0.0
        self.usage_lag = False
        self.password_page = False

        self.shipping = self.price("5.00")
        self.free_shipping_from = self.price("120.00")
        start = self.now().astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        self.opened = start - timedelta(days=1100)
        made = catalogue.products(seed, products, currency, start, self.zone)
        self.products = Records(past=None)
        for product in made:
            self.products[product["id"]] = product
        self.collections = catalogue.collections(made)
        self.price_rules = Records(("created_at", "updated_at", "starts_at", "ends_at"))
        self.discount_codes = Records()
        self.codes = Codes(self)
        self.discount_codes.when_changed = self.codes.forget
        self._batches = Batches(self, job_seconds, self.monotonic)
        self.batches = self._batches.jobs
        settings = {
            "tax_rate": self.tax_rate,
            "tax_title": self.tax_title,
            "taxes_included": taxes_included,
            "shipping": self.shipping,
            "free_from": self.free_shipping_from,
            "domain": self.primary_domain,
        }
        if orders and not customers:
            customers = max(1, orders // 4)  # somebody must have bought
        known = past_discounts(seed, customers) if orders else []
        past = PastOrders(seed, orders, customers, made, currency, self.zone, start, known, settings)
        people = past.people = PastCustomers(seed, customers, past, currency, self.zone, int(start.timestamp()))
        times = ("created_at", "updated_at", "processed_at")
        self.orders = Records(times, past if orders else None, facet=order_facet)
        self.customers = Records(past=people if customers else None)
        self._past, self._people = past, people
        self._next_order = len(past)
        self._next_person = customers
        self._rates: dict[int, Purse] = {}
        self._buyers: dict[int, dict[int, None]] = {}
        self._customers_by_email: dict[str, int] = {}
        self._people_by_email: dict[str, int] | None = None
        self.own_codes: set[str] = set()
        if orders:
            self._write_known(known, past.uses)
        self.script_tags = Records()
        self.theme = ""  # what was pasted into the theme's layout, right above </head>
        self.drafts = Records()
        self.draft_ready: dict[int, float] = {}
        self.draft_times: list[float] = []
        self.drafts_deleted = 0
        self.draft_wishes: dict[int, Json] = {}  # what was sent for each draft
        self.draft_races = 0  # so many completions are refused as not finished calculating
        self.draft_seconds = 0.0  # how long a draft's totals are calculated: 202 and "not finished calculating"
        self.requests: list[tuple[str, str, int]] = []
        self.calls: list[Call] = []
        self._app: WSGIApplication | None = None

    # time, money, ids

    def now(self) -> datetime:
        """Give the store's time."""
        return self._now()

    def time(self, at: Moment | None = None) -> str:
        """Write a moment (default: now) as answers do."""
        return written(self.now() if at is None else aware(at, self.zone), self.zone)

    def price(self, dollars: str) -> int:
        """Give a US price in minor units of the shop's currency, at its price level."""
        return money.minor(catalogue.price_in(self.currency, dollars), self.currency)

    def purse(self, order: Json) -> Purse:
        """Give an order's two currencies."""
        known = self._rates.get(order["id"])
        if known:
            return known
        n = self._past.number_of(order["id"])
        return self._past.purse(n) if n is not None else purse_of(order)

    def variant(self, key: int) -> tuple[Json, Json] | None:
        """Find a variant and its product."""
        for product_id in self.products:
            product = self.products[product_id]
            for variant in product["variants"]:
                if variant["id"] == key:
                    return product, variant
        return None

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

    # the wire

    @property
    def app(self) -> WSGIApplication:
        """The WSGI callable."""
        if self._app is None:
            from .app import make_app

            self._app = make_app(self)
        return self._app

    @property
    def writes(self) -> list[tuple[str, str, int]]:
        """List the requests that changed something, dropped answers included; asking for a token is none."""
        return [
            (c.method, c.path, c.status)
            for c in self.calls
            if c.took_effect and c.method not in ("GET", "HEAD") and c.path != "/admin/oauth/access_token"
        ]

    def new_token(self) -> str:
        """Give out a token that lives as long as ``faults.token_life`` says."""
        self._token_serial += 1
        seed = f"granted {self.handle} {self.seed} {self._token_serial}"
        token = "shpat_" + hashlib.md5(seed.encode()).hexdigest()
        self.granted[token] = self.now() + timedelta(seconds=self.faults.token_life)
        return token

    def knows(self, token: str) -> bool:
        """Tell whether a token is good now."""
        if not self.installed:
            return False
        return token == self.access_token or (token in self.granted and self.granted[token] > self.now())

    def _expire_tokens(self) -> None:
        self.granted.clear()

    def uninstall(self) -> None:
        """Remove the app: its tokens die, its script tags go."""
        with self.lock:
            self.installed = False
            self.granted.clear()
            self.script_tags.clear()

    # people

    def add_customer(self, email: str | None = None, **fields: Any) -> Json:
        """Add a customer; what is not given is invented."""
        with self.lock:
            number = self._next_person
            self._next_person += 1
            key = self.customers.next_id(FIRST_CUSTOMER, STEP)
            who = person(self.seed, number)
            if email:
                who["email"] = email
            who |= {k: v for k, v in fields.items() if k in ("first_name", "last_name", "phone")}
            now = fields.get("created_at") or self.time()
            made = record(key, who, self.currency, now, now, number)
            made |= {"total_spent": money.text(0, self.currency), **fields}
            if email is None and "email" in fields:
                made["email"] = fields["email"]
            self.customers[key] = made
            if made["email"]:
                self._customers_by_email[made["email"].casefold()] = key
            return made

    def customer_by_email(self, email: str) -> Json | None:
        """Find a customer by e-mail, whatever the case."""
        wanted = email.casefold()
        known = self._customers_by_email.get(wanted)
        if known is not None and known in self.customers and self.customers[known]["email"] == email:
            return self.customers[known]
        for customer in self.customers.kept():
            if (customer.get("email") or "").casefold() == wanted:
                return customer
        if self._people_by_email is None:
            numbers = range(len(self._people))
            self._people_by_email = {person(self.seed, n)["email"]: self._people.id_of(n) for n in numbers}
        key = self._people_by_email.get(wanted)
        if key is None or key not in self.customers or self.customers[key]["email"] != wanted:
            return None
        return self.customers[key]

    def influencers(self) -> list[Json]:
        """List who of the generated customers has followers: id, name, e-mail, handle."""
        listed = []
        for number in range(0, len(self._people), 9):
            who = person(self.seed, number)
            keys = ("first_name", "last_name", "email", "handle")
            listed.append({"customer_id": self._people.id_of(number), **{k: who[k] for k in keys}})
        return listed

    def orders_of(self, customer_id: int) -> list[int]:
        """List the ids of a customer's orders, oldest first."""
        number = self._people.number_of(customer_id) if len(self._people) else None
        past = self._people.orders_of(self._people.rank[number]) if number is not None else []
        found = [self._past.id_of(n) for n in past] + list(self._buyers.get(customer_id, ()))
        return [key for key in found if key in self.orders]

    # discounts

    def add_rule(self, title: str, *, rule_id: int | None = None, **fields: Any) -> Json:
        """Add a price rule as another app or the merchant would; by default 10 % off everything."""
        with self.lock:
            key = rule_id if rule_id is not None else self.price_rules.next_id(FIRST_RULE, 7)
            now = fields.pop("created_at", None) or self.time()
            made = {
                "id": key,
                **blank_rule(),
                "value_type": "percentage",
                "value": "-10.0",
                "customer_selection": "all",
                "target_type": "line_item",
                "target_selection": "all",
                "allocation_method": "across",
                "starts_at": now,
                "title": title,
                "created_at": now,
                "updated_at": now,
                "admin_graphql_api_id": f"gid://shopify/PriceRule/{key}",
            }
            made |= fields
            self.price_rules[key] = made
            return made

    def _write_known(self, known: Sequence[Discount], uses: Sequence[int]) -> None:
        """Write the merchant's rules and codes of the past, with what they were used."""
        start = written(self.opened, self.zone)
        partners: Json | None = None
        for discount, used in zip(known, uses, strict=True):
            if discount.description == "partner":
                rule = partners = partners or self.add_rule("Creators (old programme)", created_at=start)
            else:
                rule = self.add_rule(
                    discount.name,
                    created_at=start,
                    value=f"-{discount.value}",
                    target_type=discount.target_type,
                    allocation_method=discount.allocation_method,
                    once_per_customer=discount.name == "WELCOME10",
                )
            made = self.codes.make(discount.name, rule["id"])
            made |= {"usage_count": used, "created_at": start, "updated_at": start}

    # sales

    def sell(self, code: str | Sequence[str] | None = None, **wishes: Any) -> Json:
        """Sell something and return the order; see :func:`shopinf.practice.sales.sell` for the wishes."""
        from .sales import sell

        with self.lock:
            return sell(self, code, **wishes)

    def simulate_sales(
        self, days: int = 30, per_day: float | None = None, rng: random.Random | None = None, orders: int | None = None
    ) -> list[Json]:
        """Sell for the last *days* days with the codes that are live now; see :mod:`shopinf.practice.sales`."""
        from .sales import simulate

        with self.lock:
            return simulate(self, days, per_day, rng, orders)

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
        add: Sequence[tuple[int, int] | tuple[int, int, str]],
        at: Moment | None = None,
    ) -> Json:
        """Exchange goods: *lines* are (line item id, quantity), *add* is (variant id, quantity, unit price)."""
        from .sales import lines_of

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
        from .sales import lines_of

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

    def _changed(self, order: Json, at: Moment | None) -> None:
        """Note a change: whatever day it is said to have happened, the order was updated now at the earliest."""
        moment = max(self.now(), aware(at, self.zone)) if at is not None else self.now()
        order["updated_at"] = self.time(moment)
        self.orders.tell(order["id"])
        self.settle_customer(order)

    def settle_customer(self, order: Json) -> None:
        """Bring a customer's purchase totals up to date after a change of one order."""
        customer = order.get("customer")
        if not customer or customer["id"] not in self.customers:
            return
        known = self.customers[customer["id"]]
        count = spent = 0
        last: Json | None = None
        for key in self.orders_of(known["id"]):
            one = self.orders.peek(key)
            if one["test"]:
                continue
            count += 1
            spent += money.minor(one["current_total_price"], self.currency)
            if last is None or one["created_at"] >= last["created_at"]:
                last = one
        known["orders_count"], known["total_spent"] = count, money.text(spent, self.currency)
        known["last_order_id"], known["last_order_name"] = (last["id"], last["name"]) if last else (None, None)
        known["updated_at"] = self.time()
        self.customers.tell(known["id"])

    def add_script_tag(self, src: str, display_scope: str = "online_store", cache: bool = False) -> Json:
        """Add a script tag as it was possible before October 2026."""
        with self.lock:
            key = self.script_tags.next_id(421_379_493, 11)
            now = self.time()
            made = {"id": key, "src": src, "event": "onload", "created_at": now, "updated_at": now}
            made |= {"display_scope": display_scope, "cache": cache}
            self.script_tags[key] = made
            return made


def order_facet(order: Json) -> tuple[str, ...]:
    """Give an order's status, financial and fulfilment status, as list filters know them."""
    status = "cancelled" if order["cancelled_at"] else "closed" if order["closed_at"] else "open"
    return status, order["financial_status"] or "", order["fulfillment_status"] or ""
