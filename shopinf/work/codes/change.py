"""Changing codes that exist: other terms on a price rule of ours, other links, another commission."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shopinf.discounts.plan import Step
from shopinf.discounts.records import CodeRecord, State
from shopinf.discounts.rules import key_on_other_terms
from shopinf.discounts.terms import Terms
from shopinf.errors import BadInput, ShopinfError, Stopped
from shopinf.shopify import discounts as remote
from shopinf.words import counted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Store


def change(desk: Desk, store: Store, steps: Sequence[Step]) -> ShopinfError | None:
    """Bring the codes of *steps* to the terms asked for; returns what stopped it.

    A price rule is changed as a whole, so all of its codes must be meant.
    """
    try:
        by_rule: dict[int, list[Step]] = {}
        for step in steps:
            if step.record is not None:
                by_rule.setdefault(step.record.rule.id, []).append(step)
        for group in by_rule.values():
            _change_rule(desk, store, group)
        for step in steps:
            _change_code(desk, store, step)
    except Stopped:
        raise
    except ShopinfError as trouble:
        return trouble
    return None


def _change_rule(desk: Desk, store: Store, steps: Sequence[Step]) -> None:
    codes = desk.ledger.codes
    first, terms = steps[0].record, steps[0].terms
    assert first is not None
    assert terms is not None
    [record] = codes.by_ids([first.id])  # it may have been made just now
    rule = record.rule
    if rule.terms == terms or rule.price_rule_id is None:
        return
    others = {each.id for each in codes.of_rule(rule.id)} - {step.record.id for step in steps if step.record}
    if others or any(step.terms != terms for step in steps):
        shared = counted(len(others), "other code") if others else "other codes"
        raise BadInput(
            f"{record.code} shares its price rule with {shared}, which would change too",
            hint="Ask for the same terms for all of them, or make new codes with --own-rules.",
        )
    body = _changed(rule.terms, terms, desk)
    if record.state is State.PAUSED:  # its end date is what pauses it; the new dates come with resume
        body = {name: value for name, value in body.items() if name not in ("starts_at", "ends_at")}
    codes.changing_rule(store.shop_id, rule, terms)
    if body:
        remote.change_rule(desk.shop(store), rule.price_rule_id, **body)
    codes.changed_rule(
        store.shop_id, rule, terms, rule.key if rule.own else key_on_other_terms(rule.key, rule.terms, terms)
    )


def _changed(before: Terms, after: Terms, desk: Desk) -> Mapping[str, Any]:
    """The fields that differ; the kind of a discount is told by several of them, which go together."""
    now = desk.clock.now()
    old, new = remote.rule_body(before, now), remote.rule_body(after, now)
    kind = {"target_type", "target_selection", "allocation_method", "value_type", "value"}
    different = {name for name in new if old[name] != new[name]}
    return {name: new[name] for name in new if name in different or (different & kind and name in kind)}


def _change_code(desk: Desk, store: Store, step: Step) -> None:
    """What stands only in the ledger: the commission and how the link is made."""
    record, ask = step.record, step.ask
    if record is None:
        return
    wanted = {"commission": ask.commission, "redirect": ask.redirect, "utm": None if ask.utm is None else dict(ask.utm)}
    new = {name: value for name, value in wanted.items() if value is not None and value != _had(record)[name]}
    if new:
        former = {f"former_{name}": _had(record)[name] for name in new}
        day = desk.today(store).isoformat()
        desk.ledger.codes.retell(store.shop_id, record, "code.changed", new, day=day, **former)


def _had(record: CodeRecord) -> dict[str, Any]:
    return {"commission": record.commission, "redirect": record.redirect, "utm": dict(record.utm)}
