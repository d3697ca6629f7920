"""Who a match is: what somebody is called when they are written down, and which matches are one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shopinf.people.customers import Customer
from shopinf.people.emails import folded_email, is_personal, local_part
from shopinf.people.handles import is_channel_id
from shopinf.people.influencers import Named, Source, folded_name
from shopinf.people.matching import squashed
from shopinf.people.profiles import Known, Profile, together


def known_of(profile: Profile, customer: Customer | None) -> Known:
    """A match as it is written down: by our id, else the main handle, else what stands before the @ of the e-mail."""
    own = customer.email if customer is not None and is_personal(customer.email) else None
    emails = tuple(dict.fromkeys(each.strip() for each in (own, *profile.emails) if each and is_personal(each)))
    first = (customer and customer.first_name) or profile.first_name
    last = (customer and customer.last_name) or profile.last_name
    # An e-mail that is nobody's own is no sign of a person, but it is where they are written to.
    email = emails[0] if emails else next(iter(profile.emails), None)
    accounts = together(profile.accounts)
    handle = next((each.handle for each in accounts if not is_channel_id(each.handle)), None)
    if profile.influencer:
        named = Named(profile.influencer, Source.INFLUENCER, first, last, email)
    elif handle:
        named = Named(handle, Source.HANDLE, first, last, email)
    elif email:
        named = Named(local_part(email), Source.EMAIL, first, last, email)
    else:
        called = squashed(" ".join(part for part in (first, last) if part))
        called = called or next((each.handle for each in accounts), "unnamed")
        named = Named(called, Source.HANDLE, first, last)
    return Known(named, emails, accounts, profile.influencer)


def one_each(known: Sequence[Known]) -> list[Known]:
    """The same list, with those who are one person made alike: by our id, an e-mail, or an account.

    What each row itself calls them stays its own.
    """
    groups = _groups([_signs(each) for each in known])
    whole: dict[int, Known] = {}
    for group, each in zip(groups, known, strict=True):
        if group in whole:
            former = whole[group]
            named = min((former.named, each.named), key=lambda one: list(Source).index(one.source))
            emails = tuple(dict.fromkeys((*former.emails, *each.emails)))
            accounts = together([*former.accounts, *each.accounts])
            whole[group] = Known(named, emails, accounts)
        else:
            whole[group] = each
    return [replace(_called_by_main(whole[group]), own=each.own) for group, each in zip(groups, known, strict=True)]


def _called_by_main(known: Known) -> Known:
    """Named by the account with most followers, now that all of them are known."""
    main = next((each.handle for each in known.accounts if not is_channel_id(each.handle)), None)
    if known.named.source is not Source.HANDLE or main is None:
        return known
    return replace(known, named=replace(known.named, name=main))


def _signs(known: Known) -> set[str]:
    signs = {f"e {folded_email(each)}" for each in known.emails}
    signs |= {f"a {each.platform} {folded_name(each.handle)}" for each in known.accounts if each.platform}
    if known.named.source is Source.INFLUENCER:
        signs.add(f"i {folded_name(known.named.name)}")
    return signs


def _groups(signs: Sequence[set[str]]) -> list[int]:
    """A number for each, the same for all that share a sign with one another, however far around."""
    parent = list(range(len(signs)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    first: dict[str, int] = {}
    for place, each in enumerate(signs):
        for sign in each:
            other = first.setdefault(sign, place)
            parent[root(place)] = root(other)
    return [root(place) for place in range(len(signs))]
