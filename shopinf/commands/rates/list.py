"""`shopinf rates list`: what is agreed, and for an influencer which rate wins for each code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopinf.commands.influencers.choice import InfluencerOption
from shopinf.commands.options import DeskContext, FormChoice, Noun, StoreChoice, examples
from shopinf.commands.rates.rows import COLUMNS, rate_rows
from shopinf.payouts.rates import RateBook, Subject
from shopinf.results import Cell, Result, columns

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.people.influencers import Influencer
    from shopinf.stores import Store

app = Noun()

WINNING = columns(
    "store influencer code campaign product rate since why",
    order="store influencer code campaign product rate since why",
)


@app.command(
    "list",
    columns=[*COLUMNS, *WINNING[-1:]],
    epilog=examples("rates list", "rates list --influencer maya", "rates list -f json"),
)
def list_(
    desk: DeskContext,
    influencer: InfluencerOption = None,
    stores: StoreChoice = StoreChoice(),
    form: FormChoice = FormChoice(),
) -> None:
    """List the rates; with --influencer, which one wins today for each of their codes, and why."""
    if influencer is None:
        rows = rate_rows(desk, desk.ledger.rates.all())
        desk.show(Result("shopinf.rates.list/1", COLUMNS, rows), form)
        if not rows:
            desk.out.say("Nothing is agreed yet.  shopinf rates set 10% says what everybody earns.")
        return
    one = desk.ledger.people.called(influencer)
    rows = [row for store in desk.stores(stores) for row in _winning(desk, store, one)]
    desk.show(Result("shopinf.rates.list/1", WINNING, rows), form)
    if not rows:
        desk.out.say(f"{one.influencer} has no code there, so no rate counts.")


def _winning(desk: Desk, store: Store, one: Influencer) -> list[dict[str, Cell]]:
    """The rate that counts today for each code of an influencer, and for each product that has one of its own."""
    book = RateBook(desk.ledger.rates.of_store(store.shop_id, store.currency, {one.id: one.id}))
    rows: list[dict[str, Cell]] = []
    for record in desk.ledger.codes.of_shop(store.shop_id, person=one.id):
        subject = Subject(store.shop_id, record.id, record.campaign, one.id)
        general = book.winning(subject, desk.today(store))
        for product in ["", *sorted(book.products)]:
            found = book.winning(subject, desk.today(store), [product])
            if product and (found is None or found == general):
                continue
            rows.append(
                {
                    "store": store.name,
                    "influencer": one.influencer,
                    "code": record.code,
                    "campaign": record.campaign or None,
                    "product": product or None,
                    "rate": str(found.rate) if found else None,
                    "since": found.since if found else None,
                    "why": found.why if found else "nobody has said",
                }
            )
    return rows
