"""Programs that name their store themselves, and notebooks with parameters: found and replayed as they ran."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bis.evidence.sqlite_reader import sqlite_reader
from bis.evidence.store import EvidenceStore
from tests.functional.scene import Project, notebook_text, tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.slow

# Everything is logged from threads of MLflow's, but the params of the second run; and the folder changes in between.
PROGRAM = """
import os, random
import mlflow

random.seed(1)
mlflow.set_tracking_uri("./runs_a")
with mlflow.start_run():
    for step in range(12):
        mlflow.log_metric("loss", random.random(), step=step, synchronous=False)
    mlflow.log_params({"a": 1, "b": 2}, synchronous=False)
os.makedirs("sub", exist_ok=True)
os.chdir("sub")
mlflow.set_tracking_uri(os.environ["ELSEWHERE"])
mlflow.config.enable_async_logging()
with mlflow.start_run(run_name="second"):
    mlflow.log_metrics({"x": random.random(), "y": 2.0})
    mlflow.log_param("a", 3)
"""


@pytest.fixture(scope="module")
def logged(new_project: Callable[..., Project], empty_database: Path) -> Project:
    """A project in which that program was recorded, with another one's older run in the store of its settings."""
    project = new_project("stores", MLFLOW_ALLOW_FILE_STORE="true")
    other = project.folder.parent / "other.db"
    other.write_bytes(empty_database.read_bytes())
    project.store.create("Default", "older", {}, started_unix_s=1.0)
    project.add("program.py", PROGRAM)
    done = project.bis("run", "program.py", ELSEWHERE=f"sqlite:///{other}")
    assert done.code == 0, done.err
    return project


def test_what_was_logged_later_and_to_plain_paths_is_recorded(logged: Project) -> None:
    """All of it, in the order of the program; and no further run is made."""
    folder = EvidenceStore(str(logged.folder / "runs_a"))
    (first,) = folder.runs()
    record = folder.read(first.run_id).record
    assert [(c.name, c.steps) for c in record.outputs.metrics] == [("loss", tuple(range(12)))]
    assert (record.parameters.values, record.tracking_scheme) == ({"a": "1", "b": "2"}, "file")
    assert [f for f in (*record.outputs.files, *record.data.files) if "runs_a" in f.path] == []
    assert record.outputs.status.value == "recorded"
    assert len(logged.store.runs()) == 1


def test_last_is_what_was_run_and_nothing_is_made_by_looking(logged: Project) -> None:
    """Wherever it went; the listing of the settings' store says that there is another one."""
    before = sorted(p.name for p in logged.folder.rglob("*"))
    shown = logged.bis("show", "last", "--json")
    assert json.loads(shown.out)["name"] == "second", shown.err
    listed = logged.bis("runs")
    assert "older" in listed.out
    assert "another store: bis runs --tracking-uri sqlite:///" in listed.err
    assert logged.bis("show", "0" * 32).code == 3
    assert sorted(p.name for p in logged.folder.rglob("*")) == before


def test_replays_are_of_the_run_that_was_meant(logged: Project) -> None:
    """In quarantine, also from plain paths: only their results go to its store. The other store's run is judged."""
    reader = sqlite_reader(logged.folder.parent / "other.db")
    assert reader is not None
    files = tree(logged.folder)
    verdict = logged.bis("replay", "last", "-n", "1", "--json", ELSEWHERE="./runs_c")
    found = json.loads(verdict.out)
    assert (verdict.code, found["level"]) == (0, "bitwise"), verdict.err
    assert {"loss", "x", "y"} <= {i["name"] for g in found["groups"] for i in g["items"]}
    assert found["statements"][0]["figures"] == {"compared": 2, "total": 2}
    assert tree(logged.folder) == files


def test_parameters_of_a_notebook_are_set_again(project: Project) -> None:
    """The recorded ones; another value is a named deviation. A secret is asked for."""
    text = json.loads(notebook_text(["msg, api_key = 'default', ''", "print(msg, len(api_key))"]))
    text["cells"][0]["metadata"] = {"tags": ["parameters"]}
    project.add("nb.ipynb", json.dumps(text))
    run_id = project.record("--set", "msg=hello", "--set", "api_key=quagga-6fd1b2c0", "nb.ipynb")
    record = project.store.read(run_id).record
    assert record.code.parameters == {"msg": "hello", "api_key": "[redacted]"}
    project.bis("replay", "last", "-n", "1").explains("api_key", "--set")
    project.bis("replay", "last", "-n", "1", "--set", "nosuch=1").explains("nosuch", "msg, api_key")
    again = project.bis("replay", "last", "-n", "1", "--set", "api_key=quagga-6fd1b2c0", "--json")
    assert json.loads(again.out)["level"] == "bitwise", again.out
    (session,) = project.home.glob("sessions/*/session.json")
    kept = session.read_bytes() + b"".join(p.read_bytes() for p in project.folder.parent.rglob("artifacts/**/*.*"))
    assert b"hello" in kept
    assert b"quagga" not in kept


# In the database, or the folder, of a server that is not running now: it takes metrics, and no artifact.
SERVED_ELSEWHERE = """
import sys, random

random.seed(1)
if sys.argv[1:] == ["fails"]:
    raise SystemExit("no run today")
import mlflow

with mlflow.start_run(run_name="parent"):
    mlflow.log_metric("loss", random.random())
    with mlflow.start_run(nested=True, run_name="child"):
        mlflow.log_metric("loss", random.random())
"""


@pytest.mark.parametrize("kind", ["database", "folder"])
def test_the_store_of_a_server_is_used_without_it(
    kind: str, new_project: Callable[..., Project], empty_database: Path
) -> None:
    """What was recorded stays on this machine, is replayed from here, and is not removed by accident."""
    project = new_project(f"served-{kind}", MLFLOW_ALLOW_FILE_STORE="true")
    uri = project.uri
    if kind == "database":
        with closing(sqlite3.connect(project.folder.parent / uri.rpartition("/")[2])) as store, store:
            store.execute("UPDATE experiments SET artifact_location = 'mlflow-artifacts:/0'")
    else:
        uri = str(project.folder / "mlruns")
        meta = project.folder / "mlruns" / "0" / "meta.yaml"
        meta.parent.mkdir(parents=True)
        meta.write_text(
            "artifact_location: mlflow-artifacts:/0\nexperiment_id: '0'\nlifecycle_stage: active\nname: Default\n"
        )
    project.add("program.py", SERVED_ELSEWHERE)
    for argument, level, code in (("works", "bitwise", 0), ("fails", "not executable", 3)):
        done = project.bis("run", "--wait", "program.py", argument, MLFLOW_TRACKING_URI=uri)
        assert "waits" not in done.err, done.err
        verdict = project.bis("replay", "last", "-n", "1", "--json", "--yes", MLFLOW_TRACKING_URI=uri)
        assert verdict.out, verdict.err
        assert (json.loads(verdict.out)["level"], verdict.code) == (level, code), verdict.err
    kept = json.loads(project.bis("cache", "list", "--kind", "artifacts", "--json").out)["things"]
    assert {thing["state"] for thing in kept} == {"only-here"}
    assert len(kept) >= 3
    project.bis("cache", "remove", "--kind", "artifacts")
    assert json.loads(project.bis("show", "last", "--json", MLFLOW_TRACKING_URI=uri).out)["recorded"] is True


REFUSED = """
import sys
import mlflow

def log():
    with mlflow.start_run():
        mlflow.log_metric("x", 1.0)

if sys.argv[1] == "fails":
    log()
try:  # as autologging does
    log()
except mlflow.MlflowException as error:
    print("not logged:", type(error).__name__)
mlflow.set_tracking_uri("sqlite:///other.db")
if sys.argv[1] == "elsewhere":
    log()
"""


@pytest.mark.parametrize(
    ("case", "level", "code"), [("fails", "not executable", 3), ("nothing", "bitwise", 0), ("elsewhere", "bitwise", 0)]
)
def test_a_store_that_was_refused_is_refused_again(
    case: str, level: str, code: int, new_project: Callable[..., Project], empty_database: Path
) -> None:
    """A folder of runs, unless it is allowed: a replay in quarantine would log what the original did not."""
    project = new_project(f"refused-{case}")
    (project.folder / "other.db").write_bytes(empty_database.read_bytes())
    project.add("program.py", REFUSED)
    project.bis("run", "--wait", "program.py", case, MLFLOW_TRACKING_URI="./runs")
    verdict = project.bis("replay", "last", "-n", "1", "--json", "--yes", MLFLOW_TRACKING_URI="./runs")
    assert verdict.out, verdict.err
    found = json.loads(verdict.out)
    assert (found["level"], verdict.code) == (level, code), verdict.out
    names = {i["name"] for g in found["groups"] for i in g["items"]}
    assert ("x" in names) is (case == "elsewhere")


# As with mlflow-skinny, or with a SQLAlchemy that is later than this MLflow: it has no store in a database.
WITHOUT_DATABASE = """
import random, sys

sys.modules["sqlalchemy"] = None
import mlflow

random.seed(1)
mlflow.set_tracking_uri("./runs")
with mlflow.start_run():
    mlflow.log_metric("x", random.random())
    with mlflow.start_run(nested=True):
        mlflow.log_metric("x", random.random())
        mlflow.log_text("a", "a.txt")
"""


def test_a_replay_needs_no_database_where_mlflow_has_none(new_project: Callable[..., Project]) -> None:
    """It logs to a folder then."""
    project = new_project("skinny", MLFLOW_ALLOW_FILE_STORE="true")
    project.add("program.py", WITHOUT_DATABASE)
    done = project.bis("run", "--wait", "program.py")
    assert done.code == 0, done.err
    verdict = project.bis("replay", "last", "-n", "1", "--json", "--yes")
    found = json.loads(verdict.out)
    assert (found["level"], verdict.code) == ("bitwise", 0), verdict.out
    assert found["statements"][0]["figures"] == {"compared": 2, "total": 2}


AUTOLOGS = """
import mlflow

with mlflow.start_run():
    try:  # as autologging does
        mlflow.log_text("a", "a.txt")
        mlflow.log_metric("x", 1.0)
    except mlflow.MlflowException as error:
        print("not logged:", type(error).__name__)
    mlflow.log_metric("y", 2.0)
"""


def test_artifacts_that_only_a_server_takes_are_refused_again(new_project: Callable[..., Project]) -> None:
    """What the original could not log because of that, a replay in quarantine does not log, either."""
    project = new_project("refused-artifacts")
    with closing(sqlite3.connect(project.folder.parent / project.uri.rpartition("/")[2])) as store, store:
        store.execute("UPDATE experiments SET artifact_location = 'mlflow-artifacts:/0'")
    project.add("program.py", AUTOLOGS)
    project.bis("run", "--wait", "program.py")
    verdict = project.bis("replay", "last", "-n", "1", "--json", "--yes")
    found = json.loads(verdict.out)
    assert (found["level"], verdict.code) == ("bitwise", 0), verdict.out
    names = {i["name"] for g in found["groups"] for i in g["items"]}
    assert "y" in names
    assert "x" not in names
