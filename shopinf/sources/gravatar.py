"""Gravatar: social accounts that people linked to their e-mail themselves; without followers, and free.

Only a hash of the e-mail is sent. Without a key 100 calls an hour and four accounts of each profile, with one 1,000
and all. Documented at docs.gravatar.com (REST API v3).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from shopinf.errors import ShopinfError
from shopinf.people.enrichment import Answer, Purse
from shopinf.people.handles import MORE_PLATFORMS, is_known_platform, read_handle, read_platform
from shopinf.people.profiles import Account, Profile, together
from shopinf.sources.calls import Api, Reach, base_url, text_of
from shopinf.sources.catalogue import Kind
from shopinf.stores import Secret

NAME, TITLE = "gravatar", "Gravatar"
CHUNK = 20


def email_hash(email: str) -> str:
    """What Gravatar knows an e-mail by: SHA-256 of it, trimmed and in lower case."""
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()


class Gravatar:
    """The profiles of Gravatar."""

    name, title, price = NAME, TITLE, Decimal(0)

    def __init__(self, key: Secret | None, reach: Reach) -> None:
        base = base_url(NAME, "https://api.gravatar.com", reach.environ)
        base = base if base.endswith("/v3") else f"{base}/v3"
        self._clock = reach.clock
        headers = {"Authorization": f"Bearer {key.reveal()}"} if key else {}
        self._api = Api(TITLE, NAME, base, reach, lambda: headers)

    def balance(self) -> Decimal | None:
        """Nothing is paid here; raises where the key is not good."""
        self._profile(email_hash("MyEmailAddress@example.com"))
        return None

    def search(self, emails: Sequence[str], purse: Purse) -> Iterator[Answer]:
        """Answers for *emails*, twenty at a time; waits where the hourly limit ends it."""
        found: dict[str, Profile | None] = {}
        for email in emails:
            try:
                found[email] = self._read(email, self._profile(email_hash(email)))
            except ShopinfError:
                if found:
                    yield Answer(found)
                raise
            if len(found) >= CHUNK:
                yield Answer(found)
                found = {}
        if found:
            yield Answer(found)

    def _profile(self, hashed: str) -> Any:
        reply = self._api.call("GET", f"/profiles/{hashed}", shown="/v3/profiles/…", accept=(404,))
        return None if reply.status == 404 else reply.json

    def _read(self, email: str, profile: Any) -> Profile | None:
        if not isinstance(profile, dict):
            return None
        linked = [*_listed(profile, "verified_accounts"), *_listed(profile, "links")]
        accounts = together(each for entry in linked if (each := self._account(entry)) is not None)
        if not accounts:
            return None
        return Profile(
            accounts,
            first_name=text_of(profile, "first_name"),
            last_name=text_of(profile, "last_name"),
            name=text_of(profile, "display_name"),
            emails=(email,),
        )

    def _account(self, entry: Any) -> Account | None:
        url = text_of(entry, "url")
        if url is None or entry.get("is_hidden"):
            return None
        service = read_platform(text_of(entry, "service_type") or "")
        written = read_handle(url, service)
        platform, handle = written.platform, written.handle
        if not handle and service in MORE_PLATFORMS:
            handle = url.rstrip("/").rpartition("/")[2].lstrip("@")
        if not handle or not platform or not (is_known_platform(platform) or platform in MORE_PLATFORMS):
            return None
        verified = True if "service_type" in entry else None
        return Account(
            platform, handle, written.address or url, verified=verified, source=NAME, matched_at=self._clock.now()
        )


def _listed(profile: Any, key: str) -> list[Any]:
    found = profile.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


KIND = Kind(
    name=NAME,
    title=TITLE,
    fields=("API_KEY",),
    optional=True,
    price=Decimal(0),
    sends="hashes of customers' e-mail addresses",
    gives="accounts, without followers",
    make=lambda keys, reach, jobs: Gravatar(keys.get("API_KEY"), reach),
)
