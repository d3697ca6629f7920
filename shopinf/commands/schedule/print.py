"""`shopinf schedule print`: the line, units, agent or task that leave a command to a machine's timer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.commands.options import DeskContext, Manners, Noun, examples
from shopinf.commands.schedule.chain import SENDING, Asked, read_chain
from shopinf.console.files import check_fillable, filled, fixed_folder
from shopinf.console.streams import is_terminal
from shopinf.errors import BadInput
from shopinf.periods import read_period
from shopinf.schedules.times import Rhythm, When, disputed, rhythm_of, safe_time
from shopinf.shell import making, quoted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.schedules.timers import Job

app = Noun()

CRON, SYSTEMD = "cron", "systemd"
_UNFINISHED = {"today", "this-week", "this-month", "last-7-days", "last-30-days"}


@app.command(
    "print",
    attended=True,
    context_settings={"allow_interspersed_args": False},  # what follows the command's first word is its own
    epilog=examples(
        "schedule print -- orders attribute --all-stores --period last-month -o 'reports/{store}-{period}.xlsx'",
        "schedule print --systemd -- orders attribute --period last-week -o '{period}.html'",
        "schedule print -- orders attribute --period last-month -o '{date}.html' '&&' reports send '{date}.html' "
        "--to ann@client.example",
        "schedule print --launchd -- orders sync --all-stores",
        "schedule print --every hour -- livecapture run --all-stores --max-credits 20 --yes -o 'new-{date}.csv'",
    ),
)
def print_(
    desk: DeskContext,
    command: Annotated[
        list[str], typer.Argument(help="A command of shopinf, or several with '&&' between.", metavar="COMMAND")
    ],
    cron: Annotated[bool, typer.Option("--cron", help="A line for crontab.")] = False,
    systemd: Annotated[bool, typer.Option("--systemd", help="A service and its timer.")] = False,
    launchd: Annotated[bool, typer.Option("--launchd", help="An agent for launchd, on macOS.")] = False,
    windows: Annotated[bool, typer.Option("--windows", help="A task for the Task Scheduler of Windows.")] = False,
    every: Annotated[
        Rhythm | None, typer.Option("--every", help="How often; else as the command's period says, or daily.")
    ] = None,
) -> None:
    """Print what makes this machine's timer run a command, with the environment the command needs there.

    Where nothing is said that is cron, on macOS launchd, on Windows the Task Scheduler. At the hour chosen the period
    is over in every store's time zone, at any time of the year. The command is checked and not run; nothing is
    installed, and no secret is printed.

    Several commands with '&&' between them are one job: each runs only where the one before it ended well, so that a
    report is sent once it is written, and never half of one.
    """
    from shopinf.commands.schedule.surroundings import job_of, stores_of
    from shopinf.local.machine import alike, local_zone, machine_zone

    timer = _timer(command, cron=cron, systemd=systemd, launchd=launchd, windows=windows)
    chain = read_chain(command)
    for each in chain:
        _check(desk, each)
    stores, today = stores_of(desk, chain), desk.clock.now().date()
    here = local_zone(desk.environ)
    zones, local = [store.zone for store in stores], UTC if timer == SYSTEMD else here.zone
    period = next((each.period for each in chain if each.period), None)
    when = safe_time(every or rhythm_of(period), zones, local, today)
    notes = [*(note for each in chain for note in _notes(each)), *_unwritten(desk, chain)]
    if period and disputed(period, when, zones, local, today):
        notes.append(f"At that hour it is not the same day in all stores, and some runs are refused: {period}.")
    if timer != SYSTEMD and not alike(here.zone, machine_zone().zone, desk.clock.now()):
        notes.append(f"TZ says {here.name}; check that {timer} goes by it, and not by {machine_zone().name}.")
    job = job_of(desk, chain, stores, notes)
    desk.out.print(_printed(timer, job, when, here.name))
    if timer == CRON:
        desk.out.say("Next: crontab -e, and put it at the end.")
    for note in () if is_terminal(desk.out.stdout) else job.notes:  # where the comments are seen they say it already
        desk.out.note(note)


def _timer(command: Sequence[str], **asked: bool) -> str:
    """The timer that was asked for, else the machine's own; one that this system does not have is refused."""
    from shopinf.local.machine import lacks, own_timer

    named = [name for name, is_meant in asked.items() if is_meant]
    if len(named) > 1:
        raise BadInput(f"--{named[0]} and --{named[1]} exclude each other", hint="Print one after the other.")
    if named and lacks(named[0]):
        typed = " ".join(map(quoted, command))
        raise BadInput(
            f"There is no {named[0]} on this system", hint=f"shopinf schedule print --{own_timer()} -- {typed}"
        )
    return named[0] if named else own_timer()


def _printed(timer: str, job: Job, when: When, zone: str) -> str:
    from shopinf.local.machine import user_id
    from shopinf.schedules import desktops, timers

    match timer:
        case "systemd":
            return timers.units(job, when, timers.Manager(root=user_id() == 0))
        case "launchd":
            return desktops.agent(job, when, zone)
        case "windows":
            return desktops.task(job, when, zone)
        case _:
            return timers.crontab(job, when, zone)


def _check(desk: Desk, asked: Asked) -> None:
    """Refuse a period, a form and addresses that the command would refuse."""
    given = asked.given
    days = given.get("since"), given.get("until")
    if "period" in given and (asked.period or any(days) or asked.manners.period):
        read_period(asked.period, *days, today=desk.clock.now().date())
    if "format" in given:
        _check_form(given["format"], given["output"], asked.manners)
    if asked.path == SENDING and given["via"] != "slack":  # a webhook heeds no --to, whatever it is
        from shopinf.delivery.addresses import check_addressed, read_addresses

        check_addressed(given["via"], given["to"] or ())
        read_addresses(given["to"] or ())


def _check_form(format: str | None, output: Path | None, manners: Manners) -> None:
    """Refuse a file that cannot be written, but for the folder: that one can still be made, which is noted."""
    from shopinf.console.forms import read_form

    if output is not None:
        check_fillable(output, manners.fills)
    read_form(format, output if output is None or _has_folder(output) else Path(output.name), reports=manners.reports)


def _notes(asked: Asked) -> Iterator[str]:
    """What the person should know of the command before it is left alone."""
    given, period = asked.given, asked.period or ""
    if asked.manners.asks and not (given.get("yes") or given.get("dry_run") or _goes_to_one(asked)):
        yield f"{asked.name} can ask for a yes, and nobody will be there to say it: add --yes to the command."
    if period in _UNFINISHED:
        yield f"{period} is not over when it runs, so its figures will be provisional."
    elif "period" in given and (period[:4].isdigit() or given["until"]):
        yield "Each run will be for the same days; names like last-month move on with the calendar."
    if given.get("notify"):
        yield "The address after --notify stands in the line; in SHOPINF_NOTIFY_URL it stays beside the keys."
    if "output" not in given:
        return
    output = given["output"]
    if asked.path == SENDING and output is None:
        yield "reports send says on standard output what it sent, and so in a mail or the journal; --output keeps it."
        return
    if output is None or str(output) == "-":
        yield "The result goes to standard output, and with it into a mail or the journal; --output FILE keeps it."
        return
    if "{period}" not in str(output) and "{date}" not in str(output):
        yield f"{output} is replaced by each run; {{date}} in its name keeps them apart."
    if not _has_folder(output):
        folder = fixed_folder(output)
        yield f"There is no folder {folder} yet: {making(folder)}"


def _goes_to_one(asked: Asked) -> bool:
    """Are files sent to one address, or into one channel? That is not asked about."""
    from shopinf.delivery.addresses import read_addresses

    return asked.path == SENDING and (asked.given["via"] == "slack" or len(read_addresses(asked.given["to"])) == 1)


def _unwritten(desk: Desk, chain: Sequence[Asked]) -> Iterator[str]:
    """Files that are to be sent, and that no command before writes; names that cannot be filled in are refused."""
    today = {"date": desk.clock.now().astimezone().date().isoformat()}
    written: set[str] = set()
    for asked in chain:
        for file in asked.given["files"] if asked.path == SENDING else ():
            path = filled(Path(file), today, option="FILE")
            if file not in written and not path.expanduser().is_file():
                yield f"{file} is written by no command before {asked.name}, and is not there now."
        if asked.given.get("output") is not None:
            written.add(str(asked.given["output"]))


def _has_folder(output: Path) -> bool:
    """Is the folder there that will not be made?"""
    return fixed_folder(output.expanduser()).is_dir()
