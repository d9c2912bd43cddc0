"""`bis compare` as users run it: two recorded programs, and groups of runs that bis never saw on a real server."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest
from mlflow import MlflowClient

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functional.scene import Done, Project, Server

# Programs with accuracies of 0.8 and 0.9 draw 8 and 9 numbers: they do not draw the same, and are not paired.
NOISY = """\
import random, sys
accuracy = float(sys.argv[1])
draws = round(10 * accuracy)
print("accuracy:", accuracy + 0.01 * sum(random.gauss(0, 1) for _ in range(draws)) / draws**0.5)
"""
CERTAIN = "import sys\nprint('accuracy:', float(sys.argv[1]))\n"


def compared(project: Project, *arguments: str, code: int) -> Done:
    """What the command says, with its exit code."""
    done = project.bis("compare", *arguments)
    assert done.code == code, done
    return done


@pytest.mark.slow
def test_two_programs_with_a_known_difference(new_project: Callable[..., Project]) -> None:
    """B is higher, by the replays and not by the two results; they are kept, and reused with --add."""
    project = new_project(draws="compare")
    project.add("noisy.py", NOISY)
    a, b = project.record("noisy.py", "0.8"), project.record("noisy.py", "0.9")
    found = json.loads(compared(project, a, b, "-n", "4", "--higher", "printed: accuracy", "--json", code=0).out)
    (metric,) = found["metrics"]
    assert (metric["name"], metric["result"], found["design"]) == ("printed: accuracy", "b-higher", "unpaired")
    assert metric["difference"] == pytest.approx(0.1, abs=0.05)
    assert metric["low"] < 0.1 < metric["high"]
    assert found["statements"] == []
    said = compared(project, b, b, "-n", "0", "--add", code=5).out
    assert said.startswith("no difference shown"), said
    assert "4 replays of each notice a difference of 0.0" in said
    again = compared(project, a, b, "-n", "0", "--add", "--lower", "printed: accuracy", code=0).out
    assert again.startswith("A is better: printed: accuracy"), again
    assert "were made before" in again
    project.bis("compare", a, b, "--metric", "f1").explains("has no metric 'f1'", "printed: accuracy")


@pytest.mark.slow
def test_programs_that_draw_the_same_are_paired(new_project: Callable[..., Project]) -> None:
    """A tenth of the scatter is found in six pairs, since both have the same luck."""
    project = new_project(draws="compare")
    project.add("noisy.py", NOISY)
    a, b = project.record("noisy.py", "0.8"), project.record("noisy.py", "0.801")
    found = json.loads(compared(project, a, b, "-n", "6", "--json", code=0).out)
    assert (found["design"], found["shared"], found["metrics"][0]["result"]) == ("paired", ["sampling"], "b-higher")
    assert found["metrics"][0]["difference"] == pytest.approx(0.001)


@pytest.mark.slow
def test_programs_without_randomness_differ_exactly(new_project: Callable[..., Project]) -> None:
    """Two replays of each are enough, and no statistics are made of them."""
    project = new_project(draws="compare")
    project.add("certain.py", CERTAIN)
    a, b = project.record("certain.py", "0.8"), project.record("certain.py", "0.9")
    said = compared(project, a, b, code=0).out
    assert "B is higher, exactly by 0.1" in said
    assert "2 replays" in said
    assert "p =" not in said


def test_groups_of_runs_on_a_server_that_bis_never_saw(server: Server, project: Project) -> None:
    """Runs of the plain client: the table, the pairs, what was left out; a filter is MLflow's to answer."""
    client = MlflowClient(server.uri)
    experiment = client.create_experiment("sweep of seeds")
    rng = random.Random(7)
    common = [rng.gauss(0, 0.05) for _ in range(6)]
    for model, mean in {"svm": 0.80, "net": 0.90}.items():
        for seed in range(6):
            run = client.create_run(experiment).info.run_id
            client.log_param(run, "model", model)
            client.set_tag(run, "seed", str(seed))
            client.log_metric(run, "acc", mean + common[seed] + rng.gauss(0, 0.01))
            client.set_terminated(run, "FINISHED")
    client.set_terminated(client.create_run(experiment).info.run_id, "FAILED")
    store = ("--tracking-uri", server.uri, "--experiment", "sweep of seeds")
    groups = ("--group", "params.model", "--over", "tags.seed", "--metric", "acc", "--higher", "acc")
    said = compared(project, *groups, *store, code=0).out
    assert said.startswith("acc: net is best, and differs from the other group"), said
    assert "1 run left out: failed" in said
    found = json.loads(compared(project, *groups, *store, "--filter", "tags.seed != '0'", "--json", code=0).out)
    (difference,) = found["metrics"][0]["differences"]
    assert (difference["pairs"], difference["differs"]) == (5, True)
    project.bis("compare", *groups, *store, "--filter", "seed ~ 0").explains("does not understand the filter")
    project.bis("compare", "--group", "params.model", *store).explains("no metric was named", "acc")
    assert project.bis("compare", "--group", "params.model", "-n", "3", *store).code == 2
    assert project.bis("compare", "last").code == 2
