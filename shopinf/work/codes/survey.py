"""Many codes found in a store with few requests: looked up one by one, or read from the lists of all rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from shopinf.orders import folded
from shopinf.shopify import discounts as remote
from shopinf.shopify.client import PAGE
from shopinf.shopify.pages import at_once
from shopinf.work.doubt import together

if TYPE_CHECKING:
    from shopinf.shopify.client import Shop

FEW = 10  # codes that are looked up without counting what the lists would cost


@dataclass(frozen=True, slots=True)
class Found:
    """A code as the store has it, with its rule."""

    code: remote.Code
    rule: remote.Rule


def survey(shop: Shop, codes: Collection[str]) -> dict[str, Found]:
    """Those of *codes* that are in the store, by folded name."""
    wanted = {folded(code): code for code in codes}
    if not wanted:
        return {}
    rules = remote.count_rules(shop) if len(wanted) > FEW else None
    if rules is not None and _lists_cost(shop, rules) < len(wanted):
        listed = {rule.id: rule for rule in remote.all_rules(shop)}
        found = _in_lists(shop, listed, wanted)
    else:
        found = _looked_up(shop, wanted)
        listed = _rules(shop, {code.price_rule_id for code in found.values()}, rules)
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


def _rules(shop: Shop, ids: Collection[int], count: int | None) -> dict[int, remote.Rule]:
    if count is not None and count // PAGE + 1 < len(ids):
        return {rule.id: rule for rule in remote.all_rules(shop) if rule.id in ids}
    found = (remote.find_rule(shop, rule) for rule in sorted(ids))
    return {rule.id: rule for rule in found if rule is not None}
