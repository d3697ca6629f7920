"""Histories of two stores as they may happen, to hold reports from kept credits to reports from the facts.

Orders come, are edited, refunded, cancelled, decided about and removed; buyers turn out to be one; codes get other
owners and names, rates change, influencers are renamed, merged and forgotten. The program is the real one; only the
reading of the stores is left out: what they would say is written into the ledger's copy.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from bench import Bench, Ran

from shopinf.ledger.credits import Kept
from shopinf.ledger.ledger import Ledger
from shopinf.ledger.orders import Sync
from shopinf.orderrows import row_of
from shopinf.orders import Application, Line, Order, Refund, RefundLine, Transaction, UsedCode
from shopinf.people.emails import email_key
from shopinf.periods import Period
from shopinf.work.orders.kept import Keeper

REPORTS = "shopinf.work.orders.attribute.kept_credits"  # where reports look for what is kept
START = datetime(2026, 11, 22, 12, tzinfo=UTC)
STORES = {"maya-shop": ("EUR", "Europe/Berlin"), "leo-shop": ("JPY", "America/Los_Angeles")}
PEOPLE = ("mia", "leo", "ann", "kim")
CODES = {name: f"{name.upper()}10" for name in PEOPLE}
RATES = ("10%", "12.5%", "8.00", "8.00 pro rata", "new 15% returning 5%", "10%, from 300 15%", "none")
PERIODS = (
    ("--period", "2026"),
    ("--period", "2026"),
    ("--period", "2026-Q3"),
    ("--period", "2026-10"),
    ("--period", "this-month"),
    ("--period", "last-7-days"),
    ("--period", "2025"),
    ("--from", "2026-08-17"),
    ("--from", "2026-02-03", "--to", "2026-10-09"),
    ("--from", "2019-01-01"),
)
D = Decimal


@dataclass
class History:
    """One history: what the stores would say, and how often a report came from what is kept."""

    run: Bench
    dice: Random
    shops: dict[str, int] = field(default_factory=dict)
    orders: dict[tuple[int, int], Order] = field(default_factory=dict)
    names: list[str] = field(default_factory=lambda: [*PEOPLE])
    codes: dict[str, list[str]] = field(default_factory=dict)
    emails: list[str | None] = field(default_factory=lambda: [None, None, None, "e1", "e2", "e3"])
    number: int = 0
    reports: int = 0
    from_kept: int = 0

    @classmethod
    def begin(cls, run: Bench, dice: Random) -> History:
        history = cls(run, dice)
        for handle, (currency, zone) in STORES.items():
            run.connect(run.open(handle=handle, currency=currency, timezone=zone)).ok()
        sheet = run.home / "codes.csv"
        for campaign in ("q3", "q4"):
            mine = [
                f"{code},{name},{name}@example.com"
                for name, code in CODES.items()
                if (name > "l") is (campaign == "q3")
            ]
            sheet.write_text("\n".join(["code,influencer,email", *mine]))
            options = ("--campaign", campaign, "--sheet", str(sheet), "--percent", "10", "--all-stores", "--yes")
            run("discounts", "create", *options).ok()
        listed = tomllib.loads((run.home / "stores.toml").read_text())["stores"]
        history.shops = {each["name"]: each["shop_id"] for each in listed}
        with history.open() as ledger:
            history.emails.append(email_key(ledger.database.key(), "mia@example.com"))
        history.codes = {store: [*CODES.values()] for store in STORES}
        for handle in STORES:
            history.synced(handle, None)
        for _ in range(dice.randrange(20, 120)):
            history.sell()
        return history

    def step(self) -> None:
        """Something happens, or several things at once."""
        often: Sequence[Callable[[], object]] = [self.sell] * 3 + [self.change] * 4
        seldom = [self.agree, self.assign, self.rename_code, self.rename, self.merge, self.forget, self.decide]
        more = [self.lose, self.know_as_one, self.reach, self.give]
        for _ in range(self.dice.randrange(1, 5)):
            self.dice.choice([*often, *often, *seldom, *more])()

    # the stores

    def open(self) -> closing[Ledger]:
        return closing(self.run.ledger())

    def sell(self) -> None:
        self.number += 1
        handle = self.dice.choice([*STORES])
        at = START - timedelta(seconds=self.dice.randrange(400 * 86_400))
        self.say(handle, self._order(handle, at))

    def _order(self, handle: str, at: datetime) -> Order:
        dice, currency = self.dice, STORES[handle][0]
        typed = dice.sample(self.codes[handle], dice.choice([0, 1, 1, 1, 1, 1, 2]))
        typed = [dice.choice([each, each.lower()]) for each in typed] + dice.choice([[], [], [], ["SUMMER"]])
        lines = []
        for line_id in range(1, dice.randrange(1, 4) + (dice.random() < 0.97)):
            quantity, price = dice.randrange(1, 4), D(dice.randrange(100, 20_000))
            price = price if currency == "JPY" else price / 100
            off = int(price * quantity / 10)
            places = [(place, D(off)) for place in range(len(typed)) if dice.random() < 0.8]
            gift_card = dice.random() < 0.03
            lines.append(Line(line_id, quantity, price, quantity, tuple(places), D(dice.randrange(3)), gift_card))
        customer = dice.choice([None, *range(1, 25)])
        return Order(
            self.number,
            f"#{1000 + self.number}",
            at,
            at,
            at + timedelta(hours=dice.randrange(3)) - timedelta(days=dice.random() < 0.02),
            currency,
            dice.choice(["paid"] * 12 + ["pending"] * 3 + ["authorized", "voided", "teleported"]),
            tuple(lines),
            dice.random() < 0.5,
            tuple(Application("discount_code", code) for code in typed),
            tuple(UsedCode(code, D(1)) for code in typed),
            test=dice.random() < 0.03,
            customer_id=customer,
            customer_created_at=dice.choice([None, at - timedelta(days=dice.randrange(300))]) if customer else None,
            email_key=dice.choice(self.emails),
            gift=dice.random() < 0.03,
            skeleton=not typed and dice.random() < 0.7,
            outdated=dice.random() < 0.02,
        )

    def say(self, handle: str, order: Order) -> None:
        """The store says how *order* is now."""
        shop_id = self.shops[handle]
        self.orders[shop_id, order.order_id] = order
        with self.open() as ledger:
            ledger.orders.write(shop_id, [row_of(order)], 1)

    def _some(self) -> tuple[str, Order]:
        (shop_id, _), order = self.dice.choice([*self.orders.items()])
        return next(name for name, id in self.shops.items() if id == shop_id), order

    def change(self) -> None:
        """An order is paid, refunded, edited, cancelled, or somebody else's."""
        handle, order = self._some()
        now = order.updated_at + timedelta(minutes=self.dice.randrange(1, 60 * 24 * 40))
        changed = replace(order, updated_at=now)
        match self.dice.randrange(8):
            case 0 | 1:
                changed = replace(changed, financial_status=self.dice.choice(["paid", "paid", "voided", "pending"]))
            case 2 | 3 | 4 if order.lines:
                changed = self._give_back(changed, now)
            case 5:
                changed = replace(changed, cancelled_at=now, financial_status="voided")
            case 6 if order.lines:
                first, *others = order.lines
                changed = replace(changed, lines=(replace(first, current_quantity=0), *others))
            case 7:
                changed = replace(changed, customer_id=self.dice.choice([None, *range(1, 25)]))
        self.say(handle, changed)

    def _give_back(self, order: Order, now: datetime) -> Order:
        line = self.dice.choice(order.lines)
        left = line.quantity if line.current_quantity is None else line.current_quantity
        if not left:
            return order
        net = line.price - sum((amount for _, amount in line.allocations), D(0)) / line.quantity
        net = net.quantize(D(1) if order.currency == "JPY" else D("0.01"))
        at = now - timedelta(minutes=self.dice.randrange(5)) if self.dice.random() < 0.9 else now + timedelta(days=2)
        sent = (Transaction("refund", self.dice.choice(["success", "success", "failure"]), net, order.currency),)
        refund = Refund(len(order.refunds) + 1, at, (RefundLine(line.line_id, 1, net, D(0)),), (), sent)
        lines = tuple(replace(each, current_quantity=left - 1) if each is line else each for each in order.lines)
        return replace(order, lines=lines, refunds=(*order.refunds, refund), financial_status="partially_refunded")

    def know_as_one(self) -> None:
        """Two buyers turn out to be one: an order that was a guest's is a customer's."""
        handle, order = self._some()
        later = order.updated_at + timedelta(minutes=1)
        self.say(handle, replace(order, customer_id=self.dice.randrange(1, 25), email_key="e1", updated_at=later))

    def lose(self) -> None:
        """A reading of all orders does not meet one."""
        handle, order = self._some()
        with self.open() as ledger, ledger.database.writing() as db:
            shop_id = self.shops[handle]
            for table in ("order_codes", "order_facts", "orders"):
                db.exec_driver_sql(f"DELETE FROM {table} WHERE shop_id = {shop_id} AND order_id = {order.order_id}")
        del self.orders[shop_id, order.order_id]

    def synced(self, handle: str, reach: datetime | None) -> None:
        with self.open() as ledger:
            ledger.orders.keep(self.shops[handle], Sync(START, reach))

    def reach(self) -> None:
        """The store shows less, or more, of its past."""
        days = self.dice.choice([None, 60, 200])
        self.synced(self.dice.choice([*STORES]), START - timedelta(days=days) if days else None)

    # the agency

    def _name(self) -> str:
        return self.dice.choice(self.names)

    def _try(self, *argv: str) -> Ran:
        """What an operator may type; a refusal is fine too."""
        ran = self.run(*argv, "--yes")
        assert ran.code != 1, ran.err
        return ran

    def agree(self) -> None:
        whose = self.dice.choice(
            [(), ("--influencer", self._name()), ("--campaign", "q4"), ("--code", "MIA10", "-s", "maya-shop")]
        )
        since = self.dice.choice([(), ("--from", f"2026-{self.dice.randrange(1, 13):02}-01")])
        self._try("rates", "set", self.dice.choice(RATES), *whose, *since)

    def assign(self) -> None:
        handle = self.dice.choice([*STORES])
        day = f"2026-{self.dice.randrange(1, 12):02}-{self.dice.randrange(1, 28):02}"
        self._try(
            "discounts", "assign", self.dice.choice(self.codes[handle]), self._name(), "--from", day, "-s", handle
        )

    def rename_code(self) -> None:
        handle = self.dice.choice([*STORES])
        code = self.dice.choice(self.codes[handle])
        new = f"{code}{self.dice.randrange(9)}"
        if self._try("discounts", "rename", code, new, "-s", handle).code == 0:
            self.codes[handle].append(new)

    def rename(self) -> None:
        name = self._name()
        new = f"{name}{self.dice.randrange(9)}"
        if self._try("influencers", "rename", name, new).code == 0:
            self.names = [new if each == name else each for each in self.names]

    def merge(self) -> None:
        one, other = self.dice.sample(self.names, 2)
        if len(self.names) > 2 and self.dice.random() < 0.3 and self._try("influencers", "merge", one, other).code == 0:
            self.names.remove(one)

    def forget(self) -> None:
        name = self._name()
        if len(self.names) > 2 and self.dice.random() < 0.3 and self._try("influencers", "forget", name).code == 0:
            self.names.remove(name)

    def decide(self) -> None:
        handle, order = self._some()
        how = self.dice.choice([("--net", "5"), ("--as-computed",), ("--nothing",)])
        self._try("orders", "decide", str(order.order_id), *how, "--reason", "seen", "-s", handle)

    def give(self) -> None:
        """An order turns out to be a gift of ours."""
        handle, order = self._some()
        with self.open() as ledger, ledger.database.writing() as db:
            db.exec_driver_sql(
                "INSERT INTO gifts (shop_id, campaign, influencer, slot, reference, state, lines, currency, order_id, "
                f"made_at) VALUES ({self.shops[handle]}, 'q4', 'p', '{self.number}-{order.order_id}', "
                f"'r{self.number}-{order.order_id}', 'sent', '[]', 'EUR', {order.order_id}, '2026-11-01T00:00:00Z') "
                "ON CONFLICT DO NOTHING"
            )

    # reports

    def options(self) -> list[str]:
        """A report that somebody may ask for."""
        dice = self.dice
        by = dice.choice(["influencer"] * 4 + ["code", "campaign", "store", "day", "week", "month", "order"])
        more: list[Sequence[str]] = [
            ("--date", dice.choice(["order", "event"])),
            ("--include-pending",),
            ("--include-zero",),
            ("--compare", "previous"),
            ("--campaign", "q4"),
            ("--influencer", self._name()),
            ("--for", "client"),
            ("--wide",),
        ]
        seldom: list[Sequence[str]] = [
            ("--multi-code", dice.choice(["split", "largest"])),
            ("--commission", "7%"),
            ("--links", "last"),
            ("--with-payments",),
        ]
        chosen = [each for each in more if dice.random() < 0.25] + [each for each in seldom if dice.random() < 0.06]
        stores = dice.choice([("--all-stores",), ("--all-stores",), ("-s", "maya-shop"), ("-s", "leo-shop")])
        form = dice.choice(["json", "json", "json", "csv", "jsonl", "table"])
        flat = [word for each in (dice.choice(PERIODS), stores, *chosen) for word in each]
        return ["orders", "attribute", "--no-sync", "--by", by, "-f", form, *flat]

    def compare(self, patch: pytest.MonkeyPatch) -> None:
        """One report from what is kept and from the facts: the same to the byte."""
        argv = self.options()

        of = Keeper.of

        def counted(keeper: Keeper, period: Period) -> Kept | None:
            found = of(keeper, period)
            self.from_kept += found is not None
            return found

        with patch.context() as here:
            here.setattr(Keeper, "of", counted)
            kept = self.run(*argv)
        with patch.context() as here:
            here.setattr(REPORTS, lambda *given: None)
            facts = self.run(*argv)
        self.reports += 1
        assert (kept.code, kept.out, kept.err) == (facts.code, facts.out, facts.err), " ".join(argv)
