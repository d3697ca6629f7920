"""The waterfall: source after source, each asked only about those whom none before it found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from shopinf.errors import ShopinfError, Stopped
from shopinf.people.customers import Customer
from shopinf.people.emails import email_key, is_personal
from shopinf.people.enrichment import Base, Hit, Purse, plain
from shopinf.people.identity import known_of, one_each
from shopinf.people.influencers import Named, Source
from shopinf.people.matching import Confidence, Index
from shopinf.people.profiles import Known, Profile, together
from shopinf.results import Failure
from shopinf.sources.catalogue import Provider, Sign
from shopinf.sources.specs import Spec
from shopinf.stores import Store
from shopinf.words import counted
from shopinf.work.customers.sheet import SheetSource

if TYPE_CHECKING:
    from shopinf.desk import Desk


@dataclass(frozen=True)
class Terms:
    """How the sources are asked."""

    possible: bool = False
    rematch_after: int | None = None
    dry_run: bool = False


@dataclass
class Seen:
    """A store's customers and what was found for them, by place in the list."""

    store: Store
    base: Base
    hits: dict[int, Hit] = field(default_factory=dict)

    def pending(self) -> Iterator[tuple[int, Customer]]:
        """Those whom no source found and who may be asked about by e-mail."""
        for place, customer in enumerate(self.base.customers):
            if place not in self.hits and is_personal(customer.email):
                yield place, customer


@dataclass(frozen=True)
class _Asked:
    """What a provider is asked about under one hash: by what, where it counts, and for which customer."""

    text: str
    spots: tuple[tuple[int, int], ...]  # store by number, customer by place

    def with_(self, spot: tuple[int, int]) -> _Asked:
        return replace(self, spots=(*self.spots, spot))


Opened = tuple[Spec, SheetSource | Provider]


class Waterfall:
    """One run through the sources."""

    def __init__(self, desk: Desk, seen: Sequence[Seen], terms: Terms, purse: Purse) -> None:
        self._desk, self.seen, self._terms, self.purse = desk, seen, terms, purse
        self._ledger = desk.ledger.enrichment
        self._key = desk.ledger.database.key()
        self.failures: list[Failure] = []
        self.errors: list[ShopinfError] = []
        self.notes: list[str] = []
        self.said: list[str] = []  # notes on sheets, which were said when these were read
        self._left: dict[str, set[int]] = {}  # hashes of those not asked about, and the stores they are in
        self.finished: list[Spec] = []
        self.answered = False  # did any source say anything?

    def go_through(self, opened: Sequence[Opened], *, before_profiles: Callable[[], object]) -> None:
        """Go through the sources in their order; raises where none of them said anything.

        *before_profiles* writes down who was found so far, ahead of a provider that is asked about their profiles.
        """
        with self._desk.paying() if any(spec.kind for spec, _ in opened) else nullcontext():
            for spec, source in opened:
                if isinstance(source, SheetSource):
                    self.sheet(source)
                    continue
                if spec.by is Sign.PROFILE:
                    before_profiles()
                self.provider(spec, source)
        if self.errors and not self.answered:
            raise self.errors[0]

    def sheet(self, source: SheetSource) -> None:
        """Look for everybody in a sheet."""
        bases = [each.base for each in self.seen]
        indexes = [Index(each.customers, each.left_out, possible=self._terms.possible) for each in bases]
        for seen, hits in zip(self.seen, source.match(indexes), strict=True):
            for place, hit in hits.items():
                seen.hits.setdefault(place, hit)
        self.said += source.sheet.notes
        self.answered = True
        self.finished.append(source.spec)

    def provider(self, spec: Spec, provider: Provider) -> None:
        """Ask a provider about everybody who is left, but for what it said before."""
        asked = self._by_email() if spec.by is Sign.EMAIL else self._by_profile(spec)
        new = self._remembered(spec, asked)
        if not new:
            self.answered = True
            self.finished.append(spec)
            return
        if not self._agreed(provider, len(new)):
            self._leave(new)
            return
        left = dict(new)
        try:
            with self._desk.out.progress(f"asking {provider.title}", len(new), "people") as progress:
                for answer in provider.search([each.text for each in new.values()], self.purse):
                    done = self._take(spec, answer.found, left)
                    self.answered = True
                    progress.advance(done)
        except Stopped:
            raise
        except ShopinfError as error:
            self.errors.append(error)
            self.failures.append(Failure.of(error, store=None, what=provider.title))
        else:
            if left:
                self.notes.append(
                    f"{provider.title}: {len(left):,} of {len(new):,} were not asked about, since --max-credits "
                    f"{self.purse.cap} allows no more; the next run goes on there"
                )
            else:
                self.finished.append(spec)
        self._leave(left)

    def _leave(self, asked: Mapping[str, _Asked]) -> None:
        for key, each in asked.items():
            self._left.setdefault(key, set()).update(number for number, _ in each.spots)

    @property
    def left(self) -> int:
        """How many some source should have been asked about and was not: the cap or a failure ended it."""
        return len(self._left)

    def left_in(self, number: int) -> int:
        """How many of these are in the store of that number."""
        return sum(number in stores for stores in self._left.values())

    # whom to ask about

    def _by_email(self) -> dict[str, _Asked]:
        found: dict[str, _Asked] = {}
        for number, seen in enumerate(self.seen):
            for place, customer in seen.pending():
                key = email_key(self._key, customer.email or "")
                spot = (number, place)
                found[key] = found[key].with_(spot) if key in found else _Asked((customer.email or "").strip(), (spot,))
        return found

    def _by_profile(self, spec: Spec) -> dict[str, _Asked]:
        """Profiles without any number of followers, by address."""
        platforms = spec.kind.platforms if spec.kind else frozenset()
        found: dict[str, _Asked] = {}
        for number, seen in enumerate(self.seen):
            for place, hit in seen.hits.items():
                url = _address(hit.profile, platforms)
                if url is not None:
                    key = email_key(self._key, f"{url}@profile")
                    spot = (number, place)
                    found[key] = found[key].with_(spot) if key in found else _Asked(url, (spot,))
        return found

    def _remembered(self, spec: Spec, asked: Mapping[str, _Asked]) -> dict[str, _Asked]:
        """Take what a source said before, and return what it has to be asked."""
        known = self._ledger.asked(spec.name, list(asked))
        if self._terms.rematch_after is not None:
            edge = self._desk.clock.now() - timedelta(days=self._terms.rematch_after)
            known = {key: each for key, each in known.items() if each.at > edge}
        accounts = self._desk.ledger.roster.accounts_of(each.person for each in known.values() if each.person)
        for key, each in known.items():
            if each.person is not None:
                profile = Profile(accounts.get(each.person, ()))
                self._found(spec, asked[key], profile, each.person)
        return {key: each for key, each in asked.items() if key not in known}

    def _agreed(self, provider: Provider, count: int) -> bool:
        """Say what it may cost and ask; in a dry run nothing is asked of anybody."""
        out, price = self._desk.out, provider.price
        most = price * count
        if price:
            cap = "" if self.purse.cap is None else f"; --max-credits {self.purse.cap} is never passed"
            out.say(
                f"{provider.title}: {count:,} to ask about, at most {counted(most, 'credit')} "
                f"({plain(price)} for each match){cap}"
            )
        if self._terms.dry_run:
            self.notes.append(f"{provider.title} was not asked in a dry run; {count:,} would be")
            return False
        room = self.purse.room(price)
        if price and (room is None or room > 0):
            spent = most if self.purse.cap is None else min(most, self.purse.cap - self.purse.spent)
            out.confirm(f"Spend up to {counted(spent, 'credit')} at {provider.title}?")
        return True

    # what they say

    def _take(self, spec: Spec, found: Mapping[str, Profile | None], left: dict[str, _Asked]) -> int:
        """Write an answer down before the next is asked for; returns how many it settled."""
        if spec.by is Sign.PROFILE:
            by_text = {each.text: key for key, each in left.items()}
            settled = {key: profile for text, profile in found.items() if (key := by_text.get(text)) is not None}
        else:
            settled = {email_key(self._key, email): profile for email, profile in found.items()}
        known = dict(zip(settled, self._known(spec, settled, left), strict=True))
        shops = {key: self.seen[left[key].spots[0][0]].store.shop_id for key in settled if key in left}
        people = self._ledger.answered(spec.name, shops, list(known.items()))
        done = 0
        for key, profile in settled.items():
            asked = left.pop(key, None)
            if asked is not None:
                done += 1
                if profile is not None:
                    self._found(spec, asked, profile, people[key] or "")
        return done

    def _known(
        self, spec: Spec, settled: Mapping[str, Profile | None], left: Mapping[str, _Asked]
    ) -> list[Known | None]:
        if spec.by is Sign.PROFILE:
            return [self._same_person(profile, left[key]) if profile else None for key, profile in settled.items()]
        matched = {key: profile for key, profile in settled.items() if profile is not None}
        known = one_each([known_of(profile, self._customer(left.get(key))) for key, profile in matched.items()])
        by_key = dict(zip(matched, known, strict=True))
        return [by_key.get(key) for key in settled]

    def _same_person(self, profile: Profile, asked: _Asked) -> Known:
        number, place = asked.spots[0]
        seen = self.seen[number]
        known = known_of(seen.hits[place].profile, seen.base.customers[place])
        person = self._desk.ledger.people.by_id([seen.hits[place].person]).get(seen.hits[place].person)
        named = Named(person.influencer, Source.INFLUENCER) if person else known.named
        return Known(named, known.emails, profile.accounts)

    def _customer(self, asked: _Asked | None) -> Customer | None:
        if asked is None:
            return None
        number, place = asked.spots[0]
        return self.seen[number].base.customers[place]

    def _found(self, spec: Spec, asked: _Asked, profile: Profile, person: str) -> None:
        for number, place in asked.spots:
            hits = self.seen[number].hits
            if spec.by is Sign.PROFILE:
                hit = hits[place]
                accounts = together([*hit.profile.accounts, *profile.accounts])
                hits[place] = replace(hit, profile=replace(hit.profile, accounts=accounts), person=hit.person or person)
            else:
                hits[place] = Hit(profile, Confidence.CERTAIN, "email", spec.name, person)


def _address(profile: Profile, platforms: Collection[str]) -> str | None:
    """The address of a profile whose followers nobody knows yet."""
    if any(each.followers is not None for each in profile.accounts):
        return None
    return next(
        (each.profile_url for each in profile.accounts if each.profile_url and each.platform in platforms), None
    )
