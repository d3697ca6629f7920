"""A channel in Slack, reached by an incoming webhook: its address is the key, and it takes text and no files.

The channel belongs to the webhook. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence

import httpx

from shopinf import __version__
from shopinf.delivery.papers import Paper
from shopinf.delivery.ways import Passage
from shopinf.delivery.words import Speaker, about
from shopinf.errors import (
    CredentialsProblem,
    CredentialsRefused,
    Interrupted,
    LostResponse,
    NoAnswer,
    Refused,
    ShopinfError,
)
from shopinf.loopback import is_loopback, is_safe
from shopinf.network.masks import Mask
from shopinf.network.patience import NOT_CONNECTED, TIMEOUTS, TRIES, retry_after
from shopinf.network.wire import Wire
from shopinf.plain import harmless
from shopinf.stores import Secret
from shopinf.times import Clock

HOST = "hooks.slack.com"
_LONGEST = 4000  # signs of a message; Slack cuts longer ones into several
_LIVE = ("no_text", "invalid_payload", "missing_text_or_fallback_or_attachments")  # what it says to an empty message
_ANSWER = 4096  # bytes
_LONGEST_WAIT = 120.0
_LOOK = "Look there. It is not posted again by itself; --again posts it once more."


def read_webhook(secret: Secret) -> httpx.URL:
    """The address of a webhook; CredentialsProblem for any other, none of which is repeated."""
    try:
        url = httpx.URL(secret.reveal().strip())
        host, safe = url.host, is_safe(url.scheme, url.host)
    except httpx.InvalidURL:
        host, safe = "", False
    if not safe or url.userinfo or not (host == HOST or is_loopback(host)) or len(url.path) < 2:
        raise CredentialsProblem(
            "That is not the address of a Slack webhook",
            hint=f"It begins with https://{HOST}/services/ and is found under Incoming Webhooks in the Slack app.",
        )
    return url


class Channel:
    """The channel behind a webhook."""

    def __init__(self, secret: Secret, wire: Wire, clock: Clock, trace: Callable[[Passage], None]) -> None:
        self._url = read_webhook(secret)
        self._wire, self._clock, self._trace = wire, clock, trace
        parts = [Secret(part) for part in self._url.path.split("/") if part]
        self._mask = Mask(secret, Secret(self._url.path), *parts, ours=HOST)

    def check(self) -> None:
        """Find out whether the webhook lives, by an empty message, which nobody sees."""
        status, words = self._post({}, costs=False)
        if status == 200 or (status == 400 and words in _LIVE):
            return
        error = self._problem(status, words)
        raise NoAnswer(error.message, hint=error.hint) if isinstance(error, Refused) else error

    def say(self, text: str, about_to: Callable[[], None]) -> None:
        """Post *text*; *about_to* is called right before. LostResponse: it may stand there. Else it surely does not."""
        about_to()
        status, words = self._post({"text": text, "unfurl_links": False, "unfurl_media": False}, costs=True)
        if status != 200:
            raise self._problem(status, words)

    def _post(self, body: dict[str, object], *, costs: bool) -> tuple[int, str]:
        """The status and the words of an answer, after a 429 once more."""
        for attempt in range(1, TRIES + 1):
            answer = self._try(body, costs=costs)
            if answer.status_code != 429 or attempt == TRIES:
                break
            self._clock.wait(retry_after(answer, otherwise=2.0**attempt, longest=_LONGEST_WAIT))
        return answer.status_code, self._mask.text(answer.text)

    def _try(self, body: dict[str, object], *, costs: bool) -> httpx.Response:
        if self._clock.stop.is_set():
            raise Interrupted
        headers = {"User-Agent": f"shopinf/{__version__}"}
        extensions = {"timeout": TIMEOUTS.as_dict()}
        request = httpx.Request("POST", self._url, json=body, headers=headers, extensions=extensions)
        begun, status = self._clock.monotonic(), None
        try:
            answer = self._wire.send(request)
            try:
                content = next(answer.iter_bytes(_ANSWER), b"")
            finally:
                answer.close()
            status = answer.status_code
        except httpx.RequestError as error:
            if self._clock.stop.is_set() and not costs:
                raise Interrupted from None
            if costs and not isinstance(error, NOT_CONNECTED):
                raise LostResponse(
                    "Slack was sent the message and gave no answer, so nobody knows whether it stands in the channel",
                    hint=_LOOK,
                ) from None
            what = "did not answer in time" if isinstance(error, httpx.TimeoutException) else "cannot be reached"
            raise NoAnswer(f"Slack {what}", hint="Check the network: shopinf doctor") from None
        finally:
            ms = round((self._clock.monotonic() - begun) * 1000)
            self._trace(Passage("slack", "POST", "/services/…", status, ms))
        if costs and status >= 500:
            raise LostResponse(
                f"Slack was sent the message and answered {status}, so nobody knows whether it stands in the channel",
                hint=_LOOK,
            )
        kept = {name: value for name, value in answer.headers.items() if name == "retry-after"}
        return httpx.Response(status, headers=kept, content=content)

    def _problem(self, status: int, words: str) -> ShopinfError:
        said = " ".join(harmless(words).split())[:100]
        told = f"{status}{f' ({said})' if said and '<' not in said else ''}"
        match status:
            case 403 | 404 | 410:
                return CredentialsRefused(
                    f"Slack does not accept the webhook: {told}",
                    hint="Make a new one in the Slack app; then: shopinf reports connect slack",
                )
            case 429:
                return NoAnswer("Slack goes on saying that it was asked too often", hint="Run it again later.")
            case _ if 300 <= status < 400:
                return NoAnswer(
                    "Slack sends us to another address, and the webhook's key does not go there",
                    hint="Look whether a proxy is in between: shopinf doctor",
                )
            case _ if status >= 500:
                return NoAnswer(f"Slack answered {told}", hint="Run the same command again later.")
            case _:
                return Refused(f"Slack did not take the message: {told}", hint="Look at the channel in Slack.")


def message_of(papers: Sequence[Paper], tongue: Speaker, *, subject: str | None, agency: str | None) -> str:
    """What is posted of *papers*: what they say of themselves, and where they are, since none of them comes along."""
    head = [_plain(subject or "")] if subject else []
    parts = [_plain(about(paper, tongue)) for paper in papers]
    folders = dict.fromkeys(str(paper.path.resolve().parent) for paper in papers)
    where = _plain(tongue.say("mail.no_files", host=socket.gethostname(), folder=", ".join(folders)))
    from_whom = [_plain(agency)] if agency else []
    return "\n\n".join([*head, *parts, where, *from_whom])[:_LONGEST]


def _plain(text: str) -> str:
    """*text* as Slack shows it: the three signs that mean something there are escaped, and nothing is marked up."""
    return harmless(text, lines=True).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
