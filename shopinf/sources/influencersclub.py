"""influencers.club: the strongest account behind an e-mail, one by one or a whole list at once.

0.1 credits for each e-mail with data; a repeated question is charged again. A list is worked through in its own time,
and one that stopped for want of credits goes on after topping up. Documented at docs.influencers.club.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from shopinf.errors import NoAnswer
from shopinf.people.emails import is_email
from shopinf.people.enrichment import Answer, Job, Jobs, Purse
from shopinf.people.handles import profile_address, read_platform
from shopinf.people.profiles import Account, Profile, percent_of, read_followers, together
from shopinf.sources.calls import Api, LostAnswer, Reach, Reply, base_url, count_of, credits_in, may_carry_keys, text_of
from shopinf.sources.catalogue import Kind
from shopinf.stores import Secret
from shopinf.words import agreeing, counted

NAME, TITLE = "influencersclub", "influencers.club"
PRICE = Decimal("0.1")
FEW = 20  # up to here one by one; more go as a list
MOST = 50_000  # e-mails in one list, well below the 10 MB that are taken
_STALLED = 900.0  # seconds without any progress of a list
_WAITS = (2.0, 4.0, 8.0, 15.0, 30.0)
_BATCH = "/public/v1/enrichment/batch/"


class InfluencersClub:
    """The enrichment of influencers.club."""

    name, title, price = NAME, TITLE, PRICE

    def __init__(self, key: Secret, reach: Reach, jobs: Jobs) -> None:
        self._clock, self._jobs = reach.clock, jobs
        base = base_url(NAME, "https://api-dashboard.influencers.club", reach.environ)
        self._api = Api(TITLE, NAME, base, reach, lambda: {"Authorization": f"Bearer {key.reveal()}"})
        self._download = Api(TITLE, NAME, base, reach, dict)  # without the key: files lie elsewhere

    def balance(self) -> Decimal | None:
        """The credits left; raises where the key is not good."""
        reply = self._api.call("GET", "/public/v1/accounts/credits/", accept=(404,))
        if reply.status == 404:  # one page of the documentation writes it so
            reply = self._api.call("GET", "/public/v1/account/credits/")
        return credits_in(reply.json)

    def search(self, emails: Sequence[str], purse: Purse) -> Iterator[Answer]:
        """Answers for *emails*: first of the lists that an earlier run sent, then of what is left."""
        answered: set[str] = set()
        for job in self._jobs.open(NAME):
            if job.job_id is None:  # its answer was lost, so it cannot be asked for
                self._jobs.end(job.id)
                continue
            for answer in self._collect(job, (), purse):
                answered |= {each.casefold() for each in answer.found}
                yield answer
        left = [each for each in emails if each.casefold() not in answered]
        if len(left) <= FEW:
            yield from self._one_by_one(left, purse)
            return
        at = 0
        while at < len(left) and (size := min(purse.few(MOST, PRICE), len(left) - at)) > 0:
            part = left[at : at + size]
            sent = self._send(part, purse)
            if sent is None:  # this account has no lists
                yield from self._one_by_one(left[at:], purse)
                return
            yield from self._collect(sent, part, purse)
            at += size

    # one by one

    def _one_by_one(self, emails: Iterable[str], purse: Purse) -> Iterator[Answer]:
        for email in emails:
            if purse.few(1, PRICE) < 1:
                return
            try:
                reply = self._api.call(
                    "POST", "/public/v1/creators/enrich/email/", costs=True, accept=(404,), json={"email": email}
                )
                if reply.status != 404 and not isinstance(reply.json, dict):
                    raise LostAnswer(f"{TITLE} sent an answer that cannot be read", hint="Run it again later.")
            except LostAnswer as lost:
                purse.spend(PRICE)
                raise lost.at(PRICE) from None
            profile = None if reply.status == 404 else self._profile(email, reply.json.get("result"))
            said = reply.json.get("credits_cost") if isinstance(reply.json, dict) else None
            spent = Decimal(str(said)) if isinstance(said, (int, Decimal)) else PRICE if profile else Decimal(0)
            purse.spend(spent)
            yield Answer({email: profile}, spent)

    # a list

    def _send(self, emails: Sequence[str], purse: Purse) -> Job | None:
        """Send a list, noted before and after; None where there is no such thing."""
        noted = self._jobs.intend(NAME, len(emails))
        text = "email\n" + "".join(f"{each}\n" for each in emails)
        files = {"file": ("emails.csv", text.encode(), "text/csv")}
        try:
            reply = self._api.call(
                "POST", _BATCH, costs=True, accept=(404, 405), files=files, data={"enrichment_mode": "basic"}
            )
            job_id = text_of(reply.json, "batch_id", "id") if reply.status < 400 else None
            if job_id is None and reply.status < 400:
                raise LostAnswer(f"{TITLE} took a list and did not say its number", hint="Run it again later.")
        except LostAnswer as lost:
            purse.spend(PRICE * len(emails))
            raise lost.at(PRICE * len(emails)) from None
        if job_id is None:
            self._jobs.end(noted)
            return None
        self._jobs.posted(noted, job_id)
        return Job(noted, job_id, len(emails))

    def _collect(self, job: Job, emails: Sequence[str], purse: Purse) -> Iterator[Answer]:
        """Wait for a list and hand out what it found; one that this run did not send was paid for by another."""
        status, before = self._finished(job, purse)
        rows = self._rows(job)
        if text_of(status, "status") == "failed" and not rows:
            self._jobs.end(job.id)
            raise NoAnswer(f"{TITLE} could not work through the list", hint="Run the same command again later.")
        found: dict[str, Profile | None] = {}
        for email, row in rows:
            if (text_of(row, "status", "state") or "").casefold() not in ("failed", "error"):
                found[email] = self._profile(email, row.get("result") if "result" in row else row)
        whole = count_of(status, "processed_rows") == count_of(status, "total_rows")
        whole = whole and len(rows) >= (count_of(status, "success_count") or 0)
        if whole and not count_of(status, "failed_count"):
            known = {each.casefold() for each in found}
            found |= {each: None for each in emails if each.casefold() not in known}
        spent = max(_used(status) - before, Decimal(0)) if emails or before else Decimal(0)
        purse.spend(spent)
        yield Answer(found, spent)
        if (unread := (count_of(status, "success_count") or 0) - len(rows)) > 0:  # paid for: asked again for nothing
            raise NoAnswer(
                f"{TITLE} was paid for {counted(unread, 'row')} of a list that {agreeing(unread, 'is', 'are')} not in "
                "it, or cannot be read",
                hint="Run the same command again later: it reads the same list again, without paying.",
            )
        self._jobs.end(job.id)
        if missing := [each for each in emails if each.casefold() not in {known.casefold() for known in found}]:
            raise NoAnswer(
                f"{TITLE} answered for {len(emails) - len(missing)} of {counted(len(emails), 'e-mail')} of a list",
                hint="Run the same command again: it asks for the rest.",
            )

    def _finished(self, job: Job, purse: Purse) -> tuple[Any, Decimal]:
        """The last status of a list, and what it had cost before this run resumed it."""
        seen, since, resumed, before, polls = -1, self._clock.monotonic(), False, Decimal(0), 0
        while True:
            status = self._api.call("GET", f"{_BATCH}{job.job_id}/status/").json
            done = count_of(status, "processed_rows") or 0
            if done > seen:
                seen, since = done, self._clock.monotonic()
            match text_of(status, "status"):
                case "finished" | "failed":
                    return status, before
                case "paused_insufficient_credits" if resumed or not self._may_resume(status, job, purse):
                    raise self._api.out_of_credits()
                case "paused_insufficient_credits":
                    before = _used(status)
                    self._api.call("POST", f"{_BATCH}{job.job_id}/resume/", costs=True, plain=True)
                    resumed = True
                case _ if self._clock.monotonic() - since > _STALLED:
                    raise NoAnswer(
                        f"{TITLE} has not moved on with a list of {counted(job.count, 'e-mail')} for a quarter of "
                        "an hour",
                        hint="Run the same command again later: it takes up the same list.",
                    )
            self._clock.wait(_WAITS[min(polls, len(_WAITS) - 1)])
            polls += 1

    def _may_resume(self, status: Any, job: Job, purse: Purse) -> bool:
        left = (count_of(status, "total_rows") or job.count) - (count_of(status, "processed_rows") or 0)
        room = purse.room(PRICE)
        return room is None or room >= left

    def _rows(self, job: Job) -> list[tuple[str, dict[str, Any]]]:
        """The rows of a finished list with the e-mail of each, in the answer itself or in a file it points to."""
        reply = self._api.call("GET", f"{_BATCH}{job.job_id}/", params={"format": "json"}, plain=True)
        if address := text_of(reply.json, "download_url"):
            reply = self._fetch(address)
        body = reply.json
        if isinstance(body, str):
            body = list(csv.DictReader(io.StringIO(body))) if "email" in body[:2000].casefold() else None
        if isinstance(body, dict):
            body = next(
                (body[key] for key in ("results", "result", "data", "rows") if isinstance(body.get(key), list)), None
            )
        if not isinstance(body, list):
            raise NoAnswer(f"{TITLE} sent a list that cannot be read", hint="Run the same command again later.")
        rows = [({str(key).casefold(): value for key, value in row.items()}) for row in body if isinstance(row, dict)]
        return [(email, row) for row in rows if (email := _address_in(row)) is not None]

    def _fetch(self, address: str) -> Reply:
        if not may_carry_keys(address):
            raise NoAnswer(f"{TITLE} keeps its results at an unsafe address", hint="Run the same command again later.")
        return self._download.call("GET", address, shown="the results", plain=True)

    # what it says

    def _profile(self, email: str, result: Any) -> Profile | None:
        entries = result if isinstance(result, list) else [result]
        accounts = together(each for entry in entries if (each := self._account(entry)) is not None)
        if not accounts:
            return None
        first = next(entry for entry in entries if isinstance(entry, dict))
        names = text_of(first, "first_name"), text_of(first, "last_name"), text_of(first, "fullname", "full_name")
        return Profile(accounts, first_name=names[0], last_name=names[1], name=names[2], emails=(email,))

    def _account(self, entry: Any) -> Account | None:
        handle = (text_of(entry, "username", "handle") or "").lstrip("@")
        if not handle:
            return None
        platform = read_platform(text_of(entry, "platform") or "")
        return Account(
            platform,
            handle,
            text_of(entry, "url", "profile_url") or profile_address(platform, handle),
            text_of(entry, "userid", "userId", "user_id"),
            text_of(entry, "fullname", "full_name"),
            count_of(entry, "followers") or read_followers(text_of(entry, "followers", "follower_count") or ""),
            percent_of(entry.get("engagement_percent") or None, 1),
            entry.get("is_verified") if isinstance(entry.get("is_verified"), bool) else None,
            NAME,
            self._clock.now(),
        )


def _address_in(row: Any) -> str | None:
    """The e-mail that a row is about, whatever it is called there; one that was asked for comes before another."""
    if not isinstance(row, dict):
        return None
    texts = {str(key).casefold(): str(value).strip() for key, value in row.items() if isinstance(value, str)}
    likely = sorted(texts, key=lambda key: (not key.startswith("input"), "email" not in key))
    found = next((texts[key] for key in likely if is_email(texts[key])), None)
    return found or next((each for value in row.values() if (each := _address_in(value)) is not None), None)


def _used(status: Any) -> Decimal:
    used = status.get("credits_used") if isinstance(status, dict) else None
    return Decimal(str(used)) if isinstance(used, (int, Decimal)) and not isinstance(used, bool) else Decimal(0)


KIND = Kind(
    name=NAME,
    title=TITLE,
    fields=("API_KEY",),
    price=PRICE,
    sends="customers' e-mail addresses",
    gives="the strongest account, followers",
    make=lambda keys, reach, jobs: InfluencersClub(keys["API_KEY"], reach, jobs),
)
