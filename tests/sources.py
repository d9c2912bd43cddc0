"""The project's own files: what git would track. What other commands left in the folder is no source."""

from __future__ import annotations

import os
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).parents[1]


def own_files(root: Path, pattern: str, under: Iterable[str] = (".",)) -> list[Path]:
    """The files below the folders `under` of `root` whose names match `pattern`, but for what ``.gitignore`` names.

    Virtual environments and clones of other repositories are left out too, whatever they are called. No git is asked:
    the tests also run from an unpacked archive.
    """
    ignored = _patterns(root)
    found: set[Path] = set()
    for folder in under:
        for path in _walk(root, root / folder, ignored):
            if fnmatch(path.name, pattern):
                found.add(path)
    return sorted(found)


def _patterns(root: Path) -> list[str]:
    lines = (root / ".gitignore").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _walk(root: Path, start: Path, ignored: list[str]) -> Iterator[Path]:
    for place, folders, names in os.walk(start):
        here = Path(place)
        folders[:] = [f for f in folders if not _is_left_out(root, here / f, ignored)]
        yield from (here / name for name in names if not _matches(root, here / name, ignored, is_folder=False))


def _is_left_out(root: Path, folder: Path, ignored: list[str]) -> bool:
    foreign = (folder / "pyvenv.cfg").exists() or (folder / ".git").exists()
    return folder.name == ".git" or foreign or _matches(root, folder, ignored, is_folder=True)


def _matches(root: Path, path: Path, ignored: list[str], *, is_folder: bool) -> bool:
    """Whether a line of ``.gitignore`` names `path`: by its name, or by its whole path where the line has a slash."""
    inner = path.relative_to(root).as_posix()
    for line in ignored:
        plain = line.rstrip("/")
        if line.endswith("/") and not is_folder:
            continue
        if fnmatch(inner, plain.lstrip("/")) if "/" in plain else fnmatch(path.name, plain):
            return True
    return False
