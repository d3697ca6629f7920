"""The page of a practice store: what it is, how to connect it, and a button for each thing that can be let happen."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING

from .tools import TOOLS, Number, Tool

if TYPE_CHECKING:
    from .store import PracticeStore

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2.5rem auto; max-width: 46rem; padding: 0 1rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
th { text-align: left; padding-right: 1.5rem; font-weight: 500; vertical-align: top; }
code { overflow-wrap: anywhere; }
form { display: flex; flex-wrap: wrap; gap: .4rem .8rem; align-items: center; margin: 0 0 .2rem; }
input { width: 5rem; font: inherit; } input.code { width: 9rem; }
button { font: inherit; padding: .25rem .8rem; }
.tool { border-top: 1px solid #8884; padding: .8rem 0; } .tool p { margin: 0 0 .4rem; }
.tool code { font-size: .85rem; opacity: .8; }
.diary { border-left: 3px solid #2b6a4d; padding-left: .8rem; }
"""
_LISTED = 6  # of what was let happen, the latest first
_SUGGESTED = 200  # of the codes, where one is to be chosen


def page(shop: PracticeStore, base: str) -> str:
    """Write the page; *base* is the address under which the store was asked."""
    diary = "".join(f"<p>{escape(told)}</p>" for told in reversed(shop.diary[-_LISTED:]))
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Practice store {escape(shop.handle)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(shop.name)}</h1><p>A pretend Shopify store on this machine. Nothing here is real, and nothing "
        "you do here reaches Shopify; the values below are worth nothing elsewhere.</p>"
        f"<table>{_facts(shop)}</table>"
        f"<p>Connect: <code>shopinf connect {escape(shop.handle)} --url {escape(base)}</code></p>"
        f"<h2>Let something happen</h2>{f'<div class=diary>{diary}</div>' if diary else ''}"
        f"{''.join(_tool(shop, tool, base) for tool in TOOLS)}</body></html>"
    )


def _facts(shop: PracticeStore) -> str:
    where = "inside the prices" if shop.taxes_included else "added"
    tax = f"{shop.tax_title} {(shop.tax_rate * 100).normalize():f} %, {where}"
    rows = (
        ("Store", shop.name),
        ("Handle", shop.handle),
        ("Shop currency", shop.currency),
        ("Tax", tax),
        ("Time zone", shop.timezone),
        ("API key", shop.api_key),
        ("API secret key", shop.api_secret_key),
        ("Admin API access token", shop.access_token),
        ("Orders", str(len(shop.orders))),
        ("Customers", str(len(shop.customers))),
        ("Codes", str(len(shop.discount_codes))),
    )
    return "".join(f"<tr><th>{escape(k)}</th><td><code>{escape(v)}</code></td></tr>" for k, v in rows)


def _tool(shop: PracticeStore, tool: Tool, base: str) -> str:
    fields = "".join(map(_field, tool.numbers))
    if tool.of_code:
        some = [shop.discount_codes[key]["code"] for key in shop.discount_codes][-_SUGGESTED:]
        known = "".join(f'<option value="{escape(code)}">' for code in some)
        fields = (
            f'<label>code <input name="code" class="code" list="{tool.name}-codes"></label>'
            f'<datalist id="{tool.name}-codes">{known}</datalist>{fields}'
        )
    curl = escape(f"curl {base}{tool.path} -d '{json.dumps(tool.example)}'")
    return (
        f'<div class="tool"><p>{escape(tool.about)}</p><form method="post" action="{tool.path}">'
        f"<button>{escape(tool.button)}</button>{fields}</form><code>{curl}</code></div>"
    )


def _field(number: Number) -> str:
    usual = "" if number.usual is None else str(number.usual)
    limits = f'min="{number.least}" max="{number.most}"'
    return f'<label>{number.name} <input name="{number.name}" type="number" {limits} value="{usual}"></label>'
