"""Which column is which, where the header is, and which file of another system a sheet is."""

from __future__ import annotations

from pathlib import Path

import pytest

from shopinf.errors import BadSheet
from shopinf.sheets.fields import Fields
from shopinf.sheets.names import PERSON, WHO
from shopinf.sheets.persons import read_profile
from shopinf.sheets.reading import Sheet, read_sheet

PEOPLE = Fields.of(PERSON, required=WHO)
CODES = Fields.of(f"{PERSON} code percent amount value value_type commission commission_type", required=WHO)
PARCELS = Fields.of(f"{PERSON} address1 house_number address2 city province zip zip_city sku quantity", required=WHO)


def opened(folder: Path, text: str, fields: Fields = PEOPLE) -> Sheet:
    path = folder / "sheet.csv"
    path.write_text(text, encoding="utf-8")
    return read_sheet(path, fields)


@pytest.mark.parametrize(
    ("header", "fields", "meant"),
    [
        ("Ambassador_Username,E-Mail", PEOPLE, "handle email"),
        ("Influencer Insta name,contact no", PEOPLE, "handle phone"),
        ("USUARIO;Correo;Seguidores", PEOPLE, "handle email followers"),
        ("gebruikersnaam;E-mailadres;Volgers", PEOPLE, "handle email followers"),
        ("nome utente;Iscritti;Cognome;Nome", PEOPLE, "handle followers last_name first_name"),
        ("CRIADOR DE CONTEÚDO,cupom", CODES, "handle code"),
        ("Username,Follower (geschätzt)", PEOPLE, "handle followers"),
        ("Username,Taux d'engagement (%)", PEOPLE, "handle engagement_rate_pct"),
        ("url_instagram,ig_followers", PEOPLE, "instagram_url instagram_followers"),
        ("handle,Código de descuento,Affiliate Commission,Commission Type", CODES,
         "handle code commission commission_type"),
        ("handle,Kortingscode,Rabatt", CODES, "handle code value"),
        ("voornaam;achternaam;straat;huisnummer;plaats;postcode", PARCELS,
         "first_name last_name address1 house_number city zip"),
        ("Email,Ship To Address,Población,cep,País", PARCELS, "email address1 city zip country"),
        ('"E-Mail\nAddress",Lineitem sku,Lineitem quantity', PARCELS, "email sku quantity"),
        ("channelId,title,subscribers,email", PEOPLE, "platform_user_id name followers email"),
    ],
)  # fmt: skip
def test_columns_are_known_by_what_people_call_them(tmp_path: Path, header: str, fields: Fields, meant: str) -> None:
    assert set(opened(tmp_path, f"{header}\n", fields).headers) == set(meant.split())


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("handle,PayPal E-Mail\nmaya,money@post.example\n", "email"),
        ("influencer_id,handle\n1,maya\n2,leo\n", "influencer"),
        ("handle,ref_code\nmaya,m1\n", "code"),
        ("handle,Commission,Payout Date\nmaya,12.50,2026-10-01\n", "commission"),
    ],
)
def test_some_columns_are_never_what_they_look_like(tmp_path: Path, text: str, field: str) -> None:
    sheet = opened(tmp_path, text, CODES)
    assert field not in sheet.headers
    assert len(sheet.unknown) >= 1


def test_a_lone_nom_is_the_whole_name_and_beside_a_prénom_half_of_it(tmp_path: Path) -> None:
    assert opened(tmp_path, "Pseudo,Nom\nmaja,Maja Kern\n").headers == {"handle": "Pseudo", "name": "Nom"}
    both = opened(tmp_path, "Pseudo,Nom,Prénom\nmaja,Kern,Maja\n").headers
    assert (both["last_name"], both["first_name"]) == ("Nom", "Prénom")


def test_a_name_beside_a_platform_is_the_handle_where_nothing_is_better(tmp_path: Path) -> None:
    assert opened(tmp_path, "name,platform\nmaja,TikTok\n").headers["handle"] == "name"
    assert opened(tmp_path, "name,platform,profile_url\nMaja,TikTok,tiktok.com/@maja\n").headers["name"] == "name"


def test_a_spanish_house_number_is_no_phone(tmp_path: Path) -> None:
    assert "house_number" in opened(tmp_path, "Email,Calle,Numero\nm@x.example,Sol,12\n", PARCELS).headers
    assert "phone" in opened(tmp_path, "Email,Calle,Numero\nm@x.example,Sol 12,600111222\n", PARCELS).headers


def test_titles_and_figures_before_the_header_are_passed_over_and_told(tmp_path: Path) -> None:
    sheet = opened(tmp_path, "SUMMER REPORT\nEngagement Rate,3.1%\n\nPeople\nUsername,Email\nmaja,m@x.example\n\n"
                   "Posts\nDate,Likes\n2026-01-01,5\n")  # fmt: skip
    assert [row["handle"] for row in sheet] == ["maja"]
    assert any("the header is line 5; 3 rows before it passed over" in note for note in sheet.told.notes)
    assert any("from line 8 on there is another table; 3 rows passed over" in note for note in sheet.told.notes)


@pytest.mark.parametrize(
    "text",
    [
        "maja,YouTube,328000\nleo,Instagram,5000\n",
        "maja,YouTube\nleo,Instagram\n",
        "maja,m@x.example\nleo,l@x.example\n",
        "@maja,https://tiktok.com/@maja\n@leo,https://tiktok.com/@leo\n",
    ],
)
def test_a_sheet_without_a_header_is_refused_and_its_first_row_never_taken_for_one(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadSheet) as refused:
        opened(tmp_path, text)
    assert "there is no" in refused.value.message


def test_the_hint_names_a_column_that_could_be_it_by_its_values_or_none(tmp_path: Path) -> None:
    with pytest.raises(BadSheet) as refused:
        opened(tmp_path, "Rank,Where to write\n1,maja@x.example\n2,leo@x.example\n")
    assert "--map 'Where to write=email'" in (refused.value.hint or "")
    with pytest.raises(BadSheet) as refused:
        opened(tmp_path, "Rank,Points\n1,30\n2,20\n")
    assert "Rank" not in (refused.value.hint or "")


def test_the_orders_of_a_shop_are_refused_by_their_name(tmp_path: Path) -> None:
    with pytest.raises(BadSheet, match="this is Shopify's export of orders"):
        opened(tmp_path, "Name,Email,Financial Status,Discount Code\n#1,b@x.example,paid,MAYA15\n")


def test_a_column_of_fractions_is_read_as_such_and_told(tmp_path: Path) -> None:
    sheet = opened(tmp_path, "handle,eng rate\nmaja,0.0139\nleo,0.5\n")
    assert [row["engagement_rate_pct"] for row in sheet] == ["1.39", "50"]
    assert any("read as fractions" in note for note in sheet.told.notes)
    stated = opened(tmp_path, "handle,engagement rate %\nmaja,0.86\nleo,0.5\n")
    assert [row["engagement_rate_pct"] for row in stated] == ["0.86", "0.5"]


def test_followers_with_two_readings_are_refused_by_saying_so(tmp_path: Path) -> None:
    (row,) = opened(tmp_path, "handle,followers\nmaja,\"1,234\"\n")  # fmt: skip
    assert row["followers"] == ""
    assert "'1,234' can be 1234 or 1.234" in row.doubts["followers"].message
    german = opened(tmp_path, "Benutzername;Follower\nmaja;1.234\n")
    assert [row["followers"] for row in german] == ["1234"]


def test_every_account_of_a_row_has_its_own_followers(tmp_path: Path) -> None:
    text = (
        "Name,Instagram,YouTube,Instagram_Followers,YouTube_Followers\n"
        "Mo (Timo S),https://instagram.com/mocity,https://youtube.com/channel/UC4NQ7dQ171deDBPGAs24CEA,5K,1.2M\n"
    )
    (row,) = opened(tmp_path, text)
    profile = read_profile(row.values)
    assert [(each.platform, each.followers) for each in profile.accounts] == [
        ("youtube", 1_200_000),
        ("instagram", 5000),
    ]
    assert (profile.first_name, profile.last_name) == ("Mo", None)


@pytest.mark.parametrize(
    ("cell", "handle", "platform"),
    [
        ("Ana Lima (@ana) | TikTok", "ana", "tiktok"),
        ("@ana - IG", "ana", "instagram"),
        ("＠ana", "ana", None),
        ("IG: ana", "ana", "instagram"),
        ("[@ana](https://www.instagram.com/ana)", "ana", "instagram"),
        ('<a href="https://www.tiktok.com/@ana">Ana</a>', "ana", "tiktok"),
        ("ana (TikTok)", "ana", "tiktok"),
        ("https://www.instagram.com/_u/ana", "ana", "instagram"),
    ],
)
def test_what_stands_around_a_handle_is_no_part_of_it(
    tmp_path: Path, cell: str, handle: str, platform: str | None
) -> None:
    (row,) = opened(tmp_path, f"Qual o @,email\n{cell},a@x.example\n")
    (account,) = read_profile(row.values).accounts
    assert (account.handle, account.platform) == (handle, platform)


def test_a_column_that_has_codes_by_its_values_is_never_passed_over_in_silence(tmp_path: Path) -> None:
    sheet = opened(tmp_path, "handle,What they say\nmaja,MAJA15\nleo,LEO10\n", CODES)
    assert any("--map 'What they say=code'" in note for note in sheet.told.notes)
    plain = opened(tmp_path, "handle,City\nmaja,BERLIN\nleo,ROME\n", CODES)
    assert not any("--map" in note for note in plain.told.notes)


def test_a_share_with_three_decimals_has_one_reading(tmp_path: Path) -> None:
    (row,) = opened(tmp_path, "handle,engagement_rate_pct\nmaja,3.125\n")
    assert row["engagement_rate_pct"] == "3.125"


@pytest.mark.parametrize(
    ("header", "fields", "meant"),
    [
        ("Vor- und Nachname;E-Mail *;Instagram-Name;Follower (ca.)", PEOPLE, "name email instagram_handle followers"),
        ("Nome completo;@ do Instagram;Nº de seguidores", PEOPLE, "name instagram_handle followers"),
        ("What's your Instagram handle?,Your email", PEOPLE, "instagram_handle email"),
        ("Usuario de Instagram;Nombre y apellidos", PEOPLE, "instagram_handle name"),
        ("Profilo Instagram;Nb abonnés", PEOPLE, "instagram_url followers"),
        ("Email / Correo;Name\nNom", PEOPLE, "email"),
        ("Imię;Nazwisko;Adres e-mail;Obserwujący;Kod rabatowy", CODES, "first_name last_name email followers code"),
        ("Förnamn;Efternamn;E-post;Följare;Rabattkod", CODES, "first_name last_name email followers code"),
        ("Ad;Soyad;E-posta;Kullanici adi;İndirim kodu", CODES, "first_name last_name email handle code"),
        (
            "名前,メールアドレス,インスタグラム,フォロワー数,クーポンコード",
            CODES,
            "name email instagram_handle followers code",
        ),
        ("Handle,Address,No.,Zip/City", PARCELS, "handle address1 house_number zip_city"),
        ("Navn;Adresse;Postnummer;By", PARCELS, "name address1 zip city"),
        ("Indirizzo;N. civico;Nome;Cognome", PARCELS, "address1 house_number first_name last_name"),
        ("Vorname;Name;E-Mail", PEOPLE, "first_name last_name email"),
        ("handle,Email (manager)", PEOPLE, "handle"),
        ("Ambassador Name,Ambassador Email,Ambassador Instagram", PEOPLE, "name email instagram_handle"),
        ("Publisher Name,Voucher Code,Publisher's e-mail", CODES, "name code email"),
        ("handle,Affiliate Link", PEOPLE, "handle"),
    ],
)
def test_columns_are_known_with_words_around_them(tmp_path: Path, header: str, fields: Fields, meant: str) -> None:
    quoted = ";".join(f'"{name}"' for name in header.split(";")) if ";" in header else header
    cells = {"No.": "12", "Zip/City": "30159 Hannover"}
    names = header.replace(";", ",").split(",")
    row = (";" if ";" in header else ",").join(cells.get(name, f"x{at}") for at, name in enumerate(names))
    assert set(opened(tmp_path, f"{quoted}\n{row}\n", fields).headers) == set(meant.split())


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("Vorname,Name\nMia,Mia Lind\n", [("Mia", "")]),
        ("Name,Vorname\nLind,Mia\n", [("Mia", "Lind")]),
        ("Name,Nachname\nMia,Lind\n", [("Mia", "Lind")]),
    ],
)
def test_a_name_beside_half_of_it_is_the_other_half_or_the_whole(
    tmp_path: Path, text: str, rows: list[tuple[str, str]]
) -> None:
    assert [(row["first_name"], row["last_name"]) for row in opened(tmp_path, text, PEOPLE)] == rows


@pytest.mark.parametrize(
    "cell",
    [
        "https://instagram.com/ana https://www.tiktok.com/@ana.t",
        "Instagram: @ana; TikTok: @ana.t",
        "@ana (IG) / @ana.t (TikTok)",
    ],
)
def test_several_accounts_in_a_cell_are_all_of_that_person(tmp_path: Path, cell: str) -> None:
    (row,) = opened(tmp_path, f"Link,Email\n{cell},ana@x.example\n", PEOPLE)
    found = {each.platform: each.handle for each in read_profile(row.values).accounts}
    assert found == {"instagram": "ana", "tiktok": "ana.t"}


def test_a_creator_of_several_words_is_a_name_where_a_handle_is_beside(tmp_path: Path) -> None:
    sheet = opened(tmp_path, "Creator,Handle\nMia Lind,mia.l\nLeo Ek,leo\n")
    assert sheet.headers == {"name": "Creator", "handle": "Handle"}
    assert opened(tmp_path, "Creator,Handle\nmia,mia.l\n").headers["influencer"] == "Creator"


def test_the_figures_of_a_platform_belong_to_the_handle_on_it(tmp_path: Path) -> None:
    text = "Handle,Platform,IG Followers,TT Followers\nmia,Instagram,12k,\nleo,TikTok,5,88k\n"
    found = [read_profile(row.values).accounts for row in opened(tmp_path, text, PEOPLE)]
    assert [(each.platform, each.followers) for (each,) in found] == [("instagram", 12_000), ("tiktok", 88_000)]


def test_a_creators_name_of_several_words_is_no_handle(tmp_path: Path) -> None:
    text = "Creator name,Instagram,Email\nMia Lind,mia.l,mia@x.example\nLeo Ek,,leo@x.example\n"
    assert opened(tmp_path, text, PEOPLE).headers["name"] == "Creator name"
    assert opened(tmp_path, "Creator name,Email\nmia.l,mia@x.example\n", PEOPLE).headers["handle"] == "Creator name"


def test_a_second_column_of_a_name_is_passed_over_where_it_says_the_same_or_nothing(tmp_path: Path) -> None:
    (row,) = opened(tmp_path, "Email,handle,Email\n,mia,mia@x.example\n", PEOPLE)
    assert row["email"] == "mia@x.example"
    (row,) = opened(tmp_path, "Email,handle,Email\nmia@x.example,mia,mia@x.example\n", PEOPLE)
    assert row["email"] == "mia@x.example"
    with pytest.raises(BadSheet, match="two columns are both the email"):
        opened(tmp_path, "Email,handle,Email\nmia@x.example,mia,leo@x.example\n", PEOPLE)


@pytest.mark.parametrize("cell", ["7", "7123456789012345678", "UCabcdefghijklmnopqrstuv"])
def test_the_number_that_another_system_gave_somebody_is_no_id_of_ours(tmp_path: Path, cell: str) -> None:
    assert "influencer" not in opened(tmp_path, f"Creator ID,Username\n{cell},mia\n").headers


def test_text_that_was_encoded_twice_is_read_once(tmp_path: Path) -> None:
    sheet = opened(tmp_path, "Username,PrÃ©nom,AbonnÃ©s\njoerg,JÃ¶rg,12000\nana,Ângela,5\n")
    assert set(sheet.headers) == {"handle", "first_name", "followers"}
    assert [row["first_name"] for row in sheet] == ["Jörg", "Ângela"]


def test_numbers_by_which_a_platform_knows_an_account_are_no_handles(tmp_path: Path) -> None:
    sheet = opened(tmp_path, "instagram_id,email\n178412345,mia@x.example\n", PEOPLE)
    assert "instagram_handle" not in sheet.headers
    assert opened(tmp_path, "Instagram ID,email\nmia.l,mia@x.example\n", PEOPLE).headers["instagram_handle"]


@pytest.mark.parametrize(
    ("header", "what"),
    [
        ("Handle,Title,Body (HTML),Vendor", "Shopify's export of products"),
        ("Handle,Title,Option1 Name,SKU", "Shopify's export of its inventory"),
        ("Id,Email,Accepts Marketing,Discount Code,Lineitem name", "Shopify's export of abandoned checkouts"),
        ("Id,Customer Name,Email,Initial Balance,Current Balance", "Shopify's export of gift cards"),
    ],
)
def test_files_about_goods_and_buyers_are_refused_by_their_name(tmp_path: Path, header: str, what: str) -> None:
    with pytest.raises(BadSheet, match=what):
        opened(tmp_path, f"{header}\n{',x' * header.count(',')}\n")


def test_a_customers_email_beside_an_affiliate_is_the_buyers(tmp_path: Path) -> None:
    text = "Order ID,Affiliate Name,{}Customer Email,Commission,Total\n1,Mia Lind,{}buyer@x.example,9.00,90.00\n"
    assert "email" not in opened(tmp_path, text.format("", ""), CODES).headers
    sheet = opened(tmp_path, text.format("Affiliate Email,", "mia@x.example,"), CODES)
    assert sheet.headers["email"] == "Affiliate Email"
    assert "commission" not in sheet.headers


def test_an_amount_that_was_paid_is_no_discount(tmp_path: Path) -> None:
    text = "Name,Email,Amount,Payment Date\nMia Lind,mia@x.example,120.00,2026-10-01\n"
    assert "amount" not in opened(tmp_path, text, CODES).headers


def test_fractions_in_json_lines_are_read_as_such(tmp_path: Path) -> None:
    path = tmp_path / "sheet.jsonl"
    path.write_text('{"handle": "mia", "engagement": 0.032}\n{"handle": "leo", "engagement": null}\n')
    sheet = read_sheet(path, PEOPLE)
    assert [row["engagement_rate_pct"] for row in sheet] == ["3.2", ""]
    assert "read as fractions" in " ".join(sheet.notes)


def test_a_page_saved_as_a_sheet_is_said_to_be_one(tmp_path: Path) -> None:
    path = tmp_path / "sheet.xls"
    path.write_text("<html><table><tr><td>Username</td></tr></table></html>")
    with pytest.raises(BadSheet, match="a page of HTML"):
        read_sheet(path, PEOPLE)


def test_commission_beside_sales_is_what_was_earned_and_no_rate(tmp_path: Path) -> None:
    assert "commission" not in opened(tmp_path, "handle,Sales,Commission\nmia,120.00,$12.00\n", CODES).headers
    assert "commission" in opened(tmp_path, "handle,Sales,Commission\nmia,120.00,10%\n", CODES).headers
