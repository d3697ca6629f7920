"""One pretend store: everything it holds, and what can be done to it."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from .counter import Counter
from .premises import ALL_SCOPES, Call, Moment, order_facet

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from .stir import Crowd

__all__ = ["ALL_SCOPES", "PLAN_NAMES", "Call", "Moment", "PracticeStore", "order_facet"]

Json = dict[str, Any]

PLAN_NAMES = {
    "standard": ("professional", "Grow"),
    "development": ("partner_test", "Development"),
    "advanced": ("unlimited", "Advanced"),
    "plus": ("shopify_plus", "Shopify Plus"),
}


class PracticeStore(Counter):
    """A store that behaves like the REST Admin API of Shopify, with a past of its own.

    ``app`` is the WSGI callable. ``price_rules``, ``discount_codes``, ``orders``, ``customers``, ``products``,
    ``drafts``, ``script_tags`` and ``batches`` are dicts of plain JSON-like dicts by id; they may be changed in place.
    Two stores made alike on the same day hold the same data, ids included.

    Some things about the real API are not known for certain; these attributes choose: ``old_order_status`` (404 or 403
    for an order beyond 60 days), ``naive_times`` ("shop" or "utc"), ``refund_includes_tax``,
    ``discounts_scope_opens_price_rules``, ``search_lag`` (seconds until search knows a changed customer),
    ``usage_lag`` (True: usage_count never catches up). ``draft_seconds`` is how long a draft's totals are calculated,
    ``draft_races`` how many completions come too soon all the same, ``password_page`` closes the storefront.
    The plan "development" is "standard" with 5 drafts a minute.
    """

    # the wire

    @property
    def app(self) -> WSGIApplication:
        """The WSGI callable."""
        if self._app is None:
            from .app import make_app

            self._app = make_app(self)
        return self._app

    @property
    def writes(self) -> list[tuple[str, str, int]]:
        """List the requests that changed something, dropped answers included; asking for a token is none."""
        return [
            (c.method, c.path, c.status)
            for c in self.calls
            if c.took_effect and c.method not in ("GET", "HEAD") and c.path != "/admin/oauth/access_token"
        ]

    def new_token(self) -> str:
        """Give out a token that lives as long as ``faults.token_life`` says."""
        self._token_serial += 1
        seed = f"granted {self.handle} {self.seed} {self._token_serial}"
        token = "shpat_" + hashlib.md5(seed.encode()).hexdigest()
        self.granted[token] = self.now() + timedelta(seconds=self.faults.token_life)
        return token

    def knows(self, token: str) -> bool:
        """Tell whether a token is good now."""
        if not self.installed:
            return False
        return token == self.access_token or (token in self.granted and self.granted[token] > self.now())

    def uninstall(self) -> None:
        """Remove the app: its tokens die, its script tags go."""
        with self.lock:
            self.installed = False
            self.granted.clear()
            self.script_tags.clear()

    # sales

    def sell(self, code: str | Sequence[str] | None = None, **wishes: Any) -> Json:
        """Sell something and return the order; see :class:`shopinf.practice.sales.Wish` for the wishes."""
        from .sales import Wish, sell

        with self.lock:
            return sell(self, code, Wish(**wishes))

    def simulate_sales(
        self, days: int = 30, per_day: float | None = None, rng: random.Random | None = None, orders: int | None = None
    ) -> list[Json]:
        """Sell for the last *days* days with the codes that are live now; see :mod:`shopinf.practice.weeks`."""
        from .weeks import simulate

        with self.lock:
            return simulate(self, days, per_day, rng, orders)

    # what happens from outside; see :mod:`shopinf.practice.stir`

    def leak(self, code: str, orders: int = 40, days: int = 3) -> Crowd:
        """Let strangers use a code that a coupon site has, for *days* days up to now."""
        from .stir import leak

        with self.lock:
            return leak(self, code, orders, days)

    def post(self, code: str, orders: int = 40, days: int = 4) -> Crowd:
        """Let followers come after a post *days* days ago, fewer each day."""
        from .stir import post

        with self.lock:
            return post(self, code, orders, days)

    def move_parcels(self, days: int) -> dict[str, int]:
        """Let days pass for the parcels under way, and count where they are then."""
        from .stir import move_on

        with self.lock:
            return move_on(self, days)

    def add_script_tag(self, src: str, display_scope: str = "online_store", cache: bool = False) -> Json:
        """Add a script tag as it was possible before October 2026."""
        with self.lock:
            key = self.script_tags.next_id(421_379_493, 11)
            now = self.time()
            made = {"id": key, "src": src, "event": "onload", "created_at": now, "updated_at": now}
            made |= {"display_scope": display_scope, "cache": cache}
            self.script_tags[key] = made
            return made
