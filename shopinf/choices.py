"""One of several options: exactly one may be given."""

from __future__ import annotations

from shopinf.errors import BadInput


def exactly_one(**given: object) -> str:
    """The one option that was given; none or several are wrong usage."""
    chosen = [name for name, value in given.items() if value not in (None, False)]
    names = [f"--{name.rstrip('_').replace('_', '-')}" for name in given]
    listed = " or ".join([", ".join(names[:-1]), names[-1]])
    if len(chosen) != 1:
        raise BadInput(f"Choose exactly one of {listed}" if not chosen else f"Only one of {listed} can be given")
    return chosen[0]
