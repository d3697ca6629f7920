"""`shopinf livecapture serve`: a small collector for the script's events."""

from __future__ import annotations

from typing import Annotated

import typer

from shopinf.commands.options import DeskContext, Noun, StoreChoice, examples
from shopinf.livecapture import A_DAY, KEEP_DAYS, MOST_LEADS, PORT, Bounds

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
    per_day: Annotated[
        int, typer.Option("--per-day", help="Events that one store may send a day.", metavar="N", min=1)
    ] = A_DAY,
    most_leads: Annotated[
        int, typer.Option("--most-leads", help="Leads that are kept of one store.", metavar="N", min=1)
    ] = MOST_LEADS,
) -> None:
    """Take the script's events and keep them as leads, until Ctrl-C.

    Storefronts call it by https, so put a reverse proxy in front. Only pages of the stores are listened to. While the
    ledger cannot be written, events wait on this machine's disk; status shows them, and what was refused.
    """
    from shopinf.work.livecapture.collect import Place, collect

    place = Place(host, port, per_minute, per_day, Bounds(keep_days, most_leads), tuple(origin or ()))
    collect(desk, desk.stores(stores), place)
