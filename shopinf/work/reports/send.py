"""Sending finished files, each to each address once: noted before it goes out, and what came of it afterwards.

A run that is killed before the content of a mail goes out has sent nothing, and the next one sends it. Where it was
killed afterwards, or the answer was lost, the mail may have arrived: it is not sent again unless somebody says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from shopinf.delivery.mail import Letter, message
from shopinf.delivery.slack import Channel
from shopinf.delivery.smtp import Mailbox, Session, opened
from shopinf.delivery.ways import Passage, Via
from shopinf.errors import Busy, LostResponse, NoAnswer, ShopinfError, Stopped
from shopinf.ledger.dispatches import Dispatch, State, Wanted
from shopinf.network.proxies import trusted

if TYPE_CHECKING:
    from shopinf.delivery.papers import Paper
    from shopinf.desk import Desk


@dataclass(frozen=True)
class Recipient:
    """Where files go: an e-mail, or a channel."""

    via: Via
    address: str = field(repr=False)  # what it is known by
    shown: str  # to whoever named it
    masked: str  # in the ledger

    def wants(self, paper: Paper) -> Wanted:
        return Wanted(paper.digest, paper.name, self.address, self.masked, self.via)


@dataclass(frozen=True)
class Leg:
    """What goes to one recipient, and what does not since it went, or may have gone, before."""

    recipient: Recipient
    papers: Sequence[Paper]
    before: Sequence[tuple[Paper, Dispatch]] = ()
    known: Mapping[str, Dispatch] = field(default_factory=dict)  # how each file stood, by its digest


@dataclass(frozen=True)
class Done:
    """What came of a leg."""

    leg: Leg
    sent: Sequence[Dispatch] = ()
    error: ShopinfError | None = None


class Carrier(Protocol):
    """Who brings papers to a recipient; *about_to* is called when only their content is left to go out."""

    def carry(self, leg: Leg, ours: Sequence[Dispatch], about_to: Callable[[], None]) -> None: ...


def plan(desk: Desk, papers: Sequence[Paper], recipients: Sequence[Recipient], *, again: bool) -> list[Leg]:
    """What is to go where; with *again* also what went before."""
    shelf = desk.ledger.dispatches
    legs = []
    for recipient in recipients:
        known = [(paper, shelf.of(recipient.wants(paper))) for paper in papers]
        before = [(paper, one) for paper, one in known if one and not again and _stays(one)]
        kept = {paper.digest for paper, _ in before}
        going = [paper for paper in papers if paper.digest not in kept]
        legs.append(Leg(recipient, going, before, {one.digest: one for _, one in known if one}))
    return legs


def _stays(one: Dispatch) -> bool:
    return one.state is State.SENT or one.state.in_doubt


def carry_out(desk: Desk, legs: Sequence[Leg], carrier: Carrier) -> Iterator[Done]:
    """Send each of *legs*, whose sending lock is held, and tell what came of it."""
    shelf = desk.ledger.dispatches
    for leg in legs:
        if not leg.papers:
            yield Done(leg)
            continue
        ours: list[Dispatch] = []
        try:
            ours += _intended(desk, leg)
            carrier.carry(leg, ours, lambda ours=ours: _claim(desk, ours))  # type: ignore[misc]
        except Stopped:
            raise
        except ShopinfError as error:
            state = State.LOST if isinstance(error, LostResponse) else State.FAILED
            shelf.settle(ours, state, error.message)
            yield Done(leg, error=error)
        else:
            shelf.settle(ours, State.SENT)
            yield Done(leg, [one for paper in leg.papers if (one := shelf.of(leg.recipient.wants(paper)))])


def _intended(desk: Desk, leg: Leg) -> Iterator[Dispatch]:
    for paper in leg.papers:
        one = desk.ledger.dispatches.intend(leg.recipient.wants(paper), leg.known.get(paper.digest))
        if one is None:
            raise _taken()
        yield one


def _claim(desk: Desk, ours: Sequence[Dispatch]) -> None:
    if not desk.ledger.dispatches.sending(ours):
        raise _taken()


def _taken() -> Busy:
    return Busy("Another run of shopinf sends the same file there just now", hint="Run the same command again.")


class Mails:
    """Brings papers by mail, all in one session as long as it holds."""

    def __init__(self, desk: Desk, mailbox: Mailbox, letter: Callable[[Leg], Letter]) -> None:
        self._desk, self._mailbox, self._letter = desk, mailbox, letter
        self._open = ExitStack()
        self._session: Session | None = None
        self._closed: ShopinfError | None = None  # why nobody gets in: what is left need not try

    def carry(self, leg: Leg, ours: Sequence[Dispatch], about_to: Callable[[], None]) -> None:
        desk, meant = self._desk, self._letter(leg)
        first = ours[0]
        id = f"shopinf.{first.id}.{first.times}.{first.digest[:12]}"
        mail = message(meant, id=id, at=desk.clock.now().astimezone())
        session = self._in_session()
        begun = desk.clock.monotonic()
        try:
            session.send(mail, meant.recipient, about_to)
        except (NoAnswer, Busy):  # the connection broke, or stands in the middle of a mail
            self._leave()
            raise
        finally:
            ms = round((desk.clock.monotonic() - begun) * 1000)
            desk.trace(Passage("smtp", "MAIL", self._mailbox.shown, session.code, ms))

    @contextmanager
    def open(self) -> Iterator[Mails]:
        with self._open:
            yield self

    def _in_session(self) -> Session:
        if self._closed is not None:
            raise self._closed
        if self._session is None:
            try:
                self._session = self._open.enter_context(opened(self._mailbox, lambda: trusted(self._desk.environ)))
            except ShopinfError as error:
                self._closed = error
                raise
        return self._session

    def _leave(self) -> None:
        self._session = None
        self._open.close()


class Messages:
    """Says in a channel which papers there are."""

    def __init__(self, channel: Channel, text: Callable[[Leg], str]) -> None:
        self._channel, self._text = channel, text

    def carry(self, leg: Leg, ours: Sequence[Dispatch], about_to: Callable[[], None]) -> None:
        self._channel.say(self._text(leg), about_to)
