"""How every page of ours is filled in: text as mere text, amounts with their thousands set apart."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from shopinf.money import Money
from shopinf.plain import harmless
from shopinf.reports.words import amount, count, moment, percent
from shopinf.words import counted

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def house() -> Environment:
    """Jinja's environment with our filters; whatever is not known to be markup is escaped."""
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.PackageLoader("shopinf.reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_plain,
    )
    made.filters |= {"figure": figure, "percent": percent, "moment": moment, "count": count, "counted": counted}
    return made


def _plain(value: Any) -> Any:
    """Text from a store as mere text; Jinja escapes it after that."""
    return harmless(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def figure(value: Money | int | None) -> str:
    match value:
        case None:
            return "–"
        case Money():
            return amount(value)
        case _:
            return count(value)
