"""`shopinf discounts create`: what is asked for, the plan, the question, the making, the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, ClassVar

import typer

from shopinf.commands.completion import campaign_names
from shopinf.commands.discounts.choice import RedirectOption, UtmOption
from shopinf.commands.discounts.combination import (
    ALONE,
    CombiningOptions,
    scope_notes,
)
from shopinf.commands.discounts.groups import PANELS
from shopinf.commands.discounts.made import Made, carry_out
from shopinf.commands.discounts.prospect import Prospect, find_prospect, show_prospects
from shopinf.commands.discounts.rows import CODE_COLUMNS, Summary, codes_result
from shopinf.commands.discounts.sheet import Amounts, Asked, percentage, read_rows
from shopinf.commands.influencers.choice import influencer_names
from shopinf.commands.options import (
    DeskContext,
    DryRunOption,
    FormChoice,
    MapOption,
    Noun,
    StoreChoice,
    exactly_one,
    examples,
)
from shopinf.commands.sheets import OptionalSheetOption
from shopinf.discounts.campaigns import read_campaign
from shopinf.discounts.codes import Pattern
from shopinf.discounts.links import read_redirect, read_utm
from shopinf.discounts.plan import Ask, Fate, Shape
from shopinf.discounts.terms import Kind, Wish
from shopinf.errors import BadInput, PartlyDone
from shopinf.outcomes import Done, Outcomes
from shopinf.people.emails import is_personal
from shopinf.people.influencers import Named, Source
from shopinf.people.persons import read_typed
from shopinf.people.profiles import Known
from shopinf.periods import read_day
from shopinf.results import Failure, Result, common_hint
from shopinf.sheets.fields import read_mapping
from shopinf.shell import quoted
from shopinf.words import agreeing, counted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Store

app = Noun()

BY_NAME, BY_NUMBER = "{influencer}{value}", "{campaign}-{random:6}"


@dataclass(frozen=True)
class CodeOptions:
    """Whom codes are for, what they give, and how they are made; amounts and days mean what each store says."""

    panels: ClassVar[Mapping[str, str]] = PANELS
    campaign: Annotated[
        str,
        typer.Option(
            "--campaign", help="The campaign the codes belong to.", metavar="NAME", autocompletion=campaign_names
        ),
    ]
    file: OptionalSheetOption = None
    count: Annotated[int | None, typer.Option("--count", help="So many codes for nobody in particular.", min=1)] = None
    influencer: Annotated[
        str | None, typer.Option("--influencer", help="One influencer.", autocompletion=influencer_names)
    ] = None
    code: Annotated[str | None, typer.Option("--code", help="The code for --influencer, as it is to be.")] = None
    slot: Annotated[str, typer.Option("--slot", help="Tells an influencer's second code from the first.")] = ""
    percent: Annotated[str | None, typer.Option("--percent", help="Per cent off.", metavar="P")] = None
    amount: Annotated[
        str | None, typer.Option("--amount", help="An amount off, in the shop's currency.", metavar="A")
    ] = None
    free_shipping: Annotated[bool, typer.Option("--free-shipping", help="Free shipping.")] = False
    track_only: Annotated[bool, typer.Option("--track-only", help="Nothing off: the code only tells whose sale.")] = (
        False
    )
    pattern: Annotated[
        str | None,
        typer.Option(
            "--pattern",
            help="How codes are named: {first_name} {last_name} {influencer} {username} {value} {campaign} {n} "
            f"{{random:6}}; {BY_NAME} by default, {BY_NUMBER} with --count.",
            metavar="TEXT",
        ),
    ] = None
    starts: Annotated[str | None, typer.Option("--starts", help="The first day, in the shop's zone.", metavar="D")] = (
        None
    )
    ends: Annotated[str | None, typer.Option("--ends", help="The last day, included.", metavar="D")] = None
    once_per_customer: Annotated[
        bool | None, typer.Option("--once-per-customer/--not-once-per-customer", help="Each customer may use it once.")
    ] = None
    usage_limit: Annotated[int | None, typer.Option("--usage-limit", help="Uses of each code.", min=1)] = None
    min_subtotal: Annotated[
        str | None, typer.Option("--min-subtotal", help="The least an order must be worth.", metavar="A")
    ] = None
    min_quantity: Annotated[int | None, typer.Option("--min-quantity", help="The fewest items.", min=1)] = None
    product: Annotated[
        list[str] | None,
        typer.Option("--product", help="Only for this product or SKU; may be repeated.", metavar="ID|SKU"),
    ] = None
    collection: Annotated[
        list[int] | None, typer.Option("--collection", help="Only for this collection; may be repeated.", metavar="ID")
    ] = None
    commission: Annotated[
        str | None, typer.Option("--commission", help="What the influencer earns.", metavar="10%|5.00")
    ] = None
    redirect: RedirectOption = None
    utm: UtmOption = None
    shared_rule: Annotated[
        bool, typer.Option("--shared-rule", help="One price rule for all codes of equal terms, as with --count.")
    ] = False
    own_rules: Annotated[bool, typer.Option("--own-rules", help="A price rule for each code, as by default.")] = False
    update_terms: Annotated[bool, typer.Option("--update-terms", help="Change codes that exist with other terms.")] = (
        False
    )
    map_: MapOption = None

    def __post_init__(self) -> None:
        """Refuse options that exclude each other."""
        exactly_one(sheet=self.file, count=self.count, influencer=self.influencer)
        read_campaign(self.campaign)
        read_mapping(self.map_ or ())
        kinds = {"percent": self.percent, "amount": self.amount}
        flags = {"free_shipping": self.free_shipping, "track_only": self.track_only}
        if sum(value not in (None, False) for value in (kinds | flags).values()) > 1:
            exactly_one(**kinds, **flags)
        if self.code is not None and self.influencer is None:
            raise BadInput(
                "--code is for one influencer", hint="Use it with --influencer, or fill a column code in the sheet."
            )
        if self.slot.strip() and self.count is not None:
            raise BadInput("--slot is for influencers' codes", hint="Leave it out with --count.")
        if self.min_subtotal is not None and self.min_quantity is not None:
            raise BadInput("Only one of --min-subtotal and --min-quantity can be given", hint="Leave out one.")
        if self.shared_rule and self.own_rules:
            raise BadInput("Only one of --shared-rule and --own-rules can be given", hint="Leave out one.")
        self._check_pattern()

    def _check_pattern(self) -> None:
        read = self.named_by
        if self.count is not None and read.names & {"influencer", "username", "first_name", "last_name"}:
            raise BadInput("Codes of --count are nobody's, so their pattern has no name", hint="Use {n} or {random:6}.")
        if (self.count or 0) > 1 and not read.signs and "n" not in read.names:
            raise BadInput(
                f"The pattern {read.text} makes the same code again and again", hint="Add {n} or {random:6}."
            )

    @property
    def named_by(self) -> Pattern:
        return Pattern.read(self.pattern or (BY_NAME if self.count is None else BY_NUMBER))

    def shape(self, desk: Desk, store: Store) -> Shape:
        """What holds for all of the codes in *store*; the campaign as it is written there already."""
        return Shape(
            campaign=desk.ledger.codes.spelled(store.shop_id, read_campaign(self.campaign)),
            zone=store.zone,
            currency=store.currency,
            now=desk.clock.now(),
            pattern=self.named_by,
            own_rules=self.own_rules or (self.count is None and not self.shared_rule),
            update=self.update_terms,
        )

    def general(self, money: Amounts) -> Ask:
        """What is asked for each code that says nothing else of itself."""
        kind, value = self._gives(money)
        wish = Wish(
            kind,
            value,
            starts=read_day(self.starts) if self.starts else None,
            ends=read_day(self.ends) if self.ends else None,
            once_per_customer=self.once_per_customer,
            usage_limit=self.usage_limit,
            min_subtotal=None if self.min_subtotal is None else money.read(self.min_subtotal),
            min_quantity=self.min_quantity,
        )
        return Ask(
            slot=self.slot.strip(),
            wish=wish,
            commission=None if self.commission is None else money.commission(self.commission),
            redirect=read_redirect(self.redirect) if self.redirect else None,
            utm=read_utm(self.utm) if self.utm else None,
        )

    def _gives(self, money: Amounts) -> tuple[Kind | None, Decimal | None]:
        if self.percent is not None:
            return Kind.PERCENTAGE, percentage(self.percent)
        if self.amount is not None:
            return Kind.FIXED_AMOUNT, money.read(self.amount)
        if self.free_shipping:
            return Kind.FREE_SHIPPING, Decimal(0)
        if self.track_only:
            return Kind.TRACK_ONLY, Decimal(0)
        return None, None


@app.command(
    "create",
    columns=CODE_COLUMNS,
    sheet=True,
    asks=True,
    epilog=examples(
        "discounts create --campaign q4 --influencer maya --percent 15",
        "discounts create --campaign bf --influencer maya --percent 15 --combines-with order",
        "discounts create --campaign q4 --sheet influencers.csv --percent 15 --ends 2026-12-31 --yes",
        "discounts create --campaign wave2 --count 500 --amount 10 --once-per-customer --dry-run",
    ),
)
def create(
    desk: DeskContext,
    stores: StoreChoice,
    form: FormChoice,
    options: CodeOptions,
    combining: CombiningOptions,
    dry_run: DryRunOption = False,
) -> None:
    """Make discount codes with their affiliate links; safe to run again."""
    chosen = desk.stores(stores)
    asked = _read_asked(desk, options, combining, Amounts(chosen))
    asks = asked.known(desk.ledger.roster, enrol=False)
    asked.tell(desk, asks)

    def prospect(store: Store) -> Prospect:
        shape = options.shape(desk, store)
        return find_prospect(desk, store, shape, asks, options.product or (), options.collection or ())

    prospects = desk.each_store(chosen, prospect).or_raise()
    if dry_run:
        show_prospects(desk, prospects, form)
        return
    made = sum(one.count(Fate.MAKE) for _, one in prospects.done)
    writes = made + sum(one.count(Fate.CHANGE) for _, one in prospects.done)
    said = [ALONE] if made and not combining.wanted.combines else []
    if combining.wanted and writes:
        said += scope_notes(store for store, _ in prospects.done)
    for sentence in said:
        desk.out.note(sentence)
    if writes:
        if writes > 1:
            desk.out.confirm(_question(prospects))
        asks = asked.known(desk.ledger.roster, enrol=True)
    found = dict(prospects.done)
    outcomes = desk.each_store(list(found), lambda store: carry_out(desk, found[store], asks)).after(prospects)
    summary = _show_done(desk, outcomes.or_raise(), len(asks), form, said=said)
    desk.out.say(_sentence(summary, read_campaign(options.campaign), stores.typed))


# before


def _read_asked(desk: Desk, options: CodeOptions, combining: CombiningOptions, money: Amounts) -> Asked:
    """Everything that was asked for; amounts are refused where the stores' currencies differ."""
    general = replace(options.general(money), combining=combining.wanted)
    if options.file is not None:
        return read_rows(desk, options.file, read_mapping(options.map_ or ()), general, money)
    if options.count is not None:
        asks = [replace(general, slot=str(n), number=n) for n in range(1, options.count + 1)]
        return Asked(asks, [None] * len(asks))
    influencer = options.influencer or ""
    typed, one = read_typed(influencer), desk.ledger.people.find(influencer)
    desk.ledger.forgetting.refuse(typed.email)
    named = Named(one.influencer, Source.INFLUENCER) if one else typed.named
    known = Known(named, (named.email,) if is_personal(named.email) and named.email else ())
    return Asked([replace(general, code=options.code, username=typed.written.handle or named.name)], [known])


def _question(prospects: Outcomes[Prospect]) -> str:
    parts = []
    for store, one in prospects.done:
        made, changed = one.count(Fate.MAKE), one.count(Fate.CHANGE)
        what = [f"make {counted(made, 'code')}"] * bool(made) + [f"change {counted(changed, 'code')}"] * bool(changed)
        if what:
            parts.append(f"{' and '.join(what)} in {store.name}")
    question = "; ".join(parts)
    return f"{question[:1].upper()}{question[1:]}?"


# after


def _show_done(desk: Desk, outcomes: Outcomes[Made], asked: int, form: FormChoice, *, said: Sequence[str]) -> Summary:
    """Write the rows; the run ends as partly done when some codes are missing."""

    def summed(done: Done[Made], lost: int) -> Summary:
        missing = asked * lost
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

    whole = desk.deliver(outcomes, answer, form)
    failures = whole.failures
    summary = summed(outcomes.done, len(outcomes.lost))
    if summary.failed or failures:
        apart = sum(row["error"] is not None and row["status"] != "failed" for row in whole.rows)
        lacks = [f"{summary.failed} of {counted(summary.asked, 'code')} could not be made"] * bool(summary.failed)
        lacks += [f"{counted(apart, 'code')} {agreeing(apart, 'does', 'do')} not combine as asked"] * bool(apart)
        own = None if summary.failed else common_hint(failures)
        raise PartlyDone(
            "; ".join(lacks) or f"Not all was done for {counted(summary.asked, 'code')}",
            hint=own or "Correct what is named above and run the same command again; what exists stays.",
        )
    return summary


def _sentence(summary: Summary, campaign: str, at: str) -> str:
    """`q4: 3 codes created, 1 updated, 2 existed already.  Next: …`"""
    done = [(summary.created, "created"), (summary.updated, "updated"), (summary.existing, "existed already")]
    (first, verb), *others = [each for each in done if each[0]] or [(0, "")]
    if not first:
        return f"{campaign}: nothing to make."
    if verb == "existed already":
        verb = agreeing(first, "exists already", "exist already")
    more = "".join(f", {count} {what}" for count, what in others)
    next = f"  Next: shopinf discounts links --campaign {quoted(campaign)}{at}" if summary.created else ""
    return f"{campaign}: {counted(first, 'code')} {verb}{more}.{next}"
