"""A provider is one file and one name in the catalogue; everything that lists or reads sources knows it from there."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import Bench

import shopinf.sources
from shopinf.errors import BadInput
from shopinf.sources.catalogue import NAMES, Sign, kind, kind_called, kinds
from shopinf.sources.specs import Spec, read_specs

HERE = Path(shopinf.sources.__file__).parent


def test_every_file_with_a_provider_is_in_the_catalogue() -> None:
    files = {path.stem for path in HERE.glob("*.py") if "\nKIND = Kind(" in path.read_text()}
    assert files == {*NAMES}
    assert [each.name for each in kinds()] == [*NAMES]


@pytest.mark.parametrize(
    "command", [("sources", "connect"), ("customers", "enrich"), ("livecapture", "leads"), ("livecapture", "run")]
)
def test_help_names_every_provider(command: tuple[str, str], capsys: pytest.CaptureFixture[str], run: Bench) -> None:
    from shopinf.main import main

    assert main([*command, "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert all(name in shown for name in NAMES)


def test_a_provider_by_profile_cannot_come_first() -> None:
    for name in (each.name for each in kinds() if each.by is Sign.PROFILE):
        with pytest.raises(BadInput, match="no search by e-mail"):
            read_specs([name, "gravatar"])
        assert [spec.name for spec in read_specs(["gravatar", name])] == ["gravatar", name]


def test_sources_are_named_in_any_case_and_a_sheet_with_its_prefix() -> None:
    assert read_specs([" Modash ", "CSV:who.csv"]) == [Spec("modash"), Spec("csv", "who.csv")]
    assert kind_called(" Gravatar").title == kind("gravatar").title
    with pytest.raises(BadInput, match="is not a source"):
        read_specs(["who.csv"])
    with pytest.raises(BadInput, match="not a source to connect"):
        kind_called("csv:who.csv")
