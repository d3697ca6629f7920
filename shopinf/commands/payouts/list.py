"""`shopinf payouts list`: the statements, and how each stands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopinf.commands.influencers.choice import InfluencersOption
from shopinf.commands.options import DeskContext, FormChoice, Noun, PeriodChoice, StoreChoice, examples
from shopinf.commands.payouts.choice import chosen_payers, run_called
from shopinf.commands.payouts.rows import LIST_COLUMNS, statement_body, views
from shopinf.payouts.statements import Statement, Status
from shopinf.results import Format, Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shopinf.desk import Desk

app = Noun()

_TOGETHER = 500  # statements that are read together


@app.command(
    "list",
    columns=LIST_COLUMNS,
    epilog=examples(
        "payouts list --status open", "payouts list --period 2026-10 --group north", "payouts list -f json"
    ),
)
def list_(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    status: Annotated[list[Status] | None, typer.Option("--status", help="Only these; may be repeated.")] = None,
    run: Annotated[str | None, typer.Option("--run", help="Only those of a run.", metavar="R")] = None,
    influencer: InfluencersOption = None,
    period: PeriodChoice = PeriodChoice(),
    form: FormChoice = FormChoice(),
) -> None:
    """List statements: what was earned, held, paid and carried, and how each stands."""
    if run is not None and stores == StoreChoice():  # a run says whose statements are meant
        stores = StoreChoice(all_stores=True)
    found = views(desk, _chosen(desk, stores, period, influencer or ()))
    if status:
        found = [each for each in found if each.status in status]
    if run is not None:
        paid = {each.statement_id: each for each in desk.ledger.payments.of_run(run_called(desk, run))}
        mine = [each for each in found if each.statement.id in paid]
        found = [replace(each, payment=paid[each.statement.id]) for each in mine]
    found.sort(key=lambda each: (each.statement.first, each.payer, each.currency, each.influencer))
    body: dict[str, list[dict[str, Any]]] | None = None
    if desk.form(form).format is Format.JSON:
        body = {"statements": []}
        for start in range(0, len(found), _TOGETHER):  # each with all of its entries, which may be very many
            some = found[start : start + _TOGETHER]
            entries = desk.ledger.accounts.of_statements([each.statement.id for each in some])
            body["statements"] += statement_body(desk, some, entries, listed=True)
    rows = [each.listed() for each in found]
    desk.show(Result("shopinf.statements/1", LIST_COLUMNS, rows, body=body), form)
    if not rows:
        narrowed = bool(status or run or influencer or period.given)
        none = "No statement is like that." if narrowed else "No month was closed yet."
        desk.out.say(f"{none}  Next: shopinf payouts close --period last-month")


def _chosen(desk: Desk, stores: StoreChoice, period: PeriodChoice, people: Sequence[str]) -> list[Statement]:
    """The statements of the payers that are meant, by period and influencer where these are given."""
    payers = [each.key for each in chosen_payers(desk, stores)]
    ids = [desk.ledger.people.called(name).id for name in people]
    spans = period.of(desk, desk.stores(stores)).values() if period.given else ()
    first = min((each.first for each in spans), default=None)
    last = max((each.last for each in spans), default=None)
    return desk.ledger.accounts.listed(payers, people=ids, first=first, last=last)
