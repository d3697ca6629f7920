"""`shopinf discounts retire`: codes that end for good."""

from __future__ import annotations

from shopinf.commands.discounts.choice import CodeChoice
from shopinf.commands.discounts.rows import CODE_COLUMNS
from shopinf.commands.discounts.switch import carry_out, find_meant
from shopinf.commands.options import DeskContext, DryRunOption, FormChoice, Noun, StoreChoice, examples
from shopinf.words import counted

app = Noun()


@app.command("retire", columns=CODE_COLUMNS, asks=True, epilog=examples("discounts retire --influencer maya --yes"))
def retire(
    desk: DeskContext, stores: StoreChoice, form: FormChoice, choice: CodeChoice, dry_run: DryRunOption = False
) -> None:
    """End codes for good; they are never made again, and old orders stay attributed."""
    from shopinf.work.codes.switch import Act

    meant = find_meant(desk, desk.stores(stores), choice, Act.RETIRE)
    if meant.concerned and not dry_run:
        desk.out.note("A retired code is never made again.")
        meant.ask(desk)
    if changed := carry_out(desk, meant, form, dry_run=dry_run):
        desk.out.say(f"{counted(changed, 'code')} retired.")
