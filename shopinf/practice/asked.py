"""One request on its way: what was asked, what is answered, and how an endpoint is declared."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request

from .times import epoch

if TYPE_CHECKING:
    from .store import PracticeStore

Json = dict[str, Any]


@dataclass
class Answer:
    """A status, a body (dict: JSON; bytes: JSON written already; str: HTML; None: empty) and headers."""

    status: int = 200
    body: Json | bytes | str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    effect: bool = True  # False: though it is no error, nothing was carried out


class Refused(Exception):
    """A request that gets an error for an answer."""

    def __init__(self, status: int, body: Json | str | None, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, body)
        self.answer = Answer(status, body, headers or {})


def errors(status: int, what: str | Json) -> Refused:
    """Make the usual refusal: ``{"errors": …}``."""
    return Refused(status, {"errors": what})


def not_found() -> Refused:
    """Make the refusal for what is not there."""
    return errors(404, "Not Found")


@dataclass
class Asked:
    """A request to the Admin API of one shop."""

    shop: PracticeStore
    request: Request
    version: str = ""
    places: dict[str, str] = field(default_factory=dict)
    allowed: Callable[[str], bool] = bool  # does the app have that scope?

    @property
    def base(self) -> str:
        """Scheme and host as the client used them: links point back there."""
        return self.request.host_url.rstrip("/")

    @property
    def args(self) -> dict[str, str]:
        return self.request.args.to_dict()

    def link(self, path: str) -> str:
        """Give the address of a resource in the version asked for."""
        return f"{self.base}/admin/api/{self.version}/{path}"

    def id(self, name: str = "id") -> int:
        """Read an id out of the path; what is no number is a bad request."""
        text = self.places[name]
        if not text.isdigit():
            raise errors(400, {name: "expected String to be a id"})
        return int(text)

    def body(self) -> Json:
        """Read the JSON body; another content type brings no parameters."""
        kind = self.request.mimetype
        data = self.request.get_data()
        if kind in ("application/xml", "text/xml"):
            raise errors(415, "Unsupported Media Type")
        if kind != "application/json":
            return {}
        if not data.strip():
            return {}
        try:
            read = json.loads(data)
        except ValueError:
            start = data[:20].decode("utf-8", "replace")
            raise Refused(400, {"error": f"822: unexpected token at '{start}'"}) from None
        return read if isinstance(read, dict) else {}

    def root(self, name: str) -> Json:
        """Read the body's one object: ``{"order": {…}}``."""
        found = self.body().get(name)
        if found is None:
            raise errors(400, {name: "Required parameter missing or invalid"})
        if not isinstance(found, dict):
            raise errors(400, {name: f"expected {ruby(found)} to be a Hash"})
        return found

    def moment(self, name: str) -> int | None:
        """Read a time out of the query."""
        text = self.args.get(name)
        if not text:
            return None
        zone = self.shop.zone if self.shop.naive_times == "shop" else None
        try:
            return epoch(text, zone)
        except ValueError:
            raise errors(400, {name: "Invalid value."}) from None

    def whole(self, name: str) -> int | None:
        """Read a whole number out of the query."""
        text = self.args.get(name)
        if text is None or text == "":
            return None
        if not text.isdigit():
            raise errors(400, {name: "expected String to be a id" if name.endswith("id") else "Invalid value."})
        return int(text)

    def numbers(self, name: str) -> list[int] | None:
        """Read a comma list of ids out of the query."""
        text = self.args.get(name)
        if text is None:
            return None
        parts = [part.strip() for part in text.split(",") if part.strip()]
        if not all(part.isdigit() for part in parts):
            raise errors(400, {name: "expected String to be a id"})
        return [int(part) for part in parts]

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        """Read one of some words out of the query."""
        word = self.args.get(name) or default
        if word not in allowed:
            raise errors(400, {name: "Invalid value."})
        return word

    def fields(self) -> tuple[str, ...] | None:
        """Read which fields are wanted; None for all."""
        fields = self.args.get("fields")
        return tuple([name.strip() for name in fields.split(",")]) if fields else None

    def trim(self, record: Json) -> Json:
        """Keep the fields asked for, of a record about to be answered."""
        return trimmed(record, self.fields())


def trimmed(record: Json, fields: tuple[str, ...] | None) -> Json:
    """Keep *fields* of a record; None keeps all."""
    return record if fields is None else {name: record[name] for name in fields if name in record}


def ruby(value: Any) -> str:
    """Name a JSON value's type as the API's messages do."""
    if isinstance(value, str):
        return "String"
    if isinstance(value, list):
        return "Array"
    return "Integer" if isinstance(value, int) else "Float"


PERSONAL = {"first_name", "last_name", "email", "contact_email", "phone", "address1", "address2", "zip"}
PERSONAL |= {"latitude", "longitude"}


def redacted(value: Any, how: str) -> Any:
    """Empty ("null") or leave out ("missing") the personal fields of protected customer data, all the way down."""
    if isinstance(value, list):
        return [redacted(one, how) for one in value]
    if not isinstance(value, dict):
        return value
    place = "address1" in value
    out: Json = {}
    for key, one in value.items():
        if key in PERSONAL or (place and key == "name"):
            if how == "null":
                out[key] = None
        elif isinstance(one, (dict, list)):
            out[key] = redacted(one, how)
        else:
            out[key] = one
    return out


Handler = Callable[[Asked], Answer]


@dataclass(frozen=True)
class Route:
    """An endpoint: its method, its path, the scope it takes and whether it shows protected customer data."""

    method: str
    path: str
    handler: Handler
    scope: str | None = None
    personal: bool = False
    unversioned: bool = False


ROUTES: list[Route] = []


def route(
    method: str, path: str, scope: str | None = None, *, personal: bool = False, unversioned: bool = False
) -> Callable[[Handler], Handler]:
    """Declare an endpoint below ``/admin/api/{version}/`` (or from the root, when *unversioned*)."""

    def declare(handler: Handler) -> Handler:
        ROUTES.append(Route(method, path, handler, scope, personal, unversioned))
        return handler

    return declare
