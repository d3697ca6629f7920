"""The rules by which orders are credited, as they are asked for; what is not said is the configuration's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.attribution.credits import Links, MultiCode
from shopinf.errors import BadInput
from shopinf.payouts.rates import has_amounts, read_rate

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Store


@dataclass(frozen=True)
class RuleChoice:
    """`--multi-code`, `--links` and `--commission`."""

    multi_code: Annotated[
        MultiCode | None, typer.Option("--multi-code", help="Who gets an order with several influencers' codes.")
    ] = None
    links: Annotated[
        Links | None,
        typer.Option(
            "--links",
            help="Count orders that came by a link and used no code: by the first visit's, or the last one's.",
        ),
    ] = None
    commission: Annotated[
        str | None, typer.Option("--commission", help="For what has no rate: 10% or 5.00.", metavar="R")
    ] = None

    def several(self, desk: Desk) -> MultiCode:
        """Who gets an order with several influencers' codes."""
        return self.multi_code or MultiCode(desk.config.multi_code)

    def rate(self, desk: Desk, stores: Sequence[Store]) -> str | None:
        """What is earned where nobody has a rate, as it was typed; an amount means another one in each currency."""
        text = self.commission or desk.config.commission
        currencies = sorted({store.currency for store in stores})
        rates = [read_rate(text, currency) for currency in currencies] if text else []
        if any(map(has_amounts, rates)) and len(currencies) > 1:
            raise BadInput(
                f"A commission of {text} is an amount, and these stores have {' and '.join(currencies)}",
                hint="Give a percentage, or report on the stores of one currency at a time.",
            )
        return text
