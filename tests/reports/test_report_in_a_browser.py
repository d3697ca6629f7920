"""The page in a real browser: it complains of nothing, asks nobody for anything, and fits a phone."""

from __future__ import annotations

import html
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from shopinf.letterhead import Language, Letterhead
from shopinf.reports.html import file as page
from shopinf.reports.statement import statement_page
from shopinf.reports.worth import file as worth_file

from .samples import sample
from .test_pages_in_every_language import everything, statement, worth_page
from .test_report_page import HOSTILE

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-extensions "
    "--disable-default-apps --disable-dev-shm-usage --hide-scrollbars"
).split()
# What Chromium asks for by itself, whatever page it shows; the rules below let none of it out.
ITS_OWN = ("google.com/", "googleapis.com/", "gvt1.com/")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="chromium is not installed")


class Seen:
    """What a browser made of a page: its tree, its complaints, and whom it asked."""

    def __init__(self, folder: Path, text: str) -> None:
        (folder / "page.html").write_text(text, encoding="utf-8")
        log = folder / "net.json"
        nobody = ["--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", f"--log-net-log={log}"]
        place = [f"--user-data-dir={folder / 'profile'}", "--dump-dom", (folder / "page.html").as_uri()]
        ran = subprocess.run(
            [str(BROWSER), *QUIET, *nobody, *place], capture_output=True, text=True, timeout=60, check=True
        )
        self.tree = ran.stdout
        self.complaints = [line for line in ran.stderr.splitlines() if "CONSOLE" in line]
        events = json.loads(log.read_text())["events"]
        asked = {str(event["params"]["url"]) for event in events if "url" in event.get("params", {})}
        self.asked = {url for url in asked if url.startswith("http") and not any(own in url for own in ITS_OWN)}


@pytest.fixture(scope="module")
def hostile() -> str:
    title = "Kiosk </title><script>console.log(document.title = 'broken in')</script>"
    names = (*HOSTILE, "<img src=http://127.0.0.1:9/x.png>")
    return page(sample("EUR", "KWD", names=names, title=title, count=90, compare=True, client=False)).decode()


def test_the_page_makes_a_browser_complain_of_nothing_and_ask_nobody(tmp_path: Path, hostile: str) -> None:
    seen = Seen(tmp_path, hostile)
    assert "Net sales by day" in seen.tree
    assert seen.complaints == []
    assert seen.asked == set()


def test_without_its_policy_the_page_still_runs_nothing_and_asks_nobody(tmp_path: Path, hostile: str) -> None:
    bare = "\n".join(line for line in hostile.splitlines() if "Content-Security-Policy" not in line)
    assert bare != hostile
    seen = Seen(tmp_path, bare)
    assert seen.complaints == []
    assert seen.asked == set()


def test_this_browser_would_tell(tmp_path: Path) -> None:
    seen = Seen(tmp_path, "<!doctype html><img src=http://127.0.0.1:9/x.png><script>console.log('here')</script>")
    assert any("here" in line for line in seen.complaints)
    assert seen.asked == {"http://127.0.0.1:9/x.png"}


@pytest.mark.parametrize("width", [360, 800, 1280])
def test_nothing_sticks_out_at_the_side(tmp_path: Path, hostile: str, width: int) -> None:
    # A headless window is at least 500 wide; a frame can be as narrow as a phone.
    frame = f'<iframe style="width: {width}px; height: 900px; border: 0" srcdoc="{html.escape(hostile)}"></iframe>'
    measure = "<script>onload = () => document.title = frames[0].document.documentElement.scrollWidth</script>"
    seen = Seen(tmp_path, f"<!doctype html><title></title>{frame}{measure}")
    assert f"<title>{width}</title>" in seen.tree


LONG = ("mayalind", "tom_hikes_everywhere_2024", "the.wandering.photographer", "pia_reads_the_long_books_aloud")
BROKEN = """[...page.querySelectorAll('.scroll .name bdi')].filter(each => each.getClientRects().length > 1).length"""
HIDDEN = """[...page.querySelectorAll('.scroll td')].filter(
    each => (each.dataset.head || '') == 'Commission' && each.getBoundingClientRect().right > WIDTH).length"""


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_no_handle_is_broken_and_no_commission_out_of_sight(tmp_path: Path, width: int) -> None:
    text = page(sample("EUR", names=LONG, client=False)).decode()
    frame = f'<iframe style="width: {width}px; height: 900px; border: 0" srcdoc="{html.escape(text)}"></iframe>'
    counts = f"[page.querySelectorAll('.scroll .name').length > 100, {BROKEN}, {HIDDEN.replace('WIDTH', str(width))}]"
    measure = f"<script>onload = () => {{ const page = frames[0].document; document.title = {counts} }}</script>"
    seen = Seen(tmp_path, f"<!doctype html><title></title>{frame}{measure}")
    assert "<title>true,0,0</title>" in seen.tree


NAMES = (
    "maya",
    "مريم العربي",
    "日本語の名前さん",
    "נועה לוי",
    "สมหญิง ใจดี",
    "👩‍👩‍👧 fam",
    "\u200fRLM\u200f",
    "the.wandering.one",
)
OUT = """(frame => {
    const page = frame.contentDocument, root = page.documentElement, width = parseInt(frame.style.width);
    const inner = [...page.querySelectorAll('.scroll, .lines')].filter(each => each.scrollWidth > each.clientWidth + 1);
    const cut = [...page.querySelectorAll('svg.chart text')].filter(each => {
        const drawing = each.closest('svg').getBoundingClientRect(), box = each.getBoundingClientRect();
        return box.width && (box.left < drawing.left - 1 || box.right > drawing.right + 1);
    });
    return [root.lang, root.scrollWidth - width, inner.length, cut.length].join(' ');
})"""


@pytest.mark.parametrize("width", [390, 1280])
def test_in_no_language_and_script_does_anything_stick_out_or_stay_out_of_sight(tmp_path: Path, width: int) -> None:
    """Headings are longer in other languages: all is seen without scrolling, in the page and in the statement."""
    heads = [Letterhead(language, "Nordlicht GmbH", accent="#ffd400") for language in Language]
    whole = everything(names=NAMES, count=60, client=True)
    made = [
        text.decode()
        for head in heads
        for text in (page(whole, head), statement_page(statement(), head), worth_file(worth_page(), head))
    ]
    frames = "".join(
        f'<iframe style="width: {width}px; height: 400px; border: 0" srcdoc="{html.escape(text)}"></iframe>'
        for text in made
    )
    measure = f"<script>onload = () => document.title = [...document.querySelectorAll('iframe')].map({OUT})</script>"
    seen = Seen(tmp_path, f"<!doctype html><title></title>{frames}{measure}")
    expected = ",".join(f"{language} 0 0 0" for language in Language for _ in range(3))
    assert f"<title>{expected}</title>" in seen.tree
