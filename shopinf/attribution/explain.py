"""An order told in plain words, with the arithmetic: what was sold, what went back, whose it is and what it earns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shopinf.attribution.buyers import Rank
from shopinf.attribution.codebook import Codes, on_day
from shopinf.attribution.credits import Credit, Excluded, Exclusion
from shopinf.attribution.refunds import BARE, Sent, Taken, is_shipping, without_tax
from shopinf.attribution.sales import Sale
from shopinf.leaks.visits import Trail, Visit
from shopinf.money import Money
from shopinf.orders import Line, Order, RefundLine
from shopinf.times import in_zone, iso


@dataclass(frozen=True, slots=True)
class Step:
    """One sentence of the explanation, with its amount where it has one."""

    about: str
    says: str
    amount: Money | None = None


def explain(
    order: Order,
    worth: Sale,
    codes: Codes,
    outcome: list[Credit] | Excluded,
    rank: Rank | None = None,
    trail: Trail | None = None,
) -> list[Step]:
    """Everything about one order, step by step; *trail* are the visits before it, where they are known."""
    teller = _Teller(order, worth, codes)
    return [
        *teller.head(rank),
        *teller.lines(),
        *teller.refunds(),
        *teller.sums(),
        *teller.visited(trail),
        *teller.used(),
        *teller.outcome(outcome),
    ]


class _Teller:
    """Tells one order."""

    def __init__(self, order: Order, worth: Sale, codes: Codes) -> None:
        self.order, self.worth, self.codes = order, worth, codes
        self.day = in_zone(order.processed_at, codes.zone).date()

    def money(self, amount: Decimal) -> Money:
        return Money(amount, self.order.currency).rounded()

    def at(self, moment: datetime) -> str:
        return iso(moment, self.codes.zone) or ""

    def head(self, rank: Rank | None) -> Iterator[Step]:
        order = self.order
        words = [f"{order.name} (id {order.order_id}) of {self.at(order.processed_at)}, in {order.currency}"]
        words.append(f"payment {order.financial_status or 'unknown'}")
        words += ["a test order"] if order.test else []
        words += [f"cancelled {self.at(order.cancelled_at)}"] if order.cancelled_at else []
        yield Step("order", ", ".join(words))
        if rank is not None:
            assumed = ", assumed: earlier orders cannot be seen" if rank.assumed else ""
            yield Step("buyer", f"{rank.customer_type} customer{assumed}")

    def lines(self) -> Iterator[Step]:
        ordered = {line.line_id for line in self.worth.ordered}
        added = {line.line_id for line in self.worth.added}
        laid = {line.line_id: line for line in self.worth.ordered}
        for line in self.order.lines:
            what = f"{line.quantity} × {line.title or 'a product'} at {self.money(line.price)}"
            if line.line_id in ordered:
                yield Step("line", what, self.money(line.gross))
                yield from self._off(laid[line.line_id])
            else:
                why = "added later by staff, not earned" if line.line_id in added else "no merchandise, not counted"
                yield Step("line", f"{what}: {why}")

    def _off(self, line: Line) -> Iterator[Step]:
        for place, amount in line.allocations:
            yield Step("discount", f"less by {self._discount(place)}", self.money(-amount))
        if self.order.taxes_included and line.tax:
            yield Step("tax", "less the tax inside the price", self.money(-line.tax))

    def _discount(self, place: int) -> str:
        """The discount that an allocation points to."""
        applications = self.order.applications
        if not applications:
            used = self.order.used_codes
            return f"code {used[place].code}" if 0 <= place < len(used) else "a discount"
        if not 0 <= place < len(applications):
            return "a discount"
        found = applications[place]
        match found.type:
            case "discount_code":
                return f"code {found.code}"
            case "manual":
                return "a discount given by staff"
            case _:
                return f"{found.type} discount {found.title}" if found.title else f"{found.type} discount"

    def refunds(self) -> Iterator[Step]:
        for taken in self.worth.refunds:
            yield from self._refund(taken)
        if self.worth.removed:
            yield Step("edit", "removed by an edit, without a refund line", self.money(-self.worth.removed))
        if self.worth.beyond:
            yield Step(
                "refund",
                f"{self.money(self.worth.beyond)} was refunded beyond what was sold, and is not subtracted",
            )

    def _refund(self, taken: Taken) -> Iterator[Step]:
        refund = taken.refund
        when = f"refund of {self.at(refund.created_at)}"
        for each in refund.lines:
            yield self._taken_back(each, when, taken)
        if taken.by_lines and (said := _SENT.get(taken.sent)):
            yield Step("refund", f"{when}: {said}")
        if taken.withheld:
            yield Step("refund", f"{when}: withheld of what the lines were worth", self.money(taken.withheld))
        if taken.goodwill:
            yield Step("refund", f"{when}: paid back beside the lines", self.money(-taken.goodwill))
        if taken.covered > 0:
            said = f"{self.money(taken.covered)} was for goods that are gone already, and is not subtracted again"
            yield Step("refund", f"{when}: {said}")
        for other in refund.adjustments:
            if is_shipping(other, refund):
                yield Step("refund", f"{when}: shipping, {self.money(-other.amount)}, which changes nothing here")

    def _taken_back(self, each: RefundLine, when: str, taken: Taken) -> Step:
        line = next((line for line in self.order.lines if line.line_id == each.line_id), None)
        what = f"{when}: {each.quantity} × {line.title if line and line.title else 'a product'}"
        if line is not None and all(line.line_id != ordered.line_id for ordered in self.worth.ordered):
            return Step("refund", f"{what}, which was not counted")
        if not each.subtotal:
            gone = self.money(-taken.bare) if taken.bare else None
            return Step("refund", f"{what}, {BARE}" + (" and gone, not earned" if taken.bare else ""), gone)
        net = without_tax(each, line, self.order.currency, taxes_included=self.order.taxes_included)
        return Step("refund", f"{what}, after discounts and without tax", self.money(-net))

    def sums(self) -> Iterator[Step]:
        amounts = self.worth.amounts
        yield Step("gross_sales", "price × quantity of the goods as ordered", self.money(amounts.gross_sales))
        yield Step("discounts", "all discounts on them", self.money(amounts.discounts))
        yield Step("included_tax", "the tax inside these prices", self.money(amounts.included_tax))
        yield Step("returns", "taken away again by refunds, edits or cancellation", self.money(amounts.returns))
        parts = (amounts.gross_sales, amounts.discounts, amounts.included_tax, amounts.returns)
        sum_ = " - ".join(str(self.money(part)) for part in parts)
        yield Step("net_sales", f"{sum_} = {self.money(amounts.net_sales)}", self.money(amounts.net_sales))
        for problem in self.worth.problems:
            yield Step("look", problem)

    def used(self) -> Iterator[Step]:
        if not self.order.codes:
            yield Step("code", "no discount code was used")
        for text in self.order.codes:
            code = self.codes.named(text, self.day)
            owner = on_day(code.owners, self.day) if code else None
            if code is None or owner is None:
                yield Step("code", f"{text} is not among the codes made or imported here, so it counts for nobody")
            else:
                whose = f"{owner}'s" if owner else "nobody's in particular"
                yield Step("code", f"{text} is {whose}, campaign {code.campaign or '(none)'}")

    def visited(self, trail: Trail | None) -> Iterator[Step]:
        several = trail is not None and len(trail.visits) > 1
        for number, visit in enumerate(trail.visits if trail else ()):
            which = ("the first one", "the last one")[number] if several else ""
            at = f"{in_zone(visit.at, self.codes.zone):%d %b %H:%M}" if visit.at else ""
            parts = [which, at, f"from {visit.host}" if visit.host else "", self._led(visit)]
            yield Step("visit", ", ".join(part for part in parts if part) or "from no other site")

    def _led(self, visit: Visit) -> str:
        landing = visit.landing
        if landing is None:
            return f"to {visit.path}" if visit.path else ""
        carried = [landing.code, landing.ref, *(f"utm_{name}={value}" for name, value in landing.utm)]
        return f"by a link with {', '.join(text for text in carried if text)}"

    def outcome(self, outcome: list[Credit] | Excluded) -> Iterator[Step]:
        match outcome:
            case Excluded(reason=reason):
                yield Step("result", f"not counted: {_EXCLUDED[reason]}")
            case []:
                yield Step("result", "nobody's sale that we know of")
            case credits:
                for credit in credits:
                    yield from self._credit(credit)

    def _credit(self, credit: Credit) -> Iterator[Step]:
        who = credit.influencer or f"code {credit.code}"
        yield Step(
            "result", f"{who}: {credit.status}, {', '.join(credit.reasons)}", self.money(credit.amounts.net_sales)
        )
        if credit.commission is None:
            yield Step("commission", f"{who}: open, since nobody has said what is earned")
            return
        share = f", {credit.share.numerator} of {credit.share.denominator} parts" if credit.share != 1 else ""
        of = f"{credit.rate} of {self.money(credit.sale.amounts.net_sales)}{share}" if credit.rate else "no rate"
        yield Step("commission", f"{who}: {of}", self.money(credit.commission))
        if len(credit.events) > 1:
            for event in credit.events:
                earned = f", commission {self.money(event.commission or Decimal(0))}"
                yield Step("event", f"{self.at(event.at)} {event.what}{earned}", self.money(event.amounts.net_sales))


_EXCLUDED = {
    Exclusion.TEST: "a test order",
    Exclusion.GIFT: "a gift to an influencer",
    Exclusion.GIFT_CARD_ONLY: "only gift cards were bought",
}

_SENT = {
    Sent.PENDING: "its money is on its way, the goods count as returned from now on",
    Sent.NOTHING: "no money was sent for it, the goods are gone all the same",
    Sent.FAILED: "its money failed to arrive",
}
