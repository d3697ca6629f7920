"""A report as a file for its readers: the page to send to a client, and the workbook."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from shopinf.overview import Covered, Missing, overview
from shopinf.results import Failure, Format
from shopinf.stores import Store
from shopinf.work.orders.attributing import Asked, Attributed

if TYPE_CHECKING:
    from shopinf.work.orders.reporting import Done


def as_file(
    format: Format, done: Done, failures: Sequence[Failure], asked: Asked, now: datetime, notes: Sequence[str]
) -> bytes | None:
    """What goes into an html or xlsx file; None for the formats that show rows."""
    if format not in (Format.HTML, Format.XLSX):
        return None
    whole = overview(
        [(_covered(store, part, now), part.orders, part.former) for store, part in done],
        asked.choice,
        made_at=now,
        missing=[Missing(failure.store or failure.what, failure.error) for failure in failures],
        notes=notes,
        client=asked.client,
    )
    if format is Format.XLSX:
        from shopinf.reports.workbook import workbook

        return workbook(whole)
    from shopinf.reports.html import page

    return page(whole)


def _covered(store: Store, part: Attributed, now: datetime) -> Covered:
    reach = part.sync.reach
    return Covered(
        store.name,
        store.title,
        store.currency,
        store.timezone,
        part.period,
        provisional=part.period.provisional(now, store.zone),
        complete_from=reach.astimezone(store.zone) if reach and part.is_cut(store) else None,
    )
