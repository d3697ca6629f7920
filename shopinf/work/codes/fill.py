"""Filling a shared price rule with codes by jobs: a hundred codes each, one job at a time in a store."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from shopinf.discounts.codes import bare_of, suffixed
from shopinf.discounts.records import CodeRecord, State
from shopinf.errors import LostResponse, NoAnswer, NoSuchThing, ShopinfError, Stopped
from shopinf.orders import folded
from shopinf.shopify import discounts as remote
from shopinf.shopify.client import PAGE
from shopinf.work.codes.due import Due
from shopinf.work.codes.make import TRIES, Making, taken
from shopinf.work.doubt import SECOND_LOOK

STILL = 300.0  # seconds without any progress after which a job is given up for now
BUSY = 600.0  # seconds that another job of the shop is waited for
LOOKED_UP = 5  # codes that are cheaper looked up one by one than found in the list of the rule's


@dataclass(frozen=True, slots=True)
class Sent:
    """A job under way; `batch` is the ledger's id of it, `at` when it was begun, by the clock that only rises."""

    batch: int
    job: remote.Job
    records: Sequence[CodeRecord]
    at: float


class Filling:
    """Makes the codes of one shared rule; *begun* are those (by the ledger's ids) that an earlier run left behind."""

    def __init__(self, making: Making, records: Sequence[CodeRecord], begun: Collection[int] = ()) -> None:
        self._making = making
        self._codes, self._shop, self._store = making.codes, making.shop, making.store
        self._jobs = making.desk.ledger.jobs
        self._clock = making.shop.clock
        self._records = list(records)
        self._begun = begun
        self._rule = records[0].rule.id
        self._rule_id = 0
        self._due = Due()
        self._tried: dict[int, int] = {}

    def fill(self) -> None:
        """Make all codes; what stops the work is kept as the making's trouble."""
        try:
            self._rule_id = self._making.rule(self._records[0])
            self._take_up()
            self._find(self._left())
            waiting = deque(self._left())
            former: Sent | None = None
            while waiting or former:
                part = [waiting.popleft() for _ in range(min(len(waiting), remote.MOST_IN_JOB))]
                sent = self._send(part) if part else None
                if former:  # while the next job runs
                    waiting.extend(self._collect(former))
                former = self._finished(sent) if sent else None
        except Stopped:
            raise
        except ShopinfError as trouble:
            self._making.trouble = trouble

    def _take_up(self) -> None:
        """Collect what became of the jobs that an earlier run left behind; one of unknown fate is simply sent again."""
        for batch in self._jobs.left_open(self._store.shop_id, self._rule):
            records = [r for r in self._codes.by_ids(batch.codes) if r.state is State.INTENDED]
            try:
                if batch.batch_id is not None and records:
                    job = remote.job(self._shop, self._rule_id, batch.batch_id)
                    self._collect(self._finished(Sent(batch.id, job, records, self._clock.monotonic())))
            except NoSuchThing:
                pass
            self._jobs.end(batch.id)

    def _left(self) -> list[CodeRecord]:
        return [r for r in self._codes.by_ids([r.id for r in self._records]) if r.state is State.INTENDED]

    def _find(self, left: Sequence[CodeRecord]) -> None:
        """Find what stands for codes that an earlier run left behind: by now another ledger may have had them made.

        A code by number is as good as any other that this ledger does not know; one of a person goes by its name, or
        by the same name with another suffix.
        """
        former = [record for record in left if record.id in self._begun]
        if not former:
            return
        there = {folded(code.code): code for code in remote.codes_of(self._shop, self._rule_id)}
        strange = there.keys() - self._codes.taken(self._store.shop_id, set(there))
        free = {name: there[name] for name in there if name in strange}
        found: list[tuple[CodeRecord, str, int | None, int | None]] = []
        for record in former:
            code = there.get(folded(record.code))
            if code is None and not record.explicit:
                code = free.pop(_stand_in(record, free), None)
            if code is None:
                continue
            if folded(code.code) != folded(record.code):
                self._codes.call(self._store.shop_id, record, code.code)
            found.append((record, code.code, self._rule_id, code.id))
        self._codes.codes_live(self._store.shop_id, found)
        self._making.tick(len(found))

    def _send(self, records: Sequence[CodeRecord]) -> Sent:
        batch = self._jobs.intend(self._store.shop_id, self._rule, [record.id for record in records])
        job = self._started([record.code for record in records])
        begun = self._clock.monotonic()
        self._jobs.posted(batch, job.id)
        return Sent(batch, job, records, begun)

    def _started(self, codes: Sequence[str]) -> remote.Job:
        """Start a job, as soon as no other one is running in the shop."""
        begun, nap, lost = self._clock.monotonic(), 1.0, 0
        told = False
        while True:
            try:
                job = remote.start_job(self._shop, self._rule_id, codes)
                if job is not None:
                    return job
            except LostResponse:
                lost += 1
                if lost >= TRIES:
                    raise
            else:
                if not told:
                    self._making.desk.out.say(f"Another job makes codes in {self._store.name}; waiting for it")
                    told = True
            if self._clock.monotonic() - begun > BUSY:
                raise NoAnswer(
                    f"{self._store.name} has been busy with another job for {BUSY / 60:.0f} minutes",
                    hint="Run the same command again when it is done; it makes only what is missing.",
                )
            nap = min(nap * 2, 15.0)
            self._clock.wait(nap)

    def _finished(self, sent: Sent) -> Sent:
        """Wait until a job is completed."""
        still = self._clock.monotonic()
        job, due = sent.job, self._due.first()
        while not job.completed:
            self._clock.wait(max(sent.at + due - self._clock.monotonic(), 0.0))
            before, now = job.done, self._clock.monotonic()
            job = remote.job(self._shop, self._rule_id, job.id)
            if job.completed:
                self._due.ended(now - sent.at)
                break
            due = self._due.again(now - sent.at, job)
            still = now if job.done != before else still
            if now - still > STILL:
                raise NoAnswer(
                    f"A job that makes codes in {self._store.name} has not moved for {STILL / 60:.0f} minutes",
                    hint="Run the same command again later; it takes up this job and makes only what is missing.",
                )
        return replace(sent, job=job)

    def _collect(self, sent: Sent) -> list[CodeRecord]:
        """Write down what came of a completed job; returns the codes that need another one."""
        results = self._results(sent)
        again: list[CodeRecord] = []
        live: list[tuple[CodeRecord, str, int | None, int | None]] = []
        unsure = [r for r in sent.records if (found := results.get(folded(r.code))) is not None and found.taken]
        ours = self._ours(unsure)
        for record in sent.records:
            result = results.get(folded(record.code))
            code_id = result.id if result and result.id else ours.get(folded(record.code))
            if code_id is not None:
                live.append((record, record.code, self._rule_id, code_id))
            elif result is not None and result.taken:
                again += self._taken(record)
            elif result is not None and result.errors:
                self._fail(record, "; ".join(result.errors))
            else:
                again += self._once_more(record, sent.job.logs)
        self._codes.codes_live(self._store.shop_id, live)
        self._jobs.end(sent.batch)
        self._making.tick(len(live))
        return again

    def _results(self, sent: Sent) -> dict[str, remote.JobResult]:
        results = remote.job_results(self._shop, self._rule_id, sent.job.id)
        if any(result.id is None and not result.errors for result in results):
            self._clock.wait(SECOND_LOOK)  # completed, yet some are told as still to come
            results = remote.job_results(self._shop, self._rule_id, sent.job.id)
        return {folded(result.code): result for result in results}

    def _ours(self, records: Sequence[CodeRecord]) -> dict[str, int]:
        """Which of these taken names are under our own rule: made by a request whose answer was lost."""
        found = self._found(records)
        if missing := [record for record in records if folded(record.code) not in found]:
            self._clock.wait(SECOND_LOOK)  # taken, yet not to be found: the store's answers lag
            found |= self._found(missing)
        return {name: code.id for name, code in found.items() if code.price_rule_id == self._rule_id}

    def _found(self, records: Sequence[CodeRecord]) -> dict[str, remote.Code]:
        """The codes of these names that are in the store, or, where they are many, only those under our rule."""
        if len(records) > LOOKED_UP:
            pages = len(self._codes.of_rule(self._rule)) // PAGE + 1
            if pages < len(records):
                names = {folded(record.code) for record in records}
                listed = remote.codes_of(self._shop, self._rule_id)
                return {folded(code.code): code for code in listed if folded(code.code) in names}
        found = (remote.look_up(self._shop, record.code) for record in records)
        return {folded(code.code): code for code in found if code}

    def _taken(self, record: CodeRecord) -> list[CodeRecord]:
        """A name that somebody else has: an explicit one fails alone, a generated one is tried with a suffix."""
        if record.explicit:
            self._fail(record, taken(record.code).message)
            return []
        code = suffixed(record.code)
        while self._codes.taken(self._store.shop_id, [folded(code)]):
            code = suffixed(record.code)
        self._codes.call(self._store.shop_id, record, code)
        return self._once_more(record, ())

    def _once_more(self, record: CodeRecord, logs: Sequence[str]) -> list[CodeRecord]:
        self._tried[record.id] = self._tried.get(record.id, 0) + 1
        if self._tried[record.id] < TRIES // 2 and not logs:
            return self._codes.by_ids([record.id])
        self._fail(record, "; ".join(logs) or "Shopify did not make it and did not say why")
        return []

    def _fail(self, record: CodeRecord, error: str) -> None:
        self._codes.fail(self._store.shop_id, record, error)
        self._making.tick(1)


def _stand_in(record: CodeRecord, names: Iterable[str]) -> str:
    """The name among *names* that stands for *record*; empty where none does."""
    if not record.person:
        return next(iter(names), "")
    bare = bare_of(folded(record.code))
    return next((name for name in names if bare_of(name) == bare), "")
