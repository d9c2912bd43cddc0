"""Tests of a project on mutations of it, with real processes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from bis._gate.mutation_run import try_mutations
from bis.errors import ExecutionError
from bis.model.mutation import MutationFate, MutationKind

if TYPE_CHECKING:
    from pathlib import Path

CHECK = (sys.executable, "check.py")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A seed that the check looks at, and one that it does not; an environment and a cache beside them."""
    folder = tmp_path / "project"
    (folder / ".venv").mkdir(parents=True)
    (folder / ".venv" / "pyvenv.cfg").touch()
    (folder / ".git").mkdir()
    (folder / "model.py").write_text("SEED = 42\nOTHER_SEED = 1\n")
    (folder / "requirements.txt").write_text("numpy==2.1\n")
    (folder / "check.py").write_text("import model, os\nassert model.SEED == 42\nassert not os.path.exists('.venv')\n")
    return folder


def test_what_is_noticed_and_what_is_not(project: Path) -> None:
    """Each mutation alone; the project stays as it is."""
    before = {p: p.read_bytes() for p in project.rglob("*") if p.is_file()}
    report = try_mutations(project, CHECK, most=30)
    fates = {(r.mutation.place.file, r.mutation.place.line): (r.fate, r.exit_code) for r in report.results}
    assert fates == {
        ("model.py", 1): (MutationFate.KILLED, 1),
        ("model.py", 2): (MutationFate.SURVIVED, 0),
        ("requirements.txt", 1): (MutationFate.SURVIVED, 0),
    }
    assert (report.survived, report.flaky, report.exit_code) == (2, False, 1)
    assert {p: p.read_bytes() for p in project.rglob("*") if p.is_file()} == before


def test_only_some_of_each_kind(project: Path) -> None:
    """The first of each kind come before the second of one."""
    report = try_mutations(project, CHECK, most=2)
    assert [r.mutation.kind for r in report.results] == [MutationKind.SEED, MutationKind.PACKAGES]
    assert report.left_out == 1


def test_a_package_that_is_installed_for_development(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its code is that of the copy, not that of the project."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(project)])
    (project / "tests").mkdir()
    (project / "tests" / "check.py").write_text("import model\nassert model.SEED == 42\n")
    monkeypatch.setenv("PYTHONPATH", str(project))
    report = try_mutations(project, (sys.executable, "tests/check.py"), most=1)
    assert report.results[0].fate is MutationFate.KILLED


def test_tests_that_fail_by_themselves(project: Path, tmp_path: Path) -> None:
    """Before any mutation it is an error, with the end of what they said; afterwards they are flaky."""
    with pytest.raises(ExecutionError, match=r"fails in a copy .* ZeroDivisionError"):
        try_mutations(project, (sys.executable, "-c", "1 / 0"), most=1)
    with pytest.raises(ExecutionError, match="cannot be started"):
        try_mutations(project, ("no-such-program",), most=1)
    mark = tmp_path / "mark"
    once = f"import os; new = not os.path.exists({str(mark)!r}); open({str(mark)!r}, 'w'); raise SystemExit(not new)"
    report = try_mutations(project, (sys.executable, "-c", once), most=1)
    assert (report.flaky, report.exit_code) == (True, 5)


def test_nothing_to_mutate(tmp_path: Path) -> None:
    """Is another answer than that all were noticed."""
    project = tmp_path / "empty"
    project.mkdir()
    assert try_mutations(project, (sys.executable, "-c", ""), most=9).exit_code == 4
