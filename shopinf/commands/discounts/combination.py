"""What codes combine with, as it is typed, shown and told: for create, combine, list and check alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

import typer

from shopinf.commands.discounts.groups import GIVES
from shopinf.discounts.combining import Applies, Combining, read_applies, read_with
from shopinf.discounts.records import CodeRecord
from shopinf.errors import NotAllowed, ShopinfError
from shopinf.results import Failure
from shopinf.scopes import lacking_to_combine
from shopinf.words import agreeing, counted, few

if TYPE_CHECKING:
    from shopinf.stores import Store

ALONE = (
    "Codes made here do not combine with other discounts, unless --combines-with says so; "
    "where a site-wide discount is better for the buyer, it takes the sale and the attribution."
)
MOST_NAMED = 10  # codes in one sentence

AppliesOption = Annotated[
    str | None,
    typer.Option(
        "--applies-to", help="Which purchases they count for: one-time, subscription or both.", metavar="PURCHASES"
    ),
]


@dataclass(frozen=True)
class CombiningOptions:
    """What new codes combine with and apply to, by GraphQL right after they are made."""

    panel: ClassVar[str] = GIVES
    combines_with: Annotated[
        str | None,
        typer.Option(
            "--combines-with",
            help="Which other discounts they combine with: product, order, shipping, or none.",
            metavar="product,order,shipping|none",
        ),
    ] = None
    applies_to: AppliesOption = None

    def __post_init__(self) -> None:
        read_combining(self.combines_with, self.applies_to)

    @property
    def wanted(self) -> Combining:
        """What was asked for; nothing where nothing was said."""
        return read_combining(self.combines_with, self.applies_to)


def read_combining(combines: str | None, applies: str | None) -> Combining:
    """What was typed of both."""
    return Combining(
        None if combines is None else read_with(combines), None if applies is None else read_applies(applies)
    )


def unmet(record: CodeRecord, failed: Mapping[int, ShopinfError]) -> str | None:
    """Why a code does not combine as asked, in a sentence for its row; None where it does."""
    rule = record.rule
    why = failed.get(rule.id)
    if why is None and not rule.uncombined:
        return None
    now, asked = rule.combining, rule.asked
    if asked.combines is not None and asked.combines != now.combines:
        said = f"it combines with {now.shown or 'what it did before'}, not with {asked.shown}"
    elif asked.applies is not None and asked.applies != now.applies:
        said = f"it applies as it did, not to {_purchases(asked.applies)}"
    else:
        said = "it was not seen whether it combines as asked"
    reason = why.message if why else rule.refused
    return f"{said}: {reason}" if reason else f"{said}; shopinf discounts check says what to do"


def unmet_failures(
    store: Store, records: Iterable[CodeRecord], failed: Mapping[int, ShopinfError]
) -> Sequence[Failure]:
    """One failure for all codes that do not combine for the same reason."""
    groups: dict[str, list[tuple[CodeRecord, ShopinfError | None]]] = {}
    for record in records:
        if error := unmet(record, failed):
            groups.setdefault(error, []).append((record, failed.get(record.rule.id)))
    found = []
    for error, each in groups.items():
        code, why = each[0][0].code, each[0][1]
        what = code if len(each) == 1 else f"{counted(len(each), 'code')} ({few([one.code for one, _ in each], 5)})"
        found.append(Failure(store.name, what, error, why.code if why else NotAllowed.code, why.hint if why else None))
    return found


def applies_notes(store: Store, records: Iterable[CodeRecord]) -> list[str]:
    """Which codes count for subscriptions: no column has it."""
    by_purchases: dict[Applies, list[str]] = {}
    for record in records:
        applies = record.rule.combining.applies
        if applies in (Applies.SUBSCRIPTION, Applies.BOTH):
            by_purchases.setdefault(applies, []).append(record.code)
    return [
        f"{few(codes, MOST_NAMED)} in {store.name} {agreeing(len(codes), 'applies', 'apply')} to {_purchases(applies)}."
        for applies, codes in by_purchases.items()
    ]


def scope_notes(stores: Iterable[Store]) -> list[str]:
    """What is said before anything is written, of stores where codes will not combine for want of a scope."""
    return [
        f"{store.name} had not granted {scope} when it was last asked, which combining needs; the codes would stay as "
        "they are made. shopinf verify-scopes asks again."
        for store in stores
        if (scope := lacking_to_combine(store.scopes)) is not None
    ]


def _purchases(applies: Applies) -> str:
    words = {
        Applies.ONE_TIME: "one-time purchases",
        Applies.SUBSCRIPTION: "subscriptions alone",
        Applies.BOTH: "one-time purchases and subscriptions",
    }
    return words.get(applies, str(applies))
