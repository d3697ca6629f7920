"""`shopinf reference config`: the settings of config.toml, as its own comments say them."""

from __future__ import annotations

from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.local.config import settings
from shopinf.results import Result, columns

app = Noun()

COLUMNS = columns("setting example meaning")


@app.command("config", columns=COLUMNS, epilog=examples("reference config"))
def config(desk: DeskContext, form: FormChoice = FormChoice()) -> None:
    """Show the settings that config.toml can have."""
    rows = [{"setting": key, "example": value, "meaning": words} for key, value, words in settings()]
    desk.out.say(f"They go into {desk.places.config_file}")
    desk.show(Result("shopinf.reference.config/1", COLUMNS, rows, card=True), form)
