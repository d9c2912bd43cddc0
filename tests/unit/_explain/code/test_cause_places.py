"""From causes to lines and findings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bis._explain.code.cause_places import audited_source, findings_of, with_findings
from bis.evidence.archive import ArchiveEntry, pack
from bis.model.attribution import Cause
from bis.model.role import DrawPlace, Role

if TYPE_CHECKING:
    from pathlib import Path

    from bis._explain.code.cause_places import AuditedSource

SCRIPT = """\
import mlflow
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

X, y = load()
X_train, X_test, y_train, y_test = train_test_split(
    X, y
)
net = MLPClassifier()
forest = RandomForestClassifier()
net.fit(X_train, y_train)
forest.fit(X_train, y_train)
mlflow.log_metric("acc", net.score(X_test, y_test))
"""


def source(tmp_path: Path, name: str = "train.py", text: str = SCRIPT) -> AuditedSource:
    """An audited project of one file."""
    archive = tmp_path / "source.tar.gz"
    archive.write_bytes(pack([ArchiveEntry(name, text.encode())]).content)
    return audited_source(archive, tmp_path / "unpacked")


def cause(role: Role, *lines: int, file: str = "train.py", cell: int | None = None) -> Cause:
    """A cause that draws at these lines."""
    return Cause(role.value, (role,), 1, tuple(DrawPlace(file, line, draws=1, cell=cell) for line in lines))


def test_a_finding_at_the_line(tmp_path: Path) -> None:
    """Also on a further line of the same call."""
    audited = source(tmp_path)
    for line in (7, 8):
        (found,) = findings_of(cause(Role.SPLIT, line), audited)
        assert (found.code, found.place.line) == ("BIS301", 7)


def test_a_finding_where_the_object_was_made(tmp_path: Path) -> None:
    """The net draws where it is fitted, and was made without a seed elsewhere; the forest is another cause's."""
    audited = source(tmp_path)
    assert [(f.code, f.place.line) for f in findings_of(cause(Role.INIT, 12), audited)] == [("BIS302", 10)]
    assert [(f.code, f.place.line) for f in findings_of(cause(Role.BOOTSTRAP, 13), audited)] == [("BIS302", 11)]


def test_a_cause_without_a_finding(tmp_path: Path) -> None:
    """A line that no rule is about; a file that is not there."""
    audited = source(tmp_path)
    assert findings_of(cause(Role.OTHER, 6), audited) == ()
    assert findings_of(cause(Role.OTHER, 7, file="other.py"), audited) == ()


def test_the_cells_of_a_notebook(tmp_path: Path) -> None:
    """Counted from 1 in places of draws, and from 0 by the audit; names go from cell to cell."""
    cells = [
        [
            "from sklearn.ensemble import RandomForestClassifier\n",
            "from sklearn.model_selection import train_test_split\n",
        ],
        ["a, b = train_test_split(X)\n", "forest = RandomForestClassifier()\n"],
        ["forest.fit(a, b)\n"],
    ]
    made: list[dict[str, object]] = [
        {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": c} for c in cells
    ]
    text = json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    audited = source(tmp_path, "study.ipynb", text)
    (found,) = with_findings([cause(Role.SPLIT, 1, file="study.ipynb", cell=2)], audited)
    assert [(f.code, f.cell, f.line) for f in found.findings] == [("BIS301", 2, 1)]
    (found,) = with_findings([cause(Role.BOOTSTRAP, 1, file="study.ipynb", cell=3)], audited)
    assert [(f.code, f.cell, f.line) for f in found.findings] == [("BIS302", 2, 2)]


def test_a_file_that_is_no_python(tmp_path: Path) -> None:
    """Has no names, and raises nothing."""
    audited = source(tmp_path, text=SCRIPT + "\nthis is no python\n")
    assert findings_of(cause(Role.INIT, 12), audited) == ()
