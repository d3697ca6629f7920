"""Scopes and the features that need them.

`write_x` implies `read_x`, as Shopify's own libraries expand them; nothing implies `read_all_orders`. Price rules and
discount codes ask for the price_rules pair (Shopify's DiscountCode page); the discounts pair is its GraphQL twin and
is advised beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from shopinf.errors import BadInput


class Status(StrEnum):
    """Can a feature be used on a store?"""

    READY = "ready"
    READ_ONLY = "read_only"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Feature:
    """A part of shopinf and the scopes it needs at Shopify."""

    name: str
    required: tuple[str, ...]
    advised: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


FEATURES = (
    Feature("products", ("read_products",)),
    Feature("customers", ("read_customers",), optional=("write_customers",)),
    Feature("discounts", ("read_price_rules", "write_price_rules"), advised=("read_discounts", "write_discounts")),
    Feature("orders", ("read_orders",), advised=("read_all_orders",)),
    Feature("gifts", ("read_draft_orders", "write_draft_orders")),
    Feature("livecapture", (), advised=("read_script_tags", "write_script_tags")),
)


@dataclass(frozen=True, slots=True)
class Readiness:
    """One feature on one store: its status and the required scopes that are missing."""

    feature: Feature
    status: Status
    missing: tuple[str, ...]


def choose_features(names: Iterable[str]) -> list[Feature]:
    """The features of these names, all of them when none is named."""
    wanted = list(names)
    known = {feature.name: feature for feature in FEATURES}
    if unknown := [name for name in wanted if name not in known]:
        raise BadInput(f"There is no feature {unknown[0]!r}", hint=f"Choose from {', '.join(known)}.")
    return [known[name] for name in dict.fromkeys(wanted)] if wanted else list(FEATURES)


def expand(granted: Iterable[str]) -> frozenset[str]:
    """The granted scopes with the reads that their writes imply."""
    scopes = set(granted)
    return frozenset(
        scopes | {"read_" + scope.removeprefix("write_") for scope in scopes if scope.startswith("write_")}
    )


def readiness(feature: Feature, granted: Iterable[str], *, read_only: bool = False) -> Readiness:
    """Can *feature* be used with the *granted* scopes? On a store connected *read_only* nothing is ever written."""
    held = expand(granted)
    missing = tuple(scope for scope in feature.required if scope not in held)
    writes = any(scope.startswith("write_") for scope in feature.required)
    if any(scope.startswith("read_") for scope in missing):
        status = Status.UNAVAILABLE
    elif missing or (writes and read_only):
        status = Status.READ_ONLY
    else:
        status = Status.READY
    return Readiness(feature, status, missing)


def lacking_to_combine(granted: Iterable[str], *, read_only: bool = False) -> str | None:
    """The scope that is missing for codes to combine with other discounts, which price-rule scopes do not open."""
    scope = "read_discounts" if read_only else "write_discounts"
    return None if scope in expand(granted) else scope


def good_enough(found: Readiness, *, read_only: bool) -> bool:
    """Is the feature ready, or as ready as a store connected read-only can be?"""
    return found.status is Status.READY or (read_only and found.status is Status.READ_ONLY)


def to_paste(features: Iterable[Feature]) -> str:
    """The comma-separated scopes to paste into Shopify: required and advised."""
    return ",".join(dict.fromkeys(scope for f in features for scope in (*f.required, *f.advised)))


def unneeded(granted: Collection[str]) -> list[str]:
    """Scopes that were granted and that no feature uses."""
    used = {scope for f in FEATURES for scope in (*f.required, *f.advised, *f.optional)}
    return sorted(s for s in granted if s not in used and not _gives_a_read(s, granted, used))


def _gives_a_read(scope: str, granted: Collection[str], used: Collection[str]) -> bool:
    read = "read_" + scope.removeprefix("write_")
    return scope.startswith("write_") and read in used and read not in granted
