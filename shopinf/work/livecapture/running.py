"""Live Capture without any script: the sources that a run from cron goes through, as they were used before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shopinf.errors import BadInput
from shopinf.sources.catalogue import Sign
from shopinf.sources.specs import Spec, place, remembered_spec
from shopinf.stores import Store
from shopinf.work.livecapture.leads import connected_sources

if TYPE_CHECKING:
    from shopinf.desk import Desk

_CONSENTED, _POSSIBLE = " consented", " possible"


@dataclass(frozen=True)
class Remembered:
    """The sources of earlier runs, and how customers were chosen for them."""

    specs: Sequence[Spec]
    consented_only: bool = False
    possible: bool = False


def sources_of(desk: Desk, stores: Sequence[Store]) -> Remembered:
    """The sources that these stores' customers were looked up in before, else those that are connected."""
    keys = [key for store in stores for key in desk.ledger.enrichment.marks(store.shop_id)]
    if remembered := _remembered(keys):
        return remembered
    if connected := connected_sources(desk):
        return Remembered(connected)
    raise BadInput(
        "There is no source yet to look customers up in",
        hint="Name one with --source csv:influencers.csv; from then on it is remembered.",
    )


def _remembered(keys: Iterable[str]) -> Remembered | None:
    specs: dict[Spec, None] = {}
    consented, possible = True, False
    for key in keys:
        name = key.removesuffix(_POSSIBLE)
        possible = possible or name != key
        consented = consented and name.endswith(_CONSENTED)
        name = name.removesuffix(_CONSENTED)
        if (spec := remembered_spec(name)) is not None:
            specs[spec] = None
    known = sorted(specs, key=place)
    if not known or known[0].by is Sign.PROFILE:
        return None
    return Remembered(known, consented, possible)
