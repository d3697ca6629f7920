"""The user's own settings: `config.toml`, made once with comments, afterwards only read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from shopinf.errors import BadInput, MachineProblem, ShopinfError
from shopinf.letterhead import Language, read_colour
from shopinf.local.places import Places
from shopinf.local.toml import Toml, kind_of, read_toml
from shopinf.nearest import nearest
from shopinf.stores import DEFAULT_API_VERSION, Secret
from shopinf.words import listed

LEDGER_VARIABLE = "SHOPINF_LEDGER_URL"

TEMPLATE = """\
# Settings of shopinf. Remove the "# " before a key to use it; shopinf reads this file and never changes it.
# Secrets do not belong here: `shopinf connect STORE` keeps them in the keyring.

# A PostgreSQL database that a team shares as its ledger, instead of ledger.db on this machine. Without the password:
# that one comes with SHOPINF_LEDGER_URL (the whole address), PGPASSWORD or ~/.pgpass.
# ledger_url = "postgresql://shopinf@db.example.com/shopinf"

# The version of Shopify's Admin API for stores connected from now on.
# api_version = "{api_version}"

# Seconds to wait for another shopinf run that works on the same store; --wait says otherwise.
# wait = 60

# Which influencer gets an order with several influencers' codes: "largest" discount, or "split"; --multi-code.
# multi_code = "largest"

# Commission where neither the code nor the influencer has a rate: "10%" or an amount per order, "5.00"; --commission.
# commission = "10%"

# Count an order and its refunds on the day of the "order", or each on the day of its own "event"; --date.
# date = "order"

# The agency's name: on pages, statements and mails, and in payment files.
# agency = "Nordlicht GmbH"

# The agency's logo on pages and statements: a PNG, JPEG or SVG file, beside this one or with its whole path.
# agency_logo = "logo.png"

# The agency's colour, for charts and headings; one that could not be read is made darker or lighter.
# agency_accent = "#2b5a4d"

# The language of pages, statements, workbooks and mails: "en", "de", "fr", "es", "it" or "nl"; --language.
# language = "en"

# Another language for the pages of single stores or groups, by their names here.
# languages = {{ nordlicht = "de" }}

# The account that pays influencers, for the banks' files of `payouts pay --rail sepa`.
# payer_iban = "DE02120300000000202051"

# Sites that collect codes, besides those that are known to everybody: who comes from there got the code there.
# coupon_hosts = ["couponsite.example"]
"""

_HINT = "Correct that line; a `#` before it switches it off."
_SECRET_WORDS = re.compile(r"token|secret|passw|api_?key", re.IGNORECASE)


def settings() -> Iterator[tuple[str, str, str]]:
    """Each setting with an example and what it is for, as the comments of a new `config.toml` say it."""
    words: list[str] = []
    for line in TEMPLATE.format(api_version=DEFAULT_API_VERSION).splitlines():
        if found := re.fullmatch(r"# (\w+) = (.+)", line):
            yield found[1], found[2].strip('"'), " ".join(words)
        elif line.startswith("# "):
            words.append(line.removeprefix("# "))
            continue
        words = []


@dataclass(frozen=True, slots=True)
class Config:
    """Settings in force: what the user wrote, and what holds where nothing was written."""

    ledger_url: Secret | None = None  # a Secret, since what comes from the environment may hold a password
    api_version: str = DEFAULT_API_VERSION
    wait: float = 60.0  # seconds
    multi_code: str = "largest"  # or split
    commission: str | None = None  # as it is typed: `10%` or `5.00`
    date: str = "order"  # or event
    agency: str | None = None  # whose name pages and payments carry
    agency_logo: str | None = None  # a file, seen from the folder of the configuration
    agency_accent: str = ""  # `#2b5a4d`
    language: Language = Language.EN  # of what others read; the terminal speaks English
    languages: Mapping[str, Language] = field(default_factory=dict)  # of single stores or groups, by their folded names
    payer_iban: str | None = None  # the account that pays, in a bank's file
    coupon_hosts: tuple[str, ...] = ()  # sites that live by codes, besides those that are known to everybody


def load_config(places: Places, environ: Mapping[str, str]) -> Config:
    """Read `config.toml`, making it with its comments where there is none yet; the environment's ledger goes first."""
    file = read_toml(places.config_file, hint=_HINT)
    if file is None:
        # A home that cannot be written is no reason to stop: there is nothing in the file yet.
        with suppress(MachineProblem):
            places.write_private(places.config_file, TEMPLATE.format(api_version=DEFAULT_API_VERSION).encode())
        settings: dict[str, Any] = {}
    else:
        settings = {key: _checked(file, key, value) for key, value in file.values.items()}
    if url := environ.get(LEDGER_VARIABLE, "").strip():
        settings["ledger_url"] = Secret(url)
    return Config(**settings)


def _checked(file: Toml, key: str, value: object) -> object:
    line = file.line_of(key)
    if key not in _READERS:
        raise _unknown(file, key, line)
    try:
        return _READERS[key](value)
    except _Wrong as wrong:
        raise file.wrong(f"{key} {wrong}", line, hint=_HINT) from None
    except BadInput as refused:
        raise file.wrong(refused.message, line, hint=refused.hint) from None


def _unknown(file: Toml, key: str, line: int | None) -> ShopinfError:
    if _SECRET_WORDS.search(key):
        return file.wrong(
            f"{key} looks like a secret, and secrets do not belong in this file",
            line,
            hint="Remove that line; `shopinf connect STORE` keeps secrets in the keyring.",
        )
    near = nearest(key, _READERS)
    hint = f"Did you mean {near}?" if near else f"The settings are {', '.join(_READERS)}."
    return file.wrong(f"there is no setting {key!r}", line, hint=hint)


class _Wrong(Exception):
    """A value that its key cannot have; the text continues a sentence that begins with the key."""


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _Wrong(f"must be text in quotes, not {kind_of(value)}")
    if not value.strip():
        raise _Wrong("is empty")
    return value.strip()


def _one_of(*words: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        text = _text(value).lower()
        if text not in words:
            raise _Wrong(f"must be {' or '.join(words)}, not {text[:40]!r}")
        return text

    return read


def _ledger_url(value: object) -> Secret:
    url = _text(value)
    if has_password(url):
        raise BadInput(
            "ledger_url holds a password, which does not belong in this file",
            hint=f"Take it out and set {LEDGER_VARIABLE} to the whole address.",
        )
    return Secret(url)


def _api_version(value: object) -> str:
    text = _text(value)
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])|unstable", text):
        raise _Wrong(f'must look like "{DEFAULT_API_VERSION}", not {text[:40]!r}')
    return text


def _iban(value: object) -> str:
    text = "".join(_text(value).split()).upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", text):
        raise _Wrong("must be an IBAN, like DE02120300000000202051")
    return text


def _picture(value: object) -> str:
    text = _text(value)
    if not text.lower().endswith((".png", ".jpg", ".jpeg", ".svg")):
        raise _Wrong(f"must be a PNG, JPEG or SVG file, not {text[-40:]!r}")
    return text


def _colour(value: object) -> str:
    text = _text(value)
    if (found := read_colour(text)) is None:
        raise _Wrong(f'must be a colour like "#2b5a4d", not {text[:40]!r}')
    return found


def _language(value: object) -> Language:
    text = _text(value).lower()
    if text not in list(Language):
        raise _Wrong(f"must be {listed(list(Language), 'or')}, not {text[:40]!r}")
    return Language(text)


def _languages(value: object) -> Mapping[str, Language]:
    if not isinstance(value, dict):
        raise _Wrong(f'must be a table like {{ nordlicht = "de" }}, not {kind_of(value)}')
    found = {}
    for name, language in value.items():
        try:
            found[name.strip().casefold()] = _language(language)
        except _Wrong as wrong:
            raise _Wrong(f"of {name} {wrong}") from None
    return found


def _hosts(value: object) -> tuple[str, ...]:
    from shopinf.leaks.visits import host_of

    if not isinstance(value, list):
        raise _Wrong(f'must be a list like ["couponsite.example"], not {kind_of(value)}')
    hosts = [host_of(_text(each)) for each in value]
    if wrong := next((each for each, host in zip(value, hosts, strict=True) if host is None), None):
        raise _Wrong(f"names {str(wrong)[:40]!r}, which is no host")
    return tuple(host for host in hosts if host)


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Wrong(f"must be a number of seconds, not {kind_of(value)}")
    if not 0 <= value <= 86400:
        raise _Wrong("must be between 0 and 86400 seconds")
    return float(value)


def _commission(value: object) -> str:
    from shopinf.payouts.rates import read_rate

    text = _text(value)
    read_rate(text)
    return text


_READERS: Mapping[str, Callable[[object], object]] = {
    "ledger_url": _ledger_url,
    "api_version": _api_version,
    "wait": _seconds,
    "multi_code": _one_of("largest", "split"),
    "commission": _commission,
    "date": _one_of("order", "event"),
    "agency": _text,
    "agency_logo": _picture,
    "agency_accent": _colour,
    "language": _language,
    "languages": _languages,
    "payer_iban": _iban,
    "coupon_hosts": _hosts,
}

# As far as the last @: a password that nobody percent-encoded may hold one itself, and too much hidden is no harm.
_USERINFO = re.compile(r"(://[^:@/?]*:)(.+)(?=@)", re.DOTALL)
_PARAMETER = re.compile(r"(?i)(\b[\w-]*(?:passw|pwd|secret|token)[\w-]*\s*=\s*)('[^']*'|[^&#\s]+)")


def mask_url(url: str) -> str:
    """*url* with `***` in place of every password, for people to read."""
    return _PARAMETER.sub(r"\1***", _USERINFO.sub(r"\1***", url))


@contextmanager
def ledger_named(places: Places, environ: Mapping[str, str], url: Secret) -> Iterator[str]:
    """The ledger's address without its password; where it is refused in the block, it is said where it was given."""
    try:
        yield mask_url(url.reveal())
    except BadInput as refused:
        where = LEDGER_VARIABLE if environ.get(LEDGER_VARIABLE, "").strip() else f"{places.config_file}, ledger_url"
        raise BadInput(f"{where}: {refused.message}", hint=refused.hint) from None


def has_password(url: str) -> bool:
    """Does *url* hold a password, before the host or as a parameter?"""
    return bool(_USERINFO.search(url) or _PARAMETER.search(url))
