"""A source as a row: whether it is connected, where its key is, and what goes there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shopinf.results import columns

if TYPE_CHECKING:
    from decimal import Decimal

    from shopinf.desk import Desk
    from shopinf.sources.catalogue import Kind

SOURCE_COLUMNS = columns(
    order="source title connected consent_at key credits credits_per_match sends gives",
    times="consent_at",
    shown="source connected key credits_per_match gives consent_at credits",
)


def source_row(desk: Desk, kind: Kind, where: str | None, credits: Decimal | None) -> dict[str, Any]:
    """A provider whose key is *where*; *credits* are left at it, where that was asked."""
    record = desk.ledger.enrichment.source(kind.name)
    return {
        "source": kind.name,
        "title": kind.title,
        "connected": record is not None,
        "consent_at": record and record.consent_at,
        "key": where,
        "credits": credits,
        "credits_per_match": kind.price,
        "sends": kind.sends,
        "gives": kind.gives,
    }
