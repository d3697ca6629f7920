"""What an attribution says, as rows for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shopinf.attribution.growth import growth
from shopinf.attribution.report import By, report, report_columns
from shopinf.attribution.tally import Row
from shopinf.money import Money
from shopinf.periods import Period
from shopinf.results import Failure, Result, columns
from shopinf.stores import Store
from shopinf.times import iso
from shopinf.work.orders.attributing import Asked, Attributed
from shopinf.work.orders.sync import cut_note

Done = Sequence[tuple[Store, Attributed]]

_COMPARED = columns(
    numbers="previous_orders", money="previous_net_sales", order="previous_orders previous_net_sales"
) + columns(numbers="change_pct")
_PASSING = {By.DAY, By.WEEK, By.MONTH, By.ORDER}  # their rows have no counterpart in another period


@dataclass(frozen=True)
class _View:
    """The stores of a report, and what was asked for."""

    done: Done
    asked: Asked
    now: datetime

    @property
    def provisional(self) -> list[str]:
        return [store.name for store, part in self.done if part.period.provisional(self.now, store.zone)]

    @property
    def cut(self) -> list[tuple[Store, Attributed]]:
        return [(store, part) for store, part in self.done if part.is_cut(store)]

    def row(self, row: Row) -> dict[str, Any]:
        """A row as it is shown: a code made by number is nobody's; a client sees no commission."""
        hidden = {"commission", "reasons"} if self.asked.client else set()
        return {name: value if value != "" else None for name, value in row.items() if name not in hidden}


def as_result(done: Done, failures: Sequence[Failure], asked: Asked, now: datetime) -> Result:
    """The report over all stores that were read."""
    view = _View(done, asked, now)
    found = report([part.orders for _, part in done], asked.choice)
    shown = report_columns(asked.choice.by, client=asked.client)
    rows, totals = [view.row(row) for row in found.rows], [view.row(row) for row in found.totals]
    body: dict[str, Any] = {}
    if asked.compare:
        former = report([part.former for _, part in done if part.former], asked.choice)
        before = [view.row(row) for row in former.totals]
        body = {"previous": {"period": _span(part.former_period for _, part in done), "totals": before}}
        totals = _compared(totals, before, ["currency"])
        if asked.choice.by not in _PASSING:
            names = [column.key for column in shown]
            rows = _compared(rows, [view.row(row) for row in former.rows], names[: names.index("orders")])
            shown = [*shown, *_COMPARED]
    body = {
        "period": {
            **_span(part.period for _, part in done),
            "timezone": _one({store.timezone for store, _ in done}),  # each store's own stands with the store
            "date_basis": str(asked.choice.basis),
            "provisional": bool(view.provisional),
        },
        "stores": [_store(view, store, part) for store, part in done],
        "rows": [{column.key: row.get(column.key) for column in shown} for row in rows],
        "totals": totals,
        "excluded": found.excluded,
        "truncated": bool(view.cut),
        **body,
    }
    notes = _notes(view, found.notes, totals)
    return Result("shopinf.attribution/1", shown, rows, body=body, notes=notes, failures=failures, totals=totals)


def _compared(
    rows: Sequence[dict[str, Any]], former: Sequence[Mapping[str, Any]], keys: Sequence[str]
) -> list[dict[str, Any]]:
    """*rows* with what the same were in the period before."""
    before = {tuple(row.get(key) for key in keys): row for row in former}
    compared = []
    for row in rows:
        was: Mapping[str, Any] = before.get(tuple(row.get(key) for key in keys), {})
        net = was.get("net_sales", Money.zero(row["currency"]))
        more = {
            "previous_orders": was.get("orders", 0),
            "previous_net_sales": net,
            "change_pct": growth(net, row["net_sales"]),
        }
        compared.append(row | more)
    return compared


def _span(periods: Iterable[Period]) -> dict[str, Any]:
    """From the first day to the last; stores around the world may differ by their one day."""
    found = list(periods)
    return {"from": min(each.first for each in found), "to": max(each.last for each in found)}


def _one(texts: set[str]) -> str | None:
    return texts.pop() if len(texts) == 1 else None


def _store(view: _View, store: Store, part: Attributed) -> dict[str, Any]:
    return {
        "store": store.name,
        "currency": store.currency,
        "timezone": store.timezone,
        "from": part.period.first,
        "to": part.period.last,
        "provisional": store.name in view.provisional,
        "truncated": part.is_cut(store),
        "complete_from": iso(part.sync.reach, store.zone),
        "synced_at": iso(part.sync.finished_at, store.zone),
    }


def _notes(view: _View, found: Sequence[str], totals: Sequence[Mapping[str, Any]]) -> list[str]:
    notes = [f"{store.name}: {cut_note(part.sync)}" for store, part in view.cut]
    if view.provisional:
        notes.append(f"The period is not over yet in {', '.join(view.provisional)}: the figures are provisional.")
    if view.asked.compare:
        notes += [_comparison(row) for row in totals]
    # What is agreed with influencers stays out of a client's copy, the lack of it too.
    notes += [note for note in found if not (view.asked.client and note.startswith("No commission rate"))]
    return notes + [f"{store.name}: {note}" for store, part in view.done if part.synced for note in part.synced.notes]


def _comparison(row: Mapping[str, Any]) -> str:
    change = f" ({row['change_pct']:+} %)" if row["change_pct"] is not None else ""
    if not row["previous_net_sales"]:
        change = " (nothing before)"
    return f"Net sales {row['net_sales']} {row['currency']}, in the period before {row['previous_net_sales']}{change}."
