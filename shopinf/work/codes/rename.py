"""Giving a code another name in its store; a run that was stopped in between is taken up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopinf.discounts.records import CodeRecord, Origin
from shopinf.errors import Refused
from shopinf.orders import folded
from shopinf.shopify import discounts as remote
from shopinf.work.codes.make import taken

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.shopify.discounts import Code
    from shopinf.stores import Store


def rename_code(desk: Desk, store: Store, record: CodeRecord, new: str) -> str:
    """Call *record* by its *new* name, in the store and here; returns the name it had."""
    codes = desk.ledger.codes
    with desk.writing(store):
        [record] = codes.by_ids([record.id])  # anew, for another run may have been quicker
        if record.code != new:
            codes.note(store.shop_id, record, "code.renaming", code=new)
            _rename_there(desk, store, record, new)
            day = desk.today(store).isoformat()
            codes.retell(store.shop_id, record, "code.renamed", {"code": new}, former_code=record.code, day=day)
    return record.code


def check_free(desk: Desk, store: Store, record: CodeRecord, new: str) -> Code | None:
    """What the store has by the *new* name: nothing, or this very code; another one's is refused."""
    found = remote.look_up(desk.shop(store), new)
    if found is not None and found.id != record.discount_code_id:
        raise taken(new)
    return found


def _rename_there(desk: Desk, store: Store, record: CodeRecord, new: str) -> None:
    """Rename it in the store; one that has the new name already was renamed by a run that did not end."""
    shop, rule_id, code_id = desk.shop(store), record.rule.price_rule_id, record.discount_code_id
    if rule_id is None or code_id is None:
        return  # a paused code of a shared rule is made anew when it is resumed
    found = check_free(desk, store, record, new)
    if found is None or folded(record.code) == folded(new):
        try:
            remote.rename_code(shop, rule_id, code_id, new)
        except Refused as refused:
            raise taken(new) if remote.is_taken(refused) else refused from None
    if record.rule.own and record.origin is Origin.MADE:
        remote.change_rule(shop, rule_id, title=f"{new}{record.rule.title.removeprefix(record.code)}")
