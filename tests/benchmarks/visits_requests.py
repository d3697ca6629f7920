"""What the visits before orders cost a store: requests and points, for the first watch and for the one after it.

    python tests/benchmarks/visits_requests.py [--orders 50000] [--with-codes 5000]

A practice store on loopback without its rate limit; what its GraphQL door charges is what it tells in each answer.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from typing import Any

from shopinf.practice import PracticeStore, serve


def main() -> None:
    """Print the requests and the points of each watch."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--orders", type=int, default=50_000)
    parser.add_argument("--with-codes", type=int, default=5_000)
    given = parser.parse_args()
    shop = PracticeStore("maya-shop", orders=given.orders - given.with_codes, customers=2000, throttle=False)
    spent = charged(shop)
    with closing(serve([shop])) as served, tempfile.TemporaryDirectory() as home:
        environ = os.environ | {"SHOPINF_HOME": home, "SHOPINF_MAYA_SHOP_ACCESS_TOKEN": shop.access_token}
        shopinf("connect", "maya-shop", "--url", served.urls[0], environ=environ)
        shopinf(
            *("discounts", "create", "--campaign", "q4", "--influencer", "maya", "--percent", "10", "--yes"),
            environ=environ,
        )
        start = shop.now() - timedelta(days=60)
        for number in range(given.with_codes):
            at = start + timedelta(days=60) * number / given.with_codes
            shop.sell("MAYA10", at=at.isoformat(), force=True, landing_site="/discount/MAYA10" if number % 4 else "/")
        shopinf("orders", "sync", environ=environ)
        for which in ("the first watch", "the next one"):
            before, points = len(shop.calls), sum(spent)
            shopinf("discounts", "watch", environ=environ)
            asked = [call for call in shop.calls[before:] if call.path.endswith("graphql.json")]
            print(f"{which}: {len(asked)} requests for visits, {sum(spent) - points:.0f} points")


def charged(shop: PracticeStore) -> list[float]:
    """What each answer of the GraphQL door costs from now on."""
    spent: list[float] = []
    told = shop.graph.points.told

    def noted(asked: float, actual: float | None) -> dict[str, Any]:
        spent.append(actual or 0.0)
        return told(asked, actual)

    shop.graph.points.told = noted  # type: ignore[method-assign]
    return spent


def shopinf(*words: str, environ: Mapping[str, str]) -> None:
    subprocess.run([sys.executable, "-m", "shopinf", *words], env=environ, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
