"""The log says nothing about anybody: every name and secret of a whole story is looked for in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from bench import Bench

from .logs import events, of, told


class Corpus:
    """What must not be found: everything about people, and every secret."""

    def __init__(self) -> None:
        self.values: set[str] = set()

    def know(self, values: Iterable[object]) -> None:
        self.values |= {str(value) for value in values if value}

    def found_in(self, text: str) -> set[str]:
        shown = {text, json.dumps(text), httpx.QueryParams(text=text)["text"]}
        return {
            value
            for value in self.values
            if any(re.search(rf"(?<!\w){re.escape(value)}(?!\w)", each, re.IGNORECASE) for each in shown)
        }


def about(customer: Mapping[str, Any]) -> Iterator[object]:
    yield from (customer["email"], customer["phone"], customer["first_name"], customer["last_name"])
    address = customer.get("default_address") or {}
    yield from (address.get(name) for name in ("address1", "phone", "zip", "city"))


class Modash:
    """A provider that repeats what it was asked."""

    def app(self, environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Sequence[bytes]:
        asked = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
        search = environ["PATH_INFO"].endswith("/email-search")
        body = {"message": f"cannot find {asked}"} if search else {"billing": {"credits": 100}}
        start_response("422 X" if search else "200 X", [("Content-Type", "application/json")])
        return [json.dumps(body).encode()]


@pytest.mark.slow
def test_a_whole_story_of_people_and_secrets_leaves_none_of_them_in_the_log(run: Bench, log: Path) -> None:
    store = run.open(orders=40, customers=25)
    run.wire.stores["api.modash.io"] = Modash()  # type: ignore[assignment]
    corpus, said = Corpus(), [""]
    corpus.know((store.access_token, store.api_key, store.api_secret_key, "modash-key-0123456789"))
    people = [store.customers.peek(key) for key in sorted(store.customers)]
    for each in people:
        corpus.know(about(each))
    ann = {"email": "ann.lee@example.com", "phone": "+1 613 555 0142", "street": "1 Alder Lane", "name": "Ann-Sophie"}
    corpus.know([*ann.values(), "annsophie", "ANNSOPHIE15", "ANN SOPHIE", "annsophie.csv", "annsophie's spring"])
    folder = log.parent / "ann.lee@example.com"
    folder.mkdir()

    def ran(*argv: str, code: int | None = 0, stdin: str = "", **environ: str) -> None:
        done = run(*argv, "--log-file", str(log), stdin=stdin, environ=environ)
        assert code is None or done.code == code, f"{argv}: {done.code} {done.err}"
        said[0] += done.out + done.err

    def sheet(text: str) -> str:
        (folder / "annsophie.csv").write_text(text)
        return str(folder / "annsophie.csv")

    # Stores and their secrets, also where a store says them back to us.
    ran("connect", "maya-shop", "--stdin", stdin=run.credentials(store))
    ran("connect", ann["email"], "--stdin", code=None, stdin=run.credentials(store))
    ran("connect", store.access_token, "--stdin", code=None, stdin=run.credentials(store))
    ran("connect", "maya-shop", "--stdin", code=4, stdin=f"TOKEN={store.access_token}\n")
    echo = {"errors": f"{store.access_token} {store.api_key} {ann['name']} {ann['email']} {ann['phone']}"}
    store.faults.fail("GET shop.json", 403, echo, times=1)
    ran("verify-scopes", code=5)
    # Customers and providers.
    ran("sources", "connect", "modash", "--stdin", "--consent", stdin="API_KEY=modash-key-0123456789\n")
    who = "".join(f"insta{n},{each['email']},{each['first_name']},900\n" for n, each in enumerate(people[:6]))
    known = sheet("handle,email,first_name,followers\n" + who + f"annsophie,{ann['email']},Ann-Sophie,5000\n")
    ran("customers", "enrich", "--source", f"csv:{known}", "--sort", "followers")
    ran("customers", "enrich", "--source", "modash", "--max-credits", "5", "--yes", "--all", code=None)
    ran("customers", "enrich", "--source", f"csv:{folder}/nobody-{ann['email']}.csv", code=2)
    ran("influencers", "import", known)
    ran("influencers", "list")
    ran("influencers", "show", "annsophie")
    ran("influencers", "show", ann["email"] + "x", code=3)
    # Codes: a sheet with a mistake, a name that is taken, a store that quotes what it refuses.
    wishes = sheet(f"handle,email,code\nannsophie,{ann['email']},ANN SOPHIE\nleo,leo@example.com,\n")
    spring = ("discounts", "create", "--campaign", "annsophie's spring", "--percent", "15")
    ran(*spring, "--from", wishes, "--yes", code=7)
    ran(*spring, "--from", f"{folder}/{ann['email']}.csv", code=2)
    ran(*spring, "--influencer", "annsophie")
    store.faults.fail("POST price_rules.json", 422, {"errors": {"title": [f"{ann['name']} {ann['email']}"]}}, times=1)
    ran(*spring, "--influencer", people[0]["email"], code=None)
    ran("discounts", "list", "--influencer", "annsophie")
    ran("discounts", "pause", "--code", "ANNSOPHIE15", "--yes")
    ran("discounts", "resume", "--code", "ANNSOPHIE15", "--yes")
    # Orders.
    store.simulate_sales(days=10, orders=20)
    ran("orders", "attribute", "--period", "last-30-days", "--by", "order", "-f", "csv")
    ran("orders", "attribute", "--period", "last-30-days", "--influencer", "annsophie")
    ran("orders", "explain", ann["email"], code=None)
    ran("orders", "attribute", "--period", ann["email"], code=2)
    # Gifts.
    home = f"annsophie,{ann['email']},Ann-Sophie,Lee,{ann['street']},Ottawa,ON,CA,K1A 0B1,{ann['phone']}\n"
    parcels = sheet("influencer,email,first_name,last_name,address1,city,province,country,zip,phone\n" + home)
    sku = str(next(iter(store.products.values()))["variants"][0]["sku"])
    gifts = ("gifts", "send", "--campaign", "annsophie's spring", "--from", parcels, "--variant", sku, "--yes")
    store.faults.fail("POST draft_orders.json", 422, {"errors": {"phone": [ann["phone"], ann["street"]]}}, times=1)
    ran(*gifts, code=None)
    ran(*gifts)
    ran("gifts", "status")
    ran(
        "gifts", "send", "--campaign", ann["email"], "--from", sheet("influencer,country\nannsophie,Atlantis\n"), code=2
    )
    # And away.
    ran("influencers", "forget", ann["email"], code=2)
    ran("influencers", "forget", ann["email"], "--yes")
    ran("influencers", "forget", ann["phone"], "--yes", code=None)
    ran("--" + ann["email"], code=2)
    ran(ann["email"], code=2)
    ran("disconnect", "maya-shop", "--yes")

    lines = told(log)
    assert {"started", "request", "store_done", "store_failed", "answer", "error", "ended"} <= set(events(lines))
    assert {line["source"] for line in of(lines, "request")} == {None, "modash"}
    assert {line["code"] for line in of(lines, "ended")} >= {0, 2, 3, 4, 5, 7}
    assert len(corpus.found_in(said[0])) > 20, "the corpus is what a person is told, so that this test can fail"
    assert corpus.found_in(log.read_text()) == set()
