"""Inputs are named by digest where a replay is planned, and found where it runs."""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bis._replay.environment import DESCRIPTION
from bis._replay.inputs import (
    Inputs,
    Origin,
    base_environment,
    environment_in_use,
    inputs_in_use,
    keep_source,
    lock_digest,
    resolve,
)
from bis._replay.probes import probes_in_use
from bis._replay.use_locks import is_used, lock_name
from bis.errors import DataMissing, EnvironmentBuildError, StorageError
from bis.evidence.digests import digest_bytes, digest_file
from bis.evidence.hosts import host_digest
from bis.model.facets import FileDigest, Package
from bis.model.kept_thing import KeptKind
from bis.model.plan import DataPlacement
from bis.model.variation import Variation
from bis.record.probes.packages import probe_environment

if TYPE_CHECKING:
    from pathlib import Path

HERE = Origin(host_digest(), sys.executable)
ELSEWHERE = Origin("another machine", "/no/such/python", "/no/such/folder")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A source archive, as it was fetched."""
    path = tmp_path / "source.tar.gz"
    path.write_bytes(b"the source")
    return path


def elsewhere() -> Inputs:
    """Inputs that were named on another machine with the same packages."""
    return Inputs(lock=lock_digest(probe_environment()), origin=ELSEWHERE)


def test_a_source_is_kept_by_its_digest_and_found(archive: Path, tmp_path: Path) -> None:
    """Keeping it twice is keeping it once."""
    home = tmp_path / "home"
    digest = keep_source(archive, home=home)
    assert keep_source(archive, home=home) == digest == digest_file(archive).digest
    found = resolve(Inputs(digest, origin=HERE), (), home=home).archive
    assert found is not None
    assert found.read_bytes() == b"the source"
    assert [p.name for p in (home / "sources").iterdir()] == [f"{digest}.tar.gz"]


def test_a_missing_source_is_named(tmp_path: Path) -> None:
    """The message says which digest, and where it was looked for."""
    with pytest.raises(StorageError, match=r"0000000000000000….*sources"):
        resolve(Inputs("0" * 64, origin=HERE), (), home=tmp_path)


def test_a_damaged_source_is_not_used(archive: Path, tmp_path: Path) -> None:
    """Its content must have the digest that is its name."""
    digest = keep_source(archive, home=tmp_path)
    (tmp_path / "sources" / f"{digest}.tar.gz").write_bytes(b"another")
    with pytest.raises(StorageError, match="damaged"):
        resolve(Inputs(digest, origin=HERE), (), home=tmp_path)


def test_sources_that_are_not_used_are_removed(archive: Path, tmp_path: Path) -> None:
    """After a month, when the next one is kept."""
    old = tmp_path / "sources" / "old.tar.gz"
    old.parent.mkdir()
    old.touch()
    os.utime(old, (0, 0))
    digest = keep_source(archive, home=tmp_path)
    assert [p.name for p in old.parent.iterdir()] == [f"{digest}.tar.gz"]


def test_the_interpreter_of_the_origin_is_used_there_only(tmp_path: Path) -> None:
    """A worker with the same packages on another machine has its own."""
    assert resolve(Inputs(origin=HERE), (), home=tmp_path).python == sys.executable
    assert resolve(elsewhere(), (), home=tmp_path).python == sys.executable


def test_another_environment_is_refused(tmp_path: Path) -> None:
    """What was planned for these packages does not run with others."""
    with pytest.raises(EnvironmentBuildError, match="not the one that the replay was planned in"):
        resolve(replace(elsewhere(), lock=digest_bytes(b"other")), (), home=tmp_path)


@pytest.mark.parametrize("content", [None, b"3,4", b"other length"])
def test_data_are_checked_on_other_machines(tmp_path: Path, content: bytes | None) -> None:
    """They must be at the same path with the same digest; on the origin they were checked already."""
    path = tmp_path / "data.csv"
    path.write_bytes(b"1,2")
    placement = DataPlacement(FileDigest(str(path), 3, digest_file(path).digest), str(path), None)
    assert resolve(elsewhere(), (placement,), home=tmp_path).data == (placement,)
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    assert resolve(Inputs(origin=HERE), (placement,), home=tmp_path).data == (placement,)
    with pytest.raises(DataMissing, match=r"data\.csv"):
        resolve(elsewhere(), (placement,), home=tmp_path)


def test_a_source_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    """A disk that takes part of the copy only: an error that says where, and no half of a copy."""
    resource = pytest.importorskip("resource", reason="limits of POSIX")
    archive = tmp_path / "source.tar.gz"
    archive.write_bytes(b"source" * 1000)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(StorageError, match="sources"):
            keep_source(archive, home=tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list((tmp_path / "sources").iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="locks of this kind")
def test_what_a_replay_runs_with_is_marked_as_used(tmp_path: Path) -> None:
    """Inputs and rebuilt environment, from before the first replay to after the last; one that has gone is reported."""
    folder = tmp_path / "environments" / "py3"
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    marks = [lock_name(KeptKind.ENVIRONMENT, "py3")]
    marks += [lock_name(KeptKind.SOURCE, name) for name in ("ab.tar.gz", "cd.trial", "ef.probe")]
    varied = (Variation("0" * 64, scoped=True, probe="ef"), Variation("1" * 64, scoped=True, probe="find"))
    used = Inputs(source="ab", begun="cd", name="py3")
    with inputs_in_use(used, home=tmp_path), probes_in_use(varied, home=tmp_path):
        assert [is_used(tmp_path, mark) for mark in marks] == [True] * 4
        with environment_in_use(str(python), home=tmp_path) as there:
            assert not there
        (folder / DESCRIPTION).write_text("{}")
        os.utime(folder / DESCRIPTION, (1, 1))
        with environment_in_use(str(python), home=tmp_path) as there:
            assert there
    assert [is_used(tmp_path, mark) for mark in marks] == [False] * 4
    assert (folder / DESCRIPTION).stat().st_mtime > 1  # that it was used is known
    with environment_in_use(sys.executable, home=tmp_path) as there:
        assert there


def test_another_environment_is_built_upon_the_planned_one(tmp_path: Path) -> None:
    """Where that is on this machine, and still what it was: its packages are found from the other one."""
    here = probe_environment()
    base = base_environment(Inputs(lock=lock_digest(here), origin=HERE), tmp_path)
    assert base is not None
    assert (base.python, base.environment) == (sys.executable, here)
    assert base.carries(replace(here, packages=(*here.packages, Package("one-more", "1"))))
    assert not base.carries(replace(here, packages=here.packages[1:]))
    assert not base.carries(replace(here, python="3.99.1"))
    assert base_environment(Inputs(lock="another", origin=HERE), tmp_path) is None
    assert base_environment(Inputs(lock=lock_digest(here), origin=ELSEWHERE), tmp_path) is None
    assert base_environment(Inputs(rebuilt=here, name="not-there", origin=HERE), tmp_path) is None


def test_a_source_is_found_while_other_replays_find_it(archive: Path, tmp_path: Path) -> None:
    """Each notes that it was used: its times change while others read it."""
    digest = keep_source(archive, home=tmp_path)
    [kept] = (tmp_path / "sources").iterdir()
    ended = threading.Event()

    def touch() -> None:
        while not ended.is_set():
            os.utime(kept)

    other = threading.Thread(target=touch)
    other.start()
    try:
        for _ in range(200):
            assert resolve(Inputs(digest, origin=HERE), (), home=tmp_path).archive == kept
    finally:
        ended.set()
        other.join()
