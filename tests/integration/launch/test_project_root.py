"""Which folder is the project of a program."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from bis.launch.project_root import find_project_root

if TYPE_CHECKING:
    from pathlib import Path


def test_project_root_rules(tmp_path: Path) -> None:
    """The repository, else the nearest project file, else the folder; never the home folder from below."""
    home = tmp_path / "home"
    deep = home / "work/exp/scripts"
    deep.mkdir(parents=True)
    (home / "setup.py").write_text("")
    assert find_project_root(deep, home=home) == deep
    (home / "work/exp/MLproject").write_text("")
    assert find_project_root(deep, home=home) == home / "work/exp"
    subprocess.run(["git", "-C", home, "init", "-q"], check=True)
    assert find_project_root(deep, home=home) == home / "work/exp"
    subprocess.run(["git", "-C", home / "work", "init", "-q"], check=True)
    assert find_project_root(deep, home=home) == home / "work"
    assert find_project_root(home, home=home) == home
