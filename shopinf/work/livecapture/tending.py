"""Looking after captures: the tags and until when they work, whether the storefront loads the script; removing them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shopinf.errors import RequestRejected, ScopeMissing, ShopinfError, Stopped
from shopinf.livecapture import SCRIPT, Capture, ScriptTag, is_loaded_by, script_src
from shopinf.results import Failure
from shopinf.shopify.resolve import public_page
from shopinf.shopify.scripttags import delete_script_tag, script_tags
from shopinf.stores import Store
from shopinf.words import counted

if TYPE_CHECKING:
    from shopinf.desk import Desk

Row = dict[str, Any]
Seen = tuple[list[Row], list[str]]  # rows, and what is to be said
Removed = tuple[list[Row], list[Failure]]


def is_ours(tag: ScriptTag, capture: Capture | None) -> bool:
    """Was this tag asked for by `livecapture install`, or does it carry the store's public key?"""
    if capture is None:
        return False
    return tag.src in capture.sources or f"{SCRIPT}?key={capture.key}" in tag.src


def looked_at(desk: Desk, store: Store) -> Seen:
    """The state of a store's capture as rows: its tags, its storefront, its events."""
    capture = desk.ledger.leads.capture(store.shop_id)
    tags, notes = _tags(desk, store)
    today = desk.today(store)
    rows = [
        _row(
            store,
            "script-tag",
            "loaded" if tag.is_loaded(today) else "no longer loaded",
            id=tag.id,
            src=tag.src,
            ours=is_ours(tag, capture),
            ends_at=tag.ends.isoformat(),
            at=_local(tag.created_at, store),
        )
        for tag in tags
    ]
    rows.append(_storefront(desk, store, capture, tags))
    count = desk.ledger.leads.count(store.shop_id)
    heard = capture.heard_at if capture else None
    status = counted(count, "lead") if heard or count else "none received"
    rows.append(_row(store, "events", status, src=capture and capture.endpoint, at=_local(heard, store)))
    return rows, notes


def _tags(desk: Desk, store: Store) -> tuple[list[ScriptTag], list[str]]:
    try:
        return script_tags(desk.shop(store)), []
    except ScopeMissing:
        return [], [f"{store.name}: script tags cannot be listed without read_script_tags"]
    except RequestRejected as refused:
        return [], [f"{store.name}: script tags cannot be listed: {refused.message}"]


def _storefront(desk: Desk, store: Store, capture: Capture | None, tags: Sequence[ScriptTag]) -> dict[str, Any]:
    """Does the home page, as a visitor gets it, load the script? Pixels cannot be seen there, only their events."""
    address = f"{store.url or 'https://' + (store.storefront or store.domain)}/"
    page = public_page(address, desk.wire, desk.clock)
    wanted = [tag.src for tag in tags if is_ours(tag, capture)] + list(capture.sources if capture else ())
    if capture is not None and capture.endpoint:
        wanted.append(script_src(capture.endpoint, capture.key))
    if not page:
        return _row(store, "storefront", "not reached" if page is None else "not readable", src=address)
    text = page.decode("utf-8", "replace")
    loaded = next((src for src in wanted if is_loaded_by(text, src)), None)
    return _row(store, "storefront", "loads the script" if loaded else "does not load it", src=loaded or address)


def tags_to_remove(desk: Desk, store: Store, src: str | None) -> list[ScriptTag]:
    """Our tags in *store*; with *src* also those that load just that."""
    capture = desk.ledger.leads.capture(store.shop_id)
    return [tag for tag in script_tags(desk.shop(store)) if is_ours(tag, capture) or tag.src == src]


def remove(desk: Desk, store: Store, tags: Sequence[ScriptTag]) -> Removed:
    """Remove *tags* from *store*; returns what became of each."""
    rows: list[dict[str, Any]] = []
    failures: list[Failure] = []
    with desk.writing(store):
        for tag in tags:
            try:
                delete_script_tag(desk.shop(store), tag)
            except Stopped:
                raise
            except ShopinfError as error:
                failures.append(Failure.of(error, store=store.name, what=f"script tag {tag.id}"))
                rows.append(removal_row(store, tag, "failed"))
            else:
                desk.ledger.leads.disown(store.shop_id, tag.src, tag.id)
                rows.append(removal_row(store, tag, "removed"))
    return rows, failures


def removal_row(store: Store, tag: ScriptTag, status: str) -> dict[str, Any]:
    return {"store": store.name, "id": tag.id, "src": tag.src, "status": status}


def _row(store: Store, what: str, status: str, **more: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("id", "src", "ours", "ends_at", "at"))
    return {"store": store.name, "what": what, "status": status, **empty, **more}


def _local(at: datetime | None, store: Store) -> datetime | None:
    return at.astimezone(store.zone) if at else None
