"""A way of sending as a row: where it leads, from whom things come there, and where its secret is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopinf.results import Cell, columns
from shopinf.work.reports.keys import described

if TYPE_CHECKING:
    from shopinf.delivery.ways import Way
    from shopinf.local.keyvault import FoundKeys

WAY_COLUMNS = columns(order="via server sender key", shown="via server sender key")


def way_row(way: Way, there: FoundKeys) -> dict[str, Cell]:
    """A way that is opened by what is *there*."""
    server, sender = described(way.via, there.keys)
    return {"via": way.via, "server": server, "sender": sender or None, "key": there.where}
