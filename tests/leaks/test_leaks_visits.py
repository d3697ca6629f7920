"""What is kept of the visits before an order, and whether they lead to an influencer."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from shopinf.leaks.visits import (
    COUPON_HOSTS,
    Trail,
    coupon_hosts,
    from_facts,
    host_of,
    is_cold,
    is_host,
    read_visit,
    to_facts,
)

DIRECT = read_visit("/", None)


def trail(page: str | None, referrer: str | None = None, network: str | None = None) -> Trail:
    return Trail(DIRECT, read_visit(page, referrer, network=network))


@pytest.mark.parametrize(
    "warm",
    [
        trail("/discount/MAYA15?redirect=/products/serum"),
        trail("https://shop.example/discount/maya15"),
        trail("/products/serum?utm_content=maya-link"),
        trail("/?ref=maya-ref"),
        trail("/", "https://l.instagram.com/?u=x"),
        trail("/", "https://www.tiktok.com/"),
        trail("/", "https://example.com/", network="SOCIAL"),
        trail("/", None, network="Instagram"),
        Trail(read_visit("/discount/MAYA15", None), DIRECT),
    ],
)
def test_a_link_a_mark_or_a_social_network_lead_to_the_influencer(warm: Trail) -> None:
    assert is_cold(warm, {"maya15"}, {"maya-link", "maya-ref"}) is False


@pytest.mark.parametrize(
    "cold",
    [
        trail("/products/serum", "https://www.google.com/"),
        trail("/discount/LEO10"),
        trail("/?ref=leo"),
        trail("/", "https://netx.com/"),
        trail("/", "https://www.retailmenot.co.uk/view/shop"),
        Trail(DIRECT, DIRECT),
    ],
)
def test_anything_else_leads_to_nobody(cold: Trail) -> None:
    assert is_cold(cold, {"maya15"}, {"maya-link"}) is True


def test_of_a_trail_that_is_not_known_nothing_is_said() -> None:
    assert is_cold(None, {"maya15"}, ()) is None
    assert is_cold(Trail(None, None), {"maya15"}, ()) is None


def test_sites_that_collect_codes_are_known_by_host_by_name_and_by_what_the_operator_adds() -> None:
    seen = trail("/", "https://www.retailmenot.co.uk/view/shop")
    assert coupon_hosts(seen, COUPON_HOSTS) == ("retailmenot.co.uk",)
    assert coupon_hosts(trail("/", "https://deals.mine.example/x"), (*COUPON_HOSTS, "mine.example")) == (
        "deals.mine.example",
    )
    assert coupon_hosts(trail("/", "https://notcoupons.com/"), COUPON_HOSTS) == ()
    assert is_host("groupon.de", ["groupon"])
    assert not is_host("example.groupon", ["groupon"])


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://WWW.Example.com:8443/a?b", "example.com"),
        ("example.com", "example.com"),
        ("http://[", None),
        ("", None),
        (None, None),
        ("javascript:alert(1)", None),
    ],
)
def test_hosts_are_read_from_whatever_is_sent(address: str | None, host: str | None) -> None:
    assert host_of(address) == host


def test_nothing_personal_is_kept_and_what_is_kept_comes_back() -> None:
    visit = read_visit(
        "/account/reset/8213/mia%2540example.com?utm_source=ig&utm_content=mia@example.com&email=mia@example.com&ref=r1",
        "https://mail.example.com/inbox?to=mia@example.com",
        utm={"medium": "social", "term": "mia%40example.com"},
        at=datetime(2026, 11, 20, 8, tzinfo=UTC),
    )
    kept = Trail(visit, None)
    text = json.dumps(to_facts(kept))
    assert "mia" not in text
    assert "8213" not in text
    assert "mail.example.com" in text
    assert from_facts(json.loads(text)) == kept
    assert visit.landing is not None
    assert (visit.landing.ref, visit.landing.utm_value("source"), visit.landing.utm_value("medium")) == (
        "r1",
        "ig",
        "social",
    )
