"""The three values of a connection: read from lines, checked for what cannot be sent, and recognised in a wrong field.

Shopify's documentation shows tokens with and without a prefix, so a format never refuses by itself; it only helps to
say what went wrong after Shopify refused.
"""

from __future__ import annotations

from collections.abc import Iterable

from shopinf.errors import CredentialsProblem
from shopinf.stores import Credentials, Secret

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


def read_lines(lines: Iterable[str]) -> Credentials:
    """Read `API_KEY=…`, `API_SECRET_KEY=…`, `ACCESS_TOKEN=…`; blank lines and `#` comments are passed over.

    A line that is none of these is named by its number, never shown.
    """
    values: dict[str, Secret] = {}
    for number, line in enumerate(lines, 1):
        text = line.strip().lstrip("\ufeff").removeprefix("export ").strip()
        if not text or text.startswith("#"):
            continue
        key, sign, value = text.partition("=")
        field = key.strip().lower().removeprefix("shopify_")
        if not sign or field not in FIELDS:
            raise CredentialsProblem(
                f"Line {number} of standard input is not API_KEY=…, API_SECRET_KEY=… or ACCESS_TOKEN=…",
                hint="Give one value a line, by these names.",
            )
        if field in values:
            raise CredentialsProblem(f"{key.strip()} was given twice (again in line {number} of standard input)")
        if cleaned := value.strip().strip("\"'").strip():
            values[field] = Secret(cleaned)
    return Credentials(**values)


def check_sendable(credentials: Credentials) -> None:
    """Refuse what could never travel in a header: spaces inside, control signs, letters beyond ASCII."""
    for field, name in FIELDS.items():
        secret: Secret | None = getattr(credentials, field)
        if secret and any(not 33 <= ord(sign) <= 126 for sign in secret.reveal()):
            raise CredentialsProblem(
                f"The value given as {name} has a sign in it that no such value has (a space, a line break, an accent)",
                hint="Copy it anew from Shopify, with nothing around it.",
            )


def misplaced(credentials: Credentials) -> list[str]:
    """Sentences about values that look as if they stand in a wrong field, or as if they were cut off."""
    said: list[str] = []
    for field, name in FIELDS.items():
        secret: Secret | None = getattr(credentials, field)
        if not secret:
            continue
        text = secret.reveal()
        belongs = next((home for prefix, home in _PREFIXES.items() if text.startswith(prefix)), None)
        if belongs and belongs != field:
            said.append(f"the value given as {name} looks like an {FIELDS[belongs]}")
        elif belongs and len(text) < 38:
            said.append(f"the value given as {name} looks cut off ({len(text)} signs; Shopify's have 38)")
        elif field == "api_key" and len(text) != 32:
            said.append(f"the value given as {name} has {len(text)} signs; Shopify's have 32")
    token = credentials.access_token
    if token and token == credentials.api_key:
        said.append(f"the value given as {FIELDS['access_token']} is the same as the {FIELDS['api_key']}")
    elif token and token == credentials.api_secret_key:
        said.append(f"the value given as {FIELDS['access_token']} is the same as the {FIELDS['api_secret_key']}")
    return said
