"""Which gifts a command line means: by campaign and by influencer, in each store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.commands.completion import campaign_names
from shopinf.commands.influencers.choice import InfluencerOption
from shopinf.discounts.campaigns import read_campaign, same_campaign
from shopinf.errors import NotFound
from shopinf.gifts.plan import GiftRecord, State
from shopinf.nearest import did_you_mean

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.people.influencers import Influencer
    from shopinf.stores import Store


@dataclass(frozen=True)
class GiftChoice:
    """Gifts by campaign and influencer; what is given narrows the choice."""

    campaign: Annotated[
        str | None,
        typer.Option("--campaign", help="Only this campaign.", metavar="NAME", autocompletion=campaign_names),
    ] = None
    influencer: InfluencerOption = None


def choose_gifts(desk: Desk, stores: Sequence[Store], choice: GiftChoice) -> dict[int, list[GiftRecord]]:
    """The gifts of each store that were not given up, by its number; a name that no store knows is not found."""
    person: str | None = None
    if choice.influencer is not None:
        person = desk.ledger.people.called(choice.influencer).id
    gifts = {
        store.shop_id: desk.ledger.gifts.of_shop(store.shop_id, campaign=choice.campaign, person=person)
        for store in stores
    }
    if choice.campaign is not None and not any(gifts.values()):
        known = {each.campaign for store in stores for each in desk.ledger.gifts.of_shop(store.shop_id)}
        if not any(same_campaign(name, choice.campaign) for name in known):
            raise NotFound(
                f"No campaign with gifts is called {read_campaign(choice.campaign)}",
                hint=did_you_mean(choice.campaign, known, "shopinf gifts status shows the campaigns."),
            )
    return {shop: [each for each in found if each.state is not State.FAILED] for shop, found in gifts.items()}


def people_of(desk: Desk, records: Iterable[GiftRecord]) -> Mapping[str, Influencer]:
    """The influencers of *records*, by opaque id."""
    return desk.ledger.people.by_id(record.person for record in records)
