"""One replay: whatever goes wrong with it is part of the outcome."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import bis
from bis._replay.execution import Job, execute
from bis._replay.inputs import Inputs, Origin, keep_source
from bis._replay.planning import ReplayOptions, make_plan
from bis.config import Settings
from bis.evidence.archive import ArchiveEntry, pack
from bis.evidence.hosts import host_digest
from bis.model.facets import EntryKind
from bis.model.variation import Variation
from tests.unit._replay.records import here, record

if TYPE_CHECKING:
    from bis.model.verdict import Outcome

ROOT = "ab" * 32


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make the job of a script with this text."""
    monkeypatch.setenv("BIS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PYTHONPATH", str(Path(bis.__file__).parents[1]))

    def make(text: str, **changes: Any) -> Job:
        archive = tmp_path / "source.tar.gz"
        archive.write_bytes(pack([ArchiveEntry("train.py", text.encode())]).content)
        plan = make_plan(record(data={"files": ()}, tracking_scheme="", ordinal=0), ReplayOptions(), here(), run_id="r")
        plan = replace(plan, **changes.pop("plan", {}))
        scratch = tmp_path / "scratch"
        scratch.mkdir(exist_ok=True)
        origin = replace(Origin(host_digest(), sys.executable, str(scratch)), **changes.pop("origin", {}))
        inputs = Inputs(source=keep_source(archive, home=tmp_path / "home"), origin=origin)
        return Job(
            **{
                "plan": plan,
                "index": 0,
                "variation": Variation(ROOT, "7"),
                "inputs": replace(inputs, **changes.pop("inputs", {})),
                "settings": Settings(),
                **changes,
            }
        )

    return make


def stage(outcome: Outcome) -> str | None:
    """Why it failed."""
    return outcome.failure.stage if outcome.failure else None


def test_the_root_decides(job: Any, tmp_path: Path) -> None:
    """One root, the same output; another, another. Nothing stays on the disk."""
    text = "import random, sys\nprint(random.random(), sys.argv[1:])"
    first, again, other = (
        execute(job(text)),
        execute(job(text)),
        execute(job(text, variation=Variation("cd" * 32, "7"))),
    )
    assert first.failure is None, first
    assert first.outputs is not None
    assert again.outputs is not None
    assert other.outputs is not None
    assert first.outputs.stdout == again.outputs.stdout != other.outputs.stdout
    assert "['--lr', '0.1']" in (first.outputs.stdout or "")
    assert first.trace == again.trace == other.trace  # the same was asked for
    assert first.duration_s > 0
    assert list((tmp_path / "scratch").iterdir()) == []


def test_kept_workspaces_stay_and_are_named(job: Any, tmp_path: Path) -> None:
    """With what the program wrote."""
    outcome = execute(job("open('out.txt', 'w').write('x')", keep=True))
    [kept] = (tmp_path / "home" / "replays").iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    assert list(kept.rglob("out.txt"))
    assert str(kept) in outcome.notes[-1]
    assert outcome.outputs is not None
    assert [f.path for f in outcome.outputs.files] == ["out.txt"]


@pytest.mark.parametrize(
    ("text", "changes", "expected"),
    [
        ("raise ValueError('x')", {}, "exception"),
        ("import no_such_module", {}, "import"),
        ("import time; time.sleep(60)", {"plan": {"timeout_s": 1.0}}, "timeout"),
        ("import os; os.kill(os.getpid(), 9)", {}, "killed"),
        ("pass", {"origin": {"interpreter": "/no/such/python"}}, "env"),
        ("pass", {"origin": {"host": "another machine"}}, "env"),
        ("pass", {"inputs": {"source": "0" * 64}}, "resource"),
        ("pass", {"origin": {"scratch": "/proc"}}, "resource"),
    ],
)
def test_failures_are_outcomes(job: Any, text: str, changes: dict[str, Any], expected: str) -> None:
    """None of them is raised."""
    outcome = execute(job(text, **changes))
    assert stage(outcome) == expected, outcome


def test_a_run_that_did_not_begin_is_a_failure(job: Any) -> None:
    """The original logged to MLflow; a replay that does not has not repeated it."""
    outcome = execute(job("pass", plan={"original_scheme": "sqlite"}))
    assert outcome.failure is not None
    assert "started 0 MLflow runs" in outcome.failure.message


def test_writes_elsewhere_are_refused_and_named(job: Any) -> None:
    """The program's own folders are all that it may write."""
    outside = Path(__file__).with_name("written-by-a-replay.txt")
    outcome = execute(job(f"open({str(outside)!r}, 'w')"))
    assert not outside.exists()
    (refused,) = [d for d in outcome.deviations if str(outside) in d.what]
    assert (refused.recorded, refused.replayed) == ("allowed", "refused")


PLANTS = """
import json, os, sys
spool, secret = os.environ["BIS_SPOOL"], sys.argv[1]
print("printed", flush=True)
for name in ("stdout.txt", "stderr.txt", "exit.json", f"exit.json.{os.getppid()}.tmp", "room", "events-1-0.jsonl"):
    path = os.path.join(spool, name)
    if os.path.lexists(path):
        os.unlink(path)
    os.symlink(secret, path)
os.mkfifo(os.path.join(spool, "events-2-0.jsonl"))
with open(os.path.join(spool, "session.json")) as file:
    session = json.load(file)
session["project_root"] = os.path.dirname(secret)
session["quarantine"]["folder"] = os.path.dirname(secret)
with open(os.path.join(spool, "session.json"), "w") as file:
    json.dump(session, file)
event = {"k": "open", "t": 1.0, "path": secret, "mode": "w", "size": 9, "mtime_ns": 1}
with open(os.path.join(spool, "events-3-0.jsonl"), "w") as file:
    file.write(json.dumps(event) + "\\n")
"""


def test_what_a_program_plants_in_its_folders_leads_nowhere(job: Any, tmp_path: Path) -> None:
    """Links, a pipe, another session and made-up events: nothing outside is read for it, and nothing is written."""
    secret = tmp_path / "elsewhere" / "secret.txt"
    secret.parent.mkdir()
    secret.write_text("TOPSECRET")
    outcome = execute(job(PLANTS, plan={"argv": (str(secret),)}))
    assert secret.read_text() == "TOPSECRET"
    assert [p.name for p in secret.parent.iterdir()] == ["secret.txt"]
    assert outcome.outputs is not None
    assert "TOPSECRET" not in repr(outcome)
    assert "secret.txt" not in {Path(f.path).name for f in outcome.outputs.files}


def test_idle_workers_end_silently() -> None:
    """Ctrl-C in a worker without a replay is no traceback."""
    code = (
        "import os, signal\nfrom bis._replay.execution import quiet_when_idle\nquiet_when_idle()\n"
        "os.kill(os.getpid(), signal.SIGINT)\nprint('not reached')"
    )
    environ = {**os.environ, "PYTHONPATH": str(Path(bis.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_one_interruption_is_enough() -> None:
    """The second Ctrl-C (the terminal's and the parent's come both) does not disturb the cleaning up."""
    code = (
        "import os, signal\nfrom bis._replay import execution\nexecution.quiet_when_idle()\n"
        "execution._RUNNING.append(True)\ntry:\n    os.kill(os.getpid(), signal.SIGINT)\n"
        "except KeyboardInterrupt:\n    os.kill(os.getpid(), signal.SIGINT)\n    print('clean')"
    )
    environ = {**os.environ, "PYTHONPATH": str(Path(bis.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "clean\n")
    assert signal.getsignal(signal.SIGINT) is not signal.SIG_IGN


def test_kinds_of_entry_are_told_to_the_program(job: Any) -> None:
    """A module is run as one."""
    module = {"entry": EntryKind.MODULE, "target": "train"}
    outcome = execute(job("print(__name__, __spec__ is not None)", plan=module))
    assert outcome.outputs is not None
    assert outcome.outputs.stdout == "__main__ True\n"


def test_variables_of_a_variation_replace_those_of_the_plan(job: Any) -> None:
    """The program sees the value of the variation."""
    plan = {"variables": {"OMP_NUM_THREADS": "2"}}
    text = "import os; print(os.environ['OMP_NUM_THREADS'])"
    outcome = execute(job(text, plan=plan, variation=Variation(ROOT, "7", variables={"OMP_NUM_THREADS": "3"})))
    assert outcome.outputs is not None
    assert outcome.outputs.stdout == "3\n"


def test_without_a_root_entropy_is_not_served(job: Any) -> None:
    """Two replays of a program that sets no seed then differ, and no root is claimed for them."""
    text = "import random; print(random.random())"
    first, second = (execute(job(text, variation=Variation(None, "7"))) for _ in range(2))
    assert first.outputs is not None
    assert second.outputs is not None
    assert first.outputs.stdout != second.outputs.stdout
    assert first.root is None


def test_a_job_is_a_small_picklable_value(job: Any) -> None:
    """It can be sent to another process or machine, and comes back equal."""
    made = job("pass")
    sent = pickle.dumps(made)
    assert pickle.loads(sent) == made  # noqa: S301 - made one line above
    assert len(sent) < 10_000
