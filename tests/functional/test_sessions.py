"""Programs that create many runs: all of them are judged, each against its counterpart."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functional.scene import Project

# A search whose children are the same each time and whose parent is not; runs that threads create in an order that
# changes, nested in a run without a name; a run of its own; models without a name.
SEARCH = """
import random, threading, time
import numpy as np, mlflow
from mlflow import MlflowClient
random.seed(1); np.random.seed(1)
client = MlflowClient()
hurry = time.time_ns() // 1000 % 2

with mlflow.start_run(run_name="search"):
    for depth in range(3):
        with mlflow.start_run(nested=True):
            mlflow.log_param("max_depth", depth)
            mlflow.log_metric("acc", 0.5 + depth / 10)
    mlflow.log_metric("best_score", time.time() % 1)

def trial(depth, parent, turns):
    turns[depth].wait()
    run = client.create_run("0", tags={"mlflow.parentRunId": parent}).info.run_id
    client.log_param(run, "max_depth", depth)
    client.log_metric(run, "loss", 1 / (depth + 3))
    client.set_terminated(run)

with mlflow.start_run() as parent:
    turns = [threading.Event() for _ in range(3)]
    threads = [threading.Thread(target=trial, args=(d, parent.info.run_id, turns)) for d in range(3)]
    [t.start() for t in threads]
    for depth in ((0, 1, 2), (2, 0, 1))["quarantine" in mlflow.get_artifact_uri()]:
        turns[depth].set()
        threads[depth].join()

with mlflow.start_run(run_name="alone"):
    mlflow.log_metric("m", 0.25)
"""


@pytest.fixture(scope="module")
def searched(new_project: Callable[..., Project]) -> tuple[Project, dict[str, Any]]:
    """The program, recorded and replayed."""
    project = new_project("search")
    project.add("search.py", SEARCH)
    done = project.bis("run", "search.py")
    assert done.code == 0, done.err
    replayed = project.bis("replay", "last", "-n", "1", "--yes", "--json")
    return project, json.loads(replayed.out)


def levels(verdict: dict[str, Any], items: str) -> dict[str, str]:
    """The levels of the items of a name, by their run."""
    return {i["run"]: i["level"] for g in verdict["groups"] for i in g["items"] if i["name"] == items}


def test_the_weakest_of_all_runs_decides(searched: tuple[Project, dict[str, Any]]) -> None:
    """A figure of the parent that differs is not hidden by children that are the same."""
    _, verdict = searched
    assert verdict["level"] == "divergent"
    assert len(verdict["runs"]) == 9
    assert verdict["statements"][0]["figures"] == {"compared": 8, "total": 9}
    assert list(levels(verdict, "best_score").values()) == ["divergent"]
    assert set(levels(verdict, "acc").values()) == {"bitwise"}


def test_runs_of_threads_are_paired_by_their_params(searched: tuple[Project, dict[str, Any]]) -> None:
    """In the replay they were created in another order."""
    _, verdict = searched
    assert list(levels(verdict, "loss").values()) == ["bitwise"] * 3
    created = [[r["identity"]["params"].get("max_depth") for r in o["runs"]] for o in verdict["outcomes"]]
    assert created == [[None, "0", "1", "2", None, "2", "0", "1", None]]
    assert not any(run["by_results"] for run in verdict["runs"])


def test_a_nested_run_can_be_judged_alone(searched: tuple[Project, dict[str, Any]]) -> None:
    """Named by its id; the run at the top, named by its id, means all."""
    project, verdict = searched
    child = next(run_id for run_id, _ in levels(verdict, "acc").items())
    done = project.bis("replay", child, "-n", "1", "--yes")
    assert done.code == 0, done.out + done.err
    assert done.out.startswith("bitwise")
    assert "best_score" not in done.out
    shown = project.bis("show", "last")
    assert verdict["run_id"] in shown.out
    assert "divergent" in shown.out
