"""The script as it is served, and the files that are handed over to be pasted into Shopify."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from shopinf.livecapture import EVENTS, script_src

_OURS = "The script waits for the visitor's consent to marketing and collects nothing before it."
_FOREIGN = "Whether this script waits for the visitor's consent is up to its maker."


@cache
def script() -> bytes:
    """The storefront's script; it finds its public key and where to send in its own address."""
    return _filled("script.js").encode()


def careful() -> str:
    """What script and pixel share: what may leave a page."""
    return _text("careful.js")


def pixel(endpoint: str, key: str) -> str:
    """Our capture as a custom pixel."""
    return _filled("pixel.js", ADDRESS=_quoted(f"{endpoint}/{EVENTS}"), KEY=_quoted(key))


def loading_pixel(src: str) -> str:
    """A custom pixel that loads another party's script."""
    return _filled("loader.js", SRC=_quoted(src))


def snippet(endpoint: str, key: str) -> str:
    """Our script as a few lines for the theme."""
    return _filled("snippet.liquid", SRC=_quoted(script_src(endpoint, key)), WAITS=_OURS)


def foreign_snippet(src: str) -> str:
    """Another party's script as a few lines for the theme."""
    return _filled("snippet.liquid", SRC=_quoted(src), WAITS=_FOREIGN)


def _text(name: str) -> str:
    return files("shopinf.capture").joinpath(name).read_text(encoding="utf-8")


def _filled(name: str, **values: str) -> str:
    text = _text(name).replace("%CARE%\n", careful())
    for mark, value in values.items():
        text = text.replace(f"%{mark}%", value)
    return text


def _quoted(text: str) -> str:
    """*text* inside the quotes of a JavaScript string."""
    return json.dumps(text)[1:-1].replace("<", "\\u003c")
