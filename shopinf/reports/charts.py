"""Charts as plain SVG: no script, no style of their own, a title and a description for those who cannot see them.

Colours come from the page, so that a chart follows it into the dark and onto paper. Each chart is drawn in two widths
and the page shows the one that fits, since the letters of a drawing that is merely made smaller cannot be read.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
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


def columns(chart: Chart, *, width: int, height: int) -> Markup:
    """Upright bars side by side, for what happened over time."""
    import pygal

    drawn = pygal.Bar(
        **_settings(),
        width=width,
        height=height,
        spacing=8,
        rounded_bars=1,
        show_minor_x_labels=False,
        margin_right=4,
        margin_top=6,
    )
    every = -(-len(chart.points) // max(int(width // 92), 1)) or 1
    drawn.x_labels = labels = [point.mark or point.name for point in chart.points]
    drawn.x_labels_major = labels[::every]
    _scale(drawn, chart.points, chart.axis)
    return _finished(drawn, chart, "columns", chart.points)


def bars(chart: Chart, *, width: int) -> Markup:
    """Lying bars one below the other, for what can be compared; the first is on top."""
    import pygal

    room = int(width * (0.36 if width > _PHONE else 0.5) / _LETTER)
    drawn = pygal.HorizontalBar(
        **_settings(),
        width=width,
        height=_BAR * len(chart.points) + 8,
        spacing=6,
        rounded_bars=1,
        margin_right=round(max((len(point.shown) for point in chart.points), default=0) * _LETTER) + 14,
    )
    upwards = list(reversed(chart.points))
    drawn.x_labels = labels = [_cut(point.name, room) for point in upwards]
    # pygal takes all letters for equally wide; those of Chinese, Japanese and Korean are twice as wide.
    drawn.margin_left = round((max(map(_units, labels), default=0) - max(map(len, labels), default=0)) * _LETTER) + 4
    _scale(drawn, upwards, chart.axis)
    drawn.y_labels = [0]  # the amounts stand at the bars, so these may fill the width
    values = [float(point.value) for point in upwards]
    drawn.range = (min([0.0, *values]), max([0.0, *values]))
    return _finished(drawn, chart, "bars", upwards)


def _settings() -> dict[str, Any]:
    """What all charts have in common: nothing but the drawing."""
    from pygal.style import Style

    return {
        "js": [],
        "css": [],
        "margin": 0,
        "show_legend": False,
        "no_data_text": "",
        "truncate_label": -1,
        "style": Style(label_font_size=12, major_label_font_size=12),  # a little more than the page's, for its room
    }


def _scale(drawn: Any, points: Sequence[Point], axis: Callable[[Decimal], str]) -> None:
    """Put *points* on *drawn* with a scale of few round numbers that always has its zero."""
    values = [point.value for point in points] or [Decimal(0)]
    marks = ticks(min(values), max(values))
    drawn.y_labels = [{"value": float(mark), "label": axis(mark)} for mark in marks]
    drawn.range = (float(marks[0]), float(marks[-1]))
    drawn.add("", [float(point.value) for point in points])


def _finished(drawn: Any, chart: Chart, kind: str, points: Sequence[Point]) -> Markup:
    """The drawing with nothing left in it but shapes and words, each bar saying what it stands for."""
    tree = drawn.render_tree()
    graph, box = tree.find("g"), tree.get("viewBox")
    for group in list(graph):
        if group.get("class") not in ("plot", "plot text-overlay"):
            graph.remove(group)
    for bar, point in zip(graph.iterfind(".//g[@class='bar']"), points, strict=True):
        shape = bar.find("rect")
        bar[:] = [shape]
        shape.set("class", "bar")
        ElementTree.SubElement(bar, "title").text = f"{harmless(point.name)}: {point.shown}"
    if kind == "bars":
        _write_amounts(graph, points)
    size = f"{box.split()[2]}-{chart.id}"
    svg = ElementTree.Element(
        "svg",
        {
            "class": f"chart {kind}",
            "viewBox": box,
            "role": "img",
            "aria-labelledby": f"t{size} d{size}",
        },
    )
    ElementTree.SubElement(svg, "title", id=f"t{size}").text = harmless(chart.title)
    ElementTree.SubElement(svg, "desc", id=f"d{size}").text = harmless(chart.description)
    svg.append(graph)
    return Markup(ElementTree.tostring(svg, encoding="unicode"))  # ElementTree escapes all text


def _write_amounts(graph: ElementTree.Element, points: Sequence[Point]) -> None:
    """Each amount behind its bar, in place of an axis."""
    plot, overlay = graph.find("g[@class='plot']"), graph.find("g[@class='plot text-overlay']")
    assert plot is not None
    assert overlay is not None
    for axis in plot.findall("g[@class='axis x always_show']"):
        plot.remove(axis)
    overlay[:] = []
    for shape, point in zip(plot.iterfind(".//rect[@class='bar']"), points, strict=True):
        right = float(shape.get("x", 0)) + float(shape.get("width", 0))
        middle = float(shape.get("y", 0)) + float(shape.get("height", 0)) / 2
        place = {"x": f"{right + 7:.1f}", "y": f"{middle + 4:.1f}", "class": "amount"}
        ElementTree.SubElement(overlay, "text", place).text = point.shown


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
