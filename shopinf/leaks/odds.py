"""How likely it is that chance alone makes so many: exact tails, added up in plain Python."""

from __future__ import annotations

from math import exp, fsum, lgamma, log, log1p


def at_least_of(hits: int, tries: int, share: float) -> float:
    """The chance of *hits* or more among *tries* where each is one with the chance *share* (binomial, one-sided)."""
    if hits <= 0 or share >= 1:
        return 1.0
    if share <= 0 or hits > tries:
        return 0.0
    one, none, all_ways = log(share), log1p(-share), lgamma(tries + 1)
    ways = (
        exp(all_ways - lgamma(some + 1) - lgamma(tries - some + 1) + some * one + (tries - some) * none)
        for some in range(hits, tries + 1)
    )
    return min(1.0, fsum(ways))


def at_least(count: int, usual: float) -> float:
    """The chance of *count* or more where *usual* is the mean (Poisson)."""
    if count <= 0:
        return 1.0
    if usual <= 0:
        return 0.0
    fewer = fsum(exp(some * log(usual) - usual - lgamma(some + 1)) for some in range(count))
    return min(1.0, max(0.0, 1 - fewer))
