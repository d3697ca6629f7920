"""Lists in pages, as "Paginate results with REST" has them: limit, since_id, fields, Link with opaque cursors."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from .asked import Answer, Asked, errors, redacted, trimmed
from .records import Records

Json = dict[str, Any]
Keep = Callable[[int], bool]

MOST = 250
FEW = 50
SEE = "See https://shopify.dev/api/usage/pagination-rest for more information."
_SCAN_INSTEAD = 50_000  # a range wider than this is cheaper walked through than sorted


@dataclass
class Search:
    """What a listing looks for: its order, bounds of times, a list of ids, and further conditions."""

    shelf: Records
    order: str
    bounds: dict[str, tuple[int | None, int | None]] = field(default_factory=dict)
    since_id: int | None = None
    ids: list[int] | None = None
    keep: list[Keep] = field(default_factory=list)
    # for orders that are not a time or the id: what to sort by
    sort_key: Callable[[int], Any] | None = None

    @property
    def column(self) -> str:
        return self.order.split()[0]

    @property
    def descending(self) -> bool:
        return self.order.endswith(" desc")

    def fits(self, key: int, but: str | None = None) -> bool:
        """Tell whether a record is within all bounds (*but* one that is known) and conditions."""
        for column, (low, high) in self.bounds.items():
            if column == but:
                continue
            at = self.shelf.stamp(key, column)
            if (low is not None and at < low) or (high is not None and at > high):
                return False
        return all(keep(key) for keep in self.keep)

    def place(self, key: int) -> Any:
        """Give a record's place in this order."""
        return [self.sort_key(key), key] if self.sort_key else self.shelf.entry(key, self.column)

    def narrowest(self) -> str | None:
        """Find a bounded time that leaves so few that they can be sorted at each page."""
        best, fewest = None, min(_SCAN_INSTEAD, len(self.shelf) // 4)
        for column, (low, high) in self.bounds.items():
            count = self.shelf.count_between(column, low, high)
            if column != self.column and count < fewest:
                best, fewest = column, count
        return best

    def keys(self, beyond: Any = None, backwards: bool = False) -> Iterator[int]:
        """Yield the ids that are looked for, in order, from place *beyond* on (or back from it)."""
        down = self.descending != backwards
        narrow = self.narrowest() if self.ids is None and self.sort_key is None else None
        if narrow is not None and self.column == "id":
            lowest = max(self.since_id or 0, 0 if down else beyond or 0)
            within = self.shelf.ids_within(narrow, *self.bounds[narrow], lowest, beyond if down else None, down)
            yield from (key for key in within if self.fits(key, narrow))
            return
        if self.ids is not None or self.sort_key is not None or narrow is not None:
            some: Iterable[int]
            if self.ids is not None:
                some = [key for key in dict.fromkeys(self.ids) if key in self.shelf]
            elif self.sort_key is not None:
                some = list(self.shelf)
            else:
                assert narrow is not None
                some = self.shelf.keys_between(narrow, *self.bounds[narrow])
            placed = sorted(((self.place(key), key) for key in some), reverse=down)
            for place, key in placed:
                if beyond is not None and (place >= beyond if down else place <= beyond):
                    continue
                if (self.since_id is None or key > self.since_id) and self.fits(key):
                    yield key
            return
        if self.column == "id":
            low = self.since_id
            walk: Iterator[int]
            if down:
                walk = (k for k in self.shelf.ids_from(descending=True, before=beyond) if low is None or k > low)
            else:
                walk = self.shelf.ids_from(after=max(low or 0, beyond or 0))
            yield from (key for key in walk if self.fits(key))
            return
        bounds = self.bounds.get(self.column, (None, None))
        for key in self.shelf.keys_between(self.column, *bounds, down, beyond):
            if self.fits(key, self.column):
                yield key

    def count(self) -> int:
        """Count what is looked for."""
        if not self.keep and self.since_id is None and self.ids is None and len(self.bounds) <= 1:
            for column, (low, high) in self.bounds.items():
                return self.shelf.count_between(column, low, high)
            return len(self.shelf)
        return sum(1 for _ in self.keys())


def time_bounds(asked: Asked, *columns: str) -> dict[str, tuple[int | None, int | None]]:
    """Read ``created_at_min`` and its like; bounds are inclusive."""
    bounds = {}
    for column in columns:
        low, high = asked.moment(f"{column}_min"), asked.moment(f"{column}_max")
        if low is not None or high is not None:
            bounds[column] = (low, high)
    return bounds


def limit_of(asked: Asked) -> int:
    """Read the limit: 1 to 250, by default 50."""
    text = asked.args.get("limit")
    if text is None or text == "":
        return FEW
    if not text.isdigit() or int(text) == 0:
        raise errors(400, {"limit": "Invalid value."})
    if int(text) > MOST:
        raise errors(400, f"Limit exceeds maximum limit of {MOST}")
    return int(text)


def packed(cursor: Json) -> str:
    """Write a cursor as ``page_info``."""
    return base64.urlsafe_b64encode(json.dumps(cursor, separators=(",", ":")).encode()).decode()


def unpacked(text: str, path: str) -> Json:
    """Read a ``page_info``; one that is not ours, or of another list, is refused."""
    try:
        cursor = json.loads(base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True))
        if not isinstance(cursor, dict) or cursor["path"] != path or cursor["direction"] not in ("next", "previous"):
            raise ValueError
        if not isinstance(cursor["filters"], dict) or not isinstance(cursor["place"], (int, list)):
            raise ValueError
        return cursor
    except (ValueError, KeyError, binascii.Error):
        raise errors(400, {"page_info": "Invalid value."}) from None


def page(
    asked: Asked,
    name: str,
    search: Callable[[Asked], Search],
    show: Callable[[int], Json] | None = None,
    personal: bool = False,
) -> Answer:
    """Answer one page of a list.

    With ``page_info`` only limit and fields may be sent; the filters of the first request are in the cursor, the fields
    are not.
    """
    args, path = asked.args, asked.request.path.split("/", 4)[-1]
    if "page" in args:
        raise errors(400, {"page": f"page cannot be passed. {SEE}"})
    limit = limit_of(asked)
    beyond: Any = None
    backwards = False
    filters = {k: v for k, v in args.items() if k not in ("limit", "fields", "page_info")}
    if "page_info" in args:
        for given in filters:
            raise errors(400, {given: f"{given} cannot be passed when page_info is present. {SEE}"})
        cursor = unpacked(args["page_info"], path)
        filters, beyond, backwards = cursor["filters"], cursor["place"], cursor["direction"] == "previous"
        looked = search(with_args(asked, filters))
        if isinstance(beyond, list) != (looked.sort_key is not None):
            raise errors(400, {"page_info": "Invalid value."})
    else:
        looked = search(asked)
    looked.shelf.settle()
    found: list[int] = []
    for key in looked.keys(beyond, backwards):
        found.append(key)
        if len(found) > limit:
            break
    more = len(found) > limit
    found = found[:limit]
    if backwards:
        found.reverse()
    links = []
    for direction, wanted in (("previous", more if backwards else beyond is not None), ("next", more or backwards)):
        if wanted and found:
            edge = looked.place(found[0] if direction == "previous" else found[-1])
            info = packed({"path": path, "direction": direction, "place": edge, "filters": filters})
            query = urlencode({"limit": limit, "page_info": info})
            links.append(f'<{asked.base}{asked.request.path}?{query}>; rel="{direction}"')
    fields, headers = asked.fields(), {"Link": ", ".join(links)} if links else {}
    redact = asked.shop.faults.redact if personal else None
    if fields and not (show or redact):
        texts = [b'{"%b":[' % name.encode()]
        for key in found:
            texts += (looked.shelf.text(key, fields), b",")
        return Answer(200, b"".join([*texts[:-1], b"]}"] if found else [*texts, b"]}"]), headers)
    rows = [trimmed(show(key) if show else looked.shelf.peek(key, fields), fields) for key in found]
    return Answer(200, {name: redacted(rows, redact) if redact else rows}, headers)


def with_args(asked: Asked, args: dict[str, str]) -> Asked:
    """Ask the same with other parameters."""

    class Again(Asked):
        @property
        def args(self) -> dict[str, str]:
            return args

    return Again(asked.shop, asked.request, asked.version, asked.places)


def counted(search: Search) -> Answer:
    """Answer how many there are."""
    search.shelf.settle()
    return Answer(200, {"count": search.count()})


def one(asked: Asked, name: str, record: Json, personal: bool = False, status: int = 200) -> Answer:
    """Answer one record, with the fields asked for."""
    shown: Any = asked.trim(record)
    if personal and asked.shop.faults.redact:
        shown = redacted(shown, asked.shop.faults.redact)
    return Answer(status, {name: shown})
