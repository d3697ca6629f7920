"""The tables of the mirror: what the stores say; may be dropped and read anew."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text

from shopinf.ledger.tables.common import Moment, metadata

orders = Table(
    "orders",
    metadata,
    Column("shop_id", BigInteger, primary_key=True),
    Column("order_id", BigInteger, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("processed_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("cancelled_at", Moment),
    Column("financial_status", Text),
    Column("test", Boolean, nullable=False),
    Column("gift", Boolean, nullable=False),
    Column("currency", Text, nullable=False),
    Column("customer_id", BigInteger),
    Column("customer_since", Moment),
    Column("email_key", Text),  # keyed hash of the folded e-mail; pseudonymous, not secret
    Column("round", Integer, nullable=False),  # the reading of all orders that saw it last; `syncs` has the present one
    Index("orders_processed", "shop_id", "processed_at"),
    Index("orders_customer", "shop_id", "customer_id"),
    Index("orders_email", "shop_id", "email_key"),
    sqlite_with_rowid=False,
)

# Of orders with any code or link, and of those made from drafts: what they are worth, trimmed and versioned.
order_facts = Table(
    "order_facts",
    metadata,
    Column("shop_id", BigInteger, primary_key=True),
    Column("order_id", BigInteger, primary_key=True),
    Column("facts", Text, nullable=False),  # JSON
)

order_codes = Table(
    "order_codes",
    metadata,
    Column("shop_id", BigInteger, primary_key=True),
    Column("folded", Text, primary_key=True),
    Column("order_id", BigInteger, primary_key=True),
    Column("method", Text, primary_key=True),  # code, link
    Index("order_codes_order", "shop_id", "order_id"),
    sqlite_with_rowid=False,
)

syncs = Table(
    "syncs",
    metadata,
    Column("shop_id", BigInteger, primary_key=True),
    Column("what", Text, primary_key=True),  # orders, customers, products
    Column("watermark", Moment),  # read everything changed before this; None before the first reading is complete
    Column("reach", Moment),  # complete from this created_at on; None for everything
    Column("truncated", Boolean, nullable=False),  # cut at 60 days by Shopify
    Column("scopes", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("finished_at", Moment),
    Column("facts", Integer),  # the form in which the facts of all orders with refunds are; None for the first
)

# The visits before orders with a tracked code: hosts, our own links, nothing that tells who it was.
order_visits = Table(
    "order_visits",
    metadata,
    Column("shop_id", BigInteger, primary_key=True),
    Column("order_id", BigInteger, primary_key=True),
    Column("trail", Text),  # JSON; None where the store says that it knows none
    Column("ready", Boolean, nullable=False),  # else the store was still putting it together
    Column("asked_at", Moment, nullable=False),
)

# What a store sent and nobody could read; it is asked for again.
unread = Table(
    "unread",
    metadata,
    Column("shop_id", BigInteger, primary_key=True),
    Column("what", Text, primary_key=True),  # orders
    Column("record_id", BigInteger, primary_key=True),
    Column("name", Text),
    Column("place", Text, nullable=False),  # where it is odd, never what stands there
    Column("created_at", Moment),
    Column("seen_at", Moment, nullable=False),
)

# How far a reading of many orders has come, so that an interrupted one goes on.
windows = Table(
    "windows",
    metadata,
    Column("shop_id", BigInteger, primary_key=True),
    Column("what", Text, primary_key=True),
    Column("since", Moment, primary_key=True),  # of created_at, both ends inclusive
    Column("until", Moment, nullable=False),
    Column("after_id", BigInteger, nullable=False),  # read up to this id
    Column("finished", Boolean, nullable=False),
    Column("started", Moment, nullable=False),  # the first answer's Date of the reading it belongs to
    Column("round", Integer, nullable=False),
)

# How gifts' orders fare.
parcels = Table(
    "parcels",
    metadata,
    Column("shop_id", BigInteger, primary_key=True),
    Column("order_id", BigInteger, primary_key=True),
    Column("name", Text),
    Column("fulfillment_status", Text),
    Column("shipment_status", Text),
    Column("delivered", Boolean, nullable=False),  # all that was sent of it
    Column("tracking_company", Text),
    Column("tracking_number", Text),
    Column("tracking_url", Text),
    Column("cancelled_at", Moment),
    Column("updated_at", Moment),  # the last news of it
)

# When the first goods of an order were sent, where that was asked for.
sendings = Table(
    "sendings",
    metadata,
    Column("shop_id", BigInteger, primary_key=True),
    Column("order_id", BigInteger, primary_key=True),
    Column("at", Moment, nullable=False),
)

variants = Table(
    "variants",
    metadata,
    Column("shop_id", BigInteger, primary_key=True),
    Column("variant_id", BigInteger, primary_key=True),
    Column("product_id", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("variant", Text),  # None where the product has no options
    Column("sku", Text),
    Column("price", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("published", Boolean, nullable=False),
    Column("stock", BigInteger),  # None where Shopify does not count it
    Column("oversold", Boolean, nullable=False),  # it is sold although none is left
    Column("handle", Text),
    Column("image_url", Text),
    Column("updated_at", Moment),
    Column("cut", Boolean, nullable=False),  # its product may have more variants than Shopify shows
    Column("round", Integer, nullable=False),  # the reading of all products that saw it last
    Index("variants_product", "shop_id", "product_id"),
)

# What carries our sign in a store, whether or not this ledger knows it.
sightings = Table(
    "sightings",
    metadata,
    Column("shop_id", BigInteger, primary_key=True),
    Column("kind", Text, primary_key=True),  # rule, gift
    Column("theirs", BigInteger, primary_key=True),  # Shopify's id of the price rule or the draft
    Column("reference", Text, nullable=False),
    Column("label", Text, nullable=False),  # a rule's title without the reference, a gift's campaign
)

# How far was looked for it.
looks = Table(
    "looks",
    metadata,
    Column("shop_id", BigInteger, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("upto", BigInteger, nullable=False),  # everything up to this id of Shopify's was looked at
)
