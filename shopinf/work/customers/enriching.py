"""What `customers enrich` does: read the customers, look for them in the sources, keep, tag and rank who was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from shopinf.customers import Customer
from shopinf.enrichment import Base, Found, Purse, Summary, Wanted, ranked
from shopinf.errors import BadInput, PartlyDone, ShopinfError
from shopinf.ledger.enrichment import Mark
from shopinf.results import Failure, Result
from shopinf.stores import Store
from shopinf.work.customers.enrolling import known_of, one_each
from shopinf.work.customers.finding import find_people
from shopinf.work.customers.opening import KINDS, Provider, Spec, open_provider
from shopinf.work.customers.reading import begin, read_base
from shopinf.work.customers.rows import enrichment_result
from shopinf.work.customers.sheetmatching import SheetSource
from shopinf.work.customers.tagging import check_taggable, tag_all
from shopinf.work.customers.waterfall import Seen, Terms, Waterfall
from shopinf.work.orders.syncing import share

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
        more += [" possible"] if self.possible and spec.name == "csv" else []
        return "".join([spec.key, *more])

    @property
    def paid(self) -> list[Spec]:
        return [each for each in self.specs if each.name in KINDS and KINDS[each.name].price]


Opened = tuple[Spec, SheetSource | Provider]


@dataclass(frozen=True)
class Enriched:
    """What a run came to, ready to be shown."""

    result: Result
    found: Sequence[Found]
    errors: Sequence[ShopinfError]  # of providers that stopped answering

    def settle(self) -> None:
        """End the run as partly done where something failed; called after the rest was shown."""
        if self.result.failures:
            failed = ", ".join(dict.fromkeys(each.store or each.what for each in self.result.failures))
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
    if asked.tag and not asked.dry_run:
        for store in stores:
            check_taggable(desk, store)
    prints = {asked.key(spec): source.fingerprint for spec, source in opened if isinstance(source, SheetSource)}
    outcomes = desk.each_store(stores, lambda store: _base(desk, store, asked, prints, share(stores))).or_raise()
    run = _Run(desk, asked, [Seen(store, base) for store, base in outcomes.done], outcomes.failures)
    with desk.paying() if any(spec.name in KINDS for spec in asked.specs) else nullcontext():
        run.look(opened)
    return run.finish(opened)


def _open(desk: Desk, spec: Spec, asked: Asked) -> SheetSource | Provider:
    return SheetSource(desk, spec, asked.mapping) if spec.name == "csv" else open_provider(desk, spec.name)


def _base(desk: Desk, store: Store, asked: Asked, prints: Mapping[str, str | None], workers: int) -> Base:
    """The customers of a store; where only some are read, a person should know why."""
    marks = desk.ledger.enrichment.marks(store.shop_id)
    keys = [asked.key(spec) for spec in asked.specs if spec.name != "upfluence"]
    since = begin(marks, keys, store, new=asked.new, since=asked.since, everybody=asked.everybody)
    base = read_base(
        desk,
        store,
        since,
        consented_only=asked.consented_only,
        by_phone=any(spec.name == "csv" for spec in asked.specs),
        workers=min(workers, 8),
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

    def __init__(self, desk: Desk, asked: Asked, seen: list[Seen], failures: Sequence[Failure]) -> None:
        self.desk, self.asked, self.seen = desk, asked, seen
        self.purse = Purse(asked.max_credits)
        terms = Terms(asked.possible, asked.rematch_after, asked.dry_run)
        self.waterfall = Waterfall(desk, seen, terms, self.purse)
        self.failures = list(failures)
        self.notes = [note for each in seen for note in each.base.notes]
        self.names: dict[str, str] = {}  # of people whom a dry run does not write down

    def look(self, opened: Sequence[Opened]) -> None:
        """Go through the sources in their order."""
        for spec, source in opened:
            if isinstance(source, SheetSource):
                self.waterfall.sheet(source)
                continue
            if spec.name == "upfluence":
                self._enrol(everybody=True)  # it may tell how many followers they have
            self.waterfall.provider(spec, source)
        if self.waterfall.errors and not self.waterfall.answered:
            raise self.waterfall.errors[0]
        self.failures += self.waterfall.failures
        self.notes += self.waterfall.notes

    def finish(self, opened: Sequence[Opened]) -> Enriched:
        """Write down who was found, tag them, and rank them."""
        self._enrol()
        found: list[Found] = []
        for seen in self.seen:
            mine = find_people(self.desk, seen, self.asked.wanted, self.names, self.notes, self.failures)
            found += mine
            if not self.asked.dry_run:
                self.desk.ledger.enrichment.keep(seen.store.shop_id, mine)
        if not self.asked.dry_run:
            self._mark(opened)
        if self.asked.tag:
            self.failures += tag_all(self.desk, self.seen, found, self.asked.tag, self.notes, self.asked.dry_run)
        result = enrichment_result(
            ranked(found, self.asked.wanted.sort),
            [(seen.store, each) for seen in self.seen for each in self._unmatched(seen)],
            self._summary(len(found)),
            zones={seen.store.name: seen.store.zone for seen in self.seen},
            notes=list(dict.fromkeys(self.notes)),
            failures=self.failures,
        )
        return Enriched(result, found, self.waterfall.errors)

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

    def _summary(self, matched: int) -> Summary:
        whole = Summary()
        for seen in self.seen:
            whole = whole.plus(seen.base.summary)
        return replace(whole, matched=matched, left=self.waterfall.left, credits_used=self.purse.spent)

    def _unmatched(self, seen: Seen) -> list[Customer]:
        if not self.asked.include_unmatched:
            return []
        wants = self.asked.wanted.wants
        found = {place for place, hit in seen.hits.items() if hit.person and wants(hit.profile.accounts)}
        return [each for place, each in enumerate(seen.base.customers) if place not in found]
