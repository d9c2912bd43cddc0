"""What building an environment would mean, asked of uv and of the index that this machine has."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from bis._replay.rebuilding import describe_rebuild
from bis.model.facets import Environment, Package, Status
from bis.model.plan import PackageChange

if TYPE_CHECKING:
    from pathlib import Path

HERE = ".".join(map(str, sys.version_info[:3]))


def environment(*packages: Package, python: str = HERE) -> Environment:
    """An environment as recorded."""
    return Environment(Status.RECORDED, python=python, implementation="CPython", packages=packages)


OLD = environment(Package("six", "1.16.0"), Package("bis", "0.1"))
NEW = environment(Package("six", "1.17.0"), Package("extra", "1"))


@pytest.fixture(autouse=True)
def _empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of uv without a package in it."""
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))


def test_an_index_says_how_much_it_is(tmp_path: Path) -> None:
    """The package that differs is downloaded; its wheel has 11 kB. Nothing is built by asking."""
    found = describe_rebuild(OLD, NEW, cache_dir=tmp_path / "environments")
    assert found.changes == (PackageChange("six", "1.16.0", "1.17.0"), PackageChange("extra", "", "1"))
    assert (found.packages, found.built) == (1, False)
    assert found.folder.startswith(str(tmp_path / "environments"))
    assert (found.fetch.packages, found.fetch.size_bytes, found.fetch.unsized) == (1, 11053, 0), found.fetch
    assert not (tmp_path / "environments").exists()


def test_without_an_index_it_is_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Offline, with what uv says; no figure is made up."""
    monkeypatch.setenv("UV_OFFLINE", "1")
    fetch = describe_rebuild(OLD, NEW, cache_dir=tmp_path).fetch
    assert (fetch.packages, fetch.size_bytes) == (None, None)
    assert "six" in fetch.problem


def test_without_an_interpreter_it_is_not_known(tmp_path: Path) -> None:
    """A Python that is not here: there is no folder either."""
    found = describe_rebuild(environment(Package("six", "1.16.0"), python="3.4.1"), NEW, cache_dir=tmp_path)
    assert (found.folder, found.fetch.packages) == ("", None)
    assert "3.4.1" in found.fetch.problem
