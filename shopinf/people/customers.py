"""Customers: what is read of them to find influencers among them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from shopinf.errors import BadInput

MOST_TAGS = 250  # of one customer
LONGEST_TAG = 255


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer record, as far as it is needed here; what a store withholds or does not know is None."""

    customer_id: int
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    orders_count: int | None = None
    total_spent: Decimal | None = None
    last_order_id: int | None = None
    tags: str = ""
    consented: bool = False  # to marketing by e-mail
    country: str | None = None  # two letters, of the address; the shop's where there is none
    other_phone: str | None = None  # of the address

    @property
    def is_blank(self) -> bool:
        """Is there nothing personal in it, neither e-mail nor name nor phone?"""
        return not (self.email or self.first_name or self.last_name or self.phones)

    @property
    def phones(self) -> tuple[str, ...]:
        """The phone of the record, and the address's."""
        first, other = self.phone, self.other_phone
        if not other or other == first:
            return (first,) if first else ()
        return (first, other) if first else (other,)

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.first_name, self.last_name) if part)


def read_tag(text: str) -> str:
    """A tag as Shopify takes it: no comma, at most 255 characters."""
    tag = text.strip()
    if not tag or "," in tag or len(tag) > LONGEST_TAG:
        raise BadInput(
            f"{text[:40]!r} cannot be a customer's tag",
            hint=f"A tag has 1 to {LONGEST_TAG} characters and no comma, like --tag influencer.",
        )
    return tag


def split_tags(tags: str) -> list[str]:
    """The tags of a customer, as Shopify writes them in one string."""
    return [tag for each in tags.split(",") if (tag := each.strip())]


def merged_tags(tags: str, tag: str) -> str | None:
    """*tags* with *tag* among them; None when it is there already, however it is capitalised."""
    present = split_tags(tags)
    if tag.casefold() in {each.casefold() for each in present}:
        return None
    return ", ".join([*present, tag])


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of what is known; None when nothing is."""
    known = [each for each in amounts if each is not None]
    return sum(known, Decimal(0)) if known else None
