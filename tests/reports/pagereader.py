"""Reads a report page back as a browser's parser sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "input", "hr"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(c if isinstance(c, str) else c.text for c in self.children).split())

    def all(self, tag: str, css: str | None = None) -> list[Element]:
        """Every element of *tag* below, in the page's order; with the class *css*, if one is given."""
        found = []
        for child in self.children:
            if isinstance(child, Element):
                if child.tag == tag and (css is None or css in child.attributes.get("class", "").split()):
                    found.append(child)
                found += child.all(tag, css)
        return found

    @property
    def values(self) -> list[str]:
        """What each cell of a table row says: as programs read it where it says that, else its text."""
        cells = [child for child in self.children if isinstance(child, Element) and child.tag in ("td", "th")]
        marked = [(cell, [*cell.all("data"), *cell.all("time")]) for cell in cells]
        return [
            (found[0].attributes.get("value") or found[0].attributes["datetime"]) if found else cell.text
            for cell, found in marked
        ]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(page: bytes | str) -> Element:
    """The page as a tree; a tag that is not closed where it should be fails."""
    reader = _Reader()
    reader.feed(page.decode() if isinstance(page, bytes) else page)
    reader.close()
    assert len(reader.open) == 1, f"<{reader.open[-1].tag}> is never closed"
    return reader.root


def table(page: Element, title: str, place: int = 0) -> list[dict[str, str]]:
    """The rows of the table under *title*, its total included, by the headings of their columns."""
    blocks = [each for each in page.all("div", "table") if each.all("h3")[0].text.startswith(title)]
    heads = [head.text for head in blocks[place].all("thead")[0].all("th")]
    rows = [row for part in ("tbody", "tfoot") for body in blocks[place].all(part) for row in body.all("tr")]
    return [dict(zip(heads, row.values, strict=True)) for row in rows]


def figures(page: Element, place: int = 0) -> dict[str, str]:
    """The key figures of one currency, by their names."""
    found = {}
    for block in page.all("dl", "figures")[place].all("div"):
        data = block.all("data")
        found[block.all("dt")[0].text] = data[0].attributes["value"] if data else block.all("b")[0].text
    return found
