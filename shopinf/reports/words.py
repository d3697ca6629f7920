"""How a report's readers see its values: amounts with their thousands set apart, headings, sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from shopinf.attribution.overview import Covered, Overview
from shopinf.money import Money
from shopinf.results import Failure
from shopinf.words import counted, few

HEADINGS = {
    "net_sales": "Net sales",
    "gross_sales": "Gross sales",
    "discounts": "Discounts",
    "included_tax": "Included tax",
    "returns": "Returns",
    "commission": "Commission",
    "paid": "Paid",
    "open": "Open",
    "orders": "Orders",
    "new_customers": "New customers",
    "returning_customers": "Returning customers",
    "average_order_value": "Average order",
    "store": "Store",
    "influencer": "Influencer",
    "code": "Code",
    "campaign": "Campaign",
    "order_name": "Order",
    "processed_at": "Date",
    "customer_type": "Customer",
    "status": "Status",
    "reasons": "Reasons",
    "other_codes": "Other codes",
    "order_id": "Order ID",
    "method": "Counted by",
    "first_order_at": "First order",
    "last_order_at": "Last order",
    "timezone": "Time zone",
    "excluded": "Not counted as",
    "change_pct": "Change in %",
}
_NAMED = 12  # stores in a sentence; the foot of the page lists them all
LEFT_OUT = {
    "test": "test orders",
    "gift": "gifts to influencers",
    "gift_card_only": "orders of gift cards only",
    "pending": "orders not paid yet",
    "needs_review": "orders still to be checked",
}


def heading(key: str) -> str:
    """A column as people read it."""
    return HEADINGS.get(key) or key.replace("_", " ").capitalize()


def amount(money: Money) -> str:
    """`12,340.50`: the currency's own decimals, thousands set apart, no sign for the currency."""
    return f"{Decimal(str(money)):,f}"


def count(number: int) -> str:
    return f"{number:,}"


def percent(change: Decimal) -> str:
    """A change with its sign: `+12.5 %`."""
    return f"{'−' if change < 0 else '+' if change else '±'}{abs(change):,} %"


def moment(at: datetime) -> str:
    """`2026-06-03 14:05`, on the wall clock that *at* is on."""
    return f"{at:%Y-%m-%d %H:%M}"


def stamps(overview: Overview) -> list[tuple[str, str]]:
    """What the first page has to say before any number: each a word, and a sentence."""
    found = []
    if len(overview.stores) > 1:
        parts = [together(overview, currency) for currency in sorted({each.currency for each in overview.stores})]
        found.append((counted(len(overview.stores), "store"), " ".join(parts)))
    if provisional := [store.shown for store in overview.stores if store.provisional]:
        where = f" in {few(provisional, 4)}" if len(provisional) < len(overview.stores) else ""
        made = moment(overview.made_here)
        found.append(("Provisional", f"The period ends on {overview.last}{where}; these are the figures of {made}."))
    found += _truncations(overview.stores)
    if overview.missing:
        if overview.client:
            failed = few([_lost(each) for each in overview.missing], 20)
        else:
            failed = "; ".join(f"{_lost(each)} ({each.error})" for each in overview.missing)
        found.append(("Incomplete", f"Not included, because their orders could not be read: {failed}."))
    return found


def together(overview: Overview, currency: str) -> str:
    """Whose sales the figures of *currency* are; nothing where there is one store alone."""
    names = [store.shown for store in overview.stores if store.currency == currency]
    if len(overview.stores) < 2 or not names:
        return ""
    if len(names) == 1:
        return f"Figures in {currency} are of {names[0]} alone."
    listed = few(names, _NAMED) if len(names) > _NAMED else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"Figures in {currency} are of {listed} together."


def _lost(failure: Failure) -> str:
    """The store, or the order of it, that is not in the figures."""
    return failure.of_store or ": ".join(part for part in (failure.store, failure.what) if part)


def _truncations(stores: Sequence[Covered]) -> list[tuple[str, str]]:
    """One stamp for all stores that are cut off at the same day."""
    cut: dict[tuple[date, bool], list[str]] = {}
    for store in stores:
        if store.complete_from is not None:
            since = store.complete_from.date()
            cut.setdefault((since, since > store.period.first), []).append(store.shown)
    found = []
    for (since, inside), names in cut.items():
        before = f"{few(names, 20)}: orders before {since} could not be read"
        if inside:
            found.append(("Truncated", f"{before} and are not in these figures."))
        else:
            found.append(("Comparison truncated", f"{before}, so the period before is not complete."))
    return found
