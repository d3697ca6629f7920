"""A mail server whose certificate is trusted here, and a report to send."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bench import Bench
from mailserver import MailServer


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    with MailServer() as started:
        monkeypatch.setenv("SSL_CERT_FILE", started.certificate(tmp_path))
        yield started


@pytest.fixture
def connected(run: Bench, server: MailServer) -> MailServer:
    run("reports", "connect", "smtp", "--stdin", stdin=server.values()).ok()
    return server


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A finished page, in the folder that the operator stands in."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "report.html"
    path.write_text("<!doctype html><title>October</title><p>Sold a lot", encoding="utf-8")
    return path
