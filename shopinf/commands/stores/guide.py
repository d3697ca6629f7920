"""The page to hand to a client: what to click at Shopify so that the agency can connect the store."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from shopinf.scopes import FEATURES, to_paste

if TYPE_CHECKING:
    from shopinf.desk import Desk

GUIDE_HELP = "Write a page to hand to a client: what to click, which scopes to paste, what to send back."

# Shopify: "Client credentials grant" and "Protected customer data" in the Dev Dashboard's documentation.
_STEPS = [
    (
        "Open the Dev Dashboard of your own organisation",
        "Sign in at dev.shopify.com with the account that owns the store. The app must be made in the same "
        "organisation as the store: an app of another organisation is refused with shop_not_permitted.",
    ),
    (
        "Create an app",
        "Apps → Create app → Start from Dev Dashboard. Name it after your agency, for example “Influencer programme”.",
    ),
    (
        "Paste the scopes",
        "In the first version of the app, under Access → Scopes, paste this line whole, then release the version:",
    ),
    (
        "Ask for older orders",
        "Under API access requests choose “Read all orders”. Without it only the last 60 days of orders can be seen.",
    ),
    (
        "Declare protected customer data",
        "Under API access requests → Protected customer data, choose the reasons “Marketing” and “Analytics” and the "
        "fields name, e-mail, phone and address. Until then orders and customers cannot be read.",
    ),
    (
        "Install the app on the store",
        "Home → Install app, choose the store, and approve the scopes. Leave Settings → IP allowlist empty, or put the "
        "agency's address on it: any other address is refused.",
    ),
    (
        "Send back two values, safely",
        "Settings → Credentials: the Client ID and the Client secret, and your store's address "
        "(something.myshopify.com). Use a password manager's sharing or two different channels, never one e-mail.",
    ),
]
_LEGACY = (
    "An app made in the store's admin before 2026 (Settings → Apps → Develop apps) still works: then send the Admin "
    "API access token, the API key and the API secret key instead."
)


def write_guide(desk: Desk, file: Path | None) -> None:
    """Write the guide to *file* (a page when it ends in .html, else plain text), or to standard output."""
    if file is None:
        desk.out.print(_text())
        return
    content = _page() if file.suffix.lower() in (".html", ".htm") else _text()
    written = desk.out.save(file, content.encode())
    desk.out.say(f"The guide is in {written}.  When the client has answered: shopinf connect STORE")


def _text() -> str:
    lines = ["Connecting your Shopify store", "=============================", ""]
    for number, (title, words) in enumerate(_STEPS, 1):
        lines += [f"{number}. {title}", f"   {words}"]
        if number == 3:
            lines += ["", f"   {to_paste(FEATURES)}"]
        lines.append("")
    return "\n".join([*lines, _LEGACY, ""])


def _page() -> str:
    items = "".join(
        f"<li><h2>{escape(title)}</h2><p>{escape(words)}</p>"
        + (f"<pre>{escape(to_paste(FEATURES))}</pre>" if number == 3 else "")
        + "</li>"
        for number, (title, words) in enumerate(_STEPS, 1)
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>Connecting your Shopify store</title><style>"
        "body{font:17px/1.55 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1.2rem;color:#1c1c1e}"
        "h1{font-size:1.7rem}h2{font-size:1.05rem;margin:1.6rem 0 .2rem}p{margin:.2rem 0}"
        "pre{background:#f3f3f5;padding:.8rem;border-radius:.5rem;white-space:pre-wrap;word-break:break-all}"
        "footer{margin-top:2rem;color:#555;font-size:.9rem}@media print{body{margin:0}}"
        f"</style></head><body><h1>Connecting your Shopify store</h1><ol>{items}</ol>"
        f"<footer>{escape(_LEGACY)}</footer></body></html>\n"
    )
