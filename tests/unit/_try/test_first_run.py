"""Where a stranger's program finds the modules of its project."""

from __future__ import annotations

from pathlib import Path

import pytest

from bis._try.first_run import ProgramToTry
from bis.model.facets import Environment, Status
from bis.model.tried_project import Candidate, CandidateKind


@pytest.mark.parametrize(
    ("made", "installed", "roots", "expected"),
    [
        (["src/fit.py"], False, (), ()),
        (["practice.py"], False, (".",), (".",)),
        (["src/fit.py", "practice/a.py"], False, (".",), (".", "src")),
        (["src/__init__.py"], False, (".",), (".",)),
        (["src/p/__init__.py"], True, (), ("src",)),
        (["src/p/__init__.py", "steps/a.py"], True, (".",), ("src", ".")),
        (["p/__init__.py"], True, ("lib",), (".", "lib")),
    ],
)
def test_import_folders(
    made: list[str], installed: bool, roots: tuple[str, ...], expected: tuple[str, ...], tmp_path: Path
) -> None:
    """Those of an installed project, and further roots; a replay takes the folder alone for its `src`."""
    for name in made:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    program = ProgramToTry(
        Candidate(CandidateKind.MAIN, "fit.py"),
        tmp_path,
        tmp_path / "store",
        Path("python"),
        Environment(Status.RECORDED),
        installed=installed,
        roots=roots,
    )
    assert [folder.relative_to(tmp_path).as_posix() for folder in program.import_folders] == list(expected)
