"""Who imports `pkg_resources` without saying so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._try.undeclared_setuptools import importer_of_pkg_resources

if TYPE_CHECKING:
    from pathlib import Path


def environment(folder: Path, files: dict[str, str]) -> Path:
    """A virtual environment with files in its packages."""
    for name, text in files.items():
        place = folder / "lib" / "python3.13" / "site-packages" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "text",
    ["import os\nimport pkg_resources", "from pkg_resources import parse_version\n", "import os, pkg_resources"],
)
def test_an_import_that_may_not_fail_is_found(text: str, tmp_path: Path) -> None:
    """With the package in which it stands."""
    place = environment(tmp_path, {"hyper/base/plotting.py": text, "numpy/__init__.py": ""})
    assert importer_of_pkg_resources(place) == "hyper"


@pytest.mark.parametrize(
    "files",
    [
        {"a/b.py": "try:\n    import pkg_resources\nexcept ImportError:\n    pass\n"},
        {"a/b.py": "# import pkg_resources\n"},
        {"a/tests/b.py": "import pkg_resources\n"},
        {"setuptools/b.py": "import pkg_resources\n"},
        {"a/b.py": "import pkg_resources\n", "pkg_resources/__init__.py": ""},
        {"a/b.py": "import pkg_resources_extra\n"},
    ],
)
def test_what_may_fail_or_is_there_needs_nothing(files: dict[str, str], tmp_path: Path) -> None:
    """Guarded imports, tests, setuptools itself, environments that have it."""
    assert importer_of_pkg_resources(environment(tmp_path, files)) == ""
