"""Safe repairs of scripts and notebooks."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from bis._audit.fixes import apply, repairs
from bis.errors import StorageError
from bis.model.project_audit import Confidence, Edit, Finding, Place, Severity

if TYPE_CHECKING:
    from collections.abc import Callable
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


FIT = "import mlflow\nfrom sklearn.linear_model import Ridge\nmodel = Ridge()\nlm = True\nmodel.fit(X, y)\n{}\n"
LOOP = "import mlflow\nfor e in range(3):\n    mlflow.log_metric({})\n"
SEEDED = "from sklearn.model_selection import train_test_split\n{}train_test_split(X)\n"
UNSAFE = [
    FIT.format("mlflow.autolog(log_models=lm)"),
    FIT.format("mlflow.autolog(log_models=not lm)"),
    FIT.format("mlflow.autolog(registered_model_name=f'a{lm}')"),
    FIT.format("mlflow.autolog(registered_model_name=name())"),
    FIT.format("mlflow.autolog(*given)"),
    FIT.format("mlflow.autolog()  # the reason"),
    FIT.format("mlflow.autolog(); z = load()"),
    FIT.format("mlflow.autolog(); lm"),
    FIT.format("mlflow.autolog() or print(1)"),
    FIT.format("mlflow.set_tracking_uri('y')\nmlflow.autolog()"),
    FIT.removeprefix("import mlflow\n").format("import mlflow\nmlflow.autolog()"),
    LOOP.format("'a', 1").replace("e in range(3)", "x in enumerate(d)"),
    LOOP.format("'a', 1").replace("    mlflow", "    e = model(e)\n    mlflow"),
    "import mlflow\nfor e in range(3):\n    for i, b in enumerate(d):\n        mlflow.log_metric('a', 1)\n",
    LOOP.format("\n        'a',\n        1  # one\n    "),
    SEEDED.format("if __name__ == '__main__':\n    SEED = 1\n"),
    SEEDED.format("SEED = 1\nSEED = None\n"),
]


@pytest.mark.parametrize("code", UNSAFE, ids=range(len(UNSAFE)))
def test_what_might_change_a_program_is_no_repair(tmp_path: Path, code: str) -> None:
    """It is a finding, and none that is said to be repairable."""
    (tmp_path / "a.py").write_text(code)
    audited = audit_project(tmp_path, "project", Options(select=("BIS103", "BIS201", "BIS301")))
    assert audited.findings
    assert not any(one.edits for one in audited.findings)


def test_arguments_are_added_in_the_form_of_the_others(tmp_path: Path) -> None:
    """Behind a trailing comma, on a line of its own where the last one is; what cannot be fixed stops no other."""
    calls = [
        "'a',\n        1,\n    ",
        "'a', 1,",
        "\n        'a',\n        1  # one\n    ",
        "\n        'a',\n        1\n    ",
    ]
    (tmp_path / "a.py").write_text("".join(LOOP.format(call) for call in calls))
    made = repaired(tmp_path, ("BIS103",))["a.py"]
    wanted = [
        "'a',\n        1,\n        step=e,\n    ",
        "'a', 1, step=e",
        calls[2],
        "\n        'a',\n        1, step=e\n    ",
    ]
    assert made == "".join(LOOP.format(call) for call in wanted)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_mark_of_byte_order_stays(tmp_path: Path, mark: str) -> None:
    """In scripts and in notebooks."""
    (tmp_path / "a.py").write_text(mark + STEP, encoding="utf-8")
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": STEP}
    document = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    (tmp_path / "n.ipynb").write_text(mark + json.dumps(document), encoding="utf-8")
    made = repaired(tmp_path, ("BIS103",))
    assert made["a.py"] == mark + STEP.replace("1)", "1, step=epoch)")
    assert made["n.ipynb"] == mark + json.dumps(document).replace("'loss', 1)", "'loss', 1, step=epoch)")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: json.dumps(json.loads(text), indent="\t"),
        lambda text: json.dumps(json.loads(text), separators=(",", ":")),
        lambda text: json.dumps(json.loads(text), indent=1) + "\n\n",
        lambda text: text.replace("plain", "a\u2028b"),
    ],
)
def test_notebooks_of_other_forms_keep_them(tmp_path: Path, change: Callable[[str], str]) -> None:
    """Ends of lines, indentation, separators, unusual characters: all but the argument is as it was."""
    source = [*STEP.splitlines(keepends=True), "x = 'plain'\n", "y = 1"]
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": source}
    document = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    text = change(json.dumps(document, indent=1, ensure_ascii=False))
    (tmp_path / "n.ipynb").write_bytes(text.encode("utf-8"))
    assert repaired(tmp_path, ("BIS103",))["n.ipynb"] == text.replace("'loss', 1)", "'loss', 1, step=epoch)")


@pytest.mark.parametrize(
    "output", ['1e5, "z": "\\u00e9"', '1.0, "z": "é \\ud83d"', '1, "z": "\\/"', '1, "z": 2, "z": 3']
)
def test_notebooks_whose_form_cannot_be_kept_are_not_repaired(tmp_path: Path, output: str) -> None:
    """Numbers, escapes and keys that another writer would write in another way; the finding is told all the same."""
    source = json.dumps(STEP)
    cell = f'{{"cell_type": "code", "metadata": {{"n": {output}}}, "outputs": [], "source": {source}}}'
    (tmp_path / "n.ipynb").write_text(f'{{"cells": [{cell}], "metadata": {{}}, "nbformat": 4}}', encoding="utf-8")
    audited = audit_project(tmp_path, "project", Options(select=("BIS103",)))
    assert [one.edits for one in audited.findings] == [()]


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
    with pytest.raises(StorageError, match="cannot be fixed"):
        apply(tmp_path / "gone", made)


def test_the_change_is_shown_as_a_diff(tmp_path: Path) -> None:
    """With the lines before and after, and the number of findings."""
    (tmp_path / "a.py").write_text(STEP)
    audited = audit_project(tmp_path, "project", Options(select=("BIS103",)))
    (repair,) = repairs(tmp_path, audited.findings)
    assert repair.findings == 1
    assert "-    mlflow.log_metric('loss', 1)\n+    mlflow.log_metric('loss', 1, step=epoch)\n" in repair.diff()
