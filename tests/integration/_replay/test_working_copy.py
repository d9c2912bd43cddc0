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
from bis._replay.working_copy import archive_of_commit, build
from tests.unit._replay.snapshots import plan_for, snapshot


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A snapshot of a script and a program beside it."""
    return snapshot(tmp_path)


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
