"""Two stores in different zones, known at the bench, and what `schedule print` says of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import Bench

from shopinf.practice import PracticeStore

ZONES = {"maya-shop": "America/New_York", "nordlicht": "Europe/Berlin"}


@pytest.fixture
def agency(run: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, PracticeStore]:
    """The stores, connected with their credentials in the keyring; the machine's clock is Berlin's."""
    monkeypatch.chdir(tmp_path)
    run.environ.pop("SHOPINF_LEDGER_URL", None)  # where the ledger is makes no difference here but one of its own
    run.environ["TZ"] = "Europe/Berlin"
    stores = {handle: run.open(handle=handle, timezone=zone) for handle, zone in ZONES.items()}
    for store in stores.values():
        run.connect(store).ok()
    return stores


@pytest.fixture
def in_environment(run: Bench, agency: dict[str, PracticeStore]) -> dict[str, PracticeStore]:
    """The same with their tokens in the environment."""
    run.keyring.entries.clear()
    for handle, store in agency.items():
        run.environ[f"SHOPINF_{handle.upper().replace('-', '_')}_ACCESS_TOKEN"] = store.access_token
    return agency
