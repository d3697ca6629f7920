"""Counting in words: a number with its noun, the words that agree with it, and the first few of many names."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal


def counted(number: int | Decimal, noun: str, plural: str | None = None) -> str:
    """`1 order`, `1,200 orders`, `0.5 credits`; *plural* where it is not the noun with an s, like `journal entries`."""
    shown = f"{number.normalize():,f}" if isinstance(number, Decimal) else f"{number:,}"
    return f"{shown} {agreeing(number, noun, plural or f'{noun}s')}"


def agreeing(number: int | Decimal, one: str, several: str) -> str:
    """The word that goes with *number* things: `is` or `are`, `it` or `them`."""
    return one if number == 1 else several


def listed(names: Sequence[str], joined: str = "and") -> str:
    """All of *names*: `maya`, `maya and leo`, `maya, leo and ana`; *joined* by `or` where one of them is meant."""
    *before, last = names
    return f"{', '.join(before)} {joined} {last}" if before else last


def few(names: Sequence[str], most: int = 5) -> str:
    """The first few of *names*, and how many more there are: `maya, leo and 3 more`."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")
