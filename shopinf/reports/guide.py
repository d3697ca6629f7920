"""The page to hand to a client: what to click at Shopify so that the agency can connect the store."""

from __future__ import annotations

from collections.abc import Iterator

from shopinf.letterhead import Letterhead
from shopinf.reports import house
from shopinf.reports.tongue import Tongue, tongue_of

# Shopify: "Client credentials grant" and "Protected customer data" in the Dev Dashboard's documentation.
_STEPS = 7
_PASTE = 3  # the step at which the scopes are pasted


def guide_page(scopes: str, letterhead: Letterhead) -> bytes:
    """The guide as one HTML file; *scopes* is the line to paste."""
    steps = list(_steps(tongue_of(letterhead.language), scopes))
    return house.page("guide.html", letterhead, steps=steps).encode()


def guide_text(scopes: str, letterhead: Letterhead) -> str:
    """The same as plain text, for a mail."""
    tongue = tongue_of(letterhead.language)
    title = tongue.say("guide.title")
    lines = [title, "=" * len(title), ""]
    for number, (head, words, paste) in enumerate(_steps(tongue, scopes), 1):
        lines += [f"{number}. {head}", f"   {words}", *(("", f"   {paste}") if paste else ()), ""]
    return "\n".join([*lines, tongue.say("guide.legacy"), ""])


def _steps(tongue: Tongue, scopes: str) -> Iterator[tuple[str, str, str]]:
    """Each step: what it is called, how it is done, and what is to be pasted."""
    for number in range(1, _STEPS + 1):
        head, words = tongue.say(f"guide.step_{number}"), tongue.say(f"guide.words_{number}")
        yield head, words, scopes if number == _PASTE else ""
