"""The README and the examples are true: their sessions are replayed against the practice store."""

from __future__ import annotations

from pathlib import Path

import pytest
from transcripts import Step, alike, arguments, steps

ROOT = Path(__file__).parent.parent
DOCUMENTS = [path for path in [ROOT / "README.md", *sorted((ROOT / "examples").glob("*.md"))] if path.exists()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_documents_sessions_come_out_as_they_stand_there(document, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    store = run.open(seed=7, customers=40)
    run.wire.stores["127.0.0.1"] = store
    run.environ["SHOPINF_MAYA_SHOP_ACCESS_TOKEN"] = store.access_token
    (tmp_path / "credentials.txt").write_text(run.credentials(store))
    told = list(steps(document))
    for step in told:
        play(step, run, store, document)


def play(step: Step, run, store, document: Path) -> None:
    words, source, variables = arguments(step.typed)
    place = f"{document.name}:{step.line}: $ {step.typed}"
    match words:
        case ["cat", name] if not Path(name).exists():
            Path(name).write_text("\n".join(step.out).strip("\n") + "\n", encoding="utf-8")
        case ["cat", name]:
            assert alike(step.out, Path(name).read_text()), f"{place}\n{Path(name).read_text()}"
        case ["curl", *_]:  # the practice store's own switch: a month of sales
            store.simulate_sales(days=30, orders=60)
        case ["shopinf", *argv]:
            ran = run(*argv, stdin=Path(source).read_text() if source else "", environ=variables)
            shown = f"{place}\n[{ran.code}]\n{ran.out}\n! {ran.err}"
            assert ran.code == step.code, shown
            assert alike(step.out, ran.out), shown
            assert alike(step.err, ran.err), shown
        case _:
            raise AssertionError(f"{place}: only shopinf, cat and curl are replayed")
