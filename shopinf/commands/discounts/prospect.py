"""What `discounts create` would do in a store, and what it takes: the plan, and the answer of a dry run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shopinf.commands.discounts.changes import update_notes, updated_row
from shopinf.commands.discounts.combination import ALONE, scope_notes
from shopinf.commands.discounts.rows import Summary, bare_row, code_row, codes_result
from shopinf.commands.options import FormChoice
from shopinf.discounts.codes import collision_chance
from shopinf.discounts.links import link_of
from shopinf.discounts.plan import Ask, Fate, Shape, Step
from shopinf.errors import BadInput, PartlyDone
from shopinf.outcomes import Done, Outcomes
from shopinf.results import Cell, Failure, Result
from shopinf.words import agreeing, counted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.discounts.terms import Goods
    from shopinf.stores import Store

JOB_SECONDS = 5.0  # what a job of a hundred codes takes, as a guess


_SELDOM = 0.01  # per cent: whatever is rarer is told as less than that


@dataclass(frozen=True)
class Prospect:
    """What would be done in one store."""

    store: Store
    shape: Shape
    goods: Goods | None  # what the codes are for, where that was limited
    steps: Sequence[Step] = ()

    def count(self, *fates: Fate) -> int:
        return sum(step.fate in fates for step in self.steps)

    def of_its_goods(self, asks: Sequence[Ask]) -> Sequence[Ask]:
        """*asks* for codes that are for these goods alone."""
        goods = self.goods
        return asks if goods is None else [replace(ask, wish=replace(ask.wish, goods=goods)) for ask in asks]


def find_prospect(
    desk: Desk,
    store: Store,
    shape: Shape,
    asks: Sequence[Ask],
    products: Sequence[str],
    collections: Sequence[int],
) -> Prospect:
    """What would be done in *store*: reads the ledger, and the catalogue where goods are named."""
    from shopinf.shopify.goods import find_goods
    from shopinf.work.codes.create import plan_codes

    goods = find_goods(desk.shop(store), products, collections) if products or collections else None
    bare = Prospect(store, shape, goods)
    return replace(bare, steps=plan_codes(desk, store, bare.of_its_goods(asks), shape))


# the dry run


@dataclass(frozen=True)
class Planned:
    """What would be done in one store: the rows, what the making takes, and what would change."""

    rows: list[dict[str, Cell]]
    forecast: Forecast
    notes: Sequence[str]
    failures: Sequence[Failure]  # a code each that cannot be made


def show_prospects(desk: Desk, prospects: Outcomes[Prospect], form: FormChoice) -> None:
    """Show what would be done; nothing is written, neither in the store nor here."""
    found = dict(prospects.done)
    outcomes = desk.each_store(list(found), lambda store: _planned(desk, found[store])).after(prospects)

    def answer(done: Done[Planned], failures: Sequence[Failure]) -> Result:
        rows = [row for _, one in done for row in one.rows]
        forecasts = [one.forecast for _, one in done]
        notes = [sentence for forecast in forecasts for sentence in forecast.sentences()]
        more = {"dry_run": True, "forecast": [forecast.facts() for forecast in forecasts]}
        makes = any(row["status"] == "planned" for row in rows)
        combines = any(step.ask.combining.combines for one in found.values() for step in one.steps)
        notes += [note for _, one in done for note in one.notes] + [ALONE] * (makes and not combines)
        odd = [failure for _, one in done for failure in one.failures]
        return codes_result(rows, Summary.of(rows), notes=notes, failures=[*odd, *failures], more=more)

    whole = desk.deliver(outcomes.or_raise(), answer, form)
    failed = sum(row["status"] == "failed" for row in whole.rows)
    if failed or whole.failures:
        count = counted(len(whole.rows), "code")
        raise PartlyDone(f"{failed} of {count} cannot be made", hint="Correct what is named above first.")


def _planned(desk: Desk, one: Prospect) -> Planned:
    from shopinf.shopify import discounts as remote

    store, campaign, shop = one.store, one.shape.campaign, desk.shop(one.store)
    remote.some_newest_rule(shop)  # tells the store's rate limit, and whether its rules may be read
    rows: list[dict[str, Cell]] = []
    failures: list[Failure] = []
    explicit = 0
    for step in one.steps:
        who, ask = step.ask.influencer, step.ask
        if step.record and step.fate is Fate.EXISTS:
            rows.append(code_row(store, step.record, who, "exists"))
            continue
        if step.record and step.fate is Fate.CHANGE:
            rows.append(updated_row(store, step.record, step, planned=True))
            continue
        status, error = ("failed", step.error) if step.fate is Fate.FAIL else ("planned", None)
        if step.fate is Fate.MAKE and ask.code and not step.resumes:
            explicit += 1
            if remote.look_up(shop, step.code):
                status, error = "failed", f"{step.code} is taken by a code that shopinf did not make"
        row = bare_row(store, campaign, who, ask.slot, step.code, step.terms, status, error)
        if status == "planned":
            row["link"] = link_of(store, step.code, who, campaign, ask.redirect, ask.utm)
            row["combines_with"] = ask.combining.shown or "none"
        elif who is None:
            row["influencer"] = ask.username or None  # as the row names them
        if error:
            what = str(row["code"] or row["influencer"] or ask.slot or ask.place)
            failures.append(Failure(store.name, what, error, BadInput.code))
        rows.append(row | {"commission": ask.commission})
    count = sum(row["status"] == "planned" for row in rows)
    rules = len({step.terms.key() for step in one.steps if step.fate is Fate.MAKE and step.terms})
    jobs = math.ceil(count / remote.MOST_IN_JOB)
    changing = [step for step in one.steps if step.fate is Fate.CHANGE]
    own = len({step.record.rule.id for step in changing if step.record and step.terms != step.record.rule.terms})
    forecast = Forecast(store.name, one.shape, count, explicit, rules, jobs, shop.bucket.room(), shop.bucket.leak, own)
    notes = update_notes(store, changing, desk.today(store), done=False)
    return Planned(rows, forecast, [*notes, *_combining_notes(one, count, rules)], failures)


def _combining_notes(one: Prospect, count: int, rules: int) -> list[str]:
    """How many changes by GraphQL combining takes, and whether the store allows them."""
    asked = any(step.ask.combining for step in one.steps if step.fate is Fate.MAKE)
    if not asked:
        return []
    changes = counted(count if one.shape.own_rules else rules, "change")
    notes = [f"{one.store.name}: what the codes combine with and apply to takes {changes} by GraphQL more."]
    return [*notes, *scope_notes([one.store])]


@dataclass(frozen=True)
class Forecast:
    """What making the codes of one store takes: requests and time, with a rule for each and with shared ones."""

    store: str
    shape: Shape
    count: int
    explicit: int
    rules: int
    jobs: int
    room: int
    leak: float
    changed: int = 0  # price rules that exist and get other terms

    @property
    def own(self) -> tuple[int, float]:
        """Requests and seconds with a price rule for each code."""
        requests = (2 * self.count + self.explicit + 1 if self.count else 0) + self.changed
        return requests, max(0.0, requests - self.room) / self.leak

    @property
    def shared(self) -> tuple[int, float]:
        """The same with one price rule for equal terms, filled by jobs."""
        requests = (self.rules + 4 * self.jobs + 1 if self.count else 0) + self.changed
        return requests, max(self.jobs * JOB_SECONDS, max(0.0, requests - self.room) / self.leak)

    def facts(self) -> dict[str, object]:
        """As JSON has it."""
        kinds = (("own_rules", self.own), ("shared_rule", self.shared))
        return {"store": self.store} | {
            name: {"requests": requests, "seconds": round(seconds)} for name, (requests, seconds) in kinds
        }

    def sentences(self) -> list[str]:
        """The same for a person, and how likely random codes meet."""
        own, pattern = self.shape.own_rules, self.shape.pattern
        chosen, other = (self.own, self.shared) if own else (self.shared, self.own)
        ways = ("a price rule for each code", "a shared price rule")
        names = ways if own else ways[::-1]
        if not self.count:
            return [f"{self.store}: {counted(self.changed, 'price rule')} to change."] if self.changed else []
        sentences = [
            f"{self.store}: {counted(self.count, 'code')} with {names[0]} {agreeing(self.count, 'takes', 'take')} "
            f"{counted(chosen[0], 'request')} and about {_time(chosen[1])}; with {names[1]} it would be "
            f"{counted(other[0], 'request')} and about {_time(other[1])}."
        ]
        if pattern.signs and self.count > 1:
            chance = 100 * collision_chance(self.count, pattern.signs)
            sentences.append(
                f"{self.store}: that two codes are drawn alike has a chance of "
                f"{f'{chance:.2g}' if chance >= _SELDOM else f'less than {_SELDOM}'} %; then one of them is drawn anew."
            )
        return sentences


def _time(seconds: float) -> str:
    return f"{max(1, round(seconds))} s" if seconds < 120 else f"{round(seconds / 60)} min"
