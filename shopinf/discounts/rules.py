"""What a price rule is known by within its campaign: the ledger's key of it, made and read here alone.

Codes made on shared rules are grouped by equal terms, so such a rule is known by its terms' key. A rule of one code
alone is known by whose code it is, and one that shopinf did not make by its number.
"""

from __future__ import annotations

UNKNOWN = "unknown"  # of tracked codes that are no longer in the store
_OWN = "own/"


def key_of_own(person: str, slot: str) -> str:
    """The key of a rule made for one code of a *person* alone."""
    return f"{_OWN}{person}/{slot}"


def key_of_theirs(price_rule_id: int, *, alone: bool = False) -> str:
    """The key of a rule of another origin; *alone*: adopted, with but one code."""
    return f"{_OWN if alone else ''}rule/{price_rule_id}"


def is_own(key: str) -> bool:
    """Is it the rule of one code alone? Then pausing and changing it concerns no other code."""
    return key.startswith(_OWN)
