"""The WSGI app: the doors a request passes, in Shopify's order, and the headers every answer carries."""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.http import http_date
from werkzeug.routing import Map, RequestRedirect, Rule
from werkzeug.wrappers import Request, Response

from . import api_customers, api_discounts, api_drafts, api_graphql, api_orders, api_shop, pages, public
from .asked import ROUTES, Answer, Asked, Refused, Route, errors, not_found
from .bucket import Reading
from .faults import ConnectionDropped
from .serving import cut_off

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from .store import PracticeStore

Json = dict[str, Any]
ENDPOINTS = (
    api_customers,
    api_discounts,
    api_drafts,
    api_graphql,
    api_orders,
    api_shop,
)  # importing them declares the routes
VERSION = re.compile(r"\d{4}-\d{2}|unstable")
OLDEST = "2026-01"  # older ones are answered by this one
BAD_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"
NO_PERSONAL = (
    "[API] This app is not approved to access REST endpoints with protected customer data. "
    "See https://shopify.dev/docs/apps/launch/protected-customer-data for more details."
)
EXPIRING = (
    "[API] Non-expiring access tokens are no longer accepted for the Admin API. Start using expiring offline tokens: "
    "https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/offline-access-tokens"
)
PRODUCTS_GONE = "https://shopify.dev/docs/apps/build/graphql/migrate/new-product-model"


def routes() -> Map:
    """Make the map of all endpoints."""
    rules = []
    for one in ROUTES:
        path = one.path if one.unversioned else f"/admin/api/<version>/{one.path}"
        rules.append(Rule(path, methods=[one.method], endpoint=one))
    return Map(rules, strict_slashes=False, merge_slashes=False)


MAP = routes()


def make_app(shop: PracticeStore) -> WSGIApplication:
    """Make the WSGI callable of a store."""
    ids = random.Random(shop.seed)

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        body = request.get_data()  # the whole body is read, whatever becomes of the request
        visit = Visit(shop, request, str(uuid.UUID(int=ids.getrandbits(128), version=4)))
        response = visit.answer()
        visit.note(response, body)
        if response is None:
            cut_off(environ)
            raise ConnectionDropped(f"{request.method} {request.path}: the connection was dropped")
        return response(environ, start_response)

    return app


class Visit:
    """One request on its way through the doors."""

    def __init__(self, shop: PracticeStore, request: Request, request_id: str) -> None:
        self.shop, self.request, self.request_id = shop, request, request_id
        self.asked = Asked(shop, request, allowed=self.allowed)
        self.reading: Reading | None = None
        self.served_version: str | None = None
        self.took_effect = False

    def answer(self) -> Response | None:
        """Give the answer, or None when the connection is to die."""
        shop, method, path = self.shop, self.request.method, self.request.path
        faults = shop.faults
        with shop.lock:
            latency = shop.latency
            hang = faults.next("hang", method, path)
            dropped = faults.next("drop_before", method, path)
        if latency:
            shop.sleep(latency)
        if hang:
            shop.sleep(hang.seconds)
        if dropped:
            return None
        with shop.lock:
            try:
                answer = self.carried_out()
                self.took_effect = answer.effect and answer.status < 400
            except Refused as refused:
                answer = refused.answer
            if faults.next("drop_after", method, path):
                return None
            return self.response(answer)

    def carried_out(self) -> Answer:
        """Do what is asked, if it gets so far."""
        shop, faults, request = self.shop, self.shop.faults, self.request
        method, path = request.method, request.path
        shop._batches.advance()
        plan = faults.next("fail", method, path)
        if plan:
            raise Refused(plan.status, plan.body)
        status = faults.roll()
        if status:
            raise Refused(status, f"<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>")
        if path == "/practice" or path.startswith("/practice/"):
            return public.own_tools(self.asked)
        if not path.startswith("/admin/"):
            plan = faults.next("throttle", method, path)
            if plan:
                raise Refused(429, "<html><body>Too many requests</body></html>", {"Retry-After": plan.retry_after})
            return public.storefront(self.asked)
        if faults.meets("security"):
            raise Refused(430, pages.SECURITY)
        if path == "/admin/oauth/access_token":
            if method != "POST":
                raise not_found()
            return public.token(self.asked)
        return self.admin(method, path)

    def admin(self, method: str, path: str) -> Answer:
        """Answer a call to the Admin API."""
        shop, faults = self.shop, self.shop.faults
        found = self.find(method, path)
        if faults.meets("locked"):
            raise errors(423, "This shop is locked")
        if faults.meets("frozen"):
            raise errors(402, "Unavailable Shop")
        token = self.request.headers.get("X-Shopify-Access-Token", "")
        if faults.meets("unauthorized") or not shop.knows(token):
            raise errors(401, BAD_TOKEN)
        if faults.meets("non_expiring_refused") and token not in shop.granted:
            raise errors(403, EXPIRING)
        self.admit(method, path)
        if found is None:
            raise not_found()
        if faults.meets("forbidden"):
            raise errors(403, "Forbidden")
        self.acceptable()
        if found.scope and not self.allowed(found.scope):
            raise errors(403, f"[API] This action requires merchant approval for {found.scope} scope.")
        if found.personal and faults.meets("pcd"):
            raise errors(403, NO_PERSONAL)
        return found.handler(self.asked)

    def find(self, method: str, path: str) -> Route | None:
        """Find the endpoint; a version that never was is not found, one that is too old falls forward."""
        shop = self.shop
        try:
            endpoint, places = MAP.bind("").match(path, method)
        except (NotFound, MethodNotAllowed, RequestRedirect):
            return None
        route: Route = endpoint
        if not route.unversioned:
            version = str(places["version"])
            if not VERSION.fullmatch(version):
                return None
            self.asked.version = version
            self.served_version = shop.faults.fall_forward or max(version, OLDEST)
        self.asked.places = {k: str(v) for k, v in places.items()}
        return route

    def admit(self, method: str, path: str) -> None:
        """Pass the leaky bucket."""
        shop = self.shop
        plan = shop.faults.next("throttle", method, path)
        if plan:
            if plan.with_header:
                self.reading = Reading(True, min(shop.bucket.used + 1, shop.bucket.size - 1), shop.bucket.size)
            raise Refused(429, {"errors": self.too_fast()}, {"Retry-After": plan.retry_after})
        if path.endswith("/graphql.json"):
            return  # which has a bucket of its own, of points
        if not shop.throttle:
            self.reading = Reading(True, 1, shop.bucket.size)
            return
        reading = shop.bucket.take()
        if not reading.admitted:
            raise Refused(429, {"errors": self.too_fast()}, {"Retry-After": "2.0"})
        self.reading = reading

    def too_fast(self) -> str:
        return (
            f"Exceeded {self.shop.bucket.leak} calls per second for api client. "
            "Reduce request rates to resume uninterrupted service."
        )

    def acceptable(self) -> None:
        """Refuse who does not take JSON."""
        accept = self.request.headers.get("Accept")
        if accept and not self.request.accept_mimetypes.accept_json:
            raise Refused(406, None)

    def allowed(self, scope: str) -> bool:
        """Tell whether the app has a scope; write_x includes read_x."""
        scopes = self.shop.scopes
        if scope in scopes or (scope.startswith("read_") and "write_" + scope.removeprefix("read_") in scopes):
            return True
        if self.shop.discounts_scope_opens_price_rules and scope.endswith("_price_rules"):
            return self.allowed(scope.replace("price_rules", "discounts"))
        return False

    def response(self, answer: Answer) -> Response:
        """Write the answer with the headers that all have."""
        body, kind = b"", "text/html; charset=utf-8"
        if isinstance(answer.body, dict | bytes):
            body = answer.body if isinstance(answer.body, bytes) else to_json(answer.body)
            kind = "application/json; charset=utf-8"
        elif isinstance(answer.body, str):
            body = answer.body.encode()
        response = Response(body, answer.status, answer.headers, content_type=kind)
        if answer.status == 204:
            del response.headers["Content-Type"]
        response.autocorrect_location_header = False
        response.headers["X-Request-Id"] = self.request_id
        response.headers["Date"] = http_date(self.shop.now())
        if self.request.path.startswith("/admin/"):
            response.headers["X-ShopId"] = str(self.shop.id)
        if self.served_version:
            response.headers["X-Shopify-API-Version"] = self.served_version
            if self.shop.faults.fall_forward and "/products" in self.request.path:
                response.headers["X-Shopify-API-Deprecated-Reason"] = PRODUCTS_GONE
        if self.reading and self.reading.admitted:
            response.headers["X-Shopify-Shop-Api-Call-Limit"] = self.reading.header
        return response

    def note(self, response: Response | None, body: bytes) -> None:
        """Write the request down."""
        from .store import Call

        request = self.request
        status = response.status_code if response is not None else 0
        with self.shop.lock:
            self.shop.requests.append((request.method, request.path, status))
            query = request.query_string.decode("latin-1")
            call = Call(request.method, request.path, status, query, body, self.request_id, self.took_effect)
            self.shop.calls.append(call)
