"""One currency's part of a page: its key figures, its pictures and its tables, laid out by `parts.html`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shopinf.attribution.overview import Figure
from shopinf.reports.charts import Drawn
from shopinf.reports.tables import Table


@dataclass(frozen=True, slots=True)
class Part:
    """What there is of one currency; the sentences are empty where there is nothing to say."""

    currency: str
    figures: Sequence[Figure]
    charts: Sequence[Drawn]
    tables: Sequence[Table]
    together: str = ""  # whose sales these are, where the page is of several stores
    compared: str = ""  # with which days, where the figures have a period before
    nothing: str = ""  # said in place of tables


def mood(figure: Figure) -> str:
    """Is the change welcome? More returns are not; more commission is neither."""
    if not figure.change or figure.key == "commission":
        return "same"
    return "good" if (figure.change > 0) == (figure.key != "returns") else "bad"
