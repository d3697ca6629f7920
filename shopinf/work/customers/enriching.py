"""What `customers enrich` does: read the customers, look for them in the sources, keep, tag and rank who was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from shopinf.errors import BadInput, PartlyDone, ShopinfError
from shopinf.ledger.enrichment import Mark
from shopinf.outcomes import Done, Outcomes
from shopinf.people.customers import Customer
from shopinf.people.enrichment import Base, Found, Purse, Sort, Summary, Wanted, plain, ranked
from shopinf.results import Failure, Result
from shopinf.sources.catalogue import Provider, Sign
from shopinf.sources.specs import Spec
from shopinf.stores import Store
from shopinf.work.customers.enrolling import known_of, one_each
from shopinf.work.customers.finding import find_people
from shopinf.work.customers.providers import open_provider
from shopinf.work.customers.reading import begin, read_base
from shopinf.work.customers.rows import enrichment_result
from shopinf.work.customers.sheetmatching import SheetSource
from shopinf.work.customers.tagging import check_taggable, tag_all
from shopinf.work.customers.waterfall import Seen, Terms, Waterfall
from shopinf.work.orders.seats import Seats

if TYPE_CHECKING:
    from shopinf.desk import Desk

_AT_ONCE = 5000  # people written down in one transaction


@dataclass(frozen=True)
class Asked:
    """The options of `customers enrich`."""

    specs: Sequence[Spec]
    wanted: Wanted
    new: bool = False
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

    @property
    def paid(self) -> list[Spec]:
        return [each for each in self.specs if each.is_paid]


Opened = tuple[Spec, SheetSource | Provider]


@dataclass(frozen=True)
class Mine:
    """What a run came to in one store."""

    found: Sequence[Found]
    unmatched: Sequence[Customer]
    summary: Summary
    notes: Sequence[str]
    failures: Sequence[Failure]


@dataclass(frozen=True)
class Enriched:
    """What a run came to, ready to be shown; notes and failures that no store has to itself are *shared*."""

    outcomes: Outcomes[Mine]
    left: int
    credits_used: Decimal
    sort: Sort
    shared_notes: Sequence[str]
    shared_failures: Sequence[Failure]
    errors: Sequence[ShopinfError]  # of providers that stopped answering

    @property
    def anybody(self) -> bool:
        return any(mine.found for _, mine in self.outcomes.done)

    def answer(self, done: Done[Mine], failures: Sequence[Failure]) -> Result:
        """The list over the stores *done*; what was spent is known of the whole run alone."""
        summary = Summary()
        for _, mine in done:
            summary = summary.plus(mine.summary)
        notes = [note for _, mine in done for note in mine.notes] + [*self.shared_notes]
        whole = len(done) == len(self.outcomes.done)
        if whole or not self.credits_used:
            summary = replace(summary, credits_used=self.credits_used)
        else:
            summary = replace(summary, credits_used=None)
            notes.append(f"{plain(self.credits_used)} credits were spent for all stores of the run together")
        return enrichment_result(
            ranked([each for _, mine in done for each in mine.found], self.sort),
            [(store, each) for store, mine in done for each in mine.unmatched],
            replace(summary, left=self.left) if whole else summary,
            zones={store.name: store.zone for store, _ in done},
            notes=list(dict.fromkeys(notes)),
            failures=[*failures, *self.shared_failures, *(each for _, mine in done for each in mine.failures)],
        )

    def settle(self, result: Result) -> None:
        """End the run as partly done where something failed; called after the *result* was shown."""
        if result.failures:
            failed = ", ".join(dict.fromkeys(each.store or each.what for each in result.failures))
            hint = self.errors[0].hint if self.errors else None
            raise PartlyDone(
                f"Not everything was done: {failed}", hint=hint or "Run the same command again; what was found is kept."
            )


def enrich(desk: Desk, stores: Sequence[Store], asked: Asked) -> Enriched:
    """Run the whole of it for *stores* at once."""
    if asked.paid and asked.max_credits is None and not desk.out.attended:
        raise BadInput(
            f"Nobody is here to agree to what {asked.paid[0].shown} costs",
            hint="Add --max-credits N, which is never passed, and --yes.",
        )
    opened = [(spec, _open(desk, spec, asked)) for spec in asked.specs]
    prints = {asked.key(spec): source.fingerprint for spec, source in opened if isinstance(source, SheetSource)}
    seats = Seats(len(stores))
    outcomes = desk.each_store(stores, lambda store: _base(desk, store, asked, prints, seats)).or_raise()
    run = _Run(desk, asked, outcomes)
    with desk.paying() if any(spec.kind for spec in asked.specs) else nullcontext():
        run.look(opened)
    return run.finish(opened)


def _open(desk: Desk, spec: Spec, asked: Asked) -> SheetSource | Provider:
    return open_provider(desk, spec.kind) if spec.kind else SheetSource(desk, spec, asked.mapping)


def _base(desk: Desk, store: Store, asked: Asked, prints: Mapping[str, str | None], seats: Seats) -> Base:
    """The customers of a store; where only some are read, a person should know why."""
    if asked.tag and not asked.dry_run:
        check_taggable(desk, store)
    marks = desk.ledger.enrichment.marks(store.shop_id)
    keys = [asked.key(spec) for spec in asked.specs if spec.by is Sign.EMAIL]
    since = begin(marks, keys, store, new=asked.new, since=asked.since, everybody=asked.everybody)
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
            "looked at; --all looks at everybody"
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

    def look(self, opened: Sequence[Opened]) -> None:
        """Go through the sources in their order."""
        for spec, source in opened:
            if isinstance(source, SheetSource):
                self.waterfall.sheet(source)
                continue
            if spec.by is Sign.PROFILE:
                self._enrol(everybody=True)  # it may tell how many followers they have
            self.waterfall.provider(spec, source)
        if self.waterfall.errors and not self.waterfall.answered:
            raise self.waterfall.errors[0]

    def finish(self, opened: Sequence[Opened]) -> Enriched:
        """Write down who was found, and tag them."""
        self._enrol()
        found: dict[str, list[Found]] = {}
        failures: dict[str, list[Failure]] = {}
        for seen in self.seen:
            name, failed = seen.store.name, failures.setdefault(seen.store.name, [])
            found[name] = find_people(self.desk, seen, self.asked.wanted, self.names, seen.base.notes, failed)
            if not self.asked.dry_run:
                self.desk.ledger.enrichment.keep(seen.store.shop_id, found[name])
        if not self.asked.dry_run:
            self._mark(opened)
        notes = list(self.waterfall.notes)
        if self.asked.tag:
            for tagged in tag_all(self.desk, self.seen, found, self.asked.tag, notes, self.asked.dry_run):
                failures[tagged.store or ""].append(tagged)
        mine = [
            (
                seen.store,
                Mine(
                    found[seen.store.name],
                    self._unmatched(seen),
                    self._summary(number, seen, len(found[seen.store.name])),
                    seen.base.notes,
                    failures[seen.store.name],
                ),
            )
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
        )

    def _enrol(self, *, everybody: bool = False) -> None:
        """Write down whom sheets found, those above the thresholds; a dry run only sees who they are."""
        spots = [
            (seen, place)
            for seen in self.seen
            for place, hit in seen.hits.items()
            if not hit.person and (everybody or self.asked.wanted.wants(hit.profile.accounts))
        ]
        known = one_each([known_of(seen.hits[place].profile, seen.base.customers[place]) for seen, place in spots])
        roster = self.desk.ledger.roster
        if self.asked.dry_run:
            people = roster.recognise(known)
            self.names |= {one.id: one.influencer for one in people}
        else:
            people = [one for start in range(0, len(known), _AT_ONCE) for one in roster.enrol(known[start:][:_AT_ONCE])]
        for (seen, place), one in zip(spots, people, strict=True):
            seen.hits[place] = replace(seen.hits[place], person=one.id)

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

    def _unmatched(self, seen: Seen) -> list[Customer]:
        if not self.asked.include_unmatched:
            return []
        wants = self.asked.wanted.wants
        found = {place for place, hit in seen.hits.items() if hit.person and wants(hit.profile.accounts)}
        return [each for place, each in enumerate(seen.base.customers) if place not in found]
