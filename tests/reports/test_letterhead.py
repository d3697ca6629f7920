"""The agency on its pages: its name, a logo that can do no harm, and a colour that can be read."""

from __future__ import annotations

import re
from base64 import b64decode
from pathlib import Path

import pytest
from bench import Bench
from hypothesis import given
from hypothesis import strategies as st

from shopinf.errors import BadInput
from shopinf.letterhead import READABLE, Language, Letterhead, Logo, contrast, ink_on, read_colour, readable
from shopinf.local.logo import LARGEST, read_logo
from shopinf.reports.house import NIGHT, PAPER
from shopinf.reports.html import file as page

from .pagereader import read
from .samples import sample

PNG = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z" fill="#c2185b"/></svg>'
COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(COLOURS, st.sampled_from([PAPER, NIGHT, "#ffffff", "#000000"]))
def test_whatever_the_colour_it_can_be_read_on_the_page_and_text_on_it(colour: str, paper: str) -> None:
    assert contrast(readable(colour, paper), paper) >= READABLE
    assert contrast(ink_on(colour), colour) >= READABLE


def test_contrast_is_the_one_that_the_guidelines_define() -> None:
    assert contrast("#000000", "#ffffff") == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48  # the well-known grey that just fails
    assert readable("#c2185b", PAPER) == "#c2185b"  # what can be read is left alone


def test_colours_are_read_in_both_of_their_forms() -> None:
    assert read_colour("#ABC") == "#aabbcc"
    assert read_colour(" #2B5A4D ") == "#2b5a4d"
    for text in ("red", "#12", "#12345g", "2b5a4d", "#٢٢٢", "rgb(1,2,3)", "#2b5a4d;}", ""):
        assert read_colour(text) is None


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.png", PNG, "image/png"),
        ("a.jpg", b"\xff\xd8\xff\xe0rest", "image/jpeg"),
        ("a.svg", SVG, "image/svg+xml"),
        ("a.png", SVG, "image/svg+xml"),  # by what it is, whatever it is called
    ],
)
def test_a_logo_is_known_by_what_it_is(tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert read_logo(tmp_path / name) == Logo(kind, content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (SVG.replace(b"<path", b"<script>alert(1)</script><path"), "holds a script"),
        (SVG.replace(b"<path", b'<path onload="alert(1)"'), "holds a script"),
        (SVG.replace(b"<path", b'<a href=" JavaScript:alert(1)"/><path'), "holds a script"),
        (SVG.replace(b"<path", b"<foreignObject/><path"), "holds a script"),
        (b'<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + SVG, "entities of its own"),
        (b"<html/>", "is no PNG, JPEG or SVG picture"),
        (b"GIF89a", "is no PNG, JPEG or SVG picture"),
        (b"", "is no PNG, JPEG or SVG picture"),
        (PNG + b"\0" * LARGEST, "500,000 at most"),
    ],
)
def test_what_is_no_picture_or_could_run_is_refused_by_its_name(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "logo.svg").write_bytes(content)
    with pytest.raises(BadInput, match=re.escape(said)) as refused:
        read_logo(tmp_path / "logo.svg")
    assert str(tmp_path / "logo.svg") in refused.value.message


def test_the_page_has_the_logo_in_it_and_asks_nobody(tmp_path: Path) -> None:
    head = Letterhead(Language.EN, 'Nord "& Co"', Logo("image/png", PNG), "#c2185b")
    html = page(sample(), head)
    (picture,) = read(html).all("img")
    assert picture.attributes["alt"] == 'Nord "& Co"'
    assert b64decode(picture.attributes["src"].removeprefix("data:image/png;base64,")) == PNG
    assert "img-src data:" in html.decode()
    assert "--accent: #c2185b" in html.decode()
    assert "img-src" not in page(sample()).decode()
    named = read(page(sample(), Letterhead(name="Nord"))).all("p", "brand")
    assert [each.text for each in named] == ["Nord"]


def configured(run: Bench, text: str) -> Path:
    """A configuration of *text*; its place."""
    config = run.home / "config.toml"
    run.home.mkdir(parents=True, exist_ok=True)
    config.write_text(text)
    return config


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('language = "pt"', "language must be en, de, fr, es, it or nl, not 'pt'"),
        ("language = 3", "language must be text in quotes, not a whole number"),
        ('agency_accent = "blue"', "agency_accent must be a colour like \"#2b5a4d\", not 'blue'"),
        ('agency_logo = "logo.gif"', "agency_logo must be a PNG, JPEG or SVG file, not 'logo.gif'"),
        ('languages = "de"', 'languages must be a table like { nordlicht = "de" }, not text in quotes'),
        ('languages = { kiosk = "pt" }', "languages of kiosk must be en, de, fr, es, it or nl, not 'pt'"),
    ],
)
@pytest.mark.usefixtures("shop")
def test_a_wrong_setting_is_refused_with_its_line(run: Bench, line: str, said: str) -> None:
    config = configured(run, f"wait = 5\n{line}\n")
    ran = run("orders", "attribute", "--period", "2026-06")
    assert (ran.code, f"error: {config}, line 2: {said}" in ran.err) == (2, True)


@pytest.mark.usefixtures("shop")
def test_a_logo_that_is_missing_is_said_before_anything_is_read(run: Bench, tmp_path: Path) -> None:
    configured(run, 'agency_logo = "logo.png"\n')
    ran = run("orders", "attribute", "--period", "2026-06", "-o", str(tmp_path / "r.html"))
    assert (ran.code, ran.out) == (2, "")
    assert f"There is no logo {run.home / 'logo.png'}" in ran.err
    assert not (tmp_path / "r.html").exists()
    run("orders", "attribute", "--period", "2026-06", "-f", "json").ok()  # what has no looks needs none


@pytest.mark.usefixtures("shop")
def test_the_language_is_the_settings_or_the_runs_own_and_programs_read_english(run: Bench, tmp_path: Path) -> None:
    configured(run, 'language = "de"\nagency = "Nord"\n')
    run("orders", "sync").ok()
    asked = ("orders", "attribute", "--period", "2026-06", "--no-sync", "-o")
    for name, more, language in (("a.html", (), "de"), ("b.html", ("--language", "nl"), "nl")):
        run(*asked, str(tmp_path / name), *more).ok()
        (root,) = read((tmp_path / name).read_bytes()).all("html")
        assert root.attributes["lang"] == language
    english = run("orders", "attribute", "--period", "2026-06", "--no-sync", "-f", "csv").ok()
    told = run("orders", "attribute", "--period", "2026-06", "--no-sync", "-f", "csv", "--language", "fr").ok()
    assert told.out == english.out
    assert "all else is in English" in told.err
    assert run(*asked, str(tmp_path / "c.html"), "--language", "xx").code == 2


def test_the_doctor_finds_a_missing_logo_before_the_months_end(run: Bench) -> None:
    configured(run, 'agency_logo = "logo.png"\n')
    checks = {row["check"]: row for row in run("doctor", "-f", "json").json["rows"]}
    assert (checks["logo"]["status"], checks["config"]["status"]) == ("failed", "ok")
    assert str(run.home / "logo.png") in checks["logo"]["detail"]
    (run.home / "logo.png").write_bytes(PNG)
    checks = {row["check"]: row for row in run("doctor", "-f", "json").ok().json["rows"]}
    assert checks["logo"]["detail"] == f"logo.png, image/png, {len(PNG)} bytes"


def test_a_statement_as_a_plain_sheet_needs_no_logo_and_says_that_it_is_in_english(run: Bench, tmp_path: Path) -> None:
    configured(run, 'agency_logo = "logo.png"\n')
    asked = ("payouts", "statement", "--period", "2026-06", "-o")
    assert run(*asked, str(tmp_path / "a.csv"), "--language", "DE").err.startswith("warning: --language is of pages")
    assert "There is no logo" in run(*asked, str(tmp_path / "a.html")).err


@pytest.mark.usefixtures("shop")
def test_a_store_or_its_group_speaks_a_language_of_its_own(run: Bench, tmp_path: Path) -> None:
    """One line for cron makes every client a page in their own language; a page of several speaks the usual one."""
    run.connect(run.open(handle="paris"), "--group", "France").ok()
    configured(run, 'language = "de"\nlanguages = { Maya-Shop = "nl", france = "fr" }\n')
    asked = ("orders", "attribute", "--all-stores", "--period", "2026-06", "-o")
    run(*asked, str(tmp_path / "{store}.html")).ok()
    run(*asked, str(tmp_path / "all.html")).ok()
    run(*asked, str(tmp_path / "asked.html"), "--language", "it").ok()

    def spoken(name: str) -> str:
        return str(read((tmp_path / f"{name}.html").read_bytes()).all("html")[0].attributes["lang"])

    assert [spoken(name) for name in ("maya-shop", "paris", "all", "asked")] == ["nl", "fr", "de", "it"]


@pytest.mark.usefixtures("shop")
def test_the_doctor_tells_of_a_language_that_is_for_nobody(run: Bench) -> None:
    configured(run, 'languages = { Maya-Shop = "de", nordlihct = "fr" }\n')
    checks = {row["check"]: row for row in run("doctor", "-f", "json").ok().json["rows"]}
    assert checks["languages"]["status"] == "warning"
    assert "a language for nordlihct: no store and no group" in checks["languages"]["detail"]
    configured(run, 'languages = { maya-shp = "de" }\n')
    checks = {row["check"]: row for row in run("doctor", "-f", "json").ok().json["rows"]}
    assert checks["languages"]["next"] == "Did you mean maya-shop? Otherwise: shopinf stores list"


@pytest.mark.usefixtures("shop")
def test_a_page_warns_of_a_language_that_is_for_nobody(run: Bench, tmp_path: Path) -> None:
    configured(run, 'languages = { maya-shp = "de", nobody = "fr" }\n')
    asked = ("orders", "attribute", "--period", "2026-06")
    said = run(*asked, "-o", str(tmp_path / "page.html")).ok().err
    called = "and no store and no group is called that"
    assert f"warning: config.toml has a language for maya-shp, {called}: did you mean maya-shop?\n" in said
    assert f"warning: config.toml has a language for nobody, {called}.\n" in said
    assert "a language for" not in run(*asked, "-o", str(tmp_path / "asked.html"), "--language", "de").ok().err
    assert "a language for" not in run(*asked, "-f", "csv").ok().err
