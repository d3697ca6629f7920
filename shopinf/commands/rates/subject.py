"""What a rate is of, as it is typed: a code, an influencer, a campaign, a product, or everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.attribution.commissions import Commission
from shopinf.commands.influencers.choice import influencer_names
from shopinf.discounts.campaigns import find_campaign
from shopinf.errors import BadInput, NotFound
from shopinf.nearest import did_you_mean
from shopinf.payouts.rates import ByCustomer, Rate, Subject, Tiers, has_amounts, read_rate

if TYPE_CHECKING:
    from shopinf.commands.options import StoreChoice
    from shopinf.desk import Desk
    from shopinf.discounts.records import CodeRecord
    from shopinf.stores import Store


@dataclass(frozen=True)
class SubjectChoice:
    """Whose rate it is; without any, everybody's."""

    influencer: Annotated[
        str | None,
        typer.Option("--influencer", help="An influencer's.", metavar="INFLUENCER", autocompletion=influencer_names),
    ] = None
    code: Annotated[str | None, typer.Option("--code", help="A code's.", metavar="CODE")] = None
    campaign: Annotated[
        str | None, typer.Option("--campaign", help="A campaign's; with --influencer, theirs in it.", metavar="NAME")
    ] = None
    product: Annotated[
        str | None, typer.Option("--product", help="Only for a product, by id or SKU.", metavar="ID|SKU")
    ] = None

    def __post_init__(self) -> None:
        if self.code is not None and (self.influencer is not None or self.campaign is not None):
            raise BadInput(
                "A code has its influencer and its campaign already", hint="Leave out --influencer and --campaign."
            )

    @property
    def given(self) -> bool:
        return any((self.influencer, self.code, self.campaign, self.product))


@dataclass(frozen=True)
class Meant:
    """A subject, and the code that it is of."""

    subject: Subject
    store: Store | None = None
    record: CodeRecord | None = None


def meant_by(desk: Desk, choice: SubjectChoice, stores: StoreChoice) -> list[Meant]:
    """What a rate is of; of a code in each of the chosen stores that has it, else of all or the named stores."""
    product = (choice.product or "").strip().casefold()
    if choice.code is not None:
        return _codes(desk, desk.stores(stores), choice.code, product)
    named = desk.stores(stores) if stores.store or stores.group else []
    person = desk.ledger.people.called(choice.influencer).id if choice.influencer else ""
    campaign = _campaign(desk, choice.campaign, named) if choice.campaign else ""
    general = Subject(campaign=campaign, person=person, product=product)
    if not named:
        return [Meant(general)]
    return [Meant(Subject(each.shop_id, 0, campaign, person, product), each) for each in named]


def _codes(desk: Desk, stores: Sequence[Store], text: str, product: str) -> list[Meant]:
    found = [(store, record) for store in stores if (record := desk.ledger.codes.named(store.shop_id, text))]
    if not found:
        known = [record.code for store in stores for record in desk.ledger.codes.of_shop(store.shop_id)]
        raise NotFound(
            f"No code is called {text}", hint=did_you_mean(text, known, "shopinf discounts list shows the codes.")
        )
    return [Meant(Subject(store.shop_id, record.id, product=product), store, record) for store, record in found]


def _campaign(desk: Desk, text: str, stores: Sequence[Store]) -> str:
    every = stores or desk.book.all()
    return find_campaign(text, (name for store in every for name in desk.ledger.codes.campaigns(store.shop_id)))


def read_for(desk: Desk, text: str, meant: Meant, rate: Rate) -> str | None:
    """The rate as it is kept for *meant*: an amount in the decimals of the store's currency, where it is of one."""
    if meant.subject.product and not _is_percentage(rate):
        raise BadInput("A product earns a percentage of its own sales", hint="Write it like 5%, or 0% for nothing.")
    if meant.store is not None and has_amounts(rate) and not isinstance(rate, Tiers):
        return str(read_rate(text, meant.store.currency))
    return str(rate)


def _is_percentage(rate: Rate) -> bool:
    match rate:
        case Commission(percent=percent):
            return percent is not None
        case ByCustomer(new=new, returning=returning):
            return new.percent is not None and returning.percent is not None
    return False
