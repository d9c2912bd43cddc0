"""The main job, as the README's command runs it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
STUDY = ROOT / "study"

FRESH = 3

Result = tuple[subprocess.CompletedProcess[str], dict[str, Any]]


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


@pytest.fixture(scope="module")
def study(
    tmp_path_factory: pytest.TempPathFactory,
) -> Result:
    """One study with fewer replays than `make study` makes."""
    out = tmp_path_factory.mktemp("study")
    command = [sys.executable, str(STUDY / "run.py"), "--exact", "1", "--fresh", str(FRESH), "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=900)
    assert (out / "study.json").is_file(), done.stdout + done.stderr
    return done, json.loads((out / "study.json").read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.keras
def test_every_statement_of_the_study_holds(study: Result) -> None:
    """The main job ends with status 0, five statements that hold and none that fails."""
    done, _ = study
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("holds   ") == 5
    assert "FAILS" not in done.stdout


@pytest.mark.slow
@pytest.mark.keras
def test_basic_is_bitwise_and_numerically_the_published(study: Result) -> None:
    """The exact replays of `basic` have the same bits; the published figures are equal within ULPs, which are given."""
    _, results = study
    assert results["basic_exact"]["level"] == "bitwise"
    verdict = results["basic_published_test"]
    assert verdict["level"] == "numerical"
    distances = {i["name"]: i["evidence"]["ulps"] for g in verdict["groups"] for i in g["items"]}
    assert set(distances) == {"mse", "mae", "r2"}
    assert all(0 <= d <= 4 for d in distances.values())


@pytest.mark.slow
@pytest.mark.keras
def test_complex_is_bitwise_from_the_record_and_plausible_without(study: Result) -> None:
    """The unseeded net gives the same bits from the recorded root, and other bits, statistically alike, without it."""
    _, results = study
    assert results["complex_exact"]["level"] == "bitwise"
    fresh = results[max(name for name in results if name.startswith("complex_fresh_"))]
    assert fresh["level"] == "statistical"
    shown = {i["name"]: i["evidence"] for g in fresh["groups"] for i in g["items"] if i["kind"] == "metric"}
    assert {"test_accuracy", "test_loss"} <= set(shown)
    for evidence in (shown["test_accuracy"], shown["test_loss"]):
        assert evidence["interval"]["low"] < evidence["interval"]["high"]
        assert 0 < evidence["p_value"] <= 1
        assert evidence["detectable_shift"] > 0


@pytest.mark.slow
@pytest.mark.keras
def test_fresh_replays_drew_roots_of_their_own(study: Result) -> None:
    """No two fresh replays share an entropy root, and none has the original's."""
    _, results = study
    fresh = [o["root"] for o in results["complex_fresh_1"]["outcomes"]]
    exact = {o["root"] for o in results["complex_exact"]["outcomes"]}
    assert len(set(fresh)) == len(fresh) == FRESH
    assert len(exact) == 1
    assert not exact & set(fresh)
