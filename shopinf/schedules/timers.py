"""How a command is left to a timer: a line for cron, or units for systemd, with the environment it needs there.

Values of secrets are never among what comes in here, only the names of the variables that hold them.
"""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from shopinf.errors import BadInput
from shopinf.schedules.times import Rhythm, When
from shopinf.words import listed

LONGEST_COMMAND = 998  # bytes; the least that a common cron takes
FAILED = "shopinf-failed"
_BEFORE = {Rhythm.DAY: "the day before", Rhythm.WEEK: "the week before", Rhythm.MONTH: "the month before"}
EXIT_CODES = (
    "7, some stores, rows or addresses failed and the rest is there; 8, another run held the lock: run it again later"
)
_WIDTH = 110
_PLAIN = re.compile(r"[\w@+=:,./{}-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Credential:
    """One secret: the variable it stands in, and the file with it where systemd is to hand it over."""

    variable: str
    file: str

    @property
    def id(self) -> str:
        """Its name as a credential of systemd."""
        return self.variable.lower()


@dataclass(frozen=True, slots=True)
class Job:
    """What is left to a timer, and everything it has to find there."""

    steps: tuple[tuple[str, ...], ...]  # the program and its arguments; each runs where the one before ended with 0
    name: str  # `orders attribute`, `orders attribute, then reports send`
    unit: str  # `shopinf-orders-attribute-last-month`
    folder: str  # where it runs, so that relative file names mean what they mean now
    environment: Mapping[str, str] = field(default_factory=dict)
    variables: tuple[str, ...] = ()  # those that go into a file, since their values are secrets
    variables_file: str = ""
    credentials: tuple[Credential, ...] = ()  # all secrets of its stores
    credentials_loaded: bool = False  # that is how it gets them now
    keyring: tuple[str, ...] = ()  # the stores whose secrets come from the keyring
    last_zone: str | None = None  # the one of its stores' zones to which a day comes last
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for text in (
            *(word for step in self.steps for word in step),
            self.folder,
            *self.environment.values(),
            self.variables_file,
        ):
            if any(sign < " " or sign == "\x7f" for sign in text):
                raise BadInput(
                    f"{text[:60]!r} holds a line break or another control character, which no timer's line can",
                    hint="Put the command into a script of its own, and that script into the timer.",
                )


@dataclass(frozen=True, slots=True)
class Manager:
    """Whose systemd it is: the user's own, or the machine's where root asks."""

    root: bool = False

    @property
    def folder(self) -> str:
        return "/etc/systemd/system" if self.root else "~/.config/systemd/user"

    @property
    def systemctl(self) -> str:
        return "systemctl" if self.root else "systemctl --user"


def crontab(job: Job, when: When, zone: str) -> str:
    """A line for `crontab -e`, below comments that say what it stands on; *zone* is the one that cron goes by."""
    comments = [
        f"shopinf {job.name}, {when.words()} by this machine's clock ({zone}).",
        *why(job, when),
        *_why_local(when),
        *about_secrets(job),
        *job.notes,
        f"Cron mails what goes wrong to MAILTO, else to this user. Exit codes: {EXIT_CODES}.",
    ]
    command = cron_escaped(cron_command(job))
    if (length := len(command.encode())) > LONGEST_COMMAND:
        comments.append(
            f"Debian's cron takes no command of over {LONGEST_COMMAND} bytes; these {length} need a script."
        )
    return "\n".join([*_remarks(comments), "# MAILTO=you@example.com", f"{when.crontab()} {command}"])


def cron_command(job: Job) -> str:
    """What `/bin/sh` is to carry out, before cron's own escapes."""
    given = [f"{name}={_shell_word(value)}" for name, value in job.environment.items()]
    steps = [f"cd {_shell_word(job.folder)}"]
    if job.variables:
        # Where the file is missing, shopinf itself says which variables it lacks.
        file = _shell_word(job.variables_file)
        steps += ["set -a", f"{{ [ ! -r {file} ] || . {file}; }}"]
    if given and len(job.steps) > 1:  # said once, for all of them
        steps.append(" ".join(["export", *given]))
        given = []
    # What && joins ends with the code of the first that fails, and nothing after that runs.
    return " && ".join([*steps, *(" ".join([*given, *map(_shell_word, words)]) for words in job.steps)])


def cron_escaped(command: str) -> str:
    """*command* as it stands in a crontab, where a bare % would end it."""
    return command.replace("%", r"\%")


def units(job: Job, when: When, manager: Manager) -> str:
    """A service, its timer, and the service that tells when it failed; *when* is in UTC.

    A line of the comments names the file that each is to be put into.
    """
    enable = f"{manager.systemctl} enable --now {job.unit}.timer"
    linger = [] if manager.root else ["    loginctl enable-linger    # it runs while you are logged out, too"]
    comments = [
        f"shopinf {job.name}, {when.words()} UTC.",
        *why(job, when),
        *job.notes,
        "Put each of the three units into the file named above it; then:",
        *linger,
        f"    {enable}",
        f"    systemctl {'' if manager.root else '--user '}start {job.unit}.service    # to try it now",
    ]
    parts = [
        _remarks(comments),
        [f"# {manager.folder}/{job.unit}.service", *_service(job, manager)],
        [f"# {manager.folder}/{job.unit}.timer", *_timer(job, when)],
        [f"# {manager.folder}/{FAILED}@.service", *_teller(manager)],
    ]
    return "\n\n".join("\n".join(part) for part in parts)


def _service(job: Job, manager: Manager) -> list[str]:
    return [
        "[Unit]",
        f"Description=shopinf {job.name}",
        f"OnFailure={FAILED}@%n.service",
        "",
        "[Service]",
        "Type=oneshot",
        *(["User=root"] if manager.root else []),
        f"WorkingDirectory={_specifiers(job.folder)}",
        *(f'Environment="{_unit_text(f"{name}={value}")}"' for name, value in job.environment.items()),
        *_given_secrets(job),
        *_remarks([f"Exit codes that systemctl status shows: {EXIT_CODES}."]),
        *(["# One after the other; where one fails, those after it do not run."] if len(job.steps) > 1 else []),
        *(f"ExecStart={' '.join(map(_unit_word, words))}" for words in job.steps),
        "UMask=0077",
        "NoNewPrivileges=true",
    ]


def _given_secrets(job: Job) -> list[str]:
    loaded = [f"LoadCredential={each.id}:{_specifiers(each.file)}" for each in job.credentials]
    lines = _remarks(about_secrets(job))
    if job.variables:
        lines.append(f"EnvironmentFile=-{_specifiers(job.variables_file)}")
    if job.credentials_loaded:
        return [*lines, *loaded]
    if loaded:
        lines.append("# Or files that systemd hands over, each with nothing but the value in it (chmod 600):")
    return [*lines, *(f"# {line}" for line in loaded)]


def _timer(job: Job, when: When) -> list[str]:
    return [
        "[Unit]",
        f"Description=shopinf {job.name}, {when.words()} UTC",
        "",
        "[Timer]",
        f"OnCalendar={when.on_calendar()}",
        "# A run that was missed because the machine was off is made up for.",
        "Persistent=true",
        "RandomizedDelaySec=5min",
        "",
        "[Install]",
        "WantedBy=timers.target",
    ]


def _teller(manager: Manager) -> list[str]:
    status = f'{manager.systemctl} status --full --lines=50 "%i"'
    return [
        "[Unit]",
        "Description=Tell that %i failed",
        "",
        "[Service]",
        "Type=oneshot",
        "# Anything that reaches you will do; this needs a mail command.",
        f"""ExecStart=/bin/sh -c '{status} | mail -s "%i failed on %H" %u'""",
    ]


def why(job: Job, when: When) -> list[str]:
    """What that hour is good for."""
    if job.last_zone is None or when.rhythm is Rhythm.HOUR:
        return []
    over = f"By then {_BEFORE[when.rhythm]} is over in every store, whatever the season"
    return [f"{over} (last in {job.last_zone}), and late orders have had two hours."]


def _why_local(when: When) -> list[str]:
    if when.rhythm is Rhythm.HOUR:
        return []
    return [
        "Cron goes by the local time, and not every one knows CRON_TZ (Debian's does not). No clock change skips or "
        "repeats this hour."
    ]


def about_secrets(job: Job, *, written: str = "(chmod 600), one NAME='value' a line") -> list[str]:
    """Where the job's secrets are to be; *written*: how, in the file that has those of variables."""
    lines = []
    if job.variables:
        lines += [
            f"Keys come from a file that only you may read {written} for each of these:",
            f"    {job.variables_file}",
            *(f"    {name}" for name in job.variables),
        ]
    if job.keyring:
        lines += [
            f"The keys of {listed(job.keyring)} are in the keyring, which has to be unlocked when this runs: "
            "somebody has logged in to the desktop since the machine was started. Where nobody does, print this again "
            f"with {', '.join(each.variable for each in job.credentials if each.variable not in job.variables)} set.",
        ]
    if job.credentials_loaded:
        lines.append("Keys come from credential files, which have to be there when this runs.")
    return lines


def _remarks(sentences: Iterable[str]) -> list[str]:
    """Each sentence as comment lines of a comfortable width; one that is indented stays a line."""
    return [
        f"# {line}"
        for text in sentences
        for line in (
            [text]
            if text.startswith(" ")
            else textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
        )
    ]


def _shell_word(word: str) -> str:
    """*word* for a shell, also after cron has taken a backslash away from before each backslash or %."""
    return re.sub(r"\\(?=[\\%])", r"\\''", shlex.quote(word))


def _unit_word(word: str) -> str:
    """*word* for ExecStart=, where $ and % mean something, too."""
    text = _unit_text(word).replace("$", "$$")
    return text if _PLAIN.fullmatch(word) else f'"{text}"'


def _unit_text(text: str) -> str:
    """*text* as it stands between double quotes in a unit."""
    return _specifiers(text.replace("\\", "\\\\").replace('"', '\\"'))


def _specifiers(text: str) -> str:
    return text.replace("%", "%%")
