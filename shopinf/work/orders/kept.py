"""A report's figures from the credits that are kept in the ledger, instead of from all orders' facts.

They are a cache: what changed since is worked out anew first, order by order, months that no report has been over yet
are worked out as a whole, and where anything stands in the way (the options are others, nobody can write, others were
quicker) the answer is None and the report goes by the facts. It says the same either way, to the byte.

Kept are credits by codes, with the options of whoever began to keep them; those of the configuration take their place,
others go by the facts. So do `--links`, `--with-payments`, `--by order` and the formats that list every order. Orders
not paid yet, campaigns, influencers, `--by` and `--compare` are decided when kept credits are added up. With
`--date event` the orders that something happened to since they were made go by their facts, the others are in the sums.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from shopinf.attribution.keeping import KeptCredit, bounds_of, kept, months_between
from shopinf.attribution.report import By, DateBasis
from shopinf.errors import Busy, MachineProblem
from shopinf.payouts.rates import read_rate
from shopinf.periods import Period, Step
from shopinf.stores import Store
from shopinf.work.orders.crediting import Which, credit_orders, meant
from shopinf.work.orders.creditkey import credit_key, differing, order_ids_of, texts_of, tracked_texts

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.ledger.credits import Kept, State
    from shopinf.ledger.ledger import Ledger
    from shopinf.work.orders.attribute import Asked

SHORT = 7  # days of a report that is not worth working out a whole month for
MANY = 20_000  # changes: the credits are as well begun anew
_TRIES = 3  # where other runs renew the same credits


def kept_credits(desk: Desk, store: Store, asked: Asked) -> Keeper | None:
    """What is kept for a report, whatever its periods; None where it is to go by the facts."""
    if asked.links or asked.choice.payments or asked.choice.by is By.ORDER:
        return None
    return Keeper(desk, store, asked)


def keep_credits(desk: Desk, store: Store) -> None:
    """Bring the kept credits of *store* up to date, with the configuration's options: those of every order there is.

    A month at a time, so that a run that is stopped keeps what it has done. Raises where nobody can write.
    """
    from shopinf.attribution.credits import MultiCode
    from shopinf.attribution.report import Choice
    from shopinf.work.orders.attribute import Asked

    asked = Asked(Choice(), MultiCode(desk.config.multi_code), commission=desk.config.commission)
    Keeper(desk, store, asked).keep_all()


def let_go_of_stale(ledger: Ledger, store: Store) -> None:
    """Note no more of what changes in *store* where that is too much to be renewed: a report begins anew anyway.

    Else the notes would grow for ever where every report goes by the facts.
    """
    if ledger.credits.changed(store.shop_id, MANY) is None:
        ledger.credits.let_go(store.shop_id)


class Keeper:
    """One store's kept credits, for one report."""

    def __init__(self, desk: Desk, store: Store, asked: Asked) -> None:
        self.desk, self.store, self.asked = desk, store, asked
        self.shop_id = store.shop_id
        self.shelf = desk.ledger.credits
        default = read_rate(asked.commission, store.currency) if asked.commission else None
        self.key = credit_key(desk, store, asked.multi_code, default)

    def of(self, period: Period) -> Kept | None:
        """What is kept of the orders of *period*, brought up to date; None where it goes by the facts."""
        try:
            return self._of(period)
        except (Busy, MachineProblem):
            return None  # a cache that cannot be written or read is none; what is really wrong, the facts will tell

    def _of(self, period: Period) -> Kept | None:
        first, last = period.first.toordinal(), period.last.toordinal()
        choice = self.asked.choice
        by = Step(choice.by) if choice.by in (By.DAY, By.WEEK, By.MONTH) else None
        moved = choice.basis is DateBasis.EVENT
        anybody = by is not None and not (choice.campaigns or choice.influencers)  # no row says whose its orders are
        short, months = last - first < SHORT, months_between(first, last)
        for _ in range(_TRIES):
            try:
                state = self._current(short=short)
                if short and state.missing.intersection(months):
                    return None
                state = self._filled(state, months)
            except _ByFactsError:
                return None
            except _AgainError:
                continue
            names = self._names()
            read = self.shelf.read(self.shop_id, state.turn, first, last, names, by=by, moved=moved, anybody=anybody)
            if read:
                return read
        return None

    def keep_all(self) -> None:
        """Work out what is not there yet."""
        for _ in range(_TRIES):
            try:
                state = self._current(short=False)
                self._filled(state, state.missing)
                return
            except _AgainError:
                continue
        raise Busy(
            f"Other runs keep renewing the credits of {self.store.name}", hint="Run the same command again in a while."
        )

    def _current(self, *, short: bool) -> State:
        """How the credits stand that are kept by the rules and inputs of now, with every change in them."""
        state = self.shelf.state(self.shop_id)
        if state is None or state.rules != self.key.digest:
            if short or (state is not None and not self._is_configured()):
                raise _ByFactsError
            return self._begun()
        changed = self.shelf.changed(self.shop_id, MANY)
        digest, before = self.key.inputs_digest, None
        if digest != state.inputs:
            before = self.shelf.inputs(self.shop_id)
        differ = differing(before, self.key.inputs) if before is not None else set()
        if changed is not None and not changed.orders and not differ:
            return state
        mirror = self.desk.ledger.orders
        named = order_ids_of(differ)
        texts = (texts_of(before, differ) if before else set()) | texts_of(self.key.inputs, differ)
        by_inputs = named | mirror.with_codes(self.shop_id, texts)
        if changed is None or len(by_inputs) > MANY:
            if short:
                raise _ByFactsError
            return self._begun()
        buyers = mirror.of_same_buyers(self.shop_id, changed.orders | named, changed.customers, changed.emails)
        renewed = changed.orders | by_inputs | self.shelf.among(self.shop_id, buyers)
        gifts = self.desk.ledger.gifts.order_ids(self.shop_id)
        texts_now = tracked_texts(self.key.codes)
        only = frozenset(mirror.with_codes_among(self.shop_id, renewed, texts_now) | (renewed & gifts))
        found = list(self._credited(Which(only=only)))
        inputs = (digest, self.key.inputs) if differ else None
        if not self.shelf.renew(self.shop_id, state.turn, renewed, found, upto=changed.upto, inputs=inputs):
            raise _AgainError
        return self._state()

    def _begun(self) -> State:
        self.shelf.begin(self.shop_id, self.key.digest, self.key.inputs_digest, self.key.inputs)
        return self._state()

    def _state(self) -> State:
        """How the credits stand now, for as long as nobody else renews them."""
        state = self.shelf.state(self.shop_id)
        if state is None or state.rules != self.key.digest or state.inputs != self.key.inputs_digest:
            raise _AgainError
        return state

    def _filled(self, state: State, months: Collection[int]) -> State:
        """How the credits stand when those of *months* are there, and what changed meanwhile is in them.

        Months are worked out one at a time, so that a run that is stopped keeps what it has done.
        """
        if not (missing := state.missing.intersection(months)):
            return state
        codes, rules = self.key.codes, self.key.rules
        only = meant(self.desk, self.store, codes, rules, Which())
        for month in sorted(missing):
            begin, end = bounds_of(month, self.store.zone)
            # Worked out before the ledger is anybody's to write: others go on writing.
            found = list(self._credited(Which(begin, end, only=only)))
            if not self.shelf.fill(self.shop_id, state.turn, month, found):
                raise _AgainError
        # An order whose time changed from one of these months to another is in both or in none, until it is renewed.
        state = self._current(short=False)
        if state.missing.intersection(months):
            raise _AgainError
        return state

    def _credited(self, which: Which) -> Iterator[KeptCredit]:
        outcomes, ranks = credit_orders(self.desk, self.store, self.key.codes, self.key.rules, which)
        bought = Counter(rank.person for rank in ranks.values())
        decided = self.desk.ledger.decisions.of(self.shop_id)
        for outcome in outcomes:
            yield from kept(outcome, self.store.zone, bought, decided)

    def _names(self) -> Mapping[str, str]:
        """What the influencers are called, by opaque id."""
        ids = {owner.value for code in self.key.codes.tracked for owner in code.owners}
        return {id: one.influencer for id, one in self.desk.ledger.people.by_id(ids).items()}

    def _is_configured(self) -> bool:
        """Are these the options that every report has where nobody says otherwise?"""
        config = self.desk.config
        return self.asked.multi_code == config.multi_code and (self.asked.commission or None) == config.commission


class _AgainError(Exception):
    """Another run renewed the same credits: they are looked at again."""


class _ByFactsError(Exception):
    """What is kept is of no use for this report."""
