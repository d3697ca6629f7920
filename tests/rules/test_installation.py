"""What is said of adding a library: a command that can be typed, wherever shopinf was installed to."""

from __future__ import annotations

import shlex

import pytest

from shopinf.installation import to_add


def test_where_pipx_looks_after_shopinf_it_adds_the_library() -> None:
    said = to_add("psycopg[binary]", prefix="/home/ann/.local/share/pipx/venvs/shopinf", program="/x/python")
    assert shlex.split(said) == ["pipx", "inject", "shopinf", "psycopg[binary]"]


@pytest.mark.parametrize("prefix", ["/opt/shopinf", "/home/ann/my venvs/shopinf", "/home/ann/pipx"])
def test_elsewhere_the_python_that_runs_shopinf_adds_it(prefix: str) -> None:
    said = to_add("psycopg[binary]", prefix=prefix, program=f"{prefix}/bin/python")
    assert shlex.split(said) == [f"{prefix}/bin/python", "-m", "pip", "install", "psycopg[binary]"]
