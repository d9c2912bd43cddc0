"""The project that a program belongs to: its repository, else the nearest folder with a project file."""

# Paths stay as they were typed: a link to a project is a place of its own.
# ruff: noqa: PTH100

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_MARKS = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "MLproject", "environment.yml", "conda.yaml")


def find_project_root(folder: Path, *, home: Path | None = None) -> Path:
    """The project that `folder` belongs to.

    The top level of its git repository; else the nearest folder at or above it with a project file; else `folder`.
    The home folder and the root of the file system are never a project for what lies deeper, whatever lies in them.
    """
    folder = Path(os.path.abspath(folder))
    barred = barred_folders(folder, home)
    top = find_toplevel(folder)
    if top is not None and top not in barred:
        return top
    for place in (folder, *folder.parents):
        if place in barred:
            break
        try:
            if any((place / mark).is_file() for mark in _MARKS):
                return place
        except OSError:
            break
    return folder


def barred_folders(folder: Path, home: Path | None = None) -> set[Path]:
    """Folders that are never a project for what lies deeper: home, the root and the folder of temporary files."""
    if home is None:
        try:
            home = Path.home()
        except RuntimeError:  # no home folder can be determined
            home = Path(folder.anchor)
    return {home, Path(folder.anchor), Path(tempfile.gettempdir())}


def find_toplevel(folder: Path) -> Path | None:
    """The innermost folder at or above `folder` that is the work tree of a repository; starts no process."""
    for place in (folder, *folder.parents):
        mark = place / ".git"
        try:
            # In worktrees and submodules this is a file.
            if mark.is_file() or (mark / "HEAD").exists():
                return place
        except OSError:
            continue
    return None
