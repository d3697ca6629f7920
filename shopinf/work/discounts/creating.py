"""`discounts create` from top to bottom: what is asked for, the plan, the question, the making, the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shopinf.desk import ChosenForm
from shopinf.discounts.codes import Pattern
from shopinf.discounts.plan import Ask, CodeRecord, Fate, Shape, State, Step, plan
from shopinf.discounts.terms import Goods
from shopinf.errors import BadInput, PartlyDone, ShopinfError
from shopinf.ledger.coderows import Intended
from shopinf.outcomes import Done, Outcomes
from shopinf.results import Cell, Failure, Result
from shopinf.shell import quoted
from shopinf.shopify import discounts as remote
from shopinf.shopify.goods import find_goods
from shopinf.times import iso
from shopinf.words import agreeing, counted
from shopinf.work.codes.change import change
from shopinf.work.codes.fill import Filling
from shopinf.work.codes.make import Making
from shopinf.work.discounts.asking import Asked, Options, read_asked
from shopinf.work.discounts.coderows import Summary, bare_row, code_row, codes_result, link
from shopinf.work.discounts.forecasting import Forecast

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Store

ALONE = (
    "Codes made here do not combine with other discounts, which REST cannot say; "
    "where a site-wide discount is better for the buyer, it takes the sale and the attribution."
)
BY_NAME, BY_NUMBER = "{influencer}{value}", "{campaign}-{random:6}"


@dataclass(frozen=True)
class Choices:
    """How codes are made: their names, their rules, and what happens to other terms."""

    pattern: Pattern
    own_rules: bool
    update: bool = False
    dry_run: bool = False


def read_choices(
    options: Options, pattern: str | None, *, shared: bool, own: bool, update: bool, dry_run: bool
) -> Choices:
    """How the codes of *options* are made; combinations that cannot be are refused."""
    options.check()
    if shared and own:
        raise BadInput("Only one of --shared-rule and --own-rules can be given")
    by_number = options.count is not None
    read = Pattern.read(pattern or (BY_NUMBER if by_number else BY_NAME))
    if by_number and read.names & {"influencer", "username", "first_name", "last_name"}:
        raise BadInput("Codes of --count are nobody's, so their pattern has no name", hint="Use {n} or {random:6}.")
    if (options.count or 0) > 1 and not read.signs and "n" not in read.names:
        raise BadInput(f"The pattern {read.text} makes the same code again and again", hint="Add {n} or {random:6}.")
    return Choices(read, own or not (by_number or shared), update, dry_run)


@dataclass(frozen=True)
class Prospect:
    """What would be done in one store."""

    store: Store
    goods: Goods | None
    steps: Sequence[Step]

    def count(self, *fates: Fate) -> int:
        return sum(step.fate in fates for step in self.steps)


@dataclass(frozen=True)
class Made:
    """What was done in one store."""

    rows: list[dict[str, Cell]]
    summary: Summary
    notes: Sequence[str] = ()
    failures: Sequence[Failure] = ()


def create(desk: Desk, stores: Sequence[Store], options: Options, choices: Choices, form: ChosenForm) -> None:
    """Make the codes asked for in each of *stores*, so that running it again makes only what is missing."""
    desk.form(form)  # a wrong one is refused before anything is made
    asked = read_asked(desk, options, stores)
    asks = asked.known(desk.ledger.people, enrol=False)
    creation = Creation(desk, options, choices)
    prospects = desk.each_store(stores, lambda store: creation.prospect(store, asks)).or_raise()
    if choices.dry_run:
        creation.show_prospects(prospects, form)
        return
    writes = sum(one.count(Fate.MAKE, Fate.CHANGE) for _, one in prospects.done)
    if writes:
        desk.out.note(ALONE)
        if writes > 1:
            desk.out.confirm(_question(prospects))
        asks = asked.known(desk.ledger.people, enrol=True)
    goods = {store.shop_id: one.goods for store, one in prospects.done}
    ready = [store for store, _ in prospects.done]
    outcomes = desk.each_store(ready, lambda store: creation.carry_out(store, asks, goods[store.shop_id]))
    creation.show_done(outcomes.after(prospects).or_raise(), asked, form, said=[ALONE] if writes else [])


def _question(prospects: Outcomes[Prospect]) -> str:
    parts = []
    for store, one in prospects.done:
        made, changed = one.count(Fate.MAKE), one.count(Fate.CHANGE)
        what = [f"make {counted(made, 'code')}"] * bool(made) + [f"change {counted(changed, 'code')}"] * bool(changed)
        if what:
            parts.append(f"{' and '.join(what)} in {store.name}")
    question = "; ".join(parts)
    return f"{question[:1].upper()}{question[1:]}?"


Planned = tuple[list[dict[str, Cell]], Forecast]  # the rows of a dry run, and what the making takes


class Creation:
    """One run of `discounts create`."""

    def __init__(self, desk: Desk, options: Options, choices: Choices) -> None:
        self.desk, self.options, self.choices = desk, options, choices
        self.campaign = options.campaign
        self._names: dict[int, str] = {}

    def _campaign(self, store: Store) -> str:
        """The campaign's name in *store*: as it was written the first time."""
        if store.shop_id not in self._names:
            self._names[store.shop_id] = self.desk.ledger.codes.spelled(store.shop_id, self.campaign)
        return self._names[store.shop_id]

    # before

    def prospect(self, store: Store, asks: Sequence[Ask]) -> Prospect:
        """What would be done in *store*: reads the ledger, and the catalogue where products are named."""
        goods = None
        if self.options.products or self.options.collections:
            goods = find_goods(self.desk.shop(store), self.options.products, self.options.collections)
        return Prospect(store, goods, self._plan(store, asks, goods))

    def _plan(self, store: Store, asks: Sequence[Ask], goods: Goods | None) -> list[Step]:
        codes = self.desk.ledger.codes
        campaign = self._campaign(store)
        shape = Shape(
            campaign=campaign,
            zone=store.zone,
            currency=store.currency,
            now=self.desk.clock.now(),
            pattern=self.choices.pattern,
            own_rules=self.choices.own_rules,
            update=self.choices.update,
        )
        if goods is not None:
            asks = [replace(ask, wish=replace(ask.wish, goods=goods)) for ask in asks]
        records = codes.of_campaign(store.shop_id, campaign)
        return plan(asks, records, shape, lambda names: codes.taken(store.shop_id, names))

    # the work

    def carry_out(self, store: Store, asks: Sequence[Ask], goods: Goods | None) -> Made:
        """Make what is missing in *store*."""
        codes = self.desk.ledger.codes
        with self.desk.writing(store):
            steps = self._plan(store, asks, goods)  # anew, for another run may have been quicker
            fresh = [step for step in steps if step.fate is Fate.MAKE and not _is_begun(step)]
            ids = codes.intend(store.shop_id, self._campaign(store), [self._intended(store, step) for step in fresh])
            begun = [step.record.id for step in steps if step.record and _is_begun(step)]
            trouble = self._make(store, codes.by_ids(ids + begun))
            if trouble is None:
                trouble = change(self.desk, store, [step for step in steps if step.fate is Fate.CHANGE])
        return self._done(store, steps, trouble)

    def _make(self, store: Store, records: Sequence[CodeRecord]) -> ShopinfError | None:
        if not records:
            return None
        with self.desk.out.progress("making codes", len(records), "codes", store=store.name) as progress:
            making = Making(self.desk, store, self.desk.shop(store), progress.advance)
            own = [record for record in records if record.rule.own]
            if own:
                making.own(own)
            shared: dict[int, list[CodeRecord]] = {}
            for record in records:
                if not record.rule.own:
                    shared.setdefault(record.rule.id, []).append(record)
            for group in shared.values():
                if making.trouble is None:
                    Filling(making, group).fill()
        return making.trouble

    def _intended(self, store: Store, step: Step) -> Intended:
        ask, terms = step.ask, step.terms
        assert terms is not None
        own, campaign = self.choices.own_rules, self._campaign(store)
        return Intended(
            person=ask.person,
            slot=ask.slot,
            code=step.code,
            explicit=ask.code is not None,
            rule_key=f"own/{ask.person}/{ask.slot}" if own else terms.key(),
            # From now on it is known when the rule begins, and it stays so when it has to be sent again.
            terms=terms if terms.starts else replace(terms, starts=self.desk.clock.now().replace(microsecond=0)),
            title=f"{step.code} - {campaign} -" if own else f"{campaign} -",
            commission=ask.commission,
            redirect=ask.redirect,
            utm=ask.utm or {},
        )

    # after

    def _done(self, store: Store, steps: Sequence[Step], trouble: ShopinfError | None) -> Made:
        after = {
            record.key: record for record in self.desk.ledger.codes.of_campaign(store.shop_id, self._campaign(store))
        }
        rows: list[dict[str, Cell]] = []
        failures: list[Failure] = [Failure.of(trouble, store=store.name, what=self.campaign)] if trouble else []
        for step in steps:
            row = self._row(store, step, after.get(step.ask.key), trouble)
            rows.append(row)
            if row["status"] == "failed" and row["error"] != str(trouble):
                what = str(row["code"] or row["influencer"] or step.ask.slot)
                failures.append(Failure(store.name, what, str(row["error"]), BadInput.code))
        count = {status: sum(row["status"] == status for row in rows) for status in ("created", "exists", "failed")}
        if trouble and not count["created"]:
            raise trouble
        summary = Summary(len(rows), count["created"], count["exists"], count["failed"])
        return Made(rows, summary, [*_asleep(store, steps), *self._notes(store, rows)], failures)

    def _row(
        self, store: Store, step: Step, record: CodeRecord | None, trouble: ShopinfError | None
    ) -> dict[str, Cell]:
        who = step.ask.influencer
        if step.fate is Fate.FAIL or record is None:
            return bare_row(
                store, self._campaign(store), who, step.ask.slot, step.code, step.terms, "failed", step.error
            )
        match step.fate, record.state:
            case Fate.EXISTS | Fate.CHANGE, _:
                return code_row(store, record, who, "exists")
            case _, State.LIVE:
                return code_row(store, record, who, "created")
            case _, State.FAILED:
                return bare_row(
                    store, self._campaign(store), who, record.slot, record.code, step.terms, "failed", record.error
                )
        error = str(trouble) if trouble else "it was not made"
        return bare_row(store, self._campaign(store), who, record.slot, record.code, record.rule.terms, "failed", error)

    def _notes(self, store: Store, rows: Sequence[dict[str, Cell]]) -> list[str]:
        now = self.desk.clock.now()
        later = [row for row in rows if row["starts_at"] and row["status"] != "failed" and row["starts_at"] > now]  # type: ignore[operator]
        if not later:
            return []
        first = iso(later[0]["starts_at"], store.zone)  # type: ignore[arg-type]
        return [
            f"{counted(len(later), 'code')} in {store.name} {agreeing(len(later), 'begins', 'begin')} at {first}; "
            "until then they and their links track nothing."
        ]

    def show_done(self, outcomes: Outcomes[Made], asked: Asked, form: ChosenForm, *, said: Sequence[str]) -> None:
        """Write the rows; the run ends as partly done when some codes are missing."""

        def summed(done: Done[Made], lost: int) -> Summary:
            missing = len(asked.asks) * lost
            return sum((one.summary for _, one in done), Summary(asked=missing, failed=missing))

        def answer(done: Done[Made], failures: Sequence[Failure]) -> Result:
            return codes_result(
                [row for _, one in done for row in one.rows],
                summed(done, len(failures)),
                notes=[note for _, one in done for note in one.notes],
                said=said,
                failures=[*(failure for _, one in done for failure in one.failures), *failures],
                more={"dry_run": False, "forecast": None},
            )

        failures = self.desk.deliver(outcomes, answer, form).failures
        summary = summed(outcomes.done, len(outcomes.lost))
        if summary.failed or failures:
            raise PartlyDone(
                f"{summary.failed} of {counted(summary.asked, 'code')} could not be made",
                hint="Correct what is named above and run the same command again; what exists stays.",
            )
        self.desk.out.say(_sentence(summary, self.campaign))

    # the dry run

    def show_prospects(self, prospects: Outcomes[Prospect], form: ChosenForm) -> None:
        """Show what would be done; nothing is written, neither in the store nor here."""
        found = dict(prospects.done)
        outcomes = self.desk.each_store(list(found), lambda store: self._forecast(found[store])).after(prospects)

        def answer(done: Done[Planned], failures: Sequence[Failure]) -> Result:
            rows = [row for _, (rows, _) in done for row in rows]
            forecasts = [forecast for _, (_, forecast) in done]
            pattern, own = self.choices.pattern, self.choices.own_rules
            notes = [sentence for forecast in forecasts for sentence in forecast.sentences(pattern, own)]
            counts = Counter(str(row["status"]) for row in rows)
            more = {"dry_run": True, "forecast": [forecast.facts() for forecast in forecasts]}
            summary = Summary(len(rows), 0, counts["exists"], counts["failed"])
            return codes_result(rows, summary, notes=[*notes, ALONE], failures=failures, more=more)

        whole = self.desk.deliver(outcomes.or_raise(), answer, form)
        failed = sum(row["status"] == "failed" for row in whole.rows)
        if failed or whole.failures:
            raise PartlyDone(
                f"{failed} of {counted(len(whole.rows), 'code')} could not be made", hint="Correct them first."
            )

    def _forecast(self, prospect: Prospect) -> Planned:
        store = prospect.store
        shop = self.desk.shop(store)
        remote.some_newest_rule(shop)  # tells the store's rate limit, and whether its rules may be read
        rows: list[dict[str, Cell]] = []
        explicit = 0
        for step in prospect.steps:
            who, ask = step.ask.influencer, step.ask
            if step.fate in (Fate.EXISTS, Fate.CHANGE) and step.record:
                status = "exists" if step.fate is Fate.EXISTS else "changes"
                rows.append(code_row(store, step.record, who, status))
                continue
            status, error = ("failed", step.error) if step.fate is Fate.FAIL else ("planned", None)
            if step.fate is Fate.MAKE and ask.code and not step.resumes:
                explicit += 1
                if remote.look_up(shop, step.code):
                    status, error = "failed", f"{step.code} is taken by a code that shopinf did not make"
            row = bare_row(store, self._campaign(store), who, ask.slot, step.code, step.terms, status, error)
            if status == "planned":
                row["link"] = link(store, step.code, who, self._campaign(store), ask.redirect, ask.utm)
            rows.append(row | {"commission": ask.commission})
        count = sum(row["status"] == "planned" for row in rows)
        rules = len({step.terms.key() for step in prospect.steps if step.fate is Fate.MAKE and step.terms})
        bucket = shop.bucket
        return rows, Forecast(store.name, count, explicit, rules, bucket.room(), bucket.leak)


def _is_begun(step: Step) -> bool:
    """Was it sent, or may it have been, by an earlier run? Then it is taken up as it was planned."""
    record = step.record
    if record is None or record.state is not State.INTENDED or step.fate not in (Fate.MAKE, Fate.CHANGE):
        return False
    return record.rule.live or record.rule.sent_at is not None or not record.rule.own


def _asleep(store: Store, steps: Sequence[Step]) -> list[str]:
    """Which codes were asked for and are not made again."""
    notes = [step.note for step in steps if step.note and step.fate is Fate.EXISTS]
    return notes if len(notes) <= 5 else [f"{len(notes)} codes in {store.name} are paused or retired and stay so"]


def _sentence(summary: Summary, campaign: str) -> str:
    if not summary.created:
        return (
            f"{campaign}: {counted(summary.existing, 'code')} {agreeing(summary.existing, 'exists', 'exist')} already."
            if summary.existing
            else f"{campaign}: nothing to make."
        )
    existing = f", {summary.existing} existed" if summary.existing else ""
    return (
        f"{campaign}: {counted(summary.created, 'code')} created{existing}.  "
        f"Next: shopinf discounts links --campaign {quoted(campaign)}"
    )
