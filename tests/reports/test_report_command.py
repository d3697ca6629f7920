"""`orders attribute -o report.html` and `-o report.xlsx`: the same figures as the JSON of the same run."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from bench import Bench, Ran

from shopinf.letterhead import PLAIN, Language
from shopinf.main import main
from shopinf.practice import PracticeStore
from shopinf.reports import report_file
from shopinf.reports.tongue import tongue_of
from shopinf.results import Format

from .pagereader import figures, read, table
from .samples import sample

heading = tongue_of(Language.EN).heading

pytestmark = pytest.mark.slow


@pytest.fixture
def sold(run: Bench, shop: PracticeStore) -> PracticeStore:
    """A store that sold with two influencers' codes, took something back, and has an order not paid yet."""

    def sell() -> None:
        for code, influencer, percent in (("MIA10", "mia", "10"), ("LEO5", "leo", "5")):
            given = ("--percent", percent, "--commission", "10%", "--yes")
            run("discounts", "create", "--campaign", "q4", "--influencer", influencer, "--code", code, *given).ok()
        shirt = next(each for each in shop.products.values() if each["product_type"] != "Gift card")["variants"][0][
            "id"
        ]
        for day, code, price, more in (
            ("05", "MIA10", "100.00", {}),
            ("09", "mia10", "60.00", {}),
            ("20", "LEO5", "200.00", {}),
            ("21", "LEO5", "80.00", {"financial_status": "pending"}),
        ):
            made = shop.sell(code, lines=[(shirt, 1, price)], at=f"2026-11-{day}T10:00:00-05:00", force=True, **more)
            if day == "09":
                shop.refund(made["id"], [(made["line_items"][0]["id"], 1)])

    run.once("sales, a return, and an order not paid yet", sell)
    return shop


def attribute(run: Bench, *more: str) -> Ran:
    return run("orders", "attribute", "--period", "2026-11", *more)


def totals(run: Bench) -> dict[str, Any]:
    (total,) = attribute(run, "-f", "json", "--no-sync").ok().json["totals"]
    return dict(total)


def test_the_page_has_the_figures_of_the_json(run: Bench, sold: PracticeStore, tmp_path: Path) -> None:
    ran = attribute(run, "-o", str(tmp_path / "november.html")).ok()
    assert ran.out == ""
    assert "Written to" in ran.err
    found, total = read((tmp_path / "november.html").read_bytes()), totals(run)
    assert figures(found) == {
        "Net sales": total["net_sales"],
        "Orders": str(total["orders"]),
        "New customers": str(total["new_customers"]),
        "Average order": total["average_order_value"],
        "Returns": total["returns"],
    }
    by_order = attribute(run, "-f", "json", "--by", "order", "--no-sync").ok().json["rows"]
    assert [(row["Order"], row["Date"], row["Net sales"]) for row in table(found, "Orders")[:-1]] == [
        (row["order_name"], row["processed_at"], row["net_sales"]) for row in by_order
    ]


def test_the_workbook_has_the_rows_of_the_json(run: Bench, sold: PracticeStore, tmp_path: Path) -> None:
    attribute(run, "-o", str(tmp_path / "november.xlsx")).ok()
    found = openpyxl.load_workbook(tmp_path / "november.xlsx")
    for sheet, by in (("Influencers", "influencer"), ("Codes", "code"), ("Orders", "order")):
        heads, *rows = found[sheet].iter_rows(values_only=True)
        expected = attribute(run, "-f", "json", "--by", by, "--no-sync").ok().json["rows"]
        assert list(heads) == [*map(heading, expected[0]), "Time zone"]
        for row, wanted in zip(rows[: len(expected)], expected, strict=True):
            read_back = dict(zip(heads, row, strict=True))
            assert {key: str(wanted[key]) for key in ("net_sales", "commission", "returns")} == {
                key: f"{Decimal(str(read_back[heading(key)])):.2f}" for key in ("net_sales", "commission", "returns")
            }
        assert rows[len(expected)][0] == "Total"
    excluded = list(found["Excluded"].iter_rows(values_only=True, min_row=2))
    assert [row[5] for row in excluded] == ["pending"]


def test_a_page_is_for_the_client_and_a_workbook_for_us_unless_told_otherwise(
    run: Bench, sold: PracticeStore, tmp_path: Path
) -> None:
    def written(name: str, *more: str) -> Path:
        attribute(run, "-o", str(tmp_path / name), "--no-sync", *more).ok()
        return tmp_path / name

    attribute(run, "-q").ok()
    assert "Commission" not in written("client.html").read_text()
    assert "Commission" in written("ours.html", "--for", "internal").read_text()
    for name, more, shown in (("ours.xlsx", (), True), ("client.xlsx", ("--for", "client"), False)):
        heads = [cell.value for cell in openpyxl.load_workbook(written(name, *more))["Orders"][1]]
        assert ("Commission" in heads, "Reasons" in heads) == (shown, shown)


def test_a_month_that_is_not_over_is_stamped(run: Bench, sold: PracticeStore, tmp_path: Path) -> None:
    attribute(run, "-o", str(tmp_path / "r.html"), "--compare", "previous").ok()
    found = read((tmp_path / "r.html").read_bytes())
    assert found.all("header")[0].all("li")[0].text.startswith("Provisional")
    assert "Compared with 1–31 October 2026" in found.text


def test_a_store_that_fails_is_named_on_the_page_and_ends_in_partly_done(
    run: Bench, sold: PracticeStore, tmp_path: Path
) -> None:
    other = run.open(handle="paris")
    run.connect(other).ok()
    other.access_token = "shpat_another"
    ran = attribute(run, "--all-stores", "-o", str(tmp_path / "r.html"))
    assert ran.code == 7
    stamps = [item.text for item in read((tmp_path / "r.html").read_bytes()).all("header")[0].all("li")]
    assert "Incomplete Not included, because their orders could not be read: paris." in stamps


def test_a_format_of_reports_is_known_by_its_line_in_the_list_alone(run: Bench, capsys: Any) -> None:
    """What writes it is the module of its name; options, their help and who reads it go by the list."""
    assert [format for format in Format if format.is_report] == [Format.XLSX, Format.HTML]
    assert all(report_file(format, sample(count=3), PLAIN) for format in Format if format.is_report)
    for command, formats in (("attribute", list(Format)), ("sync", Format.known(reports=False))):
        main(["orders", command, "--help"])
        said = " ".join(capsys.readouterr().out.split())
        assert f"{', '.join(formats[:-1])} or {formats[-1]}." in said


def test_reports_need_a_file(run: Bench, sold: PracticeStore) -> None:
    ran = attribute(run, "-f", "html")
    assert ran.code == 2
    assert "--output report.html" in ran.err


def test_the_periods_name_can_be_part_of_the_files(run: Bench, sold: PracticeStore, tmp_path: Path) -> None:
    attribute(run, "-o", str(tmp_path / "{store}-{period}.xlsx")).ok()
    assert (tmp_path / "maya-shop-2026-11.xlsx").exists()


@pytest.mark.parametrize(
    ("before", "now", "per_cent", "on_the_page", "said"),
    [
        ("2000.00", "2001.00", "0.1", "+0.1%", "in the period before 2000.00 (+0.1 %)."),
        ("2000.00", "1999.00", "-0.1", "−0.1%", "in the period before 2000.00 (-0.1 %)."),
        ("-10.00", "5.00", None, None, "in the period before -10.00."),
        (None, "5.00", None, None, "in the period before 0.00 (nothing before)."),
    ],
)
def test_growth_is_the_same_figure_in_the_table_the_json_the_page_and_the_workbook(
    run: Bench,
    shop: PracticeStore,
    tmp_path: Path,
    before: str | None,
    now: str,
    per_cent: str | None,
    on_the_page: str | None,
    said: str,
) -> None:
    given = ("--influencer", "mia", "--code", "MIA10", "--percent", "10", "--yes")
    run("discounts", "create", "--campaign", "q4", *given).ok()
    for month, net in (("10", before), ("11", now)):
        sell_net(shop, net, month)

    compared = ("--compare", "previous", "--date", "event")
    ran = attribute(run, *compared, "-f", "json").ok()
    assert [row["change_pct"] for row in (*ran.json["rows"], *ran.json["totals"])] == [per_cent, per_cent]
    assert any(note.endswith(said) for note in ran.json["notes"])

    line = attribute(run, *compared, "--wide").ok().out.splitlines()[1]
    assert line.split()[-1] == (per_cent or "-")

    attribute(run, *compared, "-o", str(tmp_path / "r.html")).ok()
    shown = read((tmp_path / "r.html").read_bytes()).all("dd", "change")[0].all("b")
    assert [each.text for each in shown] == ([on_the_page] if on_the_page else [])

    attribute(run, *compared, "-o", str(tmp_path / "r.xlsx")).ok()
    lines = [list(row) for row in openpyxl.load_workbook(tmp_path / "r.xlsx")["Summary"].iter_rows(values_only=True)]
    at = next(place for place, line in enumerate(lines) if "Change in %" in line)
    written = lines[at + 1][lines[at].index("Change in %")]
    assert (None if written is None else str(written)) == per_cent


def sell_net(shop: PracticeStore, net: str | None, month: str) -> None:
    """Have *net* sales in *month*: an order, or where it is less than nothing, so much of an earlier one paid back."""
    if net is None:
        return
    shirt = next(each for each in shop.products.values() if each["product_type"] != "Gift card")["variants"][0]["id"]
    lost = Decimal(net) < 0
    price = "100.00" if lost else str((Decimal(net) / Decimal("0.9")).quantize(Decimal("0.01")))
    at = f"2026-{'09' if lost else month}-05T10:00:00-05:00"
    made = shop.sell("MIA10", lines=[(shirt, 1, price)], at=at, force=True)
    if lost:
        shop.refund(made["id"], discrepancy=net, at=f"2026-{month}-06T10:00:00-05:00")
