"""The sources of a run, opened: sheets with their columns found, providers with their keys and consents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from shopinf.errors import BadInput
from shopinf.sources.specs import Spec
from shopinf.work.customers.providers import open_provider
from shopinf.work.customers.sheet import SheetSource
from shopinf.work.customers.waterfall import Opened

if TYPE_CHECKING:
    from shopinf.desk import Desk


def open_sources(
    desk: Desk, specs: Sequence[Spec], mapping: Mapping[str, str], max_credits: Decimal | None
) -> list[Opened]:
    """Every source ready to be asked; a paid one is refused where nobody could agree to what it costs."""
    paid = [spec for spec in specs if spec.is_paid]
    if paid and max_credits is None and not desk.out.attended:
        raise BadInput(
            f"Nobody is here to agree to what {paid[0].shown} costs",
            hint="Add --max-credits N, which is never passed, and --yes.",
        )
    return [(spec, open_provider(desk, spec.kind) if spec.kind else SheetSource(desk, spec, mapping)) for spec in specs]
