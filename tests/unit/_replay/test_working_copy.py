"""Workspaces: where a replay runs, and what it cannot do to the originals."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bis._replay.planning import FoundFile, Layout, ReplayOptions, make_plan
from bis._replay.working_copy import COPIED_BYTES, build
from bis.errors import StorageError, UnsafeArchive
from bis.evidence.archive import ArchiveEntry, pack
from bis.evidence.digests import digest_bytes, digest_file
from bis.model.facets import Data, FileDigest, Status
from bis.model.plan import DataPlacement
from tests.unit._replay.records import here, record
from tests.unit._replay.snapshots import plan_for, snapshot

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A snapshot of a script and a program beside it."""
    return snapshot(tmp_path)


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


def test_working_directory_elsewhere(tmp_path: Path, archive: Path) -> None:
    """Project, working directory and their neighbours have the places relative to each other that they had."""
    original = tmp_path / "x.csv"
    original.write_text("5\n")
    names = ("/b/data.csv", "/shared/s.csv")
    files = tuple(digest_file(original, name=name) for name in names)
    code = {"project_root": "/a/src", "cwd": "/b"}
    recorded = record(code=code, data=Data(Status.RECORDED, files=files))
    found = here(files={name: FoundFile(str(original)) for name in names})
    plan = make_plan(recorded, ReplayOptions(), found, run_id="r")
    placed = replace(plan, data=tuple(replace(d, found=str(original)) for d in plan.data))
    made = build(placed, archive, tmp_path / "w")
    assert (made.cwd / "../a/src/train.py").resolve() == (made.root / "train.py").resolve()
    assert (made.cwd / "data.csv").read_text() == (made.cwd / "../shared/s.csv").read_text() == "5\n"
    assert made.cwd.name == "b"


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


def test_git_is_missed_where_it_is_asked(tmp_path: Path) -> None:
    """A program that asks git for its commit is told about; others are not."""
    path = tmp_path / "asks.tar.gz"
    path.write_bytes(
        pack((ArchiveEntry("train.py", b"import subprocess\nsubprocess.run(['git', 'rev-parse', 'HEAD'])\n"),)).content
    )
    plan = replace(plan_for(path), data=())
    assert [d.what for d in build(plan, path, tmp_path / "w").deviations] == ["git repository"]


def test_a_neighbour_of_the_project_is_put_beside_it(tmp_path: Path) -> None:
    """A file that the program reads as ../../data.csv is found there, still inside the workspace."""
    original = tmp_path / "data.csv"
    original.write_text("1\n")
    plan = replace(plan_for(original), data=(DataPlacement(FileDigest("/x", 2, "x"), str(original), "../../data.csv"),))
    made = build(plan, None, tmp_path / "w")
    assert (made.cwd / "../../data.csv").resolve() == (made.folder / "data.csv").resolve()
    assert (made.folder / "data.csv").read_text() == "1\n"


def test_state_is_put_back(tmp_path: Path, archive: Path) -> None:
    """Files that the program changed lie there as they were, in place of what the snapshot has of them."""
    old, state = FileDigest("tools/go.sh", 1, digest_bytes(b"3")), tmp_path / "state.tar.gz"
    state.write_bytes(pack((ArchiveEntry(old.digest, b"3"),)).content)
    placements = tuple(DataPlacement(replace(old, path=t), None, t, kept=True) for t in ("tools/go.sh", "a/b", "../c"))
    made = build(replace(plan_for(archive), data=placements), archive, tmp_path / "w", state=state)
    for place in ("tools/go.sh", "a/b", "../c"):
        assert (made.root / place).read_bytes() == b"3"


def test_what_the_program_makes_is_taken_away(tmp_path: Path, archive: Path) -> None:
    """Files, and folders with nothing else in them; what is not there is no trouble."""
    plan = replace(plan_for(archive), data=())
    made = build(plan, archive, tmp_path / "w", layout=Layout(absent=("tools", "tools/go.sh", "none", "train.py")))
    assert list(made.root.iterdir()) == []


def test_large_files_are_linked_and_databases_are_copied(tmp_path: Path, archive: Path) -> None:
    """A database is opened for writing even where it is only read, which a link would not allow."""
    placements = []
    for name, head in (("big.bin", b"x"), ("big.db", b"SQLite format 3\0")):
        path = tmp_path / name
        with path.open("wb") as file:
            file.write(head)
            file.truncate(COPIED_BYTES + 1)
        placements.append(DataPlacement(FileDigest(name, COPIED_BYTES + 1, "x"), str(path), name))
    made = build(replace(plan_for(archive), data=tuple(placements)), archive, tmp_path / "w")
    assert (made.root / "big.bin").is_symlink()
    assert not (made.root / "big.db").is_symlink()


def test_names_stand_for_what_was_in_folders(tmp_path: Path, archive: Path) -> None:
    """Empty files and folders, where nothing else is."""
    listed = ("runs/0/", "runs/1/", "runs/1/x.txt", "train.py", "tools/", "train.py/no")
    made = build(replace(plan_for(archive), data=()), archive, tmp_path / "w", layout=Layout(listed=listed))
    assert sorted(p.name for p in (made.root / "runs").rglob("*")) == ["0", "1", "x.txt"]
    assert (made.root / "train.py").read_bytes() == b"print(1)\n"
