"""An agency in its second month: two clients, codes, sales and returns, a closed month, a run paid in part, gifts.

It is made once for all tests that look at it, and is the same each time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench import Bench
from mailserver import Slack
from middleman import Middleman
from sources.providers import FakeModash

from shopinf.commands.demo import creators
from shopinf.practice import PracticeStore

MODASH = "API_KEY=modash-key\n"
SLACK = f"URL={Slack.URL}\n"
NOTHING_LEFT = "GONE10"  # a former provider's code that the store has no more


class Agency:
    """What stands on the agency's desk: its stores, and the sheets it works with."""

    def __init__(self, run: Bench, folder: Path) -> None:
        self.run, self.folder = run, folder
        run.once("an agency in its second month", self._two_months)
        self.maya: PracticeStore = run.wire.stores["maya-shop.myshopify.com"]  # the sheets are made anew: see `sheet`
        for name, text in self.sheets().items():
            (folder / name).write_text(text, encoding="utf-8")

    def sheets(self) -> dict[str, str]:
        """The files of the folder that the agency works in."""
        sku = self._variant["sku"]
        people = [who["handle"] for who in self.maya.influencers()]
        address = "1 Main St,Ottawa,ON,CA,K1A 0B1"
        gifts = [f"{who},{who}@post.example,Ann,Lee,{address},{sku}" for who in people[:3]]
        return {
            "creators.csv": creators(self.maya),
            "team.csv": "influencer,first_name,last_name,email\n"
            + "".join(f"{who},Ann,Lee,{who}@post.example\n" for who in people),
            "gifts.csv": "influencer,email,first_name,last_name,address1,city,province,country,zip,sku\n"
            + "\n".join(gifts),
            "former.csv": f"code,influencer,percent\n{NOTHING_LEFT},old.friend,10\n",
            "rates.csv": f"influencer,rate,since\n{people[0]},12%,2027-02-01\n{people[1]},5.00,2027-02-01\n",
            "payees.csv": "influencer,name,type,paypal,country\n"
            + "".join(f"{who},Ann Lee,person,{who}@pay.example,DE\n" for who in people[:-1]),
        }

    @property
    def _variant(self) -> dict[str, str]:
        found: dict[str, str] = next(iter(self.maya.products.values()))["variants"][0]
        return found

    def _two_months(self) -> None:
        run = self.run
        run.environ["SHOPINF_USER"] = "ann"
        self.maya = run.open(seed=7, customers=40, orders=60)
        other = run.open(
            handle="nordlicht",
            seed=8,
            customers=30,
            orders=40,
            currency="EUR",
            timezone="Europe/Berlin",
            taxes_included=True,
        )
        run.connect(self.maya, "--group", "northlight").ok()
        run.connect(other).ok()
        self.folder.mkdir(exist_ok=True)
        for store in (self.maya, other):
            for variant in (each for product in store.products.values() for each in product["variants"]):
                variant["inventory_quantity"] = 50
        for name, text in self.sheets().items():
            (self.folder / name).write_text(text, encoding="utf-8")
        run("customers", "enrich", "--all-stores", "--source", f"csv:{self.folder / 'creators.csv'}").ok()
        run("products", "import", "--all-stores").ok()
        everyone = ("discounts", "create", "--all-stores", "--campaign", "autumn", "--sheet")
        run(*everyone, str(self.folder / "team.csv"), "--percent", "15", "--commission", "10%", "--yes").ok()
        gift = ("gifts", "send", "--store", "maya-shop", "--campaign", "autumn", "--sheet")
        head, *rows = self.sheets()["gifts.csv"].splitlines()
        for row in rows:  # one after the other, so that their orders have the same names each time
            (self.folder / "gift.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
            run(*gift, str(self.folder / "gift.csv"), "--yes").ok()
        run.clock.pass_(days=45)
        for store in (self.maya, other):
            store.simulate_sales(days=44, orders=80)
        run("orders", "sync", "--all-stores").ok()
        run("payouts", "close", "--store", "maya-shop", "--period", "2026-12").ok()
        pay = (
            "payouts",
            "pay",
            "--store",
            "maya-shop",
            "--rail",
            "paypal",
            "--payees",
            str(self.folder / "payees.csv"),
        )
        run(*pay, "-o", str(self.folder / "run.csv"), "--yes")  # who is not among the payees stays payable

    def prepare(self, command: str) -> None:
        """What has to be there before *command* is typed."""
        match command:
            case "stores import":
                self.run("stores", "export", "-o", "stores.json").ok()
            case "ledger import":
                self.run("ledger", "export", "backup.db").ok()
            case "sources connect" | "sources disconnect":
                FakeModash().stand(self.run)
                if command == "sources disconnect":
                    self.run("sources", "connect", "modash", "--stdin", "--consent", stdin=MODASH).ok()
            case "reports connect" | "reports send" | "reports list" | "reports disconnect":
                stores: dict[str, Any] = {"hooks.slack.com": Slack()}
                self.run.wire.stores |= stores
                Path("report.html").write_text("<!doctype html><title>October</title>", encoding="utf-8")
                if command != "reports connect":
                    self.run("reports", "connect", "slack", "--stdin", stdin=SLACK).ok()
                if command == "reports list":
                    self.run("reports", "send", "report.html", "--via", "slack").ok()
            case "influencers remember":
                self.run("influencers", "forget", "avawhitlock", "--yes").ok()
            case "orders review" | "orders decide":
                odd = {each["order_id"] for each in self._claimed()["entries"][:2]}
                wrong = {"current_subtotal_price": "1.00"}
                self.run.wire = Middleman(self.run.wire, lambda each: each.update(wrong) if each["id"] in odd else None)
                self.run("orders", "sync", "-s", "maya-shop", "--full").ok()
            case "livecapture uninstall":
                self.maya.faults.script_tags_closed = False
                where = ("--endpoint", "https://capture.example.com", "--out", "capture")
                self.run("livecapture", "install", "-s", "maya-shop", *where).ok()

    def named(self, word: str) -> str:
        """*word* with `{order}`, `{statement}` and `{run}` as they are called in this ledger."""
        if "{" not in word:
            return word
        claimed = self._claimed()
        order = claimed["entries"][0]["order_name"]
        return word.format(order=order, statement=claimed["statement"], run=claimed["run"])

    def _claimed(self) -> Any:
        """The first statement by name that a run has claimed."""
        listed = self.run("payouts", "list", "-s", "maya-shop", "-f", "json").ok().json["statements"]
        return min((each for each in listed if each["run"]), key=lambda each: str(each["statement"]))
