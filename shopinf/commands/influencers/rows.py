"""An influencer as rows and JSON show them: who they are, their accounts, and what was agreed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shopinf.attribution.codebook import Since, on_day
from shopinf.people.enrichment import account_words
from shopinf.people.profiles import tier
from shopinf.results import columns

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.people.influencers import Influencer
    from shopinf.people.profiles import Account

Rates = Mapping[str, tuple[Since[str | None], ...]]

CHANGED_COLUMNS = columns(order="influencer what count", numbers="count")


def influencer_row(desk: Desk, one: Influencer, accounts: Sequence[Account], rates: Rates) -> dict[str, Any]:
    """One person, with the account that has most followers."""
    primary = accounts[0] if accounts else None
    return {
        "influencer": one.influencer,
        "first_name": one.first_name,
        "last_name": one.last_name,
        "email": one.email,
        "platform": primary and primary.platform,
        "handle": primary and primary.handle,
        "profile_url": primary and primary.profile_url,
        "followers": primary and primary.followers,
        "engagement_rate_pct": primary and primary.engagement_rate_pct,
        "tier": primary and tier(primary.followers),
        "accounts": [account_words(each) for each in accounts],
        "commission": rate_today(desk, rates, one),
    }


def rate_today(desk: Desk, rates: Rates, one: Influencer) -> str | None:
    """The commission that is agreed with somebody now."""
    return on_day(rates.get(one.id, ()), desk.clock.now().astimezone().date())
