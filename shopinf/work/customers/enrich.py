"""Finding the influencers among customers: read them, look for them in the sources, keep and tag who was found.

Whatever a source said is written down before the next is asked, so a run that is stopped or killed pays for nothing
twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from shopinf.errors import ShopinfError
from shopinf.ledger.enrichment import Mark
from shopinf.outcomes import Outcomes
from shopinf.people.customers import Customer
from shopinf.people.enrichment import Base, Found, Purse, Sort, Summary, Wanted
from shopinf.results import Failure
from shopinf.sources.catalogue import Sign
from shopinf.sources.specs import Spec
from shopinf.stores import Store
from shopinf.unread import failures as unread_failures
from shopinf.work.customers.base import begin, read_base
from shopinf.work.customers.found import enrol_found, find_people, known_people
from shopinf.work.customers.opened import open_sources
from shopinf.work.customers.sheet import SheetSource
from shopinf.work.customers.tags import check_taggable, tag_all
from shopinf.work.customers.waterfall import Opened, Seen, Terms, Waterfall
from shopinf.work.orders.seats import Seats

if TYPE_CHECKING:
    from shopinf.desk import Desk


@dataclass(frozen=True)
class Asked:
    """What is looked for, in which customers, and what is done with those who are found."""

    specs: Sequence[Spec]
    wanted: Wanted
    new: bool = False
    only_new: bool = False  # the answer holds what this run found alone, not every match known for the store
    since: date | None = None
    everybody: bool = False
    consented_only: bool = False
    possible: bool = False
    max_credits: Decimal | None = None
    rematch_after: int | None = None
    tag: str | None = None
    include_unmatched: bool = False
    dry_run: bool = False
    mapping: Mapping[str, str] = field(default_factory=dict)

    def key(self, spec: Spec) -> str:
        """What a source is remembered by: with these options it may see other customers, or match them otherwise."""
        more = [" consented"] if self.consented_only else []
        more += [" possible"] if self.possible and spec.kind is None else []
        return "".join([spec.key, *more])


@dataclass(frozen=True)
class Mine:
    """What a run came to in one store."""

    found: Sequence[Found]
    fresh: int  # of them, who were not known before
    unmatched: Sequence[Customer]
    summary: Summary
    notes: Sequence[str]
    failures: Sequence[Failure]


@dataclass(frozen=True)
class Enriched:
    """What a run came to; notes and failures that no store has to itself are *shared*."""

    outcomes: Outcomes[Mine]
    left: int
    credits_used: Decimal
    sort: Sort
    shared_notes: Sequence[str]
    shared_failures: Sequence[Failure]
    errors: Sequence[ShopinfError]  # of providers that stopped answering
    narrowed: bool = False  # by followers or platforms, so that somebody who is known may be left out
    said: Sequence[str] = ()  # notes that were said while it ran

    @property
    def anybody(self) -> bool:
        return any(mine.found for _, mine in self.outcomes.done)


def enrich(desk: Desk, stores: Sequence[Store], asked: Asked) -> Enriched:
    """Run the whole of it for *stores* at once."""
    opened = open_sources(desk, asked.specs, asked.mapping, asked.max_credits)
    prints = {asked.key(spec): source.fingerprint for spec, source in opened if isinstance(source, SheetSource)}
    seats = Seats(len(stores))
    outcomes = desk.each_store(stores, lambda store: _base(desk, store, asked, prints, seats)).or_raise()
    run = _Run(desk, asked, outcomes)
    # Of whom a sheet found, a provider that knows people by their profiles may tell how many followers they have.
    run.waterfall.go_through(opened, before_profiles=lambda: run.enrol(everybody=True))
    return run.finish(opened)


def _base(desk: Desk, store: Store, asked: Asked, prints: Mapping[str, str | None], seats: Seats) -> Base:
    """The customers of a store; where only some are read, a person should know why."""
    if asked.tag and not asked.dry_run:
        check_taggable(desk, store)
    marks = desk.ledger.enrichment.marks(store.shop_id)
    keys = [asked.key(spec) for spec in asked.specs if spec.by is Sign.EMAIL]
    # Whether somebody agrees to marketing is not remembered, so a whole list of those who do takes reading everybody.
    everybody = asked.everybody or (asked.consented_only and not (asked.only_new or asked.new))
    since = begin(marks, keys, store, new=asked.new, since=asked.since, everybody=everybody)
    base = read_base(
        desk,
        store,
        since,
        consented_only=asked.consented_only,
        by_phone=any(spec.kind is None for spec in asked.specs),
        seats=seats,
    )
    if since is not None and asked.since is None:
        base.notes.append(
            f"{store.name}: only customers created or changed since {since.astimezone(store.zone):%Y-%m-%d %H:%M} were "
            "asked about; --all asks about everybody"
        )
        if any(marks[key].fingerprint not in (None, prints[key]) for key in prints if key in marks):
            base.notes.append(f"{store.name}: the sheet has changed since; --all looks for everybody in it")
    return base


class _Run:
    """One run, from the customers that were read to the result."""

    def __init__(self, desk: Desk, asked: Asked, bases: Outcomes[Base]) -> None:
        self.desk, self.asked, self.bases = desk, asked, bases
        self.seen = [Seen(store, base) for store, base in bases.done]
        self.purse = Purse(asked.max_credits)
        terms = Terms(asked.possible, asked.rematch_after, asked.dry_run)
        self.waterfall = Waterfall(desk, self.seen, terms, self.purse)
        self.names: dict[str, str] = {}  # of people whom a dry run does not write down

    def finish(self, opened: Sequence[Opened]) -> Enriched:
        """Write down who was found, and tag them."""
        self.enrol()
        found: dict[str, list[Found]] = {}
        failures: dict[str, list[Failure]] = {}
        for seen in self.seen:
            name, failed = seen.store.name, failures.setdefault(seen.store.name, [])
            failed += unread_failures(name, seen.base.unread)
            found[name] = find_people(self.desk, seen, self.asked.wanted, self.names, seen.base.notes, failed)
            if not self.asked.dry_run:
                self.desk.ledger.enrichment.keep(seen.store.shop_id, found[name])
        if not self.asked.dry_run:
            self._mark(opened)
        notes = list(self.waterfall.notes)
        known = {seen.store.name: self._known(seen, found[seen.store.name]) for seen in self.seen}
        if self.asked.tag:
            for tagged in tag_all(self.desk, self.seen, found, known, self.asked.tag, notes, self.asked.dry_run):
                failures[tagged.store or ""].append(tagged)
        mine = [
            (seen.store, self._mine(number, seen, found[seen.store.name], known[seen.store.name], failures))
            for number, seen in enumerate(self.seen)
        ]
        return Enriched(
            Outcomes.of(mine).after(self.bases),
            self.waterfall.left,
            self.purse.spent,
            self.asked.wanted.sort,
            notes,
            self.waterfall.failures,
            self.waterfall.errors,
            bool(self.asked.wanted.min_followers or self.asked.wanted.platforms),
            self.waterfall.said,
        )

    def _known(self, seen: Seen, found: Sequence[Found]) -> list[Found]:
        """Whom earlier runs found there, as far as the answer is to hold them."""
        if self.asked.only_new or self.asked.consented_only:
            return []
        return known_people(self.desk, seen.store, found, self.asked.wanted, possible=self.asked.possible)

    def _mine(
        self,
        number: int,
        seen: Seen,
        found: Sequence[Found],
        known: Sequence[Found],
        failures: Mapping[str, Sequence[Failure]],
    ) -> Mine:
        """What the run came to in one store, with those whom earlier runs found there."""
        fresh = sum(each.found_at is None for each in found)
        whole = [*found, *known]
        summary = self._summary(number, seen, len(whole))
        return Mine(whole, fresh, self._unmatched(seen, whole), summary, seen.base.notes, failures[seen.store.name])

    def enrol(self, *, everybody: bool = False) -> None:
        """Write down whom sheets found, those above the thresholds; a dry run only sees who they are."""
        wants = None if everybody else self.asked.wanted.wants
        people = enrol_found(self.desk, self.seen, wants, dry_run=self.asked.dry_run)
        if self.asked.dry_run:
            self.names |= {one.id: one.influencer for one in people}

    def _mark(self, opened: Sequence[Opened]) -> None:
        """Note how far each source came, where it saw every customer that this run read."""
        if self.asked.since is not None:
            return
        prints = {spec: source.fingerprint for spec, source in opened if isinstance(source, SheetSource)}
        for seen in self.seen:
            if seen.base.watermark is None:
                continue
            mark = {
                self.asked.key(spec): Mark(seen.base.watermark, prints.get(spec)) for spec in self.waterfall.finished
            }
            self.desk.ledger.enrichment.mark(seen.store.shop_id, mark)

    def _summary(self, number: int, seen: Seen, matched: int) -> Summary:
        return replace(seen.base.summary, matched=matched, left=self.waterfall.left_in(number))

    def _unmatched(self, seen: Seen, listed: Sequence[Found]) -> list[Customer]:
        if not self.asked.include_unmatched:
            return []
        wants = self.asked.wanted.wants
        found = {place for place, hit in seen.hits.items() if hit.person and wants(hit.profile.accounts)}
        known = {record.customer.customer_id for each in listed for record in each.records}
        customers = enumerate(seen.base.customers)
        return [each for place, each in customers if place not in found and each.customer_id not in known]
