"""The shop's codes by name, and the one job that may be making codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from typing import TYPE_CHECKING, Any

from .discounts import FIRST_CODE, TAKEN, code_errors

if TYPE_CHECKING:
    from .premises import Premises

Json = dict[str, Any]
FIRST_BATCH = 989_355_119
MOST_CODES = 100


def folded(code: str) -> str:
    """Fold a code for comparison: codes are not case-sensitive."""
    return code.strip().casefold()


class Codes(MutableMapping[str, int]):
    """code → price rule id, whatever the case.

    Setting one takes the name for a rule, which is made if it is not there.
    """

    def __init__(self, shop: Premises) -> None:
        self._shop = shop
        self._ids: dict[str, int] | None = None
        self._of_rule: dict[int, dict[int, None]] = {}

    def forget(self) -> None:
        """Look the codes up anew: somebody changed the records."""
        self._ids = None

    def _index(self) -> dict[str, int]:
        if self._ids is None:
            self._ids, self._of_rule = {}, {}
            for key in self._shop.discount_codes:
                self._note(self._shop.discount_codes[key])
        return self._ids

    def _note(self, record: Json) -> None:
        if self._ids is not None:
            self._ids[folded(record["code"])] = record["id"]
            self._of_rule.setdefault(record["price_rule_id"], {})[record["id"]] = None

    def record(self, code: str) -> Json | None:
        """Give the discount code of that name."""
        key = self._index().get(folded(code))
        found = self._shop.discount_codes.get(key) if key is not None else None
        if key is not None and (found is None or folded(found["code"]) != folded(code)):
            self.forget()
            key = self._index().get(folded(code))
            found = self._shop.discount_codes.get(key) if key is not None else None
        return found

    def of_rule(self, rule_id: int) -> list[int]:
        """List the ids of a rule's codes, lowest first."""
        self._index()
        return list(self._of_rule.get(rule_id, ()))

    def make(self, code: str, rule_id: int) -> Json:
        """Add a code to a rule; the caller has checked it."""
        shop = self._shop
        index = self._index()
        key = shop.discount_codes.next_id(FIRST_CODE, 32)
        now = shop.time()
        record = {
            "id": key,
            "price_rule_id": rule_id,
            "code": code,
            "usage_count": 0,
            "created_at": now,
            "updated_at": now,
        }
        shop.discount_codes[key] = record
        self._ids = index  # adding one does not make the rest wrong
        self._note(record)
        return record

    def rename(self, record: Json, code: str) -> None:
        """Give a code another name."""
        self._index().pop(folded(record["code"]), None)
        record["code"], record["updated_at"] = code, self._shop.time()
        self._note(record)

    def drop(self, key: int) -> None:
        """Delete a code."""
        index = self._index()
        record = self._shop.discount_codes.pop(key)
        index.pop(folded(record["code"]), None)
        self._of_rule.get(record["price_rule_id"], {}).pop(key, None)
        self._ids = index

    # the mapping

    def __getitem__(self, code: str) -> int:
        with self._shop.lock:
            found = self.record(code)
        if found is None:
            raise KeyError(code)
        return int(found["price_rule_id"])

    def __setitem__(self, code: str, rule_id: int) -> None:
        with self._shop.lock:
            found = self.record(code)
            if found is not None:
                self.drop(found["id"])
            if rule_id not in self._shop.price_rules:
                self._shop.add_rule(code, rule_id=rule_id)
            self.make(code, rule_id)

    def __delitem__(self, code: str) -> None:
        with self._shop.lock:
            found = self.record(code)
            if found is None:
                raise KeyError(code)
            self.drop(found["id"])

    def __iter__(self) -> Iterator[str]:
        with self._shop.lock:
            return iter([self._shop.discount_codes[key]["code"] for key in self._shop.discount_codes])

    def __len__(self) -> int:
        return len(self._shop.discount_codes)

    def __contains__(self, code: object) -> bool:
        with self._shop.lock:
            return isinstance(code, str) and self.record(code) is not None


class Batches:
    """Code-creation jobs: queued, then running, then completed, by the clock; one at a time in a shop."""

    def __init__(self, shop: Premises, seconds: float, monotonic: Callable[[], float]) -> None:
        self._shop, self.seconds, self._monotonic = shop, seconds, monotonic
        self.jobs: dict[int, Json] = {}
        self._open: tuple[int, float, list[str], list[Json]] | None = None
        self._rows: dict[int, list[Json]] = {}

    @property
    def busy(self) -> bool:
        """Tell whether a job is not completed yet."""
        return self._open is not None

    def start(self, rule_id: int, codes: list[str]) -> Json:
        """Queue a job."""
        key = FIRST_BATCH + len(self.jobs)
        now = self._shop.time()
        rows: list[Json] = [{"id": None, "code": code, "errors": {}} for code in codes]
        self.jobs[key] = {
            "id": key,
            "price_rule_id": rule_id,
            "started_at": None,
            "completed_at": None,
            "created_at": now,
            "updated_at": now,
            "status": "queued",
            "codes_count": len(codes),
            "imported_count": 0,
            "failed_count": 0,
            "logs": [],
        }
        self._rows[key] = rows
        self._open = key, self._monotonic(), codes, rows
        return dict(self.jobs[key])

    def rows(self, key: int) -> list[Json]:
        """Give a job's result per code, in the order sent."""
        return self._rows[key]

    def advance(self) -> None:
        """Bring the open job to where it is by now: a fifth of its time it waits, then it makes code after code."""
        if self._open is None:
            return
        key, began, codes, rows = self._open
        job = self.jobs[key]
        part = min(1.0, (self._monotonic() - began) / self.seconds) if self.seconds > 0 else 1.0
        due = len(codes) if part >= 1 else max(0, int(len(codes) * (part - 0.2) / 0.8))
        now = self._shop.time()
        if part >= 0.2 and job["status"] == "queued":
            job["status"], job["started_at"], job["updated_at"] = "running", now, now
        done = job["imported_count"] + job["failed_count"]
        for i in range(done, due):
            self._make(job, codes[i], rows[i])
        if due > done:
            job["updated_at"] = now
        if part >= 1:
            job["status"], job["completed_at"], job["updated_at"] = "completed", now, now
            self._open = None

    def _make(self, job: Json, code: str, row: Json) -> None:
        shop = self._shop
        rule_id = job["price_rule_id"]
        errors = code_errors(code, code in shop.codes) if isinstance(code, str) else ["can't be blank"]
        if isinstance(code, str) and any(folded(code) == folded(bad) for bad in shop.faults.batch_fail):
            errors = errors or [TAKEN]
        if rule_id not in shop.price_rules:
            errors = ["Price rule does not exist"]
        if errors:
            row["errors"] = {"code": errors}
            job["failed_count"] += 1
        else:
            row["id"] = shop.codes.make(code, rule_id)["id"]
            job["imported_count"] += 1
