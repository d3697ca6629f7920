"""`shopinf discounts resume`: paused codes work again."""

from __future__ import annotations

from shopinf.commands.discounts.choice import CodeChoice
from shopinf.commands.discounts.rows import CODE_COLUMNS
from shopinf.commands.discounts.switch import carry_out, find_meant
from shopinf.commands.options import DeskContext, DryRunOption, FormChoice, Noun, StoreChoice, examples
from shopinf.words import counted

app = Noun()


@app.command("resume", columns=CODE_COLUMNS, asks=True, epilog=examples("discounts resume --campaign q4 --yes"))
def resume(
    desk: DeskContext, stores: StoreChoice, form: FormChoice, choice: CodeChoice, dry_run: DryRunOption = False
) -> None:
    """Resume paused codes with their former dates."""
    from shopinf.work.codes.switch import Act

    meant = find_meant(desk, desk.stores(stores), choice, Act.RESUME)
    if meant.concerned and not dry_run:
        meant.ask(desk)
    if changed := carry_out(desk, meant, form, dry_run=dry_run):
        desk.out.say(f"{counted(changed, 'code')} resumed.")
