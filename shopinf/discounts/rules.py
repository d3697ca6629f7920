"""What a price rule is known by within its campaign: the ledger's key of it, made and read here alone.

Codes made on shared rules are grouped by equal terms, so such a rule is known by its terms' key. A rule of one code
alone is known by whose code it is, and one that shopinf did not make by its number.
"""

from __future__ import annotations

from shopinf.discounts.combining import Combining
from shopinf.discounts.terms import Terms

UNKNOWN = "unknown"  # of tracked codes that are no longer in the store
_OWN = "own/"


def key_of_shared(terms: Terms, combining: Combining) -> str:
    """The key of a rule for all codes of equal terms that are to combine alike."""
    return f"{terms.key()}{combining.key}"


def key_on_other_terms(key: str, former: Terms, terms: Terms) -> str:
    """The key of a shared rule that gets other *terms* than its *former* ones."""
    return terms.key() + (key.removeprefix(former.key()) if key.startswith(former.key()) else "")


def key_of_own(person: str, slot: str) -> str:
    """The key of a rule made for one code of a *person* alone."""
    return f"{_OWN}{person}/{slot}"


def key_of_theirs(price_rule_id: int, *, alone: bool = False) -> str:
    """The key of a rule of another origin; *alone*: adopted, with but one code."""
    return f"{_OWN if alone else ''}rule/{price_rule_id}"


def is_own(key: str) -> bool:
    """Is it the rule of one code alone? Then pausing and changing it concerns no other code."""
    return key.startswith(_OWN)
