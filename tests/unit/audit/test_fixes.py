"""Safe repairs of scripts and notebooks."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING

import pytest

from bis.audit.engine import Options, audit_project
from bis.audit.fixes import apply, repairs
from bis.errors import StorageError
from bis.model.audit import Confidence, Edit, Finding, Place, Severity

if TYPE_CHECKING:
    from pathlib import Path

STEP = "import mlflow\nfor epoch in range(3):\n    mlflow.log_metric('loss', 1)\n"


def repaired(root: Path, codes: tuple[str, ...] = ()) -> dict[str, str]:
    """The files of a project that repairs would change, and their new text."""
    audited = audit_project(root, "project", Options(select=codes))
    return {repair.file: repair.after for repair in repairs(root, audited.findings)}


def finding(*edits: Edit) -> Finding:
    """A finding with edits."""
    return Finding("BIS999", "x", "x", edits[0].place, Severity.NOTE, Confidence.HIGH, edits)


SPLIT = "from sklearn.model_selection import train_test_split\nSEED = 1\na, b = train_test_split([1, 2]{})\n"
LATE = "import mlflow\nfrom sklearn.svm import SVC\nmodel = SVC()\n{}model.fit([[1]], [1])\n{}print(1)\n"
SCRIPTS = [
    (STEP, STEP.replace("1)", "1, step=epoch)")),
    (STEP.replace("\n", "\r\n"), STEP.replace("\n", "\r\n").replace("1)", "1, step=epoch)")),
    (STEP.replace("'loss', 1", "\n        'verlust-ä', 1\n    "), None),
    (STEP.replace("mlflow.", "ä = 'äöü'; mlflow.").replace("loss", "ü"), "mlflow.log_metric('ü', 1, step=epoch)"),
    (SPLIT.format(""), SPLIT.format(", random_state=SEED")),
    (LATE.format("", "mlflow.autolog()\n"), LATE.format("mlflow.autolog()\n", "")),
]


@pytest.mark.parametrize(("before", "after"), SCRIPTS, ids=range(len(SCRIPTS)))
def test_scripts(tmp_path: Path, before: str, after: str | None) -> None:
    """The result is Python, says what is meant, and a second repair finds nothing more to do."""
    (tmp_path / "a.py").write_bytes(before.encode())
    made = repaired(tmp_path, ("BIS103", "BIS201", "BIS301"))["a.py"]
    ast.parse(made)
    assert made == after or (after or "step=epoch") in made
    (tmp_path / "a.py").write_bytes(made.encode())
    assert repaired(tmp_path, ("BIS103", "BIS201", "BIS301")) == {}


def test_a_notebook_keeps_its_form(tmp_path: Path) -> None:
    """Only the source of the cell changes: indentation, order of keys, other cells and letters stay as they are."""
    source = ["%matplotlib inline\n", *STEP.splitlines(keepends=True)]
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# é\n", "text"]},
        {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": source},
    ]
    for indent, unicode in ((1, False), (2, True), (None, False)):
        document = {"nbformat": 4, "cells": cells, "nbformat_minor": 5, "metadata": {"z": 1, "a": 2}}
        text = json.dumps(document, indent=indent, ensure_ascii=not unicode) + "\n"
        (tmp_path / "a.ipynb").write_text(text, encoding="utf-8")
        made = repaired(tmp_path, ("BIS103",))["a.ipynb"]
        assert made == text.replace("'loss', 1)", "'loss', 1, step=epoch)")


def test_a_repair_that_would_break_the_file_is_not_made(tmp_path: Path) -> None:
    """A file that would be no Python stays as it is; of two repairs of one place the first is made."""
    (tmp_path / "a.py").write_text("x = 1\n")
    at = Place("a.py", -1, 1, 5, 1, 6)
    assert repairs(tmp_path, [finding(Edit(at, "("))]) == []
    assert [r.after for r in repairs(tmp_path, [finding(Edit(at, "2")), finding(Edit(at, "3"))])] == ["x = 2\n"]
    assert repairs(tmp_path, [finding(Edit(Place("gone.py", -1, 1, 1, 1, 2), "y"))]) == []
    assert repairs(tmp_path, [finding(Edit(Place("a.py", -1, 9, 1, 9, 2), "y"))]) == []


def test_files_are_written_whole_with_their_permissions(tmp_path: Path) -> None:
    """The mode stays; a folder that cannot be written is told; nothing else is left there."""
    file = tmp_path / "a.py"
    file.write_text(STEP)
    file.chmod(0o750)
    audited = audit_project(tmp_path, "project", Options(select=("BIS103",)))
    made = repairs(tmp_path, audited.findings)
    apply(tmp_path, made)
    assert "step=epoch" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o750
    assert [p.name for p in tmp_path.iterdir()] == ["a.py"]
    with pytest.raises(StorageError, match="cannot be repaired"):
        apply(tmp_path / "gone", made)


def test_the_change_is_shown_as_a_diff(tmp_path: Path) -> None:
    """With the lines before and after, and the number of findings."""
    (tmp_path / "a.py").write_text(STEP)
    audited = audit_project(tmp_path, "project", Options(select=("BIS103",)))
    (repair,) = repairs(tmp_path, audited.findings)
    assert repair.findings == 1
    assert "-    mlflow.log_metric('loss', 1)\n+    mlflow.log_metric('loss', 1, step=epoch)\n" in repair.diff()
