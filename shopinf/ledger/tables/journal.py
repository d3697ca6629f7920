"""The tables of the journal: what we meant to do and what came of it.

`journal` is only added to and names people by opaque id; `price_rules`, `codes`, `batches` and `gifts` hold what its
entries add up to, and their unique keys are the fence against doing a thing twice.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
)

from shopinf.ledger.tables.common import Id, Moment, metadata

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
    Column("run", Text),  # that sent it
    Column("combining", JSON(none_as_null=True)),  # as the store is known to have it; None: as it was made
    Column("combining_asked", JSON(none_as_null=True)),
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
