"""`shopinf payouts release`."""

from __future__ import annotations

from shopinf.commands.options import DeskContext, FormChoice, Noun, StoreChoice, examples
from shopinf.commands.payouts.judging import COLUMNS, OrdersMeant, judged_result, orders_words
from shopinf.payouts.statements import Action

app = Noun()


@app.command(
    "release",
    columns=COLUMNS,
    epilog=examples(
        "payouts release --code MAYA15 --from 2026-11-20 --reason 'on a coupon site'",
        "payouts release --order '#1001' --reason 'a friend of hers'",
    ),
)
def release(
    desk: DeskContext,
    meant: OrdersMeant,
    stores: StoreChoice = StoreChoice(),
    form: FormChoice = FormChoice(),
) -> None:
    """Lift a hold, and give back what was rejected."""
    from shopinf.work.payouts.judge import judge

    found = judge(desk, Action.RELEASE, meant.about(desk, desk.stores(stores)), meant.why)
    desk.show(judged_result(desk, Action.RELEASE, found, meant.why), form)
    desk.out.say(f"{orders_words(found)} released." if found else "No order of that is entered yet; none is held.")
