"""The one try to send a notice at the end of a run, with so little patience that nobody is kept by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from shopinf import __version__
from shopinf.errors import ShopinfError
from shopinf.network.wire import Wire
from shopinf.stores import Secret

PATIENCE = 5.0  # seconds for each step


def send(wire: Wire, address: Secret, body: Mapping[str, Any], *, patience: float = PATIENCE) -> str | None:
    """Post *body* to *address*, once; returns why it did not arrive, never with the address in it, or None."""
    try:
        request = httpx.Request(
            "POST",
            address.reveal(),
            headers={"User-Agent": f"shopinf/{__version__}"},
            json=body,
            extensions={"timeout": httpx.Timeout(patience).as_dict()},
        )
        answer = wire.send(request)
        answer.close()
    except httpx.TimeoutException:
        return "it did not answer in time"
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
        return "it cannot be reached"
    except ShopinfError as error:  # a proxy or certificates that cannot be used
        return error.message
    return None if answer.is_success else f"it answered {answer.status_code}"
