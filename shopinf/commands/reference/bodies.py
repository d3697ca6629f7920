"""What the JSON of a command has between its `schema` and its `notes`: its rows, or what stands in their place.

Most answers are rows under the declared columns. The others are declared here; the tests hold every answer that any
of them gets against its schema, in which nothing may be missing or too much.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from shopinf.results import Column, Kind, columns

Schema = dict[str, Any]
Cells = dict[str, Schema]

_TYPES = {
    Kind.TEXT: ["string", "boolean", "array", "null"],
    Kind.NUMBER: ["number", "string", "null"],
    Kind.MONEY: ["string", "null"],
    Kind.TIME: ["string", "null"],
}
_WORD: Schema = {"type": ["string", "null"]}
_WORDS: Schema = {"type": "array", "items": {"type": "string"}}
_COUNT: Schema = {"type": ["number", "null"]}
_FLAG: Schema = {"type": "boolean"}


def own_cells(command: str, declared: Sequence[Column]) -> Cells:
    """The keys of the JSON of *command* that are its own, each with its schema."""
    make = _BODIES.get(command)
    return make(declared) if make else {"rows": _rows(declared, _VARYING.get(command))}


def optional_cells(command: str) -> frozenset[str]:
    """Those of them that an answer has only where they were asked for."""
    return _ASKED_FOR.get(command, frozenset())


def _cells(declared: Iterable[Column]) -> Cells:
    return {column.key: {"type": _TYPES[column.kind]} for column in declared}


def _object(cells: Cells, *, always: Iterable[str] | None = None) -> Schema:
    """An object with all of *cells*: what is not known is null, never left out; *always* where the others may be."""
    return {"type": "object", "properties": cells, "required": sorted(cells if always is None else always)}


def _list(cells: Cells, *, always: Iterable[str] | None = None) -> Schema:
    return {"type": "array", "items": _object(cells, always=always)}


def _rows(declared: Iterable[Column], always: str | None = None) -> Schema:
    return _list(_cells(declared), always=None if always is None else always.split())


def _counts(keys: str) -> Schema:
    return _object(dict.fromkeys(keys.split(), _COUNT))


def _words(keys: str) -> Cells:
    return dict.fromkeys(keys.split(), _WORD)


_FEATURES = _list({**_words("feature status"), "missing": _WORDS})
_STORE = {
    **_words("store domain name plan currency timezone auth api_version group"),
    "shop_id": _COUNT,
    "read_only": _FLAG,
    "scopes": _WORDS,
    "features": _FEATURES,
}
_SCOPES = {
    **_words("store"),
    **dict.fromkeys(("granted", "missing", "unneeded", "notes"), _WORDS),
    "features": _list({**_words("feature status"), **dict.fromkeys(("required", "missing", "advised"), _WORDS)}),
}
_ACCOUNT = {
    **_words("platform handle profile_url platform_user_id full_name engagement_rate_pct tier source matched_at"),
    "followers": _COUNT,
    "verified": {"type": ["boolean", "null"]},
    "is_primary": _FLAG,
}
_BALANCES = _list(_words("payer currency balance"))
_PERIOD = {**_words("from to")}
_TAKE = _counts("requests seconds")


def _influencers(declared: Sequence[Column]) -> Cells:
    more = {"accounts": _list(_ACCOUNT), "customer_ids": {"type": "array", "items": _COUNT}}
    return {
        "influencers": _list({**_cells(declared), **more}),
        "summary": _counts("customers with_email matched withheld credits_used left"),
    }


def _codes(declared: Sequence[Column]) -> Cells:
    forecast = _list({**_words("store"), "own_rules": _TAKE, "shared_rule": _TAKE})
    return {
        "codes": _rows(declared),
        "summary": _counts("asked created updated existing failed"),
        "dry_run": _FLAG,
        "forecast": {**forecast, "type": ["array", "null"]},  # of a dry run
    }


def _influencer(_: Sequence[Column]) -> Cells:
    listed: Sequence[Column] = importlib.import_module("shopinf.commands.influencers.list").COLUMNS
    customer = columns(
        "store matched_on confidence source currency",
        numbers="customer_id orders_count",
        money="total_spent",
        times="first_order_at last_order_at",
    )
    whole = {
        **_cells(listed),
        "accounts": _list(_ACCOUNT),
        "rates": _list(_words("commission since")),
        "customers": _rows(customer),
        "codes": _rows(columns("store campaign code state rate currency", numbers="orders", money="net_sales")),
        "gifts": _rows(columns("store campaign state currency", numbers="order_id", money="retail_value")),
        "balances": _BALANCES,
    }
    return {"rows": _list(whole)}


def _report(declared: Sequence[Column]) -> Cells:
    """Its columns follow from what it is `--by`, and from `--compare` and `--with-payments`."""
    excluded = "test gift gift_card_only pending needs_review"
    store = {**_words("store currency timezone from to complete_from synced_at"), "provisional": _FLAG}
    totals = _rows(declared, "currency orders gross_sales discounts included_tax returns net_sales")
    return {
        "period": _object({**_PERIOD, **_words("timezone date_basis"), "provisional": _FLAG}),
        "stores": _list({**store, "truncated": _FLAG}),
        "rows": _rows(declared, "store currency gross_sales discounts included_tax returns net_sales"),
        "totals": totals,
        "excluded": _counts(excluded),
        "truncated": _FLAG,
        "previous": _object({"period": _object(_PERIOD), "totals": totals}),
    }


def _explained(declared: Sequence[Column]) -> Cells:
    return {**_words("store order_name currency"), "order_id": _COUNT, "rows": _rows(declared)}


def _compared(declared: Sequence[Column]) -> Cells:
    counts = dict.fromkeys(("orders", "differing", "missing", "surplus", "stale"), _COUNT)
    return {"stores": _list({**_words("store"), **counts}), "rows": _rows(declared)}


def _statements(declared: Sequence[Column]) -> Cells:
    from shopinf.commands.payouts.rows import ENTRY_COLUMNS

    return {"statements": _list({**_cells(declared), "entries": _rows(ENTRY_COLUMNS)})}


def _shown_statements(_: Sequence[Column]) -> Cells:
    from shopinf.commands.payouts.rows import ENTRY_COLUMNS, LIST_COLUMNS

    of_a_person = {"influencer": _WORD, "not_closed_yet": _rows(ENTRY_COLUMNS), "balances": _BALANCES}
    return {**_statements(LIST_COLUMNS), **of_a_person}


def _payments(declared: Sequence[Column]) -> Cells:
    return {
        **_words("run rail"),
        "files": _WORDS,
        "payments": _rows(column for column in declared if column.key != "run"),
        "totals": _list(_words("currency amount")),
    }


def _sendings(declared: Sequence[Column]) -> Cells:
    attached = _list({**_words("file type"), "bytes": _COUNT})
    mails = _list({**_words("to subject text"), "attachments": attached})
    return {**_words("via sender"), "dry_run": _FLAG, "mails": mails, "rows": _rows(declared)}


def _with_summary(keys: str, more: Cells | None = None) -> Callable[[Sequence[Column]], Cells]:
    return lambda declared: {"rows": _rows(declared), "summary": _counts(keys), **(more or {})}


_BODIES: Mapping[str, Callable[[Sequence[Column]], Cells]] = {
    "connect": lambda _: _STORE,
    "stores show": lambda _: _STORE,
    "verify-scopes": lambda _: {"stores": _list(_SCOPES)},
    "disconnect": lambda declared: {
        "rows": _rows(declared),
        "codes": _list(_words("code campaign influencer link status")),
    },
    "customers enrich": _influencers,
    "livecapture run": _influencers,
    "influencers show": _influencer,
    "discounts create": _codes,
    "discounts import": _with_summary("asked tracked existing missing failed"),
    "gifts send": _with_summary("asked sent existing failed", {"dry_run": _FLAG}),
    "orders attribute": _report,
    "orders explain": _explained,
    "orders reconcile": _compared,
    "payouts close": _statements,
    "payouts list": _statements,
    "payouts show": _shown_statements,
    "payouts pay": _payments,
    "reports send": _sendings,
    "reference schemas": lambda declared: {"rows": _rows(declared), "schemas": {"type": "object"}},
}
# Rows whose columns follow from the options: these are always there.
_VARYING = {
    "rates list": "store influencer code campaign product rate since",
    "influencers worth": "store currency customers_won orders net_sales again_30 again_60 again_90 again_180 net_30 "
    "net_60 net_90 net_180 gifts commission profit top_products",  # and what --by says
}
_ASKED_FOR = {
    "orders attribute": frozenset({"previous"}),  # --compare
    "payouts show": frozenset({"influencer", "not_closed_yet", "balances"}),  # of an influencer
}
