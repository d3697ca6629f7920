"""Modash: accounts on Instagram, YouTube and TikTok that publish an e-mail, with followers and engagement.

0.02 credits for each e-mail that matches; the account has to hold as much for every e-mail sent. Documented at
docs.modash.io (Discovery API, email search).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from shopinf.errors import NoAnswer
from shopinf.people.enrichment import Answer, Purse
from shopinf.people.handles import profile_address, read_platform
from shopinf.people.profiles import Account, Profile, percent_of, together
from shopinf.sources.calls import Api, LostAnswer, OutOfCredits, Reach, base_url, count_of, credits_in, text_of
from shopinf.sources.catalogue import Kind
from shopinf.stores import Secret

NAME, TITLE = "modash", "Modash"
PRICE = Decimal("0.02")
EVERY = 0.5  # seconds between requests: about two a second are allowed
CHUNK = 500  # e-mails sent at once: ten credits held


class Modash:
    """The e-mail search of Modash."""

    name, title, price = NAME, TITLE, PRICE

    def __init__(self, key: Secret, reach: Reach) -> None:
        base = base_url(NAME, "https://api.modash.io", reach.environ)
        base = base if base.endswith("/v1") else f"{base}/v1"
        self._clock = reach.clock
        self._api = Api(TITLE, NAME, base, reach, lambda: {"Authorization": f"Bearer {key.reveal()}"}, every=EVERY)

    def balance(self) -> Decimal | None:
        """The credits left; raises where the key is not good."""
        return credits_in(self._api.call("GET", "/user/info").json)

    def search(self, emails: Sequence[str], purse: Purse) -> Iterator[Answer]:
        """Answers for *emails*, a few hundred at a time, as far as *purse* allows."""
        at, most = 0, CHUNK
        while at < len(emails):
            size = min(purse.few(most, PRICE), len(emails) - at)
            if size <= 0:
                return
            part = emails[at : at + size]
            try:
                answer = self._ask(part)
            except OutOfCredits:
                if size == 1:
                    raise
                most = max(size // 2, 1)  # fewer may still be covered by what the account holds
                continue
            except LostAnswer as lost:
                purse.spend(PRICE * len(part))
                raise lost.at(PRICE * len(part)) from None
            purse.spend(answer.spent)
            yield answer
            at += size

    def _ask(self, emails: Sequence[str]) -> Answer:
        # A 404 is one of the ways to say that nobody matches.
        reply = self._api.call("POST", "/email-search", costs=True, accept=(404,), json={"emails": list(emails)})
        found: dict[str, Profile | None] = dict.fromkeys(emails)
        if reply.status == 404:
            if isinstance(reply.json, dict) and reply.json.get("code") == "no_result":
                return Answer(found)
            raise NoAnswer(f"{TITLE} does not know its e-mail search", hint="Run the same command again later.")
        matched = reply.json.get("matchedEmails") if isinstance(reply.json, dict) else None
        if not isinstance(matched, list):
            raise LostAnswer(f"{TITLE} sent an answer that cannot be read", hint="Run the same command again later.")
        sent = {each.strip().casefold(): each for each in emails}
        for entry in matched:
            email = sent.get((text_of(entry, "email") or "").casefold())
            users = entry.get("users") if isinstance(entry, dict) else None
            accounts = together(each for user in users or () if (each := self._account(user)) is not None)
            if email is not None and accounts:
                found[email] = Profile(accounts, emails=(email,))
        return Answer(found, PRICE * sum(1 for each in found.values() if each is not None))

    def _account(self, user: Any) -> Account | None:
        handle = text_of(user, "username", "userId")
        if handle is None:
            return None
        platform = read_platform(text_of(user, "platform") or "")
        return Account(
            platform,
            handle.lstrip("@"),
            text_of(user, "url") or profile_address(platform, handle.lstrip("@")),
            text_of(user, "userId"),
            text_of(user, "fullname", "fullName"),
            count_of(user, "followers"),
            percent_of(user.get("engagementRate"), 100),  # a fraction there
            user.get("isVerified") if isinstance(user.get("isVerified"), bool) else None,
            NAME,
            self._clock.now(),
        )


KIND = Kind(
    name=NAME,
    title=TITLE,
    fields=("API_KEY",),
    price=PRICE,
    sends="customers' e-mail addresses",
    gives="accounts, followers",
    make=lambda keys, reach, jobs: Modash(keys["API_KEY"], reach),
)
