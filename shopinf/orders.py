"""Orders as we keep them: what was bought, which codes were used, what went back, and when. No names, no addresses.

All amounts are in the shop's own currency. People appear only as Shopify's customer number and as keyed hashes, which
can be compared and not read. `orderfacts` writes them down: facts, so that a rule can change without asking Shopify
again.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from urllib.parse import parse_qsl, unquote, urlsplit

_NOTHING = Decimal(0)

Allocation = tuple[int, Decimal]  # (place in the order's discount applications, amount taken off)


def folded(code: str) -> str:
    """A code as it is compared: Shopify's codes do not know upper from lower case."""
    return code.strip().casefold()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order; `tax` is the sum of its tax lines."""

    line_id: int
    quantity: int
    price: Decimal
    current_quantity: int | None = None  # None: an order older than this field
    allocations: tuple[Allocation, ...] = ()
    tax: Decimal = Decimal(0)
    gift_card: bool = False
    tip: bool = False
    product_id: int | None = None
    variant_id: int | None = None
    sku: str | None = None
    title: str | None = None

    @property
    def outside(self) -> bool:
        """Not merchandise: gift cards are money, and a tip is nobody's sale."""
        return self.gift_card or self.tip

    @property
    def gross(self) -> Decimal:
        return self.price * self.quantity

    @property
    def discount(self) -> Decimal:
        return sum([amount for _, amount in self.allocations], _NOTHING)


@dataclass(frozen=True, slots=True)
class Application:
    """One discount of an order. `code` is there for a code that was typed, `title` for everything else."""

    type: str  # discount_code, automatic, manual, script, or one that is new to us
    code: str | None = None
    title: str | None = None
    target_type: str = "line_item"  # or shipping_line


# The kinds that Shopify gives to a code, or none; anything else in the plain list is some other discount's title.
_CODE_TYPES = frozenset({"percentage", "fixed_amount", "shipping", ""})


@dataclass(frozen=True, slots=True)
class UsedCode:
    """An entry of the order's plain list of codes; it may be the title of a manual discount instead of a code."""

    code: str
    amount: Decimal = Decimal(0)
    type: str = "percentage"  # or fixed_amount, shipping

    @property
    def is_code(self) -> bool:
        return self.type in _CODE_TYPES


@dataclass(frozen=True, slots=True)
class RefundLine:
    """So many of a line taken back; `subtotal` is after discounts."""

    line_id: int
    quantity: int
    subtotal: Decimal
    tax: Decimal = Decimal(0)
    paid_in: tuple[Decimal, Decimal] | None = None  # both in the buyer's currency, where it is another one


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Money of a refund that belongs to no line; the amount is negative when it went to the buyer."""

    kind: str  # refund_discrepancy, shipping_refund; empty where Shopify gives none any more
    amount: Decimal
    tax: Decimal = Decimal(0)
    reason: str = ""  # "Refund discrepancy", "Pending refund discrepancy", "Shipping refund", …

    @property
    def pending(self) -> bool:
        """Does it only take back what stood for a refund on its way?"""
        return "pending" in self.reason.casefold() or "pending" in self.kind.casefold()


@dataclass(frozen=True, slots=True)
class Transaction:
    """Money that was sent, or should have been; in the currency that the buyer paid in, unless it says otherwise."""

    kind: str  # refund, and others that do not concern us
    status: str  # success, pending, failure, error
    amount: Decimal
    currency: str = ""

    @property
    def failed(self) -> bool:
        return self.status.casefold() in {"failure", "error"}


@dataclass(frozen=True, slots=True)
class Refund:
    """What one refund took back, and what it sent.

    `transactions` are None where they are not known: an order that was read before they were kept, and that the store
    no longer shows.
    """

    refund_id: int
    created_at: datetime
    lines: tuple[RefundLine, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    transactions: tuple[Transaction, ...] | None = None
    shipping: Decimal = Decimal(0)  # refunded, with its tax, as newer orders say it
    shipping_net: Decimal = Decimal(0)  # the same without tax


@dataclass(frozen=True, slots=True)
class Landing:
    """What the first page of the visit says about where the buyer came from."""

    code: str | None = None
    ref: str | None = None
    utm: tuple[tuple[str, str], ...] = ()

    def utm_value(self, name: str) -> str | None:
        """The value of `utm_NAME`, asked for without its prefix."""
        return dict(self.utm).get(name)


# The customary five; what else an address carries is not ours to keep.
_UTM = ("source", "medium", "campaign", "content", "term")


@lru_cache(maxsize=2048)  # links of one campaign bring many orders
def read_landing(landing_site: str | None, ref: str | None = None) -> Landing | None:
    """Read an order's landing page, as a path or a whole address; None when it says nothing about its origin."""
    try:
        page = urlsplit(landing_site or "")
    except ValueError:  # a broken address such as http://[ tells nothing
        page = urlsplit("")
    parts = page.path.split("/")
    code = next((unquote(after) for before, after in pairwise(parts) if before == "discount"), None)
    query = {key.lower(): value for key, value in reversed(parse_qsl(page.query))}
    utm = tuple((name, query[f"utm_{name}"]) for name in _UTM if query.get(f"utm_{name}"))
    landing = Landing(code or query.get("discount"), ref or query.get("ref"), utm)
    return landing if landing != Landing() else None


@dataclass(frozen=True, slots=True)
class Order:
    """The facts of one order, in the shop's currency.

    A *skeleton* is an order of which only its time and buyer are known; it counts where customers are told new from
    returning, and nowhere else.
    """

    order_id: int
    name: str
    created_at: datetime
    processed_at: datetime
    updated_at: datetime
    currency: str
    financial_status: str | None = None
    lines: tuple[Line, ...] = ()
    taxes_included: bool = False
    applications: tuple[Application, ...] | None = ()  # None: the order carries no such list at all
    used_codes: tuple[UsedCode, ...] = ()
    shipping_discounts: tuple[Allocation, ...] = ()
    refunds: tuple[Refund, ...] = ()
    cancelled_at: datetime | None = None
    test: bool = False
    fulfillment_status: str | None = None
    total_line_items_price: Decimal | None = None
    total_discounts: Decimal | None = None
    subtotal_price: Decimal | None = None
    current_subtotal_price: Decimal | None = None
    customer_id: int | None = None
    customer_created_at: datetime | None = None
    email_key: str | None = None
    phone_key: str | None = None
    address_key: str | None = None
    landing: Landing | None = None
    referrer: str | None = None  # the host that the last visit came from; empty: none; None: no visit is known
    source_name: str | None = None
    tags: tuple[str, ...] = ()
    gift: bool = False  # known for a gift where it was read, whatever else it carries
    skeleton: bool = False
    outdated: bool = False  # known by older facts, which lack what its refunds sent

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes that were really used, as they were typed, each once and in the order's own order.

        The discount applications tell; a text in the plain list of codes may be the title of a manual discount. What
        no application mentions at all was a code all the same, and so is the plain list of an order without any
        applications (an old one, or one that passed through other hands).
        """
        applied = self.applications or ()
        typed = [each.code for each in applied if each.type == "discount_code" and each.code]
        if self.used_codes:
            named = {folded(text) for each in applied for text in (each.code, each.title) if text}
            typed += [used.code for used in self.used_codes if used.is_code and folded(used.code) not in named]
        first: dict[str, str] = {}
        for code in typed:
            first.setdefault(folded(code), code.strip())
        return tuple(first.values())

    @property
    def unapplied(self) -> tuple[str, ...]:
        """The codes that no discount application mentions, on an order that has applications."""
        if not self.applications or not self.used_codes:
            return ()
        applied = {folded(each.code) for each in self.applications if each.type == "discount_code" and each.code}
        return tuple([code for code in self.codes if folded(code) not in applied])

    def places(self, code: str) -> frozenset[int]:
        """Where *code* stands among the order's discounts, the numbers that its allocations point to."""
        if not self.applications:
            texts: list[str | None] = [used.code if used.is_code else None for used in self.used_codes]
        else:
            texts = [each.code if each.type == "discount_code" else None for each in self.applications]
        wanted = folded(code)
        return frozenset(place for place, text in enumerate(texts) if text and folded(text) == wanted)


def is_gift(order: Order, gift_orders: Container[int] = (), gift_tags: Iterable[str] = ()) -> bool:
    """Is it a gift to an influencer? By what it is known for, never by its total: a 0.00 order may be a real one.

    Upfluence's gifts carry a discount with a title of its own; stores that moved over still have such orders.
    """
    if order.gift or order.order_id in gift_orders:
        return True
    tags = {folded(tag) for tag in order.tags}
    if tags and any(folded(tag) in tags for tag in gift_tags):
        return True
    texts = [text for each in order.applications or () for text in (each.title, each.code)]
    return any(text and folded(text) == _UPFLUENCE_GIFT for text in (*texts, *(used.code for used in order.used_codes)))


_UPFLUENCE_GIFT = "upfluence_creator_compensation"
