"""What one influencer earns of one order: at which rates, for which share and which goods of it.

A stake is decided once, and can be worked out again after every refund. Tiers are the exception: what an order earns
in them depends on all the others of its period, so a stake answers with the net sales that go into each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from shopinf.attribution.commissions import Commission
from shopinf.attribution.sales import Amounts, Sale, apportion
from shopinf.money import rounded
from shopinf.orders import Line, Order
from shopinf.payouts.rates import Rate, Tiers, for_customer

_WHOLE = (Fraction(1),)
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Part:
    """One rate, on one of the *shares* that an order is cut into, and on some of its lines where it is a product's."""

    rate: Commission | Tiers
    shares: tuple[Fraction, ...] = _WHOLE
    place: int = 0  # which share
    lines: frozenset[int] | None = None  # None: all of them


@dataclass(frozen=True, slots=True)
class Earned:
    """A commission, and the net sales beside it that earn by tiers."""

    commission: Decimal
    in_tiers: tuple[tuple[Tiers, Decimal], ...] = ()


def earned(
    parts: Sequence[Part], amounts: Amounts, currency: str, *, worths: Mapping[int, Decimal] | None = None
) -> Earned:
    """What the *parts* of a stake come to for an order that is worth *amounts* now, to the minor unit.

    *worths* is what each line of the order is worth now; it is needed where a part is about some of them.
    """
    commission, tiers = rounded(_NOTHING, currency), []
    for part in parts:
        base, net = amounts.base, amounts.net_sales
        if part.lines is not None:
            base, net = _of_lines(part.lines, worths or {}, amounts, currency)
        if isinstance(part.rate, Tiers):
            tiers.append((part.rate, _share(part, net, currency)))
        else:
            commission += _share(part, part.rate.on(base, net, currency), currency)
    return Earned(commission, tuple(tiers))


NOTHING_EARNED = Earned(_NOTHING)


def at_moment(order: Order, worth: Sale, parts: Sequence[Part], number: int) -> Earned | None:
    """What a stake came to after one of an order's moments; None where nobody has said what is earned."""
    if not parts:
        return None
    by_line = any(part.lines is not None for part in parts)
    last = number == len(worth.moments) - 1
    worths = line_worths(order, worth.ordered, kept=last) if by_line else None
    return earned(parts, worth.moments[number].amounts, order.currency, worths=worths)


def earned_now(order: Order, worth: Sale, parts: Sequence[Part]) -> Earned:
    """What a stake has come to by all that is known."""
    return at_moment(order, worth, parts, len(worth.moments) - 1) or NOTHING_EARNED


def alone(found: Earned | None, currency: str) -> Decimal | None:
    """The commission as if no other order were in its tiers."""
    return None if found is None else pooled([("", found)], currency)[0] if found.in_tiers else found.commission


def _share(part: Part, whole: Decimal, currency: str) -> Decimal:
    """One share of *whole*, to the cent, so that the shares add up."""
    return whole if len(part.shares) == 1 else apportion(whole, part.shares, currency)[part.place]


def _of_lines(
    lines: frozenset[int], worths: Mapping[int, Decimal], amounts: Amounts, currency: str
) -> tuple[Decimal, Decimal]:
    """The base and the net sales that belong to *lines*, by what each line of the order is worth."""
    total = sum(worths.values(), _NOTHING)
    if not total:
        return _NOTHING, _NOTHING
    mine = Fraction(sum((worth for line, worth in worths.items() if line in lines), _NOTHING)) / Fraction(total)
    shares = (mine, 1 - mine)
    base = apportion(amounts.base, shares, currency)
    return base[0], apportion(amounts.net_sales, shares, currency, caps=base)[0]


def stake(
    goods: Sequence[Line],
    find: Callable[[Collection[str]], Rate | None],
    products: Container[str],
    *,
    new: bool | None,
    assumed: bool = False,
    shares: tuple[Fraction, ...] = _WHOLE,
    place: int = 0,
) -> tuple[Part, ...] | None:
    """The stake in an order of *goods* at the rates that *find* gives for a line's ids and SKU; None without a rate.

    *products* are those that have rates of their own. The rate for the customer is chosen here, once.
    """
    groups: dict[Rate | None, set[int]] = {}
    for line in goods:
        names = [each for each in product_names(line) if each in products]
        groups.setdefault(find(names), set()).add(line.line_id)
    if not groups:
        groups[find(())] = set()
    if None in groups:
        return None
    parts = []
    for rate, lines in groups.items():
        assert rate is not None
        chosen = for_customer(rate, new=new, assumed=assumed)
        parts.append(Part(chosen, shares, place, frozenset(lines) if len(groups) > 1 else None))
    return tuple(parts)


def product_names(line: Line) -> tuple[str, ...]:
    """What a rate may call a line's product by: its ids and its SKU, folded."""
    found = (line.product_id, line.variant_id, line.sku)
    return tuple([str(each).strip().casefold() for each in found if each])


def line_worths(order: Order, goods: Sequence[Line], *, kept: bool = True) -> dict[int, Decimal]:
    """What each of *goods* is worth, after its discounts and without tax: what is *kept* of it, or as ordered.

    Where nothing is kept, as ordered: a rate on nothing is nothing either way.
    """
    back: dict[int, int] = {}
    for refund in order.refunds:
        for each in refund.lines:
            back[each.line_id] = back.get(each.line_id, 0) + each.quantity

    def left(line: Line) -> int:
        if line.current_quantity is not None:
            return line.current_quantity
        return max(line.quantity - back.get(line.line_id, 0), 0)

    ordered = {
        line.line_id: max(line.gross - line.discount - (line.tax if order.taxes_included else _NOTHING), _NOTHING)
        for line in goods
    }
    if not kept:
        return ordered
    now = {line.line_id: ordered[line.line_id] * left(line) / line.quantity for line in goods if line.quantity}
    return now if any(now.values()) else ordered


def pooled(stakes: Sequence[tuple[str, Earned]], currency: str) -> list[Decimal]:
    """The commissions of a period's stakes, in the order they were made, with what each earns by tiers.

    Each comes with the name of whose account it is: the orders of one account at one rate rise through its tiers
    together.
    """
    totals = [each.commission for _, each in stakes]
    pools: dict[tuple[str, Tiers], list[tuple[int, Decimal]]] = {}
    for place, (whose, each) in enumerate(stakes):
        for tiers, net in each.in_tiers:
            pools.setdefault((whose, tiers), []).append((place, net))
    for (_, tiers), members in pools.items():
        nets = [net for _, net in members]
        for (place, _), amount in zip(members, tiers.commissions(nets, currency), strict=True):
            totals[place] += amount
    return totals
