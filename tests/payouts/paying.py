"""What the tests of payouts share: a store that sold in October, closed months, payees, and runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench import Bench
from orders.mirrored import goods, make_code

from shopinf.practice import PracticeStore

PAYEES = (
    "influencer,name,type,paypal,iban,country,email\n"
    "mia,Mia Lind,person,mia@pay.example,DE89370400440532013000,DE,mia@pay.example\n"
    "leo,Leo Ek GmbH,business,leo@pay.example,DE02120300000000202051,DE,leo@pay.example\n"
)


def sell(shop: PracticeStore, code: str, price: str, day: str, **more: Any) -> int:
    """An order by *code* for goods at *price*, of which the code takes its part off."""
    at = day if "T" in day else f"{day}T10:00:00-05:00"
    order = shop.sell(code, lines=goods(shop, price), at=at, force=True, **more)
    return int(order["id"])


def october(run: Bench, shop: PracticeStore) -> dict[str, int]:
    """Two influencers who sold in October: mia 100.00 and 50.00, leo 200.00, each less ten per cent."""

    def sell_all() -> None:
        for code, who in (("MIA10", "mia"), ("LEO10", "leo")):
            make_code(run, code, who)
        sell(shop, "MIA10", "100.00", "2026-10-05")
        sell(shop, "MIA10", "50.00", "2026-10-20")
        sell(shop, "LEO10", "200.00", "2026-10-09")

    run.once("two who sold in October", sell_all)
    return dict(zip(("mia", "mia later", "leo"), sorted(shop.orders)[-3:], strict=True))


def give_back(
    shop: PracticeStore, order: int, at: str = "2026-11-25T10:00:00-05:00", pieces: int | None = None
) -> None:
    """All of an order comes back, or so many pieces of each line."""
    lines = [(line["id"], pieces or line["quantity"]) for line in shop.orders[order]["line_items"]]
    shop.refund(order, lines, at=at)


def close(run: Bench, period: str = "2026-10", *more: str) -> dict[str, dict[str, Any]]:
    """Close a period; the statements by influencer."""
    found = run("payouts", "close", "--period", period, *more, "-f", "json").ok().json
    return {each["influencer"]: each for each in found["statements"]}


def sums(statement: dict[str, Any]) -> tuple[str, ...]:
    return tuple(statement[name] for name in ("opening", "earned", "adjustments", "paid", "closing"))


def payees(home: Path, text: str = PAYEES) -> str:
    file = home / "payees.csv"
    file.write_text(text, encoding="utf-8")
    return str(file)


def pay(run: Bench, home: Path, *more: str, rail: str = "paypal", text: str = PAYEES) -> Any:
    """Make a run; its answer."""
    out = str(home / "run.csv")
    return run("payouts", "pay", "--rail", rail, "--payees", payees(home, text), "-o", out, *more, "-f", "json")
