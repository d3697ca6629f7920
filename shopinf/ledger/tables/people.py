"""The tables of people: names, e-mails and accounts, and how they were found; erasable.

Names, e-mails and handles stand in `influencers`, `emails`, `aliases`, `accounts` and `leads` only, and parts of them
in `dispatches`; the others name people by opaque id, or by keyed hash.
"""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, Table, Text, UniqueConstraint

from shopinf.ledger.tables.common import Id, Moment, metadata

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

# Further e-mails by which somebody is known: of other customer records, or of those merged into them.
emails = Table(
    "emails",
    metadata,
    Column("email_key", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("email", Text, nullable=False),
    Index("emails_person", "person"),
)

# Former names, so that an old sheet still finds the person.
aliases = Table(
    "aliases",
    metadata,
    Column("folded", Text, primary_key=True),
    Column("person", Text, nullable=False),
)

# Opaque ids of those merged into somebody else: the journal goes on naming them.
merges = Table(
    "merges",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("person", Text, primary_key=True),
    Column("platform", Text, primary_key=True),  # "" where it is not known
    Column("folded", Text, primary_key=True),
    Column("handle", Text, nullable=False),
    Column("profile_url", Text),
    Column("platform_user_id", Text),
    Column("full_name", Text),
    Column("followers", BigInteger),
    Column("engagement_rate_pct", Text),
    Column("verified", Boolean),
    Column("source", Text, nullable=False),
    Column("matched_at", Moment, nullable=False),
    Index("accounts_handle", "folded", "platform"),
)

# Which customer of a store is whom, and what they bought when it was looked at.
matches = Table(
    "matches",
    metadata,
    Column("shop_id", BigInteger, primary_key=True),
    Column("customer_id", BigInteger, primary_key=True),
    Column("person", Text, nullable=False),
    Column("matched_on", Text, nullable=False),
    Column("confidence", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("matched_at", Moment, nullable=False),
    Column("orders_count", Integer),
    Column("total_spent", BigInteger),  # minor units
    Column("currency", Text, nullable=False),
    Column("first_order_at", Moment),
    Column("last_order_at", Moment),
    Index("matches_person", "person"),
)

# What a provider was asked: the keyed hash of an e-mail and the day, with the person or with nobody.
lookups = Table(
    "lookups",
    metadata,
    Column("source", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("person", Text),
    Column("at", Moment, nullable=False),
    Column("shop_id", BigInteger, nullable=False),
    Index("lookups_person", "person"),
)

# Lists that a provider works through in its own time, noted before they are sent.
provider_jobs = Table(
    "provider_jobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", Text, nullable=False),
    Column("job_id", Text),  # the provider's own, once known
    Column("count", Integer, nullable=False),
    Column("state", Text, nullable=False),  # intended, posted, done
    Column("sent_at", Moment, nullable=False),
    Index("provider_jobs_open", "source", "state"),
)

# How far a store's customers were looked up in a source.
enrichments = Table(
    "enrichments",
    metadata,
    Column("shop_id", BigInteger, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("watermark", Moment, nullable=False),
    Column("fingerprint", Text),  # of a sheet, to tell when it changed
    Column("finished_at", Moment, nullable=False),
)

sources = Table(
    "sources",
    metadata,
    Column("name", Text, primary_key=True),
    Column("connected_at", Moment, nullable=False),
    Column("consent_at", Moment),  # when sending customers' data there was agreed to
)

# Who asked to be forgotten: keyed hashes, so that the next run does not find them again.
forgotten = Table(
    "forgotten",
    metadata,
    Column("email_key", Text, primary_key=True),
    Column("at", Moment, nullable=False),
)

# What captures interest on a store's storefront.
captures = Table(
    "captures",
    metadata,
    Column("shop_id", BigInteger, primary_key=True, autoincrement=False),
    Column("public_key", Text, nullable=False),  # stands in the script for everybody to read
    Column("endpoint", Text),
    Column("sources", JSON, nullable=False),  # the scripts that tags were asked for
    Column("heard_at", Moment),
    UniqueConstraint("public_key", name="captures_key"),
)

# Who left an e-mail on a storefront, having agreed to it.
leads = Table(
    "leads",
    metadata,
    Column("shop_id", BigInteger, primary_key=True),
    Column("email_key", Text, primary_key=True),
    Column("email", Text, nullable=False),
    Column("first_name", Text),
    Column("last_name", Text),
    Column("form", Text, nullable=False),
    Column("marketing", Boolean, nullable=False),
    Column("analytics", Boolean, nullable=False),
    Column("landing", Text),
    Column("utm", JSON, nullable=False),
    Column("code", Text),
    Column("referrer", Text),
    Column("events", Integer, nullable=False),
    Column("first_seen_at", Moment, nullable=False),
    Column("last_seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("person", Text),
    Index("leads_person", "person"),
    Index("leads_expiry", "expires_at"),
)

# Each file of ours that went to somebody, or was about to. It is known by what is in it, whoever gets it by a hash.
dispatches = Table(
    "dispatches",
    metadata,
    Column("id", Id, primary_key=True),
    Column("digest", Text, nullable=False),  # of the file, but for when it was made
    Column("recipient", Text, nullable=False),  # keyed hash of the address
    Column("email_key", Text),  # the hash that people are known by; None where it is no e-mail
    Column("shown", Text, nullable=False),  # `c…@client.example`; empty once that was to be forgotten
    Column("file", Text, nullable=False),  # its name without the folder; empty once that was to be forgotten
    Column("via", Text, nullable=False),  # smtp, slack
    Column("state", Text, nullable=False),  # intended, sending, sent, failed, lost
    Column("times", Integer, nullable=False),  # how often it was meant to go
    Column("at", Moment, nullable=False),  # of its state
    Column("run", Text, nullable=False),
    Column("error", Text),
    UniqueConstraint("digest", "recipient", name="dispatches_fence"),
    Index("dispatches_email", "email_key"),
)
