"""What the package may be installed with: nothing with a known advisory, and a set that the tests passed with."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

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
    "setuptools": "78.1.1",  # CVE-2025-47273
    "urllib3": "2.7.0",  # CVE-2026-44431, CVE-2026-44432, CVE-2026-21441
    "waitress": "3.0.1",  # CVE-2024-49768, CVE-2024-49769
    "werkzeug": "3.1.6",  # CVE-2026-27199, CVE-2026-21860, CVE-2025-66221
    "zipp": "3.19.1",  # CVE-2024-5569
}


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
        if name in ("shopinf", "setuptools"):  # ourselves, and what builds us in a place of its own
            continue
        assert each.specifier.contains(found[name]), name
    assert all(
        found[canonicalize_name(name)] >= Version(first)
        for name, first in FREE_OF_ADVISORIES.items()
        if name != "setuptools"
    )
