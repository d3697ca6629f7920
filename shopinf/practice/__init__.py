"""A pretend Shopify: one store's REST Admin API as a WSGI app, mounted in memory or served on loopback."""

from __future__ import annotations

from .basket import Discount
from .faults import ConnectionDropped, Faults
from .serving import Served, serve
from .store import ALL_SCOPES, Call, PracticeStore

__all__ = ["ALL_SCOPES", "Call", "ConnectionDropped", "Discount", "Faults", "PracticeStore", "Served", "serve"]
