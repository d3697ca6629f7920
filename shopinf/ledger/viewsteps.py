"""The migration that makes the ledger's views: what it keeps in plain columns, for tools that read databases.

They are read-only and name nobody: people go by the opaque ids that the table `influencers` has. Money is in units of
its currency (a numeric on PostgreSQL, a real on SQLite), times are UTC text with their offset, yes and no are 1 and 0.
`v_version` says their version. Within one columns are only added, at the end; a view that is to say something else
gets another name.
"""

from __future__ import annotations

VERSION = 1

_WHOLE = (
    "'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'"
)
_THOUSANDTHS = "'BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'"


def _money(amount: str, currency: str, name: str) -> str:
    """SQL that makes an amount of *amount*, which is in minor units of *currency*; as `shopinf/money.py` has them."""
    unit = (
        f"CASE WHEN {currency} IN ({_WHOLE}) THEN {{whole}} WHEN {currency} IN ({_THOUSANDTHS}) THEN {{thousandth}} "
        f"ELSE {{hundredth}} END"
    )
    return f"({amount}) {{units}} {unit} AS {name}"


def _amounts(table: str, names: str) -> str:
    return ", ".join(_money(f"{table}.{name}", f"{table}.currency", name) for name in names.split())


def _credited(names: str) -> str:
    return ", ".join(_money(f"c.{name}", "l.currency", name) for name in names.split())


VIEWS = f"""
CREATE VIEW v_version AS SELECT {VERSION} AS version;

CREATE VIEW v_stores AS SELECT s.shop_id, h.name AS store, h.domain, h.currency, h.timezone,
    s.finished_at AS synced_at, s.reach AS complete_from,
    (SELECT count(*) FROM orders o WHERE o.shop_id = s.shop_id) AS orders
    FROM syncs s LEFT JOIN shops h ON h.shop_id = s.shop_id WHERE s.what = 'orders';

CREATE VIEW v_codes AS SELECT c.shop_id, c.id AS code_id, c.code, c.campaign, c.influencer, c.slot, c.state, c.origin,
    c.made_at FROM codes c;

CREATE VIEW v_orders AS SELECT o.shop_id, o.order_id, o.name AS order_name, o.created_at, o.processed_at, o.updated_at,
    o.cancelled_at, o.financial_status, CASE WHEN o.test THEN 1 ELSE 0 END AS test,
    CASE WHEN o.gift THEN 1 ELSE 0 END AS gift, o.currency FROM orders o;

CREATE VIEW v_credits AS SELECT c.shop_id, c.order_id, o.name AS order_name, c.at AS processed_at, l.influencer, l.code,
    l.campaign, l.slot, l.method, l.currency, {_credited("gross_sales discounts included_tax returns")},
    {_money("c.gross_sales - c.discounts - c.included_tax - c.returns", "l.currency", "net_sales")},
    {_credited("commission")}, l.rate, coalesce(c.share, '1') AS share,
    CASE c.newcomer WHEN 1 THEN 'new' WHEN 0 THEN 'returning' END AS customer_type, l.status
    FROM credits c JOIN credit_cells l ON l.id = c.cell AND l.status <> 'excluded'
    LEFT JOIN orders o ON o.shop_id = c.shop_id AND o.order_id = c.order_id;

CREATE VIEW v_gifts AS SELECT g.shop_id, g.id AS gift_id, g.campaign, g.influencer, g.slot, g.state, g.currency,
    {_money("g.retail", "g.currency", "retail_value")}, g.draft_order_id, g.order_id, g.made_at, g.completed_at,
    p.fulfillment_status, p.shipment_status, CASE WHEN p.delivered THEN 1 ELSE 0 END AS delivered
    FROM gifts g LEFT JOIN parcels p ON p.shop_id = g.shop_id AND p.order_id = g.order_id;

CREATE VIEW v_statements AS SELECT s.id AS statement_id, s.payer, s.person AS influencer, s.currency, s.period_from,
    s.period_to, {_amounts("s", "opening earned adjustments paid closing held payable")}, s.payable_on
    FROM statements s;

CREATE VIEW v_entries AS SELECT e.id AS entry_id, e.statement AS statement_id, e.payer, e.person AS influencer,
    e.currency, e.kind, {_money("e.amount", "e.currency", "amount")}, e.shop_id, e.order_id, e.order_name, e.code,
    {_money("e.net", "e.currency", "net_sales")}, e.rate, e.customer_type, e.payable_at, e.happened_at, e.recorded_at,
    e.payment AS payment_id FROM entries e;
"""

SHOPS = """
CREATE TABLE shops (shop_id BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, domain TEXT NOT NULL,
    currency TEXT NOT NULL, timezone TEXT NOT NULL);
"""
