"""Upfluence: from the address of a social profile to its followers. It has no search by e-mail.

One credit for each profile fetched. Documented at docs.api.upfluence.co.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from shopinf.people.enrichment import Answer, Purse
from shopinf.people.handles import profile_address
from shopinf.people.profiles import Account, Profile, percent_of, together
from shopinf.sources.calls import Api, LostAnswer, Reach, base_url, count_of, credits_in, text_of
from shopinf.sources.catalogue import Kind, Sign
from shopinf.stores import Secret

NAME, TITLE = "upfluence", "Upfluence"
PRICE = Decimal(1)
_KINDS = {
    "instagrams": "instagram",
    "tiktoks": "tiktok",
    "youtubes": "youtube",
    "twitches": "twitch",
    "twitchs": "twitch",
    "twitters": "twitter",
    "pinterests": "pinterest",
}


class Upfluence:
    """The influencers of Upfluence, by the address of a profile."""

    name, title, price = NAME, TITLE, PRICE

    def __init__(self, client_id: Secret, client_secret: Secret, reach: Reach) -> None:
        base = base_url(NAME, "https://api.upfluence.co/v1", reach.environ)
        elsewhere = base_url(NAME, "", reach.environ)
        self._clock = reach.clock
        self._id, self._secret = client_id, client_secret
        self._token: tuple[str, float] | None = None
        self._api = Api(
            TITLE,
            NAME,
            base if base.endswith("/v1") else f"{base}/v1",
            reach,
            self._bearer,
            secrets=(client_id, client_secret),
        )
        self._identity = Api(
            TITLE, NAME, elsewhere or "https://identity.upfluence.co", reach, dict, secrets=(client_id, client_secret)
        )
        self._own = Api(TITLE, NAME, elsewhere or "https://identity.upfluence.co", reach, self._bearer)

    def balance(self) -> Decimal | None:
        """The credits left; raises where id and secret are not good."""
        reply = self._own.call("GET", "/credits", accept=(404,))
        return credits_in(reply.json)

    def search(self, urls: Sequence[str], purse: Purse) -> Iterator[Answer]:
        """An answer for each address of a profile, as far as *purse* allows."""
        for url in urls:
            if purse.few(1, PRICE) < 1:
                return
            found = self._api.call(
                "GET",
                "/influencers/lookup",
                shown="/v1/influencers/lookup?url=…",
                accept=(404, 422),
                params={"url": url},
            )
            id = _id_in(found.json) if found.status == 200 else None
            if id is None:
                yield Answer({url: None})
                continue
            try:
                reply = self._api.call(
                    "GET", f"/influencers/{id}", shown="/v1/influencers/…", accept=(404,), costs=True
                )
            except LostAnswer:
                purse.spend(PRICE)
                raise
            if reply.status == 404:
                yield Answer({url: None})
                continue
            purse.spend(PRICE)
            accounts = self._accounts(reply.json)
            yield Answer({url: Profile(accounts) if accounts else None}, PRICE)

    def _bearer(self) -> dict[str, str]:
        now = self._clock.monotonic()
        if self._token is None or self._token[1] <= now:
            form = {
                "grant_type": "client_credentials",
                "client_id": self._id.reveal(),
                "client_secret": self._secret.reveal(),
            }
            reply = self._identity.call("POST", "/token", accept=(400, 401), data=form)
            token = text_of(reply.json, "access_token")
            if token is None or reply.status >= 400:
                raise self._identity.refused()
            life = count_of(reply.json, "expires_in") or 900
            self._token = token, now + max(life - 60, 1)
        return {"Authorization": f"Bearer {self._token[0]}"}

    def _accounts(self, body: Any) -> tuple[Account, ...]:
        kinds = _KINDS.items() if isinstance(body, dict) else ()
        listed = [
            (platform, each) for kind, platform in kinds for each in body.get(kind) or () if isinstance(each, dict)
        ]
        return together(each for platform, entry in listed if (each := self._account(platform, entry)) is not None)

    def _account(self, platform: str, entry: Any) -> Account | None:
        handle = (text_of(entry, "username", "name") or "").lstrip("@")
        if not handle:
            return None
        return Account(
            platform,
            handle,
            text_of(entry, "url") or profile_address(platform, handle),
            text_of(entry, "id"),
            text_of(entry, "full_name"),
            count_of(entry, "followers"),
            percent_of(entry.get("engagement_rate"), 1),  # in per cent there
            entry.get("verified") if isinstance(entry.get("verified"), bool) else None,
            NAME,
            self._clock.now(),
        )


def _id_in(body: Any) -> str | None:
    """The influencer's id: at the top, or in an `influencer`."""
    inner = body.get("influencer") if isinstance(body, dict) else None
    return text_of(inner, "id") or text_of(body, "id", "influencer_id")


KIND = Kind(
    name=NAME,
    title=TITLE,
    fields=("CLIENT_ID", "CLIENT_SECRET"),
    price=PRICE,
    sends="the addresses of social profiles that another source found",
    gives="followers",
    by=Sign.PROFILE,
    platforms=frozenset({"instagram", "youtube", "tiktok", "pinterest", "twitch", "twitter"}),
    make=lambda keys, reach, jobs: Upfluence(keys["CLIENT_ID"], keys["CLIENT_SECRET"], reach),
)
