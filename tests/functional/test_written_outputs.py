"""Programs that log no metrics: what they write and say is compared, and nothing is never a yes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.functional.scene import Project

WRITES = """
import csv, json, logging, os, pickle, time
logging.basicConfig(level=logging.INFO)
score = {score}
with open("metrics.json", "w") as file:
    json.dump({{"accuracy": score, "fit_time": time.time()}}, file)
with open("history.tmp", "wb") as file:
    pickle.dump({{"loss": [1.0, score]}}, file)
os.replace("history.tmp", "history.pkl")
with open(time.strftime("run_%Y%m%d-%H%M%S.csv"), "w") as file:
    csv.writer(file).writerows([["epoch", "loss"], [0, 1.0], [1, score]])
logging.info("accuracy %.12f", score)
"""
BESIDE = """
import json, time, mlflow
with mlflow.start_run():
    mlflow.log_metric("loss", 0.5)
    mlflow.log_dict({"f1": time.time() % 1}, "f1.json")
json.dump({"accuracy": time.time() % 1}, open("metrics.json", "w"))
"""


def verdict_of(project: Project, text: str, *, recorded: int = 0) -> tuple[int, dict[str, Any]]:
    """The exit status and the verdict of an exact replay of a program that ends with `recorded`."""
    (project.folder / "program.py").write_text(text, encoding="utf-8")
    done = project.bis("run", "program.py", timeout=300)
    assert done.code == recorded, done.err
    done = project.bis("replay", done.run_id, "-n", "1", "--json", timeout=300)
    return done.code, json.loads(done.out)


def items(verdict: dict[str, Any], level: str) -> set[str]:
    """What counts and has this level."""
    found = [i for g in verdict["groups"] for i in g["items"] if i["counts"] and i["level"] == level]
    return {f"{i['name'].partition('_')[0]}: {i['label']}" if i["label"] else i["name"] for i in found}


def test_numbers_that_were_only_written_or_logged(project: Project) -> None:
    """A result that depends on the clock, in four places; the same program with a fixed one is a yes."""
    code, verdict = verdict_of(project, WRITES.format(score="time.time() % 1"))
    assert (code, verdict["level"]) == (1, "divergent")
    different = {"metrics.json: accuracy", "history.pkl: loss", "run: loss", "stderr: accuracy"}
    assert items(verdict, "divergent") == different
    assert verdict["statements"][0]["code"] == "outputs-differ"
    code, verdict = verdict_of(project, WRITES.format(score="0.625"))
    assert (code, verdict["level"]) == (0, "bitwise")


def test_a_file_beside_metrics_is_in_the_headline(project: Project) -> None:
    """Metrics of the same bits, and other numbers in a file and in an artifact."""
    code, verdict = verdict_of(project, BESIDE)
    assert (code, verdict["level"]) == (0, "bitwise metrics")
    first = verdict["statements"][0]
    assert first["figures"]["items"] == ["f1.json: f1", "metrics.json: accuracy"]
    assert first["parts"][0]["code"] == "identical"


@pytest.mark.parametrize(
    ("text", "recorded", "code", "first"),
    [
        ("x = 1\n", 0, 4, "nothing-to-compare"),
        ("print('a'\nx = = 3\n", 1, 3, "original-failed"),
        ("print('accuracy 0.5')\nraise SystemExit(2)\n", 2, 3, "original-failed"),
    ],
    ids=["nothing", "syntax error", "exit status"],
)
def test_no_result_is_no_yes(project: Project, text: str, recorded: int, code: int, first: str) -> None:
    """A program that gives nothing, one that never started, one that says it failed."""
    found, verdict = verdict_of(project, text, recorded=recorded)
    assert (found, verdict["statements"][0]["code"]) == (code, first)


def test_output_that_differs_where_it_was_not_kept(project: Project) -> None:
    """Its digest is known: not the same, although the beginning and the end are."""
    (project.folder / "pyproject.toml").write_text("[tool.bis]\nstdout-mib = 0.1\n", encoding="utf-8")
    text = "import time\nfor i in range(40_000):\n    print(i, time.time() if i == 9_000 else 0.5)\n"
    code, verdict = verdict_of(project, text)
    assert (code, verdict["level"], verdict["needed"]) == (5, "inconclusive", None)
    assert "rest-differs" in {s["code"] for g in verdict["groups"] for i in g["items"] for s in i["statements"]}
