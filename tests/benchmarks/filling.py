"""What benchmarks over a large ledger share: codes and orders written straight into it, and a process of its own."""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from shopinf.discounts.records import Origin, State
from shopinf.discounts.terms import Kind, Terms
from shopinf.ledger.coderows import Tracked
from shopinf.ledger.ledger import Ledger
from shopinf.orderrows import OrderRow
from shopinf.people.influencers import Influencer, Named, Source

_AT_ONCE = 5000  # orders


@dataclass(frozen=True)
class Spent:
    """What one command took."""

    wall: float
    cpu: float
    memory: float  # MB, at most


def apart(work: Callable[[], object]) -> Spent:
    """Do it in a process of its own, and tell what that took; what it fails with ends all."""
    ours, theirs = multiprocessing.Pipe()

    def child() -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        spent = time.perf_counter() - wall, time.process_time() - cpu
        theirs.send(Spent(*spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join()
    assert process.exitcode == 0, "a command failed"
    spent: Spent = ours.recv()
    return spent


def track(ledger: Ledger, shops: Iterable[int], codes: Mapping[str, str]) -> list[Influencer]:
    """Have influencers, by name, and each one's code of 10 % in each of the *shops*, all of one campaign."""
    people = ledger.people.enrol([Named(name, Source.INFLUENCER) for name in codes])
    terms = Terms(Kind.PERCENTAGE, Decimal(10))
    tracked = [
        Tracked(one.id, "", code, State.LIVE, Origin.TRACKED, f"rule/{code}", terms, code, None, None)
        for one, code in zip(people, codes.values(), strict=True)
    ]
    for shop in shops:
        ledger.codes.track(shop, "year", tracked)
    return people


def write(ledger: Ledger, shop: int, orders: Iterable[OrderRow]) -> None:
    """Have *orders*, many at a time."""
    rest = iter(orders)
    while rows := list(islice(rest, _AT_ONCE)):
        ledger.orders.write(shop, rows, 1)
