"""What an interpreter needs of the machine."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from bis._replay.interpreter_folders import interpreter_folders

if TYPE_CHECKING:
    from pathlib import Path


def test_an_environment_needs_what_it_is_made_of(tmp_path: Path) -> None:
    """Its own folder, all that its links lead through, and folders that its packages were installed from in place."""
    base, linked, env, project, other = (tmp_path / n for n in ("base", "linked", "env", "project", "other"))
    (base / "bin").mkdir(parents=True)
    (base / "bin" / "python3").touch()
    linked.symlink_to(base)
    packages = env / "lib" / "python3.11" / "site-packages"
    packages.mkdir(parents=True)
    (env / "bin").mkdir()
    (env / "bin" / "python").symlink_to(linked / "bin" / "python3")
    (env / "pyvenv.cfg").write_text(f"home = {base}/bin\nversion = 3.11.7\n")
    project.mkdir()
    other.mkdir()
    (packages / "a.pth").write_text(f"import os\n{other}\n/no/such/folder\n")
    (packages / "own-1.dist-info").mkdir()
    url = {"url": f"file://{project}", "dir_info": {"editable": True}}
    (packages / "own-1.dist-info" / "direct_url.json").write_text(json.dumps(url))
    (packages / "odd-1.dist-info").mkdir()
    (packages / "odd-1.dist-info" / "direct_url.json").write_text("[]")
    found = interpreter_folders(str(env / "bin" / "python"))
    assert set(found) == {str(p) for p in (env, linked, base, project, other)}


def test_of_this_interpreter_it_is_known_what_it_imports_from() -> None:
    """Also from folders that no file names."""
    found = interpreter_folders(sys.executable)
    assert {sys.prefix, sys.base_prefix} <= set(found)
