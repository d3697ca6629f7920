"""What the credits of a store's orders rest on, besides the orders' facts: as digests, to tell whether it changed.

What decides all of them at once: the rules themselves (their source, so that a new version of them is another one), the
options, the store's zone, how far back its orders were read, the products with rates of their own. What decides some of
them, each for itself: every code with its names, owners, the rates that may hold for it and what tells that its owner
is the buyer; our gifts; what was decided about orders. Links count for no kept credit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import shopinf
from shopinf.attribution.codebook import Codes, Person, TrackedCode
from shopinf.attribution.credits import MultiCode, Rules
from shopinf.orderfacts import FACTS_VERSION
from shopinf.payouts.rates import Agreed, Rate
from shopinf.stores import Store
from shopinf.work.orders.codebook import code_book

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.ledger.credits import Inputs

FORM = 1  # of the kept credits themselves
CODE, GIFT, DECISION = "code", "gift", "decision"

# Where the rules stand, from the package's own folder.
_RULES = (
    "attribution/*.py",
    "payouts/rates.py",
    "orders.py",
    "orderfacts.py",
    "money.py",
    "work/orders/codebook.py",
    "work/orders/crediting.py",
)


@dataclass(frozen=True)
class CreditKey:
    """By what a store's credits are worked out now."""

    codes: Codes  # owners by opaque id
    rules: Rules
    digest: str  # of what decides all of them
    inputs: Inputs  # what decides some of them

    @cached_property
    def inputs_digest(self) -> str:
        return _digest(sorted(self.inputs.items()))


def credit_key(desk: Desk, store: Store, several: MultiCode, default: Rate | None) -> CreditKey:
    """By what the credits of *store* are worked out now, with these options."""
    codes = code_book(desk, store, by_id=True)
    sync = desk.ledger.orders.sync(store.shop_id)
    reach = sync.reach.isoformat() if sync and sync.reach else None
    products = sorted(codes.rates.products)
    all_at_once = [FORM, FACTS_VERSION, source(), str(several), repr(default), store.timezone, reach, products]
    inputs = {(CODE, key): value for key, value in _codes(codes)}
    inputs |= {(GIFT, str(order)): ("", "") for order in desk.ledger.gifts.order_ids(store.shop_id)}
    decisions = desk.ledger.decisions.of(store.shop_id)
    inputs |= {(DECISION, str(order)): (_digest(made), "") for order, made in decisions.items()}
    return CreditKey(codes, Rules(several, None, default), _digest(all_at_once), inputs)


def texts_of(inputs: Inputs, differing: Iterable[tuple[str, str]]) -> set[str]:
    """What orders call the codes among *differing*."""
    return {text for each in differing if each[0] == CODE and each in inputs for text in inputs[each][1].split("\n")}


@lru_cache(maxsize=1)
def source() -> str:
    """A digest of the source of the rules; of the version alone where no source is installed."""
    folder = Path(shopinf.__file__).parent
    found = sorted({path for pattern in _RULES for path in folder.glob(pattern)})
    sha = hashlib.sha256(shopinf.__version__.encode())
    for path in found:
        sha.update(path.name.encode() + b"\0" + path.read_bytes())
    return sha.hexdigest()


def _codes(codes: Codes) -> Iterable[tuple[str, tuple[str, str]]]:
    rates = _Rates(codes.rates.all())
    people = {name: _person(person) for name, person in codes.people.items()}
    for code in codes.tracked:
        owners = {owner.value for owner in code.owners}
        made = code.made_at.timestamp() if code.made_at else None
        own = [people.get(owner) for owner in sorted(owners)]
        told = [code.id, code.names, code.owners, code.campaign, code.slot, made, rates.of(code, owners), own]
        yield str(code.id), (_digest(told), "\n".join(sorted({name.value for name in code.names})))


class _Rates:
    """The rates of a store, by whose they may be."""

    def __init__(self, agreed: Iterable[Agreed]) -> None:
        self._by_code: dict[int, list[str]] = {}
        self._by_person: dict[str, list[str]] = {}
        self._general: list[str] = []
        for each in agreed:
            if each.subject.code:
                self._by_code.setdefault(each.subject.code, []).append(repr(each))
            elif each.subject.person:
                self._by_person.setdefault(each.subject.person, []).append(repr(each))
            else:
                self._general.append(repr(each))
        self._all = _digest(sorted(self._general))

    def of(self, code: TrackedCode, owners: Iterable[str]) -> list[str]:
        """Those that may hold for a sale by *code*, and more: what differs in vain costs only time."""
        near = self._by_code.get(code.id, []) + [each for one in owners for each in self._by_person.get(one, ())]
        return [self._all, *sorted(near)]


def _person(person: Person) -> list[list[str]]:
    return [
        sorted(map(str, each))
        for each in (person.customer_ids, person.email_keys, person.phone_keys, person.address_keys)
    ]


def _digest(told: object) -> str:
    return hashlib.sha256(repr(told).encode("utf-8", "backslashreplace")).hexdigest()[:32]


def differing(before: Inputs, now: Inputs) -> set[tuple[str, str]]:
    """What is another than before, new or gone."""
    return {each for each in before.keys() | now.keys() if before.get(each) != now.get(each)}


def order_ids_of(differing: Iterable[tuple[str, str]]) -> set[int]:
    """The orders that were decided about, or became our gifts or no gifts."""
    return {int(subject) for what, subject in differing if what in (GIFT, DECISION)}


def tracked_texts(codes: Codes) -> list[str]:
    """What orders call the codes that are tracked."""
    return [name.value for code in codes.tracked for name in code.names]
