"""Somebody between the program and a store, who changes the records of its lists on their way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
from bench import PracticeWire


class Middleman(PracticeWire):
    """The practice wire, with *change* made to each record of the lists under *key*."""

    def __init__(self, wire: PracticeWire, change: Callable[[dict[str, Any]], object], key: str = "orders") -> None:
        super().__init__()
        self.stores = wire.stores
        self._change, self._key = change, key

    def send(self, request: httpx.Request) -> httpx.Response:
        answer = super().send(request)
        if not request.url.path.endswith(f"/{self._key}.json") or answer.status_code != 200:
            return answer
        answer.read()
        records = answer.json()[self._key]
        for record in records:
            self._change(record)
        kept = {name: answer.headers[name] for name in ("Date", "Link") if name in answer.headers}
        return httpx.Response(200, json={self._key: records}, headers=kept, request=request)
