"""What a code goes together with, and for which purchases it counts: what REST has no words for.

Shopify sorts discounts by class (of products, of the order, of shipping), and two of them combine where each allows the
other's class (https://help.shopify.com/en/manual/discounts/discount-combinations). Codes made by REST combine with
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shopinf.discounts.terms import Change
from shopinf.errors import BadInput


class With(StrEnum):
    """A class of discounts, in the order in which they are named."""

    PRODUCT = "product"
    ORDER = "order"
    SHIPPING = "shipping"


class Applies(StrEnum):
    """For which purchases a code counts."""

    ONE_TIME = "one-time"
    SUBSCRIPTION = "subscription"
    BOTH = "both"
    AS_MADE = "as Shopify makes it"  # nobody said anything; not for being asked for


@dataclass(frozen=True, slots=True)
class Combining:
    """What a code combines with and applies to; None where that was not said, or is not known."""

    combines: tuple[With, ...] | None = None  # in the order of `With`; empty: with nothing
    applies: Applies | None = None

    def __bool__(self) -> bool:
        return self.combines is not None or self.applies is not None

    def over(self, other: Combining) -> Combining:
        """This, and *other* where this says nothing."""
        return Combining(
            other.combines if self.combines is None else self.combines,
            other.applies if self.applies is None else self.applies,
        )

    def meets(self, wanted: Combining) -> bool:
        """Is all as *wanted*? What was not said is met by anything."""
        return wanted.over(self) == self

    @property
    def shown(self) -> str | None:
        """As it is typed: `product,order`; None where it is not known."""
        return None if self.combines is None else ",".join(self.combines) or "none"

    @property
    def is_plain(self) -> bool:
        """Is it as any code is that nobody said anything about?"""
        return self.combines == () and self.applies in (None, Applies.AS_MADE, Applies.ONE_TIME)

    @property
    def key(self) -> str:
        """Tells codes that were asked to combine from others of equal terms; "" where nothing was asked for."""
        applies = "" if self.applies is None else f"/{self.applies}"
        return ("" if not self.combines else "+" + ",".join(self.combines)) + applies

    @property
    def words(self) -> str:
        """As options that ask for it: `--with order --applies-to both`."""
        said = [f"--with {self.shown}"] * (self.combines is not None)
        said += [f"--applies-to {self.applies}"] * (self.applies not in (None, Applies.AS_MADE))
        return " ".join(said)

    def facts(self) -> dict[str, Any]:
        """As the ledger keeps it."""
        combines = None if self.combines is None else [str(each) for each in self.combines]
        return {"combines": combines, "applies": None if self.applies is None else str(self.applies)}

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any] | None) -> Combining:
        facts = facts or {}
        combines, applies = facts.get("combines"), facts.get("applies")
        return cls(
            None if combines is None else tuple(With(each) for each in combines),
            None if applies is None else Applies(applies),
        )


UNTOUCHED = Combining((), Applies.AS_MADE)  # what REST makes
UNSAID = Combining()


def changes(now: Combining, wanted: Combining) -> list[Change]:
    """What *now* would have to become; neither what was not said nor what is not known is compared."""
    found = []
    if None not in (wanted.combines, now.combines) and wanted.combines != now.combines:
        found.append(Change("combines with", now.shown or "", wanted.shown or ""))
    if None not in (wanted.applies, now.applies) and wanted.applies != now.applies:
        found.append(Change("applies to", str(now.applies), str(wanted.applies)))
    return found


def read_with(text: str) -> tuple[With, ...]:
    """Read what is typed: `product,order,shipping` in any order, or `none`."""
    words = [word.strip().lower() for word in text.replace(" ", ",").split(",") if word.strip()]
    if words == ["none"]:
        return ()
    known = {str(each): each for each in With} | {f"{each}s": each for each in With}
    if not words or any(word not in known for word in words):
        wrong = next((word for word in words if word not in known), text)
        raise BadInput(
            f"A code does not combine with {wrong!r}",
            hint="Choose any of product, order, shipping, or none alone.",
        )
    chosen = {known[word] for word in words}
    return tuple(each for each in With if each in chosen)


def read_applies(text: str) -> Applies:
    """Read what is typed: `one-time`, `subscription` or `both`."""
    word = text.strip().lower().replace("_", "-").replace(" ", "-")
    word = {"onetime": "one-time", "subscriptions": "subscription"}.get(word, word)
    if word not in (Applies.ONE_TIME, Applies.SUBSCRIPTION, Applies.BOTH):
        raise BadInput(f"A code does not apply to {text!r}", hint="Choose one of one-time, subscription and both.")
    return Applies(word)
