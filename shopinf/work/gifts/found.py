"""Gifts that a store has and the ledger lacks, taken up before they would be sent a second time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from itertools import islice
from typing import TYPE_CHECKING

from shopinf.discounts.campaigns import same_campaign
from shopinf.gifts.plan import GiftRecord, Shape, Step
from shopinf.ledger.gifts import Intended
from shopinf.ledger.sightings import Carrier, Sighting
from shopinf.references import TURNS, first_free, gift_references
from shopinf.shopify import drafts as remote
from shopinf.work.sightings import look_for_gifts

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.shopify.client import Shop
    from shopinf.stores import Store


def all_intended(desk: Desk, store: Store, shape: Shape, steps: Sequence[Step]) -> list[Intended]:
    """The gifts of *steps* as they are written down, each with the reference that its draft will carry."""
    known = desk.ledger.sightings.gifts(store.shop_id)
    names = desk.ledger.people.names(step.ask.person for step in steps)
    made = []
    for step in steps:
        mine = (shape.campaign, step.ask.person, shape.slot)
        others = {reference for reference, whose in known.items() if whose != mine}
        references = gift_references(store.shop_id, shape.campaign, names[step.ask.person][0], shape.slot)
        reference = first_free(references, others)
        known[reference] = mine
        made.append(Intended(step.ask.person, shape.slot, step.lines, reference))
    return made


def take_up(desk: Desk, store: Store, shop: Shop, shape: Shape, steps: Sequence[Step]) -> list[GiftRecord]:
    """Write down what is in *store* of *steps*, which are about to be sent; returns these gifts as drafts.

    What became of a draft is found out by whoever goes on with it.
    """
    lacking = look_for_gifts(desk, store, shop)
    if not lacking:
        return []
    known = desk.ledger.sightings.gifts(store.shop_id)
    names = desk.ledger.people.names(step.ask.person for step in steps)
    found: list[tuple[Intended, remote.Draft]] = []
    for step in steps:
        mine = (shape.campaign, step.ask.person, shape.slot)
        for name in names[step.ask.person]:
            references = islice(gift_references(store.shop_id, shape.campaign, name, shape.slot), TURNS)
            ours = [each for each in references if known.get(each, mine) == mine]
            if draft := _there(desk, store, shop, lacking, ours):
                found.append((Intended(step.ask.person, shape.slot, step.lines, str(draft.reference)), draft))
                break
    return keep(desk, store, shape.campaign, found)


def take_up_known(desk: Desk, store: Store, campaign: str | None) -> tuple[int, list[Sighting]]:
    """Take up what *store* has of gifts to people who are known here; returns how many, and what is of nobody known."""
    shop = desk.shop(store)
    if not look_for_gifts(desk, store, shop):
        return 0, []
    with nullcontext() if store.read_only else desk.writing(store):  # what another run is sending is not lacking
        lacking = look_for_gifts(desk, store, shop)
        known = desk.ledger.gifts.of_shop(store.shop_id)
        names = desk.ledger.people.names(one.id for one in desk.ledger.roster.everybody())
        slots = sorted({"", *(record.slot for record in known)})
        used = desk.ledger.sightings.gifts(store.shop_id)
        taken, unknown = 0, list[Sighting]()
        for reference, several in lacking.items():
            of = several[0].label
            if campaign is not None and not same_campaign(campaign, of):
                continue
            whose = _whose(store, reference, of, names, slots) if reference not in used else None
            draft = _there(desk, store, shop, lacking, [reference]) if whose else None
            if whose is None:
                unknown += several
            elif draft is not None:
                person, slot = whose
                keep(
                    desk,
                    store,
                    desk.ledger.gifts.spelled(store.shop_id, of),
                    [(Intended(person, slot, (), reference), draft)],
                )
                taken += 1
    return taken, unknown


def _whose(
    store: Store, reference: str, campaign: str, names: Mapping[str, Sequence[str]], slots: Sequence[str]
) -> tuple[str, str] | None:
    """Which person's gift, and which of them, carries this reference; None where nobody's who is known."""
    for person, called in names.items():
        for slot in slots:
            for name in called:
                if reference in islice(gift_references(store.shop_id, campaign, name, slot), TURNS):
                    return person, slot
    return None


def keep(desk: Desk, store: Store, campaign: str, found: Sequence[tuple[Intended, remote.Draft]]) -> list[GiftRecord]:
    """Write down gifts that were found in *store*, each with its person; an order that came of one as well."""
    gifts = desk.ledger.gifts
    ids = gifts.intend(store.shop_id, campaign, store.currency, [intended for intended, _ in found])
    for record, (_, draft) in zip(gifts.by_ids(ids), found, strict=True):
        gifts.drafted(store.shop_id, record, draft.id, draft.retail)
        if draft.order_id is not None:
            gifts.completed(store.shop_id, record, draft.order_id, draft.completed_at)
    return gifts.by_ids(ids)


def _there(
    desk: Desk, store: Store, shop: Shop, lacking: Mapping[str, Sequence[Sighting]], references: Sequence[str]
) -> remote.Draft | None:
    """The draft with one of these references, one that became an order before all others; None where none is."""
    drafts: list[remote.Draft] = []
    for sighting in (each for reference in references for each in lacking.get(reference, ())):
        draft = remote.find_draft(shop, sighting.theirs, store.currency)
        if draft is None:
            desk.ledger.sightings.drop(store.shop_id, Carrier.GIFT, [sighting.theirs])
        else:
            drafts.append(draft)
    return min(drafts, key=lambda draft: (not draft.completed, draft.id), default=None)
