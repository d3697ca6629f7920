"""How sources are named on a command line."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import typer

from shopinf.commands.options import decimal
from shopinf.sources.catalogue import NAMES


def _provider_names(incomplete: str) -> list[str]:
    return [name for name in NAMES if name.startswith(incomplete)]


ProviderArgument = Annotated[
    str,
    typer.Argument(
        help=f"{', '.join(NAMES[:-1])} or {NAMES[-1]}.",
        metavar="NAME",
        show_default=False,
        autocompletion=_provider_names,
    ),
]
SourceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--source", help=f"csv:FILE, {', '.join(NAMES)}; in order.", metavar="S", autocompletion=_provider_names
    ),
]
MaxCreditsOption = Annotated[
    Decimal | None,
    typer.Option("--max-credits", help="The most that may be spent, never passed.", metavar="N", parser=decimal),
]
