"""`shopinf version`: which one this is."""

from __future__ import annotations

from shopinf import __version__
from shopinf.commands.options import DeskContext, Noun, examples

app = Noun()


@app.command("version", epilog=examples("version"))
def version(desk: DeskContext) -> None:
    """Show the version."""
    desk.out.print(f"shopinf {__version__}")
