"""Charts as plain SVG: no script, no style of their own, a title and a description for those who cannot see them.

Colours come from the page, so that a chart follows it into the dark and onto paper. Each chart is drawn in two widths
and the page shows the one that fits, since the letters of a drawing that is merely made smaller cannot be read.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from xml.etree import ElementTree

from markupsafe import Markup

from shopinf.plain import harmless

WIDE, NARROW = 760, 340  # of a chart on a screen, and on a phone
_BAR = 24  # the height of one lying bar with the room around it
_PHONE = 500  # of a drawing's width; on a narrower one the names may take half of it
_LETTER = 6.2  # the usual width of a letter of 11 pixels


@dataclass(frozen=True, slots=True)
class Point:
    """One bar: how it is called, its length, its amount as people read it, and its name where there is little room."""

    name: str
    value: Decimal
    shown: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """What a chart shows, in words; `id` is unique on its page."""

    id: str
    title: str
    description: str
    points: Sequence[Point]
    axis: Callable[[Decimal], str] = str  # how an amount is written beside it


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart in both its widths, and the same in numbers."""

    title: str
    wide: Markup
    narrow: Markup
    rows: Sequence[tuple[str, str, str]] = ()  # name, orders, amount
    heads: Sequence[str] = ()  # of the rows


def columns(chart: Chart, *, width: int, height: int) -> Markup:
    """Upright bars side by side, for what happened over time."""
    values = [point.value for point in chart.points] or [Decimal(0)]
    marks = ticks(min(values), max(values))
    said = [chart.axis(mark) for mark in marks]
    left, right, top, bottom = _room_for(said), width - 4, 6, height - 26
    svg = _svg(chart, "columns", width, height)
    level = _along(marks[0], marks[-1], bottom, top)
    for mark, words in zip(marks, said, strict=True):
        line = f"M{left} {level(mark):.1f}H{right}"
        ElementTree.SubElement(svg, "path", {"d": line, "class": "line" if mark else "zero line"})
        _write(svg, left - 5, level(mark) + 4, words, "mark")
    step = (right - left) / max(len(chart.points), 1)
    every = -(-len(chart.points) // max(width // 92, 1))
    for place, point in enumerate(chart.points):
        middle, end = left + step * (place + 0.5), level(point.value)
        _bar(
            svg, point, (middle - step * 0.39, min(end, level(Decimal(0)))), (step * 0.78, abs(level(Decimal(0)) - end))
        )
        if place % every == 0:
            _write(svg, middle, bottom + 16, point.mark or point.name, "name")
    return _finished(svg)


def bars(chart: Chart, *, width: int) -> Markup:
    """Lying bars one below the other, for what can be compared; the first is on top, its amount behind it."""
    values = [point.value for point in chart.points]
    names = [_cut(point.name, int(width * (0.36 if width > _PHONE else 0.5) / _LETTER)) for point in chart.points]
    right = width - _room_for([point.shown for point in chart.points]) - 4
    svg = _svg(chart, "bars", width, _BAR * len(chart.points) + 8)
    reach = _along(min([Decimal(0), *values]), max([Decimal(0), *values]), _room_for(names), right)
    for place, (point, name) in enumerate(zip(chart.points, names, strict=True)):
        middle, start, end = 4 + _BAR * (place + 0.5), reach(Decimal(0)), reach(point.value)
        _bar(svg, point, (min(start, end), middle - _BAR / 3), (abs(end - start), _BAR * 2 / 3))
        _write(svg, reach.start - 5, middle + 4, name, "name")
        _write(svg, max(start, end) + 7, middle + 4, point.shown, "amount")
    return _finished(svg)


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where amounts stand between two places of a drawing."""

    lowest: Decimal
    highest: Decimal
    start: float
    end: float

    def __call__(self, amount: Decimal) -> float:
        return self.start + float((amount - self.lowest) / (self.highest - self.lowest)) * (self.end - self.start)


def _along(lowest: Decimal, highest: Decimal, start: float, end: float) -> _Scale:
    return _Scale(lowest, highest if highest > lowest else lowest + 1, start, end)


def _svg(chart: Chart, kind: str, width: int, height: int) -> ElementTree.Element:
    """A drawing with what is read out of it to those who cannot see it."""
    own = f"{width}-{chart.id}"
    given = {"class": f"chart {kind}", "viewBox": f"0 0 {width} {height}", "role": "img"}
    svg = ElementTree.Element("svg", {**given, "aria-labelledby": f"t{own} d{own}"})
    ElementTree.SubElement(svg, "title", id=f"t{own}").text = harmless(chart.title)
    ElementTree.SubElement(svg, "desc", id=f"d{own}").text = harmless(chart.description)
    return svg


def _bar(svg: ElementTree.Element, point: Point, at: tuple[float, float], size: tuple[float, float]) -> None:
    """A bar that says what it stands for when it is pointed at."""
    places = {"x": at[0], "y": at[1], "width": size[0], "height": size[1], "rx": 1}
    given = {name: f"{value:.1f}" for name, value in places.items()}
    bar = ElementTree.SubElement(svg, "rect", {**given, "class": "bar"})
    ElementTree.SubElement(bar, "title").text = f"{harmless(point.name)}: {point.shown}"


def _write(svg: ElementTree.Element, x: float, y: float, words: str, kind: str) -> None:
    ElementTree.SubElement(svg, "text", {"x": f"{x:.1f}", "y": f"{y:.1f}", "class": kind}).text = harmless(words)


def _finished(svg: ElementTree.Element) -> Markup:
    return Markup(ElementTree.tostring(svg, encoding="unicode"))  # ElementTree escapes all text


def _room_for(texts: Sequence[str]) -> int:
    """The width that the longest of *texts* takes, with a gap beside it, for letters that are wider than usual too."""
    return round(max(map(_units, texts), default=0) * _LETTER) + 16


def ticks(lowest: Decimal, highest: Decimal) -> list[Decimal]:
    """Some four round numbers from zero, or below it, up to *highest* or the next above."""
    low, high = min(lowest, Decimal(0)), max(highest, Decimal(0))
    if low == high:
        return [Decimal(0), Decimal(1)]
    rough = (high - low) / 4
    power = Decimal(1).scaleb(rough.adjusted())
    step = next(power * factor for factor in (1, 2, Decimal("2.5"), 5, 10) if power * factor >= rough)
    first, last = (
        int((low / step).to_integral_value("ROUND_FLOOR")),
        int((high / step).to_integral_value("ROUND_CEILING")),
    )
    return [step * count for count in range(first, last + 1)]


def _cut(text: str, room: int) -> str:
    """*text* as far as it fits into *room* usual letters."""
    text = harmless(text)
    if _units(text) <= room:
        return text
    while text and _units(text) >= room:
        text = text[:-1]
    return f"{text}…"


def _units(text: str) -> int:
    """How many usual letters *text* takes."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
