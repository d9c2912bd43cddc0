"""Programs that carry state over, and data that Python does not open."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.functional.scene import Project

FOUND = "counter 1\nstudy 2\ncheckpoint 1\nreplaced 1\nhistory 2\nin_place 2\nflag True\nlink 1\nnumbered 1\nchild 1\n"


def test_a_replay_starts_from_the_state_that_the_run_found(project: Project) -> None:
    """However a program reads and changes its state, replays find it as it was, and leave it as it is."""
    project.add("carries.py")
    assert project.bis("run", "carries.py").out.startswith("counter 0\nstudy 1\n")
    done = project.bis("run", "carries.py")
    assert done.out == FOUND
    project.command(sys.executable, "carries.py")  # without bis: the state is a later one by now
    replay = project.bis("replay", done.run_id, "-n", "2", "--json")
    verdict = json.loads(replay.out)
    assert (replay.code, verdict["level"]) == (0, "bitwise"), replay.err
    assert (project.folder / "counter.txt").read_text() == "3"
    data = project.store.read(done.run_id).record.data
    assert data.reasons == ()
    names = ["bytes.dat", "checkpoint/last.pkl", "child.txt", "counter.txt", "latest.dat", "state.json", "study.db"]
    assert [f.path for f in data.files] == names


def test_a_later_state_is_not_taken_for_the_recorded_one(project: Project) -> None:
    """A program that names its state by an absolute path leads a replay to the original, which it may not read."""
    path = project.folder / "counter.txt"
    text = f"path = {str(path)!r}\nn = int(open(path).read())\nopen(path, 'w').write(str(n + 1))\nprint(n)\n"
    project.add("absolute.py", text)
    path.write_text("1")
    run_id = project.record("absolute.py")
    replay = project.bis("replay", run_id, "-n", "1", "--json")
    verdict = json.loads(replay.out)
    assert (replay.code, verdict["level"]) != (0, "bitwise")
    assert verdict["level"] == "not executable"
    assert "later state" in replay.out
    assert path.read_text() == "2"


def test_databases_and_native_reads_are_data(project: Project) -> None:
    """They are digested, and replays read them where they are: a database elsewhere, too, which they cannot write."""
    elsewhere = project.home.parent / "elsewhere" / "a" / "b" / "c" / "table.db"
    elsewhere.parent.mkdir(parents=True)
    with closing(sqlite3.connect(elsewhere)) as connection:
        connection.executescript("CREATE TABLE t AS SELECT 7 AS x;")
    project.add("reads_natively.py")
    project.command(sys.executable, "reads_natively.py", str(elsewhere))
    run_id = project.record("reads_natively.py", str(elsewhere))
    data = project.store.read(run_id).record.data
    assert data.reasons == ()
    names = ["made/many/part.parquet", "made/one.parquet", "made/table.db", "made/x.csv", "made/x.h5"]
    assert [f.path for f in data.files] == [str(elsewhere), *names]
    assert all(f.digest for f in data.files)
    replay = project.bis("replay", run_id, "-n", "1", "--json")
    assert (replay.code, json.loads(replay.out)["level"]) == (0, "bitwise"), replay.out
