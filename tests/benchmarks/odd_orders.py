"""Whether the sums of orders as real stores have them are right: ours against a sum worked out here, order by order.

    python tests/benchmarks/odd_orders.py --orders 100000 --odd 3500

A practice store's past is given refunds on their way, settled, failed, owed and withheld from, exchanges, restocks
without money, edits, cents of converted prices, and records that others have handled. What each order must come to is
worked out from what was done to it, in whole cents and fractions, with nothing of the program's own. The report is
made three times: of a ledger as it is, of one whose facts are brought back to the form that knew nothing of what
refunds sent, and without a sync from that one.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx

from shopinf.desk import Setting
from shopinf.main import main
from shopinf.practice import PracticeStore

Json = dict[str, Any]
MERCHANTS = {"welcome10", "summer20", "freeship", "bfcm25"}  # codes of nobody in particular


@dataclass
class Plan:
    """What was done to an order, as far as its worth depends on it; amounts in cents."""

    kind: str
    goodwill: int = 0
    withheld: int = 0
    bare: dict[int, int] = field(default_factory=dict)  # units by line that are gone without money
    added: set[int] = field(default_factory=set)  # lines that came later
    outcome: str = "sum"  # review: in no sum; unread: named


@dataclass(frozen=True)
class Case:
    """An order to which something is done."""

    shop: PracticeStore
    order: Json
    dice: random.Random

    @property
    def id(self) -> int:
        return int(self.order["id"])

    def some(self) -> list[tuple[int, int]]:
        """One unit of one line."""
        line = self.dice.choice([line for line in self.order["line_items"] if line["current_quantity"]])
        return [(line["id"], 1)]

    def lines(self) -> set[int]:
        return {line["id"] for line in self.order["line_items"]}

    def refunded(self, kind: str, *lines: tuple[int, int], **more: Any) -> Plan:
        self.shop.refund(self.id, list(lines) or self.some(), **more)
        return Plan(kind)


def on_its_way(case: Case) -> Plan:
    return case.refunded("a refund on its way", sent="pending")


def arrived(case: Case) -> Plan:
    plan = case.refunded("a refund that was on its way", sent="pending")
    case.shop.settle_refunds(case.id)
    return plan


def withheld(case: Case) -> Plan:
    plan = case.refunded("a fee withheld", discrepancy="1.50", sent=case.dice.choice(["success", "pending"]))
    plan.withheld = 150
    return plan


def owed(case: Case) -> Plan:
    plan = case.refunded("goods taken back on account", sent="nothing")
    if case.dice.random() < 0.5:  # and paid out later, without naming goods
        (refund,) = case.order["refunds"]
        case.shop.refund(case.id, amount=refund["order_adjustments"][0]["amount"])
    return plan


def failed(case: Case) -> Plan:
    plan = case.refunded("a refund that failed", sent="failure")
    if case.dice.random() < 0.5:  # and was sent once more
        (refund,) = case.order["refunds"]
        case.shop.refund(case.id, amount=refund["transactions"][0]["amount_set"]["shop_money"]["amount"])
        return plan
    plan.outcome = "review"
    return plan


def goodwill(case: Case) -> Plan:
    case.shop.refund(case.id, amount="2.50", sent=case.dice.choice(["success", "pending"]))
    if case.dice.random() < 0.5:
        case.shop.settle_refunds(case.id)
    return Plan("goodwill", goodwill=250)


def exchanged(case: Case) -> Plan:
    before, price = case.lines(), case.dice.choice(["3.00", "19.90", "400.00"])
    variant = case.order["line_items"][0]["variant_id"]
    case.shop.exchange(case.id, case.some(), [(variant, 1, price)])
    return Plan("an exchange", added=case.lines() - before)


def restocked(case: Case) -> Plan:
    (back,) = case.some()
    case.shop.refund(case.id, [back], paid=False)
    if case.dice.random() < 0.5:  # its money comes later
        line = next(line for line in case.order["line_items"] if line["id"] == back[0])
        off = sum(Decimal(each["amount"]) for each in line["discount_allocations"])
        each = (Decimal(line["price"]) * line["quantity"] - off) / line["quantity"]
        case.shop.refund(case.id, amount=f"{each / 2:.2f}")
    return Plan("restocked without money", bare={back[0]: back[1]})


def restocked_in_doubt(case: Case) -> Plan:
    before = case.order["current_subtotal_price"]
    plan = restocked(case)
    case.order["current_subtotal_price"] = case.dice.choice([before, None])
    return Plan("restocked, and the subtotal does not know", bare=plan.bare, outcome="review")


def edited(case: Case) -> Plan:
    before = case.lines()
    variant = case.order["line_items"][0]["variant_id"]
    case.shop.edit(case.id, case.some(), [(variant, 1)] if case.dice.random() < 0.5 else [])
    return Plan("an edit", added=case.lines() - before)


def converted(case: Case) -> Plan:
    total = Decimal(case.order["total_line_items_price"]) + case.dice.choice([Decimal("0.01"), Decimal("-0.01")])
    case.order["total_line_items_price"] = str(total)
    return Plan("cents of converted prices")


def tipped(case: Case) -> Plan:
    tip = {
        **case.order["line_items"][0],
        "id": max(case.lines()) + 1,
        "price": "4.00",
        "price_set": None,
        "quantity": 1,
    }
    tip |= {"current_quantity": 1, "discount_allocations": [], "tax_lines": [], "tip_payment_gateway": None}
    case.order["line_items"].append(tip)
    case.order["total_line_items_price"] = str(Decimal(case.order["total_line_items_price"]) + 4)
    return Plan("a tip without a value", added={tip["id"]})


def unapplied(case: Case) -> Plan:
    case.order["discount_applications"] = []
    for line in case.order["line_items"]:
        for each in line["discount_allocations"]:
            each["discount_application_index"] = None
    return Plan("a code that no application mentions")


def handled(case: Case) -> Plan:
    """A record as it comes when others have had it in their hands, and can be read all the same."""
    line = case.order["line_items"][0]
    match case.dice.randrange(5):
        case 0:
            line["tax_lines"] = {} if not line["tax_lines"] else line["tax_lines"]
            case.order["refunds"] = {}
        case 1:
            case.order["tags"] = ["vip", "autumn"]
        case 2:
            case.order["total_line_items_price"] = ""
        case 3:
            case.order["shipping_address"] = []
        case 4:
            case.order["subtotal_price"] = "1,234.50"
    return Plan("a record that others have handled")


def unreadable(case: Case) -> Plan:
    line = case.order["line_items"][0]
    match case.dice.randrange(4):
        case 0:
            line["quantity"] = None
        case 1:
            line["price"] = line["price_set"] = None
        case 2:
            case.order["total_discounts"] = "ten"
        case 3:
            case.order["line_items"] = ["Serum"]
    return Plan("a record that nobody can read", outcome="unread")


def without_lines(case: Case) -> Plan:
    case.order["line_items"] = {}
    return Plan("no lines", outcome="review")


DONE: list[Callable[[Case], Plan]] = [
    on_its_way,
    arrived,
    withheld,
    owed,
    failed,
    goodwill,
    exchanged,
    restocked,
    restocked_in_doubt,
    edited,
    converted,
    tipped,
    unapplied,
    handled,
    unreadable,
    without_lines,
]


def cents(amount: Any) -> int:
    return int(Decimal(str(amount)) * 100)


def codes_of(order: Json) -> set[str]:
    applied = [each.get("code") for each in order["discount_applications"] if each["type"] == "discount_code"]
    listed = [each["code"] for each in order["discount_codes"]] if not order["discount_applications"] else []
    return {code.lower() for code in (*applied, *listed) if code}


def worth(order: Json, plan: Plan) -> int:
    """What *order* must come to, in cents: from its JSON and from what is known to have happened to it."""
    if order["cancelled_at"] or order["financial_status"] == "voided":
        return 0
    included = order["taxes_included"]
    goods = {line["id"]: line for line in order["line_items"] if line["id"] not in plan.added and not line["gift_card"]}
    whole = {
        key: cents(line["price"]) * line["quantity"]
        - sum(cents(each["amount"]) for each in line["discount_allocations"])
        - (sum(cents(each["price"]) for each in line["tax_lines"]) if included else 0)
        for key, line in goods.items()
    }
    left = Fraction(sum(whole.values()))
    back = Counter[int]()
    for refund in order["refunds"] or ():
        taken = 0
        for row in refund["refund_line_items"]:
            back[row["line_item_id"]] += row["quantity"]
            if row["line_item_id"] in goods:
                taken += cents(row["subtotal"]) - (cents(row["total_tax"]) if included else 0)
        if plan.kind == "as it was":
            odd = [cents(each["amount"]) for each in refund["order_adjustments"] if each["kind"] != "shipping_refund"]
            taken = max(taken - sum(each for each in odd if each > 0), 0) - sum(each for each in odd if each < 0)
        left -= taken
    for key, line in goods.items():
        gone = plan.bare.get(key, 0) + max(line["quantity"] - back[key] - line["current_quantity"], 0)
        left -= Fraction(whole[key] * gone, line["quantity"])
    left += plan.withheld - plan.goodwill
    return int(min(max(left, Fraction(0)), Fraction(sum(whole.values()))) + Fraction(1, 2))


class Store:
    """A practice store behind a wire in memory, and what was done to its orders."""

    def __init__(self, orders: int, odd: int) -> None:
        self.shop = PracticeStore("maya-shop", orders=orders, customers=orders // 4, throttle=False)
        self.plans: dict[int, Plan] = {}
        self.tracked: set[str] = set()
        dice = random.Random(11)
        ids = list(self.shop.orders)
        for order_id in dice.sample(ids, len(ids)):
            if len(self.plans) == odd:
                break
            if self._is_plain(self.shop.orders.peek(order_id)):
                do = DONE[len(self.plans) % len(DONE)]
                self.plans[order_id] = do(Case(self.shop, self.shop.orders[order_id], dice))

    def _is_plain(self, order: Json) -> bool:
        """Has it a partner's code, and has nothing happened to it so far?"""
        if order["test"] or order["cancelled_at"] or order["refunds"] or order["financial_status"] != "paid":
            return False
        lines = order["line_items"]
        if any(each["type"] == "manual" for each in order["discount_applications"]):
            return False  # its title is no code, and nobody could tell without the application
        if any(line["gift_card"] or line["current_quantity"] != line["quantity"] for line in lines):
            return False
        units = sum(line["quantity"] for line in lines)
        return units > 1 and bool(codes_of(order) - MERCHANTS) and all(Decimal(line["price"]) > 5 for line in lines)

    def send(self, request: httpx.Request) -> httpx.Response:
        answer = httpx.WSGITransport(app=self.shop.app).handle_request(request)
        answer.request = request
        return answer

    def close(self) -> None:
        """Nothing is open."""

    def expected(self) -> Iterator[tuple[int, Plan, int]]:
        """Every order with a partner's code that counts, and what it must come to."""
        for order_id in self.shop.orders:
            plan = self.plans.get(order_id, Plan("as it was"))
            order = self.shop.orders.peek(order_id)
            if plan.outcome != "sum":
                yield order_id, plan, 0
            elif codes_of(order) - MERCHANTS and not order["test"] and not self._is_gift_card(order):
                yield order_id, plan, worth(order, plan)

    @staticmethod
    def _is_gift_card(order: Json) -> bool:
        return all(line["gift_card"] for line in order["line_items"])


class Program:
    """The real program with a home of its own."""

    def __init__(self, home: Path, store: Store) -> None:
        self.environ = {
            **os.environ,
            "SHOPINF_HOME": str(home),
            "SHOPINF_MAYA_SHOP_ACCESS_TOKEN": store.shop.access_token,
        }
        self.store = store

    def __call__(self, *argv: str, codes: tuple[int, ...] = (0,)) -> Json:
        out, err = io.StringIO(), io.StringIO()
        code = main(argv, Setting(self.environ, io.StringIO(), out, err, wire=self.store, signals=False))
        assert code in codes, err.getvalue()
        return dict(json.loads(out.getvalue())) if "json" in argv else {}


def report(run: Program, *more: str) -> Json:
    span = ("--from", "2015-01-01", "--to", "2035-12-31")
    return run("orders", "attribute", *span, "--include-pending", "-q", "-f", "json", *more, codes=(0, 7))


def compare(found: Json, totals: Json, wanted: list[tuple[int, Plan, int]], by: str) -> bool:
    """Hold our rows against what they must be; says what differs."""
    ours = {row["order_id"]: (cents(row["net_sales"]), row["status"]) for row in found["rows"]}
    named = {int(each["what"].rpartition("id ")[2].rstrip(")")) for each in found["failures"]}
    wrong = Counter[str]()
    for order_id, plan, net in wanted:
        right = {
            "sum": order_id in ours
            and ours[order_id] == (net, ours[order_id][1])
            and ours[order_id][1] != "needs_review",
            "review": order_id in ours and ours[order_id][1] == "needs_review",
            "unread": order_id in named and order_id not in ours,
        }
        if not right[plan.outcome]:
            wrong[plan.kind] += 1
            if wrong[plan.kind] < 3:
                print(f"    {plan.kind}: order {order_id} must be {plan.outcome} {net}, is {ours.get(order_id)}")
    surplus = ours.keys() - {order_id for order_id, _, _ in wanted}
    must = sum(net for _, plan, net in wanted if plan.outcome == "sum")
    is_ = sum(cents(total["net_sales"]) for total in totals["totals"])
    print(
        f"{by}: {len(ours):,} rows, {len(named):,} named; net sales {is_ / 100:,.2f}, worked out here {must / 100:,.2f}"
    )
    print(f"  difference {is_ - must} cents, orders that differ {sum(wrong.values())}, orders too many {len(surplus)}")
    return is_ == must and not wrong and not surplus


def bring_back(ledger: Path) -> None:
    """Bring the facts into their first form."""
    with sqlite3.connect(ledger) as db:
        for order_id, text in db.execute("SELECT order_id, facts FROM order_facts").fetchall():
            facts = json.loads(text) | {"v": 1}
            for place, (key, at, lines, beside, *_) in enumerate(facts.get("refunds", [])):
                facts["refunds"][place] = [key, at, [each[:4] for each in lines], [each[:3] for each in beside]]
            text = json.dumps(facts, separators=(",", ":"), ensure_ascii=False)
            db.execute("UPDATE order_facts SET facts = ? WHERE order_id = ?", (text, order_id))
        db.execute("UPDATE syncs SET facts = NULL")
    db.close()


def measure() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--orders", type=int, default=100_000)
    options.add_argument("--odd", type=int, default=3_500)
    asked = options.parse_args()
    begun = time.perf_counter()
    store = Store(asked.orders, asked.odd)
    kinds = Counter(plan.kind for plan in store.plans.values())
    print(f"{asked.orders:,} orders, {len(store.plans):,} of them odd ({time.perf_counter() - begun:.0f} s)")
    for kind, count in sorted(kinds.items()):
        print(f"  {count:6,} {kind}")
    wanted = list(store.expected())
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        run = Program(home, store)
        run("connect", "maya-shop")
        begun = time.perf_counter()
        run("orders", "sync", "-q", codes=(0, 7))
        print(f"first sync {time.perf_counter() - begun:.0f} s")
        texts = "SELECT DISTINCT folded FROM order_codes WHERE method = 'code'"
        names = [name for (name,) in sqlite3.connect(home / "ledger.db").execute(texts) if name not in MERCHANTS]
        sheet = home / "codes.csv"
        sheet.write_text("code,influencer\n" + "".join(f"{name.upper()},{name}\n" for name in sorted(names)))
        run("discounts", "import", str(sheet), "--mode", "track", "--yes", "-q")
        good = compare(report(run, "--by", "order"), report(run), wanted, "as it is")
        good &= compare(report(run, "--by", "order"), report(run, "--date", "event"), wanted, "by event")
        bring_back(home / "ledger.db")
        begun = time.perf_counter()
        found = report(run, "--by", "order")
        print(next((note for note in found["notes"] if "anew" in note), "nothing was read anew"))
        good &= compare(found, report(run), wanted, f"read anew in {time.perf_counter() - begun:.0f} s")
    raise SystemExit(0 if good else 1)


if __name__ == "__main__":
    measure()
