"""Script tags: read and removed as ever; a new one is asked for, and its refusal understood.

Shopify closed creation and changes on every API version on 2026-10-01 and ends injection into storefronts on 2027-03-01
("Online store script tags deprecation"); reading and deleting keep working.
"""

from __future__ import annotations

from datetime import datetime

from shopinf.errors import (
    CredentialsProblem,
    LostResponse,
    NoSuchShop,
    NotAllowed,
    NotFound,
    Refused,
    RequestRejected,
    ShopinfError,
    StoreFrozen,
    StoreLocked,
    StoreReadOnly,
)
from shopinf.livecapture import REFUSED, ScriptTag
from shopinf.shopify.client import Shop
from shopinf.shopify.records import Facts
from shopinf.shopify.shop import read

_OTHER = (CredentialsProblem, StoreFrozen, StoreLocked, StoreReadOnly, NoSuchShop)


class TagsClosed(RequestRejected):
    """Shopify no longer makes script tags."""


class _Tag(Facts):
    id: int
    src: str = ""
    display_scope: str | None = None
    created_at: datetime | None = None


class _Made(Facts):
    script_tag: _Tag


def script_tags(shop: Shop) -> list[ScriptTag]:
    """The script tags of our app in this store, the oldest first; other apps' are not shown to us."""
    return [_tag(each) for each in shop.pages("script_tags.json", "script_tags", model=_Tag)]


def create_script_tag(shop: Shop, src: str) -> ScriptTag:
    """Ask for a tag that loads *src* on the storefront; `TagsClosed` where Shopify makes none any more.

    How the refusal looks is not documented, so every 4xx that has no other known cause is one; that a scope is missing
    too, for who asks has seen it granted. A lost answer is looked up in the store.
    """
    body = {"script_tag": {"event": "onload", "src": src, "display_scope": "online_store", "cache": False}}
    try:
        answer = shop.post("script_tags.json", body)
    except _OTHER:
        raise
    except (NotAllowed, NotFound, Refused) as refused:
        raise TagsClosed(REFUSED, hint=_hint(refused)) from None
    except LostResponse:
        if (made := next((tag for tag in script_tags(shop) if tag.src == src), None)) is not None:
            return made
        raise
    return _tag(read(_Made, answer, shop, "script tag").script_tag)


def delete_script_tag(shop: Shop, tag: ScriptTag) -> None:
    """Remove a tag; one that is gone already is no failure."""
    shop.delete(f"script_tags/{tag.id}.json")


def _hint(refused: ShopinfError) -> str:
    return (
        "shopinf livecapture install --method pixel hands over a pixel to paste instead, and shopinf livecapture run "
        f"needs no script at all (Shopify's answer: {refused.message})."
    )


def _tag(tag: _Tag) -> ScriptTag:
    return ScriptTag(tag.id, tag.src, tag.display_scope or "online_store", tag.created_at)
