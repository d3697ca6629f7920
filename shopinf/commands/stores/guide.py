"""The page to hand to a client: what to click at Shopify so that the agency can connect the store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shopinf.scopes import FEATURES, to_paste

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.letterhead import Language

GUIDE_HELP = "Write a page to hand to a client: what to click, which scopes to paste, what to send back."


def write_guide(desk: Desk, file: Path | None, language: Language | None) -> None:
    """Write the guide to *file* (a page when it ends in .html, else plain text), or to standard output."""
    from shopinf.reports.guide import guide_page, guide_text

    letterhead, scopes = desk.letterhead(language), to_paste(FEATURES)
    if file is None:
        desk.out.print(guide_text(scopes, letterhead))
        return
    is_page = file.suffix.lower() in (".html", ".htm")
    content = guide_page(scopes, letterhead) if is_page else guide_text(scopes, letterhead).encode()
    written = desk.out.save(file, content)
    desk.out.say(f"The guide is in {written}.  When the client has answered: shopinf connect STORE")
