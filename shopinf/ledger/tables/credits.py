"""The tables of the credits that are kept: a cache of what the orders' facts and the rules come to, never the truth.

All of it may be dropped at any time; reports work it out anew. What invalidates it is written down by the database
itself (`ledger/creditsteps.py`), whoever changes the facts.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from shopinf.ledger.tables.common import Id, Moment, metadata

# By which rules and inputs a store's credits were worked out.
credit_states = Table(
    "credit_states",
    metadata,
    Column("shop_id", BigInteger, primary_key=True),
    Column("rules", Text, nullable=False),  # a digest of what decides all credits at once
    Column("inputs", Text, nullable=False),  # a digest of what decides some of them, below
    Column("turn", BigInteger, nullable=False),  # another one each time that credits are renewed
)

# What decides the credits of some orders: each code with its owners and rates, our gifts, decisions about orders.
credit_inputs = Table(
    "credit_inputs",
    metadata,
    Column("shop_id", BigInteger, primary_key=True),
    Column("what", Text, primary_key=True),  # code, gift, decision
    Column("subject", Text, primary_key=True),  # an id
    Column("digest", Text, nullable=False),
    Column("texts", Text, nullable=False),  # of a code: what orders call it, a line each
    sqlite_with_rowid=False,
)

# The orders whose facts changed since, and whose buyers they were before or are now; written by triggers.
credit_changes = Table(
    "credit_changes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("shop_id", BigInteger, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("customer_id", BigInteger),
    Column("email_key", Text),  # no index: writing it would cost a page of orders more than all the rest
)

# The months, on the store's calendar, of which all credits are here.
credit_months = Table(
    "credit_months",
    metadata,
    Column("shop_id", BigInteger, primary_key=True),
    Column("month", Integer, primary_key=True),  # months since the year 0
)

# What credits that are added up have in common.
credit_cells = Table(
    "credit_cells",
    metadata,
    Column("id", Id, primary_key=True),
    Column("shop_id", BigInteger, nullable=False),
    Column("influencer", Text, nullable=False),  # opaque id of the person; "" for a code made by number
    Column("code", Text, nullable=False),
    Column("campaign", Text, nullable=False),
    Column("slot", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("rate", Text),
    Column("status", Text, nullable=False),  # "excluded": nobody's, and counted beside the rows
    Index("credit_cells_shop", "shop_id"),
)

credits = Table(
    "credits",
    metadata,
    Column("shop_id", BigInteger, primary_key=True),
    Column("month", Integer, primary_key=True),
    Column("cell", Id, primary_key=True),
    Column("day", Integer, primary_key=True),  # days since the year 0, on the store's calendar
    Column("order_id", BigInteger, primary_key=True),
    Column("place", Integer, primary_key=True),  # among the order's credits
    Column("at", Moment, nullable=False),  # when the order was processed
    Column("gross_sales", BigInteger, nullable=False),
    Column("discounts", BigInteger, nullable=False),
    Column("included_tax", BigInteger, nullable=False),
    Column("returns", BigInteger, nullable=False),
    Column("commission", BigInteger),  # None: nobody has said what is earned
    Column("share", Text),  # "2/3"; None: the whole order
    Column("person", BigInteger),  # whose order it is, as a number of no meaning elsewhere
    Column("newcomer", Integer),  # 1, 0; None: it is not known who bought
    Column("lone", Integer),  # 1: the only order of its buyer
    Column("assumed", Integer),  # 1: earlier orders are out of sight
    Column("odd", Integer),  # 1: a report looks at its facts; it is in no sum
    Column("moved", Integer),  # 1: something happened to the order after it was made
    Index("credits_order", "shop_id", "order_id"),
    Index("credits_odd", "shop_id", "month"),
    sqlite_with_rowid=False,
)

credit_sums = Table(
    "credit_sums",
    metadata,
    Column("shop_id", BigInteger, primary_key=True),
    Column("month", Integer, primary_key=True),
    Column("cell", Id, primary_key=True),
    Column("moved", Integer, primary_key=True),
    Column("orders", BigInteger, nullable=False),
    Column("gross_sales", BigInteger, nullable=False),
    Column("discounts", BigInteger, nullable=False),
    Column("included_tax", BigInteger, nullable=False),
    Column("returns", BigInteger, nullable=False),
    Column("commission", BigInteger, nullable=False),
    Column("unrated", BigInteger, nullable=False),  # how many have no commission
    Column("lone_new", BigInteger, nullable=False),  # by buyers of this one order
    Column("lone_returning", BigInteger, nullable=False),
    Column("assumed", BigInteger, nullable=False),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("newcomers", LargeBinary, nullable=False),  # the other buyers, eight bytes each
    Column("returners", LargeBinary, nullable=False),
)

# What a store is called, for whoever reads the views; what counts is this machine's own list of stores.
shops = Table(
    "shops",
    metadata,
    Column("shop_id", BigInteger, primary_key=True),
    Column("name", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("timezone", Text, nullable=False),
)

CACHE = (credit_sums, credits, credit_cells, credit_months, credit_changes, credit_inputs, credit_states)
DERIVED = (*CACHE, shops)  # written again by the next report or sync
