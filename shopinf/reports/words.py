"""What a report says in sentences: what has to be known before any number, and whose sales these are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from shopinf.attribution.overview import Covered, Overview
from shopinf.reports.tongue import Tongue
from shopinf.results import Failure

_NAMED = 12  # stores in a sentence; the foot of the page lists them all


def left_out(overview: Overview, tongue: Tongue) -> list[tuple[str, int]]:
    """What stayed outside of the figures, and how many orders it were."""
    return [(tongue.say(f"left_out.{why}"), number) for why, number in overview.excluded.items() if number]


def stamps(overview: Overview, tongue: Tongue) -> list[tuple[str, str]]:
    """What the first page has to say before any number: each a word, and a sentence."""
    say, found = tongue.say, []
    if len(overview.stores) > 1:
        currencies = sorted({each.currency for each in overview.stores})
        parts = [together(overview, currency, tongue) for currency in currencies]
        found.append((say("count.stores", len(overview.stores)), " ".join(parts)))
    if provisional := [store.shown for store in overview.stores if store.provisional]:
        some = "some" if len(provisional) < len(overview.stores) else "all"
        values = {"day": overview.last, "made": overview.made_here, "stores": tongue.few(provisional, 4)}
        found.append((say("stamp.provisional"), say(f"stamp.provisional_{some}", **values)))
    found += _truncations(overview.stores, tongue)
    if overview.missing:
        if overview.client:
            failed = tongue.few([_lost(each) for each in overview.missing], 20)
        else:
            failed = "; ".join(f"{_lost(each)} ({each.error})" for each in overview.missing)
        found.append((say("stamp.incomplete"), say("stamp.incomplete_text", stores=failed)))
    return found


def together(overview: Overview, currency: str, tongue: Tongue) -> str:
    """Whose sales the figures of *currency* are; nothing where there is one store alone."""
    names = [store.shown for store in overview.stores if store.currency == currency]
    if len(overview.stores) < 2 or not names:
        return ""
    if len(names) == 1:
        return tongue.say("stamp.alone", currency=currency, store=names[0])
    listed = tongue.few(names, _NAMED) if len(names) > _NAMED else tongue.listed(names)
    return tongue.say("stamp.together", currency=currency, stores=listed)


def _lost(failure: Failure) -> str:
    """The store, or the order of it, that is not in the figures."""
    return failure.of_store or ": ".join(part for part in (failure.store, failure.what) if part)


def _truncations(stores: Sequence[Covered], tongue: Tongue) -> list[tuple[str, str]]:
    """One stamp for all stores that are cut off at the same day."""
    cut: dict[tuple[date, bool], list[str]] = {}
    for store in stores:
        if store.complete_from is not None:
            since = store.complete_from.date()
            cut.setdefault((since, since > store.period.first), []).append(store.shown)
    found = []
    for (since, inside), names in cut.items():
        key = "truncated" if inside else "comparison"
        sentence = tongue.say(f"stamp.{key}_text", stores=tongue.few(names, 20), day=since)
        found.append((tongue.say(f"stamp.{key}"), sentence))
    return found
