"""`shopinf livecapture status`: the tags and until when they work, what the storefront loads, what was heard."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shopinf.commands.options import DeskContext, FormChoice, Noun, StoreChoice, examples
from shopinf.errors import MachineProblem, RequestRejected, ScopeMissing
from shopinf.livecapture import Capture, ScriptTag, is_loaded_by, script_src
from shopinf.outcomes import Done
from shopinf.results import Failure, Result, columns
from shopinf.words import agreeing, counted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Store

app = Noun()

COLUMNS = columns(order="store what status id src ours ends_at at", numbers="id", times="at")

Seen = tuple[list[dict[str, Any]], list[str]]  # rows, and what is to be said


@app.command(
    "status", columns=COLUMNS, epilog=examples("livecapture status", "livecapture status --all-stores -f json")
)
def status(desk: DeskContext, stores: StoreChoice = StoreChoice(), form: FormChoice = FormChoice()) -> None:
    """Show script tags and when they end, whether the storefront loads the script, and the last event.

    A pixel cannot be seen from outside; its events can. Where the collector runs on this machine, also how much room
    leads take of what they may, which events wait for the ledger, and what was refused today.
    """
    outcomes = desk.each_store(desk.stores(stores), lambda store: _seen(desk, store)).or_nothing()

    def answer(done: Done[Seen], failures: Sequence[Failure]) -> Result:
        rows = [row for _, (mine, _) in done for row in mine]
        notes = [note for _, (_, mine) in done for note in mine]
        return Result("shopinf.livecapture.status/1", COLUMNS, rows, notes=notes, failures=failures)

    desk.deliver(outcomes, answer, form)
    outcomes.settle()


def _seen(desk: Desk, store: Store) -> Seen:
    """What is to be seen of a store; where the ledger cannot say, at least what waits for it is told."""
    from shopinf.work.livecapture.taking import count_store

    try:
        return _looked_at(desk, store)
    except MachineProblem:
        if count := count_store(desk, store.shop_id):
            waits = agreeing(count, "waits", "wait")
            desk.out.note(
                f"{store.name}: {counted(count, 'event')} {waits} in {desk.places.waiting_file} for the ledger"
            )
        raise


def _looked_at(desk: Desk, store: Store) -> Seen:
    """The state of a store's capture as rows: its tags, its storefront, its events."""
    from shopinf.work.livecapture.tags import is_ours

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
    rows += _collected(desk, store)
    return rows, notes


def _collected(desk: Desk, store: Store) -> list[dict[str, Any]]:
    """What the collector on this machine says: of the room for leads, of events that wait, and of those refused."""
    from shopinf.work.livecapture.taking import waiting_at

    with waiting_at(desk) as waiting:
        if waiting is None:
            return []
        bounds, queued = waiting.bounds, waiting.queued(store.shop_id)
        counts = waiting.tally(desk.clock.now().date())
    room = desk.ledger.leads.room(store.shop_id)
    full = "full: " if room.leads >= bounds.leads or room.bytes >= bounds.bytes else ""
    size = f"{room.bytes / 1e6:.1f} of {bounds.bytes / 1e6:,.1f} MB"
    rows = [_row(store, "room", f"{full}{room.leads:,} of {counted(bounds.leads, 'lead')}, {size}")]
    if queued.count:
        waits = agreeing(queued.count, "waits", "wait")
        status = f"{counted(queued.count, 'event')} {waits} for the ledger"
        rows.append(_row(store, "waiting", status, src=str(desk.places.waiting_file), at=_local(queued.since, store)))
    refused = {what: count for (shop_id, what), count in counts.items() if shop_id == store.shop_id and what != "taken"}
    if refused:
        words = ", ".join(f"{count:,} {what}" for what, count in sorted(refused.items()))
        rows.append(_row(store, "refused", f"{words} today (UTC)"))
    return rows


def _tags(desk: Desk, store: Store) -> tuple[list[ScriptTag], list[str]]:
    from shopinf.shopify.scripttags import script_tags

    try:
        return script_tags(desk.shop(store)), []
    except ScopeMissing:
        return [], [f"{store.name}: script tags cannot be listed without read_script_tags"]
    except RequestRejected as refused:
        return [], [f"{store.name}: script tags cannot be listed: {refused.message}"]


def _storefront(desk: Desk, store: Store, capture: Capture | None, tags: Sequence[ScriptTag]) -> dict[str, Any]:
    """Does the home page, as a visitor gets it, load the script? Pixels cannot be seen there, only their events."""
    from shopinf.shopify.resolve import public_page
    from shopinf.work.livecapture.tags import is_ours

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


def _row(store: Store, what: str, status: str, **more: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("id", "src", "ours", "ends_at", "at"))
    return {"store": store.name, "what": what, "status": status, **empty, **more}


def _local(at: datetime | None, store: Store) -> datetime | None:
    return at.astimezone(store.zone) if at else None
