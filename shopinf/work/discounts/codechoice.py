"""Which codes a command line means: by campaign, by influencer, by name, in each store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shopinf.discounts.campaigns import find_campaign, same_campaign
from shopinf.discounts.plan import CodeRecord, State
from shopinf.errors import NotFound
from shopinf.orders import folded
from shopinf.people.influencers import Influencer

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Store


@dataclass(frozen=True)
class CodeChoice:
    """Codes by campaign, influencer and name; what is given narrows the choice."""

    campaign: str | None = None
    influencer: str | None = None
    codes: Sequence[str] = ()


def choose_codes(desk: Desk, stores: Sequence[Store], choice: CodeChoice) -> dict[str, list[CodeRecord]]:
    """The codes of each store, by the store's name; a name that no store knows is not found."""
    person = _person(desk, choice.influencer)
    found: dict[str, list[CodeRecord]] = {}
    campaigns: set[str] = set()
    names: set[str] = set()
    for store in stores:
        records = desk.ledger.codes.of_shop(store.shop_id, person=person.id if person else None)
        campaigns |= {record.campaign for record in records}
        names |= {folded(record.code) for record in records if record.state is not State.FAILED}
        found[store.name] = [record for record in records if _is_meant(record, choice)]
    if choice.campaign is not None:
        find_campaign(choice.campaign, campaigns)
    for code in choice.codes:
        if folded(code) not in names:
            raise NotFound(
                f"No code is called {code} here",
                hint="shopinf discounts list shows the codes that shopinf made or imported.",
            )
    return found


def _person(desk: Desk, name: str | None) -> Influencer | None:
    return None if name is None else desk.ledger.people.called(name)


def _is_meant(record: CodeRecord, choice: CodeChoice) -> bool:
    if choice.campaign is not None and not same_campaign(record.campaign, choice.campaign):
        return False
    wanted = {folded(code) for code in choice.codes}
    return not wanted or (folded(record.code) in wanted and record.state is not State.FAILED)


def people_of(desk: Desk, records: Iterable[CodeRecord]) -> Mapping[str, Influencer]:
    """The influencers of *records*, by opaque id."""
    return desk.ledger.people.by_id(record.person for record in records)
