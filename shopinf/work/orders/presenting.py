"""A report for its readers: as rows, or as a file, the page to send to a client or the workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from shopinf.attribution.overview import Covered, Missing, overview
from shopinf.results import Failure, Format, Result
from shopinf.stores import Store
from shopinf.work.orders.attributing import Asked, Attributed
from shopinf.work.orders.reporting import Done, as_result


def presented(format: Format, done: Done, failures: Sequence[Failure], asked: Asked, now: datetime) -> Result:
    """The report over these stores in *format*; what html and xlsx files hold is made when they are written."""
    result = as_result(done, failures, asked, now)
    if format not in (Format.HTML, Format.XLSX):
        return result
    return replace(result, content=lambda: _file(format, done, failures, asked, now, result.notes))


def _file(
    format: Format, done: Done, failures: Sequence[Failure], asked: Asked, now: datetime, notes: Sequence[str]
) -> bytes:
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
