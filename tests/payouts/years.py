"""A year of two stores as it may happen: orders, returns, rates that change, closings in any rhythm, payments.

The engines are the real ones, over a ledger of its own; only the reading of the stores is left out: what the stores
would say is written into the ledger's copy.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from bench import StillClock

from shopinf.attribution.credits import MultiCode, Rules
from shopinf.attribution.earning import NOTHING_EARNED, Earned, earned_now, pooled
from shopinf.attribution.sales import sale
from shopinf.desk import Desk, Setting
from shopinf.discounts.records import Origin, State
from shopinf.discounts.terms import Kind as TermKind
from shopinf.discounts.terms import Terms as CodeTerms
from shopinf.ledger.coderows import Tracked
from shopinf.ledger.orders import Sync
from shopinf.orderrows import row_of
from shopinf.orders import Application, Line, Order, Refund, RefundLine
from shopinf.outcomes import Outcome
from shopinf.payouts.entries import Account, Entry, Kind, OrderKey, Recorded
from shopinf.payouts.rates import Subject
from shopinf.payouts.runs import LIVE, Rail
from shopinf.payouts.runs import State as PaymentState
from shopinf.payouts.statements import Action, HoldFrom
from shopinf.people.influencers import Named, Source
from shopinf.periods import Period
from shopinf.stores import Store
from shopinf.work.payouts import close as engine
from shopinf.work.payouts.judge import About, judge
from shopinf.work.payouts.payers import Paying, group_key, store_key

DAYS = 365
START = datetime(2026, 1, 1, 12, tzinfo=UTC)
STORES = [
    Store("berlin", 1, "berlin.myshopify.com", "c1", currency="EUR", timezone="Europe/Berlin"),
    Store("austin", 2, "austin.myshopify.com", "c2", currency="EUR", timezone="America/Chicago"),
]
PEOPLE = ("mia", "leo", "ann")
RATES = ("10%", "12.5%", "8.00", "8.00 pro rata", "new 15% returning 5%", "10%, from 300 15%")
TIERS = "10%, from 200 20% (whole)"
D = Decimal


@dataclass
class Year:
    """One year, its stores' orders, and the ledger that they are closed in."""

    desk: Desk
    clock: StillClock
    dice: Random
    people: dict[str, str] = field(default_factory=dict)  # ids by name
    orders: dict[tuple[int, int], Order] = field(default_factory=dict)
    known: dict[tuple[int, int], Order] = field(default_factory=dict)  # as its store's last closing knew it
    closed: dict[str, date] = field(default_factory=dict)  # the last day of each payer
    printed: dict[tuple[str, Period], str] = field(default_factory=dict)  # every closing as it was made
    multi: MultiCode = MultiCode.LARGEST
    number: int = 0

    @classmethod
    def begin(cls, folder: Path, dice: Random) -> Year:
        clock = StillClock(START)
        environ = {"SHOPINF_HOME": str(folder), "SHOPINF_USER": "ann"}
        streams = io.StringIO(), io.StringIO(), io.StringIO()
        year = cls(Desk(Setting(environ, *streams, clock=clock, signals=False)), clock, dice)
        enrolled = year.desk.ledger.people.enrol([Named(name, Source.INFLUENCER) for name in PEOPLE])
        year.people = {one.influencer: one.id for one in enrolled}
        for store in STORES:
            for name in PEOPLE:
                terms = CodeTerms(TermKind.PERCENTAGE, D(10))
                code = f"{name.upper()}{store.shop_id}"
                tracked = Tracked(
                    year.people[name], "", code, State.LIVE, Origin.TRACKED, f"rule/{code}", terms, code, None, None
                )
                year.desk.ledger.codes.track(store.shop_id, "year", [tracked])
            year._synced(store)
        year.desk.ledger.rates.agree(Subject(), "10%", None)
        year.multi = dice.choice([*MultiCode])
        return year

    def _synced(self, store: Store) -> None:
        self.desk.ledger.orders.keep(store.shop_id, Sync(self.clock.now()))

    def live_through(self, patch: pytest.MonkeyPatch) -> None:
        """Let a year pass, three days at a time, and hold all that is recorded to what has to be true."""
        dice, recorded = self.dice, self.entries()
        happenings = [self.sell] * 6 + [self.change] * 6 + [self.agree, self.reassign, self.judge, self.adjust]
        for _ in range(DAYS // 3):
            self.clock.pass_(days=3, minutes=dice.randrange(500))
            for _ in range(dice.randrange(3)):
                dice.choice(happenings)()
            if dice.random() < 0.12 and (closing := self.close(patch)) is not None:
                self.check_orders(closing.paying.stores)
                self.check_chain()
            if dice.random() < 0.1:
                self.pay()
                self.check_payments()
            now = self.entries()
            assert now[: len(recorded)] == recorded
            recorded = now
        self.check_prints()

    # what happens

    def sell(self) -> None:
        store, self.number = self.dice.choice(STORES), self.number + 1
        price, quantity = D(self.dice.randrange(100, 20000)) / 100, self.dice.randrange(1, 4)
        off = (price * quantity / 10).quantize(D("0.01"))
        codes = self.dice.sample(PEOPLE, 2 if self.dice.random() < 0.1 else 1)
        applied = tuple(Application("discount_code", code=f"{name.upper()}{store.shop_id}") for name in codes)
        lines = [Line(1, quantity, price, quantity, ((0, off),), sku="A"), Line(2, 1, D("20.00"), 1, sku="B")]
        now = self.clock.now()
        order = Order(
            self.number,
            f"#{1000 + self.number}",
            now,
            now,
            now,
            store.currency,
            self.dice.choice(["paid", "paid", "paid", "pending"]),
            tuple(lines[: self.dice.randrange(1, 3)]),
            applications=applied,
            customer_id=self.dice.randrange(1, 12),
            customer_created_at=START,
        )
        self.say(store.shop_id, order)

    def say(self, shop: int, order: Order) -> None:
        """What the store says of an order now."""
        order = replace(order, updated_at=self.clock.now())
        total = sum((line.gross for line in order.lines), D(0))
        self.orders[shop, order.order_id] = order = replace(order, total_line_items_price=total)
        self.desk.ledger.orders.write(shop, [row_of(order)], 1)

    def change(self) -> None:
        """Something happens to an order: a return, an edit, a cancellation, a payment that comes or expires."""
        if not self.orders:
            return
        (shop, _), order = self.dice.choice([*self.orders.items()])
        match self.dice.randrange(6):
            case 0 | 1 | 2:
                self._give_back(shop, order)
            case 3:
                self.say(shop, replace(order, cancelled_at=order.cancelled_at or self.clock.now()))
            case 4:
                self.say(shop, replace(order, financial_status="paid"))
            case 5:
                then = {"pending": "voided", "paid": "pending"}.get(order.financial_status or "", "paid")
                self.say(shop, replace(order, financial_status=then))

    def _give_back(self, shop: int, order: Order) -> None:
        kept = [line for line in order.lines if line.current_quantity]
        if not kept or order.cancelled_at:
            return
        line = self.dice.choice(kept)
        left = line.current_quantity or 0
        one = ((line.gross - line.discount) / line.quantity).quantize(D("0.01"))
        back = (left == 1 and line.gross - line.discount - one * (line.quantity - 1)) or one
        refund = Refund(len(order.refunds) + 1, self.clock.now(), (RefundLine(line.line_id, 1, back),))
        lines = tuple(replace(each, current_quantity=left - 1) if each is line else each for each in order.lines)
        self.say(shop, replace(order, lines=lines, refunds=(*order.refunds, refund)))

    def agree(self) -> None:
        subject = self.dice.choice(
            [
                Subject(),
                *(Subject(person=id) for id in self.people.values()),
                Subject(person=self.people["mia"], product="b"),
            ]
        )
        rate = "0%" if subject.product else self.dice.choice([*RATES, TIERS])
        self.desk.ledger.rates.agree(subject, rate, self.clock.now().date() - timedelta(days=self.dice.randrange(60)))

    def reassign(self) -> None:
        store = self.dice.choice(STORES)
        record = self.dice.choice(self.desk.ledger.codes.of_shop(store.shop_id))
        new = self.dice.choice([*self.people.values()])
        day = (self.clock.now().date() - timedelta(days=self.dice.randrange(60))).isoformat()
        values = {"influencer": new}
        if any(each.person == new and each.id != record.id for each in self.desk.ledger.codes.of_shop(store.shop_id)):
            return
        self.desk.ledger.codes.retell(
            store.shop_id, record, "code.assigned", values, former_influencer=record.person, day=day
        )

    def judge(self) -> None:
        action = self.dice.choice([Action.HOLD, Action.RELEASE, Action.REJECT, Action.RELEASE])
        about = About(STORES, person=self.dice.choice([*self.people.values()]), since=self.clock.now().date())
        if self.dice.random() < 0.5:
            store = self.dice.choice(STORES)
            about = About([store], code=f"{self.dice.choice(PEOPLE).upper()}{store.shop_id}")
        judge(self.desk, action, about, "as it goes")

    def adjust(self) -> None:
        payer, currency = store_key(self.dice.choice(STORES)), "EUR"
        account = Account(payer, self.dice.choice([*self.people.values()]), currency)
        amount = D(self.dice.randrange(-3000, 3000)) / 100
        self.desk.ledger.accounts.add([Entry(Kind.MANUAL, account, amount, self.clock.now(), reason="as agreed")])

    # closing and paying

    def payer(self) -> Paying:
        if self.dice.random() < 0.2:
            return Paying(group_key("both"), "both", tuple(STORES))
        store = self.dice.choice(STORES)
        return Paying(store_key(store), store.name, (store,))

    def close(self, patch: pytest.MonkeyPatch) -> engine.Closing | None:
        """Close what is over and not closed for a payer, over any number of days."""
        paying, today = self.payer(), self.clock.now().date()
        last = today - timedelta(days=2)
        first = self.closed.get(paying.key, last - timedelta(days=self.dice.randrange(5, 40))) + timedelta(days=1)
        if first > last:
            return None
        for store in paying.stores:
            self._synced(store)
        done: dict[int, Outcome[Any]] = {store.shop_id: Outcome(store) for store in paying.stores}
        patch.setattr(engine, "_read", lambda *_: done)
        terms = (self.dice.choice([0, 14, 30]), HoldFrom.ORDER, self.dice.choice([D(0), D(25)]))
        ask = engine.Ask({store.name: Rules(self.multi) for store in STORES}, *terms, leave_review=True)
        period = Period(first, last, "")
        spans = {store.name: period for store in STORES}
        (outcome,) = engine.close_period(self.desk, [paying], spans, ask).all
        if outcome.error:
            raise outcome.error
        assert outcome.value is not None
        self.check_payable(paying.key, outcome.value)
        self.closed[paying.key] = last
        self.learn(paying.stores)
        (again,) = engine.close_period(self.desk, [paying], spans, ask).all
        assert again.value is not None
        assert again.value.before is not None
        assert [*again.value.statements] == [*outcome.value.statements]
        self.printed[paying.key, period] = self.print(paying.key, period)
        return outcome.value

    def print(self, payer: str, period: Period) -> str:
        """The statements of a closing with everything that they are made of."""
        statements = self.desk.ledger.accounts.of_period(payer, period)
        entries = self.desk.ledger.accounts.of_statements([each.id for each in statements])
        return "\n".join(f"{each} {entries[each.id]}" for each in statements)

    def pay(self) -> None:
        """Claim what can be paid, and have it go out, fail, or come back."""
        payments = self.desk.ledger.payments
        minimums = {each.key: each.terms.minimum for each in self.desk.ledger.accounts.payers()}
        could = {
            each.statement.id: each.now.amount
            for payer, minimum in minimums.items()
            for each in payments.candidates(payer, minimum)
            if each.payment is None and each.now.entries
        }
        made = payments.claim(f"R-{self.number}-{self.dice.random()}", Rail.CSV, dict.fromkeys(could, "x"), minimums)
        if made is None:
            assert not could
            return
        run, claimed = made
        assert {each.statement_id: each.amount for each in claimed} == could, "paid is what was payable, and no more"
        assert payments.claim("R-again", Rail.CSV, dict.fromkeys(could, "x"), minimums) is None
        match self.dice.randrange(4):
            case 0:
                payments.drop(run, "wrong day")
            case 1:
                for each in claimed:
                    payments.fail(each, self.clock.now(), "no account")
            case _:
                payments.pay(claimed, self.clock.now().date(), self.clock.now())
        if self.dice.random() < 0.2:
            for each in payments.of_run(run):
                if each.state is PaymentState.PAID and self.dice.random() < 0.5:
                    payments.fail(each, self.clock.now(), "returned")

    # what has to be true

    def count(self, table: str) -> int:
        """How many rows a table of the ledger has."""
        with self.desk.ledger.database.reading() as db:
            return int(db.exec_driver_sql(f"SELECT COUNT(*) FROM {table}").scalar_one())

    def entries(self) -> list[tuple[Any, ...]]:
        """Everything recorded, but for the statement that an entry waits for."""
        with self.desk.ledger.database.reading() as db:
            rows = db.exec_driver_sql("SELECT * FROM entries ORDER BY id").mappings()
            return [tuple(value for name, value in row.items() if name != "statement") for row in rows]

    def learn(self, stores: Sequence[Store]) -> None:
        """What a closing of *stores* knows of their orders: an order whose payment is under way stands as before."""
        shops = {store.shop_id for store in stores}
        for (shop, id), order in self.orders.items():
            if shop in shops and not self._waits(OrderKey(shop, id)):
                self.known[shop, id] = order

    def _waits(self, key: OrderKey) -> bool:
        """Is a payment under way, so that nothing new is said of an order?"""
        order = self.orders[key.shop_id, key.order_id]
        return order.cancelled_at is None and order.financial_status == "pending"

    def check_orders(self, stores: Sequence[Store]) -> None:
        """The entries of every order add up to its commission at its store's last closing, or to nothing if rejected.

        Tiers are those of the statement that it was entered in; orders of another store count in them as they stood
        when that store was closed.
        """
        entered = [each for store in STORES for each in self._recorded(store)]
        entered.sort(
            key=lambda one: (one[0].first.happened_at, one[0].first.order.shop_id, one[0].first.order.order_id)
        )
        expected = pooled(
            [(f"{statement} {each.first.account.person}", self._earned(each)) for each, statement in entered], "EUR"
        )
        shops = {store.shop_id for store in stores}
        for (each, _), commission in zip(entered, expected, strict=True):
            if each.first.order.shop_id in shops and not self._waits(each.first.order):
                assert each.total == (0 if each.is_rejected else commission), each.first

    def _recorded(self, store: Store) -> list[tuple[Recorded, int | None]]:
        accounts = self.desk.ledger.accounts
        return accounts.recorded(store.shop_id, accounts.entered(store.shop_id))

    def _earned(self, recorded: Recorded) -> Earned:
        """What an order's stake comes to by what its store's last closing knew."""
        key = recorded.first.order
        order = self.known[key.shop_id, key.order_id]
        worth = sale(order)
        return NOTHING_EARNED if worth.moments[-1].over else earned_now(order, worth, recorded.first.parts)

    def check_payable(self, payer: str, closing: engine.Closing) -> None:
        """What the statements of a closing say is payable is what a run would pay now."""
        terms = self.desk.ledger.accounts.payer(payer)
        assert terms is not None
        found = self.desk.ledger.payments.candidates(payer, terms.terms.minimum)
        now = {each.statement.id: each.now.amount for each in found}
        assert all(now[each.id] == each.payable for each in closing.statements)

    def check_prints(self) -> None:
        """Every closing is what it was when it was made."""
        for (payer, period), text in self.printed.items():
            assert self.print(payer, period) == text

    def check_chain(self) -> None:
        """Each statement opens where the former one closed, and its figures are what its entries come to."""
        accounts = self.desk.ledger.accounts
        found = accounts.statements()
        entries = accounts.of_statements([each.id for each in found])
        closing: dict[Account, Decimal] = {}
        for each in found:
            sums = each.figures
            assert sums.opening == closing.get(each.account, D(0))
            closing[each.account] = sums.closing
            moved = sum((entry.entry.amount for entry in entries[each.id]), D(0))
            assert sums.closing - sums.opening == moved
            assert each.payable >= 0
            if each.payable:
                assert each.payable == sums.closing - each.held

    def check_payments(self) -> None:
        """What went out is what was claimed, and what every account comes to is what it earned less that."""
        payments = self.desk.ledger.payments.where()
        live = [each for each in payments if each.state in LIVE]
        assert len({each.statement_id for each in live}) == len(live)
        paid = sum((each.amount for each in payments if each.state is PaymentState.PAID), D(0))
        with self.desk.ledger.database.reading() as db:
            sums = dict(map(tuple, db.exec_driver_sql("SELECT kind, SUM(amount) FROM entries GROUP BY kind")))
            claimed = db.exec_driver_sql(
                "SELECT p.id, p.amount, (SELECT SUM(e.amount) FROM entries e JOIN claims c ON c.entry = e.id "
                "WHERE c.payment = p.id) FROM payments p WHERE p.state IN ('claimed', 'paid')"
            ).all()
        assert all(amount == total for _, amount, total in claimed)
        assert D(sums.get("pay", 0) + sums.get("pay_failed", 0)) / 100 == -paid
