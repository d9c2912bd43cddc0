"""Workspaces: where a replay runs, and what it cannot do to the originals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bis._replay import working_copy
from bis._replay.planning import FoundFile, Layout, ReplayOptions, make_plan
from bis._replay.working_copy import archive_of_commit, build
from bis.errors import StorageError, UnsafeArchive
from bis.evidence.archive import ArchiveEntry, pack
from bis.evidence.digests import digest_file
from bis.model.facets import Data, FileDigest, Status
from bis.model.plan import DataPlacement, Plan

from .records import here, record


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A snapshot of a script and a program beside it."""
    path = tmp_path / "source.tar.gz"
    entries = (ArchiveEntry("train.py", b"print(1)\n"), ArchiveEntry("tools/go.sh", b"#!/bin/sh\n", executable=True))
    path.write_bytes(pack(entries).content)
    return path


def plan_for(original: Path, target: str = "data/x.csv") -> Plan:
    """A plan whose data file is `original`."""
    file = digest_file(original, name=target)
    recorded = record(data=Data(Status.RECORDED, files=(file,)))
    return make_plan(recorded, ReplayOptions(), here(files={target: FoundFile(str(original))}), run_id="r")


def test_build(tmp_path: Path, archive: Path) -> None:
    """Source, modes, data and folders are where the program expects them."""
    original = tmp_path / "x.csv"
    original.write_text("1,2\n")
    original.chmod(0o444)
    made = build(plan_for(original), archive, tmp_path / "w", layout=Layout(("tools",), ("out/figures",)))
    assert made.cwd == made.root
    assert os.access(made.root / "tools" / "go.sh", os.X_OK)
    assert not os.access(made.root / "train.py", os.X_OK)
    assert (made.root / "data" / "x.csv").read_text() == "1,2\n"
    assert (made.root / "out" / "figures").is_dir()
    assert made.external == (made.root / "tools",)


def test_original_cannot_be_changed_through_a_copy(tmp_path: Path, archive: Path) -> None:
    """A small data set is a copy that the program may write to, even of a read-only original."""
    original = tmp_path / "x.csv"
    original.write_text("1,2\n")
    original.chmod(0o444)
    made = build(plan_for(original), archive, tmp_path / "w")
    (made.root / "data" / "x.csv").write_text("spoilt")
    assert original.read_text() == "1,2\n"


def test_original_cannot_be_changed_through_a_link(
    tmp_path: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large data set is a link, which the confined program cannot open for writing, in a temporary folder too."""
    monkeypatch.setattr(working_copy, "COPIED_BYTES", 3)
    original = tmp_path / "x.csv"
    original.write_text("1,2\n")
    made = build(plan_for(original), archive, tmp_path / "w")
    placed = made.root / "data" / "x.csv"
    assert placed.is_symlink()
    code = (
        "import sys, json; from bis.instrument.confinement import confine; confine([sys.argv[1]], lambda *a: None)\n"
        "seen = [open(sys.argv[2]).read()]\n"
        "for act in (lambda: open(sys.argv[2], 'w'), lambda: __import__('os').truncate(sys.argv[2], 0),\n"
        "            lambda: __import__('os').chmod(sys.argv[2], 0)):\n"
        "    try: act(); seen.append('done')\n"
        "    except PermissionError as e: seen.append('refused')\n"
        "print(json.dumps(seen))"
    )
    command = [sys.executable, "-c", code, str(made.folder), str(placed)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, env=_environ())
    assert json.loads(answer.stdout) == ["1,2\n", "refused", "refused", "refused"]
    made.remove()
    assert original.read_text() == "1,2\n"


def _environ() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(working_copy.__file__).parents[2]), "BIS_RECORD": "0"}


def test_working_directory_above(tmp_path: Path, archive: Path) -> None:
    """The folder above the project has the project in it under its own name, and data beside it."""
    shared = tmp_path / "shared.csv"
    shared.write_text("5\n")
    file = digest_file(shared, name="/home/u/shared.csv")
    recorded = record(code={"cwd": "/home/u"}, data=Data(Status.RECORDED, files=(file,)))
    found = here(files={"/home/u/shared.csv": FoundFile(str(shared))})
    plan = make_plan(recorded, ReplayOptions(), found, run_id="r")
    placed = replace(plan, data=(DataPlacement(file, str(shared), "../shared.csv"),))
    made = build(placed, archive, tmp_path / "w")
    assert (made.cwd / "exp" / "train.py").samefile(made.root / "train.py")
    assert (made.cwd / "shared.csv").read_text() == "5\n"


@pytest.mark.parametrize("target", ["../../../escaped", "/etc/escaped", "a/../../../../escaped"])
def test_data_cannot_be_placed_outside(tmp_path: Path, archive: Path, target: str) -> None:
    """A record that was made by hand cannot place a file outside of the workspace, nor leave one half-made."""
    original = tmp_path / "x.csv"
    original.write_text("1\n")
    plan = plan_for(original)
    bad = replace(plan, data=(DataPlacement(FileDigest(target, 2, "x"), str(original), target),))
    with pytest.raises(UnsafeArchive, match="outside"):
        build(bad, archive, tmp_path / "w")
    assert not (tmp_path / "w").exists()


def test_link_of_the_snapshot_is_not_followed_out(tmp_path: Path, archive: Path) -> None:
    """Placing data over a link that the snapshot holds replaces the link, not what it leads to."""
    path = tmp_path / "linked.tar.gz"
    path.write_bytes(pack((ArchiveEntry("train.py", b"1"), ArchiveEntry("data/x.csv", link="../train.py"))).content)
    original = tmp_path / "x.csv"
    original.write_text("1,2\n")
    made = build(plan_for(original), path, tmp_path / "w")
    assert (made.root / "train.py").read_bytes() == b"1"


def test_disk_that_refuses(tmp_path: Path, archive: Path) -> None:
    """Where the workspace cannot be made, the message says where, and nothing is left."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"file"):
        build(plan_for(archive), archive, tmp_path / "file" / "w")


@pytest.mark.skipif(not os.access("/dev/full", os.W_OK), reason="no device that is always full")
def test_full_disk(tmp_path: Path, archive: Path) -> None:
    """A disk that fills up while data are copied is told as such, and the workspace is removed."""
    big = tmp_path / "big.bin"
    big.write_bytes(b"x" * 4_000_000)
    code = (
        "import resource, signal, sys, pickle; from pathlib import Path\n"
        "from bis.errors import StorageError; from bis._replay.working_copy import build\n"
        "plan = pickle.loads(Path(sys.argv[1]).read_bytes())\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try: build(plan, Path(sys.argv[2]), Path(sys.argv[3]))\n"
        "except StorageError as e: print(e.message)"
    )
    import pickle

    plan = tmp_path / "plan"
    plan.write_bytes(pickle.dumps(plan_for(big)))
    command = [sys.executable, "-c", code, str(plan), str(archive), str(tmp_path / "w")]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, env=_environ())
    assert str(tmp_path / "w") in answer.stdout
    assert not (tmp_path / "w").exists()


def test_git_is_missed_where_it_is_asked(tmp_path: Path) -> None:
    """A program that asks git for its commit is told about; others are not."""
    path = tmp_path / "asks.tar.gz"
    path.write_bytes(
        pack((ArchiveEntry("train.py", b"import subprocess\nsubprocess.run(['git', 'rev-parse', 'HEAD'])\n"),)).content
    )
    plan = replace(plan_for(path), data=())
    assert [d.what for d in build(plan, path, tmp_path / "w").deviations] == ["git repository"]


def test_archive_of_commit(tmp_path: Path) -> None:
    """The files of a commit are unpacked like a snapshot, and the clone stays as it is."""
    clone = tmp_path / "clone"
    clone.mkdir()
    git = ["git", "-C", str(clone), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    (clone / "train.py").write_text("print('committed')\n")
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run([*git, *command], check=True)
    (clone / "train.py").write_text("print('changed')\n")
    made = archive_of_commit(str(clone), "HEAD", tmp_path / "commit.tar.gz")
    plan = replace(plan_for(made), data=())
    assert (build(plan, made, tmp_path / "w").root / "train.py").read_text() == "print('committed')\n"
    assert (clone / "train.py").read_text() == "print('changed')\n"


def test_a_neighbour_of_the_project_is_put_beside_it(tmp_path: Path) -> None:
    """A file that the program reads as ../../data.csv is found there, still inside the workspace."""
    original = tmp_path / "data.csv"
    original.write_text("1\n")
    plan = replace(plan_for(original), data=(DataPlacement(FileDigest("/x", 2, "x"), str(original), "../../data.csv"),))
    made = build(plan, None, tmp_path / "w")
    assert (made.cwd / "../../data.csv").resolve() == (made.folder / "data.csv").resolve()
    assert (made.folder / "data.csv").read_text() == "1\n"
