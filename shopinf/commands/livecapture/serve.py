"""`shopinf livecapture serve`: a small collector for the script's events."""

from __future__ import annotations

from typing import Annotated

import typer

from shopinf.commands.options import DeskContext, Noun, StoreChoice, examples
from shopinf.livecapture import KEEP_DAYS, PORT

app = Noun()


@app.command(
    "serve",
    attended=True,
    epilog=examples("livecapture serve", "livecapture serve --all-stores --port 8788 --keep-days 90"),
)
def serve(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    host: Annotated[str, typer.Option("--host", help="The address to listen at; this machine's own.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="The port; 0 takes a free one.", min=0, max=65535)] = PORT,
    keep_days: Annotated[
        int, typer.Option("--keep-days", help="Days that a lead is kept after its last event.", metavar="N", min=1)
    ] = KEEP_DAYS,
    origin: Annotated[
        list[str] | None,
        typer.Option("--origin", help="A further domain of the store; may be repeated.", metavar="URL"),
    ] = None,
    per_minute: Annotated[
        int, typer.Option("--per-minute", help="Events that one visitor may send a minute.", metavar="N", min=1)
    ] = 30,
) -> None:
    """Take the script's events and keep them as leads, until Ctrl-C.

    Storefronts call it by https, so put a reverse proxy in front. Only pages of the stores are listened to.
    """
    from shopinf.work.livecapture.collect import Place, collect

    collect(desk, desk.stores(stores), Place(host, port, keep_days, per_minute, tuple(origin or ())))
