"""`shopinf payouts reject`."""

from __future__ import annotations

from shopinf.commands.options import DeskContext, FormChoice, Noun, StoreChoice, examples
from shopinf.commands.payouts.judging import COLUMNS, OrdersMeant, judged_result, orders_words
from shopinf.payouts.statements import Action

app = Noun()


@app.command(
    "reject",
    columns=COLUMNS,
    epilog=examples(
        "payouts reject --code MAYA15 --from 2026-11-20 --reason 'on a coupon site'",
        "payouts reject --order '#1001' --reason 'a friend of hers'",
    ),
)
def reject(
    desk: DeskContext,
    meant: OrdersMeant,
    stores: StoreChoice = StoreChoice(),
    form: FormChoice = FormChoice(),
) -> None:
    """Let orders earn nothing: what was entered is taken off, in the next statement if it was paid."""
    from shopinf.work.payouts.judge import judge

    found = judge(desk, Action.REJECT, meant.about(desk, desk.stores(stores)), meant.why)
    desk.show(judged_result(desk, Action.REJECT, found, meant.why), form)
    said = (
        f"{orders_words(found)} rejected" if found else "No order of that is entered yet, and none will earn anything"
    )
    desk.out.say(f"{said}; shopinf payouts release gives back what was rejected.")
