"""A time zone that is not known here is refused at connecting, and is later the trouble of that store alone."""

from __future__ import annotations

import pytest
from bench import Bench


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "\x1b[2J"])
def test_a_store_with_an_unknown_zone_is_not_connected(run: Bench, zone: str) -> None:
    shop = run.open(handle="mars-shop")
    shop.timezone = zone
    refused = run.connect(shop)
    assert refused.code == 9
    assert "which this machine does not know" in refused.err
    assert "\x1b" not in refused.err
    assert run("stores", "list", "-f", "json").ok().json["rows"] == []


def test_a_zone_that_became_unknown_stops_its_own_store_alone(run: Bench) -> None:
    for handle in ("maya-shop", "mars-shop"):
        run.connect(run.open(handle=handle, orders=3)).ok()
    book = run.home / "stores.toml"
    first, second = book.read_text().split('domain = "mars-shop', 1)
    book.write_text(first + 'domain = "mars-shop' + second.replace("America/New_York", "Mars/Olympus"))
    run("stores", "list").ok()
    found = run("orders", "attribute", "--period", "today", "--all-stores", "-f", "json")
    assert found.code == 7
    assert [failure["store"] for failure in found.json["failures"]] == ["mars-shop"]
    assert "Mars/Olympus" in found.json["failures"][0]["error"]
