"""Our script tags in a store: asked for with the wish in the ledger first, told from others' again, and removed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from shopinf.errors import ShopinfError, Stopped
from shopinf.livecapture import SCRIPT, Capture, ScriptTag
from shopinf.shopify.scripttags import TagsClosed, create_script_tag, delete_script_tag, script_tags
from shopinf.stores import Store

if TYPE_CHECKING:
    from shopinf.desk import Desk


def is_ours(tag: ScriptTag, capture: Capture | None) -> bool:
    """Was this tag asked for by `livecapture install`, or does it carry the store's public key?"""
    if capture is None:
        return False
    return tag.src in capture.sources or f"{SCRIPT}?key={capture.key}" in tag.src


def ask_for_tag(desk: Desk, store: Store, src: str) -> ScriptTag:
    """Have *store* load the script at *src*; raises `TagsClosed` where Shopify makes no script tags any more."""
    leads = desk.ledger.leads
    with desk.writing(store):
        leads.intend(store.shop_id, src)
        try:
            made = create_script_tag(desk.shop(store), src)
        except TagsClosed:
            leads.note(store.shop_id, "tag.refused", {"src": src})
            raise
        leads.note(store.shop_id, "tag.live", {"src": src, "id": made.id})
    return made


def tags_to_remove(desk: Desk, store: Store, src: str | None) -> list[ScriptTag]:
    """Our tags in *store*; with *src* also those that load just that."""
    capture = desk.ledger.leads.capture(store.shop_id)
    return [tag for tag in script_tags(desk.shop(store)) if is_ours(tag, capture) or tag.src == src]


def remove_tags(desk: Desk, store: Store, tags: Sequence[ScriptTag]) -> Iterator[tuple[ScriptTag, ShopinfError | None]]:
    """Remove *tags* from *store*; yields each, with why it is still there where it is."""
    with desk.writing(store):
        for tag in tags:
            try:
                delete_script_tag(desk.shop(store), tag)
            except Stopped:
                raise
            except ShopinfError as error:
                yield tag, error
            else:
                desk.ledger.leads.disown(store.shop_id, tag.src, tag.id)
                yield tag, None
