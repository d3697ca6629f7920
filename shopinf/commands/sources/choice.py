"""How sources are named on a command line."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import typer

from shopinf.commands.options import decimal
from shopinf.sources.catalogue import NAMES
from shopinf.words import listed


def _provider_names(incomplete: str) -> list[str]:
    return [name for name in NAMES if name.startswith(incomplete)]


def _credits(text: str) -> Decimal:
    """Parse a number of credits as typed: `50`, `0.5`, 0 for none at all."""
    if (number := decimal(text)) < 0:
        raise typer.BadParameter("it cannot be below 0; give the most that may be spent, like 50.")
    return number


ProviderArgument = Annotated[
    str,
    typer.Argument(
        help=f"{listed(NAMES, 'or')}.",
        metavar="NAME",
        show_default=False,
        autocompletion=_provider_names,
    ),
]
_SOURCE = typer.Option(
    "--source", help=f"csv:FILE, {', '.join(NAMES)}; in order.", metavar="S", autocompletion=_provider_names
)
SourcesOption = Annotated[list[str], _SOURCE]
SourceOption = Annotated[list[str] | None, _SOURCE]  # where earlier runs say which
MaxCreditsOption = Annotated[
    Decimal | None,
    typer.Option("--max-credits", help="The most that may be spent, never passed.", metavar="N", parser=_credits),
]
