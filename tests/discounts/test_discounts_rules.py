"""What price rules are known by in the ledger, and which of them have one code alone."""

from __future__ import annotations

import re
from pathlib import Path

import shopinf
from shopinf.discounts.rules import UNKNOWN, is_own, key_of_own, key_of_theirs
from shopinf.discounts.terms import Kind, Terms


def test_a_rule_made_for_one_code_or_adopted_with_one_is_its_codes_own() -> None:
    assert is_own(key_of_own("maya", ""))
    assert is_own(key_of_theirs(501, alone=True))


def test_a_rule_of_equal_terms_and_one_of_another_provider_are_shared() -> None:
    for key in (Terms(Kind.TRACK_ONLY).key(), key_of_theirs(501), UNKNOWN):
        assert not is_own(key)


def test_ledgers_go_on_knowing_their_rules() -> None:
    assert key_of_own("p1", "two") == "own/p1/two"
    assert (key_of_theirs(501), key_of_theirs(501, alone=True)) == ("rule/501", "own/rule/501")


def test_keys_are_read_and_made_in_one_file_alone() -> None:
    house = Path(shopinf.__file__).parent
    typed = {path.name for path in house.rglob("*.py") if re.search(r"[\"'](own|rule)/", path.read_text())}
    assert typed == {"rules.py"}
