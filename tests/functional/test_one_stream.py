"""Programs whose stdout and stderr go to one place (``> log 2>&1``), recorded, shown and replayed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.functional.scene import BIS

if TYPE_CHECKING:
    from tests.functional.scene import Project

# A bar that is drawn as often as the clock wants, a warning, a duration and a traceback that was caught.
PROGRAM = """
import sys, time, traceback, warnings
warnings.warn("old data")
start = time.perf_counter()
for epoch in range(1, 4):
    drawn = time.perf_counter_ns() % 3
    for done in range(drawn + 1):
        rate = done / (time.perf_counter() - start)
        sys.stderr.write(f"\\r {done * 25:3d}%|##  | {done}/4 [00:00<00:01, {rate:.2f}it/s]")
    print(f"epoch {epoch} loss {1 / epoch:.4f}", flush=True)
sys.stderr.write("\\r100%|####| 4/4 [00:00<00:00, 3.00it/s]\\n")
print(f"took {time.perf_counter() * 10 ** (time.perf_counter_ns() % 4):.3f} s", file=sys.stderr)
try:
    1 / 0
except ZeroDivisionError:
    traceback.print_exc()
print("accuracy:", __ACCURACY__)
"""


def recorded(project: Project, name: str, *, code: int = 0) -> tuple[str, str]:
    """Record a program whose output all goes to a file; the run, and what is in the file."""
    command = [*BIS, "run", name]
    with (project.folder / "log").open("wb") as log:
        done = subprocess.run(
            command, cwd=project.folder, env=project.environ(), stdout=log, stderr=subprocess.STDOUT, check=False
        )
    text = (project.folder / "log").read_bytes().decode()
    assert done.returncode == code, text
    (run_id,) = re.findall(r"recorded as ([0-9a-f]{32})", text)
    (project.folder / "log").unlink()
    return run_id, text


def verdict(project: Project, run_id: str, *arguments: str) -> dict[str, Any]:
    """The verdict on exact replays."""
    done = project.bis("replay", run_id, "--json", *arguments)
    assert done.out, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


@pytest.mark.parametrize("accuracy", ["0.8125", "time.perf_counter_ns() % 999_983 / 1e6"])
def test_figures_decide_and_noise_does_not(project: Project, accuracy: str) -> None:
    """Each replay, cold or warm, writes one stream, too, which is judged by its figures."""
    project.add("train.py", PROGRAM.replace("__ACCURACY__", accuracy))
    run_id, text = recorded(project, "train.py")
    outputs = project.store.read(run_id).record.outputs
    assert outputs.stderr_in_stdout
    assert outputs.stderr is None
    assert outputs.stdout is not None
    assert text.startswith(outputs.stdout)
    lines = len(outputs.stdout.split("\n")) - 1
    assert f"stdout and stderr, as one stream: {lines} lines" in project.bis("show", run_id).out
    found = verdict(project, run_id, "-n", "3")
    assert found["level"] == ("bitwise" if accuracy == "0.8125" else "divergent"), found
    assert {o["outputs"]["stderr"] for o in found["outcomes"]} == {None}
    assert all("UserWarning: old data" in o["outputs"]["stdout"] for o in found["outcomes"])
    if sys.platform == "linux" and found["level"] == "bitwise":  # after two others no third one is made
        assert {o["start"] for o in found["outcomes"]} == {"cold", "warm"}


def test_secrets_are_taken_out_of_the_one_text(project: Project) -> None:
    """A token that was printed on stderr is not; what the program ended with is."""
    project.add(
        "fails.py",
        "import sys\n"
        "print('begun', flush=True)\n"
        "print('token ghp_' + 'a1B2' * 9, file=sys.stderr)\n"
        "raise SystemExit('no data')\n",
    )
    run_id, _ = recorded(project, "fails.py", code=1)
    outputs = project.store.read(run_id).record.outputs
    assert outputs.stdout == "begun\ntoken [redacted]\nno data\n"


def test_a_program_that_raises_fails_alike(project: Project) -> None:
    """The traceback, without frames of bis, is in the one text."""
    project.add("raises.py", "print('begun', flush=True)\n{}['key']\n")
    run_id, _ = recorded(project, "raises.py", code=1)
    outputs = project.store.read(run_id).record.outputs
    assert outputs.stdout is not None
    assert outputs.stdout.startswith("begun\nTraceback (most recent call last):\n")
    assert outputs.stdout.count("File ") == 1
    assert verdict(project, run_id, "-n", "1")["level"] == "not executable"


def test_replays_of_other_records_keep_two_streams(project: Project) -> None:
    """Whatever the streams of the command that replays them."""
    project.add("two.py", "import sys\nprint('acc 0.5')\nprint('loss 0.25', file=sys.stderr)\n")
    run_id = project.record("two.py")
    assert not project.store.read(run_id).record.outputs.stderr_in_stdout
    done = subprocess.run(
        [*BIS, "replay", run_id, "-n", "1", "--json"],
        cwd=project.folder,
        env=project.environ(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    assert b'"stderr": "loss 0.25' in done.stdout
