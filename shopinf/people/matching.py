"""Matching: which customer a profile belongs to, how surely, and by what.

The same folded e-mail is certain; a phone number is probable; a full name together with a personal domain or a handle
is possible. A name alone is never enough, and nobody is matched where two people would fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import permutations

from shopinf.people.commonnames import is_common
from shopinf.people.customers import Customer
from shopinf.people.emails import folded_email, is_personal, personal_key
from shopinf.people.influencers import folded_name
from shopinf.people.profiles import Profile

_NO_DIGITS = re.compile(r"\D+")
TAIL = 7  # digits; the last ones of a number are the same however its beginning is written
_ALIKE = 90  # of 100; two spellings of one name, as `token_sort_ratio` sees them
_SHORTEST_HANDLE = 5  # shorter ones are shared by too many people
# Mailboxes of these belong to everybody; any other domain may be somebody's own.
_FREE = re.compile(
    r"(gmail|googlemail|outlook|hotmail|live|msn|yahoo|ymail|rocketmail|icloud|me|mac|aol|gmx|web|proton|protonmail|pm|"
    r"mail|email|fastmail|zoho|yandex|qq|163|126|naver|daum|hanmail|orange|wanadoo|free|sfr|laposte|libero|virgilio|"
    r"tiscali|t-online|freenet|arcor|bluewin|telenet|skynet|ziggo|kpnmail|planet|telia|seznam|wp|o2|onet|interia|"
    r"comcast|verizon|att|sbcglobal|bellsouth|cox|charter|btinternet|sky|virginmedia|talktalk|ntlworld|shaw|rogers|"
    r"telus|bigpond|optusnet|uol|bol|terra|hey|duck|tutanota|posteo|mailbox)(\.[a-z]{2,4}){1,2}"
)
_AFFIXES = re.compile(r"^(its|iam|im|the|real|official|hey|hello|mr|mrs|ms)(?=\w{5})|(?<=\w{5})(official|real|tv|xo)$")


class Confidence(StrEnum):
    """How surely a customer is the influencer."""

    CERTAIN = "certain"
    PROBABLE = "probable"
    POSSIBLE = "possible"

    @property
    def rank(self) -> int:
        return list(Confidence).index(self)


@dataclass(frozen=True, slots=True)
class Match:
    """One customer, by place in the list of customers, and why."""

    place: int
    confidence: Confidence
    matched_on: str  # email, phone, name+domain, name+handle


def folded_words(name: str) -> str:
    """A name as it is compared: plain letters in lower case, words in order of the alphabet.

    `Müller` and `Mueller`, `Łukasz` and `Lukasz`, `Ольга` and `Olga` come out alike.
    """
    from anyascii import anyascii

    plain = anyascii(name).casefold()
    words = re.sub(r"[^a-z0-9]+", " ", plain.replace("'", "")).split()
    return " ".join(sorted(re.sub(r"([aou])e", r"\1", word) for word in words))


def squashed(text: str) -> str:
    """A handle or the like, without signs, digits at its end, and the words people put around their name."""
    from anyascii import anyascii

    plain = re.sub(r"[^a-z0-9]+", "", anyascii(text).casefold()).rstrip("0123456789")
    return _AFFIXES.sub("", plain)


def digits(phone: str) -> str:
    """The digits of a phone number as it is written."""
    return phone[1:] if phone[:1] == "+" and phone[1:].isdecimal() else _NO_DIGITS.sub("", phone)


@lru_cache(maxsize=65536)
def e164(phone: str, region: str | None = None) -> str | None:
    """A phone number in E.164, `+16135551111`; None for what is no possible number.

    One without a country code is read as of *region* (two letters), and not at all without one.
    """
    import phonenumbers

    text = re.sub(r"^\s*00", "+", phone)
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def own_domain(email: str | None) -> str | None:
    """The domain of an e-mail, unless everybody has a mailbox there."""
    domain = (email or "").strip().casefold().rpartition("@")[2]
    return None if not domain or _FREE.fullmatch(domain) else domain


def label(domain: str) -> str:
    """What stands before the ending: `maya-lind` of `mail.maya-lind.co.uk`."""
    parts = domain.split(".")
    parts = parts[: -2 if len(parts) > 2 and len(parts[-2]) <= 3 else -1]
    return squashed(parts[-1]) if parts else ""


class Index:
    """Customers, ready to be found by profiles: by e-mail, by phone, and with *possible* by name.

    The list may be long and the profiles come by the million, so whether a row could match at all is told by two
    look-ups in dictionaries. Those of *besides* are found by nothing, but share their phones with whoever has them too.
    """

    def __init__(
        self, customers: Sequence[Customer], besides: Sequence[Customer] = (), *, possible: bool = False
    ) -> None:
        self.customers = customers
        self._besides: dict[str, list[Customer]] = {}  # by their phones
        self.emails: dict[str, int | list[int]] = {}  # folded; the place of who has it, or of all who do
        self.tails: dict[str, int | list[int]] = {}  # the last digits of phones, alike
        self._numbers: set[str] = set()
        self._read: dict[tuple[str, str | None], str | None] = {}  # phones that had to be parsed
        self._names: dict[str, list[int]] = {}
        self._handles: dict[str, list[int]] = {}
        self._crowded: dict[str, int] = {}  # domains of how many customers
        for place, customer in enumerate(customers):
            self._add(place, customer)
            if possible:
                self._add_name(place, customer)
        for customer in besides:
            for number in self._numbers_of(customer):
                self._besides.setdefault(number, []).append(customer)
        self.possible = possible

    def _numbers_of(self, customer: Customer) -> set[str]:
        return {number for each in customer.phones if (number := self._e164(each, customer.country))}

    def _add(self, place: int, customer: Customer) -> None:
        if (key := personal_key(customer.email)) is not None:
            _put(self.emails, key, place)
        for phone in customer.phones:
            international = phone if phone[0] == "+" else self._e164(phone, customer.country) or phone
            if len(number := digits(international)) >= TAIL:
                _put(self.tails, number[-TAIL:], place)
                self._numbers.add(number)

    def _e164(self, phone: str, country: str | None) -> str | None:
        """A customer's phone in E.164, parsed once."""
        key = phone, _region(country)
        if key not in self._read:
            self._read[key] = e164(*key)
        return self._read[key]

    def _add_name(self, place: int, customer: Customer) -> None:
        if not (customer.first_name and customer.last_name):
            return
        self._names.setdefault(folded_words(customer.name), []).append(place)
        for handle in _handles_of(customer):
            self._handles.setdefault(handle, []).append(place)
        if domain := own_domain(customer.email):
            self._crowded[domain] = self._crowded.get(domain, 0) + 1

    def may_have(self, phone: str) -> bool:
        """Could a phone be a customer's? One with its country code is theirs digit for digit, or is not.

        But for the zero that some people leave after the code.
        """
        tail = phone[-TAIL:]
        if tail not in self.tails and tail.isdecimal():
            return False
        number = digits(phone)
        if phone[:1] == "+" and "0" not in number[1:4]:
            return number in self._numbers
        return number[-TAIL:] in self.tails

    def by_email(self, email: str) -> list[int]:
        """The customers who have that e-mail, folded."""
        return _got(self.emails, folded_email(email))

    def matches(self, profile: Profile) -> list[Match]:
        """The customers that *profile* may be, each once, by the surest sign."""
        found: dict[int, Match] = {}
        for email in profile.emails:
            for place in self.by_email(email):
                found.setdefault(place, Match(place, Confidence.CERTAIN, "email"))
        for phone in profile.phones:
            for place in self._by_phone(phone, profile.country):
                found.setdefault(place, Match(place, Confidence.PROBABLE, "phone"))
        if self.possible and not found:
            for place, on in self._by_name(profile):
                found.setdefault(place, Match(place, Confidence.POSSIBLE, on))
        return list(found.values())

    def _by_phone(self, phone: str, country: str | None) -> list[int]:
        """The customers with that phone; none when it is shared by people who are not the same."""
        places = _got(self.tails, digits(phone)[-TAIL:]) if self.may_have(phone.strip()) else []
        same, customers = [], list[Customer]()
        for place in dict.fromkeys(places):
            # A spreadsheet takes the + off; digit for digit it is the same number then.
            theirs = [
                number
                for number in self._numbers_of(self.customers[place])
                if number in (f"+{digits(phone)}", e164(phone, _region(country) or _region_of(number)))
            ]
            if theirs:
                same.append(place)
                customers += [self.customers[place], *(each for one in theirs for each in self._besides.get(one, ()))]
        return same if all(are_one(customers[0], other) for other in customers[1:]) else []

    def _by_name(self, profile: Profile) -> list[tuple[int, str]]:
        """The customers whose name fits, together with a domain of their own or with a handle; none if several do."""
        name = folded_words(profile.full_name)
        if len(name.split()) < 2:
            return []
        handles = {squashed(each.handle) for each in profile.accounts if each.handle}
        domains = {domain for each in profile.emails if (domain := own_domain(each))}
        domains |= {domain for each in profile.websites if (domain := _website(each))}
        near = set(self._names.get(name, ()))
        for handle in handles | {label(domain) for domain in domains}:
            near.update(self._handles.get(handle, ()))
        fitting = [
            (place, on) for place in sorted(near) if (on := self._fits(self.customers[place], name, handles, domains))
        ]
        customers = [self.customers[place] for place, _ in fitting]
        return fitting if all(are_one(customers[0], other) for other in customers[1:]) else []

    def _fits(self, customer: Customer, name: str, handles: set[str], domains: set[str]) -> str | None:
        if not alike(folded_words(customer.name), name):
            return None
        own = own_domain(customer.email)
        # A domain that several customers have is a company's or a mail service's.
        if own and own in domains and self._crowded.get(own, 0) < 2:
            return "name+domain"
        theirs = _handles_of(customer)
        if own and label(own) in handles and label(own) in theirs and len(label(own)) >= _SHORTEST_HANDLE:
            return "name+domain"
        if is_common(customer.last_name or ""):  # a handle that is just the name tells no more than the name
            plain = {squashed("".join(words)) for words in permutations(folded_words(customer.name).split(), 2)}
            theirs, handles = theirs - plain, handles - plain
        return "name+handle" if any(_same_handle(one, other) for one in theirs for other in handles) else None


def _put(places: dict[str, int | list[int]], key: str, place: int) -> None:
    """Note that *place* has *key*; nearly always it is the only one."""
    known = places.setdefault(key, place)
    if known != place:
        places[key] = [*(known if isinstance(known, list) else [known]), place]


def _got(places: dict[str, int | list[int]], key: str) -> list[int]:
    """The places that have *key*."""
    found = places.get(key)
    return found if isinstance(found, list) else [] if found is None else [found]


def alike(one: str, other: str) -> bool:
    """Are two folded names two spellings of one? Each word needs its like: a shared surname is no sign."""
    from rapidfuzz import fuzz

    if one == other:
        return True
    mine, yours = one.split(), other.split()
    if abs(len(mine) - len(yours)) > 1 or min(len(mine), len(yours)) < 2:
        return False
    short, long = sorted((mine, yours), key=len)
    return all(max(fuzz.ratio(word, each) for each in long) >= 80 for word in short) and (
        len(mine) != len(yours) or fuzz.token_sort_ratio(one, other) >= _ALIKE
    )


def are_one(one: Customer, other: Customer) -> bool:
    """Are two customer records of one person? By e-mail; where one lacks it, by the full name."""
    if one.email and other.email:
        return folded_email(one.email) == folded_email(other.email)
    return bool(one.name and other.name) and folded_words(one.name) == folded_words(other.name)


def are_same(one: Profile, other: Profile) -> bool:
    """Do two profiles of a source speak of one person? By our id, an e-mail, an account, or the full name."""
    if one.influencer and other.influencer:
        return folded_name(one.influencer) == folded_name(other.influencer)
    if {folded_email(each) for each in one.emails} & {folded_email(each) for each in other.emails}:
        return True
    if {each.key for each in one.accounts} & {each.key for each in other.accounts}:
        return True
    return bool(one.full_name) and folded_words(one.full_name) == folded_words(other.full_name)


def unambiguous(profiles: Iterable[Profile]) -> list[Profile]:
    """*profiles* where all of them are one person, else none."""
    found = list(profiles)
    linked, left = found[:1], found[1:]
    while joined := [each for each in left if any(are_same(each, known) for known in linked)]:
        linked += joined
        left = [each for each in left if each not in joined]
    return [] if left else found


def _handles_of(customer: Customer) -> set[str]:
    """What of a customer's e-mail may be a handle: what stands before the @, and a domain of their own."""
    if not is_personal(customer.email):
        return set()
    email = (customer.email or "").casefold()
    local = squashed(email.rpartition("@")[0].split("+", 1)[0])
    own = own_domain(email)
    return {each for each in (local, label(own) if own else "") if len(each) >= _SHORTEST_HANDLE}


def _same_handle(one: str, other: str) -> bool:
    from rapidfuzz import fuzz

    if min(len(one), len(other)) < _SHORTEST_HANDLE:
        return False
    return one == other or fuzz.ratio(one, other) >= _ALIKE


def _website(url: str) -> str | None:
    host = re.sub(r"^\w+://", "", url.strip().casefold()).split("/")[0].removeprefix("www.")
    return own_domain(f"@{host}") if "." in host else None


def _region(country: str | None) -> str | None:
    """A country as two letters; of names only those that are codes already."""
    word = (country or "").strip().upper()
    return word if re.fullmatch("[A-Z]{2}", word) else None


@lru_cache(maxsize=65536)
def _region_of(number: str) -> str | None:
    """The country of a number in E.164, so that one written the way it is dialled at home can be compared."""
    import phonenumbers

    return phonenumbers.region_code_for_number(phonenumbers.parse(number))
