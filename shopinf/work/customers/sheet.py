"""A sheet of influencers, read once past the customers of every store; of millions of rows only those that fit stay."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import compress, count
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from shopinf.errors import BadSheet
from shopinf.people.emails import folded_email, is_alone, read_emails
from shopinf.people.enrichment import Hit
from shopinf.people.matching import TAIL, Confidence, Index, Match, unambiguous
from shopinf.people.profiles import Profile, together
from shopinf.sheets.fields import Fields, Places
from shopinf.sheets.names import PERSON, WHO, Kind
from shopinf.sheets.persons import no_profiles, read_profile, split_cell
from shopinf.sheets.reading import Sheet
from shopinf.sheets.records import Sieve
from shopinf.sheets.values import Manner, plain, read_cell
from shopinf.sources.specs import SHEET, Spec

if TYPE_CHECKING:
    from shopinf.desk import Desk


FIELDS = Fields.of(PERSON, required=WHO)


class SheetSource:
    """One sheet; its columns are found when it is opened, its rows are read when customers are there to be matched."""

    def __init__(self, desk: Desk, spec: Spec, mapping: Mapping[str, str]) -> None:
        assert spec.file is not None
        self._desk, self.spec = desk, spec
        self._indexes: Sequence[Index] = ()
        self._known: Collection[str] | None = None  # e-mails of customers; None: every row is worth reading
        self._tails: Collection[str] = ()
        self.sheet: Sheet = desk.sheet(spec.file, FIELDS, mapping=mapping, only=self._only)
        self.doubts: list[BadSheet] = []
        self.fingerprint = _fingerprint(spec.file)

    def match(self, indexes: Sequence[Index]) -> list[dict[int, Hit]]:
        """For each index the customers who are in the sheet, by place."""
        self._indexes = indexes
        if not any(index.possible for index in indexes):
            # Sets even of one index: a million look-ups take half as long in them as in its dictionaries.
            self._known = frozenset().union(*(index.emails for index in indexes))
            self._tails = frozenset().union(*(index.tails for index in indexes))
        found: list[dict[int, list[tuple[Match, Profile]]]] = [{} for _ in indexes]
        now = self._desk.clock.now()
        with self._desk.out.progress(f"matching {self.spec.shown}", None, "rows that may fit") as progress:
            for row in self.sheet:
                if self._desk.clock.stop.is_set():
                    self._desk.clock.wait(0)  # raises: the run is being stopped
                if row.wrong is not None:
                    self.sheet.told.refused(row.wrong)
                    continue
                self.doubts += [*row.doubts.values(), *no_profiles(row)]
                profile = read_profile(row.values, now)
                for index, mine in zip(indexes, found, strict=True):
                    for match in index.matches(profile):
                        mine.setdefault(match.place, []).append((match, profile))
                progress.advance()
        self._tell()
        return [{place: hit for place, each in mine.items() if (hit := _settled(each))} for mine in found]

    def _tell(self) -> None:
        """Say how the sheet was read, and which cells and rows could not be."""
        for sentence in self.sheet.told.sentences():
            self._desk.out.note(sentence)
        self.sheet.told.remarks += self.doubts
        for sentence in self.sheet.told.bad_rows():
            self._desk.out.warn(sentence)

    def _only(self, places: Places) -> Sieve:
        """Which rows are worth reading? Looks at their e-mails and their phone alone, a million times."""
        emails = [places.at[key] for key in ("email", "email_2") if key in places.at]
        phones = [places.at[key] for key in ("phone",) if key in places.at]

        last = max([*emails, *phones], default=-1)

        def test(rows: Sequence[Sequence[str]]) -> Sequence[int]:
            known = self._known
            if known is None:
                return range(len(rows))
            # Short ones are worth it, and there are hardly any.
            short = min(map(len, rows), default=0) <= last
            found = {place for place, cells in enumerate(rows) if len(cells) <= last} if short else set[int]()
            whole = rows if not found else [cells if len(cells) > last else _NOTHING * (last + 1) for cells in rows]
            for column in emails:
                found |= with_email(list(map(itemgetter(column), whole)), known)
            for column in phones:
                found |= self._with_phone(list(map(itemgetter(column), whole)))
            return sorted(found)

        return Sieve(test, last)

    def _with_phone(self, cells: Sequence[str]) -> set[int]:
        """The places of the cells in which a phone may be a customer's."""
        tails, ends = self._tails, [cell[-TAIL:] for cell in cells]
        near = set(compress(count(), map(tails.__contains__, ends)))
        together = "".join(ends)
        if not (together.isascii() and together.isdecimal()):
            near.update(place for place, end in enumerate(ends) if end and not (end.isascii() and end.isdecimal()))
        everything = "".join(cells)
        if any(sign in everything for sign in _SEVERAL):
            near.update(place for place, cell in enumerate(cells) if not _SEVERAL.isdisjoint(cell))
        return {place for place in near if self._may_call(cells[place])}

    def _may_call(self, cell: str) -> bool:
        """May a phone in *cell* be a customer's, as it stands there or as the row's reading would have it?"""
        if any(index.may_have(cell.strip(" '")) for index in self._indexes):
            return True
        if cell.isascii() and _SPOILT.isdisjoint(cell):
            return False
        phones = split_cell(read_cell(plain(cell).strip(), Kind.NUMBER, Manner())[0])
        return any(index.may_have(phone) for phone in phones for index in self._indexes)


def with_email(cells: Sequence[str], known: Collection[str]) -> set[int]:
    """The places of the cells in which one of *known*, which are folded, stands: alone, or with something around it.

    What nearly all cells are, one address in plain signs, is compared as a text of all of them in lower case.
    """
    together = "\n".join(cells)
    folded = together.casefold().split("\n")
    if len(folded) != len(cells):  # a cell of several lines
        return {place for place, cell in enumerate(cells) if _has_one(cell, known)}
    # What folds otherwise than to lower case: a tag, dots before Gmail.
    keys = [folded_email(key) if "+" in key or "@g" in key else key for key in folded]
    found = set(compress(count(), map(known.__contains__, keys)))
    if together.translate(_PLAIN) or ".\n" in f"{together}\n":
        odd = (place for place, key in enumerate(folded) if key and (key[-1] == "." or key.translate(_PLAIN)))
        found.update(place for place in odd if place not in found and _has_one(cells[place], known))
    return found


def _has_one(cell: str, known: Collection[str]) -> bool:
    """Is one of *known* in a cell, alone or with others, or with something around it, as the row's reading has it?"""
    if folded_email(cell) in known:
        return True
    if cell.isascii() and (is_alone(cell) or not ("@" in cell or "at" in cell.casefold())):  # `ann (at) x.example`
        return False
    return any(folded_email(each) in known for each in read_emails(plain(cell)))


# All signs that stand in most addresses, to be taken away: what is left is odd.
_PLAIN = str.maketrans("", "", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-@\n")
_NOTHING = ("",)
_SEVERAL = frozenset(";,|\n")  # between the phones in a cell
_SPOILT = _SEVERAL | frozenset('.eE="')  # in one that a spreadsheet took for a number


def _settled(found: Sequence[tuple[Match, Profile]]) -> Hit | None:
    """What the rows that fit a customer come to: the surest sign counts; where two people would fit, nobody does."""
    best = min((match for match, _ in found), key=lambda match: match.confidence.rank)
    profiles = [profile for match, profile in found if match.confidence is best.confidence]
    if best.confidence is not Confidence.CERTAIN:
        profiles = unambiguous(profiles)
    if not profiles:
        return None
    return Hit(merged(profiles), best.confidence, best.matched_on, SHEET)


def merged(profiles: Sequence[Profile]) -> Profile:
    """Several rows about one person as one profile."""
    first = profiles[0]
    if len(profiles) == 1:
        return first
    return Profile(
        together(account for each in profiles for account in each.accounts),
        next((each.influencer for each in profiles if each.influencer), None),
        next((each.first_name for each in profiles if each.first_name), None),
        next((each.last_name for each in profiles if each.last_name), None),
        next((each.name for each in profiles if each.name), None),
        tuple(dict.fromkeys(email for each in profiles for email in each.emails)),
        tuple(dict.fromkeys(phone for each in profiles for phone in each.phones)),
        first.country,
        first.websites,
    )


def _fingerprint(file: str) -> str | None:
    """What tells a sheet from a later state of it; None for standard input."""
    try:
        found = Path(file).expanduser().stat()
    except OSError:
        return None
    return f"{found.st_size}-{found.st_mtime_ns}"
