"""A practice store before anything happens to it: who it is, its time, its prices, and what stands on its shelves."""

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

from . import catalogue, money
from .basket import Discount
from .bucket import LeakyBucket
from .codes import Batches, Codes
from .discounts import FIRST_RULE, blank_rule
from .faults import Faults
from .graph import Graph
from .money import Purse
from .orders import purse_of
from .past import PastOrders, past_discounts
from .people import PastCustomers
from .points import PointsBucket
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


class Premises:
    """What a store is and holds; :class:`~shopinf.practice.store.PracticeStore` says what the wishes mean."""

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
        rate = tax_rate if tax_rate is not None else "0.2" if taxes_included else "0.072"
        self.tax_rate, self.tax_title = Decimal(str(rate)), "VAT" if taxes_included else "State tax"
        self.throttle, self.latency = throttle, latency
        self.scopes: set[str] = set(scopes)
        self.lock = threading.RLock()
        self.closing = threading.Event()
        self._now = now or (lambda: datetime.now(UTC))
        self.monotonic = monotonic or time.monotonic
        self.sleep: Callable[[float], object] = sleep or self.closing.wait
        self.faults = Faults(self.monotonic)
        self.bucket = LeakyBucket(plan, self.monotonic)
        self.graph = Graph(PointsBucket(plan, self.monotonic))
        self.rng = random.Random(seed * 65_537 + 5)
        self._introduce(name)
        self._be_certain()
        made = self._stock(products)
        self._open_books(job_seconds)
        self._remember(orders, customers or (max(1, orders // 4) if orders else 0), made)  # somebody must have bought

    def _introduce(self, name: str | None) -> None:
        """Give the store its names and its keys."""
        handle, seed = self.handle, self.seed
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
        self.faults._expire = self._expire_tokens

    def _expire_tokens(self) -> None:
        self.granted.clear()

    def _be_certain(self) -> None:
        """Choose what is not known for certain of the real API."""
        self.old_order_status = 404
        self.naive_times = "shop"
        self.refund_includes_tax = True
        self.discounts_scope_opens_price_rules = False
        self.search_lag = 0.0
        self.usage_lag = False
        self.password_page = False
        self.draft_races = 0
        self.draft_seconds = 0.0

    def _stock(self, products: int) -> list[Json]:
        """Put the goods on the shelves, and return them as they were delivered."""
        self.shipping = self.price("5.00")
        self.free_shipping_from = self.price("120.00")
        self.midnight = self.now().astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        self.opened = self.midnight - timedelta(days=1100)
        made = catalogue.products(self.seed, products, self.currency, self.midnight, self.zone)
        self.products = Records(past=None)
        for product in made:
            self.products[product["id"]] = product
        self.collections = catalogue.collections(made)
        return made

    def _open_books(self, job_seconds: float) -> None:
        """Begin with no code, no draft, no script tag, and nothing asked yet."""
        self.price_rules = Records(("created_at", "updated_at", "starts_at", "ends_at"))
        self.discount_codes = Records()
        self.codes = Codes(self)
        self.discount_codes.when_changed = self.codes.forget
        self._batches = Batches(self, job_seconds, self.monotonic)
        self.batches = self._batches.jobs
        self.own_codes: set[str] = set()
        self.script_tags = Records()
        self.theme = ""  # what was pasted into the theme's layout, right above </head>
        self.drafts = Records()
        self.draft_ready: dict[int, float] = {}
        self.draft_times: list[float] = []
        self.drafts_deleted = 0
        self.draft_wishes: dict[int, Json] = {}  # what was sent for each draft
        self.first_visits: dict[int, tuple[str, str]] = {}  # by order: landing page and referrer, if not the last ones
        self.travelled: dict[int, int] = {}  # days that an order's parcel was let travel
        self.diary: list[str] = []  # what was let happen here, for the practice page
        self.requests: list[tuple[str, str, int]] = []
        self.calls: list[Call] = []
        self._app: WSGIApplication | None = None

    def _remember(self, orders: int, customers: int, made: list[Json]) -> None:
        """Give the store the past that it is to have."""
        seed, currency, zone, start = self.seed, self.currency, self.zone, self.midnight
        settings = {
            "tax_rate": self.tax_rate,
            "tax_title": self.tax_title,
            "taxes_included": self.taxes_included,
            "shipping": self.shipping,
            "free_from": self.free_shipping_from,
            "domain": self.primary_domain,
        }
        known = past_discounts(seed, customers) if orders else []
        past = PastOrders(seed, orders, customers, made, currency, zone, start, known, settings)
        people = past.people = PastCustomers(seed, customers, past, currency, zone, int(start.timestamp()))
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
        if orders:
            self._write_known(known, past.uses)

    # time, money, goods

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


def order_facet(order: Json) -> tuple[str, ...]:
    """Give an order's status, financial and fulfilment status, as list filters know them."""
    status = "cancelled" if order["cancelled_at"] else "closed" if order["closed_at"] else "open"
    return status, order["financial_status"] or "", order["fulfillment_status"] or ""
