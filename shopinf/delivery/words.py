"""What a mail and a message in Slack say of the files that they are about, in the language of whoever gets them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Protocol

from shopinf.delivery.papers import Paper


class Speaker(Protocol):
    """A language: its words, and how it writes numbers."""

    def say(self, key: str, n: int | Decimal | None = None, /, **values: Any) -> str: ...

    def count(self, number: int | Decimal) -> str: ...


def size(number: int, tongue: Speaker | None = None) -> str:
    """`84 KB`, `1.2 MB`; in English where no language is given."""
    if number < 1000:
        return f"{number} B"
    if number < 1_000_000:
        return f"{round(number / 1000)} KB"
    megabytes = round(Decimal(number) / 1_000_000, 1)
    return f"{tongue.count(megabytes) if tongue else megabytes} MB"


def subject_of(papers: Sequence[Paper]) -> str:
    """What the first file is, and how many more there are."""
    first = papers[0].said.title or papers[0].name
    more = len(papers) - 1
    return f"{first} (+{more})" if more else first


def text_of(papers: Sequence[Paper], signed: str, tongue: Speaker) -> str:
    """The text of a mail: which files it brings, each with what it says of itself, and from whom."""
    hello, attached = tongue.say("mail.hello"), tongue.say("mail.attached")
    return "\n\n".join([hello, attached, *(about(paper, tongue) for paper in papers), signed]) + "\n"


def about(paper: Paper, tongue: Speaker) -> str:
    """A file in a few lines: what it is, its first figures, its name and size."""
    file = f"{paper.name} ({size(paper.size, tongue)})"
    said = paper.said
    return "\n".join(line for line in (said.title, said.figures.replace("; ", "\n"), file) if line)
