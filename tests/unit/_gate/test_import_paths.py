"""Where a copy of a project is imported from."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bis._gate.import_paths import paths_in_copy, with_paths


def test_paths_of_the_project_lead_into_the_copy(tmp_path: Path) -> None:
    """In their order, each once; those of others, and of an environment within the project, are left."""
    top, copy = tmp_path / "project", tmp_path / "copy"
    given = [str(top / "src"), "/usr/lib", str(top), str(top / "src")]
    assert paths_in_copy(given, top, copy) == (str(copy / "src"), str(copy))
    inside = Path(sys.prefix, "lib", "site-packages")
    assert paths_in_copy([str(inside)], Path(sys.prefix).resolve().parent, copy) == ()


def test_they_come_first() -> None:
    """Before what is set already; without any, nothing is set."""
    assert with_paths({"PYTHONPATH": "b"}, ["a"]) == {"PYTHONPATH": f"a{os.pathsep}b"}
    assert with_paths({"X": "1"}, []) == {"X": "1"}
