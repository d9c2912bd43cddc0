"""What installed packages require, as their own metadata says."""

from __future__ import annotations

from importlib.metadata import distributions
from typing import TYPE_CHECKING

from bis.model.lock import normalised

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path


def requirements_in(folders: Iterable[str], names: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The requirements of the distributions of these names that are described in some folders, the first of each."""
    found: dict[str, tuple[str, ...]] = {}
    for distribution in distributions(path=list(folders)):
        name = normalised(str(distribution.metadata["Name"] or ""))
        if name in names and name not in found:
            found[name] = tuple(distribution.requires or ())
    return found


def package_folders(interpreter: Path) -> tuple[str, ...]:
    """Where a virtual environment has its packages."""
    folder = interpreter.parents[1]
    return tuple(map(str, [*sorted(folder.glob("lib/python*/site-packages")), *folder.glob("Lib/site-packages")]))
