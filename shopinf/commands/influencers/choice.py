"""Which influencer a command line means: by id, @handle, e-mail or the link of a profile, in every command alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.errors import ShopinfError

if TYPE_CHECKING:
    from shopinf.desk import Desk


def influencer_names(context: typer.Context, incomplete: str) -> list[str]:
    """Complete the ids of those who are known; none where there is no ledger, or it cannot be read."""
    try:
        desk = context.obj.desk
        if not (desk.config.ledger_url or desk.places.ledger_file.exists()):
            return []
        return [one.influencer for one in desk.ledger.roster.everybody() if one.influencer.startswith(incomplete)]
    except ShopinfError:
        return []


WHO = "An influencer's id, @handle, e-mail or profile link."
InfluencerArgument = Annotated[
    str, typer.Argument(help=WHO, metavar="INFLUENCER", autocompletion=influencer_names, show_default=False)
]
InfluencersOption = Annotated[
    list[str] | None,
    typer.Option(
        "--influencer", help="Only this one; may be repeated.", metavar="INFLUENCER", autocompletion=influencer_names
    ),
]
InfluencerOption = Annotated[
    str | None,
    typer.Option("--influencer", help="Only this influencer.", metavar="INFLUENCER", autocompletion=influencer_names),
]


def called(desk: Desk, names: Sequence[str] | None) -> tuple[str, ...]:
    """The ids of those whom `--influencer` names, each of whom is known."""
    return tuple(desk.ledger.people.called(name).influencer for name in names or ())
