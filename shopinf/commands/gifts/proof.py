"""What the drafts of gifts would come to, worked out by the store beforehand where it lets us ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from shopinf.errors import NoSuchThing, Refused, ShopinfError, Stopped
from shopinf.gifts.plan import Step
from shopinf.money import Money
from shopinf.scopes import expand
from shopinf.shopify.drafts import Wish
from shopinf.shopify.pages import at_once
from shopinf.shopify.totals import total_of
from shopinf.words import counted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.shopify.client import Shop
    from shopinf.stores import Store

SCOPE = "write_draft_orders"
TOGETHER = 8


def prove(desk: Desk, store: Store, steps: Sequence[Step]) -> tuple[Mapping[str, str], list[str]]:
    """Why drafts would not be free, by the place of their row, and what is to be said; nothing is made.

    Where the store does not tell, each draft is checked all the same before it is completed.
    """
    drafts = [step for step in steps if step.sends and not step.is_drafted]
    if not drafts:
        return {}, []
    shop, wrong = desk.shop(store), dict[str, str]()
    if SCOPE not in expand(store.scopes):
        return {}, [_unproven(store, f"{SCOPE} is not granted")]
    try:
        # The first one alone: a store that does not allow it is asked once.
        for part in (drafts[:1], drafts[1:]):
            jobs = (partial(_worth, shop, store.currency, step) for step in part)
            found = at_once(jobs, workers=TOGETHER if len(part) > 1 else 1, clock=shop.clock)
            wrong |= {place: why for place, why in found if why}
    except Stopped:
        raise
    except ShopinfError as error:
        return wrong, [_unproven(store, error.message)]
    if wrong:
        return wrong, []
    free, each = Money.zero(store.currency), "it comes" if len(drafts) == 1 else "each comes"
    return {}, [f"{store.name} worked out {counted(len(drafts), 'draft')}: {each} to {free} {store.currency}."]


def _worth(shop: Shop, currency: str, step: Step) -> tuple[str, str | None]:
    """The row of a gift, and why its draft would not be free."""
    place = step.ask.place
    try:
        total = total_of(shop, Wish("", step.lines, step.ask.recipient, ""), currency)
    except (Refused, NoSuchThing) as error:
        if isinstance(error, Refused) and not error.fields:
            raise  # of the request, and not of this gift
        return place, f"the store has something against its draft: {error.message}"
    if total:
        return place, f"its draft would come to {Money(total, currency)} {currency}, not to nothing"
    return place, None


def _unproven(store: Store, why: str) -> str:
    return (
        f"{store.name} did not work out what the drafts come to ({why}); each is checked before it is completed, "
        "as always."
    )
