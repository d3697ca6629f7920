"""`shopinf discounts pause`: codes that are to track nothing for a while."""

from __future__ import annotations

from shopinf.commands.discounts.choice import CodeChoice
from shopinf.commands.discounts.rows import CODE_COLUMNS
from shopinf.commands.discounts.switch import carry_out, find_meant
from shopinf.commands.options import DeskContext, DryRunOption, FormChoice, Noun, StoreChoice, examples
from shopinf.words import counted

app = Noun()


@app.command(
    "pause",
    columns=CODE_COLUMNS,
    asks=True,
    epilog=examples("discounts pause --code MAYA15", "discounts pause --campaign q4 --yes"),
)
def pause(
    desk: DeskContext, stores: StoreChoice, form: FormChoice, choice: CodeChoice, dry_run: DryRunOption = False
) -> None:
    """Pause codes: a rule of its own ends now; on a shared rule the code is deleted, after a question."""
    from shopinf.work.codes.switch import Act

    meant = find_meant(desk, desk.stores(stores), choice, Act.PAUSE)
    if meant.concerned and not dry_run:
        desk.out.note("A paused code tracks nothing, and neither do links with it.")
        meant.ask(desk, again="; resume makes them again")
    if changed := carry_out(desk, meant, form, dry_run=dry_run):
        again = f"shopinf discounts resume {choice.typed}{stores.typed}"
        desk.out.say(f"{counted(changed, 'code')} paused.  Next: {again}")
