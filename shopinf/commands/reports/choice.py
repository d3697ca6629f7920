"""How ways of sending are named on a command line, and what people see of an address."""

from __future__ import annotations

from typing import Annotated

import typer

from shopinf.delivery.ways import Via

WayArgument = Annotated[Via, typer.Argument(help="smtp for mail, or slack.", metavar="WAY", show_default=False)]
ViaOption = Annotated[
    Via | None, typer.Option("--via", help="By mail or into a Slack channel; mail where addresses are named.")
]
