"""Packages that import ``pkg_resources`` and do not say so: it came with every environment, until Python 3.12."""

from __future__ import annotations

import os
import re
from pathlib import Path

# From 82 on, setuptools does not have it any more.
WITH_PKG_RESOURCES = "setuptools<82"
_IMPORTED = re.compile(rb"(?m)^(?:import[ \t]+(?:[\w., \t]+,[ \t]*)?pkg_resources\b|from[ \t]+pkg_resources\b)")
_NAME = b"pkg_resources"
_NOT_LOOKED_INTO = frozenset({"pip", "setuptools", "pkg_resources", "wheel", "tests", "test", "_vendor", "__pycache__"})
_MOST_BYTES = 2**20


def importer_of_pkg_resources(environment: Path) -> str:
    """The package in an environment that cannot do without ``pkg_resources``, which is not there; empty for none.

    Imports at the beginning of a line count: one that may fail stands in a block.

    Parameters
    ----------
    environment : Path
        The folder of a virtual environment.
    """
    for packages in (environment / "Lib" / "site-packages", *sorted(environment.glob("lib/python*/site-packages"))):
        if packages.is_dir() and not (packages / "pkg_resources").is_dir():
            found = _importer_in(packages)
            if found:
                return found
    return ""


def _importer_in(packages: Path) -> str:
    for where, folders, names in os.walk(packages):
        folders[:] = sorted(f for f in folders if f not in _NOT_LOOKED_INTO and not f.endswith(("-info", ".libs")))
        for name in sorted(names):
            if name.endswith(".py") and _imports_it(os.path.join(where, name)):  # noqa: PTH118 (there are very many)
                return Path(where, name).relative_to(packages).parts[0].removesuffix(".py")
    return ""


def _imports_it(path: str) -> bool:
    try:
        if os.stat(path).st_size > _MOST_BYTES:  # noqa: PTH116 (as above)
            return False
        with open(path, "rb") as file:  # noqa: PTH123 (as above)
            content = file.read()
    except OSError:
        return False
    return _NAME in content and bool(_IMPORTED.search(content))
