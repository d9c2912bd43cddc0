"""Where a program is, and what is suspected of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bis._gate.program_places import file_of, suspects_in
from bis.model.facets import EntryKind
from tests.unit.report.values import record

if TYPE_CHECKING:
    from pathlib import Path

    from bis.model.record import Record

SPLIT = "from sklearn.model_selection import train_test_split\n\na, b = train_test_split(range(9))\n"


def recorded(root: Path, **more: object) -> Record:
    """A run of a script in a project that is a folder of a repository."""
    plain = record()
    return replace(plain, code=replace(plain.code, project_root=str(root), **more))  # type: ignore[arg-type]  # any field


def test_places_are_those_of_the_repository(tmp_path: Path) -> None:
    """GitHub shows annotations at paths from its root."""
    project = tmp_path / "inner"
    project.mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").touch()
    (project / "train.py").write_text(SPLIT)
    assert file_of(recorded(project)) == "inner/train.py"
    (finding,) = suspects_in(recorded(project))
    assert (finding.code, finding.place.file, finding.place.line) == ("BIS301", "inner/train.py", 3)


def test_what_has_no_place(tmp_path: Path) -> None:
    """A module, a run that was recorded elsewhere."""
    assert file_of(recorded(tmp_path, kind=EntryKind.MODULE)) == ""
    assert file_of(record()) == ""
    assert suspects_in(record()) == ()
    assert suspects_in(recorded(tmp_path / "gone")) == ()
