"""What carries our sign in a store: references that any machine makes alike, whatever its ledger has lost.

A reference follows from the shop, the campaign, whose it is and which of several: a plain hash, so that it says nothing
by itself and needs no key that could be lost with the ledger. A price rule has it at the end of its title, a gift in a
tag.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator

from shopinf.discounts.codes import ALPHABET

RULE_SIGNS = 10
GIFT_SIGNS = 12
TURNS = 4  # references of one thing: a later one is for a namesake of somebody whose name changed


def rule_references(shop_id: int, campaign: str, whose: str, slot: str) -> Iterator[str]:
    """The references of a price rule, the usual one first; *whose* is a folded influencer id, "" for a number."""
    for digest in _digests("rule", shop_id, campaign, whose, slot):
        yield "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:RULE_SIGNS])


def shared_references(shop_id: int, campaign: str, terms_key: str) -> Iterator[str]:
    """The references of a price rule that codes of equal terms share."""
    for digest in _digests("shared", shop_id, campaign, terms_key):
        yield "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:RULE_SIGNS])


def gift_references(shop_id: int, campaign: str, whose: str, slot: str) -> Iterator[str]:
    """The references of a gift, the usual one first; *slot* is the folded reason of a replacement."""
    for digest in _digests("gift", shop_id, campaign, whose, slot):
        yield digest.hex()[:GIFT_SIGNS]


def first_free(references: Iterator[str], used: Collection[str]) -> str:
    """The first of *references* that nothing else in the ledger has."""
    return next(reference for reference in references if reference not in used)


def _digests(kind: str, shop_id: int, campaign: str, *whose: str) -> Iterator[bytes]:
    said = "\0".join((kind, str(shop_id), campaign.strip().casefold(), *whose))
    turn = 0
    while True:
        yield hashlib.sha256((f"{said}\0{turn}" if turn else said).encode()).digest()
        turn += 1
