"""Connected stores on their way to a colleague or another machine: everything but the secrets."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

from shopinf.errors import BadInput, BadSheet
from shopinf.local.storebook import check_name
from shopinf.stores import MYSHOPIFY, Auth, Store
from shopinf.times import iso

# Each field, what it must be, and whether a store can be without it.
_KINDS: dict[str, type] = {
    **dict.fromkeys("name domain auth title storefront plan currency timezone api_version url group".split(), str),
    "shop_id": int,
    **dict.fromkeys(("read_only", "disabled"), bool),
    **dict.fromkeys(("aliases", "scopes"), list),
}
_NEEDED = ("name", "shop_id", "domain")
EXPORTED = [*_KINDS, "connected_at"]


def exported(store: Store) -> dict[str, Any]:
    """A store as `stores export` writes it."""
    row = {field: getattr(store, field) for field in _KINDS}
    lists = {"aliases": list(store.aliases), "scopes": list(store.scopes)}
    return {**row, **lists, "auth": store.auth.value, "connected_at": iso(store.connected_at, store.zone)}


def read_export(file: Path) -> list[Store]:
    """The stores of a file of `stores export`, not connected yet: each still lacks its credentials."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        words = error.strerror if isinstance(error, OSError) else "it is not text"
        raise BadInput(f"{file} cannot be read: {words}", hint="Name a file of `shopinf stores export`.") from None
    try:
        found = json.loads(text)
    except ValueError as error:
        raise _wrong(file, "this is not JSON", line=getattr(error, "lineno", None)) from None
    rows = found.get("rows") if isinstance(found, dict) else None
    if not isinstance(rows, list):
        raise _wrong(file, "there are no exported stores in it")
    return [_store(file, number, row) for number, row in enumerate(rows, 1)]


def _store(file: Path, number: int, row: Any) -> Store:
    if not isinstance(row, dict):
        raise _wrong(file, f"store {number} is not a table of fields")
    values: dict[str, Any] = {}
    for field, kind in _KINDS.items():
        value: Any = row.get(field)
        if value is None and field not in _NEEDED:
            continue
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise _wrong(file, f"{field} of store {number} is missing or of another kind")
        values[field] = value
    for field in ("aliases", "scopes"):
        values[field] = tuple(str(one) for one in values.get(field, ()))
    if not MYSHOPIFY.fullmatch(values["domain"]):
        raise _wrong(file, f"domain of store {number} is not a myshopify.com domain")
    if values.get("auth", Auth.ADMIN_TOKEN) not in list(Auth):
        raise _wrong(file, f"auth of store {number} is none that shopinf knows")
    check_name(values["name"])
    auth = Auth(values.pop("auth", Auth.ADMIN_TOKEN))
    # No connected_at: a store is connected where its credentials are.
    return Store(**values, auth=auth, connection=secrets.token_hex(4))


def _wrong(file: Path, what: str, *, line: int | None = None) -> BadSheet:
    return BadSheet(str(file), what, line=line, hint="Make the file anew: shopinf stores export -o stores.json")
