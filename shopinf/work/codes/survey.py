"""Many codes found in a store with few requests: looked up one by one, or read from the lists of all rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from shopinf.orders import folded
from shopinf.shopify import discounts as remote
from shopinf.shopify.client import PAGE
from shopinf.shopify.pages import at_once
from shopinf.shopify.records import broken_page
from shopinf.unread import Unread
from shopinf.work.doubt import together

if TYPE_CHECKING:
    from shopinf.shopify.client import Shop

FEW = 10  # codes that are looked up without counting what the lists would cost


@dataclass(frozen=True, slots=True)
class Found:
    """A code as the store has it, with its rule."""

    code: remote.Code
    rule: remote.Rule


def survey(shop: Shop, codes: Collection[str], unread: dict[str, Unread] | None = None) -> dict[str, Found]:
    """Those of *codes* that are in the store, by folded name.

    Where the rule of a code cannot be read, the code goes into *unread* with it; without that the answer is broken.
    """
    wanted = {folded(code): code for code in codes}
    if not wanted:
        return {}
    rules = remote.count_rules(shop) if len(wanted) > FEW else None
    if rules is not None and _lists_cost(shop, rules) < len(wanted):
        listed, odd = _all_rules(shop)
        found = _in_lists(shop, [*listed, *odd], wanted)
    else:
        found = _looked_up(shop, wanted)
        listed, odd = _rules(shop, {code.price_rule_id for code in found.values()}, rules)
    for name, code in found.items():
        if code.price_rule_id in odd:
            if unread is None:
                raise broken_page("price_rules", shop.access.name, odd[code.price_rule_id])
            unread[name] = odd[code.price_rule_id]
    return {
        name: Found(code, listed[code.price_rule_id]) for name, code in found.items() if code.price_rule_id in listed
    }


def _lists_cost(shop: Shop, rules: int) -> int:
    """Requests to read every rule and the codes of each."""
    return rules // PAGE + 1 + max(rules, remote.count_codes(shop) // PAGE + 1)


def _looked_up(shop: Shop, wanted: Mapping[str, str]) -> dict[str, remote.Code]:
    jobs = (partial(remote.look_up, shop, code) for code in wanted.values())
    found = at_once(jobs, workers=together(shop), clock=shop.clock)
    return {folded(code.code): code for code in found if code is not None}


def _in_lists(shop: Shop, rules: Collection[int], wanted: Collection[str]) -> dict[str, remote.Code]:
    jobs = (partial(_codes_of, shop, rule, wanted) for rule in rules)
    lists = at_once(jobs, workers=together(shop), clock=shop.clock)
    return {folded(code.code): code for codes in lists for code in codes}


def _codes_of(shop: Shop, rule: int, wanted: Collection[str]) -> list[remote.Code]:
    return [code for code in remote.codes_of(shop, rule) if folded(code.code) in wanted]


_Rules = tuple[dict[int, remote.Rule], dict[int, Unread]]  # by id: those that can be read, and the others


def _all_rules(shop: Shop) -> _Rules:
    odd: list[Unread] = []
    return {rule.id: rule for rule in remote.all_rules(shop, odd.append)}, _by_id(odd)


def _rules(shop: Shop, ids: Collection[int], count: int | None) -> _Rules:
    if count is not None and count // PAGE + 1 < len(ids):
        return _all_rules(shop)
    found: dict[int, remote.Rule] = {}
    odd: list[Unread] = []
    for id in sorted(ids):
        if (rule := remote.find_rule(shop, id, odd.append)) is not None:
            found[id] = rule
    return found, _by_id(odd)


def _by_id(odd: Iterable[Unread]) -> dict[int, Unread]:
    return {each.record_id: each for each in odd if each.record_id}
