"""Which codes a command line means: by campaign, by influencer, by name, in each store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.commands.completion import campaign_names, code_names
from shopinf.commands.influencers.choice import InfluencerOption
from shopinf.discounts.campaigns import find_campaign, same_campaign
from shopinf.discounts.records import CodeRecord, State
from shopinf.errors import NotFound
from shopinf.nearest import did_you_mean
from shopinf.orders import folded
from shopinf.shell import quoted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.people.influencers import Influencer
    from shopinf.stores import Store

CodeArgument = Annotated[
    str, typer.Argument(help="A code that shopinf made or imported.", metavar="CODE", autocompletion=code_names)
]
RedirectOption = Annotated[str | None, typer.Option("--redirect", help="The page that links lead to.", metavar="PATH")]
UtmOption = Annotated[
    list[str] | None, typer.Option("--utm", help="Goes into links, like source=maya; may be repeated.", metavar="K=V")
]


@dataclass(frozen=True)
class CodeChoice:
    """Codes by campaign, influencer and name; what is given narrows the choice."""

    campaign: Annotated[
        str | None,
        typer.Option("--campaign", help="Only this campaign.", metavar="NAME", autocompletion=campaign_names),
    ] = None
    influencer: InfluencerOption = None
    code: Annotated[
        list[str] | None, typer.Option("--code", help="Only this code; may be repeated.", autocompletion=code_names)
    ] = None

    @property
    def codes(self) -> Sequence[str]:
        return self.code or ()

    @property
    def typed(self) -> str:
        """The same choice for another command, as it is typed."""
        named = [("campaign", self.campaign), ("influencer", self.influencer), *(("code", each) for each in self.codes)]
        return " ".join(f"--{option} {quoted(value)}" for option, value in named if value)

    @property
    def is_all(self) -> bool:
        """Was nothing said, so that every code is meant?"""
        return not (self.campaign or self.influencer or self.code)


def choose_codes(desk: Desk, stores: Sequence[Store], choice: CodeChoice) -> dict[str, list[CodeRecord]]:
    """The codes of each store, by the store's name; a name that no store knows is not found."""
    person = _person(desk, choice.influencer)
    found: dict[str, list[CodeRecord]] = {}
    campaigns: set[str] = set()
    names: dict[str, str] = {}
    for store in stores:
        records = desk.ledger.codes.of_shop(store.shop_id, person=person.id if person else None)
        campaigns |= {record.campaign for record in records}
        names |= {folded(record.code): record.code for record in records if record.state is not State.FAILED}
        found[store.name] = [record for record in records if _is_meant(record, choice)]
    if choice.campaign is not None:
        find_campaign(choice.campaign, campaigns)
    for code in choice.codes:
        if folded(code) not in names:
            listed = "shopinf discounts list shows the codes that shopinf made or imported."
            raise NotFound(f"No code is called {code} here", hint=did_you_mean(code, names.values(), listed))
    return found


def choose_code(desk: Desk, store: Store, code: str) -> CodeRecord:
    """The one code of that name in *store*."""
    found = choose_codes(desk, [store], CodeChoice(code=[code]))[store.name]
    if not found:
        raise NotFound(f"No code is called {code} here", hint="shopinf discounts list")
    return found[0]


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
