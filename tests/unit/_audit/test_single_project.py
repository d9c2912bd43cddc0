"""The audit of one project, as it is asked for."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from bis._audit.single_project import (
    AuditChoices,
    audit_path,
    auditor_options,
    list_findings,
    project_folder,
    repairs_of,
)
from bis.config import Settings
from bis.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

UNCACHED = AuditChoices(cache=False)
STEPLESS = "import mlflow\nfor epoch in range(3):\n    mlflow.log_metric('loss', 1)\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with two files that have the same defect."""
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    (folder / "code").mkdir()
    for name in ("a.py", "code/b.py"):
        (folder / name).write_text(STEPLESS)
    return folder


def test_a_file_belongs_to_the_nearest_project(project: Path, tmp_path: Path) -> None:
    """That is the folder above it with a repository or a pyproject.toml, else its own."""
    assert project_folder(project / "code" / "b.py") == project
    assert project_folder(project / "code") == project / "code"
    (tmp_path / "alone.py").touch()
    assert project_folder(tmp_path / "alone.py") == tmp_path


def test_of_a_file_only_its_own_findings_are_kept(project: Path) -> None:
    """The project is audited, and the rest of it left out."""
    whole, part = audit_path(project, UNCACHED), audit_path(project / "code" / "b.py", UNCACHED)
    assert {f.place.file for f in whole.findings} >= {"a.py", "code/b.py"}
    assert {f.place.file for f in part.findings} == {"code/b.py"}


def test_listed_findings_are_known(project: Path, tmp_path: Path) -> None:
    """What a baseline lists is left out of later audits, wherever the baseline is."""
    audited = audit_path(project, UNCACHED)
    baseline = tmp_path / "known.json"
    assert list_findings(baseline, [audited], [project]) == len(audited.findings) > 0
    assert audit_path(project, AuditChoices(baseline=str(baseline), cache=False)).findings == ()
    with pytest.raises(UsageError, match="one root for each"):
        list_findings(baseline, [audited], [project, project])


def test_unknown_rules_and_folders_are_refused(project: Path) -> None:
    """With their names."""
    with pytest.raises(UsageError, match="BIS999"):
        auditor_options(AuditChoices(select=("bis999",)), Settings())
    with pytest.raises(UsageError, match="absent"):
        audit_path(project / "absent", UNCACHED)


def test_a_damaged_configuration_stops_only_where_it_concerns_bis(project: Path) -> None:
    """A pyproject.toml that cannot be read is the project's affair; [tool.bis] in it is ours."""
    (project / "pyproject.toml").write_text("[broken")
    assert audit_path(project, UNCACHED).findings
    (project / "pyproject.toml").write_text("[tool.bis\n")
    with pytest.raises(ConfigurationError):
        audit_path(project, UNCACHED)


def test_fixes_are_made_when_they_are_asked_for(project: Path) -> None:
    """Before that, the files are as they were."""
    audited = audit_path(project, UNCACHED)
    made = repairs_of(project, audited)
    assert made
    assert (project / "a.py").read_text() == STEPLESS
    repairs_of(project, audited, write=True)
    assert (project / "a.py").read_text() != STEPLESS


def test_settings_name_regular_files_of_the_project_only(project: Path, tmp_path: Path) -> None:
    """A stranger's baseline may not be a device, a pipe or a file elsewhere, which would be read, perhaps for ever."""
    outside = tmp_path / "outside.json"
    outside.write_text("{}")
    (project / "linked.json").symlink_to(outside)
    (project / "loop.json").symlink_to("loop.json")
    os.mkfifo(project / "pipe.json")
    (project / "zero.json").symlink_to("/dev/zero")
    for named in (
        "/dev/zero",
        "zero.json",
        "pipe.json",
        "code",
        "linked.json",
        "loop.json",
        "../outside.json",
        "a\\u0000b",
    ):
        (project / "pyproject.toml").write_text(f'[tool.bis]\nbaseline = "{named}"\n')
        with pytest.raises(ConfigurationError, match="baseline"):
            audit_path(project, UNCACHED)
    (project / "known.json").write_text('{"format": "bis.baseline", "version": 1, "findings": []}')
    (project / "inner.json").symlink_to("known.json")
    (project / "pyproject.toml").write_text('[tool.bis]\nbaseline = "inner.json"\n')
    assert audit_path(project, UNCACHED).findings
    (project / "known.json").write_text("[" * 100_000)
    with pytest.raises(UsageError, match="deeply"):
        audit_path(project, UNCACHED)


NOTEBOOK = {"metadata": {}, "nbformat": 4, "nbformat_minor": 5}
STRANGE_CELLS: list[object] = [
    None,
    7,
    [],
    {"cell_type": "code", "source": [1, "x"]},
    {"cell_type": "code", "source": None},
    {"cell_type": "code", "source": {}},
    {"cell_type": "code"},
]


@pytest.mark.parametrize("strange", STRANGE_CELLS, ids=range(len(STRANGE_CELLS)))
def test_strange_cells_beside_what_can_be_fixed(project: Path, strange: object) -> None:
    """A cell that is none stops neither the audit nor the fix of another cell."""
    cells = [strange, {"cell_type": "code", "metadata": {}, "source": STEPLESS, "outputs": [], "execution_count": None}]
    path = project / "n.ipynb"
    path.write_text(json.dumps({"cells": cells, **NOTEBOOK}, indent=1))
    audited = audit_path(path, UNCACHED)
    [made] = [repair for repair in repairs_of(path, audited) if repair.file == "n.ipynb"]
    after = json.loads(made.after)["cells"]
    assert after[0] == strange
    assert after[1]["source"] != STEPLESS


def test_what_cannot_be_edited_is_left(project: Path) -> None:
    """Cells with lines that are no text, and notebooks of the old format, have findings and no fix."""
    cell: dict[str, object] = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    strange = {"cells": [{**cell, "source": [1, STEPLESS]}], **NOTEBOOK}
    old = {
        "worksheets": [{"cells": [{**cell, "language": "python", "input": STEPLESS}]}],
        "metadata": {},
        "nbformat": 3,
    }
    for document in (strange, old):
        path = project / "n.ipynb"
        path.write_text(json.dumps(document, indent=1))
        audited = audit_path(path, UNCACHED)
        assert audited.findings
        assert [repair for repair in repairs_of(path, audited) if repair.file == "n.ipynb"] == []
