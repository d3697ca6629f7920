"""What the tests of gifts share: a sheet, a variant with stock, and what came of it in the store."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from shopinf.practice import PracticeStore

HEADER = "influencer,email,first_name,last_name,address1,city,province,country,zip"
MAYA = "maya,maya@x.example,Maya,Lind,1 Main St,Ottawa,ON,CA,K1A 0B1"
LEO = "leo,leo@x.example,Leo,Park,5 Alder St,Portland,Oregon,United States,97205"


def sheet(folder: Path, *rows: str, header: str = HEADER) -> str:
    path = folder / "people.csv"
    path.write_text("\n".join([header, *(rows or (MAYA, LEO))]) + "\n")
    return str(path)


def crowd(folder: Path, count: int) -> str:
    """A sheet of so many people."""
    address = "1 Main St,Ottawa,ON,CA,K1A 0B1"
    return sheet(folder, *(f"person{n},p{n}@x.example,Ann,Lee{n},{address}" for n in range(count)))


def variant(shop: PracticeStore, place: int = 0, *, stock: int | None = None) -> dict[str, Any]:
    """The first variant of the product at that place."""
    found: dict[str, Any] = list(shop.products.values())[place]["variants"][0]
    if stock is not None:
        found["inventory_quantity"] = stock
    return found


def sent(shop: PracticeStore) -> list[dict[str, Any]]:
    """The orders that came of drafts."""
    return [order for order in shop.orders.values() if order["source_name"] == "shopify_draft_order"]


def drafts(shop: PracticeStore, *statuses: str) -> list[dict[str, Any]]:
    return [draft for draft in shop.drafts.values() if draft["status"] in (statuses or ("open", "invoice_sent"))]


def one_each(shop: PracticeStore, emails: Iterable[str]) -> None:
    """Each of these people got one parcel that costs nothing; nobody else did, and no draft is left."""
    assert sorted(order["email"] for order in sent(shop)) == sorted(emails)
    assert {order["total_price"] for order in sent(shop)} <= {"0.00"}
    assert not drafts(shop)
