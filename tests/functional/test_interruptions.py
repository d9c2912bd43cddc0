"""Programs and replays that are killed, interrupted, too slow, or many."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bis.evidence.spool import STORED
from bis.model.record import State
from tests.functional.scene import BIS, Project, eventually, processes_with, tree

if TYPE_CHECKING:
    import subprocess

pytestmark = pytest.mark.slow


def logged_run(process: subprocess.Popen[str]) -> str:
    """Wait until the hanging program says which run it logged to."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("logged "):
            return line.split()[1]
    raise AssertionError(process.communicate())


def program_of(process: subprocess.Popen[str]) -> int:
    """The recorded program that a launcher has started."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="utf-8").split()
    # Beside it there are one that would succeed the launcher, and one that tells whom Ctrl-C was for.
    [program] = [c for c in children if b"hanging.py" in Path(f"/proc/{c}/cmdline").read_bytes()]
    return int(program)


def check_what_was_seen(project: Project, run_id: str) -> None:
    """The run's record says that it was killed, and has what was logged before."""
    shown = project.bis("show", run_id, "--json")
    assert shown.code == 0, shown.err
    record = json.loads(shown.out)["record"]
    assert record["state"] == State.KILLED.value
    assert record["parameters"]["values"] == {"lr": "0.5"}
    [curve] = record["outputs"]["metrics"]
    assert [float.fromhex(v) for v in curve["values"]] == [0.25, 0.125]
    assert record["code"]["snapshot"]["files"]
    assert record["outputs"]["status"] == "partial"


def test_killed_program(project: Project) -> None:
    """After kill -9 of the program `bis run` stores what was seen, says killed, and ends by the same signal."""
    project.add("hanging.py")
    launcher = project.start(*BIS, "run", "hanging.py")
    run_id = logged_run(launcher)
    os.kill(program_of(launcher), signal.SIGKILL)
    _, err = launcher.communicate(timeout=60)
    assert launcher.returncode == -signal.SIGKILL
    assert run_id in err
    check_what_was_seen(project, run_id)
    failure = project.store.read(run_id).record.outputs.failure
    assert failure is not None
    assert (failure.stage, failure.signal) == ("killed", signal.SIGKILL)


@pytest.mark.parametrize("how", ["launcher", "ambient"])
def test_killed_without_a_word(project: Project, how: str) -> None:
    """Where nobody was left to store the run, commands that read say that it waits; `bis store` stores it as killed."""
    project.add("hanging.py")
    command = (*BIS, "run") if how == "launcher" else (sys.executable,)
    process = project.start(*command, "hanging.py")
    run_id = logged_run(process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    shown = project.bis("show", run_id)
    assert shown.code == 0, shown.err
    assert "1 recorded session waits to be stored" in shown.err
    assert not list(project.home.glob(f"sessions/*/{STORED}"))
    stored = project.bis("store")
    assert (stored.code, run_id in stored.out) == (0, True), stored.err
    check_what_was_seen(project, run_id)
    assert list(project.home.glob(f"sessions/*/{STORED}"))


def test_timeout(project: Project, tmp_path: Path) -> None:
    """A replay that takes longer than it may is ended with its children, and told as such."""
    marker = tmp_path / "marker-of-the-time-limit"
    marker.touch()
    project.add("once.py")
    run_id = project.record("once.py", str(marker))
    marker.unlink()
    done = project.bis("replay", run_id, "-n", "1", "--timeout", "2", "--json")
    assert done.code == 3, done.err
    [outcome] = json.loads(done.out)["outcomes"]
    assert outcome["failure"]["stage"] == "timeout"
    assert "time limit" in outcome["failure"]["message"]
    assert eventually(lambda: processes_with(str(marker)) == [])
    assert statuses(project, run_id) == ["FAILED"]


def statuses(project: Project, run_id: str) -> list[str]:
    """How the child runs of a run ended; deleted ones say so."""
    query = "SELECT status, lifecycle_stage FROM runs WHERE run_uuid = ?"
    with closing(sqlite3.connect(project.uri.removeprefix("sqlite:///"))) as database:
        found = [database.execute(query, (child,)).fetchone() for child in project.children(run_id)]
    return sorted(status if stage == "active" else stage for status, stage in found)


def documents(project: Project) -> list[dict[str, Any]]:
    """What bis keeps of the replays in a store."""
    artifacts = tree(Path(project.uri.removeprefix("sqlite:///")).parent / "artifacts")
    return [json.loads(text) for name, text in artifacts.items() if name.endswith("bis/replay.json")]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_interrupted_replays(project: Project, tmp_path: Path, jobs: str) -> None:
    """Ctrl-C ends all programs, keeps the finished replays whole, and leaves nothing half-written."""
    marker = tmp_path / f"marker-of-the-interruption-{jobs}"
    marker.touch()
    project.add("once.py")
    run_id = project.record("once.py", str(marker))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    replay = project.start(*BIS, "replay", run_id, "-n", "500", "-j", jobs, TMPDIR=str(temporary))
    assert eventually(lambda: len(project.children(run_id)) >= 2, 60)
    marker.unlink()
    hanging = f"sleep(600)  # {marker}"
    assert eventually(lambda: len(processes_with(hanging)) >= int(jobs), 60)
    os.killpg(replay.pid, signal.SIGINT)  # as a terminal does
    out, err = replay.communicate(timeout=60)
    assert replay.returncode == -signal.SIGINT, out + err
    assert "interrupted; what was finished is kept" in err
    assert "Traceback" not in err, err
    assert eventually(lambda: processes_with(str(marker)) == [] and processes_with(str(temporary)) == [])
    assert list(temporary.iterdir()) == []
    finished = statuses(project, run_id)
    assert set(finished) == {"FINISHED"}
    assert len(documents(project)) == len(finished) >= 2


def test_eight_replays_at_once(project: Project) -> None:
    """Eight replays at a time are eight child runs, and bitwise."""
    project.add("draw.py")
    run_id = project.record("draw.py")
    done = project.bis("replay", run_id, "-n", "8", "-j", "8", "--json")
    assert done.code == 0, done.err
    verdict = json.loads(done.out)
    assert verdict["level"] == "bitwise"
    assert sorted(o["index"] for o in verdict["outcomes"]) == list(range(8))
    assert statuses(project, run_id) == ["FINISHED"] * 8
    assert sorted(d["outcome"]["index"] for d in documents(project)) == list(range(8))


def test_program_takes_the_interruption(project: Project) -> None:
    """Ctrl-C during `bis run` is for the program, whose way of ending is kept."""
    project.add(
        "patient.py",
        "import sys, time\ntry:\n    print('begun', flush=True)\n    time.sleep(600)\n"
        "except KeyboardInterrupt:\n    print('saved')\n    sys.exit(4)\n",
    )
    launcher = project.start(*BIS, "run", "patient.py")
    assert launcher.stdout is not None
    assert launcher.stdout.readline() == "begun\n"
    os.killpg(launcher.pid, signal.SIGINT)
    out, err = launcher.communicate(timeout=60)
    assert (launcher.returncode, out) == (4, "saved\n"), err
    assert "recorded as" in err


OUTLIVING = """
import subprocess, sys
subprocess.Popen([sys.executable, "child.py"], start_new_session=True, stdout=subprocess.DEVNULL)
"""
CHILD = """
import time
import mlflow
while not __import__("os").path.exists("go"):
    time.sleep(0.05)
with mlflow.start_run() as run:
    mlflow.log_metric("loss", 0.5)
open("run", "w").write(run.info.run_id)
"""


def test_a_child_that_outlives_the_program(project: Project) -> None:
    """It starts its run after the program was stored; at its end the run is recorded without any further command."""
    (project.folder / "main.py").write_text(OUTLIVING, encoding="utf-8")
    (project.folder / "child.py").write_text(CHILD, encoding="utf-8")
    done = project.bis("run", "--wait", "main.py")
    assert done.code == 0, done.err
    assert not (project.folder / "run").exists()
    (project.folder / "go").touch()
    assert eventually((project.folder / "run").exists, 60)
    run_id = (project.folder / "run").read_text(encoding="utf-8")
    assert eventually(lambda: project.store.read(run_id).recorded, 60)
    record = project.store.read(run_id).record
    assert [float.fromhex(c.values[-1]) for c in record.outputs.metrics] == [0.5]


PRINTING = """
import time
for number in range(60):
    print("line", number, flush=True)
    time.sleep(0.02)
"""


def test_a_program_whose_launcher_was_killed(project: Project) -> None:
    """It prints to its end, and its record says what is not known of that end."""
    (project.folder / "printing.py").write_text(PRINTING, encoding="utf-8")
    launcher = project.start(*BIS, "run", "printing.py")
    assert launcher.stdout is not None
    begun = [launcher.stdout.readline() for _ in range(3)]
    launcher.kill()
    rest, _ = launcher.communicate(timeout=60)
    assert "".join(begun).startswith("line 0\nline 1\n")
    assert rest.endswith("line 58\nline 59\n")
    stored = project.bis("store")
    assert stored.code == 0, stored.err
    [summary] = project.store.runs()
    outputs = project.store.read(summary.run_id).record.outputs
    assert summary.status == "KILLED"
    assert (outputs.status.value, outputs.exit_code) == ("partial", None)
    assert any("may not be whole" in reason for reason in outputs.reasons)
    assert outputs.stdout is not None
    assert outputs.stdout.endswith("line 59\n")


EPOCHS = """
import os, time
for number in range(50):
    print(f"epoch {number} loss {1 / (number + 3):.6f}", flush=True)
    if number == 20 and "WAITING_PLACE" in os.environ:
        open(os.environ["WAITING_PLACE"] + "/reached", "w").close()
        for _ in range(1200):
            if os.path.exists(os.environ["WAITING_PLACE"] + "/killed"):
                break
            time.sleep(0.05)
"""


def test_the_verdict_on_a_run_whose_launcher_was_killed(project: Project, tmp_path: Path) -> None:
    """What was printed is compared as far as it is known: not bitwise, and not divergent for what a replay has more."""
    project.add("printing.py", EPOCHS)
    place = tmp_path / "place"
    place.mkdir()
    launcher = project.start(*BIS, "run", "printing.py", WAITING_PLACE=str(place))
    assert eventually((place / "reached").exists, 60)
    [session] = (project.home / "sessions").iterdir()
    assert eventually((session / "environment.json").exists, 60)
    launcher.kill()
    launcher.wait(60)
    (place / "killed").touch()
    launcher.communicate(timeout=60)
    assert eventually(lambda: project.bis("store").out.startswith("session "), 60)
    done = project.bis("replay", "last", "-n", "1", "--timeout", "60", "--json")
    verdict = json.loads(done.out)
    assert (done.code, verdict["level"]) == (5, "inconclusive"), done.err
    items = {item["name"]: item for item in verdict["groups"][0]["items"]}
    assert items["stdout"]["statements"][0]["code"] == "part-same"
    assert items["exit"]["statements"][0]["code"] == "end-not-known"


LEAVING = """
import subprocess, sys, time
print("acc 0.5", flush=True)
if __import__("os").path.exists({stay!r}):
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)  # {marker}"], start_new_session=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_killed_replays_leave_nothing_running(project: Project, tmp_path: Path, jobs: str) -> None:
    """Without a sandbox, too: the program ends with `bis replay`, and what it started in a session of its own."""
    marker = f"marker-of-the-killed-replay-{tmp_path.name}"
    project.add("leaving.py", LEAVING.format(marker=marker, stay=str(tmp_path / "stay")))
    run_id = project.record("leaving.py")
    (tmp_path / "stay").touch()
    words = (*BIS, "replay", run_id, "-n", "2", "-j", jobs, "--sandbox", "none")
    replay = project.start(*words)
    assert eventually(lambda: len(processes_with(f"# {marker}")) >= int(jobs), 60)
    replay.kill()
    replay.communicate(timeout=60)
    assert eventually(lambda: processes_with(marker) == [] and processes_with("leaving.py") == [], 30)
