"""Small fakes of the providers, made from their documentation, to stand behind the bench's wire."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from email.message import Message
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qs

from bench import Bench

Answer = tuple[int, Any]


@dataclass
class Call:
    """One request as the provider saw it."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


class Provider:
    """What the fakes share: their calls, and trouble that is planned for the next ones."""

    hosts: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.trouble: list[Answer | None] = []  # for the next calls; None lets one through
        self.always: Answer | None = None
        self.headers: dict[str, str] = {}

    def stand(self, run: Bench) -> None:
        """Stand behind the bench's wire."""
        for host in self.hosts:
            run.wire.stores[host] = self  # type: ignore[assignment]

    def app(self, environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        size = int(environ.get("CONTENT_LENGTH") or 0)
        headers = {
            key[5:].replace("_", "-").lower(): value for key, value in environ.items() if key.startswith("HTTP_")
        }
        headers["content-type"] = environ.get("CONTENT_TYPE", "")
        call = Call(
            environ["REQUEST_METHOD"],
            environ["PATH_INFO"],
            parse_qs(environ.get("QUERY_STRING", "")),
            headers,
            environ["wsgi.input"].read(size) if size else b"",
        )
        self.calls.append(call)
        planned = self.trouble.pop(0) if self.trouble else self.always
        status, body = planned if planned is not None else self.answer(call)
        text = body if isinstance(body, str) else json.dumps(body, default=float)
        start_response(f"{status} X", [("Content-Type", "application/json"), *self.headers.items()])
        return [text.encode()]

    def answer(self, call: Call) -> Answer:
        raise NotImplementedError

    def asked(self, path: str) -> list[Call]:
        return [call for call in self.calls if call.path.startswith(path)]


def user(platform: str, handle: str, followers: int, rate: float = 0.02) -> dict[str, Any]:
    """An account as Modash writes it."""
    return {
        "platform": platform,
        "userId": f"id-{handle}",
        "url": f"https://www.{platform}.com/{handle}",
        "username": handle,
        "fullname": handle.title(),
        "picture": "https://img.example/x.jpg",
        "followers": followers,
        "engagements": 100,
        "engagementRate": rate,
    }


class FakeModash(Provider):
    hosts = ("api.modash.io",)

    def __init__(self, key: str = "modash-key", credits: str = "100") -> None:
        super().__init__()
        self.key, self.credits = key, Decimal(credits)
        self.users: dict[str, list[dict[str, Any]]] = {}

    def answer(self, call: Call) -> Answer:
        if call.headers.get("authorization") != f"Bearer {self.key}":
            return 401, {"error": True, "code": "api_token_invalid", "message": "API token is invalid."}
        match call.method, call.path:
            case "GET", "/v1/user/info":
                return 200, {"error": False, "billing": {"credits": self.credits, "rawRequests": 3}}
            case "POST", "/v1/email-search":
                emails = call.json["emails"]
                if self.credits < Decimal("0.02") * len(emails):
                    return 402, {"error": True, "code": "not_enough_credits", "message": "Not enough credits."}
                found = [{"email": each, "users": self.users[each]} for each in emails if each in self.users]
                self.credits -= Decimal("0.02") * len(found)
                return 200, {"error": False, "matchedEmails": found}
        return 404, {"error": True, "code": "not_found", "message": "no such path"}

    @property
    def sent(self) -> list[str]:
        """Every e-mail that was sent, in order."""
        return [email for call in self.asked("/v1/email-search") for email in call.json["emails"]]


@dataclass
class Batch:
    """A list at influencers.club."""

    emails: list[str]
    status: str = "queued"
    polls: int = 0
    results: list[dict[str, Any]] = field(default_factory=list)


class FakeInfluencersClub(Provider):
    hosts = ("api-dashboard.influencers.club",)

    def __init__(self, key: str = "club-key", credits: str = "100") -> None:
        super().__init__()
        self.key, self.credits, self.used = key, Decimal(credits), Decimal(0)
        self.users: dict[str, dict[str, Any]] = {}
        self.batches: dict[str, Batch] = {}
        self.polls = 2  # how often a list is looked at before it is finished
        self.half = False  # a finished list lacks half of its rows
        self.named = "email"  # what a row calls the address; empty: it does not say

    def answer(self, call: Call) -> Answer:
        if call.headers.get("authorization") != f"Bearer {self.key}":
            return 401, {"detail": "Invalid API key"}
        if call.path == "/public/v1/accounts/credits/":
            return 200, {"credits_available": self.credits, "credits_used": self.used}
        if call.path == "/public/v1/creators/enrich/email/":
            return self._one(call.json["email"])
        if call.path == "/public/v1/enrichment/batch/" and call.method == "POST":
            batch = Batch(_emails_in(call))
            self.batches[f"b{len(self.batches) + 1}"] = batch
            return 200, {"batch_id": f"b{len(self.batches)}", "status": "queued"}
        if found := re.fullmatch(r"/public/v1/enrichment/batch/(\w+)/(status/|resume/)?", call.path):
            batch = self.batches[found[1]]
            match found[2]:
                case "status/":
                    return self._status(batch)
                case "resume/":
                    batch.status = "processing"
                    return 200, {"status": "processing"}
                case _:
                    rows = batch.results[: len(batch.results) // 2] if self.half else batch.results
                    return 200, {"results": [self._row(row) for row in rows]}
        return 404, {"detail": "Not found."}

    def _row(self, row: dict[str, Any]) -> dict[str, Any]:
        return {**({self.named: row["email"]} if self.named else {}), "result": row["result"]}

    def _one(self, email: str) -> Answer:
        if self.credits < Decimal("0.1"):
            return 402, {"detail": "Insufficient credits"}
        if email not in self.users:
            return 200, {"credits_cost": 0, "result": None}
        self._charge()
        return 200, {"credits_cost": 0.1, "result": self.users[email]}

    def _charge(self) -> None:
        self.credits -= Decimal("0.1")
        self.used += Decimal("0.1")

    def _status(self, batch: Batch) -> Answer:
        batch.polls += 1
        if batch.polls >= self.polls and batch.status != "finished":
            batch.status = "finished"
            for email in batch.emails[len(batch.results) :]:
                if email in self.users and self.credits < Decimal("0.1"):
                    batch.status = "paused_insufficient_credits"
                    break
                if email in self.users:
                    self._charge()
                batch.results.append({"email": email, "result": self.users.get(email)})
        hits = sum(1 for each in batch.results if each["result"])
        return 200, {
            "status": batch.status,
            "total_rows": len(batch.emails),
            "processed_rows": len(batch.results),
            "success_count": len(batch.results),
            "failed_count": 0,
            "credits_used": Decimal("0.1") * hits,
        }


def _emails_in(call: Call) -> list[str]:
    head = f"Content-Type: {call.headers['content-type']}\r\n\r\n".encode()
    parts: Message = BytesParser().parse(io.BytesIO(head + call.body))
    for part in parts.walk():
        if part.get_param("name", header="content-disposition") == "file":
            lines = bytes(part.get_payload(decode=True)).decode().split()
            assert lines[0] == "email"
            return list(lines[1:])
    raise AssertionError("no file was sent")


class FakeGravatar(Provider):
    hosts = ("api.gravatar.com",)

    def __init__(self) -> None:
        super().__init__()
        self.profiles: dict[str, dict[str, Any]] = {}

    def add(self, email: str, *urls: str, hidden: str | None = None) -> None:
        """A profile with verified accounts at *urls*."""
        accounts = [
            {"service_type": _service(url), "service_label": "", "url": url, "is_hidden": False} for url in urls
        ]
        if hidden:
            accounts.append({"service_type": _service(hidden), "url": hidden, "is_hidden": True})
        hashed = hashlib.sha256(email.strip().lower().encode()).hexdigest()
        self.profiles[hashed] = {"hash": hashed, "display_name": "Somebody", "verified_accounts": accounts}

    def answer(self, call: Call) -> Answer:
        found = re.fullmatch(r"/v3/profiles/([0-9a-f]{64})", call.path)
        profile = self.profiles.get(found[1]) if found else None
        return (200, profile) if profile else (404, {"error": "Profile not found", "code": "profile_not_found"})


def _service(url: str) -> str:
    return url.split("/")[2].removeprefix("www.").split(".")[0]


class FakeUpfluence(Provider):
    hosts = ("identity.upfluence.co", "api.upfluence.co")

    def __init__(self) -> None:
        super().__init__()
        self.influencers: dict[str, dict[str, Any]] = {}
        self.credits = 10

    def add(self, url: str, handle: str, followers: int, rate: float) -> None:
        kind = {"instagram": "instagrams", "tiktok": "tiktoks", "youtube": "youtubes"}[_service(url)]
        entry = {"id": 5, "username": handle, "followers": followers, "engagement_rate": rate, "verified": True}
        self.influencers[url] = {"influencer": {"id": len(self.influencers) + 1, "name": handle}, kind: [entry]}

    def answer(self, call: Call) -> Answer:
        if call.path == "/token":
            if call.form.get("client_secret") != "upfluence-secret":
                return 401, {"error": "invalid_client"}
            return 200, {"access_token": "token-1", "expires_in": 900, "refresh_token": "r"}
        if call.headers.get("authorization") != "Bearer token-1":
            return 401, {"error": "unauthorized"}
        if call.path == "/credits":
            return 200, {"credits": self.credits}
        if call.path == "/v1/influencers/lookup":
            found = self.influencers.get(call.query["url"][0])
            return (200, {"influencer": found["influencer"]}) if found else (404, {"error": "Not found"})
        if self.credits < 1:
            return 402, {"error": "Limit exceeded"}
        self.credits -= 1
        number = int(call.path.rpartition("/")[2])
        return 200, next(each for each in self.influencers.values() if each["influencer"]["id"] == number)
