"""Runs: what is claimed together, handed to a rail, and noted when its report comes back.

A payment is claimed by one run at a time, on any machine; what it pays is the sum of the entries that it claimed. It
ends paid, failed (and is payable again) or dropped with its run. A paid one can still come back.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from shopinf.discounts.codes import draw
from shopinf.errors import BadInput


class Rail(StrEnum):
    """What carries the money."""

    PAYPAL = "paypal"
    WISE = "wise"
    REVOLUT = "revolut"
    SEPA = "sepa"
    CSV = "csv"
    HAND = "hand"  # paid without a run, and noted afterwards


class State(StrEnum):
    """How a payment stands."""

    CLAIMED = "claimed"
    PAID = "paid"
    FAILED = "failed"
    DROPPED = "dropped"


LIVE = (State.CLAIMED, State.PAID)  # of a statement and of an entry there is one of these at most


def may_become(now: State, then: State) -> bool:
    """Can a payment that is *now* in one state come into another?"""
    match then:
        case State.PAID | State.DROPPED:
            return now is State.CLAIMED
        case State.FAILED:
            return now in LIVE
        case State.CLAIMED:
            return False


def run_name(day: date) -> str:
    """A name for a run that can be typed: `R-2026-11-27-7KQ`."""
    return f"R-{day}-{draw(3)}"


@dataclass(frozen=True, slots=True)
class Reported:
    """A row of a rail's report: what it says of the payment with that statement's id."""

    statement: str
    state: State
    line: int
    amount: Decimal | None = None
    currency: str | None = None
    reference: str = ""
    reason: str = ""


# What rails call it, folded. PayPal's unclaimed payments wait for somebody without an account, and come back later.
_STATES: Mapping[State, frozenset[str]] = {
    State.PAID: frozenset(
        {
            "success",
            "completed",
            "paid",
            "complete",
            "sent",
            "done",
            "outgoing payment sent",
            "accsettled",
            "acsc",
            "accc",
        }
    ),
    State.FAILED: frozenset(
        {"failed", "denied", "returned", "refunded", "reversed", "blocked", "cancelled", "canceled", "declined"}
        | {"rejected", "rjct", "canc", "bounced back", "funds refunded", "error"}
    ),
    State.CLAIMED: frozenset(
        {
            "accp",
            "actc",
            "acsp",
            "acwc",
            "pdng",
            "rcvd",
            "unclaimed",
            "pending",
            "onhold",
            "on hold",
            "processing",
            "new",
            "created",
            "scheduled",
            "in progress",
        }
    ),
}


def read_state(word: str) -> State | None:
    """What a rail's word for a payment's state means here; None where it is new to us."""
    folded = " ".join(word.strip().casefold().replace("_", " ").split())
    return next((state for state, words in _STATES.items() if folded in words), None)


@dataclass(frozen=True, slots=True)
class Outstanding:
    """A payment of a run, as a report is held against it."""

    statement: str
    amount: Decimal
    currency: str
    state: State


def check_report(run: str, rows: Sequence[Reported], payments: Iterable[Outstanding]) -> list[str]:
    """What is wrong with a rail's report of *run*, in sentences; a report of another run is refused.

    Rows that are wrong are not used: another amount, a second row that says something else.
    """
    known = {each.statement: each for each in payments}
    strangers = [row for row in rows if row.statement not in known]
    if rows and len(strangers) == len(rows):
        raise BadInput(
            f"The report is not of run {run}: it names {strangers[0].statement}, which is not in it",
            hint="Name the run that it is of; shopinf payouts list shows them.",
        )
    said = [f"line {row.line}: {row.statement} is not in run {run}" for row in strangers]
    first: dict[str, Reported] = {}
    for row in rows:
        if row.statement not in known:
            continue
        payment = known[row.statement]
        if row.amount is not None and row.amount != payment.amount:
            said.append(f"line {row.line}: {row.statement} is about {row.amount}, not {payment.amount}")
        elif row.currency is not None and row.currency != payment.currency:
            said.append(f"line {row.line}: {row.statement} is in {row.currency}, not in {payment.currency}")
        elif first.setdefault(row.statement, row).state is not row.state:
            said.append(f"line {row.line}: {row.statement} is {row.state} here and {first[row.statement].state} before")
    return said


def destination_key(key: bytes, *places: str) -> str:
    """A keyed hash of where money goes: tells a changed destination, and cannot be read."""
    import hmac

    return hmac.new(key, "\0".join(place.strip().casefold() for place in places).encode(), "sha256").hexdigest()[:32]


def is_same_destination(one: str, other: str) -> bool:
    return secrets.compare_digest(one, other)
