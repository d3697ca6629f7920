"""The file of `stores export`: connected stores on their way to a colleague or another machine, without secrets."""

from __future__ import annotations

import json
import re
import secrets
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shopinf import installation
from shopinf.commands.stores.target import practice_address
from shopinf.errors import BadInput, BadSheet
from shopinf.local.storevalues import lacking
from shopinf.stores import HANDLE, MYSHOPIFY, Auth, Store
from shopinf.times import iso

SCHEMA = "shopinf.stores.export/1"

# Each field, what it must be, and whether a store can be without it.
_KINDS: dict[str, type] = {
    **dict.fromkeys("name domain auth title storefront plan currency timezone api_version url group".split(), str),
    "shop_id": int,
    **dict.fromkeys(("read_only", "disabled"), bool),
    **dict.fromkeys(("aliases", "scopes"), list),
}
# How the same export begins as CSV and as JSON lines.
_OTHER_FORMS = ("name,domain,auth,", '{"name":')
_NEEDED = ("name", "shop_id", "domain")
EXPORTED = [*_KINDS, "connected_at"]


def exported(store: Store) -> dict[str, Any]:
    """A store as `stores export` writes it."""
    row = {field: getattr(store, field) for field in _KINDS}
    lists = {"aliases": list(store.aliases), "scopes": list(store.scopes)}
    return {**row, **lists, "auth": store.auth.value, "connected_at": iso(store.connected_at, store.shown_zone)}


def read_export(file: Path, stdin: TextIO) -> list[Store]:
    """The stores of a file of `stores export` (`-`: standard input), not connected yet: each lacks its credentials."""
    text, place = _text(file, stdin)
    try:
        found = json.loads(text)
    except ValueError as error:
        if text.lstrip().startswith(_OTHER_FORMS):
            raise _wrong(place, "this is an export for spreadsheets or scripts; an import reads JSON") from None
        raise _wrong(place, "this is not JSON", line=getattr(error, "lineno", None)) from None
    if not isinstance(found, dict):
        raise _wrong(place, "there are no exported stores in it")
    _check_schema(place, found)
    if not isinstance(found.get("rows"), list):
        raise _wrong(place, "there are no exported stores in it")
    return [_store(place, number, row) for number, row in enumerate(found["rows"], 1)]


def _text(file: Path, stdin: TextIO) -> tuple[str, str]:
    """What is to be read, and what to call the place it came from."""
    if str(file) == "-":
        if stdin.isatty():
            raise BadInput(
                "Standard input is read, and nothing is connected to it",
                hint="Name a file, or pipe an export in: shopinf stores export | shopinf stores import -",
            )
        return stdin.read().removeprefix("\ufeff"), "standard input"
    try:
        return file.expanduser().read_text(encoding="utf-8-sig"), str(file)
    except (OSError, UnicodeDecodeError) as error:
        words = error.strerror if isinstance(error, OSError) else "it is not text"
        raise BadInput(f"{file} cannot be read: {words}", hint="Name a file of `shopinf stores export`.") from None


def _check_schema(place: str, found: dict[str, Any]) -> None:
    """Refuse another answer of shopinf, and what a newer one exported."""
    match found:
        case {"schema": str(schema)} if schema != SCHEMA:
            name, _, version = schema[:80].rpartition("/")
            if name == SCHEMA.rpartition("/")[0] and version.isdecimal():
                raise BadSheet(
                    place,
                    f"this was written by a newer shopinf ({schema}; this one reads {SCHEMA})",
                    hint=installation.to_update(),
                )
            raise _wrong(place, f"this is {schema[:80]}, not exported stores")
        case {"name": _, "domain": _, "shop_id": _}:
            raise _wrong(place, "this is an export for spreadsheets or scripts; an import reads JSON")


def _store(place: str, number: int, row: Any) -> Store:
    if not isinstance(row, dict):
        raise _wrong(place, f"store {number} is not a table of fields")
    values: dict[str, Any] = {}
    for field, kind in _KINDS.items():
        value: Any = row.get(field)
        if value is None and field not in _NEEDED:
            continue
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise _wrong(place, f"{field} of store {number} is missing or of another kind")
        values[field] = value
    for field in ("aliases", "scopes"):
        values[field] = tuple(str(one) for one in values.get(field, ()))
    if not MYSHOPIFY.fullmatch(values["domain"]):
        raise _wrong(place, f"domain of store {number} is not a myshopify.com domain")
    if values.get("auth", Auth.ADMIN_TOKEN) not in list(Auth):
        raise _wrong(place, f"auth of store {number} is none that shopinf knows")
    if problem := _problem(values):
        raise _wrong(place, f"{problem} of store {number} cannot be used")
    auth = Auth(values.pop("auth", Auth.ADMIN_TOKEN))
    # No connected_at: a store is connected where its credentials are.
    return Store(**values, auth=auth, connection=secrets.token_hex(4))


def _problem(values: dict[str, Any]) -> str | None:
    """The first field whose text means nothing: what leads to another machine, or nowhere."""
    for field in ("name", "shop_id", "api_version"):
        if field in values and lacking(field, values[field]):
            return field
    try:
        ZoneInfo(values.get("timezone", "UTC"))
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return "timezone"
    if not re.fullmatch(r"[A-Z]{3}", values.get("currency", "USD")):
        return "currency"
    if not all(HANDLE.fullmatch(alias) for alias in values["aliases"]):
        return "aliases"
    try:
        if values.get("url"):
            values["url"] = practice_address(values["url"])
    except BadInput:
        return "url"
    return None


def _wrong(place: str, what: str, *, line: int | None = None) -> BadSheet:
    return BadSheet(place, what, line=line, hint="Make the file anew: shopinf stores export -o stores.json")
