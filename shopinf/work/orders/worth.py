"""What the customers of a store are worth that influencers won, from the ledger alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from shopinf.attribution.buyers import Rank
from shopinf.attribution.codebook import Codes
from shopinf.attribution.credits import Credit, Excluded, MultiCode, Rules, Status, attribute, exclusion
from shopinf.attribution.sales import sale
from shopinf.attribution.standing import standing
from shopinf.attribution.tiers import Outcome, in_tiers, rises
from shopinf.attribution.won import Buy, Customer, Given, StoreWorth, Unsettled, Waiting, Won
from shopinf.attribution.worth import Sums, sums
from shopinf.errors import NotFound
from shopinf.gifts.plan import GIFT_TAG, is_given
from shopinf.orders import Order
from shopinf.payouts.rates import read_rate
from shopinf.periods import Period, Step, label
from shopinf.shell import quoted
from shopinf.stores import Store
from shopinf.windows import EVER
from shopinf.work.orders.codebook import code_book
from shopinf.work.orders.crediting import Which, credit_orders
from shopinf.work.orders.won import owned_texts, won_customers

if TYPE_CHECKING:
    from shopinf.desk import Desk

_NOTHING = Decimal(0)


def store_worth(desk: Desk, store: Store, period: Period | None, commission: str | None = None) -> StoreWorth:
    """The customers of *store* who were won in *period* (None: ever), with all that they have bought since.

    *commission* is earned where nobody has a rate. Refuses a store whose orders were never read.
    """
    sync = desk.ledger.orders.sync(store.shop_id)
    if sync is None:
        raise NotFound(
            f"The orders of {store.name} were never read", hint=f"shopinf orders sync -s {quoted(store.name)}"
        )
    now = desk.clock.now()
    reading = _Reading(desk, store, period, sync.reach, commission)
    return StoreWorth(
        store.name,
        store.currency,
        store.zone,
        min(now, sync.finished_at or now),
        reading.won(),
        _gifts(desk, store),
        period,
        reading.waiting,
    )


def came_back(desk: Desk, store: Store, last: date, commission: str | None = None) -> Sums | None:
    """Whether the customers of *store* came back who were won in the twelve months up to the one of *last*.

    None where Shopify shows its latest orders only: then it cannot be told whose first order is a first one.
    """
    sync = desk.ledger.orders.sync(store.shop_id)
    if sync is None or sync.truncated:
        return None
    first = date(last.year - (last.month < 12), last.month % 12 + 1, 1)
    return sums(store_worth(desk, store, Period(first, last, "a year"), commission))


@dataclass
class _Reading:
    """One store's customers being read, some thousand orders at a time."""

    desk: Desk
    store: Store
    period: Period | None
    reach: datetime | None
    commission: str | None
    waiting: list[Waiting] = field(default_factory=list)

    @cached_property
    def codes(self) -> Codes:
        return code_book(self.desk, self.store)

    @cached_property
    def rules(self) -> Rules:
        ledger, shop_id = self.desk.ledger, self.store.shop_id
        return Rules(
            MultiCode(self.desk.config.multi_code),
            default=read_rate(self.commission, self.store.currency) if self.commission else None,
            gift_orders=ledger.gifts.order_ids(shop_id),
            gift_tags=(GIFT_TAG,),
            decisions=ledger.decisions.of(shop_id),
        )

    def won(self) -> Iterator[Won]:
        """Those who were won, in no order."""
        ledger, shop_id = self.desk.ledger, self.store.shop_id
        ids = ledger.orders.with_codes(shop_id, owned_texts(ledger, shop_id))
        gifts, within = self.rules.gift_orders, self.period.bounds(self.store.zone) if self.period else None
        for part in won_customers(ledger, shop_id, ids, gift_orders=gifts, history_since=self.reach, within=within):
            wanted = [each.order_id for customer in part.customers for each in (customer.first, *customer.again)]
            wanted += [each.order_id for each in part.nameless]
            ranks = {each.first.order_id: Rank("", new=True, assumed=each.assumed) for each in part.customers}
            outcomes = {
                order.order_id: self._outcome(order, ranks.get(order.order_id, _RETURNING))
                for order in ledger.repeats.whole(shop_id, wanted)
            }
            for each in part.nameless:
                outcome = outcomes.get(each.order_id, _LEFT_OUT)
                if outcome.influencer and outcome.status is Status.APPROVED:
                    self.waiting.append(
                        Waiting(Unsettled.NOBODY, outcome.influencer, outcome.campaign, each.processed_at)
                    )
            for customer in part.customers:
                if (found := self._customer(customer, outcomes)) is not None:
                    yield found

    def _outcome(self, order: Order, rank: Rank) -> _Outcome:
        """What an order came to, and whose it is where it is somebody's."""
        credits = attribute(order, self.codes, self.rules, rank)
        if isinstance(credits, Excluded):
            return _LEFT_OUT
        if credits:
            (first, *_) = credits
            commissions = [self._earned(credit) for credit in credits]
            earned = None if None in commissions else sum((each for each in commissions if each), _NOTHING)
            net = sum((each.amounts.net_sales for each in credits), _NOTHING)
            return _Outcome(first.status, _buy(order, net, earned), first.influencer, first.campaign)
        if exclusion(order, self.rules) is not None:
            return _LEFT_OUT
        worth = sale(order)
        status, _ = standing(order, worth)
        # Nobody is asked to look at an order that earns nothing: it counts as far as it can be told.
        status = Status.APPROVED if status is Status.NEEDS_REVIEW else status
        return _Outcome(status, _buy(order, worth.amounts.net_sales, _NOTHING))

    def _earned(self, credit: Credit) -> Decimal | None:
        if rises(credit):
            return self._tiered.get((credit.order.order_id, credit.influencer), credit.commission)
        return credit.commission

    @cached_property
    def _tiered(self) -> dict[tuple[int, str], Decimal | None]:
        """What orders earn that rise through tiers with all others of their month, those of old customers too."""
        months: dict[str, list[Outcome]] = {}
        for outcome in credit_orders(self.desk, self.store, self.codes, self.rules, Which(owned=True)).outcomes:
            if isinstance(outcome, list) and any(map(rises, outcome)):
                day = outcome[0].order.processed_at.astimezone(self.store.zone).date()
                months.setdefault(label(day, Step.MONTH), []).append(outcome)
        return {
            (credit.order.order_id, credit.influencer): credit.commission
            for outcomes in months.values()
            for outcome in in_tiers(outcomes)
            if isinstance(outcome, list)
            for credit in outcome
        }

    def _customer(self, customer: Customer, outcomes: dict[int, _Outcome]) -> Won | None:
        """The customer with what counts of their orders; None where nobody has won them."""
        first = outcomes.get(customer.first.order_id, _LEFT_OUT)
        at = customer.first.processed_at
        if not first.influencer or not self._counts(first, first.influencer, first.campaign, at):
            return None
        again: list[Buy] = []
        for each in customer.again:
            if (outcome := outcomes.get(each.order_id)) is None:
                again.append(Buy(each.processed_at, first.buy.currency, None, _NOTHING))
            elif self._counts(outcome, first.influencer, first.campaign, at):
                again.append(outcome.buy)
        return Won(first.influencer, first.campaign, first.buy, again, customer.assumed)

    def _counts(self, outcome: _Outcome, influencer: str, campaign: str, at: datetime) -> bool:
        match outcome.status:
            case Status.PENDING:
                self.waiting.append(Waiting(Unsettled.UNPAID, influencer, campaign, at))
            case Status.NEEDS_REVIEW:
                self.waiting.append(Waiting(Unsettled.REVIEW, influencer, campaign, at))
        return outcome.status is Status.APPROVED


@dataclass(frozen=True, slots=True)
class _Outcome:
    """How an order stands and what it came to; *influencer* is there where it is credited to somebody."""

    status: Status
    buy: Buy
    influencer: str | None = None
    campaign: str = ""


_RETURNING = Rank("", new=False)
_LEFT_OUT = _Outcome(Status.REVERSED, Buy(EVER, "", _NOTHING, _NOTHING))


def _buy(order: Order, net: Decimal, commission: Decimal | None) -> Buy:
    sold = [
        (line.title, line.quantity if line.current_quantity is None else line.current_quantity)
        for line in order.lines
        if line.title and not line.outside
    ]
    return Buy(order.processed_at, order.currency, net, commission, tuple(sold))


def _gifts(desk: Desk, store: Store) -> Iterable[Given]:
    """The gifts of a store that reached somebody or are under way."""
    records = [each for each in desk.ledger.gifts.of_shop(store.shop_id) if each.order_id is not None]
    seen = desk.ledger.gifts.parcels(store.shop_id, [each.order_id for each in records if each.order_id])
    people = desk.ledger.people.by_id(each.person for each in records)
    for each in records:
        at = each.completed_at or each.made_at
        if at is not None and is_given(each, seen.get(each.order_id or 0)):
            name = people[each.person].influencer if each.person in people else each.person
            yield Given(name, each.campaign, at, each.worth)
