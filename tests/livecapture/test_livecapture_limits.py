"""Who counts as one caller, at the collector and at the proxy in front of it, and how much one store may send."""

from __future__ import annotations

import ipaddress
import re
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from shopinf.capture.limits import DayLimit, caller_of

NGINX = Path(__file__).parents[2] / "examples" / "nginx-livecapture.conf"
ADDRESSES = [
    "203.0.113.7",
    "203.0.113.8",
    "::ffff:203.0.113.7",
    "2001:db8:1:2::1",
    "2001:db8:1:2:ffff:ffff:ffff:ffff",
    "2001:db8:1:3::1",
    "2001:db8:0a0a:0d0a::1",  # bytes that are line ends
    "2001:db8:0a0a:0d0a:0a0a::2",
    "::1",
]


@pytest.mark.parametrize(
    ("address", "caller"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:DB8:1:2::9]", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unknown", "unknown"),
    ],
)
def test_one_customer_of_a_provider_is_one_caller(address: str, caller: str) -> None:
    assert caller_of(address) == caller


def test_nginx_counts_callers_as_the_collector_does() -> None:
    text = NGINX.read_text()
    rules = [re.compile(found.replace("(?<", "(?P<").encode()) for found in re.findall(r'^ +"~(.+)" ', text, re.M)]
    assert len(rules) == 2
    assert re.search(r"^map \$binary_remote_addr \$livecapture_caller \{\n +default +\$binary_remote_addr;", text, re.M)
    assert re.search(r"^limit_req_zone \$livecapture_caller ", text, re.M)

    def key(address: str) -> bytes:
        packed = ipaddress.ip_address(address).packed
        return next((found[1] for rule in rules if (found := rule.search(packed))), packed)

    for one, other in combinations(ADDRESSES, 2):
        assert (key(one) == key(other)) == (caller_of(one) == caller_of(other)), (one, other)


def test_a_store_may_send_so_many_events_a_day_and_goes_on_where_it_was() -> None:
    day = date(2026, 11, 27)
    limit = DayLimit(3, lambda: day, {7: 1})
    assert [limit.admits(7) for _ in range(3)] == [True, True, False]
    assert [limit.admits(8) for _ in range(4)] == [True, True, True, False]
    day = date(2026, 11, 28)
    assert limit.admits(7)
