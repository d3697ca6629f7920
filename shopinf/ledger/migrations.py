"""Numbered forward migrations: each brings a ledger from the version before it to its own.

A migration is plain SQL that SQLite and PostgreSQL both read; words that differ stand in `_WORDS`. A
migration that has been released is never changed; the tables as SQLAlchemy knows them stand in `tables/`, and a test
compares the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from sqlalchemy import Connection, text

from shopinf.ledger.creditsteps import CREDITS, TRIGGERS
from shopinf.ledger.viewsteps import SHOPS, VIEWS

_FIRST = """
CREATE TABLE journal (id {id}, at TEXT NOT NULL, run TEXT NOT NULL, shop_id BIGINT NOT NULL, kind TEXT NOT NULL,
    subject TEXT NOT NULL, data {json} NOT NULL);
CREATE INDEX journal_subject ON journal (shop_id, subject);
CREATE INDEX journal_kind ON journal (shop_id, kind);

CREATE TABLE price_rules (id {id}, shop_id BIGINT NOT NULL, campaign TEXT NOT NULL, terms_key TEXT NOT NULL,
    terms {json} NOT NULL, reference TEXT NOT NULL, title TEXT NOT NULL, origin TEXT NOT NULL, state TEXT NOT NULL,
    price_rule_id BIGINT, before_id BIGINT, sent_at TEXT,
    CONSTRAINT price_rules_fence UNIQUE (shop_id, campaign, terms_key),
    CONSTRAINT price_rules_reference UNIQUE (shop_id, reference));
CREATE INDEX price_rules_theirs ON price_rules (shop_id, price_rule_id);

CREATE TABLE codes (id {id}, shop_id BIGINT NOT NULL, campaign TEXT NOT NULL, influencer TEXT NOT NULL,
    slot TEXT NOT NULL, code TEXT NOT NULL, folded TEXT, rule BIGINT NOT NULL REFERENCES price_rules (id),
    origin TEXT NOT NULL, state TEXT NOT NULL, discount_code_id BIGINT, commission TEXT, redirect TEXT, utm {json},
    explicit BOOLEAN NOT NULL, error TEXT, made_at TEXT NOT NULL,
    CONSTRAINT codes_fence UNIQUE (shop_id, campaign, influencer, slot),
    CONSTRAINT codes_name UNIQUE (shop_id, folded));
CREATE INDEX codes_rule ON codes (rule);
CREATE INDEX codes_person ON codes (influencer);

CREATE TABLE batches (id {id}, shop_id BIGINT NOT NULL, rule BIGINT NOT NULL REFERENCES price_rules (id),
    batch_id BIGINT, codes {json} NOT NULL, state TEXT NOT NULL, sent_at TEXT);
CREATE INDEX batches_open ON batches (shop_id, state);

CREATE TABLE gifts (id {id}, shop_id BIGINT NOT NULL, campaign TEXT NOT NULL, influencer TEXT NOT NULL,
    slot TEXT NOT NULL, reference TEXT NOT NULL, state TEXT NOT NULL, lines {json} NOT NULL, retail BIGINT,
    currency TEXT NOT NULL, draft_order_id BIGINT, order_id BIGINT, before_id BIGINT, sent_at TEXT, completing_at TEXT,
    run TEXT, error TEXT, made_at TEXT NOT NULL, completed_at TEXT,
    CONSTRAINT gifts_fence UNIQUE (shop_id, campaign, influencer, slot),
    CONSTRAINT gifts_reference UNIQUE (shop_id, reference));
CREATE INDEX gifts_order ON gifts (shop_id, order_id);
CREATE INDEX gifts_person ON gifts (influencer);

CREATE TABLE orders (shop_id BIGINT NOT NULL, order_id BIGINT NOT NULL, name TEXT NOT NULL, created_at TEXT NOT NULL,
    processed_at TEXT NOT NULL, updated_at TEXT NOT NULL, cancelled_at TEXT, financial_status TEXT,
    test BOOLEAN NOT NULL, gift BOOLEAN NOT NULL, currency TEXT NOT NULL, customer_id BIGINT, customer_since TEXT,
    email_key TEXT, round INTEGER NOT NULL, PRIMARY KEY (shop_id, order_id)){compact};
CREATE INDEX orders_processed ON orders (shop_id, processed_at);
CREATE INDEX orders_customer ON orders (shop_id, customer_id);
CREATE INDEX orders_email ON orders (shop_id, email_key);

CREATE TABLE order_facts (shop_id BIGINT NOT NULL, order_id BIGINT NOT NULL, facts TEXT NOT NULL,
    PRIMARY KEY (shop_id, order_id));

CREATE TABLE order_codes (shop_id BIGINT NOT NULL, folded TEXT NOT NULL, order_id BIGINT NOT NULL, method TEXT NOT NULL,
    PRIMARY KEY (shop_id, folded, order_id, method)){compact};
CREATE INDEX order_codes_order ON order_codes (shop_id, order_id);

CREATE TABLE syncs (shop_id BIGINT NOT NULL, what TEXT NOT NULL, watermark TEXT, reach TEXT, truncated BOOLEAN NOT NULL,
    scopes TEXT NOT NULL, round INTEGER NOT NULL, finished_at TEXT, PRIMARY KEY (shop_id, what));

CREATE TABLE windows (shop_id BIGINT NOT NULL, what TEXT NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL,
    after_id BIGINT NOT NULL, finished BOOLEAN NOT NULL, started TEXT NOT NULL, round INTEGER NOT NULL,
    PRIMARY KEY (shop_id, what, since));

CREATE TABLE parcels (shop_id BIGINT NOT NULL, order_id BIGINT NOT NULL, name TEXT, fulfillment_status TEXT,
    shipment_status TEXT, delivered BOOLEAN NOT NULL, tracking_company TEXT, tracking_number TEXT, tracking_url TEXT,
    cancelled_at TEXT, updated_at TEXT, PRIMARY KEY (shop_id, order_id));

CREATE TABLE variants (shop_id BIGINT NOT NULL, variant_id BIGINT NOT NULL, product_id BIGINT NOT NULL,
    position INTEGER NOT NULL, title TEXT NOT NULL, variant TEXT, sku TEXT, price BIGINT NOT NULL,
    currency TEXT NOT NULL, status TEXT NOT NULL, published BOOLEAN NOT NULL, stock BIGINT, oversold BOOLEAN NOT NULL,
    handle TEXT, image_url TEXT, updated_at TEXT, cut BOOLEAN NOT NULL, round INTEGER NOT NULL,
    PRIMARY KEY (shop_id, variant_id));
CREATE INDEX variants_product ON variants (shop_id, product_id);

CREATE TABLE influencers (id TEXT PRIMARY KEY, influencer TEXT NOT NULL, folded TEXT NOT NULL, first_name TEXT,
    last_name TEXT, email TEXT, email_key TEXT, made_at TEXT NOT NULL,
    CONSTRAINT influencers_name UNIQUE (folded));
CREATE INDEX influencers_email ON influencers (email_key);

CREATE TABLE emails (email_key TEXT PRIMARY KEY, person TEXT NOT NULL, email TEXT NOT NULL);
CREATE INDEX emails_person ON emails (person);

CREATE TABLE aliases (folded TEXT PRIMARY KEY, person TEXT NOT NULL);

CREATE TABLE merges (id TEXT PRIMARY KEY, person TEXT NOT NULL);

CREATE TABLE accounts (person TEXT NOT NULL, platform TEXT NOT NULL, folded TEXT NOT NULL, handle TEXT NOT NULL,
    profile_url TEXT, platform_user_id TEXT, full_name TEXT, followers BIGINT, engagement_rate_pct TEXT,
    verified BOOLEAN, source TEXT NOT NULL, matched_at TEXT NOT NULL, PRIMARY KEY (person, platform, folded));
CREATE INDEX accounts_handle ON accounts (folded, platform);

CREATE TABLE rates (person TEXT NOT NULL, since TEXT NOT NULL, commission TEXT, at TEXT NOT NULL,
    PRIMARY KEY (person, since));

CREATE TABLE matches (shop_id BIGINT NOT NULL, customer_id BIGINT NOT NULL, person TEXT NOT NULL,
    matched_on TEXT NOT NULL, confidence TEXT NOT NULL, source TEXT NOT NULL, matched_at TEXT NOT NULL,
    orders_count INTEGER, total_spent BIGINT, currency TEXT NOT NULL, first_order_at TEXT, last_order_at TEXT,
    PRIMARY KEY (shop_id, customer_id));
CREATE INDEX matches_person ON matches (person);

CREATE TABLE lookups (source TEXT NOT NULL, key TEXT NOT NULL, person TEXT, at TEXT NOT NULL, shop_id BIGINT NOT NULL,
    PRIMARY KEY (source, key));
CREATE INDEX lookups_person ON lookups (person);

CREATE TABLE provider_jobs (id {id}, source TEXT NOT NULL, job_id TEXT, count INTEGER NOT NULL, state TEXT NOT NULL,
    sent_at TEXT NOT NULL);
CREATE INDEX provider_jobs_open ON provider_jobs (source, state);

CREATE TABLE enrichments (shop_id BIGINT NOT NULL, source TEXT NOT NULL, watermark TEXT NOT NULL, fingerprint TEXT,
    finished_at TEXT NOT NULL, PRIMARY KEY (shop_id, source));

CREATE TABLE sources (name TEXT PRIMARY KEY, connected_at TEXT NOT NULL, consent_at TEXT);

CREATE TABLE forgotten (email_key TEXT PRIMARY KEY, at TEXT NOT NULL);

CREATE TABLE captures (shop_id BIGINT NOT NULL PRIMARY KEY, public_key TEXT NOT NULL, endpoint TEXT,
    sources {json} NOT NULL, heard_at TEXT, CONSTRAINT captures_key UNIQUE (public_key));

CREATE TABLE leads (shop_id BIGINT NOT NULL, email_key TEXT NOT NULL, email TEXT NOT NULL, first_name TEXT,
    last_name TEXT, form TEXT NOT NULL, marketing BOOLEAN NOT NULL, analytics BOOLEAN NOT NULL, landing TEXT,
    utm {json} NOT NULL, code TEXT, referrer TEXT, events INTEGER NOT NULL, first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL, expires_at TEXT NOT NULL, person TEXT, PRIMARY KEY (shop_id, email_key));
CREATE INDEX leads_person ON leads (person);
CREATE INDEX leads_expiry ON leads (expires_at);
"""

_LOCKS = """
CREATE TABLE lock_notes (name TEXT NOT NULL PRIMARY KEY, note TEXT NOT NULL);
"""

_PAYOUTS = """
CREATE TABLE payers (payer TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, hold_days INTEGER NOT NULL,
    hold_from TEXT NOT NULL, minimum TEXT NOT NULL, began TEXT NOT NULL);

CREATE TABLE closings (id {id}, payer TEXT NOT NULL, period_from TEXT NOT NULL, period_to TEXT NOT NULL,
    stores {json} NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL,
    CONSTRAINT closings_fence UNIQUE (payer, period_from, period_to));

CREATE TABLE statements (id {id}, name TEXT NOT NULL, closing_id BIGINT NOT NULL, payer TEXT NOT NULL,
    person TEXT NOT NULL, currency TEXT NOT NULL, period_from TEXT NOT NULL, period_to TEXT NOT NULL,
    opening BIGINT NOT NULL, earned BIGINT NOT NULL, adjustments BIGINT NOT NULL, paid BIGINT NOT NULL,
    closing BIGINT NOT NULL, held BIGINT NOT NULL, payable BIGINT NOT NULL, payable_on TEXT, reason TEXT NOT NULL,
    CONSTRAINT statements_name UNIQUE (name),
    CONSTRAINT statements_fence UNIQUE (closing_id, person, currency));
CREATE INDEX statements_account ON statements (payer, person, currency);

CREATE TABLE entries (id {id}, payer TEXT NOT NULL, person TEXT NOT NULL, currency TEXT NOT NULL, kind TEXT NOT NULL,
    amount BIGINT NOT NULL, shop_id BIGINT NOT NULL, order_id BIGINT NOT NULL, step INTEGER NOT NULL,
    order_name TEXT NOT NULL, code TEXT NOT NULL, net BIGINT, rate TEXT, customer_type TEXT, basis {json},
    payable_at TEXT, happened_at TEXT NOT NULL, recorded_at TEXT NOT NULL, by TEXT NOT NULL, reason TEXT NOT NULL,
    reference TEXT NOT NULL, payment BIGINT, statement BIGINT,
    CONSTRAINT entries_fence UNIQUE (shop_id, order_id, person, step));
CREATE INDEX entries_statement ON entries (statement);
CREATE INDEX entries_account ON entries (payer, person);

CREATE TABLE marks (id {id}, action TEXT NOT NULL, shop_id BIGINT NOT NULL, order_id BIGINT NOT NULL,
    code TEXT NOT NULL, person TEXT NOT NULL, since TEXT, reason TEXT NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL);

CREATE TABLE runs (id {id}, name TEXT NOT NULL, rail TEXT NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL,
    written_at TEXT, CONSTRAINT runs_name UNIQUE (name));

CREATE TABLE payments (id {id}, run BIGINT NOT NULL, statement BIGINT NOT NULL, payer TEXT NOT NULL,
    person TEXT NOT NULL, currency TEXT NOT NULL, amount BIGINT NOT NULL, state TEXT NOT NULL,
    destination TEXT NOT NULL, paid_on TEXT, reference TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL,
    by TEXT NOT NULL);
CREATE UNIQUE INDEX payments_live ON payments (statement) WHERE state IN ('claimed', 'paid');
CREATE INDEX payments_run ON payments (run);

CREATE TABLE claims (entry BIGINT NOT NULL PRIMARY KEY, payment BIGINT NOT NULL);
CREATE INDEX claims_payment ON claims (payment);
"""

# Who sent a price rule: whether it can still take effect depends on that, where a team shares the ledger.
_SENDERS = """
ALTER TABLE price_rules ADD COLUMN run TEXT;
"""

# What influencers and codes earned stood in two places, the codes' partly in the journal: it becomes rows of one table.
# Of what was said of a code, the later word took the place of all that was said of its days before.
_RATES = """
CREATE TABLE former_rates AS SELECT person, since, commission, at FROM rates;
DROP TABLE rates;
CREATE TABLE rates (id {id}, shop_id BIGINT NOT NULL, code BIGINT NOT NULL, campaign TEXT NOT NULL,
    person TEXT NOT NULL, product TEXT NOT NULL, since TEXT NOT NULL, rate TEXT, at TEXT NOT NULL, by TEXT NOT NULL,
    reason TEXT NOT NULL);
CREATE INDEX rates_person ON rates (person);
CREATE INDEX rates_code ON rates (code);
INSERT INTO rates (shop_id, code, campaign, person, product, since, rate, at, by, reason)
    SELECT 0, 0, '', person, '', since, commission, at, '', '' FROM former_rates ORDER BY person, since;
DROP TABLE former_rates;
INSERT INTO rates (shop_id, code, campaign, person, product, since, rate, at, by, reason)
    SELECT c.shop_id, c.id, '', '', '', '', c.commission, c.made_at, '', '' FROM codes c
    WHERE c.commission IS NOT NULL AND NOT EXISTS (SELECT 1 FROM journal j
        WHERE j.shop_id = c.shop_id AND j.kind = 'code.changed' AND j.subject = 'code:' || c.id AND {rated});
INSERT INTO rates (shop_id, code, campaign, person, product, since, rate, at, by, reason)
    SELECT c.shop_id, c.id, '', '', '', '', {former}, c.made_at, '', '' FROM codes c
    JOIN journal j ON j.shop_id = c.shop_id AND j.kind = 'code.changed' AND j.subject = 'code:' || c.id
    WHERE {rated} AND {former} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM journal l
        WHERE l.shop_id = j.shop_id AND l.kind = j.kind AND l.subject = j.subject AND l.id < j.id AND {l_rated});
INSERT INTO rates (shop_id, code, campaign, person, product, since, rate, at, by, reason)
    SELECT c.shop_id, c.id, '', '', '', {day}, {commission}, j.at, '', '' FROM codes c
    JOIN journal j ON j.shop_id = c.shop_id AND j.kind = 'code.changed' AND j.subject = 'code:' || c.id
    WHERE {rated} AND NOT EXISTS (SELECT 1 FROM journal l
        WHERE l.shop_id = j.shop_id AND l.kind = j.kind AND l.subject = j.subject AND l.id > j.id AND {l_rated}
        AND {l_day} <= {day})
    ORDER BY j.id;
"""

# What could not be read, and in which form the facts of orders with refunds are.
_UNREAD = """
CREATE TABLE unread (shop_id BIGINT NOT NULL, what TEXT NOT NULL, record_id BIGINT NOT NULL, name TEXT,
    place TEXT NOT NULL, created_at TEXT, seen_at TEXT NOT NULL, PRIMARY KEY (shop_id, what, record_id));

ALTER TABLE syncs ADD COLUMN facts INTEGER;
"""

# What carries our sign in the stores, so that a ledger that lost it takes it up again instead of making it anew.
_SIGHTINGS = """
CREATE TABLE sightings (shop_id BIGINT NOT NULL, kind TEXT NOT NULL, theirs BIGINT NOT NULL, reference TEXT NOT NULL,
    label TEXT NOT NULL, PRIMARY KEY (shop_id, kind, theirs));

CREATE TABLE looks (shop_id BIGINT NOT NULL, kind TEXT NOT NULL, upto BIGINT NOT NULL, PRIMARY KEY (shop_id, kind));
"""

_SENDINGS = """
CREATE TABLE sendings (shop_id BIGINT NOT NULL, order_id BIGINT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (shop_id, order_id));
"""

# What codes combine with, which REST has no words for.
_COMBINING = """
ALTER TABLE price_rules ADD COLUMN combining {json};

ALTER TABLE price_rules ADD COLUMN combining_asked {json};
"""

# What is still held, and what is in no statement yet, is found without going through all that was ever earned.
_PAYABLE = """
CREATE INDEX entries_payable ON entries (payer, payable_at);

CREATE INDEX entries_unstated ON entries (payer, person, currency) WHERE statement IS NULL;
"""

# The visits before orders, for the watch over codes that got out.
_VISITS = """
CREATE TABLE order_visits (shop_id BIGINT NOT NULL, order_id BIGINT NOT NULL, trail TEXT, ready BOOLEAN NOT NULL,
    asked_at TEXT NOT NULL, PRIMARY KEY (shop_id, order_id));
"""

# Which file went to whom, so that none goes twice.
_DISPATCHES = """
CREATE TABLE dispatches (id {id}, digest TEXT NOT NULL, recipient TEXT NOT NULL, email_key TEXT, shown TEXT NOT NULL,
    file TEXT NOT NULL, via TEXT NOT NULL, state TEXT NOT NULL, times INTEGER NOT NULL, at TEXT NOT NULL,
    run TEXT NOT NULL, error TEXT, CONSTRAINT dispatches_fence UNIQUE (digest, recipient));
CREATE INDEX dispatches_email ON dispatches (email_key);
"""

# Credits are kept, and what changes them is written down; the views that show them, and the rest, in plain columns.
_KEPT = CREDITS + SHOPS + "{triggers};\n" + VIEWS

MIGRATIONS = [
    _FIRST,
    _LOCKS,
    _PAYOUTS,
    _SENDERS,
    _RATES,
    _UNREAD,
    _SIGHTINGS,
    _SENDINGS,
    _COMBINING,
    _PAYABLE,
    _VISITS,
    _DISPATCHES,
    _KEPT,
]

_WORDS = {
    "sqlite": {
        "{id}": "INTEGER PRIMARY KEY",
        "{json}": "JSON",
        "{bytes}": "BLOB",
        "{compact}": " WITHOUT ROWID",
        "{units}": "/",
        "{whole}": "1.0",
        "{hundredth}": "100.0",
        "{thousandth}": "1000.0",
        "{rated}": "json_type(j.data, '$.commission') IS NOT NULL",
        "{l_rated}": "json_type(l.data, '$.commission') IS NOT NULL",
        "{commission}": "json_extract(j.data, '$.commission')",
        "{former}": "json_extract(j.data, '$.former_commission')",
        "{day}": "json_extract(j.data, '$.day')",
        "{l_day}": "json_extract(l.data, '$.day')",
    },
    "postgresql": {
        "{id}": "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
        "{json}": "JSON",
        "{bytes}": "BYTEA",
        "{compact}": "",
        "{units}": "*",
        "{whole}": "1",
        "{hundredth}": "0.01",
        "{thousandth}": "0.001",
        "{rated}": "(j.data -> 'commission') IS NOT NULL",
        "{l_rated}": "(l.data -> 'commission') IS NOT NULL",
        "{commission}": "(j.data ->> 'commission')",
        "{former}": "(j.data ->> 'former_commission')",
        "{day}": "(j.data ->> 'day')",
        "{l_day}": "(l.data ->> 'day')",
        " TEXT": ' TEXT COLLATE "C"',  # sorted as SQLite sorts, whatever the database's language
    },
}


def latest() -> int:
    """The version that this shopinf writes."""
    return len(MIGRATIONS)


def migrate(connection: Connection, version: int) -> int:
    """Bring the ledger from *version* to the latest, inside the caller's transaction; returns the version reached."""
    for migration in MIGRATIONS[version:]:
        for statement in _statements(migration, connection.dialect.name):
            connection.execute(text(statement))
    return latest()


def _statements(migration: str, engine: str) -> Iterator[str]:
    """The statements of a migration in the words of *engine*."""
    for statement in migration.replace("{triggers}", TRIGGERS[engine]).split(";\n"):
        if statement.strip():
            for mark, word in _WORDS[engine].items():
                statement = statement.replace(mark, word)
            yield statement.strip().removesuffix(";")


@lru_cache(maxsize=1)
def own_objects() -> frozenset[str]:
    """The views and triggers that a ledger in a file has, as the file keeps their SQL."""
    made = (each for migration in MIGRATIONS for each in _statements(migration, "sqlite"))
    return frozenset(each for each in made if each.startswith(("CREATE VIEW", "CREATE TRIGGER")))
