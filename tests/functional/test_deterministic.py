"""Programs that draw no entropy, and whose results differ all the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.functional.scene import Project

CLOCK = "score = time.perf_counter_ns() % 999_983 / 7\n"
PRINTS = "import time\n" + CLOCK + "print('score:', score)\n"
LOGS = (
    "import random, time\nimport numpy as np\nimport mlflow\n{seed}"
    + CLOCK
    + ("with mlflow.start_run():\n    mlflow.log_metric('score', score)\n")
)


def replayed(project: Project, text: str) -> tuple[int, dict[str, Any]]:
    """The exit status and the verdict of an exact replay of a program."""
    (project.folder / "clock.py").write_text(text, encoding="utf-8")
    run_id = project.record("clock.py")
    done = project.bis("replay", run_id, "-n", "1", "--json", timeout=300)
    return done.code, json.loads(done.out)


@pytest.mark.parametrize(
    "text",
    [PRINTS, LOGS.format(seed="random.seed(0)\nnp.random.seed(0)\n"), LOGS.format(seed="")],
    ids=["no MLflow", "MLflow, all seeded", "MLflow, nothing seeded and nothing used"],
)
def test_a_mismatch_without_entropy_is_divergent(project: Project, text: str) -> None:
    """Chance cannot explain it, since only ids were drawn: exit status 1, and no fresh replays are asked for."""
    code, verdict = replayed(project, text)
    assert (code, verdict["level"], verdict["needed"]) == (1, "divergent", None)
    assert {"no-entropy", "other-causes"} <= {s["code"] for s in verdict["statements"]}
    assert verdict["groups"][0]["level"] == "divergent"


def test_a_mismatch_that_chance_may_explain_is_inconclusive(project: Project) -> None:
    """The program drew from a shared generator that it did not seed: fresh replays would tell."""
    code, verdict = replayed(project, LOGS.format(seed="random.random()\n"))
    assert (code, verdict["level"], verdict["needed"]) == (5, "inconclusive", 3)
