"""The nearest known name to one that is not known: what somebody who mistyped it may have meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

NEAR = 66  # of 100; a letter wrong in a name of three
_BEGUN = 3  # letters: what goes on like that in one name alone is a name that was not written out
SLIP = 85  # a letter wrong, missing or too many in a longer one: hardly another name


def nearest(typed: str, known: Iterable[str], *, least: int = NEAR) -> str | None:
    """The one of *known* that is most like *typed*, as it is written there; None where none is near."""
    from rapidfuzz import fuzz, process

    names = list(known)
    begun = [name for name in names if _folded(name).startswith(_folded(typed))] if len(typed.strip()) >= _BEGUN else []
    if len(begun) == 1 and least == NEAR:
        return begun[0]
    found = process.extractOne(_folded(typed), [_folded(name) for name in names], scorer=fuzz.ratio, score_cutoff=least)
    return names[found[2]] if found else None


def did_you_mean(typed: str, known: Iterable[str], otherwise: str) -> str:
    """The hint for a name that is not known: the nearest that is, then *otherwise*, which can be typed.

    Where *known* is a mapping, its keys are compared and its values shown.
    """
    near = nearest(typed, known)
    if near is None:
        return otherwise
    if otherwise.startswith("Choose "):  # it goes on in the middle of a line
        otherwise = otherwise[0].lower() + otherwise[1:]
    return f"Did you mean {known[near] if isinstance(known, Mapping) else near}? Otherwise: {otherwise}"


def _folded(name: str) -> str:
    return name.strip().casefold()
