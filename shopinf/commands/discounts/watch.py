"""`shopinf discounts watch`: which codes got out, since when, and what that costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.commands.completion import campaign_names
from shopinf.commands.discounts.choice import CodeChoice, choose_codes, people_of
from shopinf.commands.influencers.choice import InfluencersOption
from shopinf.commands.options import DeskContext, FormChoice, NoSyncOption, Noun, StoreChoice, examples
from shopinf.discounts.campaigns import find_campaign
from shopinf.discounts.records import CodeRecord, Origin, State
from shopinf.errors import BadInput, PartlyDone
from shopinf.leaks.verdict import Level
from shopinf.outcomes import Done
from shopinf.periods import read_day
from shopinf.results import Cell, Failure, Result, columns
from shopinf.shell import quoted
from shopinf.words import counted
from shopinf.work.orders.seats import Seats

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.people.influencers import Influencer
    from shopinf.stores import Store
    from shopinf.work.codes.watch import Watch, Watched

app = Noun()

WATCH_COLUMNS = columns(
    "store code influencer campaign verdict coupon_hosts advice",
    numbers="orders_since usual_per_day per_day cold_share_before cold_share_since new_share_since",
    money="commission_at_stake",
    times="since",
    order="store code influencer campaign verdict since orders_since usual_per_day per_day cold_share_before "
    "cold_share_since coupon_hosts new_share_since commission_at_stake advice",
    shown="code verdict since orders_since usual_per_day commission_at_stake coupon_hosts",
)
_RANK = {Level.LEAK: 0, Level.LOOK: 1, Level.QUIET: 2}


class Told(StrEnum):
    """A verdict that one may ask for."""

    LOOK = "look"
    LEAK = "leak"


@dataclass(frozen=True)
class Watching:
    """What is looked at, and what is to be said of it."""

    campaign: Annotated[
        list[str] | None,
        typer.Option("--campaign", help="Only this one; may be repeated.", metavar="C", autocompletion=campaign_names),
    ] = None
    influencer: InfluencersOption = None
    since: Annotated[
        str | None, typer.Option("--since", help="Look for what began on that day or later.", metavar="DATE")
    ] = None
    only: Annotated[Told | None, typer.Option("--only", help="Only codes with this verdict.")] = None
    fail_on: Annotated[
        Told | None, typer.Option("--fail-on", help="End with exit code 7 where there is one of these, or worse.")
    ] = None
    no_sync: NoSyncOption = False

    @property
    def day(self) -> date | None:
        """The first day on which a leak may have begun."""
        return read_day(self.since) if self.since else None

    def records(self, desk: Desk, stores: Sequence[Store]) -> dict[str, list[CodeRecord]]:
        """The codes that are meant, by store."""
        found = choose_codes(desk, stores, CodeChoice())
        known = {record.campaign for records in found.values() for record in records}
        campaigns = {find_campaign(each, known) for each in self.campaign or ()}
        people = {desk.ledger.people.called(each).id for each in self.influencer or ()}
        return {
            store: [
                record
                for record in records
                if (not campaigns or record.campaign in campaigns) and (not people or record.person in people)
            ]
            for store, records in found.items()
        }

    def fails(self, verdict: Level) -> bool:
        """Is a code with this *verdict* to end the run with 7?"""
        return self.fail_on is not None and _RANK[verdict] <= _RANK[Level(self.fail_on)]


@app.command(
    "watch",
    columns=WATCH_COLUMNS,
    epilog=examples(
        "discounts watch", "discounts watch --only leak --fail-on leak", "discounts watch --since 2026-11-20"
    ),
)
def watch(desk: DeskContext, stores: StoreChoice, form: FormChoice, watching: Watching) -> None:
    """Watch for codes that got out: since when strangers buy with a code, and what their orders cost.

    Volume alone is worth a look. A leak is volume, or a level that stays, with buyers who saw nothing of the
    influencer.
    """
    from shopinf.work.codes.watch import watch_store

    chosen, day = desk.stores(stores), watching.day
    if day is not None and all(day > desk.today(store) for store in chosen):
        raise BadInput(f"{day} is still to come", hint="Give a day that has begun, like --since 2026-11-20.")
    records = watching.records(desk, chosen)
    seats = None if watching.no_sync else Seats(len(chosen))
    outcomes = desk.each_store(chosen, lambda store: watch_store(desk, store, records[store.name], day, seats))

    def answer(done: Done[Watch], failures: Sequence[Failure]) -> Result:
        rows = [row for store, seen in done for row in _rows(desk, store, seen)]
        rows = sorted(rows, key=lambda row: _RANK[Level(str(row["verdict"]))])
        kept = [row for row in rows if watching.only is None or row["verdict"] == watching.only]
        notes = [_lacking(store, seen.lacking) for store, seen in done if seen.lacking]
        notes += [f"{each.record.code}: {'; '.join(each.verdict.reasons)}" for _, s in done for each in _loud(s)]
        return Result("shopinf.discounts.watch/1", WATCH_COLUMNS, kept, notes=notes, failures=failures)

    desk.deliver(outcomes.or_nothing(), answer, form)
    for store, seen in outcomes.done:
        for each in _loud(seen):
            desk.out.say(f"{each.record.code}:  {_advice(desk, store, each)}")
    told = Counter(each.verdict.level for _, seen in outcomes.done for each in seen.codes)
    if any(watching.fails(level) for level in told):
        raise PartlyDone(_sentence(told), hint="Do what is advised, or look at the orders first.")
    outcomes.settle()
    desk.out.say(_sentence(told))


def _loud(seen: Watch) -> list[Watched]:
    return [each for each in seen.codes if each.verdict.level is not Level.QUIET]


def _sentence(told: Mapping[Level, int]) -> str:
    """What came of the watch, in one sentence."""
    count = sum(told.values())
    if not count:
        return "No codes to watch.  Next: shopinf discounts create --help"
    leaks, looks = told.get(Level.LEAK, 0), told.get(Level.LOOK, 0)
    said = [f"{counted(leaks, 'leak')}"] * bool(leaks) + [f"{counted(looks, 'code')} worth a look"] * bool(looks)
    return f"{counted(count, 'code')} watched: {' and '.join(said) if said else 'all quiet'}."


def _lacking(store: Store, why: str) -> str:
    return (
        f"{store.name}: {why.rstrip('.')}. So only what REST says of the last visit counts: of leaks that are small "
        "beside what a code usually sells fewer are found, and later."
    )


def _rows(desk: Desk, store: Store, seen: Watch) -> list[dict[str, Cell]]:
    people = people_of(desk, [each.record for each in seen.codes])
    return [_row(desk, store, each, people.get(each.record.person)) for each in seen.codes]


def _row(desk: Desk, store: Store, watched: Watched, person: Influencer | None) -> dict[str, Cell]:
    record, said = watched.record, watched.verdict
    return {
        "store": store.name,
        "code": record.code,
        "influencer": person.influencer if person else None,
        "campaign": record.campaign,
        "verdict": str(said.level),
        "since": said.since,
        "orders_since": said.orders_since,
        "usual_per_day": _figure(said.usual_per_day, "0.1"),
        "per_day": _figure(said.per_day, "0.1"),
        "cold_share_before": _figure(said.cold_before, "0.01"),
        "cold_share_since": _figure(said.cold_since, "0.01"),
        "coupon_hosts": said.coupon_hosts,
        "new_share_since": _figure(said.new_since, "0.01"),
        "commission_at_stake": watched.at_stake,
        "advice": _advice(desk, store, watched),
    }


def _figure(value: float | None, places: str) -> Decimal | None:
    return None if value is None else Decimal(repr(value)).quantize(Decimal(places), rounding=ROUND_HALF_UP)


def _advice(desk: Desk, store: Store, watched: Watched) -> str | None:
    """What to do about it, as it can be typed: another store may have a code of the same name, which is all right."""
    record, said = watched.record, watched.verdict
    if said.since is None:
        return None
    day = said.since.date().isoformat()
    if said.level is Level.LOOK:
        return f"shopinf orders attribute --store {quoted(store.name)} --from {day} --by order"
    over = record.state in (State.RETIRED, State.PAUSED) or record.origin is Origin.TRACKED
    there = desk.pointing_at(store)
    stop = "" if over else f"; shopinf discounts reissue {quoted(record.code)}{there}"
    return f"shopinf payouts hold --code {quoted(record.code)} --from {day} --reason leak{there}{stop}"
