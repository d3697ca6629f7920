"""The three values of a connection: read from lines, checked for what cannot be sent, and recognised in a wrong field.

Shopify's documentation shows tokens with and without a prefix, so a format never refuses by itself; it only helps to
say what went wrong after Shopify refused.
"""

from __future__ import annotations

import re
from typing import TextIO

from shopinf.errors import CredentialsProblem
from shopinf.stores import Credentials, Secret
from shopinf.valuelines import handed_over

# Field, Shopify's own name for it, the prefix that Shopify gives to most of its values.
FIELDS = {
    "api_key": "API key (Client ID)",
    "api_secret_key": "API secret key (Client secret)",
    "access_token": "Admin API access token",
}
_PREFIXES = {
    "shpat_": "access_token",
    "shpca_": "access_token",
    "shpua_": "access_token",
    "shppa_": "access_token",
    "shpss_": "api_secret_key",
}
_HEX = r"[0-9a-f]{32}"


def handed_credentials(stdin: TextIO | None) -> Credentials:
    """What standard input has under `API_KEY=…`, `API_SECRET_KEY=…` and `ACCESS_TOKEN=…`."""
    names = [field.upper() for field in FIELDS]
    values = handed_over(stdin, names, prefix="SHOPIFY_", command="shopinf connect STORE")
    return Credentials(**{name.lower(): Secret(value) for name, value in values.items()})


def check_sendable(credentials: Credentials) -> None:
    """Refuse what could never travel in a header: spaces inside, control signs, letters beyond ASCII."""
    for field, name in FIELDS.items():
        secret: Secret | None = getattr(credentials, field)
        if secret and any(not 33 <= ord(sign) <= 126 for sign in secret.reveal()):
            raise CredentialsProblem(
                f"The value given as {name} has a sign in it that no such value has (a space, a line break, an accent)",
                hint="Copy it anew from Shopify, with nothing around it.",
            )


def in_wrong_field(credentials: Credentials) -> list[str]:
    """Sentences about values that begin as those of another field do, or that were given twice."""
    said: list[str] = []
    for field, name in FIELDS.items():
        secret: Secret | None = getattr(credentials, field)
        home = _home(secret.reveal()) if secret else None
        if home and home[0] != field:
            said.append(f"the value given as {name} looks like an {FIELDS[home[0]]}")
    token = credentials.access_token
    for field in ("api_key", "api_secret_key"):
        if token and token == getattr(credentials, field):
            said.append(f"the value given as {FIELDS['access_token']} is the same as the {FIELDS[field]}")
    return said


def misplaced(credentials: Credentials) -> list[str]:
    """Sentences about values that look as if they stand in a wrong field, or as if they were cut off or garbled."""
    said = in_wrong_field(credentials)
    for field, name in FIELDS.items():
        secret: Secret | None = getattr(credentials, field)
        if not secret:
            continue
        text = secret.reveal()
        match _home(text):
            case (home, prefix) if home == field:
                wrong = _unlike(text.removeprefix(prefix), len(prefix))
            case None if field == "api_key":
                wrong = _unlike(text, 0)
            case None if field == "access_token" and re.fullmatch(_HEX, text):
                wrong = f"looks like an {FIELDS['api_key']}, since it has no shpat_ before it"
            case _:
                wrong = None
        if wrong:
            said.append(f"the value given as {name} {wrong}")
    return said


def _home(text: str) -> tuple[str, str] | None:
    """The field that *text* belongs to by its prefix, and the prefix."""
    return next(((home, prefix) for prefix, home in _PREFIXES.items() if text.startswith(prefix)), None)


def _unlike(text: str, before: int) -> str | None:
    """How *text*, behind a prefix of *before* signs, differs from the 32 hexadecimal signs that Shopify gives out."""
    if len(text) < 32:
        return f"looks cut off ({before + len(text)} signs; Shopify's have {before + 32})"
    if len(text) > 32:
        return f"is too long ({before + len(text)} signs; Shopify's have {before + 32})"
    return None if re.fullmatch(_HEX, text) else "has signs in it that Shopify's do not have"
