"""A browser, a store that it visits, and the collector beside it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bench import Bench

from shopinf.capture import inbox
from shopinf.practice import serve
from shopinf.work.livecapture import collect

from .browser import Browser
from .capturing import Arrivals, Collecting, collecting
from .storefront import Storefront


@pytest.fixture(autouse=True)
def _a_ledger_that_is_well_has_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy this machine is, a ledger that is well is not taken for one that is away."""
    monkeypatch.setattr(inbox, "PATIENCE", 60.0)
    monkeypatch.setattr(collect, "_FIRST", 60.0)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    opened = Browser(tmp_path_factory.mktemp("browser"))
    yield opened
    opened.close()


@pytest.fixture
def store(run: Bench) -> Iterator[Storefront]:
    shop = run.open(throttle=False)
    with serve([shop]) as served:
        run.wire.stores["127.0.0.1"] = shop
        run.connect(shop, "--url", served.urls[0]).ok()
        yield Storefront(shop, served.urls[0])


@pytest.fixture
def arrivals(monkeypatch: pytest.MonkeyPatch) -> Arrivals:
    return Arrivals(monkeypatch)


@pytest.fixture
def collector(run: Bench, store: Storefront, arrivals: Arrivals) -> Iterator[Collecting]:
    with collecting(run) as served:
        yield served
