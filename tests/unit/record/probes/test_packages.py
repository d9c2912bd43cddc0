"""The environment facet and its lock."""

from __future__ import annotations

import importlib.metadata
import json
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bis.model.facets import Environment, Package, Status
from bis.model.lock import Difference, differences, lock_text, normalised, parse_lock
from bis.record.probes.packages import probe_environment

if TYPE_CHECKING:
    from pathlib import Path


def _install(folder: Path, name: str, metadata: str | None = None, direct: object = None) -> None:
    (folder / name).mkdir(parents=True)
    if metadata is not None:
        (folder / name / "METADATA").write_text(metadata)
    if direct is not None:
        (folder / name / "direct_url.json").write_text(direct if isinstance(direct, str) else json.dumps(direct))


def test_this_environment_equals_what_importlib_says() -> None:
    """Every distribution of the environment that runs the tests is found, with its version."""
    expected = {normalised(d.name): d.version for d in reversed(list(importlib.metadata.distributions()))}
    found = probe_environment()
    assert {p.name: p.version for p in found.packages} == expected
    assert found.python == ".".join(map(str, sys.version_info[:3]))
    assert found.implementation == "CPython"


def test_forms_of_metadata(tmp_path: Path) -> None:
    """Wheels, eggs and development installs; metadata is read where the folder's name is not enough."""
    _install(tmp_path, "Foo_Bar-1.2.post1+cpu.dist-info")
    _install(tmp_path, "odd-1_0.dist-info", "Name: odd\nVersion: 1.0-x\n\nbody")
    _install(tmp_path, "egg-2.0-py3.11.egg-info")
    (tmp_path / "old-0.1.egg-info").write_text("Name: old\nVersion: 0.1\n")
    _install(tmp_path, "~oken-1.0.dist-info")
    (tmp_path / "src/dev.egg-info").mkdir(parents=True)
    (tmp_path / "src/dev.egg-info/PKG-INFO").write_text("Name: dev\nVersion: 3\n")
    (tmp_path / "dev.egg-link").write_text(f"{tmp_path}/src\n.")
    found = probe_environment([str(tmp_path), str(tmp_path / "none")])
    assert (found.status, found.reasons) == (Status.RECORDED, ())
    assert {p.name: p.version for p in found.packages} == {
        "foo-bar": "1.2.post1+cpu", "odd": "1.0-x", "egg": "2.0", "old": "0.1", "dev": "3",
    }  # fmt: skip
    assert [p.name for p in found.packages if p.editable] == ["dev"]


def test_direct_urls(tmp_path: Path) -> None:
    """A URL is recorded as a requirement names it, without credentials; conda's build folders are not."""
    vcs = {"url": "https://u:p@host/r", "vcs_info": {"vcs": "git", "commit_id": "abc"}, "subdirectory": "py"}
    _install(tmp_path, "v-1.dist-info", direct=vcs)
    _install(tmp_path, "a-1.dist-info", direct={"url": "https://h/a.whl", "archive_info": {"hash": "sha256=12"}})
    _install(tmp_path, "e-1.dist-info", direct={"url": "file:///src/e", "dir_info": {"editable": True}})
    _install(tmp_path, "c-1.dist-info", direct={"url": "file:///croot/c_1/work", "dir_info": {}})
    _install(tmp_path, "bad-1.dist-info", direct="{")
    found = probe_environment([str(tmp_path)])
    assert {p.name: p.url for p in found.packages} == {
        "v": "git+https://host/r@abc#subdirectory=py", "a": "https://h/a.whl#sha256=12", "e": "file:///src/e",
        "c": None, "bad": None,
    }  # fmt: skip
    assert [p.name for p in found.packages if p.editable] == ["e"]
    assert (found.status, len(found.reasons)) == (Status.PARTIAL, 1)


def test_first_on_the_path_wins(tmp_path: Path) -> None:
    """Of two versions the one that Python would import is recorded."""
    _install(tmp_path / "a", "x-1.dist-info")
    _install(tmp_path / "b", "x-2.dist-info")
    assert probe_environment([str(tmp_path / "a"), str(tmp_path / "b")]).packages == (Package("x", "1"),)


def test_damaged_distribution_is_a_reason(tmp_path: Path) -> None:
    """A folder that has content and no name or version makes the facet partial."""
    _install(tmp_path, "nothing.dist-info", "no header at all")
    found = probe_environment([str(tmp_path)])
    assert (found.status, found.packages) == (Status.PARTIAL, ())


def test_many_distributions(tmp_path: Path) -> None:
    """Each distribution is listed once, by its folder's name alone: its metadata may be anything."""
    for i in range(150):
        _install(tmp_path, f"package_{i}-1.{i}.dist-info", "no metadata at all")
    found = {p.name: p.version for p in probe_environment([str(tmp_path)]).packages}
    assert found == {f"package-{i}": f"1.{i}" for i in range(150)}


_VERSIONS = st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){0,3}((a|b|rc)[0-9])?(\+[a-z0-9]{1,5})?", fullmatch=True)
_PACKAGES = st.builds(
    Package,
    st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True).filter(lambda n: n != "bis"),
    _VERSIONS,
    st.none() | st.sampled_from(["https://h/a.whl#sha256=1f", "git+https://h/r@abc#subdirectory=x", "file:///a%20b/c"]),
)


@given(st.lists(_PACKAGES, unique_by=lambda p: p.name))
def test_lock_is_read_back(packages: list[Package]) -> None:
    """What is written is read back, URLs and editable installs included."""
    packages = [Package(p.name, p.version, p.url, editable=p.url == "file:///a%20b/c") for p in packages]
    environment = Environment(
        Status.RECORDED, python="3.11.7", implementation="CPython",
        packages=tuple(sorted(packages, key=lambda p: p.name)),
    )  # fmt: skip
    assert parse_lock(lock_text(environment)) == environment


def test_lock_leaves_bis_out_and_refuses_what_it_did_not_write() -> None:
    """Bis is not part of what was run; a loose requirement is not a lock."""
    environment = Environment(Status.RECORDED, python="3.11.7", packages=(Package("bis", "1"), Package("x", "2")))
    assert "bis==" not in lock_text(environment)
    with pytest.raises(ValueError, match="line 2"):
        parse_lock("x==1\nnumpy>=1\n")


def test_differences() -> None:
    """Version, source, presence and interpreter are compared; bis is not."""
    first = Environment(
        Status.RECORDED, python="3.11", packages=(Package("a", "1"), Package("b", "1"), Package("bis", "1"))
    )
    second = Environment(Status.RECORDED, python="3.12", packages=(Package("a", "1", "file:///a"), Package("c", "1")))
    assert differences(first, second) == (
        Difference("python", "3.11", "3.12"),
        Difference("a", "1", "1 from file:///a"),
        Difference("b", "1", ""),
        Difference("c", "", "1"),
    )
    assert differences(first, first) == ()
