"""What a command needs when nobody is there: its program, its folder, its environment, and where its secrets are."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from shopinf.commands.options import StoreChoice
from shopinf.commands.schedule.chain import SENDING, Asked
from shopinf.delivery.ways import WAYS, Via, Way
from shopinf.local.choosing import VARIABLE as STORE_VARIABLE
from shopinf.local.config import LEDGER_VARIABLE, has_password
from shopinf.local.keyvault import REPORTS
from shopinf.local.machine import program, session_bus, user_id
from shopinf.local.oskeyring import BUS
from shopinf.local.vault import DIRECTORY
from shopinf.notices import VARIABLE as NOTIFY
from shopinf.schedules.timers import Credential, Job
from shopinf.schedules.times import last_to_begin
from shopinf.sources.catalogue import NAMES, kind
from shopinf.stores import Auth, Store, variable_stem
from shopinf.words import listed
from shopinf.work.reports.keys import found, outside

if TYPE_CHECKING:
    from shopinf.desk import Desk

LOG_VARIABLE = "SHOPINF_LOG_FILE"
CREDSTORE = Path("/etc/credstore")  # where systemd itself looks for the machine's credentials
_BACKEND = "PYTHON_KEYRING_BACKEND"
_PLACES = ("XDG_CONFIG_HOME", "XDG_DATA_HOME")
_NETWORK = ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_LOOKING_UP = {("customers", "enrich"), ("livecapture", "run"), ("livecapture", "leads")}


@dataclass(slots=True)
class Secrets:
    """Where a job's secrets are, by name."""

    variables: list[str] = field(default_factory=list)
    credentials: list[Credential] = field(default_factory=list)
    keyring: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)  # stores whose secrets are nowhere now
    loaded: bool = False


def stores_of(desk: Desk, chain: Sequence[Asked]) -> list[Store]:
    """The stores that the commands will work on, each once; the doctor looks at each."""
    found: dict[int, Store] = {}
    for asked in chain:
        if asked.path == ("doctor",):
            found |= {store.shop_id: store for store in desk.book.all() if not store.disabled}
        elif asked.stores is not None:
            found |= {store.shop_id: store for store in desk.stores(asked.stores)}
    return [*found.values()]


def job_of(desk: Desk, chain: Sequence[Asked], stores: Sequence[Store], notes: Sequence[str]) -> Job:
    """*chain* with everything that a timer has to give it."""
    desk.places.make()
    secrets = _secrets(desk, chain, stores)
    environment, hidden = _environment(desk, chain, stores)
    if secrets.loaded:
        environment[DIRECTORY] = desk.environ[DIRECTORY].strip()
    if secrets.keyring:
        environment |= {_BACKEND: desk.environ[_BACKEND]} if desk.environ.get(_BACKEND) else {}
        environment |= {BUS: bus} if (bus := session_bus(desk.vault.backend(), user_id())) else {}
    ours = program(sys.argv[0], sys.executable)
    return Job(
        steps=tuple((*ours, *_manners(desk, asked), *asked.words) for asked in chain),
        name=", then ".join(asked.name for asked in chain),
        unit=_unit(chain),
        folder=str(Path.cwd()),
        environment=environment,
        variables=tuple(dict.fromkeys([*secrets.variables, *hidden])),
        variables_file=str(desk.places.config / "secrets.env"),
        credentials=tuple(dict.fromkeys(secrets.credentials)),
        credentials_loaded=secrets.loaded,
        keyring=tuple(dict.fromkeys(secrets.keyring)),
        last_zone=last_to_begin([store.zone for store in stores], desk.clock.now().date()).key if stores else None,
        notes=(*notes, *([f"Nothing has the keys of {listed(secrets.missing)} now."] if secrets.missing else [])),
    )


def _manners(desk: Desk, asked: Asked) -> Iterator[str]:
    """Before the command, since it may end with arguments after `--`: errors only, and the rest into a log."""
    if not asked.given.get("quiet"):
        yield "--quiet"
    if not asked.given.get("log_file"):
        named = desk.environ.get(LOG_VARIABLE)
        log = Path(named).expanduser().absolute() if named else desk.places.data / "shopinf.log"
        yield from ("--log-file", str(log))


def _environment(desk: Desk, chain: Sequence[Asked], stores: Sequence[Store]) -> tuple[dict[str, str], list[str]]:
    """The variables of this shell that the command needs, with their values; and those whose values are secrets."""
    environ = desk.environ
    names = [NOTIFY, *_CERTIFICATES, *_NETWORK, *(name.lower() for name in _NETWORK)]
    given: dict[str, str] = {}
    if environ.get("SHOPINF_HOME", "").strip():
        given["SHOPINF_HOME"] = str(desk.places.config)
    else:
        names = [*_PLACES, *names]
    if stores and any(asked.stores == StoreChoice() for asked in chain):
        names.append(STORE_VARIABLE)
    if desk.config.ledger_url:
        names += ["PGPASSFILE", "PGPASSWORD", LEDGER_VARIABLE]
    hidden = []
    for name in names:
        value = environ.get(name, "").strip()
        if not value:
            continue
        if name in ("PGPASSWORD", LEDGER_VARIABLE, NOTIFY) or has_password(value) or "@" in value:
            hidden.append(name)
        else:
            given[name] = value
    return given, hidden


def _secrets(desk: Desk, chain: Sequence[Asked], stores: Sequence[Store]) -> Secrets:
    secrets = Secrets()
    folder = CREDSTORE if user_id() == 0 else desk.places.config / "credentials"
    for store in stores:
        sources = desk.vault.overshadowing(store)
        loaded = any(source.startswith("$") for source in sources)
        names = [source.rpartition("/")[2].upper() for source in sources] or _variables(store)
        if loaded:
            secrets.loaded = True
        elif sources:
            secrets.variables += names
        elif desk.vault.backend().usable:
            secrets.keyring.append(store.name)
        else:
            secrets.variables += names
            secrets.missing.append(store.name)
        secrets.credentials += [_credential(desk, name, folder, loaded) for name in names]
    for asked in chain:
        for name in _sources(asked):
            names = kind(name).variables
            if present := [each for each in names if desk.environ.get(each, "").strip()]:
                secrets.variables += present
            elif name in (asked.given["source"] or ()) and desk.vault.backend().usable:
                secrets.keyring.append(name)
            else:
                continue
            secrets.credentials += [_credential(desk, each, folder, False) for each in present or names]
        if asked.path == SENDING:
            _add_way(desk, WAYS[asked.given["via"] or Via.SMTP], folder, secrets)
    return secrets


def _add_way(desk: Desk, way: Way, folder: Path, secrets: Secrets) -> None:
    """What opens the way that reports leave by: of its values those that there are, and no others."""
    there = outside(desk, way)
    kept = found(desk, way) if there is None and desk.vault.backend().usable else None
    holding = there or kept
    names = [REPORTS.variable(way.via, each) for each in (holding.keys if holding else way.fields)]
    loaded = there is not None and not any(desk.environ.get(name, "").strip() for name in names)
    if kept:
        secrets.keyring.append(way.title)
    elif loaded:
        secrets.loaded = True
    else:
        secrets.variables += names
    if holding is None:
        secrets.missing.append(way.title)
    secrets.credentials += [_credential(desk, name, folder, loaded) for name in names]


def _credential(desk: Desk, variable: str, folder: Path, loaded: bool) -> Credential:
    now = Path(desk.environ.get(DIRECTORY, "").strip())
    # What systemd has put below /run for this unit is not there for the next one.
    lasting = now if loaded and not now.is_relative_to("/run") else folder
    return Credential(variable, str(lasting / variable.lower()))


def _sources(asked: Asked) -> list[str]:
    """The providers that the command may ask: those named, and else all, since earlier runs chose them."""
    if asked.path not in _LOOKING_UP:
        return []
    named = asked.given.get("source")
    return [name for name in NAMES if not named or name in named]


def _variables(store: Store) -> list[str]:
    stem = variable_stem(store.handle)
    if store.auth is Auth.CLIENT_CREDENTIALS:
        return [f"{stem}_API_KEY", f"{stem}_API_SECRET_KEY"]
    return [f"{stem}_ACCESS_TOKEN"]


def _unit(chain: Sequence[Asked]) -> str:
    """A name that two timers of one command do not share easily: with the period, and the group or stores."""
    first = chain[0]
    choice = first.stores or StoreChoice()
    then = [word for asked in chain[1:] for word in asked.path]
    words = ["shopinf", *first.path, first.period or "", choice.group or "", *(choice.store or ()), *then]
    return "-".join(filter(None, (re.sub(r"[^a-z0-9]+", "-", word.lower()).strip("-") for word in words)))[:100]
