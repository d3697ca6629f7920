"""`shopinf reports send`: finished files leave, each to each address once; a dry run shows the mail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopinf.commands.options import DeskContext, DryRunOption, FormChoice, Noun, examples
from shopinf.commands.reports.choice import ViaOption
from shopinf.console.files import filled
from shopinf.delivery.addresses import check_addressed, read_addresses
from shopinf.delivery.mail import in_the_name_of, letter, read_subject
from shopinf.delivery.papers import Paper, read_paper
from shopinf.delivery.slack import message_of
from shopinf.delivery.smtp import LOOK, Mailbox
from shopinf.delivery.ways import Via
from shopinf.delivery.words import size
from shopinf.errors import BadInput, LostResponse, NoAnswer, PartlyDone, ShopinfError
from shopinf.letterhead import Language
from shopinf.reports.tongue import Tongue, tongue_of
from shopinf.results import Cell, Failure, Result, columns
from shopinf.words import agreeing, counted, few
from shopinf.work.reports.keys import channel_of, described, keys_of
from shopinf.work.reports.send import Carrier, Done, Leg, Mails, Messages, Recipient, carry_out, plan

if TYPE_CHECKING:
    from shopinf.delivery.addresses import Mailable
    from shopinf.delivery.mail import Letter
    from shopinf.desk import Desk
    from shopinf.ledger.dispatches import Dispatch
    from shopinf.stores import Secret

app = Noun()

SEND_COLUMNS = columns(
    order="via to file bytes status at subject error",
    numbers="bytes",
    times="at",
    shown="file to status at bytes via error",
)


@dataclass(frozen=True)
class Post:
    """What is asked for: by which way, from whom, and in which words."""

    via: Via
    keys: Mapping[str, Secret] = field(repr=False)
    subject: str | None
    agency: str | None
    tongue: Tongue
    people: Mapping[str, Mailable]  # by what a recipient is known by

    @property
    def sender(self) -> str | None:
        """From whom a mail comes, as people read it."""
        if self.via is Via.SLACK:
            return None
        return in_the_name_of(Mailbox.of(self.keys).sender, self.agency).named

    def letter(self, leg: Leg) -> Letter:
        return letter(
            Mailbox.of(self.keys).sender,
            self.people[leg.recipient.address],
            leg.papers,
            self.tongue,
            subject=self.subject,
            agency=self.agency,
        )

    def message(self, leg: Leg) -> str:
        return message_of(leg.papers, self.tongue, subject=self.subject, agency=self.agency)


@app.command(
    "send",
    columns=SEND_COLUMNS,
    asks=True,
    epilog=examples(
        "reports send report.html --to ann@client.example",
        "reports send october.html october.xlsx --to ann@client.example --to leo@client.example --dry-run",
        "reports send report.html --via slack",
    ),
)
def send(
    desk: DeskContext,
    files: Annotated[
        list[str], typer.Argument(help="Finished files; {date} is today.", metavar="FILE", show_default=False)
    ],
    to: Annotated[
        list[str] | None, typer.Option("--to", help="Whom to send them to; may be repeated.", metavar="ADDRESS")
    ] = None,
    subject: Annotated[
        str | None, typer.Option("--subject", help="Instead of what the file says it is.", metavar="TEXT")
    ] = None,
    via: ViaOption = None,
    language: Annotated[
        Language | None, typer.Option("--language", help="Of the mail; as its report's otherwise.", metavar="LANG")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Send also what went there before, or may have.")] = False,
    dry_run: DryRunOption = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Send finished files by mail, or tell of them in Slack; what went to an address does not go there again.

    Each address gets a mail of its own, with the files attached and a few words on what they are. The same file is the
    same by what is in it, whatever it is called and whenever it was made. A Slack webhook carries no files: the channel
    is told what the file says, and where it is.

    Where the answer to a mail is lost, nobody knows whether it arrived: it is not sent again without --again.
    """
    papers = _papers(desk, files)
    post, recipients = _post(desk, to or [], subject, via, _tongue(desk, papers, language))
    if dry_run:
        legs = plan(desk, papers, recipients, again=again)
        _show(desk, post, [Done(leg) for leg in legs], form, dry_run=True)
        _show_letters(desk, post, legs)
        return
    going = [leg for leg in plan(desk, papers, recipients, again=again) if leg.papers]
    if len(going) > 1:
        names = few([leg.recipient.shown for leg in going])
        desk.out.confirm(f"Send {_named(papers)} to {names}?")
    with desk.sending():  # not while somebody thinks; another run may have sent some of it meanwhile
        legs = plan(desk, papers, recipients, again=again)
        done = []
        with desk.out.progress("sending files", len(legs), "recipients") as progress:
            for each in _carried(desk, post, legs):
                done.append(each)
                progress.advance()
    _tell(desk, post, done, form)


def _papers(desk: Desk, files: Sequence[str]) -> list[Paper]:
    """The files, read; of two with the same in them the first."""
    today = {"date": desk.clock.now().astimezone().date().isoformat()}
    papers: dict[str, Paper] = {}
    for name in files:
        if name == "-":
            raise BadInput("Standard input has no name to be sent under", hint="Write it into a file first.")
        paper = read_paper(filled(Path(name).expanduser(), today, option="FILE"))
        if (same := papers.setdefault(paper.digest, paper)) is not paper:
            desk.out.note(f"{paper.name} has the same in it as {same.name}, which is sent alone.")
        if paper.said.internal:
            desk.out.warn(
                f"{paper.name} is the agency's own report, with commissions and reasons; --for client makes the one "
                "for a client."
            )
    return [*papers.values()]


def _tongue(desk: Desk, papers: Sequence[Paper], language: Language | None) -> Tongue:
    """What a mail speaks: what was asked for, else what its reports speak, else the agency's own."""
    own = (Language(paper.said.language) for paper in papers if paper.said.language in list(Language))
    return tongue_of(language or next(own, desk.config.language))


def _post(
    desk: Desk, to: Sequence[str], subject: str | None, via: Via | None, tongue: Tongue
) -> tuple[Post, list[Recipient]]:
    if subject is not None:
        subject = read_subject(subject)
    check_addressed(via, to)
    via = via or Via.SMTP
    people = {} if via is Via.SLACK else read_addresses(to)
    keys = keys_of(desk, via)
    described(via, keys)  # refuses what does not fit together
    if via is Via.SLACK:
        if to:
            desk.out.note(f"A webhook posts into its own channel, whatever --to says: {few(to)}.")
        recipients = [Recipient(via, f"slack {keys['URL'].reveal()}", "the channel in Slack", "Slack")]
    else:
        recipients = [Recipient(via, key, one.shown, one.masked) for key, one in people.items()]
    return Post(via, keys, subject, desk.config.agency, tongue, people), recipients


def _carried(desk: Desk, post: Post, legs: Sequence[Leg]) -> Iterator[Done]:
    if post.via is Via.SLACK:
        yield from carry_out(desk, legs, Messages(channel_of(desk, post.keys), post.message))
        return
    carrier: Carrier
    with Mails(desk, Mailbox.of(post.keys), post.letter).open() as carrier:
        yield from carry_out(desk, legs, carrier)


def _tell(desk: Desk, post: Post, done: Sequence[Done], form: FormChoice) -> None:
    """Show what came of it; raises where something did not go, or may not have."""
    errors = [each.error for each in done if each.error]
    if len(errors) == len(done) and _nobody_got_in(errors):
        raise errors[0]
    failures = [*_failures(done)]
    _show(desk, post, done, form, failures)
    sent = [each.leg for each in done if each.sent]
    for papers, addresses in _alike(sent):
        was_told = post.via is Via.SLACK
        names = _named(papers)
        desk.out.say(f"The channel in Slack was told of {names}." if was_told else f"{names} sent to {few(addresses)}.")
    if failures:
        doubtful = [each for each in done if _in_doubt(each)]
        lacking = len([each for each in done if each.error or _in_doubt(each)])  # of one several files may be in doubt
        whose = agreeing(lacking, "its files", "their files")
        whom = f"{lacking} of {counted(len(done), 'address', 'addresses')}"
        error = PartlyDone(
            f"{whom if post.via is Via.SMTP else 'The channel'} did not get {whose}"
            + (", or nobody knows" if doubtful else ""),
            hint="Ask whether they arrived; --again sends them once more."
            if len(doubtful) == lacking
            else _once_more(errors, lacking),
        )
        if not sent and len(doubtful) == lacking:
            error.code = NoAnswer.code
        raise error


def _once_more(errors: Sequence[ShopinfError], lacking: int) -> str:
    """What to do about addresses that got nothing: trying again helps none that the server refuses for good."""
    for_good = len(errors) == lacking and all(error.hint == LOOK for error in errors)
    look = f"Look at {agreeing(lacking, 'the address', 'the addresses')} first. " if for_good else ""
    return f"{look}Run the same command again: what was sent is not sent again."


def _in_doubt(done: Done) -> bool:
    return isinstance(done.error, LostResponse) or any(one.state.in_doubt for _, one in done.leg.before)


def _nobody_got_in(errors: Sequence[ShopinfError]) -> bool:
    """Did all fail alike, before anything was said of any of them?"""
    alike = len({(type(error), error.message) for error in errors}) == 1
    return alike and not isinstance(errors[0], LostResponse | BadInput)


def _failures(done: Sequence[Done]) -> Iterator[Failure]:
    for each in done:
        shown = each.leg.recipient.shown
        if each.error is not None:
            yield Failure.of(each.error, store=None, what=shown)
        for paper, one in each.leg.before:
            if one.state.in_doubt:
                yield Failure(
                    None,
                    shown,
                    f"{paper.name} went out to {shown} on {_day(one)} and no answer came, so nobody knows whether it "
                    "arrived; it is not sent again",
                    NoAnswer.code,
                )


def _show(
    desk: Desk,
    post: Post,
    done: Sequence[Done],
    form: FormChoice,
    failures: Sequence[Failure] = (),
    *,
    dry_run: bool = False,
) -> None:
    rows = [row for each in done for row in _rows(post, each, dry_run=dry_run)]
    body: dict[str, Any] = {
        "via": post.via,
        "sender": post.sender,
        "dry_run": dry_run,
        "mails": [_mail(post, each.leg) for each in done if each.leg.papers],
        "rows": rows,
    }
    desk.show(Result("shopinf.reports.send/1", SEND_COLUMNS, rows, body=body, failures=failures), form)
    for each in done:
        for paper, one in each.leg.before:
            if not one.state.in_doubt:
                desk.out.note(
                    f"{paper.name} went to {each.leg.recipient.shown} on {_day(one)} and is not sent again (--again)."
                )


def _rows(post: Post, done: Done, *, dry_run: bool) -> Iterator[dict[str, Cell]]:
    leg = done.leg
    subject = (post.letter(leg).subject if post.via is Via.SMTP else None) if leg.papers else None
    sent = {one.digest: one for one in done.sent}
    for paper in leg.papers:
        lost = isinstance(done.error, LostResponse)
        status = "to_send" if dry_run else "in_doubt" if lost else "failed" if done.error else "sent"
        at = sent[paper.digest].at if paper.digest in sent else None
        yield {**_row(post, leg, paper, status), "at": at, "subject": subject, "error": str(done.error or "") or None}
    for paper, one in leg.before:
        status = "in_doubt" if one.state.in_doubt else "sent_before"
        yield {**_row(post, leg, paper, status), "at": one.at, "subject": None, "error": one.error}


def _row(post: Post, leg: Leg, paper: Paper, status: str) -> dict[str, Cell]:
    return {"via": post.via, "to": leg.recipient.shown, "file": paper.name, "bytes": paper.size, "status": status}


def _mail(post: Post, leg: Leg) -> dict[str, Any]:
    """A mail, or a message, as JSON has it."""
    attached = [{"file": paper.name, "bytes": paper.size, "type": paper.kind} for paper in leg.papers]
    if post.via is Via.SLACK:
        return {"to": leg.recipient.shown, "subject": None, "text": post.message(leg), "attachments": []}
    meant = post.letter(leg)
    return {"to": leg.recipient.shown, "subject": meant.subject, "text": meant.text, "attachments": attached}


def _show_letters(desk: Desk, post: Post, legs: Sequence[Leg]) -> None:
    """The mails as their readers would see them."""
    for leg in legs:
        if not leg.papers:
            continue
        if post.via is Via.SLACK:
            text = post.message(leg)
        else:
            meant = post.letter(leg)
            head = [f"From: {meant.sender.named}", f"To: {leg.recipient.shown}", f"Subject: {meant.subject}"]
            attached = [f"Attached: {paper.name} ({size(paper.size, post.tongue)})" for paper in leg.papers]
            text = "\n".join([*head, *attached, "", meant.text.rstrip("\n")])
        for line in text.splitlines():
            desk.out.say(f"  {line}" if line else "")
    desk.out.say("Nothing was sent.")


def _alike(legs: Sequence[Leg]) -> list[tuple[Sequence[Paper], list[str]]]:
    """What was in a mail, and whom it went to: of one who had some of the files before the mail has the others."""
    found: dict[tuple[str, ...], tuple[Sequence[Paper], list[str]]] = {}
    for leg in legs:
        key = tuple(paper.digest for paper in leg.papers)
        found.setdefault(key, (leg.papers, []))[1].append(leg.recipient.shown)
    return [*found.values()]


def _named(papers: Sequence[Paper]) -> str:
    return few([paper.name for paper in papers], 3)


def _day(one: Dispatch) -> str:
    return f"{one.at.astimezone():%Y-%m-%d at %H:%M}"
