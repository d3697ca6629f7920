"""How every page of ours is filled in: text as mere text, words and amounts in the language of its readers."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from shopinf.letterhead import Letterhead, ink_on, readable
from shopinf.plain import harmless
from shopinf.reports.tongue import tongue_of

if TYPE_CHECKING:
    from jinja2 import Environment

# What pages are written on, by day and by night; an agency's colour has to be read on them.
PAPER, NIGHT = "#fffefb", "#171816"


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
    made.filters["apart"] = apart
    return made


def page(template: str, letterhead: Letterhead, **values: Any) -> str:
    """*template* filled in: with `say` and `tongue` for its words, the letterhead, and its colours."""
    tongue = tongue_of(letterhead.language)
    return (
        house()
        .get_template(template)
        .render(say=tongue.say, tongue=tongue, letterhead=letterhead, colours=_colours(letterhead), **values)
    )


def apart(text: str) -> Markup:
    """*text* from outside within a sentence: as mere text, whichever way it is read."""
    return Markup("<bdi>{}</bdi>").format(harmless(text))


def _colours(letterhead: Letterhead) -> dict[str, str] | None:
    """The agency's colour on paper by day and by night, and the ink on it; None where it has none."""
    if not letterhead.accent:
        return None
    day, night = readable(letterhead.accent, PAPER), readable(letterhead.accent, NIGHT)
    return {"day": day, "night": night, "on_day": ink_on(day), "on_night": ink_on(night)}


def _plain(value: Any) -> Any:
    """Text from a store as mere text; Jinja escapes it after that."""
    return harmless(value) if isinstance(value, str) and not isinstance(value, Markup) else value
