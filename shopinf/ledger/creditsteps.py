"""The migration that makes the tables of kept credits, and the triggers that write down which facts changed.

Triggers, since whoever writes facts must invalidate what rests on them: another process, an older shopinf that had the
ledger open, an administrator. They write nothing for a store whose credits are not kept. A change of an order counts
for its buyer's other orders too, so its buyer goes with it, the former one as well.
"""

from __future__ import annotations

from collections.abc import Mapping

CREDITS = """
CREATE TABLE credit_states (shop_id BIGINT NOT NULL PRIMARY KEY, rules TEXT NOT NULL, inputs TEXT NOT NULL,
    turn BIGINT NOT NULL);

CREATE TABLE credit_inputs (shop_id BIGINT NOT NULL, what TEXT NOT NULL, subject TEXT NOT NULL, digest TEXT NOT NULL,
    texts TEXT NOT NULL, PRIMARY KEY (shop_id, what, subject)){compact};

CREATE TABLE credit_changes (id {id}, shop_id BIGINT NOT NULL, order_id BIGINT NOT NULL, customer_id BIGINT,
    email_key TEXT);

CREATE TABLE credit_months (shop_id BIGINT NOT NULL, month INTEGER NOT NULL, PRIMARY KEY (shop_id, month));

CREATE TABLE credit_cells (id {id}, shop_id BIGINT NOT NULL, influencer TEXT NOT NULL, code TEXT NOT NULL,
    campaign TEXT NOT NULL, slot TEXT NOT NULL, method TEXT NOT NULL, currency TEXT NOT NULL, rate TEXT,
    status TEXT NOT NULL);
CREATE INDEX credit_cells_shop ON credit_cells (shop_id);

CREATE TABLE credits (shop_id BIGINT NOT NULL, month INTEGER NOT NULL, cell BIGINT NOT NULL, day INTEGER NOT NULL,
    order_id BIGINT NOT NULL, place INTEGER NOT NULL, at TEXT NOT NULL, gross_sales BIGINT NOT NULL,
    discounts BIGINT NOT NULL, included_tax BIGINT NOT NULL, returns BIGINT NOT NULL, commission BIGINT, share TEXT,
    person BIGINT, newcomer INTEGER, lone INTEGER, assumed INTEGER, odd INTEGER, moved INTEGER,
    PRIMARY KEY (shop_id, month, cell, day, order_id, place)){compact};
CREATE INDEX credits_order ON credits (shop_id, order_id);
CREATE INDEX credits_odd ON credits (shop_id, month) WHERE odd IS NOT NULL;

CREATE TABLE credit_sums (shop_id BIGINT NOT NULL, month INTEGER NOT NULL, cell BIGINT NOT NULL,
    moved INTEGER NOT NULL, orders BIGINT NOT NULL, gross_sales BIGINT NOT NULL, discounts BIGINT NOT NULL,
    included_tax BIGINT NOT NULL, returns BIGINT NOT NULL, commission BIGINT NOT NULL, unrated BIGINT NOT NULL,
    lone_new BIGINT NOT NULL, lone_returning BIGINT NOT NULL, assumed BIGINT NOT NULL, first_at TEXT NOT NULL,
    last_at TEXT NOT NULL, newcomers {bytes} NOT NULL, returners {bytes} NOT NULL,
    PRIMARY KEY (shop_id, month, cell, moved));
"""

_BUYER = ("customer_id", "email_key")
_DECIDES = ("processed_at", "updated_at", "cancelled_at", "financial_status", "test", "gift", "customer_since", *_BUYER)
_INTO = "INSERT INTO credit_changes (shop_id, order_id, customer_id, email_key)"


def _row(which: str) -> str:
    return f"{which}.shop_id, {which}.order_id, {which}.customer_id, {which}.email_key"


def _order(which: str) -> str:
    return f"{which}.shop_id, {which}.order_id, NULL, NULL"


_BOTH = f"SELECT {_row('OLD')} UNION SELECT {_row('NEW')}"

# Table, event, which row says the store, when it counts (with IS NOT as SQLite has it), and what is written down.
_EVENTS: tuple[tuple[str, str, str, tuple[str, ...], str], ...] = (
    ("orders", "INSERT", "NEW", (), f"SELECT {_row('NEW')}"),
    ("orders", "UPDATE", "NEW", _DECIDES, _BOTH),
    ("orders", "DELETE", "OLD", (), f"SELECT {_row('OLD')}"),
    ("order_facts", "INSERT", "NEW", (), f"SELECT {_order('NEW')}"),
    ("order_facts", "UPDATE", "NEW", ("facts",), f"SELECT {_order('NEW')}"),
    ("order_facts", "DELETE", "OLD", (), f"SELECT {_order('OLD')}"),
)


def _is_kept(which: str) -> str:
    return f"EXISTS (SELECT 1 FROM credit_states s WHERE s.shop_id = {which}.shop_id)"


def _on_sqlite() -> str:
    statements = []
    for table, event, which, columns, rows in _EVENTS:
        changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in columns)
        when = _is_kept(which) + (f" AND ({changed})" if changed else "")
        name = f"credit_{table}_{event.lower()}"
        statements.append(f"CREATE TRIGGER {name} AFTER {event} ON {table} WHEN {when} BEGIN {_INTO} {rows}; END")
    return ";\n".join(statements)


def _on_postgresql() -> str:
    statements = []
    for table, event, which, columns, rows in _EVENTS:
        changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns)
        name = f"credit_{table}_{event.lower()}"
        write = f"IF {_is_kept(which)} THEN {_INTO} {rows}; END IF; RETURN NULL;"
        statements.append(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {write} END $$")
        when = f" WHEN ({changed})" if changed else ""
        statements.append(
            f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW{when} EXECUTE FUNCTION {name}()"
        )
    return ";\n".join(statements)


TRIGGERS: Mapping[str, str] = {"sqlite": _on_sqlite(), "postgresql": _on_postgresql()}
