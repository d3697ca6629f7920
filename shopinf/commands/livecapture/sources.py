"""Where leads and new customers are looked up when no source is named: as before, else in what is connected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shopinf.errors import BadInput
from shopinf.sources.catalogue import Sign, kinds
from shopinf.sources.specs import Spec, place, remembered_spec
from shopinf.stores import Store

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


def connected_sources(desk: Desk) -> list[Spec]:
    """The providers that customers' data may be sent to, as far as they can look somebody up by e-mail."""
    agreed = [each for each in kinds() if (known := desk.ledger.enrichment.source(each.name)) and known.consent_at]
    return [Spec(each.name) for each in agreed] if any(each.by is Sign.EMAIL for each in agreed) else []


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
