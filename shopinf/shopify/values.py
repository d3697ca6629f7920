"""Values on their way to Shopify and back: parameters as it reads them, its JSON as exact numbers."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from shopinf.times import utc_z


def parsed(content: bytes) -> Any:
    """An answer's JSON, numbers with a decimal point as exact Decimals; ValueError where it is none."""
    try:
        return json.loads(content, parse_float=Decimal, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("too deep") from None


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def shown(value: Any) -> str:
    """A parameter as Shopify reads it: `Z` times need no escaping of a plus sign."""
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            return utc_z(value)
        case str() | int() | Decimal():
            return str(value)
        case list() | tuple() | set() | frozenset():
            return ",".join(shown(item) for item in value)
    raise TypeError(f"{type(value).__name__} is no parameter")
