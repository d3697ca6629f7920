"""`shopinf payouts hold`."""

from __future__ import annotations

from shopinf.commands.options import DeskContext, FormChoice, Noun, StoreChoice, examples
from shopinf.commands.payouts.judging import COLUMNS, OrdersMeant, judged_result, orders_words
from shopinf.payouts.statements import Action

app = Noun()


@app.command(
    "hold",
    columns=COLUMNS,
    epilog=examples(
        "payouts hold --code MAYA15 --from 2026-11-20 --reason 'on a coupon site'",
        "payouts hold --order '#1001' --reason 'a friend of hers'",
    ),
)
def hold(
    desk: DeskContext,
    meant: OrdersMeant,
    stores: StoreChoice = StoreChoice(),
    form: FormChoice = FormChoice(),
) -> None:
    """Hold orders back from payment until they are released; also those that are entered later."""
    from shopinf.work.payouts.judge import judge

    found = judge(desk, Action.HOLD, meant.about(desk, desk.stores(stores)), meant.why)
    desk.show(judged_result(desk, Action.HOLD, found, meant.why), form)
    said = f"{orders_words(found)} on hold" if found else "No order of that is entered yet"
    later = "" if meant.order else "; what comes later is held too"
    lift = f"shopinf payouts release{meant.typed}{stores.typed} --reason 'looked at'"
    desk.out.say(f"{said}{later}.  Next: {lift}")
