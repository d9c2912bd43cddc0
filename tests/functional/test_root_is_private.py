"""The root of a run's randomness is in its record, and in nothing that a program can log unawares."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.functional.scene import Done, Project, tree

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow

# Each way in which programs and their children look at their environment; the values of all of it are printed,
# logged as params, and as an artifact.
_PROGRAM = """
import json, multiprocessing, os, subprocess, sys
from pathlib import Path

SHOW = "import os; print(dict(os.environ))"

def own_environ():
    kernel = Path("/proc/self/environ")
    return [dict(os.environ), kernel.read_bytes().decode("utf-8", "replace") if kernel.exists() else ""]

def output(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=True, **options).stdout

if __name__ == "__main__":
    import mlflow  # not in what is spawned, which imports this file

    with multiprocessing.get_context("spawn").Pool(1) as pool:
        spawned = pool.apply(own_environ)
    seen = {
        "own": own_environ(),
        "arguments": sys.orig_argv,
        "spawned": spawned,
        "child": output(sys.executable, "-c", SHOW),
        "changed": output(sys.executable, "-c", SHOW, env={**os.environ, "MORE": "1"}),
        "isolated": output(sys.executable, "-I", "-c", SHOW),
        "shell": output("env", shell=False),
    }
    print(json.dumps(seen))
    with mlflow.start_run():
        mlflow.log_dict(seen, "environment.json")
        mlflow.log_params({name: value[:500] for name, value in os.environ.items() if name.isidentifier()})
    print("BIS_SPOOL" in seen["child"], os.urandom(8).hex())
"""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The program's run, and what was kept of it before anything else was done with it."""

    project: Project
    done: Done
    root: str
    kept: dict[str, bytes]
    spooled: dict[str, bytes]


@pytest.fixture(scope="module")
def recorded(new_project: Callable[..., Project]) -> Recorded:
    """The program, recorded once."""
    project = new_project("private-root")
    project.add("program.py", _PROGRAM)
    done = project.bis("run", "program.py")
    assert done.code == 0, done.err
    root = project.store.read(done.run_id).record.randomness.root
    assert root is not None
    assert len(root) == 64
    return Recorded(project, done, root, artifacts(project), spooled(project))


def artifacts(project: Project) -> dict[str, bytes]:
    """The database, and every artifact, by name."""
    database = Path(project.uri.removeprefix("sqlite:///"))
    return {database.name: database.read_bytes(), **tree(database.parent / "artifacts")}


def spooled(project: Project) -> dict[str, bytes]:
    """The files of all sessions that are kept."""
    return tree(project.home / "sessions")


def holders(root: str, *, among: dict[str, bytes]) -> set[str]:
    """The names of the files that hold a root, as digits or as bytes."""
    forms = (root.encode(), root.upper().encode(), bytes.fromhex(root))
    return {Path(path).name for path, content in among.items() if any(form in content for form in forms)}


def test_a_program_that_logs_its_environment_does_not_log_the_root(recorded: Recorded) -> None:
    """The root is in the session's private folder and in the record: not printed, and in no param or artifact."""
    done, root = recorded.done, recorded.root
    stored = recorded.project.store.read(done.run_id)
    assert done.out.splitlines()[-1].startswith("True "), "the child is recorded, and served from the root"
    for text in (done.out, done.err, stored.record.outputs.stdout or "", str(stored.record.parameters.values)):
        assert root not in text
        assert "BIS_ENTROPY" not in text
    assert "environment.json" in {Path(path).name for path in recorded.kept}
    assert holders(root, among=recorded.kept) == {"record.json"}
    assert holders(root, among=recorded.spooled) <= {"session.json"}


def test_a_replay_draws_the_same_without_showing_the_root(recorded: Recorded) -> None:
    """The replayed program is served from the same root, and finds it as little as the original did."""
    project, root, run_id = recorded.project, recorded.root, recorded.done.run_id
    replayed = project.bis("replay", run_id, "-n", "1")
    assert replayed.code in {0, 1, 5}, replayed.err
    assert root not in replayed.out + replayed.err
    (child,) = project.children(run_id)
    told = project.store.read(run_id).record.outputs.stdout or ""
    kept = {path: content for path, content in artifacts(project).items() if child in path}
    drawn = told.splitlines()[-1].split()[-1]
    assert any(drawn.encode() in content for content in kept.values())
    assert holders(root, among=kept) <= {"record.json", "replay.json"}
