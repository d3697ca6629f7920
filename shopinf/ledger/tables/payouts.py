"""The tables of what is owed and paid: part of the journal, so entries are only added to, and people go by opaque id.

The keys are the fence: one entry for each step of an order and influencer, one closing of a payer and period, one live
payment of a statement, one claim of an entry.
"""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, Table, Text, UniqueConstraint

from shopinf.ledger.tables.common import Id, Moment, metadata

# What is earned, from which day on; what is empty or 0 is any. Of two for one day the later counts.
rates = Table(
    "rates",
    metadata,
    Column("id", Id, primary_key=True),
    Column("shop_id", BigInteger, nullable=False),
    Column("code", Id, nullable=False),  # of `codes`
    Column("campaign", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("product", Text, nullable=False),
    Column("since", Text, nullable=False),  # a day; "" from ever
    Column("rate", Text),  # as it is written; None: from then on none of its own
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Index("rates_person", "person"),
    Index("rates_code", "code"),
)

# Who pays, and what was agreed last on when: a store or a group of stores.
payers = Table(
    "payers",
    metadata,
    Column("payer", Text, primary_key=True),  # "shop:63790539077", "group:north"
    Column("name", Text, nullable=False),  # as operators see it
    Column("hold_days", Integer, nullable=False),
    Column("hold_from", Text, nullable=False),  # order, fulfilled
    Column("minimum", Text, nullable=False),  # an amount, in whatever currency
    Column("began", Text, nullable=False),  # the first day of its first closing; older orders are settled elsewhere
)

closings = Table(
    "closings",
    metadata,
    Column("id", Id, primary_key=True),
    Column("payer", Text, nullable=False),
    Column("period_from", Text, nullable=False),  # days
    Column("period_to", Text, nullable=False),
    Column("stores", JSON, nullable=False),  # by shop id, up to which change each was looked at
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False),
    UniqueConstraint("payer", "period_from", "period_to", name="closings_fence"),
)

statements = Table(
    "statements",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),  # "S-2026-10-maya-7K"
    Column("closing_id", Id, nullable=False),
    Column("payer", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("period_from", Text, nullable=False),
    Column("period_to", Text, nullable=False),
    Column("opening", BigInteger, nullable=False),
    Column("earned", BigInteger, nullable=False),
    Column("adjustments", BigInteger, nullable=False),
    Column("paid", BigInteger, nullable=False),
    Column("closing", BigInteger, nullable=False),
    Column("held", BigInteger, nullable=False),
    Column("payable", BigInteger, nullable=False),
    Column("payable_on", Text),  # a day
    Column("reason", Text, nullable=False),
    UniqueConstraint("name", name="statements_name"),
    UniqueConstraint("closing_id", "person", "currency", name="statements_fence"),
    Index("statements_account", "payer", "person", "currency"),
)

entries = Table(
    "entries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("payer", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("shop_id", BigInteger, nullable=False),  # 0 where it is of no order
    Column("order_id", BigInteger, nullable=False),
    Column("step", Integer, nullable=False),  # among the entries of its order and influencer, or of an account's others
    Column("order_name", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("net", BigInteger),
    Column("rate", Text),
    Column("customer_type", Text),
    Column("basis", JSON),
    Column("payable_at", Moment),
    Column("happened_at", Moment, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("payment", Id),  # of one that pays, or that came back
    Column("statement", Id),  # None until the next closing
    UniqueConstraint("shop_id", "order_id", "person", "step", name="entries_fence"),
    Index("entries_statement", "statement"),
    Index("entries_account", "payer", "person"),
    Index("entries_payable", "payer", "payable_at"),
    Index("entries_unstated", "payer", "person", "currency"),  # of rows without a statement
)

# What somebody said of orders: held, released, rejected.
marks = Table(
    "marks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("action", Text, nullable=False),
    Column("shop_id", BigInteger, nullable=False),  # 0 for every store
    Column("order_id", BigInteger, nullable=False),  # 0 for a code or an influencer
    Column("code", Text, nullable=False),  # folded
    Column("person", Text, nullable=False),
    Column("since", Moment),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),  # "R-2026-11-27-7KQ"
    Column("rail", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("written_at", Moment),  # None: its files were not written yet
    UniqueConstraint("name", name="runs_name"),
)

LIVE_PAYMENTS = "state IN ('claimed', 'paid')"

payments = Table(
    "payments",
    metadata,
    Column("id", Id, primary_key=True),
    Column("run", Id, nullable=False),
    Column("statement", Id, nullable=False),
    Column("payer", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("state", Text, nullable=False),  # claimed, paid, failed, dropped
    Column("destination", Text, nullable=False),  # keyed hash of where the money goes
    Column("paid_on", Text),  # a day
    Column("reference", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),  # when it came into its state
    Column("by", Text, nullable=False),
    # Of live payments alone. Said here, the condition would load both engines' dialects at every start.
    Index("payments_live", "statement", unique=True),
    Index("payments_run", "run"),
)

# Which entries a live payment pays.
claims = Table(
    "claims",
    metadata,
    Column("entry", Id, primary_key=True, autoincrement=False),
    Column("payment", Id, nullable=False),
    Index("claims_payment", "payment"),
)
