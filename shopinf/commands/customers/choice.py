"""Which customers are looked at and who belongs in the list; `livecapture run` asks for it in the same words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from shopinf.people.enrichment import Sort, Wanted
from shopinf.people.handles import platform_names, read_platforms

MinFollowersOption = Annotated[
    int | None, typer.Option("--min-followers", help="Only who has so many followers.", metavar="N", min=0)
]
PlatformOption = Annotated[
    list[str] | None,
    typer.Option(
        "--platform",
        help="Only accounts there; may be repeated.",
        metavar="P",
        autocompletion=lambda incomplete: [name for name in platform_names() if name.startswith(incomplete)],
    ),
]
ConsentedOption = Annotated[
    bool, typer.Option("--consented-only", help="Only customers who agreed to marketing by e-mail.")
]
TagOption = Annotated[str | None, typer.Option("--tag", help="Tag them in the store.", metavar="TAG")]


def read_wanted(min_followers: int | None, platforms: Sequence[str] | None, sort: Sort = Sort.FOLLOWERS) -> Wanted:
    """Who belongs in the list; a platform that nobody knows is refused."""
    return Wanted(min_followers, read_platforms(platforms or ()), sort)
