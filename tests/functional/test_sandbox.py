"""A replay cannot do harm: what its program does outside does not happen again, and is named."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.functional.scene import Done, Project

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow

PROGRAM = """
import ctypes, os, subprocess, sys, urllib.request
import mlflow

outside = sys.argv[1]
subprocess.run(["cp", sys.argv[0], outside + "/copied"])
subprocess.run(["rm", "-f", outside + "/kept"])
subprocess.run([sys.executable, "-I", "-c", "import sys; open(sys.argv[1], 'w')", outside + "/isolated"])
ctypes.CDLL(None).creat((outside + "/native").encode(), 0o600)
for write in (lambda: open(outside + "/python", "w"), lambda: os.mkfifo(outside + "/pipe")):
    try:
        write()
    except OSError as error:
        print(type(error).__name__)
try:
    urllib.request.urlopen("http://192.0.2.1:9/", data=b"x", timeout=0.2)
except OSError:
    print("no network")
os.symlink("/etc/hostname", os.path.join(os.environ["BIS_SPOOL"], "stdout-of-others.txt"))
with mlflow.start_run():
    mlflow.log_metric("loss", 0.5)
"""


@dataclass(frozen=True, slots=True)
class Harmful:
    """A recorded run, whose program wrote into a folder outside; what is in that folder now."""

    project: Project
    outside: Path
    run_id: str

    def replay(self, *options: str) -> Done:
        """Replay it once, after the folder has a file to be removed and nothing else."""
        for path in self.outside.iterdir():
            path.unlink()
        (self.outside / "kept").write_text("kept")
        return self.project.bis("replay", self.run_id, "-n", "1", "--json", *options)

    def left(self) -> list[str]:
        """What is in the folder."""
        return sorted(path.name for path in self.outside.iterdir())


@pytest.fixture(scope="module")
def harmful(new_project: Callable[..., Project]) -> Harmful:
    """The run."""
    project = new_project("harmful")
    outside = project.folder.parent / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    project.add("train.py", PROGRAM)
    run_id = project.record("train.py", str(outside))
    assert sorted(p.name for p in outside.iterdir()) == ["copied", "isolated", "native", "pipe", "python"]
    return Harmful(project, outside, run_id)


def test_nothing_happens_outside_and_it_is_named(harmful: Harmful) -> None:
    """Of Python by place and address; of others by what they left, and by their names where that is not known."""
    done = harmful.replay()
    assert harmful.left() == ["kept"]
    verdict = json.loads(done.out)
    (outcome,) = verdict["outcomes"]
    assert outcome["containment"]["kind"] in {"namespaces", "bwrap", "landlock"}
    named = {d["what"]: d["replayed"] for d in outcome["deviations"]}
    place = str(harmful.outside)
    assert named[f"writing to {place}/python"] == named[f"writing to {place}/pipe"] == "refused"
    assert named["connecting to 192.0.2.1:9"] == "not reached"
    said = {s["code"]: s["figures"] for s in verdict["statements"]}
    assert said["ran-in-sandbox"]["network"] is False
    assert {"cp", "rm"} <= set(said["programs-not-watched"]["programs"])
    if outcome["containment"]["kind"] != "landlock":
        assert {f"writing to {place}/{name}" for name in ("native", "copied", "isolated")} <= set(named)


def test_landlock_alone_keeps_it_in_too(harmful: Harmful) -> None:
    """Where there are no namespaces."""
    done = harmful.replay("--sandbox", "landlock")
    if "does not work" in done.err:
        pytest.skip(done.err)
    assert harmful.left() == ["kept"]
    (outcome,) = json.loads(done.out)["outcomes"]
    assert outcome["containment"] == {
        "kind": "landlock", "network": False, "signals": outcome["containment"]["signals"],
        "programs": outcome["containment"]["programs"],
    }  # fmt: skip


def test_a_run_of_somebody_else_is_asked_about_whatever_it_says(harmful: Harmful) -> None:
    """A forged seal is none; what the question quotes cannot erase it; with --yes the run has its sandbox."""
    database = harmful.project.uri.partition("sqlite:///")[2]
    with closing(sqlite3.connect(database)) as store, store:
        changed = store.execute("UPDATE tags SET value = ? WHERE key = 'bis.seal' AND run_uuid = ?",
                                ("0" * 64, harmful.run_id)).rowcount  # fmt: skip
    assert changed == 1
    refused = harmful.replay()
    assert refused.code != 0
    refused.explains("was recorded elsewhere")
    assert harmful.left() == ["kept"]
    done = harmful.replay("--yes")
    assert harmful.left() == ["kept"]
    (outcome,) = json.loads(done.out)["outcomes"]
    assert outcome["containment"]["kind"] != "none"
