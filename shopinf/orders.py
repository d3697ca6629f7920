"""Orders as we keep them: what was bought, which codes were used, what went back, and when. No names, no addresses.

All amounts are in the shop's own currency. People appear only as Shopify's customer number and as keyed hashes, which
can be compared and not read. `Order.to_facts` gives what the ledger stores: facts, so that a rule can change without
asking Shopify again.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from shopinf.errors import MachineProblem

FACTS_VERSION = 1

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


@dataclass(frozen=True, slots=True)
class UsedCode:
    """An entry of the order's plain list of codes; it may be the title of a manual discount instead of a code."""

    code: str
    amount: Decimal = Decimal(0)
    type: str = "percentage"  # or fixed_amount, shipping


@dataclass(frozen=True, slots=True)
class RefundLine:
    """So many of a line taken back; `subtotal` is after discounts."""

    line_id: int
    quantity: int
    subtotal: Decimal
    tax: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Money of a refund that belongs to no line; the amount is negative when it went to the buyer."""

    kind: str  # refund_discrepancy, shipping_refund
    amount: Decimal
    tax: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Refund:
    refund_id: int
    created_at: datetime
    lines: tuple[RefundLine, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()


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
    source_name: str | None = None
    tags: tuple[str, ...] = ()
    gift: bool = False  # known for a gift where it was read, whatever else it carries
    skeleton: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes that were really used, as they were typed, each once and in the order's own order.

        The discount applications tell; a text in the plain list of codes may be the title of a manual discount. Only
        an order without any list of applications (an old one) is read by its plain list.
        """
        if self.applications is None:
            typed: Iterable[str] = (used.code for used in self.used_codes if used.type in _CODE_TYPES)
        else:
            typed = (each.code for each in self.applications if each.type == "discount_code" and each.code)
        first: dict[str, str] = {}
        for code in typed:
            first.setdefault(folded(code), code.strip())
        return tuple(first.values())

    def places(self, code: str) -> frozenset[int]:
        """Where *code* stands among the order's discounts, the numbers that its allocations point to."""
        if self.applications is None:
            texts: list[str | None] = [used.code if used.type in _CODE_TYPES else None for used in self.used_codes]
        else:
            texts = [each.code if each.type == "discount_code" else None for each in self.applications]
        wanted = folded(code)
        return frozenset(place for place, text in enumerate(texts) if text and folded(text) == wanted)

    def to_facts(self) -> dict[str, Any]:
        """This order as compact JSON: amounts as text, what is empty left out, `v` the version of the form."""
        facts: dict[str, Any] = {
            "v": FACTS_VERSION,
            "id": self.order_id,
            "name": self.name,
            "at": [_text(self.created_at), _text(self.processed_at), _text(self.updated_at)],
            "cur": self.currency,
        }
        optional: dict[str, Any] = {
            "fin": self.financial_status,
            "ful": self.fulfillment_status,
            "cancelled": _text(self.cancelled_at),
            "test": self.test,
            "incl": self.taxes_included,
            "lines": [_line_facts(line) for line in self.lines],
            "codes": [[used.code, str(used.amount), used.type] for used in self.used_codes],
            "ship": _allocation_facts(self.shipping_discounts),
            "refunds": [_refund_facts(refund) for refund in self.refunds],
            "totals": _totals_facts(self),
            "cust": self.customer_id,
            "cust_at": _text(self.customer_created_at),
            "keys": [self.email_key, self.phone_key, self.address_key]
            if self.email_key or self.phone_key or self.address_key
            else None,
            "land": [self.landing.code, self.landing.ref, [*map(list, self.landing.utm)]] if self.landing else None,
            "src": self.source_name,
            "tags": list(self.tags),
            "gift": self.gift,
            "skel": self.skeleton,
        }
        facts.update((key, value) for key, value in optional.items() if value)
        if self.applications is None or self.applications:
            facts["apps"] = self.applications and [[a.type, a.code, a.title, a.target_type] for a in self.applications]
        return facts

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Order:
        """The order that `to_facts` was given; facts of a later version are refused, never guessed at."""
        if facts["v"] != FACTS_VERSION:
            raise MachineProblem(
                f"the ledger's orders are kept in form {facts['v']}, this shopinf reads form {FACTS_VERSION}",
                hint="Update shopinf, or read the orders anew: shopinf orders sync --full",
            )
        have = facts.get
        at = facts["at"]
        totals = have("totals") or (None, None, None, None)
        keys = have("keys") or (None, None, None)
        apps = have("apps", ())
        land = have("land")
        return cls(
            order_id=facts["id"],
            name=facts["name"],
            created_at=datetime.fromisoformat(at[0]),
            processed_at=datetime.fromisoformat(at[1]),
            updated_at=datetime.fromisoformat(at[2]),
            currency=facts["cur"],
            financial_status=have("fin"),
            lines=tuple([_line(each) for each in have("lines", ())]),
            taxes_included=have("incl", False),
            applications=None if apps is None else tuple([Application(*each) for each in apps]),
            used_codes=tuple([UsedCode(code, Decimal(amount), kind) for code, amount, kind in have("codes", ())]),
            shipping_discounts=_allocations(have("ship", ())),
            refunds=tuple([_refund(each) for each in have("refunds", ())]),
            cancelled_at=_moment(have("cancelled")),
            test=have("test", False),
            fulfillment_status=have("ful"),
            total_line_items_price=_amount(totals[0]),
            total_discounts=_amount(totals[1]),
            subtotal_price=_amount(totals[2]),
            current_subtotal_price=_amount(totals[3]),
            customer_id=have("cust"),
            customer_created_at=_moment(have("cust_at")),
            email_key=keys[0],
            phone_key=keys[1],
            address_key=keys[2],
            landing=Landing(land[0], land[1], tuple([(key, value) for key, value in land[2]])) if land else None,
            source_name=have("src"),
            tags=tuple(have("tags", ())),
            gift=have("gift", False),
            skeleton=have("skel", False),
        )


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

# The kinds that Shopify gives to a code; anything else in the plain list is some other discount's title.
_CODE_TYPES = frozenset({"percentage", "fixed_amount", "shipping"})


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _allocation_facts(allocations: Sequence[Allocation]) -> list[list[Any]]:
    return [[place, str(amount)] for place, amount in allocations]


def _allocations(facts: Iterable[Sequence[Any]]) -> tuple[Allocation, ...]:
    return tuple([(place, Decimal(amount)) for place, amount in facts])


def _line_facts(line: Line) -> list[Any]:
    kind = 1 if line.gift_card else 2 if line.tip else 0
    money = [str(line.price), str(line.tax), _allocation_facts(line.allocations)]
    counts = [line.quantity, line.current_quantity]
    return [line.line_id, *counts, *money, kind, line.product_id, line.variant_id, line.sku, line.title]


def _line(facts: Sequence[Any]) -> Line:
    line_id, quantity, current, price, tax, allocations, kind, product_id, variant_id, sku, title = facts
    return Line(
        line_id,
        quantity,
        Decimal(price),
        current,
        _allocations(allocations),
        Decimal(tax),
        kind == 1,
        kind == 2,
        product_id,
        variant_id,
        sku,
        title,
    )


def _refund_facts(refund: Refund) -> list[Any]:
    lines = [[line.line_id, line.quantity, str(line.subtotal), str(line.tax)] for line in refund.lines]
    adjustments = [[each.kind, str(each.amount), str(each.tax)] for each in refund.adjustments]
    return [refund.refund_id, _text(refund.created_at), lines, adjustments]


def _refund(facts: Sequence[Any]) -> Refund:
    refund_id, at, lines, adjustments = facts
    return Refund(
        refund_id,
        datetime.fromisoformat(at),
        tuple([RefundLine(line, quantity, Decimal(sub), Decimal(tax)) for line, quantity, sub, tax in lines]),
        tuple([Adjustment(kind, Decimal(amount), Decimal(tax)) for kind, amount, tax in adjustments]),
    )


def _totals_facts(order: Order) -> list[str | None] | None:
    totals = (order.total_line_items_price, order.total_discounts, order.subtotal_price, order.current_subtotal_price)
    return None if totals == (None,) * 4 else [None if total is None else str(total) for total in totals]
