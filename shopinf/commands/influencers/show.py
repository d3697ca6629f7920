"""`shopinf influencers show`: everything that is known of one person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from shopinf.commands.influencers.choice import InfluencerArgument
from shopinf.commands.influencers.deals import code_facts, gift_facts
from shopinf.commands.influencers.rows import influencer_row
from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.commands.payouts.rows import balances
from shopinf.people.enrichment import account_row, account_words, money
from shopinf.results import Result, columns
from shopinf.words import counted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.people.influencers import Influencer
    from shopinf.people.profiles import Account

app = Noun()

COLUMNS = columns("field value")


@app.command(
    "show",
    columns=COLUMNS,
    epilog=examples("influencers show maya", "influencers show maya@example.com -f json"),
)
def show(desk: DeskContext, influencer: InfluencerArgument, form: FormChoice = FormChoice()) -> None:
    """Show everything that is known of an influencer: accounts, customers, codes, sales, gifts, and what is owed."""
    one = desk.ledger.people.called(influencer)
    accounts = desk.ledger.roster.accounts_of([one.id]).get(one.id, ())
    whole = _whole(desk, one, accounts)
    desk.show(
        Result("shopinf.influencers.show/1", COLUMNS, list(_lines(whole, accounts)), body={"rows": [whole]}, card=True),
        form,
    )


def _whole(desk: Desk, one: Influencer, accounts: tuple[Account, ...]) -> dict[str, Any]:
    """Everything about one person, as JSON shows it."""
    ledger = desk.ledger
    rates = ledger.rates.of_people([one.id])
    stores = {store.shop_id: store.name for store in desk.book.all()}
    whole = influencer_row(desk, one, accounts, rates)
    whole["accounts"] = [account_row(each, primary=place == 0) for place, each in enumerate(accounts)]
    whole["rates"] = [
        {"commission": each.value, "since": each.day and each.day.isoformat()} for each in rates.get(one.id, ())
    ]
    whole["customers"] = [
        {
            "store": stores.get(each.shop_id),
            "customer_id": each.customer_id,
            "matched_on": each.matched_on,
            "confidence": each.confidence,
            "source": each.source,
            "orders_count": each.purchases.orders_count,
            "total_spent": money(each.purchases.total_spent, each.currency),
            "currency": each.currency,
            "first_order_at": each.purchases.first_order_at,
            "last_order_at": each.purchases.last_order_at,
        }
        for each in ledger.enrichment.earlier(people=[one.id])
    ]
    whole["codes"] = [row for store in desk.book.all() for row in code_facts(desk, store, one)]
    whole["gifts"] = [row for store in desk.book.all() for row in gift_facts(desk, store, one)]
    whole["balances"] = balances(desk, one.id)
    return whole


def _lines(whole: Mapping[str, Any], accounts: Iterable[Account]) -> Iterable[dict[str, Any]]:
    for field in ("influencer", "first_name", "last_name", "email", "tier", "commission"):
        yield {"field": field, "value": whole[field]}
    for account in accounts:
        followers = "" if account.followers is None else f", {account.followers:,} followers"
        rate = "" if account.engagement_rate_pct is None else f", {account.engagement_rate_pct:f} % engagement"
        where = f" {account.profile_url}" if account.profile_url else ""
        yield {"field": "account", "value": f"{account_words(account)}{followers}{rate}{where}"}
    for each in whole["rates"]:
        yield {"field": "rate", "value": f"{each['commission'] or 'none'} from {each['since'] or 'the beginning'}"}
    for each in whole["customers"]:
        spent = f"{each['total_spent']} {each['currency']}" if each["total_spent"] is not None else "unknown"
        orders = counted(each["orders_count"] or 0, "order")
        yield {
            "field": f"customer of {each['store'] or 'a store that is not connected'}",
            "value": f"{each['customer_id']}, {orders}, {spent} ({each['confidence']})",
        }
    for each in whole["codes"]:
        sold = ""
        if each["net_sales"] is not None:
            sold = f", {counted(each['orders'], 'order')}, {each['net_sales']} {each['currency']}"
        said = f"{each['code']} ({each['campaign']}, {each['state']}): {each['rate'] or 'no rate'}{sold}"
        yield {"field": f"code in {each['store']}", "value": said}
    for each in whole["gifts"]:
        worth = f", worth {each['retail_value']} {each['currency']}" if each["retail_value"] is not None else ""
        yield {"field": f"gift from {each['store']}", "value": f"{each['campaign']} ({each['state']}){worth}"}
    for each in whole["balances"]:
        yield {"field": f"owed by {each['payer']}", "value": f"{each['balance']} {each['currency']}"}
