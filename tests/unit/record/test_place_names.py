"""Names of written files."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from bis.record.place_names import place_name


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/a/src/out/x.json", "out/x.json"),
        ("/b/metrics.json", "../../b/metrics.json"),
        ("/b/sub/model.bin", "../../b/sub/model.bin"),
        ("/b/.cache/x", None),
        ("/c/x", None),
    ],
)
def test_project_and_working_directory(path: str, name: str | None) -> None:
    """What lies in either is named relative to the project; settings, caches and other places have no name."""
    assert place_name(Path(path), "/a/src", "/b") == name


def test_shared_folders() -> None:
    """Of a folder that everybody writes to, only what lies directly in it counts."""
    cwd = tempfile.gettempdir()
    assert place_name(Path(cwd, "out.csv"), "/a/src", cwd) is not None
    assert place_name(Path(cwd, "other", "out.csv"), "/a/src", cwd) is None
