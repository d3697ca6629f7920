"""Each command's table as it is met on a terminal of 80 columns, held as text in `tests/tables`.

After a change that was meant, `SHOPINF_TESTS_REWRITE=1 pytest tests/test_tables_at_80.py` puts what comes now into the
files; read the difference before committing it. Ids that the store gives and the ends of statements' names are masked.
"""

from __future__ import annotations

import io
import os
import re
import shlex
from pathlib import Path

import pytest
from agency import MODASH, SLACK, Agency
from bench import Bench

from shopinf.commands.reference.answers import every_answer
from shopinf.console.tables import cell_len
from shopinf.main import main

pytestmark = pytest.mark.slow

WIDTH = 80
TABLES = Path(__file__).parent / "tables"
REWRITE = os.environ.get("SHOPINF_TESTS_REWRITE") == "1"

# What is typed for each command that answers with a table; those that the help has not are refused below.
LINES = {
    "connect": "connect maya-shop --stdin",
    "verify-scopes": "verify-scopes --all-stores",
    "stores list": "stores list",
    "stores show": "stores show maya-shop",
    "stores export": "stores export",
    "stores import": "stores import stores.json",
    "disconnect": "disconnect nordlicht --yes",
    "doctor": "doctor",
    "customers enrich": "customers enrich --all-stores --source csv:creators.csv",
    "influencers list": "influencers list",
    "influencers show": "influencers show avawhitlock",
    "influencers import": "influencers import team.csv",
    "influencers export": "influencers export",
    "influencers rename": "influencers rename avawhitlock ava",
    "influencers merge": "influencers merge avawhitlock hugofairweather --yes",
    "influencers rate": "influencers rate avawhitlock --commission 12%",
    "influencers forget": "influencers forget avawhitlock --yes",
    "influencers remember": "influencers remember ava@ava-whitlock.example",
    "influencers worth": "influencers worth -s maya-shop",
    "sources connect": "sources connect modash --stdin --consent",
    "sources list": "sources list",
    "sources disconnect": "sources disconnect modash --yes",
    "discounts create": "discounts create -s maya-shop --campaign spring --sheet team.csv --percent 20 --dry-run",
    "discounts combine": "discounts combine -s maya-shop --influencer avawhitlock --with order",
    "discounts list": "discounts list -s maya-shop",
    "discounts links": "discounts links -s maya-shop",
    "discounts pause": "discounts pause -s maya-shop --influencer avawhitlock --yes",
    "discounts resume": "discounts resume --campaign autumn --all-stores --dry-run",
    "discounts retire": "discounts retire -s maya-shop --campaign autumn --dry-run",
    "discounts assign": "discounts assign AVAWHITLOCK15 hugofairweather -s maya-shop",
    "discounts rename": "discounts rename AVAWHITLOCK15 AVA15 -s maya-shop --yes",
    "discounts reissue": "discounts reissue AVAWHITLOCK15 --code AVA-SPRING -s maya-shop --yes",
    "discounts check": "discounts check --all-stores",
    "discounts watch": "discounts watch --all-stores",
    "discounts import": "discounts import former.csv -s maya-shop",
    "rates list": "rates list -s maya-shop --influencer avawhitlock",
    "rates set": "rates set 12% --influencer avawhitlock -s maya-shop --from 2027-02-01",
    "rates import": "rates import rates.csv -s maya-shop",
    "orders sync": "orders sync --all-stores",
    "orders attribute": "orders attribute --period 2026-12 --all-stores",
    "orders explain": "orders explain {order} -s maya-shop",
    "orders review": "orders review --all-stores",
    "orders decide": "orders decide {order} --net 12.50 --reason 'settled by phone' -s maya-shop",
    "orders reconcile": "orders reconcile -s maya-shop",
    "products import": "products import --all-stores",
    "products list": "products list -s maya-shop --search kit",
    "payouts close": "payouts close -s nordlicht --period 2026-12 --dry-run",
    "payouts list": "payouts list -s maya-shop",
    "payouts show": "payouts show {statement}",
    "payouts hold": "payouts hold --influencer avawhitlock --reason 'a question' -s maya-shop --yes",
    "payouts release": "payouts release --influencer avawhitlock --reason 'answered' -s maya-shop --yes",
    "payouts reject": "payouts reject --influencer avawhitlock --reason 'bought herself' -s maya-shop --yes",
    "payouts adjust": "payouts adjust avawhitlock 25.00 --currency USD --reason 'a bonus' -s maya-shop --yes",
    "payouts pay": "payouts pay -s maya-shop --rail paypal --payees payees.csv -o again.csv --dry-run",
    "payouts paid": "payouts paid --run {run} --date 2027-01-05 --yes",
    "payouts failed": "payouts failed {statement} --reason 'the account is closed' --yes",
    "payouts drop": "payouts drop {run} --yes",
    "payouts totals": "payouts totals --year 2026",
    "gifts send": "gifts send -s maya-shop --campaign spring --sheet gifts.csv --dry-run",
    "gifts status": "gifts status -s maya-shop",
    "gifts cancel": "gifts cancel -s maya-shop --campaign autumn --yes",
    "gifts report": "gifts report -s maya-shop",
    "livecapture install": "livecapture install -s maya-shop --endpoint https://capture.example.com --out capture",
    "livecapture status": "livecapture status --all-stores",
    "livecapture uninstall": "livecapture uninstall -s maya-shop --yes",
    "livecapture leads": "livecapture leads -s maya-shop",
    "livecapture run": "livecapture run -s maya-shop --source csv:creators.csv",
    "reports connect": "reports connect slack --stdin",
    "reports send": "reports send report.html --via slack --dry-run",
    "reports list": "reports list",
    "reports disconnect": "reports disconnect slack --yes",
    "ledger export": "ledger export backup.db",
    "ledger import": "ledger import backup.db --replace --yes",
    "status": "status",
    "reference columns": "reference columns discounts links",
    "reference schemas": "reference schemas",
    "reference exit-codes": "reference exit-codes",
    "reference environment": "reference environment",
    "reference config": "reference config",
    "reference sheets": "reference sheets codes",
}


# What says more with every table, setting and path is looked at and not held.
GROWS = {"ledger export", "ledger import", "reference schemas", "reference environment", "reference config", "doctor"}


class Terminal(io.StringIO):
    """Text that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def agency(run: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Agency:
    desk = tmp_path / "desk"
    desk.mkdir()
    monkeypatch.chdir(desk)
    return Agency(run, desk)


def test_every_command_that_answers_is_met_here() -> None:
    assert sorted(LINES) == sorted(answer.command for answer in every_answer())


def test_a_command_means_six_to_eight_columns_for_a_table() -> None:
    # Of all groupings `orders attribute` shows one, and of a store's flags those are shown that stores differ in.
    ranked = {answer.command: sum(column.rank is not None for column in answer.columns) for answer in every_answer()}
    assert [name for name, count in ranked.items() if count > 8] == ["stores list", "orders attribute", "status"]
    whole = [answer.command for answer in every_answer() if not ranked[answer.command] and len(answer.columns) > 8]
    cards = {"connect", "orders decide", "influencers export"}  # the last is a sheet on its own
    assert set(whole) <= cards | {"orders reconcile"}


@pytest.mark.parametrize("command", LINES)
def test_a_commands_table_fits_80_columns_and_reads_as_it_did(command: str, agency: Agency) -> None:
    agency.prepare(command)
    shown, said, code = typed(agency, LINES[command])
    text = masked(f"$ shopinf {LINES[command]}\n{shown}{left_out(said)}")
    assert shown or code == 0, said
    assert [line for line in text.splitlines()[1:] if too_wide(line)] == []
    assert not re.search(r"https://\S*…", text)
    if command in GROWS:
        return
    kept = TABLES / f"{command.replace(' ', '-')}.txt"
    if REWRITE:
        TABLES.mkdir(exist_ok=True)
        kept.write_text(text, encoding="utf-8")
    assert text == kept.read_text(encoding="utf-8"), "where that is meant: SHOPINF_TESTS_REWRITE=1"


def typed(agency: Agency, line: str) -> tuple[str, str, int]:
    """What is shown and said on a terminal where *line* is typed."""
    words = [agency.named(word) for word in shlex.split(line)]
    out, err = Terminal(), io.StringIO()
    given = MODASH if "modash" in words else SLACK if "slack" in words else agency.run.credentials(agency.maya)
    stdin = io.StringIO(given if "--stdin" in words else "")
    code = main(words, agency.run.setting(stdin, out, err, {"COLUMNS": str(WIDTH), "NO_COLOR": "1"}))
    return out.getvalue(), err.getvalue(), code


def left_out(said: str) -> str:
    """The line that says which columns are not shown."""
    return "".join(f"! {line}\n" for line in said.splitlines() if " left out (" in line)


def too_wide(line: str) -> bool:
    """Does more than fits stand in *line*, and not for one word that must not be broken?"""
    return not line.startswith("! ") and cell_len(line) > WIDTH and len(line.split()[-1]) < WIDTH // 2


def masked(text: str) -> str:
    text = re.sub(r"(?<=myshopify\.com/)[0-9a-f]{8}", "########", text)
    text = re.sub(r"\d{10,}", lambda id: "#" * len(id[0]), text)
    # A statement is told by two signs, and by a third where another one has these: once in a thousand.
    text = re.sub(r"\b(S-[\w.-]+-)[0-9A-Z]{2}([0-9A-Z]?)\b", lambda id: f"{id[1]}##{' ' * len(id[2])}", text)
    return re.sub(r"\b(R-\d{4}-\d\d-\d\d-)[0-9A-Z]{3}\b", r"\1###", text)
