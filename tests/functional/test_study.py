"""Studies from the command line: the main job, and one that is killed again and again."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import sqlite3
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bis._study.result_reading import study_from_text
from bis.model.verdict import Level
from tests.functional.scene import eventually

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from bis.model.study_result import StudyResult
    from bis.model.verdict import Item, Verdict
    from tests.functional.scene import Project

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
STUDY = ROOT / "study"

FRESH = 3
SHORT = f"""
title = "The study, with fewer replays"
jobs = 2

[[experiment]]
name = "basic"
program = "basic.ipynb"
exact = 1
saved-outputs = true
published = ["published/basic_test.csv", "published/basic_training.csv"]

[[experiment]]
name = "complex"
program = "complex.ipynb"
exact = 1
fresh = {FRESH}

[[corpus]]
name = "examples"
path = "projects"
"""

UNSEEDED = """
import mlflow
import numpy as np

rng = np.random.default_rng()
with mlflow.start_run():
    for step in range(3):
        mlflow.log_metric("loss", float(rng.normal()) / (step + 1), step=step)
"""
KILLED = """
[[experiment]]
name = "unseeded"
program = "unseeded.py"
exact = 3
fresh = 5
"""


def saved_results(notebook: str) -> dict[str, float]:
    """The dictionary that the last cell of a notebook shows."""
    cells = json.loads((STUDY / notebook).read_text(encoding="utf-8"))["cells"]
    text = "".join(cells[-1]["outputs"][0]["data"]["text/plain"])
    return {str(k): float(v) for k, v in json.loads(text.replace("'", '"')).items()}


def published(name: str) -> list[dict[str, str]]:
    """A published table, a row a mapping."""
    with (STUDY / "published" / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("name", ["basic.ipynb", "complex.ipynb"])
def test_notebooks_were_executed_and_take_parameters(name: str) -> None:
    """Each notebook has one cell tagged `parameters`, every cell was executed, in order, without error."""
    cells = json.loads((STUDY / name).read_text(encoding="utf-8"))["cells"]
    code = [c for c in cells if c["cell_type"] == "code"]
    assert [c["execution_count"] for c in code] == list(range(1, len(code) + 1))
    assert sum("parameters" in c["metadata"].get("tags", []) for c in code) == 1
    assert not [o for c in code for o in c["outputs"] if o["output_type"] in {"error", "stream"}]


def test_saved_figures_of_basic_are_the_published_ones() -> None:
    """The notebook in the repository shows the published figures to 15 significant digits."""
    here = saved_results("basic.ipynb")
    assert {r["metric"]: f"{here[r['metric']]:.15g}" for r in published("basic_test.csv")} == {
        r["metric"]: f"{float(r['value']):.15g}" for r in published("basic_test.csv")
    }


def test_complex_logs_the_published_names() -> None:
    """The metrics of the unseeded experiment are named as in the published table."""
    names = set(published("complex.csv")[0]) - {"run"}
    assert set(saved_results("complex.ipynb")) == names


def result_of(out: Path) -> StudyResult:
    """The result that a study has written."""
    return study_from_text((out / "study.json").read_bytes())


@pytest.fixture(scope="module")
def study(new_project: Callable[..., Project]) -> StudyResult:
    """The study of this repository with fewer replays than `make study` makes."""
    project: Project = new_project("study")
    for name in ("basic.ipynb", "complex.ipynb"):
        shutil.copy(STUDY / name, project.folder)
    for name in ("published", "projects"):
        shutil.copytree(STUDY / name, project.folder / name)
    project.add("study.toml", SHORT)
    done = project.bis("study", "study.toml", "--out", "report", timeout=900)
    assert done.code == 0, done.out + done.err
    assert "basic: exact bitwise, published numerical, saved outputs" in done.out
    return result_of(project.folder / "report")


def items(verdict: Verdict) -> dict[str, Item]:
    """The items of a verdict by name."""
    return {item.name: item for group in verdict.groups for item in group.items}


@pytest.mark.slow
@pytest.mark.keras
def test_basic_is_bitwise_and_numerically_the_published(study: StudyResult) -> None:
    """The exact replays of `basic` have the same bits; the published figures are equal within ULPs, which are given."""
    basic = study.experiments[0]
    assert basic.exact is not None
    assert basic.exact.verdict.level is Level.BITWISE
    found = basic.published[0].verdict
    assert found.level is Level.NUMERICAL
    distances = {name: item.evidence.ulps for name, item in items(found).items()}
    assert set(distances) == {"mse", "mae", "r2"}
    assert all(d is not None and 0 <= d <= 4 for d in distances.values())
    assert basic.saved is not None
    assert basic.saved.level in {Level.BITWISE, Level.NUMERICAL}


@pytest.mark.slow
@pytest.mark.keras
def test_complex_is_bitwise_from_the_record_and_drawn_anew_without(study: StudyResult) -> None:
    """The unseeded net gives the same bits from the recorded root, and other bits, each a draw of its own, without."""
    net = study.experiments[1]
    assert net.exact is not None
    assert net.exact.verdict.level is Level.BITWISE
    assert net.fresh is not None
    # One original in twenty is called divergent at this level although nothing is wrong with it.
    assert net.fresh.verdict.level in {Level.STATISTICAL, Level.INCONCLUSIVE, Level.DIVERGENT}
    shown = {name: item.evidence for name, item in items(net.fresh.verdict).items()}
    for evidence in (shown["test_accuracy"], shown["test_loss"]):
        assert evidence.interval is not None
        assert evidence.interval.low < evidence.interval.high
        assert evidence.p_value is not None
        assert evidence.detectable_shift is not None
    roots = {o.root for o in net.fresh.verdict.outcomes}
    assert len(roots) == FRESH
    assert not roots & {o.root for o in net.exact.verdict.outcomes}


@pytest.mark.slow
@pytest.mark.keras
def test_the_example_corpus_has_both_figures(study: StudyResult) -> None:
    """The search for three words counts a comment and misses nothing else; the audit sees the wrapper."""
    audit = study.corpora[0].audit
    assert audit is not None
    summary = audit.summary
    assert summary.search is not None
    assert summary.audit is not None
    assert summary.projects == 8
    assert {d.project for d in summary.disagreements} >= {"commented-out"}
    assert [a.code.value for a in study.answers] == [
        "suffices", "kept-in-files", "entropy-needed", "use-measured", "all-again",
    ] or study.answers[-1].code.value == "some-again"  # fmt: skip


def children(database: Path, kind: str) -> dict[str, int]:
    """How many replays of a kind are stored whole, by the run that they replay."""
    query = (
        "SELECT p.value, COUNT(*) FROM tags p JOIN tags k ON k.run_uuid = p.run_uuid JOIN runs r ON r.run_uuid = "
        "p.run_uuid WHERE p.key = 'bis.replay.of' AND k.key = 'bis.replay.kind' AND k.value = ? "
        "AND r.status = 'FINISHED' GROUP BY p.value"
    )
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return {str(run): int(count) for run, count in connection.execute(query, (kind,))}
    return {}


def kill_when(process: subprocess.Popen[str], condition: Callable[[], bool], *, group: bool = False) -> None:
    """Kill a study (kill -9) as soon as something is seen; with `group` all that it started, too."""
    assert eventually(lambda: condition() or process.poll() is not None, 240)
    assert process.poll() is None, process.communicate()
    if group:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.communicate()


@pytest.mark.slow
def test_a_study_that_is_killed_goes_on(project: Project) -> None:
    """While it records, between exact and between fresh replays: each replay is made once, the report is whole."""
    project.add("unseeded.py", UNSEEDED)
    project.add("study.toml", KILLED)
    out = project.folder / "report"
    database = out / "mlflow.db"
    command = (sys.executable, "-m", "bis", "study", "study.toml", "--out", "report")
    kill_when(project.start(*command), (out / "logs").exists)
    kill_when(project.start(*command), lambda: any(children(database, "exact").values()))
    before = children(database, "exact")
    kill_when(project.start(*command), lambda: any(n >= 2 for n in children(database, "fresh").values()), group=True)
    assert all(children(database, "exact")[run] >= n for run, n in before.items())
    done = project.command(*command)
    assert done.code == 0, done.err
    (experiment,) = result_of(out).experiments
    assert experiment.run is not None
    run_id = experiment.run.run_id
    assert children(database, "exact") == {run_id: 3}
    assert children(database, "fresh") == {run_id: 5}
    assert experiment.exact is not None
    assert experiment.exact.verdict.level is Level.BITWISE
    assert experiment.fresh is not None
    assert len({o.root for o in experiment.fresh.verdict.outcomes}) == 5
    files = {p.relative_to(out): p.read_bytes() for p in out.rglob("*") if p.suffix in {".html", ".md", ".csv"}}
    again = project.bis("study", "study.toml", "--out", "report")
    assert again.code == 0, again.err
    assert again.err.count("done before") == 4
    assert {name: (out / name).read_bytes() for name in files} == files


def test_faults_of_a_study(project: Project) -> None:
    """They are told with their lines, and nothing is run."""
    project.add("study.toml", KILLED + 'fresh = "many"\nexakt = 2\n')
    done = project.bis("study", "study.toml")
    assert done.code == 2
    done.explains("study.toml", "not TOML")
    project.add("study.toml", KILLED.replace("exact = 3", "exakt = 3") + 'titel = "x"\n')
    done = project.bis("study", "study.toml")
    assert done.code == 2
    done.explains("line 5: unknown key 'exakt'", "line 7: unknown key 'titel'", "no such file")
    assert not (project.folder / "report").exists()
