"""Customers: what is read of them to find influencers among them, and which of their e-mails may be used for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from shopinf.errors import BadInput

# Mailboxes of a role: whoever reads them, it is not one person.
_ROLES = frozenset(
    "info hello hi contact support help sales orders shop store admin billing office press team booking webmaster "
    "noreply no-reply".split()
)
# Addresses that a marketplace or a mail service makes for one buyer or one shop; they say nothing about a person.
_RELAYS = re.compile(
    r"(.+\.)?(marketplace\.amazon(\.[a-z]{2,3}){1,2}|members\.ebay(\.[a-z]{2,3}){1,2}|privaterelay\.appleid\.com|duck\.com)"
)
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

    @property
    def is_blank(self) -> bool:
        """Is there nothing personal in it, neither e-mail nor name nor phone?"""
        return not (self.email or self.first_name or self.last_name or self.phone)

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.first_name, self.last_name) if part)


def is_role(email: str) -> bool:
    """Is it the mailbox of a role, like info@?"""
    local = email.strip().casefold().rpartition("@")[0]
    return local.split("+", 1)[0] in _ROLES


def is_relay(email: str) -> bool:
    """Is it a forwarding address that a marketplace or a mail service made?"""
    return _RELAYS.fullmatch(email.strip().casefold().rpartition("@")[2]) is not None


def is_email(text: str | None) -> bool:
    """Could *text* be an e-mail address at all?"""
    local, sign, domain = (text or "").strip().rpartition("@")
    return bool(sign and local and "." in domain and not any(each.isspace() for each in local + domain))


def is_personal(email: str | None) -> bool:
    """May people be recognised by this e-mail, and providers be asked about it?"""
    return email is not None and is_email(email) and not is_role(email) and not is_relay(email)


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
