"""How long an answer is waited for, and when asking again can help: alike for Shopify and for the sources."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import httpx

# 10 s to connect and 30 s without a byte; a thread may have to wait long for one of the connections.
TIMEOUTS = httpx.Timeout(connect=10.0, read=30.0, write=30.0, pool=120.0)
TRIES = 5
BUDGET = 120.0  # seconds for one call with its retries, waiting for a rate limit apart

# Answers that pass by themselves: time-outs, and servers and their front doors (520 to 530) that are down.
PASSING = frozenset({408, 500, 502, 503, 504, *range(520, 531)})
# No connection was made, so whatever was asked was surely not carried out.
NOT_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


def read_whole(
    answer: httpx.Response,
    request: httpx.Request,
    *,
    most: int,
    monotonic: Callable[[], float],
    deadline: float,
    too_large: Exception,
) -> bytes:
    """The whole body of *answer*, closed afterwards; an endless one and one of over *most* bytes are given up."""
    chunks: list[bytes] = []
    size = 0
    try:
        for chunk in answer.iter_bytes():
            chunks.append(chunk)
            size += len(chunk)
            if size > most:
                raise too_large
            if monotonic() > deadline:
                raise httpx.ReadTimeout("the answer did not end in time", request=request)
    finally:
        answer.close()
    return b"".join(chunks)


def left_of(spent: float) -> dict[str, float]:
    """The time-outs of a try after *spent* seconds of a call: as ever, and none beyond what its budget has left."""
    left = max(BUDGET - spent, 1.0)
    return {kind: min(seconds or left, left) for kind, seconds in TIMEOUTS.as_dict().items()}


def backoff(attempt: int) -> float:
    """Seconds before the next try after so many: half a second, twice as long each time, and never the same for all."""
    return float(0.5 * 2 ** (attempt - 1) * (0.75 + random.random() / 2))


def retry_after(answer: httpx.Response, *, otherwise: float, longest: float) -> float:
    """Seconds that `Retry-After` asks for, a decimal like `2.0`; *otherwise* where it cannot be read."""
    try:
        seconds = float(answer.headers.get("Retry-After", otherwise))
    except ValueError:
        return otherwise
    return min(max(seconds, 0.0), longest) if math.isfinite(seconds) else otherwise
