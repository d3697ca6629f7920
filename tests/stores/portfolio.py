"""Several connected stores, of which some break: what the tests of many stores share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bench import Bench

from shopinf.practice import PracticeStore

SHEET = "influencer,email,first_name,last_name,address1,city,province,country,zip,followers\n"
MAYA = "maya,maya@x.example,Maya,Lind,1 Main St,Ottawa,ON,CA,K1A 0B1,12000\n"

# The code that each failure has in `failures[]`, by the name of the store that has it.
TROUBLES = {"frozen": 5, "revoked": 4, "failing": 6, "keyless": 4}


class Portfolio:
    """Stores of one bench, alike in products, customers and codes."""

    def __init__(self, run: Bench, folder: Path) -> None:
        self.run, self.folder = run, folder
        self.stores: dict[str, PracticeStore] = {}
        self.sheet = folder / "people.csv"
        self.sheet.write_text(SHEET + MAYA)

    def open(self, *names: str, orders: int = 8, stocked: bool = False) -> None:
        """Connect stores; stocked ones have codes, orders with them, a gift on its way and a script tag of ours."""

        def connect() -> None:
            for name in names:
                store = self.run.open(handle=name, seed=7, orders=orders, customers=5, throttle=False)
                store.add_customer("maya@x.example", first_name="Maya", last_name="Lind")
                self.run.connect(store).ok()
                self.stores[name] = store
            if stocked:
                self.stock()

        self.run.once(f"portfolio of {names}, {orders} orders, stocked: {stocked}", connect)
        self.stores = {name: self.run.wire.stores[f"{name}.myshopify.com"] for name in names}

    def stock(self) -> None:
        """Give every store codes, orders with them, a gift on its way and a script tag of ours."""
        given = ("--influencer", "maya", "--code", "MAYA15", "--percent", "15", "--commission", "10%")
        self.run("discounts", "create", "--all-stores", "--campaign", "q4", *given, "--yes").ok()
        for store in self.stores.values():
            store.sell("MAYA15", at="2026-11-10T10:00:00-05:00", force=True)
            for variant in (each for product in store.products.values() for each in product["variants"]):
                variant["inventory_quantity"] = 50
            store.faults.script_tags_closed = False
        self.run("gifts", "send", "--all-stores", "--campaign", "spring", *self.gift, "--yes").ok()
        capture = ("--endpoint", "https://capture.example.com", "--out", str(self.folder / "capture"))
        self.run("livecapture", "install", "--all-stores", *capture).ok()

    @property
    def gift(self) -> tuple[str, ...]:
        """Who gets what, as options of `gifts send`."""
        store = next(iter(self.stores.values()))
        sku = next(iter(store.products.values()))["variants"][0]["sku"]
        return ("--from", str(self.sheet), "--variant", sku)

    def break_(self) -> None:
        """Let each store that is called after a trouble have it from now on."""
        breaking: dict[str, Callable[[PracticeStore], object]] = {
            "frozen": lambda store: setattr(store.faults, "frozen", True),
            "revoked": lambda store: setattr(store.faults, "unauthorized", True),
            "failing": lambda store: store.faults.fail(lambda method, path: True, 500, times=None),
            "keyless": lambda store: self._forget(store),
        }
        for name in breaking.keys() & self.stores.keys():
            breaking[name](self.stores[name])

    def _forget(self, store: PracticeStore) -> None:
        for service, account in list(self.run.keyring.entries):
            if account.startswith(store.domain):
                del self.run.keyring.entries[service, account]
