"""Sheets that are not in UTF-8: what they are in is guessed, said, and can be said by whoever knows."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import xlsxwriter
from bench import Bench

from shopinf.commands.tree import help_of
from shopinf.errors import BadInput
from shopinf.sheets.guessing import CENTRAL, JAPANESE, WESTERN, guess
from shopinf.sheets.texts import read_encoding

WEST = (
    "Zoë Müller|René Dupont|Hélène|Søren Kjær|Åse Bjørk|José Núñez|João Conceição|São Paulo|Camões|Nicolò|Forlì|Gesù"
    "|L’Oréal|Maya’s|“quoted”|naïve – dash|Ærø|Köge|Guðmundsdóttir|Þór|Gîte forêt|Où être|Cœur|Nº 5|Größe|£50|¿Qué?"
    "|3º piso|20³|élémentaire|Bénévent|Žižek|Škoda|Château|Côte|Ibáñez|Niño|Rhône|Crème brûlée|poète|m²"
)
CENTRE = (
    "Wałęsa|Łukasz Żółty|Dvořák|Jiří Novotný|Němec|Růžička|Gdańsk|Poznań|Kovačević|Petrović|Erdős|Băsescu|Ionuţ"
    "|Ştefan Popescu|Ťažký Ďuriš|Świątek|Zażółć gęślą jaźń|Příliš žluťoučký kůň|Łódź|Małgorzata|Bąk|Plzeň|Čapek"
    "|Ľubomír|Nagy Ödön Győző|Křenek"
)
JAPAN = "田中太郎|さくら|カフェ東京|山田 花子|渡辺,直美|東京都千代田区|こんにちは maya|㈱テスト商店"


@pytest.mark.parametrize(("words", "encoding"), [(WEST, WESTERN), (CENTRE, CENTRAL), (JAPAN, JAPANESE)])
def test_a_single_name_tells_where_it_is_from(words: str, encoding: str) -> None:
    sheets = {word: f"influencer,name\nmaya,{word}\n".encode(encoding) for word in words.split("|")}
    assert {word: guess(io.BytesIO(sheet)) for word, sheet in sheets.items()} == dict.fromkeys(sheets, encoding)


@pytest.mark.parametrize("text", ["Привет, Анна", "Αθήνα, Ελένη", "שלום"])
def test_other_alphabets_are_never_taken_for_japanese(text: str) -> None:
    encoding = {"П": "cp1251", "Α": "cp1253", "ש": "cp1255"}[text[0]]
    assert guess(io.BytesIO(text.encode(encoding))) != JAPANESE


def imported(run: Bench, tmp_path: Path, name: str, encoding: str, *more: str) -> tuple[str, str]:
    """What is said of a sheet with this first name, and the name that was read."""
    sheet = tmp_path / "team.csv"
    sheet.write_bytes(f"influencer,email,first_name\nmaya,maya@post.example,{name}\n".encode(encoding))
    ran = run("influencers", "import", str(sheet), *more).ok()
    [row] = run("influencers", "export", "-f", "json").ok().json["rows"]
    return ran.err, str(row["first_name"])


@pytest.mark.parametrize(
    ("name", "encoding", "called", "other"),
    [
        ("Zoë", "cp1252", "Windows-1252", "cp1250"),
        ("Małgorzata", "cp1250", "Windows-1250", "cp1252"),
        ("さくら", "shift_jis", "Shift-JIS", "cp1252"),
    ],
)
def test_a_guess_is_said_with_what_to_do_where_it_is_wrong(
    run: Bench, tmp_path: Path, name: str, encoding: str, called: str, other: str
) -> None:
    said, read = imported(run, tmp_path, name, encoding)
    assert read == name
    assert f"is not in UTF-8; it was read as {called}, so check names with accents." in said
    assert f"--encoding {other}." in said


def test_who_knows_the_encoding_says_it_and_nothing_is_guessed(run: Bench, tmp_path: Path) -> None:
    said, read = imported(run, tmp_path, "Анна", "cp1251", "--encoding", "windows-1251")
    assert (read, "not in UTF-8" in said) == ("Анна", False)


def test_a_sheet_that_is_not_in_what_was_said_is_refused_whole(run: Bench, tmp_path: Path) -> None:
    sheet = tmp_path / "team.csv"
    sheet.write_bytes("influencer,first_name\nmaya,Zoë\n".encode("cp1252"))
    refused = run("influencers", "import", str(sheet), "--encoding", "utf-8")
    assert (refused.code, "this is not text in utf-8" in refused.err) == (2, True)
    assert "leave it out: then it is found out" in refused.err


def test_a_mark_before_utf_8_that_was_said_is_no_part_of_the_header(run: Bench, tmp_path: Path) -> None:
    assert imported(run, tmp_path, "Zoë", "utf-8-sig", "--encoding", "utf8")[1] == "Zoë"


def test_a_workbook_says_its_encoding_itself_and_another_one_is_told_to_be_in_vain(run: Bench, tmp_path: Path) -> None:
    book = tmp_path / "team.xlsx"
    with xlsxwriter.Workbook(str(book)) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, ["influencer", "first_name"])
        sheet.write_row(1, 0, ["maya", "Zoë"])
    done = run("influencers", "import", str(book), "--encoding", "cp1250").ok()
    assert "team.xlsx is a workbook, which says its encoding itself; --encoding is not heeded." in done.err
    (one,) = run("influencers", "list", "-f", "json").ok().json["rows"]
    assert one["first_name"] == "Zoë"


@pytest.mark.parametrize("name", ["cp1520", "base64", "rot13", "nonsense", ""])
def test_what_is_no_encoding_is_wrong_usage(name: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_encoding(name)
    assert refused.value.hint


def test_the_nearest_encoding_is_named() -> None:
    with pytest.raises(BadInput) as refused:
        read_encoding("cp1255x")
    assert "Did you mean" in str(refused.value.hint)


READING = (
    "customers enrich|discounts create|discounts import|gifts send|influencers import|livecapture leads|livecapture run"
    "|payouts adjust|payouts paid|payouts pay|rates import"
)


@pytest.mark.parametrize("command", READING.split("|"))
def test_every_command_that_reads_a_sheet_takes_it(run: Bench, command: str) -> None:
    assert "--encoding E" in help_of(command.split())
    assert run(*command.split(), "--encoding", "cp1520").code == 2
