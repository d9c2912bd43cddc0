"""Figures of how often the audit is right: of canned labels and facts. No clones."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from bis.model.audit_facts import FACTS
from bis.model.project_audit import Confidence, Finding, Place, Severity

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def accuracy(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module; the benchmark is a folder of programs, not a package."""
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module("audit_accuracy")


def labels(**values: str) -> dict[str, str]:
    """The row of one repository: nothing but what is given."""
    nothing = dict.fromkeys(FACTS, "no") | {"via": "", "deps_pinned": "none"}
    return {"repository": "a/b", "commit": "0" * 40, **nothing, **values}


def facts(**values: object) -> dict[str, dict[str, object]]:
    """The facts of that repository."""
    nothing: dict[str, object] = dict.fromkeys(FACTS, "no") | {"via": (), "deps_pinned": "none"}
    return {"a/b": {**nothing, **values}}


@pytest.mark.parametrize(
    ("label", "value", "figures"),
    [
        ("yes", "yes", (1, 1, 0, 0)),
        ("yes", "no", (0, 0, 0, 1)),
        ("yes", "unknown", (0, 0, 0, 1)),
        ("no", "yes", (0, 0, 1, 0)),
        ("no", "no", (1, 0, 0, 0)),
        ("no", "unknown", (0, 0, 0, 0)),
        ("unknown", "unknown", (1, 0, 0, 0)),
        ("unknown", "no", (0, 0, 0, 0)),
        ("yes?", "no", (1, 0, 0, 0)),
        ("yes?", "yes", (1, 0, 0, 0)),
    ],
)
def test_a_yes_is_a_claim(accuracy: Any, label: str, value: str, figures: tuple[int, ...]) -> None:
    """What is not known costs recall, and agreement, but no precision."""
    one = accuracy.score([labels(autolog=label)], facts(autolog=value))["autolog"]
    assert (one.agreed, one.hits, one.false, one.missed) == figures


@pytest.mark.parametrize(
    ("label", "value", "figures"),
    [
        ("api lightning", ("api", "lightning"), (1, 2, 0, 0)),
        ("api", ("api", "hf"), (0, 1, 1, 0)),
        ("api hf", ("api",), (0, 1, 0, 1)),
        ("api client?", ("api", "client"), (1, 1, 0, 0)),
        ("api client?", ("api",), (1, 1, 0, 0)),
    ],
)
def test_each_word_of_a_list_is_a_claim(
    accuracy: Any, label: str, value: tuple[str, ...], figures: tuple[int, ...]
) -> None:
    """A word with a question mark may be claimed and need not be."""
    one = accuracy.score([labels(via=label)], facts(via=value))["via"]
    assert (one.agreed, one.hits, one.false, one.missed) == figures


def test_a_scale_that_is_wrong_is_false_and_missed(accuracy: Any) -> None:
    """``some`` where it is ``all``: one claim too many, one too few."""
    one = accuracy.score([labels(deps_pinned="all")], facts(deps_pinned="some"))["deps_pinned"]
    assert (one.precision, one.recall, one.f1) == (0.0, 0.0, 0.0)
    assert one.disagreements == [("a/b", "all", "some")]


def test_the_macro_average_is_over_what_there_is_to_find(accuracy: Any) -> None:
    """A fact that no repository has says nothing of recall."""
    scores = accuracy.score([labels(autolog="yes", mlproject="yes")], facts(autolog="yes"))
    assert scores["logs_model"].f1 is None
    assert accuracy.macro(scores) == pytest.approx(0.5)
    assert accuracy.macro(accuracy.score([], {})) == 0.0


def test_findings_are_held_against_their_judgements(accuracy: Any) -> None:
    """Right ones may be lost, wrong ones mended, and new ones are not judged; other repositories do not count."""

    def row(code: str, line: str, label: str, repository: str = "a/b") -> dict[str, str]:
        return {"repository": repository, "code": code, "file": "a.py", "cell": "", "line": line, "label": label}

    rows = [
        row("BIS301", "1", "right"),
        row("BIS302", "2", "right"),
        row("BIS301", "3", "wrong"),
        row("BIS401", "4", "wrong"),
        row("BIS401", "4", "right", "c/d"),
    ]
    found = {("a/b", code, "a.py", "", line) for code, line in (("BIS301", "1"), ("BIS401", "4"), ("BIS101", "9"))}
    families = accuracy.judged(rows, found, {"a/b"})
    assert families == {
        "BIS1": accuracy.Family(new=1),
        "BIS3": accuracy.Family(right=1, lost=1, first_right=2, first_all=3),
        "BIS4": accuracy.Family(wrong=1, first_all=1),
    }


def test_without_clones_there_are_no_figures(accuracy: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each repository that is missing is named, with its commit."""
    assert accuracy.main([str(tmp_path), "--sample", "2"]) == 4
    assert "is not there: clone albincorreya/" in capsys.readouterr().err


def test_figures_of_a_clone_are_printed_and_written(
    accuracy: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table by fact, the disagreements, and the findings."""
    clone = tmp_path / "zaRizk7__mlflow-demo"
    clone.mkdir()
    (clone / "train.py").write_text("import mlflow\nmlflow.log_param('a', 1)\n")
    assert accuracy.main([str(tmp_path), "--sample", "2", "--json", str(tmp_path / "out.json")]) == 0
    printed = capsys.readouterr().out
    assert "Sample 2, 1 repositories" in printed
    assert "logs_params: zaRizk7/mlflow-demo: label no, audit yes" in printed
    figures = json.loads((tmp_path / "out.json").read_text())["2"]
    assert figures["facts"]["uses_mlflow"]["f1"] == 1.0
    assert figures["findings"]["BIS1"]["lost"] > 0


def test_findings_are_held_against_what_a_reader_expected(accuracy: Any) -> None:
    """Places agree within a few lines or by what either leaves open; what is arguable may be found or not."""
    rules = importlib.import_module("expected_findings")

    def row(code: str, file: str = "", line: str = "", note: str = "", cell: str = "") -> dict[str, str]:
        return {"repository": "a/b", "code": code, "file": file, "cell": cell, "line": line, "note": note}

    def finding(code: str, *places: Place) -> Finding:
        return Finding(code, "", "", places[0], Severity.WARNING, Confidence.HIGH, related=places[1:])

    expected = [
        row("BIS301", "a.py", "10"),
        row("BIS301", "a.py", "40"),
        row("BIS302", "a.py", "3", "arguable: a default"),
        row("BIS302", "n.ipynb", "3", cell="2"),
        row("BIS105", "train.py"),
        row("BIS501"),
    ]
    found = {
        "a/b": [
            finding("BIS301", Place("a.py", line=12)),
            finding("BIS302", Place("x.py", line=1), Place("a.py", line=3), Place("n.ipynb", 2, 3)),
            finding("BIS105", Place("train.py", line=99)),
            finding("BIS501", Place("setup.py")),
            finding("BIS303", Place("b.py", line=1)),
            finding("BIS303", Place("b.py", line=2)),
            finding("BIS304", Place("b.py", line=3)),
        ]
    }
    judged = [row("BIS303", "b.py", "1") | {"label": "right"}, row("BIS303", "b.py", "2") | {"label": "wrong"}]
    scores = rules.by_rule(expected, found, judged)
    assert {code: (one.found, one.right, one.wrong) for code, one in scores.items()} == {
        "BIS105": (1, 0, 0),
        "BIS301": (1, 0, 0),
        "BIS302": (1, 0, 0),
        "BIS303": (0, 1, 1),
        "BIS304": (0, 0, 0),
        "BIS501": (1, 0, 0),
    }
    assert scores["BIS301"].missed == [rules.Spot("a/b", "BIS301", "a.py", -1, 40)]
    assert (scores["BIS301"].precision, scores["BIS301"].recall) == (1.0, 0.5)
    assert (scores["BIS303"].precision, scores["BIS303"].recall) == (0.5, 1.0)
    assert (scores["BIS304"].precision, scores["BIS304"].recall) == (None, None)
    assert scores["BIS304"].unjudged == [rules.Spot("a/b", "BIS304", "b.py", -1, 3)]
