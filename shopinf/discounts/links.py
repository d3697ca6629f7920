"""Affiliate links: Shopify's discount link, which puts a code on the visitor's cart and leads on to a page.

There is no other tracking in it: a code that is not active tracks nothing, by link neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from shopinf.errors import BadInput

if TYPE_CHECKING:
    from shopinf.people.influencers import Influencer
    from shopinf.stores import Store

_UTM = ("source", "medium", "campaign", "term", "content", "id")


def affiliate_link(domain: str, code: str, redirect: str | None = None, utm: Mapping[str, str] | None = None) -> str:
    """The link for *code*: `https://shop.example/discount/MAYA15?redirect=/products/serum&utm_source=maya`."""
    query = []
    if redirect:
        # A page with a query of its own must not lend it to the link.
        query.append(f"redirect={quote(redirect, safe='' if set(redirect) & set('?&#+%=') else '/')}")
    query += [f"{quote_plus(name)}={quote_plus(value)}" for name, value in (utm or {}).items()]
    return f"https://{domain}/discount/{quote(code, safe='')}" + (f"?{'&'.join(query)}" if query else "")


def link_of(
    store: Store,
    code: str,
    person: Influencer | None,
    campaign: str,
    redirect: str | None,
    utm: Mapping[str, str] | None,
) -> str:
    """The link to hand out for a code of *store*, with the words in its UTM values filled in."""
    filled = fill_utm(utm or {}, influencer=person.influencer if person else "", campaign=campaign, code=code)
    return affiliate_link(store.storefront or store.domain, code, redirect, filled)


def fill_utm(utm: Mapping[str, str], *, influencer: str, campaign: str, code: str) -> dict[str, str]:
    """UTM values as a link carries them: `{influencer}`, `{campaign}` and `{code}` filled in."""
    values = {"{influencer}": influencer, "{campaign}": campaign, "{code}": code}
    filled = {}
    for name, value in utm.items():
        for token, text in values.items():
            value = value.replace(token, text)
        filled[name] = value
    return filled


def read_redirect(text: str) -> str:
    """Read a page of the shop as a path; a whole address, or one that leads elsewhere, is refused."""
    path = text.strip()
    if path and not path.startswith(("/", "\\")) and ":" not in path.split("/")[0]:
        path = f"/{path}"
    # Browsers read a backslash as a slash, and two of them as the beginning of another address.
    if not path.startswith("/") or path[1:2] in ("/", "\\") or any(each.isspace() or ord(each) < 32 for each in path):
        whole = re.match(r"https?://[^/\s]+(/[^\s]+)", path)
        hint = f"Write its path, like {whole[1] if whole else '/products/serum'}."
        raise BadInput(f"{text!r} is not a page of the shop", hint=hint)
    return path


def read_utm(pairs: Iterable[str]) -> dict[str, str]:
    """Read `source=maya` or `utm_source=maya`; names that are no UTM names go into the link as they are."""
    utm = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        name, value = name.strip(), value.strip()
        if not sign or not name or not value or any(each.isspace() for each in name):
            raise BadInput(f"--utm {pair} is not of the form name=value", hint="Like --utm source=maya.")
        if name in ("redirect", "return_to"):
            raise BadInput(f"--utm {pair} would lead the link elsewhere", hint="Use --redirect.")
        utm[f"utm_{name}" if name.lower() in _UTM else name] = value
    return utm
