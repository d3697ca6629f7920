"""The tables of the ledger, in three parts.

*Journal*: what we meant to do and what came of it. `journal` is only added to and names people by opaque id;
`price_rules`, `codes`, `batches` and `gifts` hold what its entries add up to, and their unique keys are the fence
against doing a thing twice.
*Mirror*: what the stores say; may be dropped and read anew. *People*: the only names and e-mails, erasable.

Money is integer minor units of the row's currency; times are UTC text that sorts.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class Moment(TypeDecorator[datetime]):
    """An aware time, kept as `2026-11-22T20:36:59Z`: SQLite's own type would lose the offset."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return None if value is None else value.astimezone(UTC).isoformat()[:19] + "Z"

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


metadata = MetaData()
Id = BigInteger().with_variant(Integer, "sqlite")

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

# Who holds a store's lock, where the ledger keeps the locks; only read to tell a person.
lock_notes = Table(
    "lock_notes",
    metadata,
    Column("name", Text, primary_key=True),  # "63790539077-writing"
    Column("note", Text, nullable=False),
)

# The journal.

journal = Table(
    "journal",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("run", Text, nullable=False),  # the run of shopinf that wrote it
    Column("shop_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),  # "code.intended", "rule.live", …
    Column("subject", Text, nullable=False),  # "code:17", "rule:4"
    Column("data", JSON, nullable=False),
    Index("journal_subject", "shop_id", "subject"),
    Index("journal_kind", "shop_id", "kind"),
)

price_rules = Table(
    "price_rules",
    metadata,
    Column("id", Id, primary_key=True),
    Column("shop_id", BigInteger, nullable=False),
    Column("campaign", Text, nullable=False),
    Column("terms_key", Text, nullable=False),  # what makes it this rule: its terms, and its owner when it has one
    Column("terms", JSON, nullable=False),
    Column(
        "reference", Text, nullable=False
    ),  # short and unique; part of the title, finds the rule after a lost response
    Column("title", Text, nullable=False),
    Column("origin", Text, nullable=False),  # made, adopted, tracked
    Column("state", Text, nullable=False),  # intended, live, gone
    Column("price_rule_id", BigInteger),  # Shopify's id, once known
    Column("before_id", BigInteger),  # the store's highest rule id when the creation was sent
    Column("sent_at", Moment),
    UniqueConstraint("shop_id", "campaign", "terms_key", name="price_rules_fence"),
    UniqueConstraint("shop_id", "reference", name="price_rules_reference"),
    Index("price_rules_theirs", "shop_id", "price_rule_id"),
)

codes = Table(
    "codes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("shop_id", BigInteger, nullable=False),
    Column("campaign", Text, nullable=False),
    Column("influencer", Text, nullable=False),  # opaque id of the person; "" for a code made by number
    Column("slot", Text, nullable=False),  # "" usually; the number for a code made by --count
    Column("code", Text, nullable=False),
    Column("folded", Text),  # None where the code could not be made: then the name is not ours
    Column("rule", Id, ForeignKey("price_rules.id"), nullable=False),
    Column("origin", Text, nullable=False),  # made, tracked, adopted
    Column("state", Text, nullable=False),  # intended, live, failed, paused, missing, retired
    Column("discount_code_id", BigInteger),
    Column("commission", Text),  # "10%" or "5.00", as given
    Column("redirect", Text),
    Column("utm", JSON),
    Column("explicit", Boolean, nullable=False),  # asked for by name: fails alone rather than trying a suffix
    Column("error", Text),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("shop_id", "campaign", "influencer", "slot", name="codes_fence"),
    UniqueConstraint("shop_id", "folded", name="codes_name"),
    Index("codes_rule", "rule"),
    Index("codes_person", "influencer"),
)

batches = Table(
    "batches",
    metadata,
    Column("id", Id, primary_key=True),
    Column("shop_id", BigInteger, nullable=False),
    Column("rule", Id, ForeignKey("price_rules.id"), nullable=False),
    Column("batch_id", BigInteger),  # Shopify's job id, noted before the job is polled
    Column("codes", JSON, nullable=False),  # ids of `codes`
    Column("state", Text, nullable=False),  # intended, posted, done
    Column("sent_at", Moment),
    Index("batches_open", "shop_id", "state"),
)

gifts = Table(
    "gifts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("shop_id", BigInteger, nullable=False),
    Column("campaign", Text, nullable=False),
    Column("influencer", Text, nullable=False),  # opaque id of the person; the address is not kept
    Column("slot", Text, nullable=False),  # "" for the first gift of a campaign; the reason of a replacement
    Column("reference", Text, nullable=False),  # short and unique; tag and attribute of the draft, finds it again
    Column("state", Text, nullable=False),  # intended, drafted, sent, failed, cancelled
    Column("lines", JSON, nullable=False),
    Column("retail", BigInteger),
    Column("currency", Text, nullable=False),
    Column("draft_order_id", BigInteger),
    Column("order_id", BigInteger),
    Column("before_id", BigInteger),  # a draft's id below every draft made since its creation was sent
    Column("sent_at", Moment),  # when the creation of the draft was sent
    Column("completing_at", Moment),  # when its completion was sent
    Column("run", Text),  # the run that sent either of them last
    Column("error", Text),
    Column("made_at", Moment, nullable=False),
    Column("completed_at", Moment),
    UniqueConstraint("shop_id", "campaign", "influencer", "slot", name="gifts_fence"),
    UniqueConstraint("shop_id", "reference", name="gifts_reference"),
    Index("gifts_order", "shop_id", "order_id"),
    Index("gifts_person", "influencer"),
)

# The mirror.

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

# The people.

influencers = Table(
    "influencers",
    metadata,
    Column("id", Text, primary_key=True),  # opaque, random
    Column("influencer", Text, nullable=False),  # the stable id that operators see
    Column("folded", Text, nullable=False),
    Column("first_name", Text),
    Column("last_name", Text),
    Column("email", Text),
    Column("email_key", Text),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("folded", name="influencers_name"),
    Index("influencers_email", "email_key"),
)
