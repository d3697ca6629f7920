"""Counting in words: a number with its noun, and the words that agree with it."""

from __future__ import annotations


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 order`, `1,200 orders`; *plural* where it is not the noun with an s, like `journal entries`."""
    return f"{number:,} {agreeing(number, noun, plural or f'{noun}s')}"


def agreeing(number: int, one: str, several: str) -> str:
    """The word that goes with *number* things: `is` or `are`, `it` or `them`."""
    return one if number == 1 else several
