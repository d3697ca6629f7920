"""How long an answer is waited for, and when asking again can help: alike for Shopify and for the sources."""

from __future__ import annotations

import httpx

# 10 s to connect and 30 s without a byte; a thread may have to wait long for one of the connections.
TIMEOUTS = httpx.Timeout(connect=10.0, read=30.0, write=30.0, pool=120.0)
TRIES = 5
BUDGET = 120.0  # seconds for one call with its retries, waiting for a rate limit apart

# Answers that pass by themselves: time-outs, and servers and their front doors (520 to 530) that are down.
PASSING = frozenset({408, 500, 502, 503, 504, *range(520, 531)})
# No connection was made, so whatever was asked was surely not carried out.
NOT_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
