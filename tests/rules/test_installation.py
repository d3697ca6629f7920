"""What is said of adding a library: a command that can be typed, wherever shopinf was installed to."""

from __future__ import annotations

import shlex

import pytest

from shopinf.installation import to_add, to_update


def test_where_pipx_looks_after_shopinf_it_adds_the_library() -> None:
    said = to_add("psycopg[binary]", prefix="/home/ann/.local/share/pipx/venvs/shopinf", program="/x/python")
    assert shlex.split(said) == ["pipx", "inject", "shopinf", "psycopg[binary]"]


def test_where_uv_looks_after_shopinf_it_adds_the_library_since_there_is_no_pip() -> None:
    said = to_add("psycopg[binary]", prefix="/home/ann/.local/share/uv/tools/shopinf", program="/x y/python")
    assert shlex.split(said) == ["uv", "pip", "install", "--python", "/x y/python", "psycopg[binary]"]


def test_a_newer_shopinf_is_installed_by_what_installed_this_one() -> None:
    assert to_update(prefix="/home/ann/.local/share/uv/tools/shopinf").endswith(": uv tool install --force FILE")
    assert to_update(prefix="/home/ann/.local/share/pipx/venvs/shopinf").endswith(": pipx install --force FILE")


@pytest.mark.parametrize("prefix", ["/opt/shopinf", "/home/ann/my venvs/shopinf", "/home/ann/pipx"])
def test_elsewhere_the_python_that_runs_shopinf_adds_it(prefix: str) -> None:
    said = to_add("psycopg[binary]", prefix=prefix, program=f"{prefix}/bin/python")
    assert shlex.split(said) == [f"{prefix}/bin/python", "-m", "pip", "install", "psycopg[binary]"]
