"""Which shop is meant by what was typed, and which store it turns out to be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shopinf.errors import BadInput, NotFound
from shopinf.loopback import is_loopback
from shopinf.shell import quoted
from shopinf.stores import MYSHOPIFY, Store, StoreName, known_zone, read_store_name

if TYPE_CHECKING:
    from shopinf.commands.stores.look import Look
    from shopinf.desk import Desk


@dataclass(frozen=True)
class Target:
    """Which shop is meant: what was typed, the host of its Admin API, and the connection that is renewed."""

    typed: StoreName
    host: str
    url: str | None = None
    former: Store | None = None

    @property
    def handle(self) -> str:
        return self.host.removesuffix(".myshopify.com")


def find_target(desk: Desk, text: str, url: str | None) -> Target:
    """The shop that *text* means: a connected store by its name, else by a handle, an address or its own domain."""
    address = practice_address(url) if url else None
    stores = desk.book.all()
    typed = read_store_name(text)
    if "." not in text and (known := next((s for s in stores if s.name.lower() == text.strip().lower()), None)):
        return Target(typed, known.domain, address or known.url, known)
    if typed.website and is_loopback(typed.website):
        raise BadInput(
            f"{text} is this machine, not the name of a store",
            hint=f"Give a practice store's address with --url: shopinf connect maya-shop --url {quoted(text)}",
        )
    if typed.handle is None and typed.website is None:
        raise BadInput(
            f"{text!r} is not a store",
            hint="Type it like mysuperstore, mysuperstore.myshopify.com or www.mysuperstore.com",
        )
    host = f"{typed.handle}.myshopify.com" if typed.handle else _resolved(desk, typed, address)
    former = next((s for s in stores if s.domain == host or (typed.handle and s.answers_to(typed.handle))), None)
    # A bare word means the practice store that it meant before; whoever types an address means that address.
    return Target(typed, host, address or (former.url if former and typed.looks_bare else None), former)


def practice_address(url: str) -> str:
    """`--url` as scheme, host and port; anything but this machine is refused, since credentials would go there."""
    import httpx

    text = url.strip()
    try:
        address = httpx.URL(text if "://" in text else f"http://{text}")
    except httpx.InvalidURL:
        raise BadInput(f"{url!r} is not an address", hint="Write it like --url http://127.0.0.1:8799") from None
    if address.scheme not in ("http", "https") or not is_loopback(address.host) or address.userinfo:
        raise BadInput(
            f"Credentials are not sent to {address.scheme}://{address.host}",
            hint="--url is for a practice store on this machine, like http://127.0.0.1:8799; a real store needs none.",
        )
    return str(address.copy_with(path="/", query=None, fragment=None)).rstrip("/")


def _resolved(desk: Desk, typed: StoreName, address: str | None) -> str:
    """The host of a shop that was typed by its own domain; a practice store may not know that domain."""
    from shopinf.shopify.resolve import resolve

    try:
        return resolve(typed, desk.wire, desk.clock, at=address)
    except NotFound:
        if address is None:
            raise
    label = re.sub(r"[^a-z0-9-]", "-", (typed.website or "").removeprefix("www.").split(".")[0]).strip("-")
    return f"{label or 'practice'}.myshopify.com"


def settled(
    desk: Desk, asked: Store, found: Look, target: Target, *, named: bool, group: str | None, read_only: bool
) -> Store:
    """The store as it will be kept: its number decides whether it is one that is known already."""
    facts = found.facts
    domain = facts.myshopify_domain.lower()
    domain = domain if MYSHOPIFY.fullmatch(domain) else asked.domain  # nothing else is a host of Shopify
    known = desk.book.by_shop_id(facts.id)
    name = asked.name if named else known.name if known else target.typed.handle or domain.split(".")[0]
    others = [other for other in desk.book.all() if other.shop_id != facts.id]
    meant = target.former if not named and target.former in others else None
    if clash := meant or next((other for other in others if other.answers_to(name)), None):
        raise BadInput(
            f"These credentials open {facts.name} ({domain}, shop number {facts.id}), but {clash.name} is already the "
            f"name of {clash.domain}, which is another shop (number {clash.shop_id})",
            hint=f"Give those of {clash.domain}; or give this one a name of its own with --as NAME, or disconnect the "
            f"other first: shopinf disconnect {quoted(clash.name)}",
        )
    aliases = {target.handle, target.typed.handle, *((known.handle, *known.aliases) if known else ())}
    group = known.group if group is None and known else (group or "").strip() or None
    # An import brings the colleague's choice along; a store connected here is made writable by connecting it again.
    read_only = read_only or bool(known and known.read_only and known.connected_at is None)
    known_zone(facts.iana_timezone, name)
    return asked.with_(
        name=name,
        shop_id=facts.id,
        domain=domain,
        title=facts.name,
        storefront=facts.domain or domain,
        plan=facts.plan,
        currency=facts.currency,
        timezone=facts.iana_timezone,
        group=group,
        read_only=read_only,
        disabled=False,
        aliases=tuple(sorted({alias for alias in aliases if alias} - {domain.removesuffix(".myshopify.com")})),
        scopes=tuple(sorted(found.scopes)),
        connected_at=desk.clock.now(),
    )
