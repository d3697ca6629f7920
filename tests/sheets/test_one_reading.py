"""One sheet means the same people, codes and parcels, whatever command reads it, and in whatever order."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import Bench
from customerbench import enrich, people

from shopinf.practice import PracticeStore

pytestmark = pytest.mark.slow

# Sheets as people and other systems write them, and who is in each.
SHEETS: dict[str, tuple[str, set[str]]] = {
    "a search by a tool, with its words for nothing": (
        "name,platform,followers,engagement_rate_pct,profile_url,contact_email\n"
        "Ria Runs,YouTube,19600,0.86,https://www.youtube.com/@riaruns,ria@runs.example\n"
        "Ulf Yoga,YouTube,5240,0.07,https://www.youtube.com/@ulfyoga,Not Found\n",
        {"riaruns", "ulfyoga"},
    ),
    "a list with semicolons where the name is the handle": (
        "id;name;platform;followers\n1;rosaplays;Twitch;328000\n2;Fármaco;Reddit;85000\n",
        {"rosaplays", "Fármaco"},
    ),
    "handles and links in one column": (
        "platform,handle_or_url,email\ninstagram,https://www.instagram.com/riaruns/,\ninstagram,ulf,ulf@post.example\n",
        {"riaruns", "ulf"},
    ),
    "a row of platforms": (
        "Name,Instagram,TikTok,Instagram_Followers,TikTok_Followers,Email\n"
        "Ria (Ria R),https://instagram.com/ria.ig,https://www.tiktok.com/@ria.tok,1.2K,3.4M,ria@runs.example\n"
        "Ulf,https://instagram.com/ulf.ig,,2M,,\n",
        {"ria.tok", "ulf.ig"},
    ),
    "a report of several tables": (
        "REPORT\nStatus,ACTIVE\n\nPEOPLE\nUsername,Platform,Followers,Email\nria,TIKTOK,12500,ria@runs.example\n\n"
        "POSTS\nDate,Likes\n2026-01-01,5\n",
        {"ria"},
    ),
    "a French list": (
        'Username,Nom,Abonnés,Instagram\nria,Ria Roux,"12,5 k",https://www.instagram.com/ria/\n',
        {"ria"},
    ),
    "only names and e-mails": (
        "First Name,Last Name,Email Address,PayPal email,Coupon\n"
        "Ria,Roux,ria@runs.example,money@ria.example,RIA10\nUlf,Yder,ulf@post.example,,\n",
        {"ria", "ulf"},
    ),
    "links of the app": (
        "Instagram link,Email\nhttps://www.instagram.com/_u/ria.r,ria@runs.example\n"
        "https://www.instagram.com/_u/ulf.y,ulf@post.example\n",
        {"ria.r", "ulf.y"},
    ),
    "only whole names": ("Name\nRia Roux\nUlf Yder\n", {"riaroux", "ulfyder"}),
}

IMPORT = ("influencers", "import", "SHEET")
CREATE = ("discounts", "create", "--campaign", "q4", "--sheet", "SHEET", "--percent", "15", "--yes")
SEND = ("gifts", "send", "--campaign", "q4", "--sheet", "SHEET", "--variant", "VARIANT", "--partial", "--yes")


@pytest.fixture
def store(run: Bench) -> PracticeStore:
    shop = run.open(orders=5, customers=3, throttle=False)
    run.connect(shop).ok()
    return shop


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sheet.csv"


def known(run: Bench) -> set[str]:
    rows = run("influencers", "list", "-f", "json").ok().json["rows"]
    assert len(rows) == len({row["influencer"] for row in rows})
    return {row["influencer"] for row in rows}


@pytest.mark.parametrize("name", SHEETS)
@pytest.mark.parametrize("first", ["import", "create"])
def test_two_commands_in_a_row_know_the_same_people(
    run: Bench, store: PracticeStore, path: Path, name: str, first: str
) -> None:
    text, who = SHEETS[name]
    path.write_text(text, encoding="utf-8")
    for command in (IMPORT, CREATE, IMPORT) if first == "import" else (CREATE, IMPORT, CREATE):
        run(*(str(path) if word == "SHEET" else word for word in command)).ok()
        assert known(run) == who


def test_a_found_influencer_is_the_same_in_the_sheet_they_came_from(
    run: Bench, store: PracticeStore, path: Path
) -> None:
    email = people(store)[0]["email"]
    path.write_text(f"Benutzername;Plattform;Abonnenten;E-Mail-Adresse\nria;Instagram;12.345;{email}\n")
    (one,) = enrich(run, "--source", f"csv:{path}").ok().json["influencers"]
    assert (one["influencer"], one["followers"]) == ("ria", 12_345)
    run(*(str(path) if word == "SHEET" else word for word in CREATE)).ok()
    assert known(run) == {"ria"}


def test_a_row_with_a_known_email_is_that_influencer_whatever_it_calls_them(
    run: Bench, store: PracticeStore, path: Path
) -> None:
    path.write_text("influencer,email\nria,ria@runs.example\n")
    run("influencers", "import", str(path)).ok()
    path.write_text("influencer,email\nria_official,Ria@Runs.example\n")
    made = run(*(str(path) if word == "SHEET" else word for word in CREATE), "-f", "json").ok()
    assert [row["influencer"] for row in made.json["codes"]] == ["ria"]
    assert known(run) == {"ria"}


@pytest.mark.parametrize("command", [IMPORT, CREATE, SEND, ("discounts", "import", "SHEET")])
def test_an_id_that_loses_to_a_known_email_is_told(
    run: Bench, store: PracticeStore, path: Path, command: tuple[str, ...]
) -> None:
    path.write_text("influencer,email\nria,ria@runs.example\n")
    run("influencers", "import", str(path)).ok()
    address = "R,R,Main St 1,Ottawa,ON,CA,K1A 0B1"
    path.write_text(
        "influencer,email,code,first_name,last_name,address1,city,province,country,zip\n"
        f"ria_official,Ria@Runs.example,RIA1,{address}\nulf,ulf@post.example,ULF1,{address}\n"
    )
    number = str(next(iter(store.products.values()))["variants"][0]["id"])
    ran = run(*({"SHEET": str(path), "VARIANT": number}.get(word, word) for word in command))
    said = f"1 row names somebody who is known under another id, by the e-mail or a former id: {path}, line 2: "
    assert f"{said}ria_official is ria." in ran.err
    assert known(run) == {"ria", "ulf"}


@pytest.mark.parametrize(
    ("column", "cell", "kind", "value"),
    [
        ("Discount", "20%", "percentage", "20"),
        ("Rabatt", "12,5 %", "percentage", "12.5"),
        ("Discount", "20", "percentage", "20"),
        ("Rabatt", "5,00 $", "fixed_amount", "5.00"),
        ("Rabatt in %", "20", "percentage", "20"),
        ("Discount ($)", "5", "fixed_amount", "5.00"),
        ("Discount amount (%)", "20", "percentage", "20"),
        ("Discount", "Free shipping", "free_shipping", None),
    ],
)
def test_a_discount_column_is_what_the_code_takes_off(
    run: Bench, store: PracticeStore, path: Path, column: str, cell: str, kind: str, value: str | None
) -> None:
    path.write_text(f"handle;{column}\nria;{cell}\n", encoding="utf-8")
    made = run(*(str(path) if word == "SHEET" else word for word in CREATE), "-f", "json").ok()
    (row,) = made.json["codes"]
    assert (row["value_type"], row["value"]) == (kind, value)


@pytest.mark.parametrize(
    ("column", "cell"), [("Discount", "10 €"), ("Discount (EUR)", "10"), ("amount", "EUR 10"), ("commission", "5.00 £")]
)
def test_an_amount_in_another_currency_than_the_stores_is_no_amount_of_theirs(
    run: Bench, store: PracticeStore, path: Path, column: str, cell: str
) -> None:
    path.write_text(f"handle;{column}\nria;{cell}\nulf;\n", encoding="utf-8")
    made = run(*(str(path) if word == "SHEET" else word for word in CREATE), "-f", "json")
    assert (made.code, [row["status"] for row in made.json["codes"]]) == (7, ["failed", "created"])
    assert "and the store has USD" in made.err


@pytest.mark.parametrize(
    ("kind", "value", "means"),
    [
        ("%", "15", ("percentage", "15")),
        ("Percentage", "15", ("percentage", "15")),
        ("$", "5", ("fixed_amount", "5.00")),
        ("USD", "5", ("fixed_amount", "5.00")),
        ("Fixed amount", "5", ("fixed_amount", "5.00")),
        ("Free shipping", "", ("free_shipping", None)),
        ("EUR", "5", (None, None)),
    ],
)
def test_a_discount_is_of_the_kind_that_its_type_says(
    run: Bench, store: PracticeStore, path: Path, kind: str, value: str, means: tuple[str | None, str | None]
) -> None:
    path.write_text(f"handle,discount type,discount value\nria,{kind},{value}\nulf,,\n")
    made = run(*(str(path) if word == "SHEET" else word for word in CREATE), "-f", "json")
    row = made.json["codes"][0]
    assert (row["value_type"], row["value"]) == means


def test_an_amount_that_its_type_calls_per_cent_is_none(run: Bench, store: PracticeStore, path: Path) -> None:
    path.write_text("Media Partner Name,Promo Code,Discount Amount,Discount Type\nRia Roux,RIA10,10,PERCENT\n")
    made = run(*(str(path) if word == "SHEET" else word for word in CREATE), "-f", "json").ok()
    assert [(row["value_type"], row["value"]) for row in made.json["codes"]] == [("percentage", "10")]


def test_several_codes_in_a_cell_are_asked_for_in_rows_of_their_own(
    run: Bench, store: PracticeStore, path: Path
) -> None:
    path.write_text('handle,code\nria,"RIA10, RIAVIP"\nulf,ULF5\n')
    made = run(*(str(path) if word == "SHEET" else word for word in CREATE), "-f", "json")
    assert (made.code, [row["status"] for row in made.json["codes"]]) == (7, ["failed", "created"])
    assert "the cell has several codes: RIA10, RIAVIP" in made.err


def test_a_share_of_commission_without_its_sign_is_asked_about(run: Bench, store: PracticeStore, path: Path) -> None:
    path.write_text("handle,commission\nria,0.1\nulf,10%\n")
    made = run(*(str(path) if word == "SHEET" else word for word in IMPORT))
    assert made.code == 7
    assert "'0.1' can be a share or an amount" in made.err
    assert known(run) == {"ulf"}


def test_a_number_of_followers_that_is_none_is_told(run: Bench, store: PracticeStore, path: Path) -> None:
    path.write_text("handle,followers\nria,many\nulf,1200\n")
    made = run(*(str(path) if word == "SHEET" else word for word in IMPORT)).ok()
    assert "line 2, column followers: 'many' is not a number" in made.err
    assert known(run) == {"ria", "ulf"}


def test_a_bad_row_fails_alone_and_all_of_them_are_named_at_once(run: Bench, store: PracticeStore, path: Path) -> None:
    path.write_text("handle,percent,code\nria,10,\nulf,lots,\n,10,\nzoe,10,#ZOE\nmay,10,15-May\n")
    made = run(*(str(path) if word == "SHEET" else word for word in CREATE), "-f", "json")
    assert made.code == 7
    assert [row["status"] for row in made.json["codes"]] == ["created", *["failed"] * 4]
    for said in ("line 3, column percent", "line 4: the row does not say who", "Write it as ZOE", "Write it as MAY15"):
        assert said in made.err
    assert known(run) >= {"ria"}


def test_what_columns_were_read_as_is_told_and_what_is_not_used_by_name(
    run: Bench, store: PracticeStore, path: Path
) -> None:
    path.write_text("Benutzername;Gutscheincode;Lieblingsfarbe\nria;RIA10;rot\n")
    told = run(*(str(path) if word == "SHEET" else word for word in CREATE)).ok().err
    assert "read Benutzername as handle, Gutscheincode as code; not used: Lieblingsfarbe." in told


def test_a_row_without_a_code_is_passed_over_and_told(run: Bench, store: PracticeStore, path: Path) -> None:
    path.write_text("Nome,Instagram,Cupom\nRia Roux,@ria,RIA10\nUlf,@ulf,\n")
    taken = run("discounts", "import", str(path), "-f", "json")
    assert [row["code"] for row in taken.json["rows"]] == ["RIA10"]
    assert "1 row passed over: the row has no code" in taken.err


def test_shopifys_own_export_of_discounts_is_taken_in_as_it_is(run: Bench, store: PracticeStore, path: Path) -> None:
    store.add_rule("RIA10", rule_id=501)
    store.codes["RIA10"] = 501
    path.write_text(
        "Name,Value,Value Type,Usage Limit Per Code,Status,Start,End\n"
        "RIA10,-15.0,percentage,,Active,2025-06-22 01:24:35 +0400,\n"
    )
    taken = run("discounts", "import", str(path), "-f", "json").ok()
    (row,) = taken.json["rows"]
    assert (row["code"], row["influencer"]) == ("RIA10", None)
    assert any("the sheet says 15 %" in note for note in taken.json["notes"])
    assert "shopinf discounts assign RIA10 INFLUENCER" in taken.err
    for command in (IMPORT, CREATE):
        refused = run(*(str(path) if word == "SHEET" else word for word in command))
        assert refused.code == 2
        assert "shopinf discounts import" in refused.err
    assert known(run) == set()


def test_a_parcel_goes_to_the_street_with_its_house_number(run: Bench, store: PracticeStore, path: Path) -> None:
    path.write_text(
        "Nome;Cognome;Indirizzo;Civico;Citta;CAP;Provincia;Paese;Email\n"
        "Ria;Rossi;Via Roma;15;Milano;20121;MI;Italia;ria@runs.example\n"
    )
    variant = next(iter(store.products.values()))["variants"][0]
    variant["inventory_quantity"] = 5
    words = {"SHEET": str(path), "VARIANT": str(variant["id"])}
    run(*(words.get(word, word) for word in SEND)).ok()
    (draft,) = store.drafts.values()
    address = draft["shipping_address"]
    assert (address["address1"], address["zip"], address["country_code"]) == ("Via Roma 15", "20121", "IT")


def test_without_a_country_nothing_is_sent_and_it_is_said(run: Bench, store: PracticeStore, path: Path) -> None:
    path.write_text(
        "Vorname;Nachname;Straße;Hausnummer;PLZ;Ort;E-Mail\nRia;Roux;Bergweg;12b;01067;Dresden;r@x.example\n"
    )
    variant = next(iter(store.products.values()))["variants"][0]
    words = {"SHEET": str(path), "VARIANT": str(variant["id"])}
    refused = run(*(words.get(word, word) for word in SEND))
    assert refused.code == 2
    assert "the country is missing" in refused.err
    assert not store.drafts


@pytest.mark.parametrize("cell", ["447700900123.0", '"=""447700900123"""', "'+447700900123", "+44 7700 900123"])
def test_a_phone_that_a_spreadsheet_spoilt_is_still_somebodys(
    run: Bench, store: PracticeStore, path: Path, cell: str
) -> None:
    one = people(store)[0]
    store.customers[one["id"]] = {**one, "phone": "+447700900123"}
    path.write_text(f"handle,phone\nria,{cell}\n", encoding="utf-8")
    (found,) = enrich(run, "--source", f"csv:{path}").ok().json["influencers"]
    assert (found["influencer"], found["matched_on"], found["confidence"]) == ("ria", "phone", "probable")
