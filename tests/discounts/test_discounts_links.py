"""Affiliate links, and what may be in them."""

from __future__ import annotations

import pytest

from shopinf.discounts.links import affiliate_link, read_redirect, read_utm
from shopinf.errors import BadInput


def test_a_bare_link_puts_the_code_on_the_cart() -> None:
    assert affiliate_link("shop.example", "MAYA15") == "https://shop.example/discount/MAYA15"


def test_a_link_leads_to_a_page_and_carries_utm() -> None:
    utm = read_utm(["source=maya", "utm_medium=influencer", "ref=m 1"])
    link = affiliate_link("shop.example", "MAYA15", "/products/serum", utm)
    assert link == (
        "https://shop.example/discount/MAYA15?redirect=/products/serum&utm_source=maya&utm_medium=influencer&ref=m+1"
    )


def test_a_page_with_a_query_of_its_own_keeps_it_to_itself() -> None:
    link = affiliate_link("shop.example", "M", "/products/serum?variant=1")
    assert link == "https://shop.example/discount/M?redirect=%2Fproducts%2Fserum%3Fvariant%3D1"


@pytest.mark.parametrize(
    "text", ["https://evil.example/x", "//evil.example", "/\\evil.example", "\\\\evil.example", "", "/a b", "http:x"]
)
def test_a_link_leads_nowhere_but_the_shop(text: str) -> None:
    with pytest.raises(BadInput):
        read_redirect(text)


def test_a_path_may_be_written_without_its_slash() -> None:
    assert read_redirect("products/serum") == "/products/serum"


@pytest.mark.parametrize("pair", ["source", "=x", "source=", "so urce=x", "redirect=//evil"])
def test_utm_pairs_that_are_none_are_refused(pair: str) -> None:
    with pytest.raises(BadInput):
        read_utm([pair])
